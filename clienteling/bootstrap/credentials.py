"""What a device shows the server: a token for good, or after enrolment its key and the refresh token it kept last."""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clienteling.domain.errors import DeviceNotSetUp
from clienteling.loopback import leaves_unencrypted
from clienteling.secrets import TOKEN, Enrolment, KeyringUnusable, SecretStore, keep_enrolment, read_enrolment
from clienteling.settings import DeviceSettings
from sync.client.callers import DeviceCredentials
from sync.client.httpx_api import HttpxCentralApi
from sync.protocol.errors import EnrolmentEnded, StoreFailed
from sync.protocol.times import Clock

Credentials = str | DeviceCredentials


class ReadCredentials:
    """An enrolment that is looked at and never changed: what the server delivers meanwhile it delivers again."""

    def __init__(self, enrolment: Enrolment) -> None:
        self.registration_id = enrolment.registration_id
        self._enrolment = enrolment
        self._key = Ed25519PrivateKey.from_private_bytes(enrolment.key)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    def refresh_token(self) -> str:
        return self._enrolment.refresh_token

    def keep_refresh_token(self, token: str) -> None:
        return None


class KeptCredentials(ReadCredentials):
    """An enrolment where the device keeps its secrets."""

    def __init__(self, secrets: SecretStore, enrolment: Enrolment) -> None:
        super().__init__(enrolment)
        self._secrets = secrets

    def refresh_token(self) -> str:
        """Raises EnrolmentEnded where the device has enrolled anew meanwhile, or left; and StoreFailed."""
        with _reachable():
            return self._current().refresh_token

    def keep_refresh_token(self, token: str) -> None:
        with _reachable():
            current = self._current()
            keep_enrolment(self._secrets, Enrolment(current.registration_id, current.key, token))

    def _current(self) -> Enrolment:
        current = read_enrolment(self._secrets)
        if current is None or current.registration_id != self.registration_id:
            raise EnrolmentEnded
        return current


@contextmanager
def _reachable() -> Iterator[None]:
    """Inside, a keyring that does not answer is a store that takes nothing now."""
    try:
        yield
    except KeyringUnusable as error:
        raise StoreFailed(error.code) from error


def credentials_of(secrets: SecretStore) -> Credentials | None:
    """What the device shows, None where it is not set up. Raises KeyringUnusable."""
    enrolment = read_enrolment(secrets)
    return KeptCredentials(secrets, enrolment) if enrolment is not None else secrets.read(TOKEN) or None


def server_address(settings: DeviceSettings) -> str:
    """Where this device's server answers. Raises DeviceNotSetUp where none is named, where it is no address
    (error.bad_central_url), or where what is sent there crosses a network unencrypted (error.plain_central_url).
    """
    url = settings.central_url
    if not url:
        raise DeviceNotSetUp
    if not is_web_address(url):
        raise DeviceNotSetUp("error.bad_central_url", url=url)
    if leaves_unencrypted(url) and not settings.plain_http:
        raise DeviceNotSetUp("error.plain_central_url", url=url)
    return url


def is_web_address(url: str) -> bool:
    """Whether it has all that a request needs: http or https, a host, and a port that is one where it names one."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def this_platform() -> str:
    """The operating system, as a manager reads it beside the device's name: `Windows 11`."""
    return f"{platform.system()} {platform.release()}".strip()[:200]


def open_api(
    url: str, credentials: Credentials, *, now: Clock, transport: httpx.AsyncBaseTransport | None = None
) -> HttpxCentralApi:
    """The central profile API as this device asks it. Close it."""
    program = version("clienteling")
    return HttpxCentralApi(
        url, credentials, transport=transport, now=now, app_version=program, platform=this_platform()
    )

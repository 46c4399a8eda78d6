"""How a hub comes to answer the store's tablets: where `hub init` was run, and associates have PINs."""

import logging
import time
from collections.abc import Mapping
from functools import partial

from starlette.types import ASGIApp

from clienteling.domain.errors import ClientelingError
from clienteling.hosting import tablets_app
from clienteling.hosting.guard import BrowserGuard
from clienteling.hosting.guests import listen
from clienteling.hosting.known_browsers import KnownBrowsers
from clienteling.hosting.served_certificate import CertificateUnusable, ServedCertificate
from clienteling.hosting.tablets import TabletServer
from clienteling.hub_certificate import (
    AUTHORITY_FILE,
    CERTIFICATE_FILE,
    Authority,
    is_due,
    issue,
    keep,
    make_authority,
)
from clienteling.i18n import Translator
from clienteling.secrets import HUB_AUTHORITY, KeyringUnusable, SecretStore
from clienteling.settings import DeviceSettings
from clienteling.sign_in.slots import SLOTS_FILE, has_pins
from sync.protocol.private_files import write_durably
from sync.protocol.times import Clock

log = logging.getLogger(__name__)


class TabletsUnanswered(ClientelingError):
    """Tablets are not answered; the hub runs on for its own machine.

    Codes: hub.tablets_need_pins, hub.tablets_certificate; and those of `GuestsUnanswered`.
    """

    code = "hub.tablets_certificate"


def begin_local_authority(settings: DeviceSettings, secrets: SecretStore, host: str, *, at: Clock) -> None:
    """Nothing; a new authority vouches for the hub at that host. Its certificate is what tablets are told to trust.

    Raises KeyringUnusable, OSError.
    """
    authority = make_authority(host, at=at())
    secrets.keep(HUB_AUTHORITY, authority.key.decode("ascii"))
    write_durably(settings.data_dir / AUTHORITY_FILE, authority.certificate)
    keep(settings.data_dir, issue(authority, host, at=at()))


def renew_if_due(settings: DeviceSettings, secrets: SecretStore, *, now: Clock) -> bool:
    """Whether the local authority has issued another certificate. Raises KeyringUnusable, OSError, ValueError."""
    if not is_due(settings.data_dir, at=now()):
        return False
    key = secrets.read(HUB_AUTHORITY)
    if key is None:
        return False  # the retailer's own: they bring the next
    authority = Authority((settings.data_dir / AUTHORITY_FILE).read_bytes(), key.encode("ascii"))
    keep(settings.data_dir, issue(authority, settings.hub_host, at=now()))
    log.info("the hub's certificate was renewed")
    return True


def _try_to_renew(settings: DeviceSettings, secrets: SecretStore, now: Clock) -> None:
    """Nothing; what goes wrong is logged, and tried again in an hour: two months are left."""
    try:
        renew_if_due(settings, secrets, now=now)
    except (KeyringUnusable, OSError, ValueError):
        log.warning("the hub's certificate could not be renewed", extra={"code": "hub.certificate_not_renewed"})


def tablet_server(
    settings: DeviceSettings, secrets: SecretStore, app: ASGIApp, *, texts: Mapping[str, Translator], now: Clock
) -> TabletServer | None:
    """The server for tablets, its port taken; None where `hub init` was never run.

    Raises TabletsUnanswered, GuestsUnanswered.
    """
    certificate = settings.data_dir / CERTIFICATE_FILE
    if not settings.hub_host or not certificate.exists():
        return None
    if not has_pins(settings.data_dir / SLOTS_FILE):
        raise TabletsUnanswered("hub.tablets_need_pins")
    listening = listen(settings.hub_bind, settings.hub_port)
    try:
        renew = partial(_try_to_renew, settings, secrets, now)
        renew()
        browsers = KnownBrowsers(settings.data_dir, now=now)
        inside = tablets_app(app, host=settings.hub_host, stands_in_for=settings.stands_in_for)
        guarded = BrowserGuard(inside, browsers, texts=texts, monotonic=time.monotonic, stand_in=settings.stand_in)
        served = ServedCertificate(certificate, now=now)
        return TabletServer(guarded, listening, certificate=served, renew=renew, now=now)
    except (CertificateUnusable, OSError, ValueError) as error:
        listening.close()
        raise TabletsUnanswered(kind=type(error).__name__) from error

"""A device's enrolment: it takes a one-time code with a key of its own (`sync.central_api.enrolment`).

The key is kept before the code is sent, and the enrolment before that key is forgotten: a device whose answer is lost,
or that is killed meanwhile, is the same device when it tries again with the same code.
"""

import asyncio

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clienteling.bootstrap.credentials import ReadCredentials, open_api, server_address
from clienteling.bootstrap.device import secret_store
from clienteling.bootstrap.engine import remember_setup
from clienteling.bootstrap.leaving import leave
from clienteling.secrets import ENROLMENT_BEGUN, SERVER_KEY, TOKEN, Enrolment, begun_key, keep_enrolment
from clienteling.settings import DeviceSettings
from clienteling.store.device_folder import DeviceFolder
from sync.protocol.errors import EnrolmentRefused
from sync.protocol.signing import ENROLLING
from sync.protocol.spoken_codes import read_enrolment_code
from sync.protocol.times import Clock
from sync.protocol.wire import EnrolReply, EnrolRequest


def enrol(
    settings: DeviceSettings,
    code: str,
    *,
    name: str = "",
    now: Clock,
    transport: httpx.AsyncBaseTransport | None = None,
) -> EnrolReply:
    """Who the device is from now on, at the server of `settings.central_url`; kept, in place of any enrolment before.

    What was written under an earlier one is sent under this one. `name`: what people call the device, where the code's
    maker named none. Raises EnrolmentRefused (before any network where the code cannot be one), EnrolmentLimited,
    Unreachable, DeviceNotSetUp, KeyringUnusable, StoreInUse where the app runs.
    """
    with DeviceFolder(settings.data_dir).engine_lock():
        return take_code(settings, code, name=name, now=now, transport=transport)


def take_code(
    settings: DeviceSettings,
    code: str,
    *,
    name: str = "",
    now: Clock,
    transport: httpx.AsyncBaseTransport | None = None,
) -> EnrolReply:
    """The same for a program that has the data directory to itself."""
    read = read_enrolment_code(code)
    if read is None:
        raise EnrolmentRefused("enrolment.bad_code")
    address = server_address(settings)
    leave(settings, now=now)  # where it was revoked before and has not been emptied to the end
    secrets = secret_store(settings)
    key = begun_key(secrets)
    credentials = ReadCredentials(Enrolment(ENROLLING, key, ""))
    public_key = Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw().hex()

    async def ask() -> EnrolReply:
        async with open_api(address, credentials, now=now, transport=transport) as api:
            request = EnrolRequest(code=read, public_key=public_key, name=name, **api.about)
            return await api.enrol(request)

    reply = asyncio.run(ask())
    keep_enrolment(secrets, Enrolment(reply.registration_id, key, reply.refresh_token))
    if reply.server_key:
        secrets.keep(SERVER_KEY, reply.server_key)
    else:
        secrets.forget(SERVER_KEY)
    remember_setup(settings)
    secrets.forget(TOKEN)
    secrets.forget(ENROLMENT_BEGUN)
    return reply

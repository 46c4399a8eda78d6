"""A new PIN by a code that a manager made: the way in for whoever has none here, or has lost theirs.

The server learns the associate's new key on this device by it, and gives back what this device has sealed for the day
when no other PIN opens the store (`recovery`).
"""

import asyncio
import logging
import secrets as random_bytes
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import date
from typing import Final

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clienteling.bootstrap.credentials import credentials_of, open_api, server_address
from clienteling.bootstrap.key_change import KeyChange
from clienteling.bootstrap.leases import LeaseFile
from clienteling.bootstrap.recovery import note_recoverable, open_recovered
from clienteling.domain.errors import DeviceNotSetUp, SignInRefused
from clienteling.domain.pin_rules import refuse_pin
from clienteling.domain.store_keys import KEY_BYTES, StoreKeys
from clienteling.secrets import SecretStore, read_enrolment
from clienteling.settings import DeviceSettings
from clienteling.sign_in.slots import PinSlots
from sync.client.httpx_api import HttpxCentralApi
from sync.protocol.associate_proofs import key_request
from sync.protocol.errors import SyncError
from sync.protocol.leases import LeasesRequest
from sync.protocol.people_wire import AssociateKeyReply, AssociateKeyRequest
from sync.protocol.times import Clock
from sync.protocol.wire import SCHEMA

NOT_RECOVERED: Final = "sign_in.not_recovered"
UNSENT_FIRST: Final = "sign_in.unsent_first"

_NOBODY_ELSE: Final[AbstractContextManager[object]] = nullcontext()

log = logging.getLogger(__name__)


class NewPins:
    """New PINs of one device.

    store_key  of a store that is open; None for one that is closed
    unsent     how many changes of others than an associate wait there; of a closed one nobody can tell
    """

    def __init__(
        self,
        settings: DeviceSettings,
        secrets: SecretStore,
        slots: PinSlots,
        *,
        now: Clock,
        store_key: bytes | None = None,
        unsent: Callable[[str], int] = lambda associate_id: 0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._unsent, self._leases = unsent, LeaseFile(settings.data_dir, secrets)
        self._settings, self._secrets, self._slots = settings, secrets, slots
        self._now, self._store_key, self._transport = now, store_key, transport

    def take(
        self,
        associate_id: str,
        code: str,
        pin: str,
        *,
        ends_on: date | None = None,
        alone: AbstractContextManager[object] = _NOBODY_ELSE,
    ) -> None:
        """The associate has this PIN here when this returns, in place of an earlier one. `ends_on`: its last day.

        `alone`: inside it nobody opens the store or changes its key; the network is waited for outside.

        From the first one on the server takes what is written here from those alone who came by a code: what others
        wrote before has to be there already. Raises ValidationFailed(pin.*); SignInRefused with the code of what the
        server says or that it does not answer, sign_in.unsent_first (`count`: changes that wait), or
        sign_in.not_recovered where the store's key is nowhere; DeviceNotSetUp where the device has not enrolled.
        """
        refuse_pin(pin)
        enrolment = read_enrolment(self._secrets)
        if enrolment is None:
            raise DeviceNotSetUp
        waiting = 0 if self._leases.asks_for_keys() else self._unsent(associate_id)
        if waiting:
            raise SignInRefused(UNSENT_FIRST, count=waiting)
        self._slots.make_secret()
        seed = random_bytes.token_bytes(KEY_BYTES)
        key = Ed25519PrivateKey.from_private_bytes(seed)
        request = key_request(
            code,
            registration_id=enrolment.registration_id,
            associate_id=associate_id,
            public_key=key.public_key().public_bytes_raw().hex(),
            signer=key.sign,
        )
        try:
            reply = asyncio.run(self._ask(request))
        except SyncError as error:
            raise SignInRefused(error.code) from error
        with alone:
            private = open_recovered(self._secrets, reply.recovery or "")
            recovered = self._slots.recovered(private) if private is not None else None
            store_key = self._store_key or self._settled(recovered)
            self._slots.set_pin(associate_id, pin, store_key, ends_on=ends_on, signing_key=seed)
            if private is not None and recovered is not None and recovered.key == store_key:
                note_recoverable(self._secrets, self._slots, private)

    def _settled(self, recovered: StoreKeys | None) -> bytes:
        if recovered is None:
            raise SignInRefused(NOT_RECOVERED)
        return KeyChange(self._settings, self._secrets, self._now).settled(recovered)

    def needs_code(self) -> bool:
        """Whether the server would refuse what the owner of a PIN without a code writes here: as it says now, else as
        it said last. Waits for the network."""
        if read_enrolment(self._secrets) is None or not self._settings.central_url:
            return False
        with suppress(SyncError):
            asyncio.run(self._hear())
        return self._leases.asks_for_keys()

    async def _hear(self) -> None:
        async with self._line() as api:
            self._leases.keep(await api.leases(LeasesRequest(schema_number=SCHEMA)))

    async def _ask(self, request: AssociateKeyRequest) -> AssociateKeyReply:
        async with self._line() as api:
            reply = await api.add_key(request)
            try:  # whoever has no key is to be told so from now on, and not after the next sync
                self._leases.keep(await api.leases(LeasesRequest(schema_number=SCHEMA)))
            except SyncError as error:
                log.warning("leases not fetched", extra={"code": error.code})
            return reply

    def _line(self) -> HttpxCentralApi:
        credentials = credentials_of(self._secrets)
        assert credentials is not None
        return open_api(server_address(self._settings), credentials, now=self._now, transport=self._transport)

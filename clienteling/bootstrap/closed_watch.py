"""A closed device asks its server now and then whether it is still one of the store's, and who may come in.

A tablet that was lost lies somewhere locked: it is emptied once its server has said that it is revoked. Where it holds
what the server does not have, it waits for a PIN, with which that can be handed over, as long as the server takes it.
"""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import httpx

from clienteling.bootstrap.credentials import ReadCredentials, open_api, server_address
from clienteling.bootstrap.leases import LeaseFile
from clienteling.domain.errors import ClientelingError
from clienteling.secrets import Enrolment, SecretStore, read_enrolment
from clienteling.settings import DeviceSettings
from clienteling.sign_in.slots import PinSlots
from sync.client.httpx_api import HttpxCentralApi
from sync.engine.fetch_leases import fetch_leases
from sync.protocol.errors import DeviceRevoked, QuarantineClosed, SyncError
from sync.protocol.times import Clock
from sync.protocol.wire import QuarantineRequest

EVERY_S: Final = 600.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ClosedWatch:
    """Of one data directory. `is_open`: whether its store is; `revoked` has the device emptied and the program end."""

    settings: DeviceSettings
    secrets: SecretStore
    slots: PinSlots
    is_open: Callable[[], bool]
    revoked: Callable[[], None]
    now: Clock
    transport: httpx.AsyncBaseTransport | None = None

    def look(self) -> None:
        """Asks once, where the store is closed. Without an answer, or room to note it, nothing changes."""
        if self.is_open():
            return
        try:
            if self._is_revoked():
                self._heard()
        except (SyncError, ClientelingError) as error:
            log.debug("a closed device did not hear of its server", extra={"code": error.code})
        except sqlite3.Error as error:
            log.warning("a revoked device could not note it", extra={"kind": type(error).__name__})

    def _is_revoked(self) -> bool:
        try:
            asyncio.run(self._ask())
        except DeviceRevoked:
            return True
        return False

    @contextmanager
    def watching(self, every_s: float = EVERY_S) -> Iterator[None]:
        """Looks at once and then so often, in a thread, inside the block."""
        over = threading.Event()

        def watch() -> None:
            self.look()
            while not over.wait(every_s):
                self.look()

        thread = threading.Thread(target=watch, name="closed-watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(timeout=5)

    async def _ask(self) -> None:
        enrolment = await self._enrolment()
        if enrolment is None or not self.settings.central_url:
            return
        async with self._api(enrolment) as api:
            await fetch_leases(api, LeaseFile(self.settings.data_dir, self.secrets))

    async def _is_still_taken(self) -> bool:
        """Whether the server still takes what a revoked device had not sent. It is asked: this clock may be wrong."""
        enrolment = await self._enrolment()
        assert enrolment is not None  # its server has just spoken of it
        async with self._api(enrolment) as api:
            try:
                await api.quarantine(QuarantineRequest(device_id=enrolment.registration_id, entries=[]))
            except QuarantineClosed:
                return False
        return True

    async def _enrolment(self) -> Enrolment | None:
        return await asyncio.to_thread(read_enrolment, self.secrets)

    def _api(self, enrolment: Enrolment) -> HttpxCentralApi:
        read = ReadCredentials(enrolment)  # an engine that begins meanwhile has the refresh token to itself
        return open_api(server_address(self.settings), read, now=self.now, transport=self.transport)

    def _heard(self) -> None:
        if self.slots.unsent() == 0 or not asyncio.run(self._is_still_taken()):
            self.revoked()
        else:
            log.warning("a revoked device waits for a PIN: it holds what was not sent")

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
from datetime import timedelta
from typing import Final

import httpx

from clienteling.bootstrap.credentials import ReadCredentials, open_api
from clienteling.bootstrap.leases import LeaseFile
from clienteling.domain.errors import ClientelingError
from clienteling.secrets import SecretStore, read_enrolment
from clienteling.settings import DeviceSettings
from clienteling.sign_in.slots import PinSlots
from sync.engine.fetch_leases import fetch_leases
from sync.protocol.errors import DeviceRevoked, SyncError
from sync.protocol.times import Clock

EVERY_S: Final = 600.0
HANDED_OVER_WITHIN: Final = timedelta(hours=24)
"""For so long the server takes what a revoked device had not sent (`/v1/quarantine`)."""

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
        enrolment = await asyncio.to_thread(read_enrolment, self.secrets)
        if enrolment is None or not self.settings.central_url:
            return
        read = ReadCredentials(enrolment)  # an engine that begins meanwhile has the refresh token to itself
        async with open_api(self.settings.central_url, read, now=self.now, transport=self.transport) as api:
            await fetch_leases(api, LeaseFile(self.settings.data_dir, self.secrets))

    def _heard(self) -> None:
        now = self.now()
        waited = now - self.slots.revoked_since(now)
        if self.slots.unsent() == 0 or waited >= HANDED_OVER_WITHIN:
            self.revoked()
        else:
            log.warning("a revoked device waits for a PIN: it holds what was not sent")

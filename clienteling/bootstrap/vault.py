"""A device whose store is open only while somebody is signed in: the key is in memory from a PIN until they have left.

The first PIN opens the store and starts the engine; a sync of two seconds at most follows, so that whoever left the
company meanwhile is told so, and the screens begin with what is true now. Behind the last session the engine ends and
the files close.
"""

import itertools
import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Final, Protocol

from clienteling.bootstrap.key_change import KeyChange
from clienteling.bootstrap.pins import door_of
from clienteling.bootstrap.running import Running
from clienteling.domain.access import Access
from clienteling.domain.brand import Brand
from clienteling.domain.errors import ClientelingError, LeaseEnded, PinGone, ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.domain.sync_status import Connection, SyncStatus
from clienteling.sign_in.names_file import NamesFile
from clienteling.sign_in.slots import PinSlots
from clienteling.use_cases.front_door import FrontDoor
from clienteling.use_cases.services import Services
from clienteling.use_cases.sign_in import refuse_unleased

FIRST_SYNC_S: Final = 2.0
"""For it the first screen waits, where there is a network."""
LATE_SYNC_S: Final = 15.0
"""For it whoever may not come in without one waits."""

_AT_THE_DOOR: Final = itertools.count(-1, -1)
"""Who takes a code while the device is open; sessions have numbers from 0 on."""

log = logging.getLogger(__name__)

Opening = Callable[[bytes], AbstractContextManager[Running]]
"""What opens the device with the store's key, and closes it at the block's end."""


class TakesCodes(Protocol):
    """`NewPins`, of a device that is closed."""

    def take(self, associate_id: str, code: str, pin: str, *, alone: AbstractContextManager[object]) -> None: ...


class Vault:
    """Opens and closes the device. Thread-safe; `close` it at the program's end."""

    def __init__(
        self,
        opening: Opening,
        slots: PinSlots,
        names: NamesFile,
        new_pins: TakesCodes,
        key_change: KeyChange,
        *,
        first_sync_s: float = FIRST_SYNC_S,
        late_sync_s: float = LATE_SYNC_S,
    ) -> None:
        self.opened: Signal[Services | None] = Signal(None)
        self._opening, self._slots, self._names, self._new_pins = opening, slots, names, new_pins
        self._key_change = key_change
        self._first_sync_s, self._late_sync_s = first_sync_s, late_sync_s
        self._lock = threading.RLock()
        self._inside: set[int] = set()
        self._stack = ExitStack()
        self._running: Running | None = None
        self._key: bytes | None = None

    def front_door(self, brand: Brand) -> FrontDoor:
        return FrontDoor(brand, self.opened, self._names.read, self.come_in, self.leave, self._new_pin)

    @property
    def running(self) -> Running | None:
        """The device while it is open."""
        return self._running

    def come_in(self, associate_id: str, pin: str, visitor: int) -> None:
        """The device is open when this returns, and the session is in.

        Raises PinWrong, PinWaits, PinGone, PinExpired, LeaseEnded, and what opening raises; the device stays as it was.
        """
        with self._lock:
            if self._running is None:
                self._open(associate_id, pin)
            else:
                sign_in = self._running.services.sign_in
                assert sign_in is not None
                sign_in.sign_in(associate_id, pin)
            assert self._running is not None
            self._inside.add(visitor)
            self.opened.publish(self._running.services)

    def leave(self, visitor: int) -> None:
        """That session is out. Behind the last one the device closes; screens are told before.

        Where the store is to be put under another key, that is done then: seconds, for which the next one in waits.
        """
        with self._lock:
            self._inside.discard(visitor)
            key = self._key
            if not self._inside:
                self.close()
                if key is not None:
                    self._key_change.change_if_due(key)

    def close(self) -> None:
        """The device is closed, and its key forgotten. Nothing where it is."""
        with self._lock:
            self._inside.clear()
            self.opened.publish(None)
            try:
                if self._running is not None:
                    self._note_unsent(self._running)
                self._stack.close()
            finally:
                self._running = self._key = None

    def _note_unsent(self, running: Running) -> None:
        """Where that cannot be noted, the device closes all the same; it is unknown then, as while it was open."""
        try:
            self._slots.note_unsent(running.device.store.waiting())
        except (ClientelingError, sqlite3.Error) as error:
            log.warning("what was not sent could not be counted", extra={"kind": type(error).__name__})

    def _new_pin(self, associate_id: str, *, code: str, pin: str, again: str) -> None:
        """The server is waited for while others come in and leave; an open device stays open for that long."""
        here = next(_AT_THE_DOOR)
        with self._lock:
            services = self._running.services.sign_in if self._running is not None else None
            new_pin = services.new_pin if services is not None else None
            if new_pin is not None:
                self._inside.add(here)
        if new_pin is not None:
            try:
                new_pin(associate_id, code=code, pin=pin, again=again)
            finally:
                self.leave(here)
            return
        if pin != again:
            raise ValidationFailed("again", "pin.not_the_same")
        self._new_pins.take(associate_id, code, pin, alone=self._lock)

    def take_key(self) -> bytes | None:
        """The store's key while the device is open, for what has to be done after it was closed."""
        return self._key

    def _open(self, associate_id: str, pin: str) -> None:
        state = self._slots.states().get(associate_id)
        keys = self._slots.open(associate_id, pin)
        store_key = self._key_change.settled(keys.keys)
        self._slots.forget_unsent()
        self._running = self._stack.enter_context(self._opening(store_key))
        self._key = store_key
        try:
            self._admit(self._running, associate_id)
            door = self._running.services
            if state is not None and state.failures:
                door.note_access(Access.SIGN_IN_FAILED, author_id=associate_id, times=state.failures, by="closed")
            door.note_access(Access.SIGNED_IN, author_id=associate_id)
            self._running.signed_in.came_in(associate_id, keys.signing_key)
        except BaseException:
            self.close()
            raise

    def _admit(self, running: Running, associate_id: str) -> None:
        """Nothing, where they work here and the server was heard of lately. Raises LeaseEnded, PinGone."""
        door = door_of(running.device, running.signed_in)
        synced = _FirstSync(running.device.status_signal)
        synced.wait(self._first_sync_s)
        try:
            refuse_unleased(door, associate_id)
        except LeaseEnded:
            if not synced.wait(self._late_sync_s):
                raise
            refuse_unleased(door, associate_id)
        here = {one.id for one in running.services.associates()}
        if here and associate_id not in here:
            log.warning("an associate of another store, or of none, was refused", extra={"associate_id": associate_id})
            raise PinGone


class _FirstSync:
    """The first answer to whether there is a network: a sync that ended well or did not."""

    def __init__(self, status: Signal[SyncStatus]) -> None:
        self._known = threading.Event()
        self._stop = status.subscribe(self._look)
        self._look(status.value)

    def _look(self, status: SyncStatus) -> None:
        if status.connection is not Connection.UNKNOWN:
            self._known.set()

    def wait(self, seconds: float) -> bool:
        """Whether it is known before that."""
        return self._known.wait(seconds)

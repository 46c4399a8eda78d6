"""Sealed keys and wrong tries in a small SQLite file beside the store: ids and numbers, no name.

Under each PIN lie two keys of the associate's own on this device: one by which the server knows who acts there, and one
to which the store's key is sealed (`holders`).

A try is counted and on disk before it is checked, so that a process that is killed gets none back.
"""

import secrets
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clienteling.domain.errors import PinExpired, PinGone, PinWaits, PinWrong
from clienteling.domain.pin_rules import MOST_TRIES, refuse_pin, wait_after
from clienteling.domain.store_keys import StoreKeys, key_check
from clienteling.sign_in import holders, notes
from clienteling.sign_in.holders import Holders, forget_holders, new_receiving_key, secret_box
from clienteling.sign_in.notes import Note
from clienteling.sign_in.sealing import COST, KEY_BYTES, Cost, Owner, Sealed, seal, unseal
from clienteling.small_database import opened, writing
from sync.protocol.times import Clock

SLOTS_FILE: Final = "sign-in.db"
_SECOND: Final = timedelta(seconds=1)
RECOVERY: Final = "recovery"
"""The name of the holder whose private key lies at the server."""
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS slot (
    associate_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    salt BLOB NOT NULL,
    box BLOB NOT NULL,
    memory_kib INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    lanes INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    last_try_us INTEGER NOT NULL DEFAULT 0,
    ends_on TEXT,
    public_key BLOB NOT NULL
) STRICT, WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a PIN opens.

    signing_key    the private Ed25519 key of the associate on this device, 32 bytes
    receiving_key  the private X25519 key to which the store's key is sealed, 32 bytes
    """

    keys: StoreKeys
    signing_key: bytes = field(repr=False)
    receiving_key: bytes = field(repr=False)

    @property
    def store_key(self) -> bytes:
        return self.keys.key


@dataclass(frozen=True, slots=True)
class SlotState:
    """How an associate's PIN stands. `ends_on`: the last day on which it opens; None for no end."""

    failures: int
    waits_until: datetime | None
    ends_on: date | None

    @property
    def tries_left(self) -> int:
        return MOST_TRIES - self.failures


class PinSlots:
    """The PINs of one data directory. Any thread, any number of processes."""

    def __init__(
        self,
        path: Path,
        *,
        folder_id: str,
        device_secret: Callable[[], bytes],
        now: Clock,
        today: Callable[[], date],
        cost: Cost = COST,
    ) -> None:
        """`device_secret`: from the keyring; `today`: by the store's calendar. Nothing is made before a PIN is set."""
        self._path, self._folder_id, self._device_secret = path, folder_id, device_secret
        self._now, self._today, self._cost = now, today, cost
        self._one_at_a_time = threading.Lock()  # a try takes 64 MiB

    def states(self) -> dict[str, SlotState]:
        """How each PIN stands, by associate."""
        return {row["associate_id"]: self._state(row) for row in _read_slots(self._path)}

    def holders(self) -> frozenset[str]:
        """Ids of the associates who have a PIN here."""
        return frozenset(self.states())

    def public_key(self, associate_id: str) -> bytes | None:
        """The public half of the associate's signing key, 32 bytes; None where they have no PIN here."""
        if not self._path.exists():
            return None
        with self._writing() as connection:
            row = connection.execute("SELECT public_key FROM slot WHERE associate_id = ?", (associate_id,)).fetchone()
        return row["public_key"] if row is not None else None

    def set_pin(
        self,
        associate_id: str,
        pin: str,
        key: bytes,
        *,
        ends_on: date | None = None,
        signing_key: bytes | None = None,
    ) -> None:
        """Seals the store's key and a signing key, else a new one, under the PIN. Raises ValidationFailed(pin.*).

        The server knows the earlier signing key alone: it has to be told of this one.
        """
        refuse_pin(pin)
        private, public = new_receiving_key()
        opened = Opened(StoreKeys(key), signing_key or secrets.token_bytes(KEY_BYTES), private)
        row = self._row(associate_id, pin, opened, ends_on)
        with self._writing() as connection:
            _keep(connection, row)
            self._holders(connection).give(associate_id, public, opened.keys)
            forget_holders(connection, associate_id, but=public)

    def make_secret(self) -> None:
        """The device's secret is there, also where nobody has a PIN yet."""
        self._device_secret()

    def note_unsent(self, count: int) -> None:
        """How many changes the server did not have when the store was closed."""
        with self._writing() as connection:
            notes.keep(connection, Note.UNSENT, count)

    def forget_unsent(self) -> None:
        """Nobody knows it from now on: the store is about to be open, and what kills the program then notes nothing."""
        with self._writing() as connection:
            notes.forget(connection, Note.UNSENT)

    def unsent(self) -> int | None:
        """What was noted when the store was closed; None before that, and where its program was killed instead."""
        with self._writing() as connection:
            return notes.number_of(connection, Note.UNSENT)

    def _row(self, associate_id: str, pin: str, opened: Opened, ends_on: date | None) -> tuple[object, ...]:
        inside = opened.signing_key + opened.receiving_key
        sealed = seal(inside, pin, self._owner(associate_id), device_secret=self._device_secret(), cost=self._cost)
        cost = sealed.cost
        public_key = Ed25519PrivateKey.from_private_bytes(opened.signing_key).public_key().public_bytes_raw()
        last_day = ends_on.isoformat() if ends_on else None
        return (
            associate_id, sealed.version, sealed.salt, sealed.box, cost.memory_kib, cost.passes, cost.lanes, last_day,
            public_key,
        )  # fmt: skip

    def open(self, associate_id: str, pin: str) -> Opened:
        """What lies under the PIN. Raises PinGone, PinExpired, PinWaits, PinWrong, and what `device_secret` raises.

        The last try takes the sealed keys with it.
        """
        secret = self._device_secret()  # a keyring that does not answer costs no try
        with self._one_at_a_time:
            sealed, failures = self._take_a_try(associate_id)
            inside = unseal(sealed, pin, self._owner(associate_id), device_secret=secret)
            with self._writing() as connection:
                keys = self._holders(connection).take(inside[KEY_BYTES:]) if inside is not None else None
                if inside is not None:
                    connection.execute("UPDATE slot SET failures = 0 WHERE associate_id = ?", (associate_id,))
                elif failures >= MOST_TRIES:
                    _remove(connection, associate_id)
        if inside is None:
            raise PinGone if failures >= MOST_TRIES else PinWrong(MOST_TRIES - failures)
        if keys is None:
            raise PinGone  # what was sealed to this PIN's key was taken away, or changed
        return Opened(keys, inside[:KEY_BYTES], inside[KEY_BYTES:])

    def change_pin(self, associate_id: str, pin: str, new_pin: str) -> None:
        """Raises what `open` and `set_pin` raise; the old PIN stays then."""
        refuse_pin(new_pin)
        opened = self.open(associate_id, pin)
        row = self._row(associate_id, new_pin, opened, self.states()[associate_id].ends_on)
        with self._writing() as connection:
            _keep(connection, row)

    def remove(self, associate_id: str) -> bool:
        """Whether there was a PIN to remove. The store is to be put under another key then."""
        if not self._path.exists():
            return False
        with self._writing() as connection:
            removed = _remove(connection, associate_id)
            if removed:
                notes.keep_first(connection, Note.KEY_CHANGE_DUE, self._now())
            return removed

    def give_recovery(self, receiving_key: bytes, key: bytes) -> None:
        """Whoever has the private half can take the store's key, as long as `keep_recovery` does not name another."""
        with self._writing() as connection:
            self._holders(connection).give(RECOVERY, receiving_key, StoreKeys(key))

    def keep_recovery(self, receiving_key: bytes) -> None:
        """No other receiving key for recovery holds the store's key."""
        with self._writing() as connection:
            forget_holders(connection, RECOVERY, but=receiving_key)

    def recovered(self, private_key: bytes) -> StoreKeys | None:
        """What a private key that the server had opens."""
        if not self._path.exists():
            return None
        with self._writing() as connection:
            return self._holders(connection).take(private_key)

    def holds(self, key: bytes) -> bool:
        """Whether somebody's PIN opens this very key, and recovery does as well."""
        if not self._path.exists():
            return False
        with self._writing() as connection:
            rows = connection.execute("SELECT name FROM holder WHERE key_check = ?", (key_check(key),)).fetchall()
        names = {row["name"] for row in rows}
        return RECOVERY in names and len(names) > 1

    def ask_key_change(self) -> None:
        """The store is to be put under another key as soon as it is closed."""
        with self._writing() as connection:
            notes.keep_first(connection, Note.KEY_CHANGE_DUE, self._now())

    def key_change_due(self) -> datetime | None:
        """Since when the store is to be put under another key; None where it is not."""
        if not self._path.exists():
            return None
        with self._writing() as connection:
            return notes.time_of(connection, Note.KEY_CHANGE_DUE)

    def give_keys(self, keys: StoreKeys) -> None:
        """All who hold the store's key hold these from now on. With one key alone, its change is done."""
        if not self._path.exists():
            return
        with self._writing() as connection:
            self._holders(connection).give_all(keys)
            if keys.before is None:
                notes.forget(connection, Note.KEY_CHANGE_DUE)

    def _take_a_try(self, associate_id: str) -> tuple[Sealed, int]:
        """The sealed key and the number of this try, which is on disk as a wrong one when this returns."""
        if not self._path.exists():
            raise PinGone
        with self._writing() as connection:
            row = connection.execute("SELECT * FROM slot WHERE associate_id = ?", (associate_id,)).fetchone()
            if row is None:
                raise PinGone
            state = self._state(row)
            if state.tries_left <= 0:  # a process was killed on the last try
                _remove(connection, associate_id)
                connection.execute("COMMIT")
                raise PinGone
            if state.ends_on is not None and self._today() > state.ends_on:
                raise PinExpired
            now = self._now()
            if state.waits_until is not None:
                if row["last_try_us"] > notes.microseconds(now):  # the clock was set back: it waits from now on
                    _note_try(connection, associate_id, now)
                    connection.execute("COMMIT")
                raise PinWaits(max(1, ceil((state.waits_until - now) / _SECOND)))
            _note_try(connection, associate_id, now)
            connection.execute("UPDATE slot SET failures = failures + 1 WHERE associate_id = ?", (associate_id,))
        cost = Cost(row["memory_kib"], row["passes"], row["lanes"])
        return Sealed(row["salt"], row["box"], cost, row["version"]), state.failures + 1

    def _state(self, row: sqlite3.Row) -> SlotState:
        now, last = self._now(), datetime.fromtimestamp(0, UTC) + timedelta(microseconds=row["last_try_us"])
        until = min(last, now) + wait_after(row["failures"])
        ends_on = date.fromisoformat(row["ends_on"]) if row["ends_on"] else None
        return SlotState(row["failures"], until if row["failures"] and until > now else None, ends_on)

    def _owner(self, associate_id: str) -> Owner:
        return Owner(associate_id, self._folder_id)

    def _holders(self, connection: sqlite3.Connection) -> Holders:
        return Holders(connection, secret_box(self._device_secret()), self._folder_id)

    def _writing(self) -> AbstractContextManager[sqlite3.Connection]:
        return writing(self._path, _make_tables)


def has_pins(path: Path) -> bool:
    """Whether anybody has a PIN in that file, if there is one."""
    return bool(_read_slots(path))


def _read_slots(path: Path) -> list[sqlite3.Row]:
    if not path.exists():
        return []
    with opened(path) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'slot'").fetchone() is None:
            return []  # what was to be kept first found no room
        return connection.execute("SELECT * FROM slot ORDER BY associate_id").fetchall()


def _make_tables(connection: sqlite3.Connection) -> None:
    connection.execute(_TABLE)
    holders.make_table(connection)
    notes.make_table(connection)


def _keep(connection: sqlite3.Connection, row: tuple[object, ...]) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO slot"
        " (associate_id, version, salt, box, memory_kib, passes, lanes, ends_on, public_key)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row,
    )


def _remove(connection: sqlite3.Connection, associate_id: str) -> bool:
    forget_holders(connection, associate_id)
    return connection.execute("DELETE FROM slot WHERE associate_id = ?", (associate_id,)).rowcount > 0


def _note_try(connection: sqlite3.Connection, associate_id: str, at: datetime) -> None:
    connection.execute("UPDATE slot SET last_try_us = ? WHERE associate_id = ?", (notes.microseconds(at), associate_id))

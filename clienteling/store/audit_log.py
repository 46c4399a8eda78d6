"""Who looked: the device's audit log, in the outbox's file and in the process that shows what was looked at.

An entry is in the file before what it tells of is on a screen. It does not wait for the disk: a process that is killed
loses none, and a power cut may lose the last ones, whose numbers the server was not told of. The chain, and what the
server makes of it, are `sync.protocol.audit`'s.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from clienteling.store.ask import ask
from clienteling.store.database import Database
from sync.engine.ports import LogStanding
from sync.protocol.audit import AuditEntry, AuditKind, AuditTip, BrokenLink, first_broken, first_hash, next_hash
from sync.protocol.ids import is_uuid

KEPT_AFTER_SENT: Final = timedelta(days=90)
"""Then the server's copy is enough."""
_BEGIN: Final = (
    "INSERT INTO audit_log (id, log_id, last_n, last_hash, sent_n, before_n, before_hash) VALUES (1, ?, 0, ?, 0, 0, ?)"
)
_LOG: Final = "SELECT log_id, last_n, last_hash, sent_n, before_n, before_hash FROM audit_log"
_APPEND: Final = "INSERT INTO audit_entry (n, at, kind, actor, customer_id, details, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"
_MOVE_ON: Final = "UPDATE audit_log SET last_n = ?, last_hash = ?"
_ENTRIES: Final = (
    "SELECT n, at, kind, actor, customer_id, details, hash FROM audit_entry WHERE n > ? ORDER BY n LIMIT ?"
)
_ABOUT: Final = (
    "SELECT n, at, kind, actor, customer_id, details, hash FROM audit_entry WHERE customer_id = ? ORDER BY n"
)
_DOINGS: Final = "SELECT kind, customer_id, at FROM audit_entry WHERE actor = ? AND at > ? AND at <= ? ORDER BY at"
_READ_AT_ONCE: Final = 1_000

log = logging.getLogger(__name__)


class AuditLog:
    """The log of one device. Thread-safe."""

    def __init__(self, database: Database, *, new_id: Callable[[], str]) -> None:
        """Begins a log where there is none yet."""
        self._database = database
        with database.reading() as connection:
            begun = ask(connection, _LOG)
        if not begun:
            with database.writing() as connection:
                _begin(connection, new_id())

    def append(
        self,
        kind: AuditKind,
        *,
        actor: str | None,
        customer_id: str | None = None,
        details: Mapping[str, str | int] | None = None,
        at: datetime,
    ) -> int:
        """The entry's number. Raises DiskFull, StoreBusy: then nothing is kept, and nothing is to be shown."""
        with self._database.writing(waits_for_disk=False) as connection:
            return _append(connection, kind, _id(actor), _id(customer_id), dict(details or {}), _time(at))

    def standing(self) -> LogStanding:
        with self._database.reading() as connection:
            return _standing(connection)

    def unsent(self, limit: int) -> Sequence[AuditEntry]:
        """The next entries that the server does not have, in order."""
        with self._database.reading() as connection:
            return _entries(connection, _standing(connection).sent_n, limit)

    def note_kept(self, log_id: str, kept_n: int, *, now: datetime) -> None:
        """The server has entries up to `kept_n`, fewer than before where it was restored; old ones go here."""
        with self._database.writing() as connection:
            standing = _standing(connection)
            if standing.log_id == log_id:
                connection.exec_driver_sql("UPDATE audit_log SET sent_n = ?", (min(kept_n, standing.tip.n),))
                _let_go(connection, kept_n, _time(now - KEPT_AFTER_SENT))

    def begin_anew(self, log_id: str, *, at: datetime) -> None:
        """A new log: the old one's end first, then what was never sent. The server has found the old one broken."""
        with self._database.writing() as connection:
            old = _standing(connection)
            unsent = _entries(connection, old.sent_n, old.tip.n)
            told: dict[str, str | int] = {
                "log_id": old.log_id,
                "sent_n": old.sent_n,
                "last_n": old.tip.n,
                "last_hash": old.tip.hash,
            }
            connection.exec_driver_sql("DELETE FROM audit_entry")
            connection.exec_driver_sql("DELETE FROM audit_log")
            _begin(connection, log_id)
            _append(connection, AuditKind.LOG_BEGUN, None, None, told, _time(at))
            for one in unsent:
                _append(connection, one.kind, one.actor, one.customer_id, one.details, one.at)
        log.warning("audit log begun anew", extra={"before": old.log_id, "sent_n": old.sent_n})

    def first_broken(self) -> BrokenLink | None:
        """The first link that does not hold, None where the whole log is as it was written. Reads all of it."""
        with self._database.reading() as connection:
            standing = _standing(connection)

            def every() -> Any:
                n = standing.before.n
                while entries := _entries(connection, n, _READ_AT_ONCE):
                    yield from entries
                    n = entries[-1].n

            return first_broken(every(), after=standing.before, tip=standing.tip)

    def about(self, customer_id: str) -> Sequence[AuditEntry]:
        """Everything that was done about a customer, oldest first."""
        with self._database.reading() as connection:
            return [_entry(row) for row in ask(connection, _ABOUT, (customer_id,))]

    def doings(self, actor: str, *, after: datetime, until: datetime) -> list[tuple[str, str | None, str]]:
        """What this associate did between these times: kind, customer and when, oldest first."""
        with self._database.reading() as connection:
            return [(kind, one, at) for kind, one, at in ask(connection, _DOINGS, (actor, _time(after), _time(until)))]


def _id(text: str | None) -> str | None:
    """An id, and nothing else: the server would take none of a log that had a name in it."""
    return text if text is not None and is_uuid(text) else None


def _time(moment: datetime) -> str:
    """Wire text whose order is that of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _begin(connection: Connection, log_id: str) -> None:
    start = first_hash(log_id)
    connection.exec_driver_sql(_BEGIN, (log_id, start, start))


def _standing(connection: Connection) -> LogStanding:
    log_id, last_n, last_hash, sent_n, before_n, before_hash = ask(connection, _LOG)[0]
    return LogStanding(log_id, AuditTip(n=last_n, hash=last_hash), sent_n, AuditTip(n=before_n, hash=before_hash))


def _append(
    connection: Connection,
    kind: str,
    actor: str | None,
    customer_id: str | None,
    details: dict[str, str | int],
    at: str,
) -> int:
    _, last_n, last_hash, *_ = ask(connection, _LOG)[0]
    n = int(last_n) + 1
    link = next_hash(last_hash, n, at, kind, actor, customer_id, details)
    connection.exec_driver_sql(_APPEND, (n, at, kind, actor, customer_id, orjson.dumps(details).decode(), link))
    connection.exec_driver_sql(_MOVE_ON, (n, link))
    return n


def _let_go(connection: Connection, kept_n: int, until: str) -> None:
    old = ask(
        connection, "SELECT n, hash FROM audit_entry WHERE n <= ? AND at < ? ORDER BY n DESC LIMIT 1", (kept_n, until)
    )
    if old:
        connection.exec_driver_sql("DELETE FROM audit_entry WHERE n <= ?", (old[0][0],))
        connection.exec_driver_sql("UPDATE audit_log SET before_n = ?, before_hash = ?", old[0])


def _entries(connection: Connection, after_n: int, limit: int) -> list[AuditEntry]:
    return [_entry(row) for row in ask(connection, _ENTRIES, (after_n, limit))]


def _entry(row: tuple[Any, ...]) -> AuditEntry:
    n, at, kind, actor, customer_id, details, link = row
    return AuditEntry.model_construct(
        n=n, at=at, kind=kind, actor=actor, customer_id=customer_id, details=orjson.loads(details), hash=link
    )

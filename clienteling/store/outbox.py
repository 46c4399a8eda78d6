"""The outbox: who this device is and everything people did on it, in order, until the server has decided.

The truth of what a person did: an entry is on disk here before any row shows it. Numbers come from `next_n` and none
is ever missing: an entry that was refused, has expired or was erased keeps number and uuid and is called `void`.
Functions that read take a connection, so that a caller sees identity and entries in one snapshot.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, bindparam, func, select, text
from sqlalchemy.dialects.sqlite import insert

from clienteling.domain.errors import NotFound
from clienteling.store.database import Database
from clienteling.store.erasures import keep_open
from clienteling.store.tables import ATTENTION, ENTRY, ERASED, IDENTITY
from sync.protocol.errors import DeviceForked
from sync.protocol.kinds import RecordKey
from sync.protocol.mutations import VOID, Entry, touches
from sync.protocol.times import from_wire
from sync.protocol.wire import Ack, EntryMessage, Verdict, VerdictStatus

KEPT_AFTER_ACK: Final = timedelta(days=14)
_BLANK: Final[dict[str, Any]] = {"name": VOID, "version": 1, "args": "{}", "actor": None, "at": ""}
_NEEDS_PEOPLE: Final = frozenset({VerdictStatus.REJECTED, VerdictStatus.MERGED})


@dataclass(frozen=True, slots=True)
class Identity:
    """`settled_n`: up to here the outbox holds every verdict."""

    device_id: str
    next_n: int
    settled_n: int


@dataclass(frozen=True, slots=True)
class AttentionEntry:
    """A refused or merged entry as it was written. `keys`: what it touches; entries that share one belong together."""

    entry: Entry
    verdict: VerdictStatus
    code: str | None
    noted_at: datetime
    keys: tuple[RecordKey, ...]


# Built once: building a statement costs as much as five runs of it, and an idle sync is little else.
_IDENTITY = select(IDENTITY.c.device_id, IDENTITY.c.next_n, IDENTITY.c.settled_n)
_ENTRIES = ENTRY.select().where(ENTRY.c.n > bindparam("after")).order_by(ENTRY.c.n).limit(bindparam("most"))
_NUMBERED = (
    ENTRY.select()
    .where(ENTRY.c.n.in_(select(func.json_each(bindparam("numbers")).table_valued("value").c.value)))
    .order_by(ENTRY.c.n)
)
_NAMES_ERASED = select(ERASED.c.id).where(
    ERASED.c.id.in_(select(func.json_each(bindparam("ids")).table_valued("value").c.value))
)
_KEEP_ERASED = insert(ERASED).on_conflict_do_nothing()
_UUID = select(ENTRY.c.uuid).where(ENTRY.c.n == bindparam("number"))


def read_identity(connection: Connection) -> Identity:
    return Identity(*connection.execute(_IDENTITY).one())


def read_entries(connection: Connection, *, after_n: int, limit: int) -> list[Entry]:
    """Entries above `after_n` in order, voids included."""
    return _as_entries(connection, connection.execute(_ENTRIES, {"after": after_n, "most": limit}).all())


def read_numbered(connection: Connection, numbers: Iterable[int]) -> list[Entry]:
    """The entries with these numbers, in order."""
    wanted = orjson.dumps(sorted(numbers)).decode()
    return _as_entries(connection, connection.execute(_NUMBERED, {"numbers": wanted}).all())


def _as_entries(connection: Connection, rows: Sequence[Row[Any]]) -> list[Entry]:
    if not rows:
        return []
    device_id = read_identity(connection).device_id
    return [_entry(row, device_id) for row in rows]


def read_uuid(connection: Connection, n: int) -> str | None:
    """The uuid of the entry with this number, void ones included; None where there is none."""
    found: str | None = connection.execute(_UUID, {"number": n}).scalar_one_or_none()
    return found


def open_args(connection: Connection, *, after_n: int) -> list[str]:
    """What entries above `after_n` and those in Needs attention are about, as JSON text."""
    waiting = select(ENTRY.c.args).where(ENTRY.c.n > after_n, ENTRY.c.name != VOID)
    return [*connection.execute(waiting).scalars(), *connection.execute(select(ATTENTION.c.args)).scalars()]


def is_of_another(connection: Connection, ack: Ack) -> bool:
    """Whether the server has another entry under the highest number it has decided: another machine used it."""
    return ack.uuid is not None and read_uuid(connection, ack.n) != ack.uuid


def to_message(entry: Entry) -> EntryMessage:
    """The entry on its way up."""
    return EntryMessage(
        n=entry.n,
        uuid=entry.uuid,
        name=entry.name,
        version=entry.version,
        args=dict(entry.args),
        actor=entry.actor,
        at=entry.at,
    )


def _entry(row: Row[Any], device_id: str) -> Entry:
    return Entry(device_id, row.n, row.uuid, row.name, row.version, orjson.loads(row.args), row.actor, row.at)


class Outbox:
    """`outbox.db` of one device."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._marked_n = 0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._database.reading() as connection:
            yield connection

    def identity(self) -> Identity:
        with self.reading() as connection:
            return read_identity(connection)

    def ensure_identity(self, new_device_id: str) -> None:
        """Give a new outbox its device id; one that has an identity keeps it."""
        row = {"id": 1, "device_id": new_device_id, "next_n": 1, "settled_n": 0}
        with self._database.writing() as connection:
            connection.execute(insert(IDENTITY).on_conflict_do_nothing(), row)

    def append(
        self, uuid: str, name: str, version: int, *, args: Mapping[str, Any], actor: str | None, at: str
    ) -> Entry:
        """The entry, on disk under the next number. Raises NotFound where it is about what was erased."""
        with self._database.writing() as connection:
            identity = read_identity(connection)
            entry = Entry(identity.device_id, identity.next_n, uuid, name, version, args, actor, at)
            named = {"ids": orjson.dumps([key.id for key in touches(entry)]).decode()}
            if connection.execute(_NAMES_ERASED, named).first() is not None:
                raise NotFound
            connection.execute(ENTRY.insert(), _row(entry))
            connection.execute(IDENTITY.update().values(next_n=identity.next_n + 1))
        return entry

    def note_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Keep early verdicts of a push; those already settled by a pull stand."""
        if not verdicts:
            return
        with self._database.writing() as connection:
            settled_n = read_identity(connection).settled_n
            early = [verdict for verdict in verdicts if verdict.n > settled_n]
            if early:
                _keep_verdicts(connection, early)

    def settle_verdicts(self, ack: Ack, *, at: datetime) -> None:
        """Keep the verdict of every entry up to `ack.n`, and put what was refused or merged into Needs attention.

        Raises DeviceForked, and stores nothing, where a verdict names another entry than ours under its number.
        """
        with self._database.writing() as connection:
            identity = read_identity(connection)
            verdicts = [verdict for verdict in ack.verdicts if identity.settled_n < verdict.n <= ack.n]
            entries = {entry.n: entry for entry in read_numbered(connection, [verdict.n for verdict in verdicts])}
            if any(verdict.n in entries and entries[verdict.n].uuid != verdict.uuid for verdict in verdicts):
                raise DeviceForked
            if ack.n <= identity.settled_n:
                return
            connection.execute(
                ENTRY.update()
                .where(ENTRY.c.n > identity.settled_n, ENTRY.c.n <= ack.n)
                .values(verdict=VerdictStatus.APPLIED, code=None)
            )
            if verdicts:
                _keep_verdicts(connection, verdicts)
            shown = [verdict for verdict in verdicts if verdict.status in _NEEDS_PEOPLE and verdict.n in entries]
            rows = [
                _attention_row(entries[verdict.n], verdict, at) for verdict in shown if entries[verdict.n].name != VOID
            ]
            if rows:
                connection.execute(_ATTEND, rows)
            connection.execute(IDENTITY.update().values(settled_n=ack.n))

    def mark_acknowledged(self, acked_n: int, *, at: datetime) -> bool:
        """Whether anything was marked: entries up to `acked_n` are over. Refused ones keep number and uuid only.

        None is over whose verdict this outbox does not hold.
        """
        if acked_n <= self._marked_n:
            return False
        with self._database.writing() as connection:
            acked_n = min(acked_n, read_identity(connection).settled_n)
            unmarked = ENTRY.c.n <= acked_n, ENTRY.c.acknowledged_at.is_(None)
            connection.execute(
                ENTRY.update().where(*unmarked, ENTRY.c.verdict == VerdictStatus.REJECTED).values(**_BLANK)
            )
            marked = connection.execute(ENTRY.update().where(*unmarked).values(acknowledged_at=at)).rowcount
        self._marked_n = acked_n
        return marked > 0

    def forget_old(self, *, now: datetime) -> int:
        """How many entries, acknowledged 14 days ago or earlier, now keep number and uuid only."""
        old = ENTRY.c.acknowledged_at <= now - KEPT_AFTER_ACK, text("name <> 'void'")
        with self._database.writing() as connection:
            if connection.execute(select(ENTRY.c.n).where(*old).limit(1)).first() is None:
                return 0
            return connection.execute(ENTRY.update().where(*old).values(**_BLANK)).rowcount

    def erase(self, purged: Mapping[RecordKey, int], epoch: str) -> int:
        """How many entries lost their text because it is about one of these records; they keep number and uuid.

        From then on no entry about them is taken: the rows that a screen still shows go a moment later. `purged`: each
        with the version of the server's word, of that `epoch`, which is to be confirmed (`erasures`).
        """
        keys = frozenset(purged)
        with self._database.writing() as connection:
            connection.execute(_KEEP_ERASED, [{"id": key.id} for key in keys])
            keep_open(connection, purged, epoch)
            device_id = read_identity(connection).device_id
            rows = connection.execute(ENTRY.select().where(ENTRY.c.name != VOID)).all()
            numbers = [{"number": row.n} for row in rows if _is_about(row, device_id, keys)]
            if numbers:
                connection.execute(ENTRY.update().where(ENTRY.c.n == bindparam("number")).values(**_BLANK), numbers)
            shown = connection.execute(ATTENTION.select()).all()
            uuids = [{"known": row.uuid} for row in shown if _is_about(row, row.device_id, keys)]
            if uuids:
                connection.execute(ATTENTION.delete().where(ATTENTION.c.uuid == bindparam("known")), uuids)
        if numbers or uuids:
            self._database.clear_log()
        return len(numbers)

    def let_go(self, ids: Collection[str], *, up_to_n: int) -> int:
        """How many entries up to `up_to_n` that name one of these ids now keep number and uuid only."""
        with self._database.writing() as connection:
            rows = connection.execute(ENTRY.select().where(ENTRY.c.n <= up_to_n, ENTRY.c.name != VOID)).all()
            numbers = [{"number": row.n} for row in rows if any(one in row.args for one in ids)]
            if numbers:
                connection.execute(ENTRY.update().where(ENTRY.c.n == bindparam("number")).values(**_BLANK), numbers)
        if numbers:
            self._database.clear_log()
        return len(numbers)

    def reopen_after(self, last_n: int) -> None:
        """Entries above `last_n` are undecided again."""
        self._marked_n = 0
        with self._database.writing() as connection:
            identity = read_identity(connection)
            connection.execute(
                ENTRY.update()
                .where(ENTRY.c.n > last_n, ENTRY.c.n <= identity.settled_n)
                .values(verdict=None, code=None, acknowledged_at=None)
            )
            connection.execute(IDENTITY.update().values(settled_n=min(identity.settled_n, last_n)))

    def renumber(self, new_device_id: str, *, after_n: int) -> int:
        """How many entries above `after_n` were numbered anew from 1 under the new device id; older ones are let go.

        Not those whose verdicts this outbox does not hold: sent again, they bring them.
        """
        self._marked_n = 0
        with self._database.writing() as connection:
            decided_n = min(after_n, read_identity(connection).settled_n)
            pending = connection.execute(
                ENTRY.select().where(ENTRY.c.n > decided_n, ENTRY.c.name != VOID).order_by(ENTRY.c.n)
            ).all()
            connection.execute(ENTRY.delete())
            rows = [
                {**row._asdict(), "n": n, "verdict": None, "code": None, "acknowledged_at": None}
                for n, row in enumerate(pending, start=1)
            ]
            if rows:
                connection.execute(ENTRY.insert(), rows)
            connection.execute(IDENTITY.update().values(device_id=new_device_id, next_n=len(rows) + 1, settled_n=0))
            return len(rows)

    def salvage(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take over entries read from a damaged outbox, in order, under this outbox's own numbers."""
        with self._database.writing() as connection:
            next_n = read_identity(connection).next_n
            kept = [{**row, "n": n} for n, row in enumerate(rows, start=next_n)]
            if kept:
                connection.execute(ENTRY.insert(), kept)
            connection.execute(IDENTITY.update().values(next_n=next_n + len(kept)))

    def highest_acknowledged(self) -> int:
        """The highest number marked as acknowledged, or 0."""
        with self.reading() as connection:
            highest: int | None = connection.execute(
                select(func.max(ENTRY.c.n)).where(ENTRY.c.acknowledged_at.is_not(None))
            ).scalar_one()
        return highest or 0

    def count_after(self, acked_n: int) -> int:
        """How many entries with text the server has not acknowledged."""
        with self.reading() as connection:
            counted = select(func.count()).select_from(ENTRY).where(ENTRY.c.n > acked_n, ENTRY.c.name != VOID)
            count: int = connection.execute(counted).scalar_one()
            return count

    def last_written(self, names: Iterable[str], *, most: int) -> dict[str, datetime]:
        """When the newest `most` entries of these names were written, by customer, the newest first."""
        newest = ENTRY.select().where(ENTRY.c.name.in_(list(names))).order_by(ENTRY.c.n.desc()).limit(most)
        with self.reading() as connection:
            rows = connection.execute(newest).all()
        found: dict[str, datetime] = {}
        for row in rows:
            found.setdefault(str(orjson.loads(row.args).get("customer_id")), from_wire(row.at))
        return found

    def attention(self) -> tuple[AttentionEntry, ...]:
        """What people must settle, oldest first."""
        with self.reading() as connection:
            rows = connection.execute(ATTENTION.select().order_by(ATTENTION.c.noted_at, ATTENTION.c.n)).all()
        return tuple(_attention_entry(row) for row in rows)

    def settle(self, uuid: str) -> bool:
        """Whether there was such an entry to settle; its text goes."""
        with self._database.writing() as connection:
            return connection.execute(ATTENTION.delete().where(ATTENTION.c.uuid == uuid)).rowcount > 0


_VERDICT = "UPDATE entry SET verdict = ?, code = ? WHERE n = ? AND uuid = ?"
_ATTEND = insert(ATTENTION)
_ATTEND = _ATTEND.on_conflict_do_update(
    index_elements=["uuid"], set_={"verdict": _ATTEND.excluded.verdict, "code": _ATTEND.excluded.code}
)


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "n": entry.n,
        "uuid": entry.uuid,
        "name": entry.name,
        "version": entry.version,
        "args": orjson.dumps(dict(entry.args)).decode(),
        "actor": entry.actor,
        "at": entry.at,
    }


def _keep_verdicts(connection: Connection, verdicts: Iterable[Verdict]) -> None:
    """To the driver as they are: SQLAlchemy takes longer for the parameters of a thousand than SQLite for the rows."""
    rows = [(verdict.status.value, verdict.code, verdict.n, verdict.uuid) for verdict in verdicts]
    connection.exec_driver_sql(_VERDICT, rows)


def _attention_row(entry: Entry, verdict: Verdict, at: datetime) -> dict[str, Any]:
    decided = {"device_id": entry.device_id, "verdict": verdict.status, "code": verdict.code, "noted_at": at}
    return {**_row(entry), **decided}


def _attention_entry(row: Row[Any]) -> AttentionEntry:
    entry = _entry(row, row.device_id)
    return AttentionEntry(entry, VerdictStatus(row.verdict), row.code, row.noted_at, touches(entry))


def _is_about(row: Row[Any], device_id: str, keys: frozenset[RecordKey]) -> bool:
    return any(key.id in row.args for key in keys) or not keys.isdisjoint(touches(_entry(row, device_id)))

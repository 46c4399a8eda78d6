"""The local store as the rest of the program sees it, and as the sync engine drives it (`sync.engine.ports`).

A write goes to the outbox, then `catch_up` shows it; pages are `generation`'s business. A new store is filled beside
the current one, then the pointer moves; every transaction reads the pointer first, so that several processes may use
one data directory.
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert

from clienteling.domain.errors import ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.store.asking_side import AskingSide, refresh_asking
from clienteling.store.audit_log import AuditLog
from clienteling.store.ballast import Ballast
from clienteling.store.catch_up import read_standing, rewind
from clienteling.store.database import Database, Schema, StoreKey, raw_key
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.erasures import confirmable, settle
from clienteling.store.errors import DiskFull, StoreBusy, StoreMisused
from clienteling.store.forgetting import forget_due
from clienteling.store.generation import SYNCED_AT, Shared, Step, StoreReplica, go_on
from clienteling.store.key_change import give_up_copies
from clienteling.store.outbox import AttentionEntry, Outbox, read_entries, read_uuid, to_message
from clienteling.store.printed_labels import keep_printed, printed_at, printed_revisions
from clienteling.store.tables import META
from sync.protocol.audit import AuditKind
from sync.protocol.mutations import MUTATIONS, Entry
from sync.protocol.times import Clock, to_wire
from sync.protocol.wire import EntryMessage, Verdict

T = TypeVar("T")

log = logging.getLogger(__name__)

_DETAILS: Final = ("contact.edit", "preference.set")
_CHANGES_READ: Final = 100


class LocalStore:
    """The device's rows and outbox in one data directory; a `ReplicaSet`. Thread-safe; `close` it.

    `changed` counts up after every committed change, in the thread that made it.
    """

    def __init__(
        self,
        folder: Path,
        key: StoreKey,
        *,
        now: Clock,
        new_id: Callable[[], str],
        asking: AskingSide,
        after_step: Callable[[Step], None] = go_on,
        ballast: Ballast | None = None,
    ) -> None:
        """Opens the files, makes those that are missing, and applies what was not yet applied.

        `ballast`: what gives way where the disk is full when somebody writes.
        Raises WrongKey, StoreDamaged, StoreTooNew, StoreBusy; a refused file stays as it is.
        """
        self.changed: Signal[int] = Signal(0)
        self._folder = DeviceFolder(folder)
        self._key = key
        self._new_id = new_id
        self._now = now
        self._ballast = ballast
        self._lock = threading.Lock()
        self._retired: list[tuple[int, Database]] = []
        self._filling: tuple[int, Database] | None = None
        self._closed = False
        self._log_to_clear = False
        secret = raw_key(key)
        with self._folder.setup_lock():
            self._folder.check_key(secret)
            give_up_copies(self._folder)
            self._outbox_database = Database(self._folder.outbox_path, key, Schema.OUTBOX)
            try:
                outbox = Outbox(self._outbox_database)
                outbox.ensure_identity(new_id())
                self.audit = AuditLog(self._outbox_database, new_id=new_id)
                self._shared = Shared(
                    outbox, asking, now, after_step, self._publish, self._folder.forget_set_aside, self._confirm_erased
                )
                self._generation, self._database = self._open_current()
            except BaseException:
                self._outbox_database.close()
                raise
            self._folder.keep_key_check(secret)
        self._replica = StoreReplica(self._current, self._shared, is_current=True)
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close every file. Calling it again does nothing."""
        with self._lock:
            self._closed = True
            databases = [self._database, self._outbox_database, *(database for _, database in self._retired)]
            if self._filling is not None:
                databases.append(self._filling[1])
            self._retired, self._filling = [], None
        for database in databases:
            database.close()

    # What screens and use cases need.

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot of the rows, for a query. At most three at a time; keep it short."""
        with self._current().reading() as connection:
            yield connection

    def write(self, name: str, version: int, args: Mapping[str, Any], *, actor: str | None, at: datetime) -> Entry:
        """The entry, on disk in the outbox and visible. Raises ValidationFailed where the server would refuse its form.

        `args` are JSON values. Where the rows are busy or their disk is full the entry is kept all the same and shown
        later. Raises DiskFull where there is no room for the entry itself, and NotFound where it is about somebody who
        was erased; nothing is kept then.
        """
        mutation = MUTATIONS.get((name, version))
        if mutation is None:
            raise StoreMisused(f"no mutation {name}@{version}")
        try:
            mutation.args_model.model_validate(args)
            message = EntryMessage(
                n=1, uuid=self._new_id(), name=name, version=version, args=dict(args), actor=actor, at=to_wire(at)
            )
        except ValidationError as error:
            field = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
            raise ValidationFailed(field, "mutation.invalid_args") from None
        append = self._shared.outbox.append
        entry = self._with_room(
            lambda: append(message.uuid, name, version, args=message.args, actor=actor, at=message.at)
        )
        self._shared.after_step(Step.ENTRY_KEPT)
        try:
            self._with_room(self._replica.catch_up)
        except (StoreBusy, DiskFull) as error:
            log.warning("entry not shown yet", extra={"n": entry.n, "code": error.code})
        return entry

    def _with_room(self, write: Callable[[], T]) -> T:
        """What `write` returns, tried again where the disk was full and the ballast gave way."""
        try:
            return write()
        except DiskFull:
            if self._ballast is None or not self._ballast.give_way():
                raise
            return write()

    def attention(self) -> tuple[AttentionEntry, ...]:
        """Entries that were refused or merged and that nobody has settled, oldest first."""
        return self._shared.outbox.attention()

    def settle(self, uuid: str) -> bool:
        """Whether an entry in Needs attention was settled."""
        settled = self._shared.outbox.settle(uuid)
        if settled:
            self._publish()
        return settled

    def printed_labels(self, store_id: str) -> dict[str, str]:
        """The revision of the label handed out last, by variant id, as this device knows."""
        return printed_revisions(self._outbox_database, store_id)

    def labels_printed_at(self, store_id: str) -> dict[str, datetime]:
        """When that label was handed out, by variant id."""
        return printed_at(self._outbox_database, store_id)

    def keep_printed_labels(self, store_id: str, revisions: Mapping[str, str], *, at: datetime) -> None:
        """Have `printed_labels` tell these. Raises DiskFull; nothing is kept then."""
        self._with_room(lambda: keep_printed(self._outbox_database, store_id, revisions, at=at))
        self._publish()

    def forget_due(self, pinned: Collection[str] = ()) -> int:
        """How many customers left by age; those on open screens (`pinned`) stay. Raises StoreBusy, DiskFull."""
        self._replica.catch_up()
        if self._log_to_clear and self._current().clear_log():
            self._log_to_clear = False
        forgotten = forget_due(self._current(), self._shared, pinned)
        self._log_to_clear = self._log_to_clear or not forgotten.log_cleared
        return forgotten.customers

    def note_access(
        self,
        kind: AuditKind,
        *,
        actor: str | None,
        customer_id: str | None,
        details: Mapping[str, str | int],
        at: datetime,
    ) -> None:
        """Keep in the audit log who did what. Raises DiskFull, StoreBusy; nothing is kept then."""
        self._with_room(lambda: self.audit.append(kind, actor=actor, customer_id=customer_id, details=details, at=at))

    def changed_here(self) -> dict[str, datetime]:
        """When this device last changed details or preferences, by customer, as far back as the outbox remembers."""
        return self._shared.outbox.last_written(_DETAILS, most=_CHANGES_READ)

    def waiting(self) -> int:
        """How many entries the server has not acknowledged."""
        return self._shared.outbox.count_after(self._replica.position().acked_n)

    def device_id(self) -> str:
        return self._shared.outbox.identity().device_id

    def synced_at(self) -> datetime | None:
        """When the last pull reached its last page, to within SYNC_NOTED_EVERY."""
        with self.reading() as connection:
            found: datetime | None = connection.execute(SYNCED_AT).scalar_one()
            return found

    # What the engine needs (`sync.engine.ports.ReplicaSet`).

    def current(self) -> StoreReplica:
        return self._replica

    def pending(self, limit: int, *, after_n: int = 0) -> Sequence[EntryMessage]:
        acked_n = self._replica.position().acked_n
        with self._shared.outbox.reading() as outbox:
            entries = read_entries(outbox, after_n=max(acked_n, after_n), limit=limit)
        return [to_message(entry) for entry in entries]

    def uuid_of(self, n: int) -> str | None:
        with self._shared.outbox.reading() as outbox:
            return read_uuid(outbox, n)

    def note_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        self._shared.outbox.note_verdicts(verdicts)
        self._shared.after_step(Step.EARLY_VERDICTS_KEPT)

    def begin_new_store(self) -> StoreReplica:
        self.drop_new_store()
        self._current()
        with self._lock, self._folder.setup_lock():
            generation = max([self._generation, *self._folder.generations()]) + 1
            database = self._make_store(generation, filled=False, at_n=0)
            self._filling = generation, database
        self._shared.after_step(Step.NEW_STORE_MADE)
        return StoreReplica(lambda: database, self._shared, is_current=False)

    def drop_new_store(self) -> None:
        # One that a cut has left may hold somebody who is erased later, and takes room from what people write.
        self._drop_filling()
        if not self._unfinished():
            return
        with self._folder.setup_lock():
            for generation in self._unfinished():
                self._folder.remove_store(generation)

    def switch_to_new_store(self) -> None:
        if self._filling is None:
            raise StoreMisused("no new store was begun")
        generation, database = self._filling
        replica = StoreReplica(lambda: database, self._shared, is_current=False)
        if not replica.standing().filled:
            raise StoreMisused("the new store has not reached its last page")
        replica.catch_up()
        self._shared.after_step(Step.NEW_STORE_CAUGHT_UP)
        self._folder.point_to(generation)
        with self._lock:
            self._retired.append((self._generation, self._database))
            self._generation, self._database, self._filling = generation, database, None
        self._shared.after_step(Step.POINTER_MOVED)
        self._replica.catch_up()
        self._outbox_marks()
        self._confirm_erased()
        self._publish()

    def new_identity(self, *, all_again: bool = False) -> None:
        self._drop_filling()
        after_n = 0 if all_again else self._replica.position().acked_n
        self._shared.outbox.renumber(self._new_id(), after_n=after_n)
        self._shared.after_step(Step.RENUMBERED)
        self._replica.catch_up()

    def resend_after(self, last_n: int, epoch: str) -> None:
        # What the outbox heard of entries that the store still counts as waiting may be of the lost history: they have
        # gone up again since, and may have been decided otherwise.
        self._shared.outbox.reopen_after(min(last_n, self._replica.position().acked_n))
        self._shared.after_step(Step.REOPENED)
        with self._current().writing() as store, self._shared.outbox.reading() as outbox:
            if read_standing(store).acked_n > last_n:
                rewind(store, outbox, last_n, self._shared.asking.unpack_records)
            store.execute(META.update().values(epoch=epoch))
        self._replica.catch_up()

    # Files and generations.

    def _start(self) -> None:
        """Repeat what a cut may have left undone. Where the disk is full it waits: what is here can be read."""
        for generation in self._folder.generations():
            if generation < self._generation:
                self._folder.remove_store(generation)
        try:
            self._outbox_marks()
            self._shared.outbox.forget_old(now=self._now())
            self._replica.catch_up()
        except DiskFull as error:
            log.warning("opened on a full disk", extra={"code": error.code})

    def _outbox_marks(self) -> None:
        position = self._replica.position()
        self._shared.outbox.mark_acknowledged(position.acked_n, at=self._now())

    def _open_current(self) -> tuple[int, Database]:
        generation = self._folder.current_generation()
        if generation is None:
            generation = max([0, *self._folder.generations()]) + 1
        at_n = self._shared.outbox.highest_acknowledged()
        database = self._make_store(generation, filled=True, at_n=at_n)
        if self._folder.current_generation() != generation:
            try:
                self._shared.after_step(Step.NEW_STORE_MADE)
                self._folder.point_to(generation)
                self._shared.after_step(Step.POINTER_MOVED)
            except BaseException:
                database.close()
                raise
        return generation, database

    def _make_store(self, generation: int, *, filled: bool, at_n: int) -> Database:
        """That generation's file, open; where it is new it is empty and takes entries above `at_n`."""
        database = Database(self._folder.store_path(generation), self._key, Schema.STORE)
        try:
            start = {
                "id": 1,
                "device_id": self._shared.outbox.identity().device_id,
                "applied_n": at_n,
                "acked_n": at_n,
                "grants": [],
                "filled": filled,
                "asking_fingerprint": "",
            }
            with database.writing() as connection:
                connection.execute(insert(META).on_conflict_do_nothing(), start)
                refresh_asking(connection, self._shared.asking)
        except BaseException:
            database.close()
            raise
        return database

    def _current(self) -> Database:
        """The database the pointer names now; another process may have moved it."""
        with self._lock:
            if self._closed:
                raise StoreMisused("the store is closed")
            generation = self._folder.current_generation()
            if generation is not None and generation != self._generation:
                if self._filling is not None and self._filling[0] == generation:
                    return self._filling[1]
                database = Database(self._folder.store_path(generation), self._key, Schema.STORE)
                self._retired.append((self._generation, self._database))
                self._generation, self._database = generation, database
            return self._database

    def _unfinished(self) -> list[int]:
        """Generations beyond the one people look at."""
        current = self._folder.current_generation()
        return [one for one in self._folder.generations() if current is not None and one > current]

    def _drop_filling(self) -> None:
        with self._lock:
            if self._filling is None:
                return
            generation, database = self._filling
            self._filling = None
        database.close()
        self._folder.remove_store(generation)

    def _let_old_files_go(self) -> None:
        """Close replaced generations that nobody reads any more, and remove their files."""
        with self._lock:
            busy = [(generation, database) for generation, database in self._retired if database.readers_out]
            idle = [pair for pair in self._retired if pair not in busy]
            self._retired = busy
        for generation, database in idle:
            database.close()
            self._folder.remove_store(generation)

    def _confirm_erased(self) -> None:
        """The audit log says of whom nothing is in any file here any more; the server hears it from there.

        What cannot be said yet, because somebody reads or the disk is full, is tried again with the next sync.
        """
        try:
            self._let_old_files_go()
            for one in confirmable(self._outbox_database, self._current(), self._folder):
                who, at = one.customer_id, self._now()
                self.note_access(AuditKind.CUSTOMER_ERASED, actor=None, customer_id=who, details=one.details, at=at)
                settle(self._outbox_database, one)
        except (DiskFull, StoreBusy) as error:
            log.warning("an erasure was not confirmed yet", extra={"code": error.code})

    def _publish(self) -> None:
        self.changed.publish(self.changed.value + 1)

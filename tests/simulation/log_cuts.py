"""Power loss, imitated: a day's write-ahead logs are cut anywhere, and everything is opened again from what is left.

A log is a header and frames, each of which holds one page; the last frame of a transaction says so, and SQLite takes a
log up to its last whole transaction (https://www.sqlite.org/fileformat2.html#walformat). Encryption leaves both headers
readable. No shared memory file survives a power cut.
"""

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Final

from sqlalchemy import Engine, event

from clienteling.store.database import inspecting, is_sound
from clienteling.store.device_folder import OUTBOX_FILE
from clienteling.store.outbox import read_entries, read_identity
from clienteling.store.replica import LocalStore
from clienteling.store.unpack import ASKING
from sync.engine.run_once import SyncResult, run_once
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, store_scope
from sync.protocol.mutations import Entry
from tests.simulation.authority import Authority, Known
from tests.simulation.ledger import Ledger
from tests.simulation.people import ACTIONS
from tests.simulation.stage import Enrolled, Stage
from tests.simulation.tablet import Line, Tablet
from tests.store.devices import KEY, Device
from tests.store.invariants import require
from tests.support.shops import ref_id

_HEADER_BYTES: Final = 32
_FRAME_HEADER_BYTES: Final = 24
_MOST_SYNCS: Final = 5
DEVICES: Final = ("a1", "a2")
CENTRAL: Final = "central"


class Tear(StrEnum):
    """How a log ends: with a whole frame, in the midst of one, or with one whose second half never reached the disk."""

    NONE = "whole"
    CUT = "cut"
    ZEROED = "zeroed"


@dataclass(frozen=True, slots=True)
class Log:
    """A write-ahead log. `commits`: how many frames there are up to the end of each transaction."""

    content: bytes
    frame_bytes: int
    commits: tuple[int, ...]

    @classmethod
    def read(cls, path: Path) -> "Log":
        """Frames of the log's present round alone: their salts are the header's."""
        content = path.read_bytes()
        frame_bytes = _FRAME_HEADER_BYTES + int.from_bytes(content[8:12], "big")
        commits = []
        starts = range(_HEADER_BYTES, len(content) - frame_bytes + 1, frame_bytes)
        for frames, start in enumerate(starts, start=1):
            if content[start + 8 : start + 16] != content[16:24]:
                break
            if int.from_bytes(content[start + 4 : start + 8], "big"):
                commits.append(frames)
        return cls(content, frame_bytes, tuple(commits))

    @property
    def frames(self) -> int:
        """Up to the last transaction."""
        return self.commits[-1] if self.commits else 0

    def cut(self, frames: int, tear: Tear) -> bytes:
        """The log with so many frames; torn, the last of them is not whole."""
        end = _HEADER_BYTES + frames * self.frame_bytes
        half = self.frame_bytes // 2
        match tear:
            case Tear.NONE:
                return self.content[:end]
            case Tear.CUT:
                return self.content[: end - half]
            case Tear.ZEROED:
                return self.content[: end - half] + bytes(half)

    def pages(self) -> dict[int, bytes]:
        """The newest version of each page, by its number: what a checkpoint brings into the file."""
        found = {}
        for frame in range(self.frames):
            start = _HEADER_BYTES + frame * self.frame_bytes
            number = int.from_bytes(self.content[start : start + 4], "big")
            found[number] = self.content[start + _FRAME_HEADER_BYTES : start + self.frame_bytes]
        return found

    def brought_into(self, file: bytes, copied: Collection[int], half_copied: int | None) -> bytes:
        """The file with these pages from the log, and the first half of one more; the rest as it was."""
        made, pages = bytearray(file), self.pages()
        for number in sorted({*copied} if half_copied is None else {*copied, half_copied}):
            new = pages[number]
            written = new[: len(new) // 2] if number == half_copied else new
            end = number * len(new)
            made.extend(bytes(max(0, end - len(made))))
            made[end - len(new) : end - len(new) + len(written)] = written
        return bytes(made)

    def frames_at(self, size_bytes: int) -> int:
        """How many frames a log of that size has."""
        return max(0, size_bytes - _HEADER_BYTES) // self.frame_bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """Before a transaction: how big each log is, and how many entries their writers have been told of."""

    sizes: dict[str, int]
    told: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A power cut. `frames` of each log are left, `torn` says how the one of `file` ends; `told` entries must be there.

    `honest`: what a disk said it had kept, it has. Otherwise it lost the end of `file` alone, whatever it had said.
    `copied`: a checkpoint had brought these pages of the log into `file` itself, and the half of `half_copied`.
    """

    file: str
    frames: dict[str, int]
    torn: Tear
    told: int
    honest: bool
    copied: frozenset[int] = frozenset()
    half_copied: int | None = None


@dataclass(slots=True)
class Day:
    """A day's work of two devices of one store, and its files in the evening, of machines that are still on."""

    stage: Stage
    folder: Path
    known: Known
    written: list[Entry] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    logs: dict[str, Log] = field(default_factory=dict)

    @classmethod
    def worked(cls, stage: Stage, *, rounds: int, seed: int = 1) -> "Day":
        """`rounds` times somebody writes twice and syncs; in the evening each device has an entry that waits."""
        folder = stage.begin()
        day = cls(stage, folder, Authority(stage.shops.database, {}).known.copied())
        random = Random(seed)
        tablets = [day._tablet(name, day._enrolled(name).folder, f"{name}-at-work", random) for name in DEVICES]
        for tablet in tablets:
            tablet.store._outbox_database.clear_log()
            tablet.store._current().clear_log()
        day._keep_files(tablets, "morning")
        with day._marking(tablets):
            for number in range(rounds):
                tablet = tablets[number % 2]
                for _ in range(2):
                    day._write(tablet, random)
                stage.run(run_once(tablet.store, tablet.api))
            for tablet in tablets:
                day._write(tablet, random)
        day._keep_logs(tablets)
        for tablet in tablets:
            tablet.shut()
        return day

    def _enrolled(self, name: str) -> Enrolled:
        return next(one for one in self.stage.enrolled if one.name == name)

    def _tablet(self, name: str, template: Path, folder: str, random: Random) -> Tablet:
        line = Line(self.stage.shops.app)
        line.before, line.after = _nothing, lambda step: None
        return Tablet(
            name,
            self._enrolled(name),
            template,
            self.folder / folder,
            random=random,
            line=line,
            on_step=lambda tablet, step: None,
            open_store=LocalStore,
        )

    def _write(self, tablet: Tablet, random: Random) -> None:
        args = None
        while args is None:
            (name, version), action = random.choice(list(ACTIONS.items()))
            args = action(tablet.screen())
        actor = tablet.enrolled.actor if random.random() < 0.8 else ref_id(Kind.ASSOCIATE, "nobody")
        self.written.append(tablet.store.write(name, version, args, actor=actor, at=tablet.clock()))

    # What is on the disk.

    def _paths(self, tablets: list[Tablet]) -> dict[str, Path]:
        """Name of a file -> where it is at work."""
        paths = {CENTRAL: self.stage.server_files()[0]}
        for tablet in tablets:
            paths[f"{tablet.name} outbox"] = tablet.folder / OUTBOX_FILE
            paths[f"{tablet.name} store"] = tablet.store._current().path
        return paths

    def _keep_files(self, tablets: list[Tablet], where: str) -> None:
        folder = self.folder / where
        folder.mkdir()
        for name, path in self._paths(tablets).items():
            (folder / name).write_bytes(path.read_bytes())

    def _keep_logs(self, tablets: list[Tablet]) -> None:
        """What the day wrote is in the logs alone."""
        for name, path in self._paths(tablets).items():
            require(path.read_bytes() == (self.folder / "morning" / name).read_bytes(), "no log was emptied", name)
            self.logs[name] = Log.read(_log_of(path))

    @contextmanager
    def _marking(self, tablets: list[Tablet]) -> Iterator[None]:
        """A mark before each transaction of any engine of this process."""
        paths = {name: _log_of(path) for name, path in self._paths(tablets).items()}

        def mark(_connection: object) -> None:
            sizes = {name: path.stat().st_size if path.exists() else 0 for name, path in paths.items()}
            self.marks.append(Mark(sizes, len(self.written)))

        event.listen(Engine, "commit", mark)
        try:
            yield
            mark(None)
        finally:
            event.remove(Engine, "commit", mark)

    # Cutting.

    def honest_cuts(self) -> Iterator[Cut]:
        """The power goes at every frame of the day, whole and torn, in the order in which they were written."""
        for before, after in zip(self.marks, self.marks[1:], strict=False):
            at = {name: self.logs[name].frames_at(size) for name, size in before.sizes.items()}
            for name, size in after.sizes.items():
                for frames in range(at[name] + 1, self.logs[name].frames_at(size) + 1):
                    for tear in Tear:
                        yield Cut(name, {**at, name: frames}, tear, before.told, honest=True)

    def dishonest_cuts(self) -> Iterator[Cut]:
        """One file has lost the end of its day, from every frame on; the others have theirs."""
        whole = {name: log.frames for name, log in self.logs.items()}
        for name, log in self.logs.items():
            for frames in range(log.frames):
                yield Cut(name, {**whole, name: frames}, Tear.NONE, 0, honest=False)

    def checkpoint_cuts(self) -> Iterator[Cut]:
        """The power goes while a log is brought into its file: after each page, in the midst of one, and where a disk
        that has not been waited for wrote them in an order of its own."""
        random, whole = Random(3), {name: log.frames for name, log in self.logs.items()}
        for name, log in self.logs.items():
            pages = sorted(log.pages())
            for count, page in enumerate(pages):
                for copied in (pages[:count], random.sample(pages, count)):
                    torn = () if page in copied else (page,)
                    for half_copied in (None, *torn):
                        yield Cut(name, whole, Tear.NONE, len(self.written), True, frozenset(copied), half_copied)
            yield Cut(name, whole, Tear.NONE, len(self.written), True, frozenset(pages))

    def survive(self, cut: Cut) -> None:
        """Everybody starts again after the cut, and syncs. Raises Broken where anything does not hold."""
        stage = self.stage
        (self.folder / "central-cut").write_bytes(self._file_after(CENTRAL, cut))
        stage.replace_server(self.folder / "central-cut", self._log_after(CENTRAL, cut))
        _require_central_sound(stage)
        told = self.written if not cut.honest else self.written[: cut.told]
        ledger = Ledger({entry.uuid: entry for entry in told})
        authority = Authority(stage.shops.database, {entry.uuid: entry for entry in self.written})
        authority.known = self.known.copied()
        authority.require_records_replayed()
        authority.require_scopes()
        if not cut.honest and cut.file == CENTRAL:
            stage.new_epoch(_NEW_EPOCH)
        tablets = [self._restarted(name, cut) for name in DEVICES]
        try:
            for tablet in tablets:
                ledger.collect(tablet)
                if cut.honest:
                    tablet.require_sound(authority)
            authority.observe()
            if not cut.honest and cut.file.endswith("outbox"):
                ledger.forgive(tablets, authority)
            ledger.require_nothing_lost(tablets, authority)
            self._sync(tablets, cut)
            authority.require_records_replayed()
            authority.require_scopes()
            for tablet in tablets:
                tablet.require_converged(authority, {GLOBAL_SCOPE, store_scope(tablet.store_id)})
            ledger.require_nothing_lost(tablets, authority)
            ledger.require_everything_decided(tablets, authority)
        finally:
            for tablet in tablets:
                tablet.shut()

    def restarted_files(self, name: str, cut: Cut) -> Path:
        """The files of a device after the cut: sound, and its outbox a prefix of the day. Raises Broken."""
        folder = self.folder / f"{name}-cut"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        enrolled = self._enrolled(name).folder
        for small in enrolled.iterdir():
            if not small.name.startswith((OUTBOX_FILE, "store-")):
                shutil.copyfile(small, folder / small.name)
        store = f"store-{(enrolled / 'current-store').read_text().strip()}.db"
        for file, kept in ((OUTBOX_FILE, f"{name} outbox"), (store, f"{name} store")):
            (folder / file).write_bytes(self._file_after(kept, cut))
            _log_of(folder / file).write_bytes(self._log_after(kept, cut))
            require(is_sound(folder / file, KEY), "every page of a cut file is sound", cut)
        self._require_prefix(folder / OUTBOX_FILE, cut)
        return folder

    def _file_after(self, name: str, cut: Cut) -> bytes:
        morning = (self.folder / "morning" / name).read_bytes()
        return self.logs[name].brought_into(morning, cut.copied, cut.half_copied) if name == cut.file else morning

    def _log_after(self, name: str, cut: Cut) -> bytes:
        return self.logs[name].cut(cut.frames[name], cut.torn if name == cut.file else Tear.NONE)

    def _require_prefix(self, path: Path, cut: Cut) -> None:
        """The outbox has the first entries of the day, without a hole, those that were told among them."""
        with inspecting(path, KEY) as connection:
            identity = read_identity(connection)
            entries = read_entries(connection, after_n=0, limit=1_000_000)
        require([entry.n for entry in entries] == list(range(1, identity.next_n)), "I1 numbers have no holes", cut)
        ours = [entry.uuid for entry in self.written if entry.device_id == identity.device_id]
        told = [entry.uuid for entry in self.written[: cut.told] if entry.device_id == identity.device_id]
        kept = [entry.uuid for entry in entries]
        require(kept == ours[: len(kept)] and len(kept) >= len(told), "I1 the outbox is a prefix of the day", cut)

    def _restarted(self, name: str, cut: Cut) -> Tablet:
        files = self.restarted_files(name, cut)
        shutil.rmtree(self.folder / f"{name}-again", ignore_errors=True)
        return self._tablet(name, files, f"{name}-again", Random(2))

    def _sync(self, tablets: list[Tablet], cut: Cut) -> None:
        for _ in range(_MOST_SYNCS):
            results: list[SyncResult] = [self.stage.run(run_once(tablet.store, tablet.api)) for tablet in tablets]
            if cut.honest:
                for result in results:
                    require(not result.new_identity, "I1 nobody used these numbers twice", cut)
                    require(not result.new_store, "I8 no new store without a reason", cut)
            if all(result.requests == 1 and not result.changed for result in results):
                return
        require(False, "I8 a few syncs are enough", cut)


def first_openings(folder: Path) -> Iterator[tuple[str, int]]:
    """File and frames of each cut that was survived: the power went while a device was opened for the first time.

    What was not yet made is not there: the store's file comes after the outbox, the pointer to it last. Raises Broken
    and the errors of the store.
    """
    made = Device(folder / "made", asking=ASKING)
    logs = {name: Log.read(_log_of(made.folder / name)) for name in (OUTBOX_FILE, "store-1.db")}
    there: list[str] = []
    for name, log in logs.items():
        for frames in range(log.frames + 1):
            for tear in Tear if frames else (Tear.NONE,):
                cut = folder / "cut"
                shutil.rmtree(cut, ignore_errors=True)
                cut.mkdir()
                for file in (*there, name):
                    shutil.copyfile(made.folder / file, cut / file)
                _log_of(cut / name).write_bytes(log.cut(frames, tear))
                device = Device(cut, asking=ASKING)
                try:
                    require(device.note(ref_id(Kind.CUSTOMER, "siti"), "the first").n == 1, "I1 numbers begin with 1")
                    require(device.store.waiting() == 1, "I1 what was written waits")
                finally:
                    device.store.close()
                yield name, frames
        there += [name, _log_of(Path(name)).name]
    made.store.close()


_NEW_EPOCH: Final = "0192a000-0000-7000-8000-000000000000"


async def _nothing() -> None:
    """Nobody does anything while a request is on its way."""


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _require_central_sound(stage: Stage) -> None:
    with stage.shops.database.reading() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check").scalar_one()
        require(found == "ok", "every page of a cut file is sound", CENTRAL)

"""A device of a history: a real store on real files, one or two processes over it, and a line that fails by plan."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import httpx

from clienteling.store.generation import Step
from clienteling.store.outbox import read_entries
from clienteling.store.replica import LocalStore
from sync.client.httpx_api import HttpxCentralApi
from sync.engine.ports import CentralApi
from sync.protocol.kinds import Kind
from sync.protocol.mutations import VOID, Entry
from tests.simulation.authority import Authority
from tests.simulation.listening import Engine
from tests.simulation.people import Screen
from tests.simulation.stage import Enrolled
from tests.simulation.steps import AtDevice, call_of, step_of
from tests.store.devices import KEY, Device
from tests.store.invariants import (
    Files,
    read_files,
    require,
    require_base_and_pending,
    require_digests_of_memberships,
    require_memberships,
    require_own_numbers,
    require_same,
)
from tests.support.fakes import FakeClock
from tests.support.shops import FaultyTransport, ref_id

OpenStore = Callable[..., LocalStore]


class Line(FaultyTransport):
    """The transport; `before` and `after` each request the world goes on, and may end the process."""

    before: Callable[[], Awaitable[None]]
    after: Callable[[str], None]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self.before()
        response = await super().handle_async_request(request)
        self.after(step_of(call_of(request.url.path), AtDevice.ANSWERED))
        return response


class Tablet(Device):
    """`was_copied`: its numbers may be used by another machine too. `jumped`: its clock is not to be trusted.

    `damaged`: its rows once were not what its cursor says, and copies of its files may be so still. `pinned`: who is on
    its screen. `engine`: what listens and syncs by itself, as long as its process lives; else it syncs when told to.
    """

    def __init__(
        self,
        name: str,
        enrolled: Enrolled,
        template: Path,
        folder: Path,
        *,
        random: Random,
        line: Line,
        on_step: Callable[["Tablet", Step], None],
        open_store: OpenStore,
        ids: Random | None = None,
    ) -> None:
        self.name = name
        self.enrolled = enrolled
        self.store_id = ref_id(Kind.LOCATION, enrolled.store)
        self.line = line
        self.api = HttpxCentralApi("http://central", enrolled.token, transport=line)
        self.bugged_api: CentralApi = self.api
        self.was_copied = False
        self.jumped = False
        self.damaged = False
        self.pinned: tuple[str, ...] = ()
        self.other: LocalStore | None = None
        self.engine: Engine | None = None
        self.on_step = on_step
        self._open_store = open_store
        self._history_random = random
        self._history_ids = ids or random
        shutil.copytree(template, folder)
        super().__init__(folder, clock=FakeClock())

    def new_id(self) -> str:
        bits = self._history_ids.getrandbits(128)
        text = f"{bits:032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"

    def open(self) -> LocalStore:
        self.stop_engine()
        self.is_open = False
        store = self._opened()
        self.is_open = True
        return store

    def _opened(self) -> LocalStore:
        return self._open_store(
            self.folder, KEY, now=self.clock, new_id=self.new_id, asking=self.asking, after_step=self._after_step
        )

    def _after_step(self, step: Step) -> None:
        super()._after_step(step)
        self.on_step(self, step)

    def open_other(self) -> None:
        """A second process begins to use the same files."""
        self.other = self._opened()

    def close_other(self) -> None:
        if self.other is not None:
            self.other.close()
            self.other = None

    def stop_engine(self) -> None:
        """From now on it syncs only when told to."""
        if self.engine is not None:
            self.engine.stop()
            self.engine = None

    def wake(self) -> None:
        """Its engine, if there is one, has something to send."""
        if self.engine is not None:
            self.engine.loop.wake()

    def shut(self) -> None:
        """Every process ends."""
        self.stop_engine()
        self.close_other()
        self.store.close()

    # Looking.

    def screen(self) -> Screen:
        return Screen(self.bodies(), self.store_id, self._history_random, self.new_id)

    def outbox(self) -> list[Entry]:
        """Every entry under its number; those that lost their text are void."""
        with self.store._shared.outbox.reading() as connection:
            return read_entries(connection, after_n=0, limit=1_000_000)

    def texts(self) -> set[str]:
        """uuids of entries whose text is on this device, waiting, acknowledged or in Needs attention."""
        kept = {entry.uuid for entry in self.outbox() if entry.name != VOID}
        return kept | {item.entry.uuid for item in self.store.attention()}

    # What must hold.

    def require_sound(self, authority: Authority) -> Files:
        """I5, I6, I7 of this device, at any moment; returns what its files hold."""
        files = read_files(self)
        require_own_numbers(files)
        require_base_and_pending(files, may_be_erased=bool(authority.known.erased))
        require_memberships(files)
        require_digests_of_memberships(files)
        if not self.damaged:
            _require_cursor_behind_rows(files, authority)
        return files

    def require_converged(self, authority: Authority, scopes: set[str]) -> None:
        """I3: the device holds what the authority has in its scopes, body by body, and nothing waits."""
        files = self.require_sound(authority)
        require_same(files.rows, authority.projection(scopes), "I3 the device holds what its scopes hold")
        ours = {scope: digest for scope, (digest, _) in files.digests.items() if digest.count}
        theirs = {scope: one for scope, one in authority.digests().items() if scope in scopes and one.count}
        require_same(ours, theirs, "I3 digests are equal")
        require(not files.entries, "I1 nothing waits", files.entries)
        require(not files.bases, "I6 nothing is kept for entries that are over", files.bases)


def _require_cursor_behind_rows(files: Files, authority: Authority) -> None:
    """I5: whatever the server numbered up to the cursor is here as it was numbered."""
    if files.cursor is None:
        return
    epoch = authority.epoch()
    feed = authority.feed()
    for scope, place in authority.positions(files.cursor).items():
        _, refetch = files.digests.get(scope, (None, "none"))
        if place.epoch != epoch or refetch != "none":
            continue
        for key, (seq, version) in feed.get(scope, {}).items():
            found, _ = files.members.get((scope, key), (None, False))
            behind = seq > place.seq or found == version
            require(behind, "I5 the cursor is not ahead of the rows", f"{scope} {key}: {found}, {version}")

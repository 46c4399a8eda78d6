"""One history: a seed, a plan, and what people, the network, the power and operators do to three devices in two stores.

Everything that happens is drawn from one `Random`; time moves when the history says so. After every step the devices'
own invariants hold; at the end the network is healed, everybody syncs until nothing moves, and I1 to I9 must hold.
The shape is FoundationDB's and TigerBeetle's simulation: real code, one thread of events, a seed that replays.
"""

import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from clienteling.store.generation import Step
from sync.engine.ports import ReplicaSet
from sync.engine.run_once import SyncResult, run_once
from sync.protocol.errors import SyncError
from sync.protocol.kinds import GLOBAL_SCOPE, lookup_scope, store_scope
from tests.simulation.associates import Associates
from tests.simulation.authority import Authority
from tests.simulation.erasures import Erasures
from tests.simulation.hearing import Hearing
from tests.simulation.known_bugs import Correct
from tests.simulation.ledger import Ledger
from tests.simulation.machines import Machines
from tests.simulation.operators import Operators
from tests.simulation.plan import Counts, Plan
from tests.simulation.stage import Enrolled, Stage
from tests.simulation.steps import AtDevice, step_of
from tests.simulation.tablet import Line, Tablet
from tests.simulation.watched import SmallPages, Watched
from tests.store.devices import PowerCut
from tests.store.invariants import Broken, require
from tests.support.shops import Fault

MOST_ROUNDS: Final = 10
MOST_REQUESTS: Final = 120
"""Of one device until it has converged: a few for each round, and one for each page of a new store."""

HEARD_CHANGES: Final = 3
CHANGES: Final = ("import", "write", "look up", "day's work", "erasure")
"""What the end of a history has more of, for everybody who listens."""


class History:
    """Run it once, or do its operations one by one and `finish`; then close it.

    `trace`: what happened so far, a line for each event. `operations`: what can happen, by name. `ids`: where ids come
    from, the history's own chance where none is given.
    """

    def __init__(
        self, stage: Stage, seed: int, *, steps: int, bug: Correct | None = None, ids: Random | None = None
    ) -> None:
        self.stage = stage
        self.seed = seed
        self.random = Random(seed)
        self._ids = ids or self.random
        self.bug = bug or Correct()
        self.trace: list[str] = []
        self.counts = Counts(histories=1)
        self.folder = stage.begin()
        self.database = stage.shops.database
        self.erasures = Erasures()
        self.ledger = Ledger(erasures=self.erasures)
        self.authority = Authority(self.database, self.ledger.written)
        self._calm = True
        self._depth = 0
        self._are_ticking = True
        self.tablets: list[Tablet] = []
        self.operators = Operators(
            stage,
            random=self.random,
            bug=self.bug,
            counts=self.counts,
            ledger=self.ledger,
            authority=self.authority,
            erasures=self.erasures,
            tablets=self.tablets,
            folder=self.folder,
            say=self._say,
        )
        self.machines = Machines(
            stage,
            random=self.random,
            counts=self.counts,
            ledger=self.ledger,
            authority=self.authority,
            tablets=self.tablets,
            folder=self.folder,
            say=self._say,
            calmly=self._calmly,
            make=self._made,
            connect=self._connect,
        )
        self.associates = Associates(
            run=lambda work: stage.run(self.hearing.take_turn(lambda: work)),
            random=self.random,
            ledger=self.ledger,
            erasures=self.erasures,
            machines=self.machines,
            say=self._say,
            is_meanwhile=lambda: self._depth > 0,
        )
        self.hearing = Hearing(
            stage,
            random=self.random,
            bug=self.bug,
            counts=self.counts,
            tablets=self.tablets,
            say=self._say,
            synced=self._synced,
            fault_is_due=lambda: self._chance(self.plan.news_share),
            change_something=lambda: self.operators.import_something(None),
        )
        self._disasters: dict[str, Callable[[Tablet], None]] = {
            "restart": self.machines.restart,
            "second process": self.machines.second_process,
            "clock jump": self.machines.clock_jump,
            "server backup": self.operators.server_backup,
            "server restore": self._restore_server,
            "image": self.machines.image,
            "device restore": self.machines.device_restore,
            "copy": self.machines.copy,
            "move store": self.operators.move_store,
            "new store file": self.operators.lose_cursor,
            "damage": self.machines.damage,
            "day's work": self.operators.days_work,
            "look up": self.associates.look_up,
            "erasure": self.operators.erase,
        }
        self.operations: Mapping[str, Callable[[Tablet], None]] = {
            "write": self.associates.write,
            "sync": lambda tablet: self.stage.run(self.hearing.tick(tablet)),
            "import": self.operators.import_something,
            "land_late": self._land_late,
            "settle": self.associates.settle,
            "news": self.hearing.news,
            **self._disasters,
        }
        self.plan = Plan.drawn(self.random, steps, self._disasters)
        self.tablets += [self._tablet(one, fresh=self.random.random() < 0.1) for one in stage.enrolled]

    # Running.

    def run(self) -> Counts:
        """What was survived. Raises Broken, and whatever the product itself raises that it should not."""
        try:
            for _ in range(self.plan.steps):
                tablet = self.random.choice(self.tablets)
                (name,) = self.random.choices(list(self.plan.weights), weights=list(self.plan.weights.values()))
                self.operate(name, tablet)
            self.finish()
        finally:
            self.close()
        return self.counts

    def operate(self, name: str, tablet: Tablet) -> None:
        """One operation, faults and all. Raises Broken."""
        self._calm = False
        self.operations[name](tablet)
        self.hearing.settle()
        self.counts.operations[name] += 1
        tablet.require_sound(self.authority)

    def finish(self) -> None:
        """All is healed, everybody syncs until nothing moves; then news alone are enough. Raises Broken unless I1 to I9
        hold after both."""
        self._heal()
        self._require_all()
        self._hear_all()
        self.counts.entries = len(self.ledger.written)

    def deal_in_pages(self, rows: int) -> None:
        """From now on a page has at most so many rows."""
        self.plan = replace(self.plan, page_rows=rows)
        for tablet in self.tablets:
            self._connect(tablet)

    def close(self) -> None:
        """Its devices and files go."""
        self.hearing.close()
        for tablet in self.tablets:
            tablet.shut()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _say(self, tablet: Tablet | None, what: str) -> None:
        self.trace.append(f"{tablet.name if tablet else 'server'}: {what}")

    @contextmanager
    def _calmly(self) -> Iterator[None]:
        """Inside, nothing goes wrong."""
        calm, self._calm = self._calm, True
        try:
            yield
        finally:
            self._calm = calm

    def _chance(self, share: float) -> bool:
        return not self._calm and share > 0 and self.random.random() < share

    def _cut_is_due(self) -> bool:
        """Whether the power goes at this step."""
        return self._chance(self.plan.crash_share)

    def _others_are_due(self, share: float = 1.0) -> bool:
        """Whether others go on at this moment; a `share` of the times when they might."""
        return self._depth == 0 and self._chance(self.plan.meanwhile_share * share)

    def _due_fault(self) -> Fault:
        """What happens to the next request."""
        return self.random.choice(self.plan.faults) if self._chance(self.plan.fault_share) else Fault.NONE

    # Devices.

    def _tablet(self, enrolled: Enrolled, *, fresh: bool) -> Tablet:
        return self._made(enrolled.name, enrolled, enrolled.fresh if fresh else enrolled.folder)

    def _made(self, name: str, enrolled: Enrolled, template: Path) -> Tablet:
        line = Line(self.stage.shops.app)
        with self._calmly():
            tablet = Tablet(
                name,
                enrolled,
                template,
                self.folder / name,
                random=self.random,
                ids=self._ids,
                line=line,
                on_step=self._on_step,
                open_store=self.bug.open_store,
            )
        line.fault = partial(self._fault, tablet)
        line.before = partial(self._before_request, tablet)
        line.after = partial(self._after_answer, tablet)
        self._connect(tablet)
        return tablet

    def _on_step(self, tablet: Tablet, step: Step) -> None:
        """A durable step of a device: the power may go now, or somebody writes."""
        if self._cut_is_due():
            self.counts.faults[f"power cut: {step}"] += 1
            raise PowerCut(step)
        if tablet.is_open and self._others_are_due(0.25):
            self._depth += 1
            try:
                self.associates.write(tablet, "meanwhile ")
            finally:
                self._depth -= 1

    def _connect(self, tablet: Tablet) -> None:
        """What a started process speaks through: nothing it heard before is in memory."""
        tablet.bugged_api = self.bug.api(SmallPages(tablet.api, self.plan.page_rows), self.database)

    # Syncing.

    def _fault(self, tablet: Tablet, path: str) -> Fault:
        fault = self._due_fault()
        if fault is not Fault.NONE:
            self.counts.faults[fault] += 1
            self._say(tablet, f"{path}: {fault}")
        return fault

    async def _before_request(self, tablet: Tablet) -> None:
        """While a request is on its way others go on."""
        self.counts.requests += 1
        if not self._others_are_due():
            return
        self._depth += 1
        try:
            other = self.random.choice([one for one in self.tablets if one is not tablet])
            match self.random.randrange(5):
                case 0:
                    self.associates.write(tablet, "meanwhile ")
                case 1:
                    self.operators.import_something(None)
                case 2:
                    await self.hearing.one_looks()
                case 3 if self._are_ticking:
                    await self._synced(other)
                case _:
                    self.associates.write(other)
            await self.hearing.until_heard()
        finally:
            self._depth -= 1

    def _after_answer(self, tablet: Tablet, step: str) -> None:
        if self._cut_is_due():
            self.counts.faults[f"power cut: {step}"] += 1
            raise PowerCut(step)

    async def _synced(self, tablet: Tablet) -> SyncResult | None:
        """The result of a run, None where it was cut off or failed; what went wrong is in the trace."""
        replicas: ReplicaSet = Watched(
            self.bug.replicas(tablet.store, partial(self._after_answer, tablet, step_of("pull", AtDevice.ANSWERED))),
            sound=not tablet.damaged,
        )
        try:
            result = await run_once(replicas, tablet.bugged_api, pinned=lambda: tablet.pinned)
        except PowerCut as cut:
            self.machines.restart_after_cut(tablet, f"while syncing, {cut}")
            return None
        except SyncError as error:
            self._say(tablet, f"syncs: {error}")
            return None
        finally:
            self.authority.observe()
        self._say(tablet, f"syncs: {result}")
        require(tablet.was_copied or not result.new_identity, "I1 nobody used these numbers twice", tablet.name)
        require(self.operators.restores or not result.new_store, "I8 no new store without a reason", tablet.name)
        return result

    def _restore_server(self, tablet: Tablet) -> None:
        self.operators.server_restore(tablet)
        self.hearing.restart_server()

    def _land_late(self, tablet: Tablet) -> None:
        landed = self.stage.run(tablet.line.deliver_late())
        if landed:
            self._say(tablet, f"{landed} late requests arrive")
        self.authority.observe()

    # The end.

    def _heal(self) -> None:
        """The network and everything else works from now on; everybody syncs until nothing moves."""
        self._calm = True
        self._say(None, "all is healed")
        self.hearing.stop()
        self.bug.server_rests(self.database)
        for tablet in self.tablets:
            self._land_late(tablet)
            tablet.close_other()
            tablet.line.requests.clear()
        for _ in range(MOST_ROUNDS):
            if self._idle_round():
                break
        else:
            raise Broken("I8 an idle system is one request each and writes nothing", "it never came to rest")
        for tablet in self.tablets:
            count = len(tablet.line.requests)
            require(count <= MOST_REQUESTS, "I8 few requests until all is well", f"{tablet.name}: {count}")

    def _hear_all(self) -> None:
        """Everybody listens and nothing is lost, but nobody asks because it is time: what happens now reaches all."""
        self.plan = replace(self.plan, fault_share=0.0, crash_share=0.0, news_share=0.0, meanwhile_share=0.1)
        self._are_ticking = False
        self._say(None, "everybody listens")
        for tablet in self.tablets:
            self.hearing.listen(tablet)
        self.hearing.hear_out()
        for _ in range(HEARD_CHANGES):
            self.operate(self.random.choice(CHANGES), self.random.choice(self.tablets))
            self.hearing.hear_out()
        self._calm = True
        self.bug.server_rests(self.database)
        self.hearing.hear_out()
        try:
            self._require_all()
        except Broken as broken:
            raise Broken("I3 news alone are enough for whoever listens", str(broken)) from broken

    def _idle_round(self) -> bool:
        """Whether a round of syncs was one request for each device and changed no file anywhere."""
        before = self._files()
        idle = True
        for tablet in self.tablets:
            result = self.stage.run(self._synced(tablet))
            idle = idle and result is not None and result.requests == 1 and not result.changed
        return idle and self._files() == before

    def _files(self) -> dict[str, int]:
        paths = [
            path for tablet in self.tablets for path in tablet.folder.glob("*.db*") if not path.name.endswith("-shm")
        ]
        return {str(path): zlib.crc32(path.read_bytes()) for path in paths} | self.stage.server_written()

    def _require_all(self) -> None:
        self.authority.require_records_replayed()
        self.authority.require_scopes()
        self.authority.require_consents()
        for tablet in self.tablets:
            registration, store_id = self.stage.registration(tablet.enrolled)
            own = {store_scope(store_id), lookup_scope(registration)}
            tablet.require_converged(self.authority, {GLOBAL_SCOPE, *own})
        self.ledger.require_nothing_lost(self.tablets, self.authority)
        self.ledger.require_everything_decided(self.tablets, self.authority)
        self.erasures.require_forgotten_by_server(self.database)
        for tablet in self.tablets:
            self.erasures.require_forgotten_by(tablet)

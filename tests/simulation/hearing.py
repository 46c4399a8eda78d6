"""What devices hear in a history: two processes of the server tell news, and whoever listens syncs.

Once nothing is lost any more, news alone must be enough: nobody polls, and everybody who listens comes to hold what the
server has.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from random import Random
from typing import Final, TypeVar

from sync.central_api.devices import sign_in
from sync.engine.run_once import SyncResult
from sync.protocol.kinds import GLOBAL_SCOPE
from tests.simulation.known_bugs import Correct
from tests.simulation.listening import Engine, NewsFault, ServerProcess, Stream
from tests.simulation.plan import Counts
from tests.simulation.stage import Stage
from tests.simulation.tablet import Tablet
from tests.store.invariants import Broken

T = TypeVar("T")
QUIET_TURNS: Final = 40
"""Of the event loop: more than there are between a look and the run that follows it."""
MOST_RUNS: Final = 200
"""Of all devices until they rest."""
MOST_LOOKS: Final = 20
"""Until nobody hears anything new: what one device sends is news to the others."""
TOLD_EARLY: Final = "news told early"
_FAULTS: Final = [fault for fault in NewsFault if fault is not NewsFault.NONE]


class Hearing:
    """The operations on news. `synced`: one run of a device. `fault_is_due`: whether this piece of news has a fault.

    `say`: takes whom something happened to (None: the server) and what, for the trace. `change_something`: the server's
    records change.
    """

    def __init__(
        self,
        stage: Stage,
        *,
        random: Random,
        bug: Correct,
        counts: Counts,
        tablets: Sequence[Tablet],
        say: Callable[[Tablet | None, str], None],
        synced: Callable[[Tablet], Awaitable[SyncResult | None]],
        fault_is_due: Callable[[], bool],
        change_something: Callable[[], None],
    ) -> None:
        self.stage = stage
        self.random = random
        self.bug = bug
        self.counts = counts
        self.tablets = tablets
        self._say = say
        self._synced = synced
        self._fault_is_due = fault_is_due
        self._change_something = change_something
        self._processes: list[ServerProcess] = []
        self._engines: list[Engine] = []
        self._turn = asyncio.Lock()

    # What happens.

    def news(self, tablet: Tablet) -> None:
        """The device begins to listen; or something happens to the news of one that does."""
        if tablet.engine is None:
            self.listen(tablet)
            return
        match self.random.randrange(6):
            case 0:
                self._say(tablet, "its stream of news is cut")
                tablet.engine.stream.cut()
            case 1:
                self._say(tablet, f"{tablet.engine.stream.deliver_late()} late news arrive")
            case 2:
                self._tell_early(tablet, tablet.engine)
            case _:
                self.stage.run(self.one_looks())

    def listen(self, tablet: Tablet) -> None:
        """The device's engine starts, and hears news from now on."""
        self._say(tablet, "its engine starts and listens")
        self.stage.run(self._start(tablet))

    async def one_looks(self) -> None:
        """One process tells what changed since it looked last."""
        if self._processes:
            number = self.random.randrange(len(self._processes))
            self._say(None, f"process {number} looks")
            await self._processes[number].look()

    async def tick(self, tablet: Tablet) -> None:
        """The device syncs because it is time, or because somebody asked for it."""
        if tablet.engine is not None:
            await tablet.engine.sync_now()
        else:
            await self.take_turn(partial(self._synced, tablet))

    async def take_turn(self, work: Callable[[], Awaitable[T]]) -> T:
        """The result of `work`; meanwhile no engine syncs. What answers takes threads, whose order no seed knows."""
        async with self._turn:
            return await work()

    async def until_heard(self) -> None:
        """Nothing, once everybody has heard what was told; whoever syncs then waits for their turn."""
        if self._engines:
            for _ in range(QUIET_TURNS):
                await asyncio.sleep(0)

    def restart_server(self) -> None:
        """Every stream ends."""
        for engine in self._listening():
            engine.stream.cut()

    def settle(self) -> None:
        """Nothing, once nobody syncs and nobody is about to. Raises what broke a run."""
        if self._engines:
            self.stage.run(self._until_quiet())

    def hear_out(self) -> None:
        """Both processes look until nobody hears anything new. Raises what broke a run, and Broken."""
        for _ in range(MOST_LOOKS):
            before = [engine.runs for engine in self._listening()]
            for process in self._processes:
                self.stage.run(process.look())
                self.settle()
            if before == [engine.runs for engine in self._listening()]:
                return
        raise Broken("I8 news come to an end", "every look was followed by another run")

    def stop(self) -> None:
        """Every engine stops; nobody listens."""
        for tablet in self.tablets:
            tablet.stop_engine()
        self.settle()

    def close(self) -> None:
        """All of it ends, whatever it was about to do."""
        if self._processes:
            self.stage.run(self._close())

    # How.

    def _listening(self) -> list[Engine]:
        return [tablet.engine for tablet in self.tablets if tablet.engine is not None]

    async def _start(self, tablet: Tablet) -> None:
        if not self._processes:
            self._processes = [ServerProcess(self.bug.told_from(self.stage.shops.database)) for _ in range(2)]
            for process in self._processes:
                await process.open()
        stream = Stream(
            lambda: self.random.choice(self._processes), partial(self._scopes, tablet), partial(self._fault, tablet)
        )
        sync = partial(self.take_turn, partial(self._synced, tablet))
        tablet.engine = Engine(sync, stream, now=self.stage.clock, loop=self.bug.sync_loop)
        self._engines.append(tablet.engine)

    def _scopes(self, tablet: Tablet) -> list[str]:
        with self.stage.shops.database.reading() as connection:
            return sign_in(connection, tablet.enrolled.token).grants

    def _fault(self, tablet: Tablet) -> NewsFault:
        fault = self.random.choice(_FAULTS) if self._fault_is_due() else NewsFault.NONE
        if fault is not NewsFault.NONE:
            self.counts.faults[fault] += 1
            self._say(tablet, fault)
        return fault

    def _tell_early(self, tablet: Tablet, engine: Engine) -> None:
        """Somebody is told of a change that nobody can see yet."""
        self._say(tablet, "hears of a change before it is there")
        self.counts.faults[TOLD_EARLY] += 1
        engine.stream.tell(GLOBAL_SCOPE)
        self.settle()
        self._change_something()

    async def _until_quiet(self) -> None:
        for _ in range(MOST_RUNS):
            await self.until_heard()
            for engine in self._engines:
                if engine.broken is not None:
                    raise engine.broken
            busy = next((engine for engine in self._engines if engine.is_busy), None)
            if busy is None:
                return
            await busy.rest()
        raise Broken("I8 a device comes to rest", "a run without end")

    async def _close(self) -> None:
        for engine in self._engines:
            await engine.end()
        for process in self._processes:
            await process.close()

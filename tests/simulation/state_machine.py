"""The histories as a Hypothesis state machine: its rules choose what happens, and a history that breaks an invariant is
made as short as can be.

The operations and invariants are the history's; here each is told what goes wrong in it, the fault of its first, second
and third request, the step at which the power goes, the moment at which others go on. What an operation draws besides
(whose note, which city) comes from a seed of its own, so that leaving one operation out leaves the others as they were.
Ids have a source of their own: seeds that shrink to the same number must not make the same id twice.
https://hypothesis.readthedocs.io/en/latest/stateful.html
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seed_with
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.simulation.history import History
from tests.simulation.known_bugs import Correct
from tests.simulation.machines import MOST_TABLETS
from tests.simulation.plan import PAGES, Counts
from tests.simulation.stage import Stage
from tests.support.shops import Fault

_IDS: Final = 20261122
_DEVICES: Final = st.integers(0, MOST_TABLETS - 1)
_SEEDS: Final = st.integers(0, 2**16)
_FAULTS: Final = st.lists(st.sampled_from([Fault.NONE, *(one for one in Fault if one is not Fault.NONE)]), max_size=3)
_NEWS_SHARE: Final = 0.3
"""Of what is told is lost, late or told twice."""
_MOMENTS: Final = st.none() | st.integers(0, 7)
"""The how-manieth step at which something happens; None: it does not."""


@dataclass(slots=True)
class Mishaps:
    """What goes wrong in one operation. `cut`, `others`: at which step the power goes, or others go on."""

    faults: Sequence[Fault] = ()
    cut: int | None = None
    others: int | None = None


class ToldHistory(History):
    """A history whose operations are told what goes wrong, and draw the rest from a seed each."""

    def __init__(self, stage: Stage, bug: Correct) -> None:
        self._mishaps = Mishaps()
        super().__init__(stage, 0, steps=2, bug=bug, ids=Random(_IDS))
        self.plan = replace(self.plan, news_share=_NEWS_SHARE)

    def happens(self, name: str, device: int, seed: int, mishaps: Mishaps) -> None:
        """One operation. Raises Broken."""
        self._mishaps = mishaps
        self.random.seed(seed)
        self.operate(name, self.tablets[device % len(self.tablets)])

    def finish(self) -> None:
        self._mishaps = Mishaps()
        self.random.seed(0)
        super().finish()

    def _due_fault(self) -> Fault:
        if self._calm or not self._mishaps.faults:
            return Fault.NONE
        first, *self._mishaps.faults = self._mishaps.faults
        return first

    def _cut_is_due(self) -> bool:
        due, self._mishaps.cut = self._counted(self._mishaps.cut)
        return due

    def _others_are_due(self, share: float = 1.0) -> bool:
        if self._depth:
            return False
        due, self._mishaps.others = self._counted(self._mishaps.others)
        return due

    def _counted(self, left: int | None) -> tuple[bool, int | None]:
        """Whether it is due now, and how many steps are left until it is."""
        if self._calm or left is None:
            return False, left
        return left == 0, left - 1 if left else None


class ThreeDevices(RuleBasedStateMachine):
    """Use what `three_devices` makes of it. `counts`: of all examples so far."""

    stage: ClassVar[Stage]
    bug: ClassVar[type[Correct]]
    counts: ClassVar[Counts]

    def __init__(self) -> None:
        super().__init__()
        self.history = ToldHistory(self.stage, self.bug())
        self.broken = False

    @initialize(page_rows=st.sampled_from(PAGES))
    def begins(self, page_rows: int) -> None:
        self.history.deal_in_pages(page_rows)

    def happens(self, name: str, device: int, seed: int, mishaps: Mishaps | None = None) -> None:
        try:
            self.history.happens(name, device, seed, mishaps or Mishaps())
        except BaseException:
            self.broken = True
            raise

    def teardown(self) -> None:
        try:
            if not self.broken:
                self.history.finish()
            self.counts.add(self.history.counts)
        finally:
            self.history.close()

    # What people and devices do.

    @rule(device=_DEVICES, seed=_SEEDS, cut=_MOMENTS)
    def writes(self, device: int, seed: int, cut: int | None) -> None:
        self.happens("write", device, seed, Mishaps(cut=cut))

    @rule(device=_DEVICES, seeds=st.lists(_SEEDS, min_size=1, max_size=5))
    def works_in_peace(self, device: int, seeds: list[int]) -> None:
        for seed in seeds:
            self.happens("write", device, seed)

    @rule(device=_DEVICES, seeds=st.lists(_SEEDS, min_size=1, max_size=3), faults=_FAULTS, cut=_MOMENTS)
    def writes_and_syncs(self, device: int, seeds: list[int], faults: list[Fault], cut: int | None) -> None:
        for seed in seeds:
            self.happens("write", device, seed)
        self.happens("sync", device, seeds[0], Mishaps(faults, cut))

    @rule(device=_DEVICES, seed=_SEEDS, faults=_FAULTS, cut=_MOMENTS, others=_MOMENTS)
    def syncs(self, device: int, seed: int, faults: list[Fault], cut: int | None, others: int | None) -> None:
        self.happens("sync", device, seed, Mishaps(faults, cut, others))

    @rule()
    def all_sync_in_peace(self) -> None:
        for device in range(len(self.history.tablets)):
            self.happens("sync", device, 0)

    @rule(device=_DEVICES, seed=_SEEDS, faults=_FAULTS, cut=_MOMENTS)
    def looks_up(self, device: int, seed: int, faults: list[Fault], cut: int | None) -> None:
        self.happens("look up", device, seed, Mishaps(faults, cut))

    @rule(device=_DEVICES, seed=_SEEDS, faults=_FAULTS, cut=_MOMENTS, others=_MOMENTS)
    def hears(self, device: int, seed: int, faults: list[Fault], cut: int | None, others: int | None) -> None:
        self.happens("news", device, seed, Mishaps(faults, cut, others))

    @rule(device=_DEVICES)
    def settles(self, device: int) -> None:
        self.happens("settle", device, 0)

    # What machines do.

    @rule(device=_DEVICES, what=st.sampled_from(("restart", "second process")), cut=_MOMENTS)
    def starts(self, device: int, what: str, cut: int | None) -> None:
        self.happens(what, device, 0, Mishaps(cut=cut))

    @rule(device=_DEVICES, what=st.sampled_from(("image", "device restore", "copy", "damage")), seed=_SEEDS)
    def files_change(self, device: int, what: str, seed: int) -> None:
        self.happens(what, device, seed)

    @rule(device=_DEVICES, what=st.sampled_from(("land_late", "clock jump")), seed=_SEEDS)
    def time_goes_by(self, device: int, what: str, seed: int) -> None:
        self.happens(what, device, seed)

    # What the commerce platform and operators do.

    @rule(seed=_SEEDS)
    def imports(self, seed: int) -> None:
        self.happens("import", 0, seed)

    @rule(what=st.sampled_from(("server backup", "server restore", "new store file", "day's work")), seed=_SEEDS)
    def server_is_cared_for(self, what: str, seed: int) -> None:
        self.happens(what, 0, seed)

    @rule(device=_DEVICES, seed=_SEEDS)
    def moves_to_a_store(self, device: int, seed: int) -> None:
        self.happens("move store", device, seed)

    @rule(seed=_SEEDS)
    def somebody_is_erased(self, seed: int) -> None:
        self.happens("erasure", 0, seed)


def run_examples(
    machine: type[ThreeDevices], examples: int, *, seed: int | None = None, steps: int = 30, shrinks: bool = True
) -> None:
    """Nothing where every invariant held. Raises what the shortest failing example raises; its steps are its notes.

    The same examples for the same `seed`, and for the same program without one. `shrinks`: else the first failing
    example is as good as the shortest.
    """
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=seed is None,
        database=None,
        deadline=None,
        print_blob=True,
        phases=[Phase.generate, Phase.shrink] if shrinks else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine if seed is None else seed_with(seed)(machine), settings=chosen)


def three_devices(stage: Stage, bug: type[Correct] = Correct) -> type[ThreeDevices]:
    """The machine over this stage, with a known bug put back or none."""
    return type("ThreeDevices", (ThreeDevices,), {"stage": stage, "bug": bug, "counts": Counts()})

"""What becomes of the machines of a history: restarts, power cuts, clocks, copies and images of their files, damage."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Final

from tests.simulation.authority import Authority
from tests.simulation.damage import damage_a_row
from tests.simulation.ledger import Ledger
from tests.simulation.plan import Counts
from tests.simulation.stage import Enrolled, Stage
from tests.simulation.tablet import Tablet
from tests.store.devices import PowerCut

TEN_YEARS: Final = timedelta(days=3_653)
MOST_TABLETS: Final = 5


class Machines:
    """Their operations on `tablets`, the history's own list: a copied device joins it.

    `say`: takes whom something happened to (None: the server) and what, for the trace. `calmly`: inside, nothing goes
    wrong. `make`: a device by its name from a folder's files. `connect`: gives a started process its line.
    """

    def __init__(
        self,
        stage: Stage,
        *,
        random: Random,
        counts: Counts,
        ledger: Ledger,
        authority: Authority,
        tablets: list[Tablet],
        folder: Path,
        say: Callable[[Tablet | None, str], None],
        calmly: Callable[[], AbstractContextManager[None]],
        make: Callable[[str, Enrolled, Path], Tablet],
        connect: Callable[[Tablet], None],
    ) -> None:
        self.stage = stage
        self.random = random
        self.counts = counts
        self.ledger = ledger
        self.authority = authority
        self.tablets = tablets
        self.folder = folder
        self._say = say
        self._calmly = calmly
        self._make = make
        self._connect = connect
        self._saved: dict[str, Path] = {}

    def restart_after_cut(self, tablet: Tablet, where: str) -> None:
        self._say(tablet, f"power cut {where}; starts again")
        self._connect(tablet)
        tablet.store.close()
        try:
            tablet.store = tablet.open()
        except PowerCut as cut:
            self._say(tablet, f"power cut again, {cut}")
            self.open_calmly(tablet)
        self.ledger.collect(tablet)

    def restart(self, tablet: Tablet) -> None:
        self._say(tablet, "starts again")
        tablet.close_other()
        tablet.store.close()
        try:
            tablet.store = tablet.open()
        except PowerCut:
            self.restart_after_cut(tablet, "while starting")

    def second_process(self, tablet: Tablet) -> None:
        if tablet.other is not None:
            self._say(tablet, "the second process ends")
            tablet.close_other()
            return
        self._say(tablet, "a second process opens the files")
        self.counts.faults["two processes"] += 1
        try:
            tablet.open_other()
        except PowerCut:
            self._say(tablet, "the second process was killed")

    def clock_jump(self, tablet: Tablet) -> None:
        by = self.random.choice((TEN_YEARS, -TEN_YEARS, timedelta(days=1), -timedelta(days=1)))
        self.counts.faults["clock jump"] += 1
        if self.random.random() < 0.3:
            self._say(None, f"clock jumps by {by.days} days")
            self.stage.clock.advance(by)
        else:
            self._say(tablet, f"clock jumps by {by.days} days")
            tablet.clock.advance(by)
            tablet.jumped = True

    def image(self, tablet: Tablet) -> None:
        self._say(tablet, "its files are copied aside")
        tablet.shut()
        path = self.folder / f"image-{tablet.name}"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(tablet.folder, path)
        self._saved[tablet.name] = path
        self.open_calmly(tablet)

    def open_calmly(self, tablet: Tablet) -> None:
        with self._calmly():
            tablet.store = tablet.open()

    def device_restore(self, tablet: Tablet) -> None:
        image = self._saved.get(tablet.name)
        if image is None:
            self.image(tablet)
            return
        self.authority.observe()
        self.ledger.require_nothing_lost(self.tablets, self.authority)
        self._say(tablet, "is restored from the copy of its files")
        self.counts.faults["device restored"] += 1
        tablet.shut()
        shutil.rmtree(tablet.folder)
        shutil.copytree(image, tablet.folder)
        tablet.was_copied = True
        self.open_calmly(tablet)
        self._connect(tablet)
        self.ledger.forgive(self.tablets, self.authority)

    def copy(self, tablet: Tablet) -> None:
        if len(self.tablets) >= MOST_TABLETS:
            return
        self._say(tablet, "is copied to a second machine")
        self.counts.faults["device copied"] += 1
        tablet.shut()
        twin = self._make(f"{tablet.name}'{len(self.tablets)}", tablet.enrolled, tablet.folder)
        self.open_calmly(tablet)
        twin.was_copied = tablet.was_copied = True
        twin.jumped, twin.damaged = tablet.jumped, tablet.damaged
        self.tablets.append(twin)

    def damage(self, tablet: Tablet) -> None:
        """Rows are not what the cursor says; the next syncs must mend them."""
        done = damage_a_row(tablet, self.random)
        if done is not None:
            self._say(tablet, done)
            self.counts.faults["row damaged"] += 1

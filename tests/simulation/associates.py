"""What associates do on the devices of a history: they write, settle what needs attention, look people up online."""

from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

from clienteling.domain.errors import NotFound, ValidationFailed
from clienteling.store.replica import LocalStore
from sync.protocol.errors import SyncError
from sync.protocol.kinds import Kind
from sync.protocol.mutations import MUTATIONS
from sync.protocol.wire import SCHEMA, LookUpReply, LookUpRequest
from tests.simulation.erasures import Erasures
from tests.simulation.ledger import Ledger
from tests.simulation.machines import Machines
from tests.simulation.people import ACTIONS, PEOPLE, PHONES
from tests.simulation.tablet import Tablet
from tests.store.devices import PowerCut
from tests.store.invariants import require
from tests.support.shops import ref_id


class Associates:
    """Their operations.

    `run`: does what takes requests. `say`: takes whom something happened to and what, for the trace. `is_meanwhile`:
    whether something else is going on, which a power cut then ends as well.
    """

    def __init__(
        self,
        *,
        run: Callable[[Coroutine[Any, Any, LookUpReply]], LookUpReply],
        random: Random,
        ledger: Ledger,
        erasures: Erasures,
        machines: Machines,
        say: Callable[[Tablet | None, str], None],
        is_meanwhile: Callable[[], bool],
    ) -> None:
        self._run = run
        self.random = random
        self.ledger = ledger
        self.erasures = erasures
        self.machines = machines
        self._say = say
        self._is_meanwhile = is_meanwhile
        self._written_in: list[LocalStore] = []

    def write(self, tablet: Tablet, when: str = "") -> None:
        store = tablet.store
        if tablet.other is not None and self.random.random() < 0.5:
            store, when = tablet.other, f"{when}in the second process "
        (name, version), action = self.random.choice(list(ACTIONS.items()))
        args = action(tablet.screen())
        if args is None:
            return
        actor: str | None = tablet.enrolled.actor if self.random.random() < 0.9 else ref_id(Kind.ASSOCIATE, "nobody")
        if MUTATIONS[name, version].made_by_visitor and self.random.random() < 0.9:
            actor = None
        self._say(tablet, f"writes {when}{name} {args}")
        next_n = store.current().position().next_n
        try:
            self._written_in.append(store)
            try:
                entry = store.write(name, version, args, actor=actor, at=tablet.clock())
            finally:
                self._written_in.pop()
        except (NotFound, ValidationFailed) as refused:
            self._say(tablet, f"the form refuses: {refused.code}")
        except PowerCut:
            self.ledger.collect(tablet)
            require(store.current().position().next_n > next_n, "I1 an entry is kept before anything else")
            if store is tablet.other and store in self._written_in:
                raise  # what it was writing when this began is cut off with it
            if store is tablet.other:
                self._say(tablet, "the second process was killed")
                tablet.close_other()
            elif self._is_meanwhile():
                raise
            else:
                self.machines.restart_after_cut(tablet, "while writing")
        else:
            self.ledger.written[entry.uuid] = entry
            if store is not tablet.other:
                tablet.wake()

    def settle(self, tablet: Tablet) -> None:
        """People settle what needs attention; its text goes with it."""
        for item in tablet.store.attention():
            self._say(tablet, f"settles {item.entry.name} {item.code}")
            require(tablet.store.settle(item.entry.uuid), "I9 what needs attention can be settled")
            self.ledger.settled.add(item.entry.uuid)

    def look_up(self, tablet: Tablet) -> None:
        """Somebody is asked for in all stores; later pages bring them. Perhaps their screen stays open."""
        who = self.random.choice(PEOPLE)
        stays = self.random.random() < 0.5
        request = LookUpRequest(schema_number=SCHEMA, text=PHONES[who])
        try:
            found = self._run(tablet.api.look_up(request)).customer_ids
        except PowerCut as cut:
            self.machines.restart_after_cut(tablet, f"while looking up, {cut}")
            return
        except SyncError as error:
            self._say(tablet, f"looks {who} up: {error}")
            return
        self._say(tablet, f"looks {who} up: {found}, pinned: {stays}")
        wanted = [] if who in self.erasures.who else [ref_id(Kind.CUSTOMER, who)]
        require(found == wanted, "I7 all stores are searched, and nobody erased is found", who)
        tablet.pinned = tuple(found) if stays else ()

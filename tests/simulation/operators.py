"""What the commerce platform and operators do in a history: imports, erasures, backups, restores, the day's work."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

from sync.central_api.daily import do_days_work
from sync.central_api.erasure import erase_customer
from sync.central_api.import_records import import_records
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from tests.simulation.authority import Authority
from tests.simulation.commerce_platform import drawn_import
from tests.simulation.erasures import Erasures
from tests.simulation.known_bugs import Correct
from tests.simulation.ledger import Ledger
from tests.simulation.people import PEOPLE
from tests.simulation.plan import Counts
from tests.simulation.stage import Stage
from tests.simulation.tablet import Tablet
from tests.support.shops import SOURCE, ref_id


class Operators:
    """Their operations. `restores`: how often devices had a reason to fetch everything anew.

    `say`: takes whom something happened to (None: the server) and what, for the trace.
    """

    def __init__(
        self,
        stage: Stage,
        *,
        random: Random,
        bug: Correct,
        counts: Counts,
        ledger: Ledger,
        authority: Authority,
        erasures: Erasures,
        tablets: Sequence[Tablet],
        folder: Path,
        say: Callable[[Tablet | None, str], None],
    ) -> None:
        self.stage = stage
        self.database = stage.shops.database
        self.random = random
        self.bug = bug
        self.counts = counts
        self.ledger = ledger
        self.authority = authority
        self.erasures = erasures
        self.tablets = tablets
        self.folder = folder
        self.restores = 0
        self._say = say
        self._backup: Path | None = None
        self._known_at_backup = authority.known.copied()

    def import_something(self, tablet: Tablet | None) -> None:
        records, complete = drawn_import(self.random, self.stage.clock())
        self._say(None, f"imports {records[0].kind} {records[0].external_ref} {records[0].body}, complete: {complete}")
        self.bug.server_writes(self.database, partial(self._imported, records, complete))

    def _imported(self, records: list[ImportedRecord], complete: tuple[str, ...]) -> None:
        self.authority.require_records_replayed()
        import_records(self.database, records, source=SOURCE, now=self.stage.clock, complete_kinds=complete)
        self.authority.adopt()
        self.authority.require_held(records, self.stage.clock())

    def erase(self, tablet: Tablet) -> None:
        """Somebody asks to be erased, and an operator does so."""
        self._erase_one(self.random.choice(PEOPLE))
        self.erasures.require_forgotten_by_server(self.database)

    def _erase_one(self, who: str) -> None:
        self.authority.require_records_replayed()
        customer_id = ref_id(Kind.CUSTOMER, who)
        done = erase_customer(self.database, customer_id, now=self.stage.clock())
        self._say(None, f"erases {who}: {done}")
        self.counts.faults["erased"] += 1
        self.erasures.add(who, self.authority.erase(customer_id, self.stage.clock()), self.ledger.written.values())
        self.authority.require_records_replayed()

    def move_store(self, tablet: Tablet) -> None:
        """An operator gives a device to the other store: one scope is revoked, another granted."""
        store_id = self.random.choice([ref_id(Kind.LOCATION, code) for code in ("BDG", "SBY")])
        self._say(tablet, f"now belongs to store {store_id[:8]}")
        self.stage.give(tablet.enrolled, store_id)

    def server_backup(self, tablet: Tablet) -> None:
        self._say(None, "is backed up")
        self.authority.require_records_replayed()
        self.stage.save_server(self.folder / "backup.db")
        self._known_at_backup = self.authority.known.copied()
        self._backup = self.folder / "backup.db"

    def server_restore(self, tablet: Tablet) -> None:
        if self._backup is None:
            self.server_backup(tablet)
            return
        self.authority.require_records_replayed()
        self.ledger.require_nothing_lost(self.tablets, self.authority)
        self._say(None, "is restored from its backup")
        self.counts.faults["server restored"] += 1
        self.restores += 1
        self.stage.replace_server(self._backup)
        self.stage.new_epoch(tablet.new_id())
        self.authority.known = self._known_at_backup.copied()
        self.ledger.forgive(self.tablets, self.authority)
        for who in sorted(
            who for who in self.erasures.who if ref_id(Kind.CUSTOMER, who) not in self.authority.known.erased
        ):
            self._erase_one(who)
        self.erasures.require_forgotten_by_server(self.database)

    def lose_cursor(self, tablet: Tablet) -> None:
        """The server's key for cursors is another one: nobody's cursor can be continued."""
        self._say(None, "signs cursors with a new key")
        self.counts.faults["cursor key changed"] += 1
        self.restores += 1
        self.stage.new_cursor_key(f"{self.random.getrandbits(256):064x}")

    def days_work(self, tablet: Tablet) -> None:
        """Weeks or years later memberships end, and old tombstones and verdicts go: cursors may be below the floor."""
        self.authority.require_records_replayed()
        days = self.random.choice((0, 100, 800))
        self.stage.clock.advance(timedelta(days=days))
        done = do_days_work(self.database, self.stage.clock())
        self.authority.expire(self.stage.clock())
        self.authority.forget()
        self.authority.require_look_ups_of_a_day(self.stage.clock())
        self._say(None, f"does its day's work {days} days later: {done}")
        self.counts.faults["tombstones dropped"] += bool(done.compacted.tombstones)
        self.counts.faults["verdicts dropped"] += bool(done.compacted.verdicts)
        self.counts.faults["look-ups ended"] += bool(done.look_ups)
        self.counts.faults["holds expired"] += bool(done.holds)
        self.counts.faults["lists expired"] += bool(done.handovers)
        self.restores += bool(done.compacted.tombstones)

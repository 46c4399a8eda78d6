"""Where the central server keeps the lists that visitors hand over, and what was counted on its pages."""

from collections.abc import Sequence
from datetime import datetime
from random import Random

from sqlalchemy.exc import DBAPIError

from clienteling.domain.shelf_counting import ShelfCounter
from clienteling.domain.store_day import end_of_day
from clienteling.domain.views import StoreView
from clienteling.shelf.handing_over import CodeMade, DeskFull
from clienteling.shelf.source import ShelfUnavailable
from clienteling.use_cases.tell_counts import tally_id
from sync.central_api.database import CentralDatabase
from sync.central_api.errors import DatabaseBusy, TooManyLists
from sync.central_api.handovers import is_taken, make_handover
from sync.central_api.shelf_tallies import keep_tally
from sync.protocol.bodies.handovers import MAX_SAVED, SavedItem
from sync.protocol.bodies.shelf_figures import ScanSource, ScanTallyBody, ShelfAction
from sync.protocol.times import Clock, to_wire


class CentralDesk:
    """A `HandoverDesk` over the central database. `random` decides whether codes can be guessed."""

    def __init__(self, database: CentralDatabase, *, random: Random) -> None:
        self._database = database
        self._random = random

    def make(self, store: StoreView, goods: Sequence[tuple[str, str | None]], *, now: datetime) -> CodeMade:
        items = [SavedItem(product_id=product_id, variant_id=variant_id) for product_id, variant_id in goods]
        expires_at = end_of_day(now, store.time_zone)
        try:
            made = make_handover(
                self._database, store.id, items[:MAX_SAVED], expires_at=expires_at, now=now, random=self._random
            )
        except DatabaseBusy as error:
            raise ShelfUnavailable from error
        except TooManyLists as error:
            raise DeskFull from error
        return CodeMade(made.code, expires_at)

    def is_taken(self, code: str) -> bool:
        try:
            return is_taken(self._database, code)
        except DBAPIError as error:
            raise ShelfUnavailable from error


def keep_counts(database: CentralDatabase, counter: ShelfCounter, *, program_id: str, now: Clock) -> None:
    """Keep the hours in which something was counted since the last time.

    `program_id`: made anew at each start of the program. Raises ShelfUnavailable; what was not kept is kept next time.
    """
    for totals in counter.untold():
        counts = {
            gtin: {ShelfAction(action): count for action, count in actions.items()}
            for gtin, actions in totals.counts.items()
        }
        tally = ScanTallyBody(
            id=tally_id(program_id, totals),
            store_id=totals.store_id,
            hour=to_wire(totals.hour),
            source=ScanSource(totals.source),
            counts=counts,
        )
        try:
            keep_tally(database, tally, now=now())
        except DatabaseBusy as error:
            raise ShelfUnavailable from error
        counter.told(totals)

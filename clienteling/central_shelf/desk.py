"""Where the central server keeps the lists that visitors hand over: as records of their store."""

from collections.abc import Sequence
from datetime import datetime
from random import Random

from clienteling.domain.store_day import end_of_day
from clienteling.domain.views import StoreView
from clienteling.shelf.handing_over import CodeMade
from clienteling.shelf.source import ShelfUnavailable
from sync.central_api.database import CentralDatabase
from sync.central_api.errors import DatabaseBusy
from sync.central_api.handovers import make_handover
from sync.protocol.bodies.handovers import MAX_SAVED, SavedItem


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
        return CodeMade(made.code, expires_at)

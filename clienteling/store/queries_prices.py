"""What things cost at this store now: the platform's price, and the promotions that hold here."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from clienteling.catalogue.prices import Prices, holding_at, promotions_of
from clienteling.domain.promotions import Promotion
from clienteling.store.ask import ask_column
from clienteling.store.queries_records import bodies
from sync.protocol.kinds import Kind
from sync.protocol.times import to_microseconds


def running_promotions(connection: Connection, now: datetime) -> tuple[Promotion, ...]:
    """Those that run now, wherever they hold; what this program cannot read is left out."""
    at = to_microseconds(now)
    ids = ask_column(connection, "SELECT id FROM promotion_entry WHERE ends_at > ? AND starts_at <= ?", (at, at))
    return promotions_of(bodies(connection, Kind.PROMOTION, ids).values())


def prices_here(
    connection: Connection, product_ids: Iterable[str | None], *, store_id: str | None, now: datetime
) -> Prices:
    """What these products cost at this store now."""
    holding = holding_at(running_promotions(connection, now), store_id, now)
    return Prices(bodies(connection, Kind.PRICE, product_ids), holding)

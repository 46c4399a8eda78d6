"""When online look-ups end, kept beside the rows they brought, so that `forgetting` can end them offline."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select
from sqlalchemy.dialects.sqlite import insert

from clienteling.store.tables import LOOK_UP
from sync.protocol.kinds import Kind, is_lookup_scope
from sync.protocol.serving_signs import LOOKED_UP_FOR
from sync.protocol.times import from_wire
from sync.protocol.wire import PullPage, RowState

_KEEP = insert(LOOK_UP)
_KEEP = _KEEP.on_conflict_do_update(index_elements=["customer_id"], set_={"ends_at": _KEEP.excluded.ends_at})
_END = LOOK_UP.delete().where(LOOK_UP.c.customer_id == bindparam("over"))
_OVER = select(LOOK_UP.c.customer_id).where(
    or_(LOOK_UP.c.ends_at <= bindparam("now"), LOOK_UP.c.ends_at > bindparam("no_later_than"))
)


def server_time(page: PullPage, *, otherwise: datetime) -> datetime:
    """When the server made the page; `otherwise` where it tells no time that can be read."""
    try:
        return from_wire(page.server_time)
    except ValueError:
        return otherwise


def follow_look_ups(store: Connection, page: PullPage, *, time_at: datetime) -> None:
    """Keep the ends that a page tells, a day from `time_at` where it tells none. In the caller's transaction."""
    if any(is_lookup_scope(scope) for scope in page.revoked):
        store.execute(LOOK_UP.delete())
    told = [row for row in page.changes if row.kind == Kind.CUSTOMER and is_lookup_scope(row.scope)]
    ends = {row.id: _end(row.ends_at, time_at) for row in told if row.state is RowState.LIVE}
    if ends:
        store.execute(_KEEP, [{"customer_id": one, "ends_at": ends_at} for one, ends_at in ends.items()])
    over = [{"over": row.id} for row in told if row.state is not RowState.LIVE]
    if over:
        store.execute(_END, over)


def look_ups_over(store: Connection, now: datetime) -> frozenset[str]:
    """Customers whose look-up is over. One that is to end in days was made before a clock was set back."""
    return frozenset(store.execute(_OVER, {"now": now, "no_later_than": now + 2 * LOOKED_UP_FOR}).scalars())


def looked_up(store: Connection) -> frozenset[str]:
    """Every customer who is here by a look-up, over or not."""
    return frozenset(store.execute(select(LOOK_UP.c.customer_id)).scalars())


def _end(text: str | None, time_at: datetime) -> datetime:
    try:
        return from_wire(text) if text else time_at + LOOKED_UP_FOR
    except ValueError:
        return time_at + LOOKED_UP_FOR

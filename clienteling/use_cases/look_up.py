"""Find a customer while typing."""

from clienteling.store import search
from clienteling.store.name_index import this_store_id
from clienteling.store.replica import LocalStore
from clienteling.use_cases.answers import LookupAnswer
from sync.protocol.times import Clock


def look_up(store: LocalStore, text: str, limit: int, *, now: Clock) -> LookupAnswer:
    """Customers that fit what was typed, best first, at most `limit`; nothing typed finds nobody. No network."""
    with store.reading() as connection:
        rows, more = search.look_up(connection, text, limit, store_id=this_store_id(connection), now=now())
    return LookupAnswer(rows, more)

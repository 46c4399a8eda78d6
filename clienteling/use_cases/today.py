"""The first screen: what to tell whom today, who was here last, and where we are."""

from datetime import date

from clienteling.domain.store_day import local_day
from clienteling.domain.views import AssociateView, StoreView, TodayView
from clienteling.store import queries_records
from clienteling.store.queries_today import NO_STORE, today_view
from clienteling.store.replica import LocalStore
from sync.protocol.times import Clock


def today(store: LocalStore, *, now: Clock) -> TodayView:
    """Cards and recent customers of this store, as things stand now."""
    changed_here = store.changed_here()
    with store.reading() as connection:
        return today_view(connection, now=now(), changed_here=changed_here)


def this_store(store: LocalStore) -> StoreView | None:
    """The store this device stands in; None before the first sync."""
    with store.reading() as connection:
        return queries_records.store_view(connection)


def associates(store: LocalStore) -> tuple[AssociateView, ...]:
    """Those who work here, by name."""
    with store.reading() as connection:
        return queries_records.associates(connection)


def store_today(store: LocalStore, *, now: Clock) -> date:
    """The date on the store's wall."""
    return local_day(now(), (this_store(store) or NO_STORE).time_zone)

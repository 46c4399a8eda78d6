"""Everything this device holds about one customer."""

from clienteling.domain.views import CustomerView
from clienteling.store.queries_customer import customer_view
from clienteling.store.queries_records import cached_customers as count_customers
from clienteling.store.replica import LocalStore
from sync.protocol.times import Clock


def open_customer(store: LocalStore, customer_id: str, *, now: Clock) -> CustomerView | None:
    """The customer, in one snapshot; None where it is not on this device."""
    with store.reading() as connection:
        return customer_view(connection, customer_id, now=now())


def cached_customers(store: LocalStore) -> int:
    """How many customers are on this device."""
    with store.reading() as connection:
        return count_customers(connection)

"""How many customers one associate may open in an hour: far more than anybody serves, fewer than a list is long.

Customers are counted, not openings, so that who looks at the same people again and again is never stopped.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

MOST_IN_AN_HOUR: Final = 300
WITHIN: Final = timedelta(hours=1)

OPENED: Final = "customer.opened"
REACHED: Final = "limit.reached"
LIFTED: Final = "limit.lifted"
"""Kinds of the audit log."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Whom an associate opened within the hour, since their limit was last lifted. `is_noted`: that it is reached."""

    customers: frozenset[str]
    is_noted: bool

    @property
    def is_at_limit(self) -> bool:
        return len(self.customers) >= MOST_IN_AN_HOUR

    def stops(self, customer_id: str) -> bool:
        """Whether this customer may not be opened as well."""
        return self.is_at_limit and customer_id not in self.customers


def reading_of(doings: Iterable[tuple[str, str | None, str]]) -> Reading:
    """What an hour's doings (kind, customer, when), oldest first, come to."""
    customers: set[str] = set()
    is_noted = False
    for kind, customer_id, _ in doings:
        if kind == LIFTED:
            customers.clear()
            is_noted = False
        elif kind == REACHED:
            is_noted = True
        elif kind == OPENED and customer_id is not None:
            customers.add(customer_id)
    return Reading(frozenset(customers), is_noted)

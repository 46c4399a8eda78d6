"""Customers in a list."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from clienteling.domain.phones import last_digits


class MatchReason(StrEnum):
    """Why a customer was found."""

    NAME = "name"
    SIMILAR_NAME = "similar_name"
    PHONE = "phone"
    EMAIL = "email"
    LOYALTY = "loyalty"


@dataclass(frozen=True, slots=True)
class LookupRow:
    """One customer in a list, with what tells people of one name apart. `last_visit_at`: last seen at this store."""

    customer_id: str
    name: str
    salutation: str
    phone: str
    email: str
    loyalty_number: str
    home_store: str
    last_visit_at: datetime | None
    tier: str
    why: MatchReason
    city: str = ""

    @property
    def phone_tail(self) -> str:
        """The last four digits, or ""."""
        return last_digits(self.phone)

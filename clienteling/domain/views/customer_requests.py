"""Customers' requests as a privacy officer sees them, and how much time each has left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

SOON: Final = timedelta(hours=12)
OVER_STATES: Final = ("done", "refused")
"""States in which nothing is to be done any more."""


class Urgency(StrEnum):
    """How near the end of a request's time is."""

    CALM = "calm"
    SOON = "soon"
    LATE = "late"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class DeviceOfErasure:
    """Where a device stands with an erasure. `state`: confirmed, awaited, revoked or never_here."""

    name: str
    state: str
    lease_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Who may be the same person; `name` "" where they are not on this device."""

    customer_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class LostDevice:
    """A device that may have been lost; `name` as people call it."""

    id: str
    name: str
    store_name: str
    last_seen_at: datetime | None
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request. `customer_name`: as this device knows them, "" where it does not, or not any longer.

    regime           uu_pdp or gdpr; the first knows no more time
    tell_by          until when a customer whose request was given more time is to be told so
    extended_reason  why it was, "" where it was not
    """

    id: str
    kind: str
    state: str
    customer_id: str
    received_at: datetime
    due_at: datetime
    customer_name: str = ""
    ended_at: datetime | None = None
    refused_reason: str = ""
    devices_awaited: int = 0
    lookalikes: tuple[Lookalike, ...] = ()
    others: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    devices: tuple[DeviceOfErasure, ...] = ()
    regime: str = "uu_pdp"
    tell_by: datetime | None = None
    extended_reason: str = ""

    def can_be_extended(self, now: datetime) -> bool:
        """Whether it may be given more time: by GDPR, once, before its time is over."""
        return self.regime == "gdpr" and not self.extended_reason and not self.is_over and now <= self.due_at

    @property
    def is_over(self) -> bool:
        return self.state in OVER_STATES

    def urgency(self, now: datetime) -> Urgency:
        """How near the end of its time is."""
        if self.is_over:
            return Urgency.OVER
        if now > self.due_at:
            return Urgency.LATE
        return Urgency.SOON if self.due_at - now < SOON else Urgency.CALM

    def hours(self, now: datetime) -> int:
        """Whole hours that are left, or that it is late by."""
        return int(abs(self.due_at - now).total_seconds() // 3600)

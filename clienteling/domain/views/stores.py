"""This store and who works here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreView:
    """The store this device stands in."""

    id: str
    name: str
    code: str
    city: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class AssociateView:
    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class ReadingCount:
    """How many customers an associate has opened within the hour. `is_stopped`: they open no more of them."""

    associate_id: str
    name: str
    opened: int
    is_stopped: bool

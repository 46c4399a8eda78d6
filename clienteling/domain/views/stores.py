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

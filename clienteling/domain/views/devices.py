"""Devices as their manager sees them, and what a revoked one had not sent."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A registration at the server.

    is_this               the device on which this is read
    signs                 it enrolled with a key of its own
    program               which version on which system, "" before it told
    waiting               changes that were still to come from it when it was last there; None before
    unconfirmed_erasures  customers it has not yet said it forgot
    """

    id: str
    name: str
    store_name: str
    is_this: bool
    signs: bool
    last_seen_at: datetime | None
    revoked_at: datetime | None
    program: str
    waiting: int | None
    unconfirmed_erasures: int


@dataclass(frozen=True, slots=True)
class DevicesView:
    """`stores`: id and name of those where devices may be added."""

    stores: tuple[tuple[str, str], ...]
    devices: tuple[DeviceView, ...]


@dataclass(frozen=True, slots=True)
class CodeForDevice:
    """A one-time code as people read it aloud, and the same as a picture of a QR symbol (PNG)."""

    code: str
    symbol: bytes
    store_name: str
    ends_at: datetime

    def __repr__(self) -> str:
        return f"CodeForDevice(ends_at={self.ends_at})"


@dataclass(frozen=True, slots=True)
class QuarantinedView:
    """An entry that waits for a decision. `action` and `typed` as of what needs attention.

    customer_name  "" where the customer is not on this device
    refused        a message key: why it was refused when somebody took it over, "" before
    """

    registration_id: str
    uuid: str
    device_name: str
    action: str
    typed: str
    customer_name: str
    author_name: str
    at: datetime | None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """The first of what waits; `more`: how many others do."""

    entries: tuple[QuarantinedView, ...]
    more: int = 0

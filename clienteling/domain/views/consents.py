"""What a customer said yes and no to, as it stands, and every answer there was."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What a customer agreed to, for one purpose and channel. `granted` None: never asked.

    event_id  the latest answer, to be named by a change as the one before it
    noes      the answers that say no, where not `event_id` alone: of somebody merged there may be several
    saw       noes in other ledgers that whoever wrote this yes had before them: it takes their place, and no others'
    to_name   answers in other ledgers that bear on this one, for the next yes to name as seen
    """

    purpose: str
    channel: str
    granted: bool | None
    at: datetime | None
    event_id: str | None
    pending: bool = False
    noes: tuple[str, ...] = ()
    saw: tuple[str, ...] = ()
    to_name: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """How a customer may be contacted for a purpose: by which channels, and by which they do not want to be."""

    by: tuple[str, ...] = ()
    not_by: tuple[str, ...] = ()


class ConsentMethod(StrEnum):
    """How an answer was given. What was imported has none: its source is told instead."""

    SPOKEN = "spoken"
    SIGNED = "signed"
    CONFIRMED = "confirmed"
    OWN_PHONE = "own_phone"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """A yes or no as it is to be recorded: `seen_event_id` and `to_name` as the screen showed them."""

    purpose: str
    channel: str
    granted: bool
    seen_event_id: str | None = None
    to_name: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsentEventView:
    """One answer in the ledger, as proof.

    by            who took it down, as they were called then
    method        a ConsentMethod, or a word of a later program; "" where it is not known
    language      in which it was asked; `words` are what was asked, "" where they are kept elsewhere
    text_version  of the words: ours, or the source's
    drawing       the signature, as `signature.strokes_of` reads it
    refused       message key of why it does not count; "" for an answer that counted when it came
    confirmed_by  the same for all answers that were confirmed together; "" where each stands alone
    """

    event_id: str
    purpose: str
    channel: str
    granted: bool
    at: datetime | None
    by: str = ""
    store: str = ""
    method: str = ""
    language: str = ""
    words: str = ""
    text_version: str = ""
    source: str = ""
    drawing: str = ""
    pending: bool = False
    refused: str = ""
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True)
class PhoneLink:
    """A link by which a customer answers on their own phone. `id`: what its answers are `confirmed_by`.

    `symbol`: the QR symbol as a PNG; `host`: where it leads, for people to compare.
    """

    id: str
    address: str = field(repr=False)
    symbol: bytes = field(repr=False)
    host: str
    ends_at: datetime

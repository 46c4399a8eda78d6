"""What was counted at the shelf, as it comes in and as a manager sees it. Numbers are scans, never people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

SPANS: Final = (7, 28, 90)
"""Days that end today, for which figures are told."""


@dataclass(frozen=True, slots=True)
class ShelfDay:
    """One day of the store. No visitor is in it, nor any two things that one visitor did.

    counts           how often, by (GTIN, source, action)
    attached, sold   by GTIN: lists with the label that were given to a customer, pieces sold here
    hours            scans by (hour of the store's day, source)
    """

    day: date
    counts: Mapping[tuple[str, str, str], int]
    attached: Mapping[str, int]
    sold: Mapping[str, int]
    hours: Mapping[tuple[int, str], int]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class ShelfLabel:
    """What a GTIN names. `options`: size, colour and so on."""

    gtin: str
    product_id: str
    product: str
    options: tuple[str, ...] = ()
    category: str = ""


class Standing(StrEnum):
    """Whether there is something to show, and if not, why."""

    NOTHING_COUNTED = "nothing_counted"
    NONE_IN_SPAN = "none_in_span"
    TOO_FEW = "too_few"
    TOO_CLOSE = "too_close"
    """To what a longer span shows: what lies between the two would be a number under 10."""
    READY = "ready"


@dataclass(frozen=True, slots=True)
class BySource:
    """Scans by visitors' own phones and by devices of the store."""

    phone: int
    tablet: int


class Together(StrEnum):
    """What a row's number is of."""

    PRODUCT = "product"
    CATEGORY = "category"
    REST_OF_CATEGORY = "rest_of_category"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class LabelScans:
    """One label of a product."""

    gtin: str
    options: tuple[str, ...]
    scans: int


@dataclass(frozen=True, slots=True)
class ScannedRow:
    """How often a product was scanned, or several together where one would be under 10.

    sold_out              scans at which none of it was left here; None: cannot be told without giving away a number
                          under 10
    sold                  pieces of the product, in whatever size; None for a row that is no product
    labels, other_labels  the product's labels, and those of its labels together that are not shown each
    """

    together: Together
    product_id: str
    name: str
    category: str
    scans: int
    sold_out: int | None
    sold: int | None
    labels: tuple[LabelScans, ...] = ()
    other_labels: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many, with the 95 % interval within which the true rate lies."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.hits / self.of


@dataclass(frozen=True, slots=True)
class NotBought:
    """A product that is scanned and sells less for it than the store's others. `rate` None: too few scans for one."""

    product_id: str
    name: str
    scans: int
    sold: int
    rate: Rate | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """How often each step was taken. None: fewer than 10, or it would give away a number under 10.

    `sold`: pieces of products that were scanned; from receipts, and no secret of the shelf.
    """

    scanned: int
    saved: int | None
    handed_over: int | None
    attached: int | None
    sold: int


class DayPart(StrEnum):
    """Hours that are put together where one of them alone is under 10."""

    NIGHT = "night"
    MORNING = "morning"
    MIDDAY = "midday"
    AFTERNOON = "afternoon"
    EVENING = "evening"


@dataclass(frozen=True, slots=True)
class HourBar:
    """Scans in one hour, in several together, or in parts of the day together. `hours`: those it is of, in order."""

    hours: tuple[int, ...]
    scans: int


@dataclass(frozen=True, slots=True)
class HoursOfSource:
    """The day's hours for one source, "" for both together where they cannot be told apart."""

    source: str
    bars: tuple[HourBar, ...]


@dataclass(frozen=True, slots=True)
class ShelfReport:
    """What the shelf tells of a span of days that ends today, in the store's time.

    as_of       when the newest figures were put together; None where there are none
    scans       None unless READY
    by_source   None where phones and tablets cannot be told apart without giving away a number under 10
    rows        products with the most scans first; then what is only told together
    sold_out    rows of products that were scanned while none was left here, most such scans first
    """

    days: int
    first_day: date
    last_day: date
    as_of: datetime | None
    standing: Standing
    scans: int | None = None
    by_source: BySource | None = None
    rows: tuple[ScannedRow, ...] = ()
    not_bought: tuple[NotBought, ...] = ()
    sold_out: tuple[ScannedRow, ...] = ()
    funnel: Funnel | None = None
    hours: tuple[HoursOfSource, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelsToSee:
    """Labels printed on this device that somebody should look at.

    unscanned  nobody scanned them for 14 days; None where counting, or every label, is younger than that
    outdated   what they say of name, price or promotion is no longer so
    ended      what they are of is no longer sold here
    """

    printed: int
    unscanned: tuple[ShelfLabel, ...] | None = None
    outdated: tuple[ShelfLabel, ...] = ()
    ended: tuple[ShelfLabel, ...] = ()


@dataclass(frozen=True, slots=True)
class ShelfFigures:
    """What a manager's screen shows.

    labels  None: this device has printed none for this store, or cannot tell what they would say today
    """

    store_name: str
    report: ShelfReport
    labels: LabelsToSee | None = None

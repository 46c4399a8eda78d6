"""The source's lines -> baskets of lines in whole cents. Pure, and without a package: any rows with its columns do.

The source says what was paid for a line (`sales_value`, after every discount the shop gave) and how much the shop took
off (`retail_disc`, `coupon_match_disc`); a maker's coupon (`coupon_disc`) is money the shop got and takes nothing off.
An order line has a price for one piece, which seldom comes out even: it is rounded up to the cent and the line's
discount carries the rest, so that price x quantity - discount is what was paid, exactly.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, Protocol

MOST_OFF_CENT = 1e-4
"""How far from a whole cent an amount may be, in cents: binary fractions are never exact."""


class SourceRow(Protocol):
    """What is read of one row of the source's `transactions`, by its own column names."""

    @property
    def household_id(self) -> int: ...
    @property
    def store_id(self) -> int: ...
    @property
    def basket_id(self) -> int: ...
    @property
    def product_id(self) -> int: ...
    @property
    def quantity(self) -> int: ...
    @property
    def sales_value(self) -> float: ...
    @property
    def retail_disc(self) -> float: ...
    @property
    def coupon_match_disc(self) -> float: ...
    @property
    def transaction_timestamp(self) -> datetime: ...


SOURCE_COLUMNS = (
    "household_id",
    "store_id",
    "basket_id",
    "product_id",
    "quantity",
    "sales_value",
    "retail_disc",
    "coupon_match_disc",
    "transaction_timestamp",
)


class Line(NamedTuple):
    """One line as the export has it. `quantity_stated` is the source's, which may be 0."""

    product_id: int
    quantity: int
    quantity_stated: int
    price_cents: int
    discount_cents: int

    @property
    def spend_cents(self) -> int:
        """What was paid."""
        return self.price_cents * self.quantity - self.discount_cents


@dataclass(frozen=True, slots=True)
class Basket:
    """One purchase: its lines in the source's order. `bought_at` is on the shop's clock."""

    basket_id: int
    household_id: int
    store_id: int
    bought_at: datetime
    lines: tuple[Line, ...]

    @property
    def spend_cents(self) -> int:
        """What was paid for all of it."""
        return sum(line.spend_cents for line in self.lines)

    @property
    def discount_cents(self) -> int:
        """What all its lines take off."""
        return sum(line.discount_cents for line in self.lines)

    @property
    def note(self) -> str:
        """The quantities that the export states otherwise than the source, "" where there are none."""
        zero = [str(line.product_id) for line in self.lines if line.quantity != line.quantity_stated]
        return f"Quantity 0 in the source: {', '.join(zero)}" if zero else ""


def whole_cents(amount: float) -> int:
    """The amount in cents. Raises ValueError where it is finer than a cent or below zero."""
    cents = round(amount * 100)
    if cents < 0 or abs(amount * 100 - cents) > MOST_OFF_CENT:
        raise ValueError("an amount that is no whole number of cents")
    return cents


def price_line(product_id: int, quantity: int, *, spend_cents: int, taken_off_cents: int) -> Line:
    """The line whose price x quantity - discount is `spend_cents`.

    The price is the shelf's, one cent at most above what the source's amounts come to; no quantity counts as one.
    """
    if quantity < 0:
        raise ValueError("a quantity below zero")
    pieces = quantity or 1
    price_cents = -(-(spend_cents + taken_off_cents) // pieces)
    return Line(product_id, pieces, quantity, price_cents, price_cents * pieces - spend_cents)


def line_of(row: SourceRow) -> Line:
    """The row as a line."""
    return price_line(
        row.product_id,
        row.quantity,
        spend_cents=whole_cents(row.sales_value),
        taken_off_cents=whole_cents(row.retail_disc) + whole_cents(row.coupon_match_disc),
    )


def baskets_of(rows: Iterable[SourceRow]) -> Iterator[Basket]:
    """The baskets, one at a time. `rows`: those of one basket stand together."""
    for basket_id, together in groupby(rows, key=attrgetter("basket_id")):
        first, *rest = together
        yield Basket(
            basket_id,
            first.household_id,
            first.store_id,
            first.transaction_timestamp,
            tuple(line_of(row) for row in (first, *rest)),
        )

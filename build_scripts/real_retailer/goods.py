"""The source's products with a title that people can read, a price, and stock."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from build_scripts.real_retailer.purchases import Line


class ProductRow(Protocol):
    """What is read of one row of the source's `products`; a text may be missing (None, or no text at all)."""

    @property
    def product_id(self) -> int: ...
    @property
    def manufacturer_id(self) -> int: ...
    @property
    def department(self) -> object: ...
    @property
    def brand(self) -> object: ...
    @property
    def product_category(self) -> object: ...
    @property
    def product_type(self) -> object: ...
    @property
    def package_size(self) -> object: ...


@dataclass(frozen=True, slots=True)
class Goods:
    """One product, which is its own only variant."""

    product_id: int
    title: str
    vendor: str
    category: str
    department: str

    @property
    def handle(self) -> str:
        """What the web shop's address would end in."""
        words = re.sub(r"[^a-z0-9]+", "-", self.title.casefold()).strip("-")
        return f"{words[:60].rstrip('-')}-{self.product_id}"

    @property
    def sku(self) -> str:
        """What order lines and stock name it by."""
        return str(self.product_id)


def _text(cell: object) -> str:
    """The cell as words with one capital, "" where it is no text."""
    if not isinstance(cell, str):
        return ""
    words = " ".join(re.sub(r"([/:;,])(?=\w)", r"\1 ", cell).split()).lower()
    return words[:1].upper() + words[1:]


def goods_of(row: ProductRow) -> Goods:
    """The product of a row."""
    kind, category = _text(row.product_type), _text(row.product_category)
    size = row.package_size.strip().lower() if isinstance(row.package_size, str) else ""
    title = kind or category or _text(row.department) or "Product"
    own = _text(row.brand) == "Private"
    return Goods(
        row.product_id,
        f"{title}, {size}" if size else title,
        "Own brand" if own else f"Maker {row.manufacturer_id}",
        category or _text(row.department),
        _text(row.department),
    )


def unlisted(product_id: int) -> Goods:
    """A product that was sold and that the source's list does not have."""
    return Goods(product_id, f"Product {product_id}", "", "", "")


class Prices:
    """The price list that purchases come to: what a product cost on the shelf when it was sold last."""

    def __init__(self) -> None:
        self._cents: dict[int, int] = {}

    def see(self, line: Line) -> None:
        """Keep the line's price; one without quantity or price says nothing, unless nothing else is known."""
        if line.product_id not in self._cents or (line.quantity_stated and line.price_cents):
            self._cents[line.product_id] = line.price_cents

    def of(self, product_id: int) -> int:
        """The price in cents."""
        return self._cents[product_id]

    @property
    def sold(self) -> list[int]:
        """Every product that was sold, by number."""
        return sorted(self._cents)


@dataclass(frozen=True, slots=True)
class Level:
    """Stock of one product at one store."""

    product_id: int
    store_id: int
    on_hand: int
    committed: int


def stock(sold_at: Mapping[int, set[int]], products: Sequence[int], *, seed: int) -> Iterator[Level]:
    """The stock of every product at every store of `sold_at`: more of what the store has sold, often none of the rest.

    `sold_at`: the products sold at each store that stock is written for.
    """
    randoms = {store_id: Random(f"{seed}/stock/{store_id}") for store_id in sorted(sold_at)}
    for product_id in products:
        for store_id, random in randoms.items():
            most = 40 if product_id in sold_at[store_id] else 6
            on_hand = max(0, random.randrange(-2, most))
            yield Level(product_id, store_id, on_hand, min(on_hand, random.choice((0, 0, 0, 1, 2))))

"""The customer's page from the central database: what `clienteling.shelf` asks of a store, read from its tables.

Nothing about a customer is ever read: all comes through `sync.central_api.catalogue_reading`, which knows products,
prices, promotions, reviews, locations and stock, and refuses the rest.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from clienteling.catalogue.at_shelf import AtShelf, tell_at_shelf
from clienteling.catalogue.products import review_view
from clienteling.central_shelf.bodies import BodiesReader
from clienteling.central_shelf.kept import Kept
from clienteling.central_shelf.looking import Look, Looking, Shared
from clienteling.domain.store_stem import location_of_stem
from clienteling.domain.views import ReviewOrder, ReviewView, StoreView
from clienteling.shelf.source import ShelfProduct, ShelfUnavailable
from sync.central_api.catalogue_reading import review_page, shown_variant
from sync.central_api.database import CentralDatabase

MAX_REVIEWS: Final = 100
MOST_KEPT: Final = 500
"""Products at a store, told and kept: some 20 kB each."""


class CentralShelf:
    """A `ShelfSource` over the central database.

    An address without a store is read at home: it is told every store's own stock, where there are not too many. What
    was told is kept until something it names changes, so that an import of other products, or a sale of them, costs
    nothing here; all of it is at most `looking`'s half second old.
    """

    def __init__(
        self, database: CentralDatabase, *, read_picture: Callable[[str], bytes | None], looking: Looking | None = None
    ) -> None:
        """`read_picture`: a picture's file by its name, None where there is none of that name."""
        self._database = database
        self._read_picture = read_picture
        self._looking = looking or Looking()
        self._stores = _StoresByStem()
        self._bodies = BodiesReader(self._looking)
        self._told: Kept[tuple[str, str], _Told] = Kept(self._looking, MOST_KEPT)
        self._reviews: Kept[_ReviewsAsked, tuple[ReviewView, ...]] = Kept(self._looking, MOST_KEPT)

    def freshness(self, stem: str | None) -> str:
        recent = self._looking.recent()
        if recent is not None:
            return recent.text
        with self._looked() as (_, look):
            return look.text

    def find(self, gtin14: str, *, stem: str | None, now: datetime) -> ShelfProduct | None:
        with self._looked() as (connection, look):
            named = shown_variant(connection, gtin14)
            if named is None:
                return None
            store = self._stores.find(stem, look.shared)
            product_id, variant_id = named
            told = self._tell(connection, look, product_id, now, store=store, variant_id=variant_id)
        return told.of_variant(variant_id, store)

    def reviews(
        self, product_id: str, *, order: ReviewOrder, stars: int | None, offset: int, limit: int
    ) -> tuple[ReviewView, ...]:
        asked = _ReviewsAsked(product_id, order, stars, max(0, offset), max(0, min(limit, MAX_REVIEWS)))
        known = self._reviews.get(asked) if self._looking.recent() is not None else None
        if known is not None:
            return known.thing
        with self._looked() as (connection, look):
            known = self._reviews.get(asked)
            if known is not None:
                return known.thing
            found = review_page(
                connection, product_id, by=order.value, stars=stars, offset=asked.offset, limit=asked.limit
            )
        reviews = tuple(review_view(review_id, body) for review_id, body in found)
        return self._reviews.keep(asked, reviews, look, (product_id,))

    def picture(self, name: str) -> bytes | None:
        return self._read_picture(name)

    @contextmanager
    def _looked(self) -> Iterator[tuple[Connection, Look]]:
        """A snapshot, and a look that is no newer. Raises ShelfUnavailable where the database is busy, away or damaged.

        The look comes first: what a snapshot that began before it says may be older than it.
        """
        try:
            with self._database.reading() as connection:
                yield connection, self._looking.look(connection)
        except SQLAlchemyError as error:
            raise ShelfUnavailable from error

    def _tell(
        self,
        connection: Connection,
        look: Look,
        product_id: str,
        now: datetime,
        *,
        store: StoreView | None,
        variant_id: str,
    ) -> "_Told":
        key = (product_id, store.id if store else variant_id)
        known = self._told.get(key)
        if known is not None and known.thing.is_of(now):
            return known.thing
        bodies = self._bodies.read(connection, look, product_id, now, store=store, variant_id=variant_id)
        about = {product_id, *(bodies.product.get("goes_with") or ()), *(one["id"] for one in bodies.similar)}
        told = _Told(now, tell_at_shelf(bodies, store_id=store.id if store else None, now=now))
        return self._told.keep(key, told, look, frozenset(about), bodies.product.get("category") or "")


@dataclass(frozen=True, slots=True)
class _Told:
    """A product told at a store, by variant; or one of its variants, told without a store."""

    told_at: datetime
    at_shelf: AtShelf
    _found: dict[str, ShelfProduct] = field(default_factory=dict)

    def is_of(self, now: datetime) -> bool:
        """Whether the clock leaves it as it is."""
        changes_at = self.at_shelf.changes_at
        return self.told_at <= now and (changes_at is None or now < changes_at)

    def of_variant(self, variant_id: str, store: StoreView | None) -> ShelfProduct:
        """The same object each time, so that a page knows again what it was made from."""
        told = self.at_shelf
        return self._found.setdefault(
            variant_id, ShelfProduct(told.product, variant_id, store, told.similar, told.changes_at)
        )


class _ReviewsAsked(NamedTuple):
    product_id: str
    order: ReviewOrder
    stars: int | None
    offset: int
    limit: int


class _StoresByStem:
    """Only stems that lead to a store are remembered: anybody may ask for any."""

    def __init__(self) -> None:
        self._known: tuple[Shared | None, dict[str, StoreView]] = (None, {})

    def find(self, stem: str | None, shared: Shared) -> StoreView | None:
        if stem is None:
            return None
        of, known = self._known
        if of is not shared:
            known = {}
            self._known = (shared, known)
        wanted = stem.upper()
        store = known.get(wanted) or location_of_stem(stem, shared.stores.values())
        if store is not None:
            known[wanted] = store
        return store

"""What the customer's page asks of whoever holds the catalogue: a hub's local store, or the central database.

All calls block, and are made in threads, several at a time; a source opens its own snapshot for each. The page keeps
what it rendered for as long as `freshness` says the same, and asks that at most twice a second for each store, so that
a source is asked for a product once after each change and not once for each phone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from clienteling.domain.views import ProductBrief, ProductView, ReviewOrder, ReviewView, StoreView


@dataclass(frozen=True, slots=True)
class ShelfProduct:
    """A product as the page tells it.

    product     with the prices that are paid, and the promotions that hold, at `store`; stock of `store` marked `here`.
                Without a store: prices as they are everywhere, and no stock is `here`
    variant_id  the one whose GTIN was asked for
    store       None where the address names none, or one that is not known
    similar     products of the same category that are on sale, without this one and those it goes with; at most
                MAX_SIMILAR
    changes_at  when the clock alone changes what is shown: the next beginning or end of a promotion that covers the
                product or one of those named beside it; None where none is known. Nothing is shown past it
    """

    product: ProductView
    variant_id: str
    store: StoreView | None
    similar: tuple[ProductBrief, ...] = ()
    changes_at: datetime | None = None


MAX_SIMILAR = 6


class ShelfUnavailable(Exception):
    """The source cannot answer now: its database is busy, away or damaged. The page says so, or shows what it kept."""


class ShelfSource(Protocol):
    """Reads only. Everything here may be shown to anybody: no customer, no number that is not public.

    Everything raises ShelfUnavailable.

    `stem`: the store as the address names it (`SBDG`, letters in any case; `domain.store_stem.location_of_stem` leads
    to it), None where it names none.
    """

    def freshness(self, stem: str | None) -> str:
        """Another text whenever anything a page for this store shows has changed; some 30 characters at most.

        Cheap: no product is read. It may change too often, never too seldom. For one store it must not go back to an
        earlier text (a restored database has a new epoch).
        """
        ...

    def find(self, gtin14: str, *, stem: str | None, now: datetime) -> ShelfProduct | None:
        """The product with a variant of this GTIN (14 digits) that is on sale; None where there is none.

        One that leads to no store gives the product without store.
        """
        ...

    def reviews(
        self, product_id: str, *, order: ReviewOrder, stars: int | None, offset: int, limit: int
    ) -> tuple[ReviewView, ...]:
        """A page of reviews, at most 100; `stars` leaves only those with so many, in the same order."""
        ...

    def picture(self, name: str) -> bytes | None:
        """The picture's file as it was imported, by its name (`catalogue.pictures.picture_name`), or None.

        Never anything outside the pictures' folder, whatever the name.
        """
        ...

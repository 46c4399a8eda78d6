"""The customer's page from a hub's local store, for phones on the store's guest Wi-Fi when the internet is gone."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from random import Random

from sqlalchemy import Connection

from clienteling.domain.errors import StoreUnusable, ValidationFailed
from clienteling.domain.views import ReviewOrder, ReviewView, StoreView
from clienteling.shelf.handing_over import CodeMade, DeskFull
from clienteling.shelf.source import MAX_SIMILAR, ShelfProduct, ShelfUnavailable
from clienteling.store import queries_product, queries_shelf
from clienteling.store.queries_handovers import is_taken
from clienteling.store.replica import LocalStore
from clienteling.use_cases.hand_over import make_handover
from sync.protocol.bodies.handovers import MAX_SAVED


class HubShelf:
    """A `ShelfSource` over the local store.

    A hub knows the stock that its own store was told of. An address without a store is read by phones that are in this
    one, so that it means this one. An address of another store has that store's promotions, and its stock as this
    store knows it, with its age.
    """

    def __init__(self, store: LocalStore, *, read_picture: Callable[[str], bytes | None]) -> None:
        """`read_picture`: a picture's file by its name, None where there is none of that name."""
        self._store = store
        self._read_picture = read_picture

    def freshness(self, stem: str | None) -> str:
        with self._reading() as connection:
            return f"{self._store.changed.value} {queries_shelf.freshness(connection)}"

    def find(self, gtin14: str, *, stem: str | None, now: datetime) -> ShelfProduct | None:
        with self._reading() as connection:
            found = queries_shelf.shelf_product(connection, gtin14, stem=stem, similar=MAX_SIMILAR, now=now)
        if found is None:
            return None
        product, variant_id, store, similar, changes_at = found
        return ShelfProduct(product, variant_id, store, similar, changes_at)

    def reviews(
        self, product_id: str, *, order: ReviewOrder, stars: int | None, offset: int, limit: int
    ) -> tuple[ReviewView, ...]:
        with self._reading() as connection:
            return queries_product.review_views(
                connection, product_id, order=order, stars=stars, offset=offset, limit=limit
            )

    def picture(self, name: str) -> bytes | None:
        return self._read_picture(name)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._store.reading() as connection:
                yield connection
        except StoreUnusable as error:
            raise ShelfUnavailable from error


class HubDesk:
    """A `HandoverDesk` in the local store: the list is on every screen of the hub at once, and goes up with the rest.

    A list is this store's, whatever store its labels are of: here it is shown.
    """

    def __init__(self, store: LocalStore, *, new_id: Callable[[], str], random: Random) -> None:
        """`random` decides whether codes can be guessed."""
        self._store = store
        self._new_id = new_id
        self._random = random

    def make(self, store: StoreView, goods: Sequence[tuple[str, str | None]], *, now: datetime) -> CodeMade:
        try:
            made = make_handover(
                self._store, goods[:MAX_SAVED], now=lambda: now, new_id=self._new_id, random=self._random
            )
        except ValidationFailed as error:
            raise (DeskFull if error.code == "handover.too_many" else ShelfUnavailable) from error
        except StoreUnusable as error:
            raise ShelfUnavailable from error
        return CodeMade(made.code, made.expires_at)

    def is_taken(self, code: str) -> bool:
        try:
            with self._store.reading() as connection:
                return is_taken(connection, code)
        except StoreUnusable as error:
            raise ShelfUnavailable from error

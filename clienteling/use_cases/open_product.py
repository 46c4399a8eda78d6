"""A product at the shelf, its reviews, and the search for it."""

from clienteling.domain.views import HeldPiece, ProductBrief, ProductView, ReviewOrder, ReviewView
from clienteling.store import queries_holds, queries_product
from clienteling.store.replica import LocalStore
from sync.protocol.times import Clock


def open_product(store: LocalStore, product_id: str, *, now: Clock) -> ProductView | None:
    """The product with what holds here now; None where it is not on this device."""
    with store.reading() as connection:
        return queries_product.product_view(connection, product_id, now=now())


def held_pieces(store: LocalStore, product_id: str, *, now: Clock) -> tuple[HeldPiece, ...]:
    """For whom pieces of the product are held or asked for, here and elsewhere, as far as this device knows."""
    with store.reading() as connection:
        return queries_holds.held_pieces(connection, product_id, now=now())


def read_reviews(
    store: LocalStore,
    product_id: str,
    *,
    order: ReviewOrder,
    stars: int | None = None,
    offset: int = 0,
    limit: int = 20,
) -> tuple[ReviewView, ...]:
    """A page of reviews, at most 100; `stars` leaves only those with so many."""
    with store.reading() as connection:
        return queries_product.review_views(
            connection, product_id, order=order, stars=stars, offset=offset, limit=limit
        )


def search_products(store: LocalStore, text: str, limit: int, *, now: Clock) -> tuple[ProductBrief, ...]:
    """Products whose name, brand, category, tags or SKU have every word typed."""
    with store.reading() as connection:
        return queries_product.search_products(connection, text, limit, now=now())


def product_pictures(store: LocalStore) -> tuple[str, ...]:
    """Every picture the catalogue names, each once."""
    with store.reading() as connection:
        return queries_product.all_product_pictures(connection)

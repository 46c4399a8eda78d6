"""A product with all that is told beside it where it lies on a shelf: what goes with it, what is like it, and how long
that holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clienteling.catalogue import products as catalogue
from clienteling.catalogue.prices import Prices, holding_at, next_change
from clienteling.domain.promotions import Promotion
from clienteling.domain.views import LocationStock, ProductBrief, ProductView, RatingView
from sync.protocol.kinds import Body


@dataclass(frozen=True, slots=True)
class ShelfBodies:
    """What one page is told from.

    goes_with, similar  bodies of products on sale, in the order in which they are named; one in both is the first
    prices              bodies by product id, of all these products
    promotions          those that run or will run
    places              bodies of the locations by id
    stock               of the product's variants, by variant id
    available_here      pieces at the store of each product beside it; None, or nothing, where that is not known
    """

    product: Body
    goes_with: Sequence[Body]
    similar: Sequence[Body]
    prices: Mapping[str, Body]
    promotions: Sequence[Promotion]
    places: Mapping[str, Body]
    stock: Mapping[str, tuple[LocationStock, ...]]
    available_here: Mapping[str, int | None]
    rating: RatingView


@dataclass(frozen=True, slots=True)
class AtShelf:
    """`changes_at`: the next beginning or end of a promotion of the product, or of one beside it; None: none known."""

    product: ProductView
    similar: tuple[ProductBrief, ...]
    changes_at: datetime | None


def tell_at_shelf(bodies: ShelfBodies, *, store_id: str | None, now: datetime) -> AtShelf:
    """The product as it is told at that store; without one, as it is everywhere."""
    product_id = bodies.product["id"]
    running = [one for one in bodies.promotions if one.runs(now)]
    prices = Prices(bodies.prices, holding_at(running, store_id, now))
    goes_with = _briefs(bodies.goes_with, prices, bodies.available_here)
    beside = {one.id for one in goes_with} | {product_id}
    similar = _briefs((one for one in bodies.similar if one["id"] not in beside), prices, bodies.available_here)
    names = {place_id: one.get("name", "") for place_id, one in bodies.places.items()}
    covering = [one for one in running if one.covers(product_id)]
    view = catalogue.product_view(
        bodies.product,
        prices=prices,
        stock=bodies.stock,
        rating=bodies.rating,
        promotions=catalogue.promotion_views(covering, names, store_id=store_id, now=now),
        goes_with=goes_with,
    )
    shown = (product_id, *(one.id for one in (*goes_with, *similar)))
    return AtShelf(view, similar, next_change(bodies.promotions, shown, now))


def _briefs(
    products: Iterable[Body], prices: Prices, available_here: Mapping[str, int | None]
) -> tuple[ProductBrief, ...]:
    """Each product once."""
    once = {one["id"]: one for one in products}
    return tuple(
        catalogue.product_brief(one, prices=prices, available_here=available_here.get(product_id))
        for product_id, one in once.items()
    )

"""The one thing to say before anything else: what waits here, then what hurts, then a wish that is here."""

from collections.abc import Sequence

from clienteling.domain.views import OrderView, SayFirst, SayFirstKind, WishlistLine


def say_first(
    orders: Sequence[OrderView],
    complaints: Sequence[str],
    wishlist: Sequence[WishlistLine],
    goes_with_pickup: frozenset[str],
    *,
    may_suggest: bool = True,
) -> SayFirst | None:
    """The line, or None. `complaints`: subjects of open ones; `goes_with_pickup`: products that match what waits.

    may_suggest: False for who does not want suggestions: then no wish is named
    """
    here = _in_stock(wishlist) if may_suggest else []
    waiting = [one for one in orders if waits_here(one)]
    if waiting:
        return _pickup(waiting, here, goes_with_pickup)
    if complaints:
        return SayFirst(SayFirstKind.OPEN_COMPLAINT, subject=complaints[0])
    if here:
        wish, available = here[0]
        return SayFirst(SayFirstKind.WISHLIST_HERE, item=_words(wish), available=available)
    return None


def waits_here(order: OrderView) -> bool:
    """Whether the order is ready to be collected at this store."""
    pickup = order.pickup
    return pickup is not None and pickup.here and pickup.status == "ready" and not order.cancelled


def _pickup(
    waiting: Sequence[OrderView], here: Sequence[tuple[WishlistLine, int]], goes_with: frozenset[str]
) -> SayFirst:
    order = max(waiting, key=lambda one: (one.pickup.since_at if one.pickup else one.placed_at, one.id))
    also = next((one for one in here if one[0].product_id in goes_with), None)
    return SayFirst(
        SayFirstKind.PICKUP_READY,
        item=order.lines[0].name if order.lines else "",
        order_number=order.number,
        since_at=order.pickup.since_at if order.pickup else None,
        also_item=_words(also[0]) if also else "",
        also_available=also[1] if also else 0,
    )


def _in_stock(wishlist: Sequence[WishlistLine]) -> list[tuple[WishlistLine, int]]:
    """Wishes that are here, those on promotion first, otherwise in the order given."""
    here = [(one, one.here.available) for one in wishlist if one.here.available]
    return sorted(here, key=lambda pair: pair[0].promotion_ends_at is None)


def _words(wish: WishlistLine) -> str:
    return " ".join((wish.name, *wish.options)).strip()

"""A location's body as the store people stand in."""

from clienteling.domain.views import StoreView
from sync.protocol.kinds import Body

DEFAULT_ZONE = "Asia/Jakarta"


def store_of(location_id: str, found: Body) -> StoreView:
    """The store; its name is empty until its record has come."""
    return StoreView(
        id=location_id,
        name=found.get("name", ""),
        code=found.get("code", ""),
        city=found.get("city", ""),
        time_zone=found.get("time_zone") or DEFAULT_ZONE,
    )

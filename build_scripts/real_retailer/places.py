"""Where the source's stores stand, which it does not say: invented, so that "nearby" means something.

The stores that stock is written for share one city; every other city has more stores than a store's stock names
(`MAX_NEARBY_STORES`), so that stock of the first city is on the shelves' list of that city alone.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

TIME_ZONE = "Asia/Jakarta"
STOCKED_STORES = 5
_FIRST_CITY = ("Bandung", -6.917, 107.619)
_CITIES = (
    ("Jakarta", -6.208, 106.846),
    ("Bogor", -6.595, 106.816),
    ("Cirebon", -6.732, 108.552),
    ("Semarang", -6.966, 110.417),
    ("Yogyakarta", -7.795, 110.369),
    ("Surakarta", -7.575, 110.824),
    ("Surabaya", -7.257, 112.752),
    ("Malang", -7.966, 112.632),
    ("Denpasar", -8.670, 115.212),
    ("Medan", 3.595, 98.672),
    ("Palembang", -2.976, 104.775),
    ("Makassar", -5.147, 119.432),
)
_SPREAD_DEGREES = 0.08


def store_name(store_id: int) -> str:
    """What orders and stock call a store, wherever it stands."""
    return f"Toko {store_id}"


def store_code(store_id: int) -> str:
    """What a device of the store is registered by."""
    return f"T{store_id}"


@dataclass(frozen=True, slots=True)
class Place:
    """A store of the source with a place."""

    store_id: int
    city: str
    latitude: float
    longitude: float

    @property
    def name(self) -> str:
        """What orders and stock call it."""
        return store_name(self.store_id)

    @property
    def code(self) -> str:
        """What a device is registered by."""
        return store_code(self.store_id)


def busiest(customers_of_store: Mapping[int, Collection[int]]) -> list[int]:
    """The stores stock is written for: those with most customers, the lower number first among equals."""
    ranked = sorted(customers_of_store, key=lambda store_id: (-len(customers_of_store[store_id]), store_id))
    return ranked[:STOCKED_STORES]


def settle(store_ids: Collection[int], stocked: Sequence[int], *, seed: int) -> Iterator[Place]:
    """A place for each store, in the order of their numbers."""
    others = [store_id for store_id in sorted(store_ids) if store_id not in stocked]
    cities = {store_id: _CITIES[index % len(_CITIES)] for index, store_id in enumerate(others)}
    for store_id in sorted(store_ids):
        city, latitude, longitude = cities.get(store_id, _FIRST_CITY)
        random = Random(f"{seed}/store/{store_id}")
        north, east = (random.uniform(-_SPREAD_DEGREES, _SPREAD_DEGREES) for _ in range(2))
        yield Place(store_id, city, round(latitude + north, 5), round(longitude + east, 5))

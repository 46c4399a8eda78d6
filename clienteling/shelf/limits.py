"""How often one address may ask: a token bucket for each, in memory, for a while and for so many addresses only.

A store's guests share one address, so that the bucket holds a minute's worth at once. Nothing of it is written down.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from sync.protocol.addresses import counted_as

REQUESTS_A_MINUTE: Final = 600
PICTURE_COST: Final = 0.125
"""A page has some eight pictures, which browsers keep."""
CONSENT_COST: Final = 10.0
"""Sixty a minute from one address: a customer opens one link, and whoever guesses at them opens many."""
MAX_ADDRESSES: Final = 20_000
_MINUTE_S: Final = 60.0


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


class RateLimit:
    """`requests_a_minute` may come at once, and as many again in each minute after."""

    def __init__(
        self, requests_a_minute: int, *, monotonic: Callable[[], float], max_addresses: int = MAX_ADDRESSES
    ) -> None:
        self._most = float(requests_a_minute)
        self._per_s = requests_a_minute / _MINUTE_S
        self._monotonic = monotonic
        self._max_addresses = max_addresses
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_s(self, client: str, *, cost: float = 1.0) -> int:
        """0 where the request may pass, and is counted; else whole seconds after which one may."""
        now_s = self._monotonic()
        key = counted_as(client)
        bucket = self._buckets.pop(key, None) or _Bucket(self._most, now_s)
        bucket.tokens = min(self._most, bucket.tokens + (now_s - bucket.at_s) * self._per_s)
        bucket.at_s = now_s
        self._buckets[key] = bucket
        if len(self._buckets) > self._max_addresses:
            self._buckets.popitem(last=False)
        if bucket.tokens < cost:
            return max(1, math.ceil((cost - bucket.tokens) / self._per_s))
        bucket.tokens -= cost
        return 0


def _without_port(told: str) -> str:
    """The address alone; some proxies write `192.0.2.1:41000` or `[2001:db8::1]:41000`, with another port each time."""
    if told.startswith("["):
        return told[1:].partition("]")[0]
    return told.partition(":")[0] if told.count(":") == 1 else told


class TrustedProxies:
    """Who may say for whom it asks. `networks`: addresses or networks (`10.0.0.0/8`); nobody where there are none."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        """Raises ValueError for what is no address or network."""
        self._networks = [ip_network(one, strict=False) for one in networks]

    def trusts(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._networks)

    def client(self, peer: str, forwarded_for: str) -> str:
        """Who asks: the peer, or the last in X-Forwarded-For that no trusted proxy is where a trusted one tells it."""
        if not self.trusts(peer):
            return peer
        for one in reversed([_without_port(part.strip()) for part in forwarded_for.split(",") if part.strip()]):
            if not self.trusts(one):
                return one
        return peer

"""Which signed requests were taken already, in this process's memory: none is taken twice while its signature holds.

Two processes over one database do not know of each other's nonces, and a process that starts has forgotten its own: for
two minutes a copied request could be sent again to the other one. It would change nothing: a call that writes gives the
same answer to the same request (entries by number and uuid, a code by its key, a refresh token by its successor). Over
TLS nobody has such a copy.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sync.protocol.errors import Replayed, Unreachable
from sync.protocol.signing import SKEW_S

MOST_EACH: Final = 32_768
"""Nonces of one device that are remembered: 270 requests a second for two minutes, in 3 MB."""
HOLDS: Final = timedelta(seconds=2 * SKEW_S)
"""From the first moment at which a signature may be taken to the last."""


@dataclass(slots=True)
class _Taken:
    """Two generations: what is in neither was taken longer ago than HOLDS."""

    since: datetime
    recent: set[str] = field(default_factory=set)
    earlier: set[str] = field(default_factory=set)


class Nonces:
    """Remembers each registration's nonces for HOLDS at least. Thread-safe."""

    def __init__(self, *, most_each: int = MOST_EACH) -> None:
        self._most_each = most_each
        self._of: dict[str, _Taken] = {}
        self._lock = threading.Lock()

    def take(self, registration_id: str, nonce: str, now: datetime) -> None:
        """Nothing; the nonce is used from now on. Only for requests whose signature was checked.

        Raises Replayed where it is used already, and Unreachable where so many came that none more can be remembered:
        to forget one would let it be used again.
        """
        with self._lock:
            taken = self._of.setdefault(registration_id, _Taken(now))
            if now < taken.since:  # the clock was set back: what is remembered stays for as long again
                taken.since = now
            elif now - taken.since >= HOLDS:
                is_long_ago = now - taken.since >= 2 * HOLDS
                taken.earlier = set() if is_long_ago else taken.recent
                taken.since, taken.recent = now, set()
            if nonce in taken.recent or nonce in taken.earlier:
                raise Replayed
            if len(taken.recent) + len(taken.earlier) >= self._most_each:
                raise Unreachable("sync.busy", retry_after_s=SKEW_S)
            taken.recent.add(nonce)

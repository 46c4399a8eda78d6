"""What a person is told about sync: one sentence's worth of facts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

POLLED_WITHIN: Final = timedelta(minutes=5)
"""A device that runs and has a network syncs more often than this."""


class Connection(StrEnum):
    """`refused`: the server answered and does not accept this device or version."""

    UNKNOWN = "unknown"
    ONLINE = "online"
    OFFLINE = "offline"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What the engine knows, for people.

    `waiting`: entries not yet acknowledged. `problem`: a message key; with `offline`, the server answers and cannot
    serve now, else something needs a person. `notices`: message keys of what happened to this device's files lately.
    """

    connection: Connection = Connection.UNKNOWN
    syncing: bool = False
    last_synced_at: datetime | None = None
    offline_since: datetime | None = None
    waiting: int = 0
    needs_attention: int = 0
    cached_customers: int = 0
    pretend_offline: bool = False
    problem: str | None = None
    notices: tuple[str, ...] = ()

    @property
    def unsynced_before_offline(self) -> bool:
        """Whether the last sync is older than the loss of the network explains, as after a night switched off."""
        if self.last_synced_at is None or self.offline_since is None:
            return False
        return self.offline_since - self.last_synced_at > POLLED_WITHIN

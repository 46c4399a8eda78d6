"""What a person is told about sync: one sentence's worth of facts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Connection(StrEnum):
    """`refused`: the server answered and does not accept this device or version."""

    UNKNOWN = "unknown"
    ONLINE = "online"
    OFFLINE = "offline"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """`waiting`: entries not yet acknowledged. `problem`: a message key where something needs a person."""

    connection: Connection = Connection.UNKNOWN
    syncing: bool = False
    last_synced_at: datetime | None = None
    offline_since: datetime | None = None
    waiting: int = 0
    needs_attention: int = 0
    cached_customers: int = 0
    pretend_offline: bool = False
    problem: str | None = None

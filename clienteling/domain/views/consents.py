"""What a customer said yes and no to, as it stands, and every answer there was."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What a customer agreed to, for one purpose and channel. `granted` None: never asked.

    event_id  the latest answer, to be named by a change as the one before it
    noes      the answers that say no, where not `event_id` alone: of somebody merged there may be several
    saw       noes in other ledgers that whoever wrote this yes had before them: it takes their place, and no others'
    to_name   answers in other ledgers that bear on this one, for the next yes to name as seen
    """

    purpose: str
    channel: str
    granted: bool | None
    at: datetime | None
    event_id: str | None
    pending: bool = False
    noes: tuple[str, ...] = ()
    saw: tuple[str, ...] = ()
    to_name: tuple[str, ...] = ()

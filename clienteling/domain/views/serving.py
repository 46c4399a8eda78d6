"""What associates do for a customer over time: what was promised, when they meet, and that they spoke.

`customer_id` is whose page to open: that of the customer another was merged into. `here`: it is this store's.
"""

from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """Something promised, due on a day of its store. `status`: open, done, cancelled.

    overdue     open, and its day is over
    outcomes    what everybody wrote who finished it, in the order it came
    finish_ids  the finishes that hold: a reopening must name them all
    pending     changed on this device and not yet at the server
    not_by      channels by which the customer is not to be contacted, not even about this
    """

    id: str
    customer_id: str
    customer_name: str
    salutation: str
    subject: str
    due_on: date
    status: str
    overdue: bool
    assignee_id: str | None
    assignee: str
    author: str
    store: str
    here: bool
    written_at: datetime
    outcomes: tuple[str, ...] = ()
    done_at: datetime | None = None
    done_by: str = ""
    finish_ids: tuple[str, ...] = ()
    pending: bool = False
    not_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """A customer is expected. `status`: booked, kept, cancelled, no_show.

    day, at_time  as they were agreed, by the clock of `time_zone`
    starts_at     the same moment in UTC
    not_by        channels by which the customer is not to be contacted, not even about this
    """

    id: str
    customer_id: str
    customer_name: str
    salutation: str
    day: date
    at_time: time
    time_zone: str
    starts_at: datetime
    minutes: int
    subject: str
    status: str
    associate_id: str | None
    associate: str
    author: str
    store: str
    here: bool
    pending: bool = False
    not_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InteractionView:
    """Somebody spoke with a customer. `channel`: store, phone, whatsapp, email, "" = not known.

    `direction`: in = the customer came, called or wrote; out = somebody here did; "" = not known.
    """

    id: str
    channel: str
    direction: str
    summary: str
    author: str
    store: str
    at: datetime
    pending: bool

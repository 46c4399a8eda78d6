"""What associates do for a customer over time: what they promised, when they meet, and that they spoke."""

from typing import Annotated

from pydantic import Field

from sync.protocol.bodies.base import Day, Moment, Part, RecordBody, Short, TimeOfDay, TimeZone, Words
from sync.protocol.wire import STORABLE, Id

Subject = Annotated[str, Field(min_length=1, max_length=500, pattern=STORABLE)]
Minutes = Annotated[int, Field(ge=1, le=24 * 60, strict=True)]
FinishStatus = Annotated[str, Field(pattern="^(done|cancelled)$")]


class Finish(Part):
    """One finishing of a follow-up. `undone_by`: who took it up again, having seen this; None while it is in effect."""

    finish_id: Id
    status: FinishStatus
    outcome: Words = ""
    at: Moment
    by: Short = ""
    by_name: Short = ""
    undone_by: Short | None = None


class FollowUpBody(RecordBody):
    """Something promised to a customer, due on a day of its store.

    `status`, `outcome`, `done_at`, `done_by` and `done_by_name` are those of `finishes`
    (`mutations.follow_ups.with_status`). `written_by` as in a customer.
    """

    customer_id: Id
    store_id: Id
    subject: Subject
    due_on: Day
    assignee_id: Id | None = None
    assignee_name: Short = ""
    author_id: Short = ""
    author_name: Short = ""
    at: Moment
    status: Annotated[str, Field(pattern="^(open|done|cancelled)$")] = "open"
    outcome: Words = ""
    done_at: Moment | None = None
    done_by: Short = ""
    done_by_name: Short = ""
    finishes: list[Finish] = Field(default_factory=list)
    written_by: dict[str, tuple[str, int]] = Field(default_factory=dict)


FOLLOW_UP_FIELDS = frozenset({"subject", "due_on", "assignee_id", "assignee_name"})
"""Fields that `follow_up.edit` may change."""


class AppointmentBody(RecordBody):
    """A customer is expected at a store. Day, time and zone stay as they were agreed, whatever becomes of the zone.

    `at`: when it was booked. `written_by` as in a customer.
    """

    customer_id: Id
    store_id: Id
    local_date: Day
    local_time: TimeOfDay
    time_zone: TimeZone
    minutes: Minutes
    subject: Subject
    associate_id: Id | None = None
    associate_name: Short = ""
    author_id: Short = ""
    author_name: Short = ""
    at: Moment
    status: Annotated[str, Field(pattern="^(booked|kept|cancelled|no_show)$")] = "booked"
    written_by: dict[str, tuple[str, int]] = Field(default_factory=dict)


APPOINTMENT_FIELDS = frozenset(
    {"local_date", "local_time", "time_zone", "minutes", "subject", "associate_id", "associate_name"}
)
"""Fields that `appointment.edit` may change."""


class InteractionBody(RecordBody):
    """Somebody spoke with a customer. `channel` and `direction` "": not known, as in those from before there were any.

    `direction`: in = the customer came, called or wrote; out = somebody here did. `handover_id`: the saved list that
    the customer handed over, agreeing that it is kept; `agreed_text` names how they were asked (message key, language).
    """

    customer_id: Id
    store_id: Id
    associate_id: Short = ""
    associate_name: Short = ""
    at: Moment
    channel: Annotated[str, Field(pattern="^(store|phone|whatsapp|email)?$")] = ""
    direction: Annotated[str, Field(pattern="^(in|out)?$")] = ""
    summary: Words = ""
    handover_id: Id | None = None
    agreed_text: Short = ""

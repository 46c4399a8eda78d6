"""appointment.book@1, .edit@1 and .close@1: when a customer is expected, and whether they came.

Edited field by field (`per_field`). What became of an appointment is a field that only a closing writes: no edit brings
back one that is closed, and of two closings the later stands and the other is a conflict that people see.
"""

from typing import Annotated

from pydantic import Field

from sync.protocol.bodies.base import Day, Moment, Short, TimeOfDay, TimeZone
from sync.protocol.bodies.serving import APPOINTMENT_FIELDS, AppointmentBody, Minutes, Subject
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations.base import Args, Entry, Mutation, Outcome, Records, made
from sync.protocol.mutations.per_field import NumbersOrTexts, conflict_keys, edit_record
from sync.protocol.wire import Id


class AppointmentBookArgs(Args):
    appointment_id: Id
    customer_id: Id
    store_id: Id
    local_date: Day
    local_time: TimeOfDay
    time_zone: TimeZone
    minutes: Minutes
    subject: Subject
    associate_id: Id | None = None
    associate_name: Short = ""
    author_name: Short = ""
    at: Moment


class AppointmentEditArgs(Args):
    appointment_id: Id
    customer_id: Id
    fields: Annotated[dict[str, NumbersOrTexts], Field(min_length=1, max_length=len(APPOINTMENT_FIELDS))]


class AppointmentCloseArgs(Args):
    """`seen`: the status that the screen showed; one closed by mistake is closed again."""

    appointment_id: Id
    customer_id: Id
    seen: Annotated[str, Field(pattern="^(booked|kept|cancelled|no_show)$")] = "booked"
    status: Annotated[str, Field(pattern="^(kept|cancelled|no_show)$")]


def _key(args: AppointmentBookArgs | AppointmentEditArgs | AppointmentCloseArgs) -> RecordKey:
    return RecordKey(Kind.APPOINTMENT, args.appointment_id)


def _book_touches(args: AppointmentBookArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return RecordKey(Kind.CUSTOMER, args.customer_id), _key(args)


def _book(records: Records, args: AppointmentBookArgs, entry: Entry) -> Outcome:
    return made(
        records,
        _key(args),
        args.customer_id,
        lambda: AppointmentBody(
            id=args.appointment_id,
            customer_id=args.customer_id,
            store_id=args.store_id,
            local_date=args.local_date,
            local_time=args.local_time,
            time_zone=args.time_zone,
            minutes=args.minutes,
            subject=args.subject,
            associate_id=args.associate_id,
            associate_name=args.associate_name,
            author_id=entry.actor or "",
            author_name=args.author_name,
            at=args.at,
        ),
    )


def _edit_touches(args: AppointmentEditArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return RecordKey(Kind.CUSTOMER, args.customer_id), _key(args), *conflict_keys(entry, args.fields)


def _edit(records: Records, args: AppointmentEditArgs, entry: Entry) -> Outcome:
    return edit_record(
        records, _key(args), args.customer_id, args.fields, entry, editable=APPOINTMENT_FIELDS, model=AppointmentBody
    )


_STATUS = frozenset({"status"})


def _close_touches(args: AppointmentCloseArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return RecordKey(Kind.CUSTOMER, args.customer_id), _key(args), *conflict_keys(entry, _STATUS)


def _close(records: Records, args: AppointmentCloseArgs, entry: Entry) -> Outcome:
    edits = {"status": (args.seen, args.status)}
    return edit_record(records, _key(args), args.customer_id, edits, entry, editable=_STATUS, model=AppointmentBody)


APPOINTMENT_BOOK = Mutation("appointment.book", 1, AppointmentBookArgs, _book_touches, _book, _key)
APPOINTMENT_EDIT = Mutation("appointment.edit", 1, AppointmentEditArgs, _edit_touches, _edit)
APPOINTMENT_CLOSE = Mutation("appointment.close", 1, AppointmentCloseArgs, _close_touches, _close)

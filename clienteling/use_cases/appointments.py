"""Agree when a customer comes, move it, and say whether they came."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from clienteling.domain.errors import ValidationFailed
from clienteling.domain.serving_rules import CLOSED, one_of, valid_day, valid_minutes, valid_subject, valid_time
from clienteling.store.queries_records import store_day, store_view
from clienteling.store.replica import LocalStore
from clienteling.use_cases.serving_edits import Fields, Judge, associate_judge, edited, filled_in, text_judge
from clienteling.use_cases.who_and_where import author_name, must_be_known, record_here
from sync.protocol.kinds import Body, Kind
from sync.protocol.mutations.appointments import APPOINTMENT_BOOK, APPOINTMENT_CLOSE, APPOINTMENT_EDIT
from sync.protocol.times import Clock, to_wire


def book_appointment(
    store: LocalStore,
    customer_id: str,
    *,
    local_date: str,
    local_time: str,
    minutes: str,
    subject: str,
    author_id: str,
    now: Clock,
    new_id: Callable[[], str],
    associate_id: str = "",
) -> str:
    """Expect a customer at this store, by the clock on its wall; returns the new appointment's id.

    `local_date` ISO 8601, today or later; `local_time` HH:MM; `minutes` 1 to 1440; `associate_id` "": whoever is here.
    On disk and visible when this returns. Raises ValidationFailed for all wrong fields together (serving.day_invalid,
    serving.day_past, serving.time_invalid, serving.minutes_invalid, serving.subject_empty, serving.associate_unknown,
    text.too_long, text.bad_character), or ValidationFailed(author.missing, device.no_store),
    NotFound(customer.not_here).
    """
    at = now()
    with store.reading() as connection:
        must_be_known(connection, customer_id)
        name, place = author_name(connection, author_id), store_view(connection)
        if place is None:
            raise ValidationFailed("store", "device.no_store")
        form = {"local_date": local_date, "local_time": local_time, "minutes": minutes, "subject": subject}
        kept = filled_in({**form, "associate_id": associate_id}, _judges(connection, {}, at))
    appointment_id = new_id()
    args = {
        "appointment_id": appointment_id,
        "customer_id": customer_id,
        "store_id": place.id,
        **kept,
        "time_zone": place.time_zone,
        "author_name": name,
        "at": to_wire(at),
    }
    store.write(APPOINTMENT_BOOK.name, APPOINTMENT_BOOK.version, args, actor=author_id, at=at)
    return appointment_id


def _judges(connection: Connection, standing: Body, at: datetime) -> dict[str, Judge]:
    return {
        "local_date": text_judge("local_date", partial(valid_day, "local_date", today=store_day(connection, at))),
        "local_time": text_judge("local_time", partial(valid_time, "local_time")),
        "minutes": text_judge("minutes", valid_minutes),
        "subject": text_judge("subject", valid_subject),
        "associate_id": associate_judge(connection, standing, "associate_id", "associate_name"),
    }


def edit_appointment(store: LocalStore, appointment_id: str, fields: Fields, *, author_id: str, now: Clock) -> None:
    """Change local_date, local_time, minutes, subject or associate_id, given as {field: (seen, new)} in text.

    What differs is written, at once visible. Raises ValidationFailed for all wrong fields together (as
    `book_appointment`, and serving.field_unknown), or ValidationFailed(author.missing),
    NotFound(appointment.not_here).
    """
    at = now()
    with store.reading() as connection:
        found = record_here(connection, Kind.APPOINTMENT, appointment_id)
        author_name(connection, author_id)
        edits = edited(fields, _judges(connection, found, at))
    if edits:
        args = {"appointment_id": appointment_id, "customer_id": found["customer_id"], "fields": edits}
        store.write(APPOINTMENT_EDIT.name, APPOINTMENT_EDIT.version, args, actor=author_id, at=at)


def close_appointment(
    store: LocalStore, appointment_id: str, status: str, *, seen: str, author_id: str, now: Clock
) -> None:
    """They came, called it off, or did not come (`status`: kept, cancelled, no_show); `seen`: what the screen showed.

    Where somebody else says otherwise at the same time, people decide. On disk and visible when this returns. Raises
    ValidationFailed(serving.choice_unknown, author.missing), NotFound(appointment.not_here).
    """
    chosen = one_of("status", status, CLOSED)
    with store.reading() as connection:
        found = record_here(connection, Kind.APPOINTMENT, appointment_id)
        author_name(connection, author_id)
    if chosen == seen:
        return
    args = {
        "appointment_id": appointment_id,
        "customer_id": found["customer_id"],
        "seen": one_of("status", seen, CLOSED | {"booked"}),
        "status": chosen,
    }
    store.write(APPOINTMENT_CLOSE.name, APPOINTMENT_CLOSE.version, args, actor=author_id, at=now())

"""Follow-ups, appointments and talks as screens show them, of one customer or of this store's day."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import Connection

from clienteling.catalogue.fields import moment
from clienteling.domain.store_day import zone_of
from clienteling.domain.views import AppointmentView, FollowUpView, InteractionView, StoreView
from clienteling.store.ask import ask_column
from clienteling.store.queries_consents import refused_for_service, restricted_among
from clienteling.store.queries_records import bodies, location_names, pending, people_now
from clienteling.store.unpack_serving import day_of, time_of_day
from sync.protocol.column_types import EPOCH
from sync.protocol.kinds import Body, Kind
from sync.protocol.mutations.follow_ups import finishes_in_effect

MAX_OF_DAY = 100
"""No screen draws more rows."""


def follow_up_views(
    connection: Connection, found: Sequence[Body], *, store_id: str | None, today: date
) -> tuple[FollowUpView, ...]:
    """Those that have a day, in the order given; `today` is the store's."""
    people, stores, waiting = _around(connection, Kind.FOLLOW_UP, found)
    not_by = refused_for_service(connection, (one["id"] for one in people.values()))
    views = []
    for one in found:
        due_on = day_of(one, "due_on")
        if due_on is None:
            continue
        customer = people.get(one.get("customer_id", ""), {})
        status, finishes = one.get("status") or "open", finishes_in_effect(one)
        views.append(
            FollowUpView(
                id=one["id"],
                customer_id=customer.get("id") or one.get("customer_id") or "",
                customer_name=customer.get("name", ""),
                salutation=customer.get("salutation", ""),
                subject=one.get("subject", ""),
                due_on=due_on,
                status=status,
                overdue=status == "open" and due_on < today,
                assignee_id=one.get("assignee_id"),
                assignee=one.get("assignee_name", ""),
                author=one.get("author_name", ""),
                store=stores.get(one.get("store_id") or "", ""),
                here=one.get("store_id") == store_id,
                written_at=moment(one, "at") or EPOCH,
                outcomes=tuple(dict.fromkeys(finish["outcome"] for finish in finishes if finish.get("outcome"))),
                done_at=moment(one, "done_at"),
                done_by=one.get("done_by_name", ""),
                finish_ids=tuple(finish["finish_id"] for finish in finishes),
                pending=one["id"] in waiting,
                not_by=not_by.get(customer.get("id", ""), ()),
            )
        )
    return tuple(views)


def open_first(views: Iterable[FollowUpView]) -> tuple[FollowUpView, ...]:
    """Open ones by their day, then the others, the newest first."""
    several = list(views)
    still_open = sorted((one for one in several if one.status == "open"), key=lambda one: (one.due_on, one.id))
    over = (one for one in several if one.status != "open")
    return (*still_open, *sorted(over, key=lambda one: (one.done_at or EPOCH, one.id), reverse=True))


def appointment_views(
    connection: Connection, found: Sequence[Body], *, store_id: str | None
) -> tuple[AppointmentView, ...]:
    """Those that have a day and a time, in the order given."""
    people, stores, waiting = _around(connection, Kind.APPOINTMENT, found)
    not_by = refused_for_service(connection, (one["id"] for one in people.values()))
    views = []
    for one in found:
        day, at_time = day_of(one, "local_date"), time_of_day(one, "local_time")
        if day is None or at_time is None:
            continue
        customer = people.get(one.get("customer_id", ""), {})
        time_zone = one.get("time_zone") or ""
        views.append(
            AppointmentView(
                id=one["id"],
                customer_id=customer.get("id") or one.get("customer_id") or "",
                customer_name=customer.get("name", ""),
                salutation=customer.get("salutation", ""),
                day=day,
                at_time=at_time,
                time_zone=time_zone,
                starts_at=_in_utc(day, at_time, time_zone),
                minutes=int(one.get("minutes") or 0),
                subject=one.get("subject", ""),
                status=one.get("status") or "booked",
                associate_id=one.get("associate_id"),
                associate=one.get("associate_name", ""),
                author=one.get("author_name", ""),
                store=stores.get(one.get("store_id") or "", ""),
                here=one.get("store_id") == store_id,
                pending=one["id"] in waiting,
                not_by=not_by.get(customer.get("id", ""), ()),
            )
        )
    return tuple(views)


def to_come_first(views: Iterable[AppointmentView], *, today: date) -> tuple[AppointmentView, ...]:
    """Booked ones of today and later, the next in front, then the others, the latest first."""
    several = sorted(views, key=lambda one: (one.starts_at, one.id))
    to_come = [one for one in several if one.status == "booked" and one.day >= today]
    return (*to_come, *(one for one in reversed(several) if one not in to_come))


def interaction_views(connection: Connection, found: Sequence[Body]) -> tuple[InteractionView, ...]:
    """All of them, in the order given."""
    stores = location_names(connection, [one.get("store_id") for one in found])
    waiting = pending(connection, Kind.INTERACTION, [one["id"] for one in found])
    return tuple(
        InteractionView(
            id=one["id"],
            channel=one.get("channel", ""),
            direction=one.get("direction", ""),
            summary=one.get("summary", ""),
            author=one.get("associate_name", ""),
            store=stores.get(one.get("store_id") or "", ""),
            at=moment(one, "at") or EPOCH,
            pending=one["id"] in waiting,
        )
        for one in found
    )


def follow_ups_due(connection: Connection, store: StoreView, *, today: date) -> tuple[FollowUpView, ...]:
    """Open ones of this store, due today or before; the longest due in front, at most MAX_OF_DAY.

    None of a customer who asked that nothing of theirs be used.
    """
    ids = ask_column(
        connection,
        "SELECT id FROM follow_up WHERE store_id = ? AND status = 'open' AND due_on <= ? ORDER BY due_on, id LIMIT ?",
        (store.id, today.isoformat(), MAX_OF_DAY),
    )
    found = bodies(connection, Kind.FOLLOW_UP, ids)
    views = follow_up_views(connection, [found[one] for one in ids if one in found], store_id=store.id, today=today)
    restricted = restricted_among(connection, [one.customer_id for one in views])
    return tuple(one for one in views if one.customer_name and one.customer_id not in restricted)


def appointments_of_day(connection: Connection, store: StoreView, *, today: date) -> tuple[AppointmentView, ...]:
    """Those of this store and day by their time, at most MAX_OF_DAY; cancelled ones are left out."""
    ids = ask_column(
        connection,
        "SELECT id FROM appointment WHERE store_id = ? AND local_date = ? AND status <> 'cancelled'"
        " ORDER BY local_time, id LIMIT ?",
        (store.id, today.isoformat(), MAX_OF_DAY),
    )
    found = bodies(connection, Kind.APPOINTMENT, ids)
    views = appointment_views(connection, [found[one] for one in ids if one in found], store_id=store.id)
    return tuple(one for one in views if one.customer_name)


def _around(
    connection: Connection, kind: Kind, found: Sequence[Body]
) -> tuple[dict[str, Body], dict[str, str], frozenset[str]]:
    """By the customer id in the record, who that is now; the names of the stores; which records wait to be sent."""
    stores = location_names(connection, [one.get("store_id") for one in found])
    waiting = pending(connection, kind, [one["id"] for one in found])
    return people_now(connection, [one.get("customer_id") for one in found]), stores, waiting


def _in_utc(day: date, at_time: time, time_zone: str) -> datetime:
    try:
        return datetime.combine(day, at_time, zone_of(time_zone)).astimezone(UTC)
    except OverflowError:  # the first or last day there is
        return datetime.combine(day, at_time, UTC)

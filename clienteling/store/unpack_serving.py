"""Follow-ups by the day they are due, appointments by the day they are on, and open holds by their product."""

from datetime import date, time
from typing import Final

from sqlalchemy import Connection

from clienteling.store.unpack_rows import Changes, replace_rows
from sync.protocol.kinds import Body

_OPEN: Final = ("requested", "confirmed")


def day_of(body: Body, field: str) -> date | None:
    """The day in that field, or None where there is none that can be read."""
    try:
        return date.fromisoformat(body.get(field) or "")
    except (ValueError, TypeError):
        return None


def time_of_day(body: Body, field: str) -> time | None:
    """The time of day in that field, or None where there is none that can be read."""
    try:
        return time.fromisoformat(body.get(field) or "")
    except (ValueError, TypeError):
        return None


def unpack_follow_ups(connection: Connection, batch: Changes) -> None:
    """A row for each follow-up with a customer, a store and a day."""
    rows = []
    for record_id, body in batch:
        due_on = day_of(body or {}, "due_on")
        if body and body.get("customer_id") and body.get("store_id") and due_on is not None:
            status = body.get("status") or "open"
            rows.append((record_id, body["customer_id"], body["store_id"], status, due_on.isoformat()))
    replace_rows(
        connection,
        "INSERT OR REPLACE INTO follow_up (id, customer_id, store_id, status, due_on) VALUES (?, ?, ?, ?, ?)",
        "DELETE FROM follow_up WHERE id = ?",
        batch,
        rows,
    )


def unpack_appointments(connection: Connection, batch: Changes) -> None:
    """A row for each appointment with a customer, a store, a day and a time."""
    rows = []
    for record_id, body in batch:
        day, at_time = day_of(body or {}, "local_date"), time_of_day(body or {}, "local_time")
        if body and body.get("customer_id") and body.get("store_id") and day is not None and at_time is not None:
            when = day.isoformat(), at_time.strftime("%H:%M")
            rows.append((record_id, body["customer_id"], body["store_id"], body.get("status") or "booked", *when))
    replace_rows(
        connection,
        "INSERT OR REPLACE INTO appointment (id, customer_id, store_id, status, local_date, local_time)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        "DELETE FROM appointment WHERE id = ?",
        batch,
        rows,
    )


def unpack_holds(connection: Connection, batch: Changes) -> None:
    """A row for each hold that somebody waits for."""
    rows = []
    for record_id, body in batch:
        named = tuple((body or {}).get(field) or "" for field in ("product_id", "variant_id", "store_id"))
        if body and body.get("status") in _OPEN and all(named):
            rows.append((record_id, *named))
    replace_rows(
        connection,
        "INSERT OR REPLACE INTO open_hold (id, product_id, variant_id, store_id) VALUES (?, ?, ?, ?)",
        "DELETE FROM open_hold WHERE id = ?",
        batch,
        rows,
    )

"""What every unpacking does: times out of bodies, and rows in by their primary key with the rest of the batch out."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from sync.protocol.kinds import Body
from sync.protocol.times import from_wire, to_microseconds

Changes = Sequence[tuple[str, Body | None]]
"""(id, body or None where the record is gone), each id once."""


def microseconds(body: Mapping[str, Any], field: str) -> int | None:
    """The time in that field, or None where there is none that can be read."""
    text = body.get(field)
    try:
        return to_microseconds(from_wire(text)) if text else None
    except (ValueError, TypeError):
        return None


def replace_rows(
    connection: Connection, insert: str, forget: str, batch: Changes, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Rows in, those of the batch without a row out. The record's id is each row's first value."""
    kept = {row[0] for row in rows}
    gone = [(record_id,) for record_id, _ in batch if record_id not in kept]
    if gone:
        connection.exec_driver_sql(forget, gone)
    if rows:
        connection.exec_driver_sql(insert, list(rows))

"""One-time codes that somebody reads aloud and somebody else types: how long they hold, and how often one may err.

A code is eight characters of 31 (2^39.6), holds ten minutes and is taken once; its SHA-256 alone is kept. Wrong codes
are counted in all, in the database: whoever searches shares WRONG_PACE with everybody else, which is 60 codes an hour
of 8.5e11.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row, Table

from sync.central_api.bulk import insert_missing
from sync.central_api.pace import Pace
from sync.central_api.tables import SETTING
from sync.protocol.spoken_codes import ONE_TIME_CHARS, new_spoken_code
from sync.protocol.times import from_wire, to_wire

HOLDS_FOR: Final = timedelta(minutes=10)
CLOCKS_APART: Final = timedelta(minutes=1)
"""So far another machine's clock, which made the code, may be ahead."""
TOLD_FOR: Final = timedelta(days=1)
"""How long whoever has an expired or used code is told so."""
WRONG_PACE: Final = Pace(at_once=60, one_every=timedelta(minutes=1))
"""Wrong codes of everybody together."""
ADDRESS_PACE: Final = Pace(at_once=10, one_every=timedelta(minutes=6))
"""Wrong codes of one address, or of one device."""

_TRIES: Final = 20


def code_hash(code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


def locked_code(connection: Connection, table: Table, code: str) -> Row[Any] | None:
    """The row of a code, locked until commit; None where nobody made it."""
    query = sa.select(table).where(table.c.code_hash == code_hash(code))
    return connection.execute(query.with_for_update()).one_or_none()


def new_code(connection: Connection, table: Table, random: Random) -> str:
    """A code that is not in the table; whoever asks puts it there. `random` decides whether it can be guessed."""
    codes = (new_spoken_code(ONE_TIME_CHARS, random) for _ in range(_TRIES))
    return next(code for code in codes if locked_code(connection, table, code) is None)


def holds(ends_at: datetime, now: datetime) -> bool:
    """Whether a code with that end is good now. One that is to end later than any was made with another clock."""
    return timedelta() < ends_at - now <= HOLDS_FOR + CLOCKS_APART


def codes_over(table: Table, now: datetime) -> sa.Delete:
    """Drops the codes of which nobody needs to be told any longer."""
    return sa.delete(table).where(table.c.ends_at <= now - TOLD_FOR)


@dataclass(frozen=True, slots=True)
class WrongCodes:
    """The wrong codes of everybody together, kept under the name of a setting."""

    setting: str

    def wait_s(self, connection: Connection, now: datetime) -> tuple[int, Callable[[], None]]:
        """Seconds until a code is looked at, and what counts one that was wrong.

        Locked until commit, so that of two wrong codes at once both count.
        """
        this = SETTING.c.name == self.setting
        insert_missing(connection, SETTING, [{"name": self.setting, "value": ""}])
        value = str(connection.execute(sa.select(SETTING.c.value).where(this).with_for_update()).scalar_one())
        until = from_wire(value) if value else None

        def count() -> None:
            after = to_wire(WRONG_PACE.after_one_more(until, now))
            connection.execute(sa.update(SETTING).where(this).values(value=after))

        return WRONG_PACE.wait_s(until, now), count

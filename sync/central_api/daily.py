"""What a central database needs once a day: memberships that have ended leave, and what is old goes.

A running server asks every hour whether the day's work is done; of several processes over one database one does it.
Where the clock has moved on by more than MOST_APART since the last time, the work waits for a day: a clock that is set
wrong is noticed within one, and what left all stores because of it would not come back.
Online look-ups, holds, saved lists, tokens, one-time codes and links last no longer than a day, so they are ended every
hour; the figures of the shelf are put together then as well, and erasures that every device has confirmed end. On
PostgreSQL the tables' files are written anew on the day after an erasure (`table_files`), in the hour that all of them
can be had.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from sync.central_api.acting import end_acting
from sync.central_api.bulk import insert_missing, portions
from sync.central_api.compaction import Compacted, compact
from sync.central_api.consent_links import end_consent_links
from sync.central_api.database import CentralDatabase
from sync.central_api.enrolment import end_codes
from sync.central_api.errors import DatabaseBusy
from sync.central_api.handovers import end_handovers
from sync.central_api.holds import end_holds
from sync.central_api.look_ups import end_look_ups
from sync.central_api.privacy_erasing import finish_waiting
from sync.central_api.quarantine import end_quarantine
from sync.central_api.record_store import Batch, write_batch
from sync.central_api.scopes import MOST_STORES
from sync.central_api.shelf_days import end_shelf_days, make_shelf_days
from sync.central_api.sign_in_codes import end_sign_in_codes
from sync.central_api.table_files import write_files_if_due
from sync.central_api.tables import CUSTOMER_SCOPE, SETTING
from sync.central_api.tokens import end_access
from sync.central_api.transactions import write_transaction
from sync.protocol.serving_signs import MEMBER_FOR
from sync.protocol.times import Clock

ASK_EVERY_S = 3_600.0
MOST_APART = timedelta(days=30)
"""A server may well rest for so long; and by a clock that is wrong by no more, little goes too early."""
WAITS_FOR = timedelta(hours=24)
_WAITS = " waits"
"""Behind the hour since which the day's work waits."""
_CUSTOMERS_AT_ONCE = 100

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DaysWork:
    """What a day's work did: customers who left a store, those whose online look-up ended, holds that had expired,
    visitors' lists that went, and what was dropped."""

    customers: int
    look_ups: int
    holds: int
    handovers: int
    compacted: Compacted


def end_memberships(database: CentralDatabase, now: datetime) -> int:
    """How many customers left a store: last served there 24 months ago, home store or not, or in too many others since.

    Their records are stamped `left` there. A membership that nobody has dated counts from now on. Raises DatabaseBusy.
    """
    table = CUSTOMER_SCOPE.c
    dating = sa.update(CUSTOMER_SCOPE).where(table.last_at.is_(None)).values(last_at=now)
    write_transaction(database, lambda connection: connection.execute(dating))
    old = sa.select(table.customer_id).where(table.last_at <= now - MEMBER_FOR)
    many = sa.select(table.customer_id).group_by(table.customer_id).having(sa.func.count() > MOST_STORES)
    with database.reading() as connection:
        customer_ids = sorted(connection.execute(old.union(many)).scalars())

    for portion in portions(customer_ids, _CUSTOMERS_AT_ONCE):
        batch = Batch({}, {}, reviewed=frozenset(portion))
        write_transaction(database, partial(write_batch, batch=batch, now=now))
    return len(customer_ids)


def do_days_work(database: CentralDatabase, now: datetime) -> DaysWork:
    """What was done. Raises DatabaseBusy: then it is worth another try."""
    customers, look_ups = end_memberships(database, now), end_look_ups(database, now)
    make_shelf_days(database, now)  # before the lists go that tell what was attached
    end_shelf_days(database, now)
    holds, handovers = end_holds(database, now), end_handovers(database, now)
    finish_waiting(database, now)
    return DaysWork(customers, look_ups, holds, handovers, compact(database, now))


def do_if_due(database: CentralDatabase, now: datetime) -> DaysWork | None:
    """What was done, or None where another process has taken this day's work, or it is done, or is to wait a day.

    Taken for this hour: whoever asks in the next one does what a process left undone that ended on the way. Raises
    DatabaseBusy.
    """
    done, taken = f"{now:%Y-%m-%d}", f"{now:%Y-%m-%dT%H}"

    def take(connection: Connection) -> bool:
        insert_missing(connection, SETTING, [{"name": "days_work", "value": ""}])
        this = SETTING.c.name == "days_work"
        last = str(connection.execute(sa.select(SETTING.c.value).where(this).with_for_update()).scalar_one())
        if last in {done, taken} or _is_waiting(last, now):
            return False
        waits = bool(last) and now - _time_of(last) > MOST_APART
        connection.execute(sa.update(SETTING).where(this).values(value=taken + _WAITS if waits else taken))
        if waits:
            log.warning("the day's work waits for a day: the clock has moved on far", extra={"last": last})
        return not waits

    if not write_transaction(database, take):
        return None
    work = do_days_work(database, now)
    mark = sa.update(SETTING).where(SETTING.c.name == "days_work").values(value=done)
    write_transaction(database, lambda connection: connection.execute(mark))
    return work


def _time_of(last: str) -> datetime:
    """The day or hour that is written of the last time."""
    return datetime.fromisoformat(last.removesuffix(_WAITS)).replace(tzinfo=UTC)


def _is_waiting(last: str, now: datetime) -> bool:
    return last.endswith(_WAITS) and timedelta() <= now - _time_of(last) < WAITS_FOR


async def work_daily(
    database: CentralDatabase,
    *,
    now: Clock,
    each_hour: Callable[[], object] = lambda: None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Until cancelled. What fails is logged and left for the next hour, or for `central daily`.

    `each_hour`: what every process does for itself.
    """
    while True:
        try:
            done = await asyncio.to_thread(do_if_due, database, now())
            await asyncio.to_thread(end_look_ups, database, now())
            await asyncio.to_thread(end_holds, database, now())
            await asyncio.to_thread(make_shelf_days, database, now())
            await asyncio.to_thread(end_handovers, database, now())
            await asyncio.to_thread(end_access, database, now())
            await asyncio.to_thread(end_acting, database, now())
            await asyncio.to_thread(end_codes, database, now())
            await asyncio.to_thread(end_sign_in_codes, database, now())
            await asyncio.to_thread(end_consent_links, database, now())
            await asyncio.to_thread(end_quarantine, database, now())
            await asyncio.to_thread(finish_waiting, database, now())
            await asyncio.to_thread(each_hour)
            files = await asyncio.to_thread(write_files_if_due, database, now())
        except (DatabaseBusy, SQLAlchemyError, OSError) as error:
            log.warning("the day's work failed", extra={"code": type(error).__name__})
        else:
            if files is not None and files.left:
                code = ",".join(sorted(set(files.left.values())))
                log.warning("tables wait to be written anew after erasures", extra={"code": code})
            elif files is not None:
                log.info("tables are written anew after erasures", extra={"count": len(files.tables)})
            if done is not None:
                compacted = done.compacted
                counts = {"customers": done.customers, "tombstones": compacted.tombstones}
                log.info("the day's work is done", extra={**counts, "verdicts": compacted.verdicts})
        await sleep(ASK_EVERY_S)

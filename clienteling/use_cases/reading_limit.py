"""Whoever opens very many customers in an hour is stopped; a manager sees how many each has opened, and lifts it."""

from datetime import datetime

from clienteling.domain.errors import ReadingStopped, ValidationFailed
from clienteling.domain.reading_limit import MOST_IN_AN_HOUR, WITHIN, Reading, reading_of
from clienteling.domain.views import ReadingCount
from clienteling.store import queries_records
from clienteling.store.replica import LocalStore
from clienteling.use_cases.rights import Permission, Rights
from sync.protocol.audit import AuditKind
from sync.protocol.times import Clock


def refuse_stopped(store: LocalStore, author_id: str, customer_id: str, *, now: datetime) -> None:
    """Nothing; raises ReadingStopped where this associate has opened too many others, which the log says once."""
    reading = _reading(store, author_id, now)
    if not reading.stops(customer_id):
        return
    if not reading.is_noted:
        details: dict[str, str | int] = {"opened": len(reading.customers)}
        store.note_access(AuditKind.LIMIT_REACHED, actor=author_id, customer_id=None, details=details, at=now)
    raise ReadingStopped(most=MOST_IN_AN_HOUR)


def _reading(store: LocalStore, associate_id: str, now: datetime) -> Reading:
    return reading_of(store.audit.doings(associate_id, after=now - WITHIN, until=now))


def reading_counts(store: LocalStore, *, now: Clock) -> tuple[ReadingCount, ...]:
    """How many customers each associate of this store has opened within the hour on this device, the most first."""
    with store.reading() as connection:
        people = queries_records.associates(connection)
    readings = [(one, _reading(store, one.id, now())) for one in people]
    counts = [
        ReadingCount(one.id, one.name, len(reading.customers), is_stopped=reading.is_at_limit)
        for one, reading in readings
        if reading.customers
    ]
    return tuple(sorted(counts, key=lambda count: (-count.opened, count.name)))


def lift_reading_limit(store: LocalStore, rights: Rights, associate_id: str, *, author_id: str, now: Clock) -> None:
    """The associate's count begins anew; the log says by whom.

    Raises ValidationFailed(limit.manager_only, limit.not_oneself).
    """
    if not rights.may(author_id, Permission.MANAGE_TEAM):
        raise ValidationFailed("author", "limit.manager_only")
    if author_id == associate_id:
        raise ValidationFailed("author", "limit.not_oneself")
    store.note_access(AuditKind.LIMIT_LIFTED, actor=associate_id, customer_id=None, details={"by": author_id}, at=now())

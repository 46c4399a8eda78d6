"""Keep who looked at whom, before it is on a screen."""

from clienteling.domain.access import Access
from clienteling.store.replica import LocalStore
from clienteling.use_cases.reading_limit import refuse_stopped
from sync.protocol.audit import AuditKind
from sync.protocol.times import Clock


def note_access(
    store: LocalStore,
    access: Access,
    *,
    author_id: str | None,
    customer_id: str | None = None,
    now: Clock,
    **details: str | int,
) -> None:
    """Keep it, with counts, fields and ids as `details`: no names, and nothing of what was typed.

    On disk as far as this process is concerned when this returns. Raises DiskFull, StoreBusy: what could not be kept is
    not to be shown; and ReadingStopped where this associate has opened too many.
    """
    at = now()
    if access is Access.OPENED and author_id is not None and customer_id is not None:
        refuse_stopped(store, author_id, customer_id, now=at)
    store.note_access(AuditKind(access), actor=author_id, customer_id=customer_id, details=details, at=at)

"""A scope whose digest differs: what this store has in it, and rows made as the server says (`sync.engine.repair`).

Works in the caller's transaction, from the memberships as they are and not from the digest kept of them.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.sqlite import insert

from clienteling.store.apply_remote import Refetch, apply_rows
from clienteling.store.asking_side import UnpackRecords
from clienteling.store.record_rows import keys_json
from clienteling.store.tables import ROW_SCOPE, SCOPE_DIGEST
from sync.protocol.digest import Digest, bucket_digests, bucket_of, digest_of
from sync.protocol.kinds import RecordKey
from sync.protocol.wire import Change

_MARK_STALE = text(
    "UPDATE row_scope SET stale = 1 WHERE scope = :scope AND (kind, id) IN "
    "(SELECT wanted.value ->> 0, wanted.value ->> 1 FROM json_each(:keys) AS wanted)"
)
_FRESH = select(ROW_SCOPE.c.kind, ROW_SCOPE.c.id, ROW_SCOPE.c.version).where(ROW_SCOPE.c.stale.is_(False))


def _rows(store: Connection, scope: str) -> list[tuple[str, str, int]]:
    return [(row.kind, row.id, row.version) for row in store.execute(_FRESH.where(ROW_SCOPE.c.scope == scope))]


def read_bucket_digests(store: Connection, scope: str) -> list[Digest]:
    """The digests of the scope's rows by bucket."""
    return bucket_digests(_rows(store, scope))


def read_versions(store: Connection, scope: str, buckets: frozenset[int]) -> dict[RecordKey, int]:
    """The version of every row of the scope in these buckets."""
    return {
        RecordKey(kind, record_id): version
        for kind, record_id, version in _rows(store, scope)
        if bucket_of(record_id) in buckets
    }


def mend_rows(
    store: Connection, outbox: Connection, scope: str, changes: Sequence[Change], unpack: UnpackRecords
) -> int:
    """How many records changed: these rows are the server's, whatever version was here; the digest is counted anew."""
    keys = keys_json(RecordKey(change.kind, change.id) for change in changes)
    store.execute(_MARK_STALE, {"scope": scope, "keys": keys})
    changed = apply_rows(store, outbox, changes, unpack)
    digest = digest_of(_rows(store, scope))
    keep_digest(store, scope, digest, Refetch.NONE)
    return changed


def refetch_scope(store: Connection, scope: str) -> None:
    """Every row of the scope is stale from now on, and the next pull asks for it from the first."""
    store.execute(ROW_SCOPE.update().where(ROW_SCOPE.c.scope == scope).values(stale=True))
    keep_digest(store, scope, Digest(), Refetch.WANTED)


def keep_digest(store: Connection, scope: str, digest: Digest, refetch: Refetch) -> None:
    """The scope's digest is this one from now on, whatever was kept of it."""
    values = {"total": str(digest.total), "live_count": digest.count, "refetch": refetch}
    kept = insert(SCOPE_DIGEST).values(scope=scope, **values)
    store.execute(kept.on_conflict_do_update(index_elements=["scope"], set_=values))

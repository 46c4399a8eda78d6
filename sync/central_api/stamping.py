"""Numbers and digests: the last thing a write transaction does (design: The feed).

A number comes from `UPDATE scope SET seq = seq + k RETURNING seq`, scopes in sorted order. The row lock makes number
order equal commit order on PostgreSQL and SQLite alike, so a reader that asks for rows above its cursor misses none.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import Row, insert_missing, upsert
from sync.central_api.tables import SCOPE, SCOPE_ROW, SETTING
from sync.protocol.digest import Digest
from sync.protocol.kinds import GLOBAL_KINDS, Kind, RecordKey
from sync.protocol.wire import RowState

# Built once: an import of a chain numbers hundreds of scopes in each transaction, and building took five times as long
# as running.
_TAKE = (
    sa.update(SCOPE)
    .where(SCOPE.c.scope == sa.bindparam("of_scope"))
    .values(seq=SCOPE.c.seq + sa.bindparam("taken"))
    .returning(SCOPE.c.seq, SCOPE.c.digest_total, SCOPE.c.live_count, SCOPE.c.catalogue_seq)
)
_KEEP_DIGEST = (
    sa.update(SCOPE)
    .where(SCOPE.c.scope == sa.bindparam("of_scope"))
    .values(
        digest_total=sa.bindparam("new_total"),
        live_count=sa.bindparam("new_count"),
        catalogue_seq=sa.bindparam("new_catalogue_seq"),
    )
)
SHOWN_KINDS: Final = GLOBAL_KINDS | {Kind.STOCK}
"""What a customer's page is made of. `scope.catalogue_seq` counts these alone, so that notes written in a store do not
make its pages anew."""


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """What a scope last said of a record."""

    version: int
    state: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a record is to be from now on. `changed`: numbered again in every scope; else only where that differs."""

    version: int
    scopes: frozenset[str]
    changed: bool
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """A row to number. `counted_version`: the version in the scope's digest until now, None where it was not live."""

    key: RecordKey
    version: int
    state: RowState
    counted_version: int | None


def plan_stamps(
    targets: Mapping[RecordKey, Target],
    rows: Mapping[RecordKey, Mapping[str, ScopeRow]],
    *,
    again: Collection[str] = (),
) -> dict[str, list[Stamp]]:
    """The rows to number in each scope, given what the scopes say now. In those of `again` all rows, changed or not.

    Pure.
    """
    stamps: dict[str, list[Stamp]] = {}
    for key, target in targets.items():
        known = rows.get(key, {})
        live = {scope: row.version for scope, row in known.items() if row.state == RowState.LIVE}
        for scope in target.scopes:
            if target.changed or scope not in live or scope in again:
                stamps.setdefault(scope, []).append(Stamp(key, target.version, RowState.LIVE, live.get(scope)))
        for scope in live.keys() - target.scopes:
            state = RowState.DELETED if target.deleted else RowState.LEFT
            stamps.setdefault(scope, []).append(Stamp(key, target.version, state, live[scope]))
    return stamps


def digest_after(digest: Digest, stamps: Iterable[Stamp]) -> Digest:
    """The scope's digest once the stamps are in it. Pure."""
    for stamp in stamps:
        if stamp.counted_version is not None:
            digest = digest.minus(*stamp.key, stamp.counted_version)
        if stamp.state == RowState.LIVE:
            digest = digest.plus(*stamp.key, stamp.version)
    return digest


def read_epoch(connection: Connection) -> str:
    """The database's epoch."""
    return str(connection.execute(sa.select(SETTING.c.value).where(SETTING.c.name == "epoch")).scalar_one())


class _Taken(NamedTuple):
    """The highest of the numbers taken, and what the scope was before."""

    last_seq: int
    digest: Digest
    catalogue_seq: int


def _take_numbers(connection: Connection, scope: str, count: int) -> _Taken:
    """`count` new numbers; locks the scope's row until commit."""
    values = {"of_scope": scope, "taken": count}
    taken = connection.execute(_TAKE, values).one_or_none()
    if taken is None:
        new = {
            "scope": scope, "epoch": read_epoch(connection), "seq": 0, "floor_seq": 0, "digest_total": "0",
            "live_count": 0, "catalogue_seq": 0,
        }  # fmt: skip
        insert_missing(connection, SCOPE, [new])
        taken = connection.execute(_TAKE, values).one()
    last_seq, total, live_count, catalogue_seq = taken
    return _Taken(last_seq, Digest(int(total), live_count), catalogue_seq)


def stamp_scopes(connection: Connection, stamps: Mapping[str, list[Stamp]], *, now: datetime) -> None:
    """Numbers the rows and brings the digests along. Nothing may be written in the transaction after this."""
    rows: list[Row] = []
    digests: list[Row] = []
    for scope in sorted(stamps):
        of_scope = stamps[scope]
        taken = _take_numbers(connection, scope, len(of_scope))
        first_seq = taken.last_seq - len(of_scope) + 1
        after = digest_after(taken.digest, of_scope)
        is_shown = any(stamp.key.kind in SHOWN_KINDS for stamp in of_scope)
        digests.append(
            {
                "of_scope": scope, "new_total": str(after.total), "new_count": after.count,
                "new_catalogue_seq": taken.last_seq if is_shown else taken.catalogue_seq,
            }
        )  # fmt: skip
        rows += [
            {
                "scope": scope, "kind": stamp.key.kind, "id": stamp.key.id, "version": stamp.version,
                "seq": seq, "state": stamp.state.value, "gone_at": None if stamp.state == RowState.LIVE else now,
            }
            for seq, stamp in enumerate(of_scope, first_seq)
        ]  # fmt: skip
    upsert(connection, SCOPE_ROW, rows)
    if digests:
        connection.execute(_KEEP_DIGEST, digests)

"""Snapshots of scopes, kept as sealed files (design: The feed, Snapshot; `sync.protocol.snapshots` has their form).

A file `<scope>.<id>.sealed` comes into being whole, under another name first; several processes may make a snapshot of
the same scope at once, and each offers a whole one. What is in it was read in one snapshot of the database, without a
write lock. It opens only with a key made from one that is in the database, each with its own, so that what a device is
given opens nothing else. Which file is a scope's newest the database says: one that was restored from a backup knows
nothing of snapshots made of what it has lost.
"""

import hashlib
import hmac
import logging
import os
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy import Connection

from sync.central_api.bulk import upsert
from sync.central_api.cursor import Position, write_cursor
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import Registration
from sync.central_api.pull import Head, cannot_continue, read_heads, read_settings
from sync.central_api.tables import RECORD, SCOPE_ROW, SETTING
from sync.central_api.transactions import write_transaction
from sync.protocol.errors import Unreachable
from sync.protocol.ids import is_uuid, uuid7
from sync.protocol.kinds import has_digest
from sync.protocol.private_files import private
from sync.protocol.snapshots import SnapshotRow, write_chunks
from sync.protocol.times import Clock
from sync.protocol.wire import RowState, ScopeDigest, SnapshotManifest, SnapshotsReply

MAX_SHARE_BEHIND: Final = 0.1
"""Once more rows than this share of the scope, and than make a scope big, came after a snapshot, it is made anew."""

KEPT_FOR: Final = timedelta(hours=24)
GOES_ON_FOR: Final = timedelta(hours=1)
"""A snapshot that is no longer offered is kept this long for devices on their way through it."""

_READ_AT_ONCE: Final = 1_000
_KEPT_NAME: Final = "snapshot:"
_SEALED: Final = ".sealed"
_PARTIAL: Final = ".part"

log = logging.getLogger(__name__)


class _Kept(BaseModel):
    """What the database says of a scope's newest snapshot: a manifest without its key."""

    scope: str
    id: str
    epoch: str
    seq: int
    size_bytes: int
    sha256: str
    digest: ScopeDigest


class Snapshots:
    """The snapshots of a database. `folder` None: there are none."""

    def __init__(self, database: CentralDatabase, folder: Path | None, *, min_records: int, now: Clock) -> None:
        self._database = database
        self._folder = folder
        self._now = now
        self._min_records = min_records
        self._making = threading.Lock()

    def offer(self, registration: Registration) -> SnapshotsReply:
        """Snapshots of the big scopes among the device's grants, made now where there is none worth having.

        Raises Unreachable while another is being made here. One that cannot be made (a full disk) is not offered.
        """
        if self._folder is None:
            return SnapshotsReply()
        with self._database.reading() as connection:
            epoch, cursor_key = read_settings(connection)
            heads = read_heads(connection, [scope for scope in registration.grants if has_digest(scope)], epoch)
            big = {scope: head for scope, head in heads.items() if head.live_count >= self._min_records}
            named = _read_kept(connection, big)
            found = {
                scope: self._is_worth_having(connection, self._folder, named.get(scope), head)
                for scope, head in big.items()
            }
            secret = _read_secret(connection)
        kept = [named[scope] if worth else self._make(self._folder, scope) for scope, worth in found.items()]
        manifests = [SnapshotManifest(**one.model_dump(), key=_key(secret, one.id).hex()) for one in kept if one]
        positions = {one.scope: Position(one.epoch, one.seq) for one in manifests}
        return SnapshotsReply(cursor=write_cursor(positions, cursor_key) if positions else "", snapshots=manifests)

    def file(self, registration: Registration, scope: str, snapshot_id: str) -> Path | None:
        """A snapshot's file, or None where the device has no right to it or it is gone."""
        if self._folder is None or scope not in registration.grants or not is_uuid(snapshot_id):
            return None
        path = _sealed_path(self._folder, scope, snapshot_id)
        return path if path.is_file() else None

    def throw_away(self) -> int:
        """How many files went: snapshots not worth having any more, and those that nobody can be on the way through."""
        if self._folder is None or not self._folder.is_dir():
            return 0
        with self._database.reading() as connection:
            epoch, _ = read_settings(connection)
            named = _read_kept(connection)
            heads = read_heads(connection, list(named), epoch)
            wanted_ids = {
                kept.id
                for scope, kept in named.items()
                if self._is_worth_having(connection, self._folder, kept, heads[scope])
            }
        return self._remove_old(self._folder.iterdir(), wanted_ids)

    def _is_worth_having(self, connection: Connection, folder: Path, kept: _Kept | None, head: Head) -> bool:
        """False where there is none, or pages would bring too much that came after it.

        And where it is of another epoch or below the floor, or holds somebody who was erased since.
        """
        if kept is None or not _sealed_path(folder, kept.scope, kept.id).is_file():
            return False
        if cannot_continue(Position(kept.epoch, kept.seq), head) or self._now() - _made_at(kept.id) > KEPT_FOR:
            return False
        if head.seq - kept.seq > max(self._min_records, head.live_count * MAX_SHARE_BEHIND):
            return False
        erased = sa.select(SCOPE_ROW.c.seq).where(
            SCOPE_ROW.c.scope == kept.scope, SCOPE_ROW.c.seq > kept.seq, SCOPE_ROW.c.state == RowState.PURGED.value
        )
        return connection.execute(erased.limit(1)).first() is None

    def _make(self, folder: Path, scope: str) -> _Kept | None:
        if not self._making.acquire(blocking=False):
            raise Unreachable("sync.busy", retry_after_s=2)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept = self._write(folder, scope)
            row = {"name": f"{_KEPT_NAME}{scope}", "value": kept.model_dump_json()}
            write_transaction(self._database, lambda connection: upsert(connection, SETTING, [row]))
            self._remove_old(folder.glob(f"{_file_name(scope)}.*"), {kept.id})
        except OSError as error:
            log.warning("no snapshot made", extra={"scope": scope, "code": type(error).__name__})
            return None
        finally:
            self._making.release()
        log.info("snapshot made", extra={"scope": scope, "records": kept.digest.count, "size_bytes": kept.size_bytes})
        return kept

    def _write(self, folder: Path, scope: str) -> _Kept:
        """A new file of the scope as it is now; the name is given last."""
        snapshot_id = uuid7(self._now())
        path = _sealed_path(folder, scope, snapshot_id)
        partial = path.with_suffix(_PARTIAL)
        hashed, size_bytes = hashlib.sha256(), 0
        try:
            with self._database.reading() as connection, open(partial, "wb", opener=private) as file:
                epoch, _ = read_settings(connection)
                head = read_heads(connection, [scope], epoch)[scope]
                key = _key(_read_secret(connection), snapshot_id)
                for chunk in write_chunks(_live_records(connection, scope), key):
                    file.write(chunk)
                    hashed.update(chunk)
                    size_bytes += len(chunk)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        return _Kept(
            scope=scope,
            id=snapshot_id,
            epoch=head.epoch,
            seq=head.seq,
            size_bytes=size_bytes,
            sha256=hashed.hexdigest(),
            digest=ScopeDigest(total=head.digest_total, count=head.live_count),
        )

    def _remove_old(self, paths: Iterator[Path], wanted_ids: Collection[str]) -> int:
        """How many snapshots went: those made longer ago than a device may take, and not wanted."""
        removed = 0
        for path in list(paths):
            snapshot_id = path.stem.rpartition(".")[2]
            if path.suffix not in {_SEALED, _PARTIAL} or snapshot_id in wanted_ids or not is_uuid(snapshot_id):
                continue
            if self._now() - _made_at(snapshot_id) > GOES_ON_FOR:
                with suppress(OSError):  # Windows keeps what is being sent; it goes the next time
                    path.unlink()
                    removed += 1
        return removed


def remove_snapshots(folder: Path, scopes: Iterable[str]) -> int:
    """How many files went: every snapshot of these scopes, also one that is being made, which then is not offered.

    A device on its way through one goes on by pages.
    """
    removed = 0
    for scope in scopes:
        for path in list(folder.glob(f"{_file_name(scope)}.*")):
            if path.suffix in {_SEALED, _PARTIAL}:
                with suppress(OSError):  # as above; or it has its name by now, and is no scope's newest
                    path.unlink()
                    removed += 1
    return removed


def _live_records(connection: Connection, scope: str) -> Iterator[SnapshotRow]:
    """In the order of names, in which a device writes them fastest; not whole in memory."""
    row = SCOPE_ROW.c
    same = sa.and_(RECORD.c.kind == row.kind, RECORD.c.id == row.id)
    query = sa.select(row.kind, row.id, row.version, RECORD.c.body).join(RECORD, same)
    query = query.where(row.scope == scope, row.state == RowState.LIVE.value).order_by(row.kind, row.id)
    with connection.execute(query, execution_options={"yield_per": _READ_AT_ONCE}) as found:
        for one in found:
            yield SnapshotRow(*one)


def _read_secret(connection: Connection) -> bytes:
    """What every snapshot's key is made from."""
    secret = sa.select(SETTING.c.value).where(SETTING.c.name == "snapshot_key")
    return bytes.fromhex(connection.execute(secret).scalar_one())


def _key(secret: bytes, snapshot_id: str) -> bytes:
    """The key of one snapshot: HMAC as a pseudo-random function (RFC 5869 section 3.3)."""
    return hmac.new(secret, snapshot_id.encode(), hashlib.sha256).digest()


def _made_at(snapshot_id: str) -> datetime:
    """When it was made: the time is in the id (RFC 9562 section 5.7)."""
    return datetime.fromtimestamp((UUID(snapshot_id).int >> 80) / 1000, UTC)


def _file_name(scope: str) -> str:
    return scope.replace(":", "-")


def _sealed_path(folder: Path, scope: str, snapshot_id: str) -> Path:
    return folder / f"{_file_name(scope)}.{snapshot_id}{_SEALED}"


def _read_kept(connection: Connection, scopes: Iterable[str] | None = None) -> dict[str, _Kept]:
    """The newest snapshot of each of the scopes, or of all, as far as there is one."""
    query = sa.select(SETTING.c.value).where(SETTING.c.name.startswith(_KEPT_NAME))
    if scopes is not None:
        query = sa.select(SETTING.c.value).where(SETTING.c.name.in_([f"{_KEPT_NAME}{scope}" for scope in scopes]))
    found = (_Kept.model_validate_json(value) for value in connection.execute(query).scalars())
    return {kept.scope: kept for kept in found}

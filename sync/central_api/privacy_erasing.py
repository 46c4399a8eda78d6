"""An erasure from the checked identity to its certificate (`sync.protocol.privacy`; `erasure` does the erasing).

    held        what the books keep is known: the orders, without a name
    suppressed  no import brings the person back
    erased      rows, full text, log and snapshots of this server are rid of them, and the list of erasures names them
    waiting     each device says, in its audit log, that none of its files has them any more (`store.erasures`)
    done        every device has said so that was not revoked

Each step is a transaction of its own, and an erasure that was cut off is carried on from where it stands. Devices that
have not confirmed are named until they do: a lost one is revoked, and then named as such.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.access_tables import DEVICE
from sync.central_api.bulk import among
from sync.central_api.database import CentralDatabase
from sync.central_api.erasure import Gone, erase_people, finish_erasing, same_person
from sync.central_api.erasure_list import add_to_list
from sync.central_api.errors import DatabaseBusy, LookalikesUndecided, StepNotAllowed
from sync.central_api.privacy_requests import (
    OPERATOR,
    PrivacyRequest,
    in_step,
    list_requests,
    lookalikes,
    move,
    read_request,
    requests_in,
)
from sync.central_api.stamping import read_epoch
from sync.central_api.suppression import suppress
from sync.central_api.tables import AUDIT_ENTRY, AUDIT_LOG, CUSTOMER_CHILD, PRIVACY_REQUEST
from sync.protocol.audit import AuditKind
from sync.protocol.kinds import Kind
from sync.protocol.privacy import Move, RequestKind, RequestState

LEASE: Final = timedelta(hours=72)
"""The longest that a device lets people in without having heard of its server."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where this server keeps what is no table: snapshots, and the list of erasures that a restored backup needs."""

    snapshots_folder: Path | None = None
    erasure_list: Path | None = None


@dataclass(frozen=True, slots=True)
class DeviceStanding:
    """A device and an erasure. `state`: confirmed, awaited, revoked, or never_here (it has never synced).

    `confirmed_at`: by its own clock. `lease_ends_at`: until then it may let people in without a network.
    """

    registration_id: str
    name: str
    store_id: str
    state: str
    confirmed_at: str | None
    last_seen_at: datetime | None
    revoked_at: datetime | None
    lease_ends_at: datetime | None


def carry_out(
    database: CentralDatabase, request_id: str, *, places: Places, by: str = OPERATOR, now: datetime
) -> PrivacyRequest:
    """The erasure as far as it comes now: waiting for devices, or done where none is awaited.

    Raises RequestUnknown, StepNotAllowed where the identity is not checked, LookalikesUndecided where others may be the
    same person and nobody has said so or not, OSError where the list of erasures cannot be written, DatabaseBusy.
    """
    in_step(database, request_id, lambda connection, request: _hold(connection, request, by, now))
    in_step(database, request_id, lambda connection, request: _suppress(connection, request, by, now))
    in_step(database, request_id, lambda connection, request: _list(connection, request, places, now))
    gone = in_step(database, request_id, lambda connection, request: _erase(connection, request, by, now))
    if gone is not None:
        finish_erasing(database, gone, now=now, snapshots_folder=places.snapshots_folder)
    if not database.clear_log():  # somebody reads: until they end, the name is in the write-ahead log
        raise DatabaseBusy("privacy.log_not_cleared", retry_after_s=2)
    in_step(database, request_id, lambda connection, request: _wait(connection, request, by, now))
    return finish_if_confirmed(database, request_id, by=by, now=now)


def finish_if_confirmed(
    database: CentralDatabase, request_id: str, *, by: str = OPERATOR, now: datetime
) -> PrivacyRequest:
    """The erasure, done where no device is awaited any more. Raises RequestUnknown, DatabaseBusy."""

    def finish(connection: Connection, request: PrivacyRequest) -> PrivacyRequest:
        if request.state is not RequestState.WAITING:
            return request
        if any(one.state == "awaited" for one in device_standings(connection, request)):
            return request
        return move(connection, request, Move.FINISH, by=by, now=now)

    return in_step(database, request_id, finish)


def finish_waiting(database: CentralDatabase, now: datetime) -> int:
    """How many erasures are done since every device has confirmed. Safe at any time. Raises DatabaseBusy."""
    waiting = [one for one in list_requests(database, open_only=True) if one.state is RequestState.WAITING]
    ended = [finish_if_confirmed(database, one.id, now=now) for one in waiting]
    return sum(one.state is RequestState.DONE for one in ended)


def read_standings(database: CentralDatabase, request: PrivacyRequest) -> list[DeviceStanding]:
    """Where each device stands with the erasure; none before the rows here are gone."""
    with database.reading() as connection:
        return device_standings(connection, request)


def device_standings(connection: Connection, request: PrivacyRequest) -> list[DeviceStanding]:
    """Every device that may have had the customer: those that were there when the rows went."""
    told = request.outcome
    if "versions" not in told:
        return []
    confirmed = _confirmed(connection, told["versions"], {told["epoch"], read_epoch(connection)})
    erased_at = datetime.fromisoformat(told["erased_at"])
    rows = connection.execute(sa.select(DEVICE).where(DEVICE.c.added_at <= erased_at).order_by(DEVICE.c.id))
    standings = []
    for row in rows:
        at = confirmed.get(row.id)
        state = "confirmed" if at else _unconfirmed(row.revoked_at, row.last_seen_at)
        ends = row.last_seen_at + LEASE if row.last_seen_at is not None and at is None else None
        standings.append(
            DeviceStanding(row.id, row.name, row.store_id, state, at, row.last_seen_at, row.revoked_at, ends)
        )
    return sorted(standings, key=lambda one: (one.state != "awaited", one.name.casefold(), one.registration_id))


def unconfirmed_erasures(connection: Connection) -> dict[str, int]:
    """How many erasures each device has still to confirm, by registration."""
    counts: Counter[str] = Counter()
    for request in requests_in(connection, RequestState.WAITING):
        standings = device_standings(connection, request)
        counts.update(one.registration_id for one in standings if one.state != "confirmed")
    return dict(counts)


def _unconfirmed(revoked_at: datetime | None, last_seen_at: datetime | None) -> str:
    if revoked_at is not None:
        return "revoked"
    return "awaited" if last_seen_at is not None else "never_here"


def certificate(database: CentralDatabase, request_id: str) -> dict[str, Any]:
    """What was done, when and where, by ids, without a name; devices that have not confirmed are named in it.

    Raises RequestUnknown, and StepNotAllowed before the rows here are gone.
    """
    with database.reading() as connection:
        request = read_request(connection, request_id)
        if "versions" not in request.outcome:
            raise StepNotAllowed(state=request.state.value)
        devices = device_standings(connection, request)
    told = request.outcome
    return {
        "document": "erasure_certificate",
        "request_id": request.id,
        "state": request.state.value,
        "customer_ids": sorted(told["versions"]),
        "received_at": request.received_at,
        "due_at": request.due_at,
        "identity_checked_at": request.identity_at,
        "identity_how": request.identity_how,
        "erased_at": told["erased_at"],
        "files_clean_at": _files_clean_at(request, is_sqlite=database.is_sqlite),
        "done_at": request.ended_at,
        "records_erased": told["records"],
        "orders_kept_without_name": told["orders"],
        "keys_suppressed": told["keys"],
        "devices": [asdict(one) for one in devices],
        "devices_not_confirmed": sum(one.state in ("awaited", "revoked") for one in devices),
    }


def _files_clean_at(request: PrivacyRequest, *, is_sqlite: bool) -> str | None:
    """Since when no file of the server's database has the person: on SQLite before any device is waited for."""
    known: str | None = request.outcome.get("files_clean_at")
    if known is None and is_sqlite and request.state in (RequestState.WAITING, RequestState.DONE):
        return str(request.outcome["erased_at"])
    return known


def _hold(connection: Connection, request: PrivacyRequest, by: str, now: datetime) -> None:
    """What the books keep is counted, once it is said who all is meant."""
    if request.kind is not RequestKind.ERASURE:
        raise StepNotAllowed("privacy.wrong_kind")
    if request.state in (RequestState.RECEIVED, RequestState.REFUSED):
        raise StepNotAllowed(state=request.state.value)
    if request.state is not RequestState.IDENTITY_CHECKED:
        return
    undecided = lookalikes(connection, request)
    if undecided:
        raise LookalikesUndecided(ids=", ".join(one.customer_id for one in undecided))
    people = _people(connection, request)
    counted = sa.select(sa.func.count()).where(
        CUSTOMER_CHILD.c.kind == Kind.ORDER, among(connection, CUSTOMER_CHILD.c.customer_id, people)
    )
    outcome = {"people": people, "orders": connection.execute(counted).scalar_one()}
    move(connection, request, Move.HOLD, by=by, now=now, outcome=_json(outcome))


def _suppress(connection: Connection, request: PrivacyRequest, by: str, now: datetime) -> None:
    if request.state is RequestState.HELD:
        outcome = {**request.outcome, "keys": suppress(connection, request.outcome["people"], now)}
        move(connection, request, Move.SUPPRESS, by=by, now=now, outcome=_json(outcome))


def _list(connection: Connection, request: PrivacyRequest, places: Places, now: datetime) -> None:
    """Before the rows go: what is erased and in no list would come back with a restored backup."""
    if request.state is RequestState.SUPPRESSED and places.erasure_list is not None:
        add_to_list(places.erasure_list, _people(connection, request), now=now)


def _erase(connection: Connection, request: PrivacyRequest, by: str, now: datetime) -> Gone | None:
    if request.state is not RequestState.SUPPRESSED:
        return None
    erased = move(connection, request, Move.ERASE, by=by, now=now)

    def keep(gone: Gone) -> None:
        went = {"versions": gone.versions, "records": gone.erased.records, "orders": gone.erased.orders}
        here = {"epoch": read_epoch(connection), "erased_at": now.isoformat(), "erasure": gone.number}
        told = {**erased.outcome, **went, **here}
        this = PRIVACY_REQUEST.c.id == request.id
        connection.execute(sa.update(PRIVACY_REQUEST).where(this).values(outcome=_json(told)))

    return erase_people(connection, request.outcome["people"], now, keep=keep)


def _wait(connection: Connection, request: PrivacyRequest, by: str, now: datetime) -> None:
    if request.state is RequestState.ERASED:
        move(connection, request, Move.WAIT, by=by, now=now)


def _people(connection: Connection, request: PrivacyRequest) -> list[str]:
    return sorted({one for each in request.people for one in same_person(connection, each)})


def _confirmed(connection: Connection, versions: dict[str, int], epochs: Iterable[str]) -> dict[str, str]:
    """When each device said that nobody of these is in any of its files, by registration."""
    said = (
        sa.select(AUDIT_LOG.c.registration_id, AUDIT_ENTRY.c.customer_id, AUDIT_ENTRY.c.at, AUDIT_ENTRY.c.details)
        .join(AUDIT_LOG, AUDIT_LOG.c.log_id == AUDIT_ENTRY.c.log_id)
        .where(
            AUDIT_ENTRY.c.kind == AuditKind.CUSTOMER_ERASED,
            AUDIT_LOG.c.registration_id.is_not(None),
            among(connection, AUDIT_ENTRY.c.customer_id, sorted(versions)),
        )
        .order_by(AUDIT_ENTRY.c.at)
    )
    found: dict[str, dict[str, str]] = {}
    known = set(epochs)
    for registration_id, customer_id, at, text in connection.execute(said):
        details = orjson.loads(text)
        if details.get("epoch") in known and details.get("version", 0) >= versions[customer_id]:
            found.setdefault(registration_id, {}).setdefault(customer_id, at)
    return {one: max(times.values()) for one, times in found.items() if times.keys() == versions.keys()}


def _json(value: dict[str, Any]) -> str:
    return orjson.dumps(value).decode()

"""A push: entries in, verdicts out, each entry decided exactly once (design: Writing, The feed).

The device's identity row is locked first. Number and uuid known = the stored verdict; another uuid under a known
number = the device was copied; a gap = refused with the number wanted. What the batch touches is loaded once, the
mutations run in memory, the changes are written in bulk, numbers last. Only after an error are entries tried alone.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from sync.central_api.actors import ACTOR_ENDED, Actors, read_actors, vouched_for
from sync.central_api.bulk import Row, among, insert_missing, insert_rows, portions
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import Identity, Registration, claim_identity
from sync.central_api.duplicates import possible_duplicates
from sync.central_api.push_records import Touched, customer_of, decide, load_touched
from sync.central_api.quarantine import keep_quarantined
from sync.central_api.record_store import Batch, write_batch
from sync.central_api.tables import REJECTED_KEY, SYNC_IDENTITY, SYNC_RESULT
from sync.central_api.transactions import write_transaction
from sync.protocol.collector import collector_paused
from sync.protocol.errors import DeviceForked, NumberGap, ValidationFailed
from sync.protocol.ids import rule_id
from sync.protocol.mutations import Entry, Outcome, creates, rejected
from sync.protocol.serving_signs import Served
from sync.protocol.wire import EntryMessage, PushReply, PushRequest, Verdict, VerdictStatus

_log = logging.getLogger(__name__)

POISON = (SQLAlchemyError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError)
"""What one bad entry can raise that says nothing about the others in its batch."""


@dataclass(frozen=True, slots=True)
class Push:
    """Part of a push, decided in one transaction. `failed`: its entry was tried alone and raised.

    `previous_uuid`: what the device has under the number before the first one; None where it does not say.
    `actors`: who may have written it, where somebody answers for that; else who may write from the device.
    """

    registration: Registration
    device_id: str
    messages: list[EntryMessage]
    now: datetime
    previous_uuid: str | None = None
    failed: bool = False
    require_sign_in: bool = False
    actors: Actors | None = None


@dataclass(slots=True)
class _Decisions:
    """Verdicts in the order of the entries, and what is to be kept of them."""

    verdicts: list[Verdict] = field(default_factory=list)
    results: list[Row] = field(default_factory=list)
    served: list[Served] = field(default_factory=list)
    rejected_keys: list[Row] = field(default_factory=list)
    of_ended: list[EntryMessage] = field(default_factory=list)


def _to_entry(message: EntryMessage, device_id: str) -> Entry:
    return Entry(
        device_id=device_id,
        n=message.n,
        uuid=message.uuid,
        name=message.name,
        version=message.version,
        args=message.args,
        actor=message.actor,
        at=message.at,
    )


def _known_by_uuid(connection: Connection, messages: list[EntryMessage]) -> dict[str, tuple[str, str | None]]:
    """The verdicts of those uuids that were decided before, under any device."""
    known: dict[str, tuple[str, str | None]] = {}
    for portion in portions(message.uuid for message in messages):
        query = sa.select(SYNC_RESULT.c.uuid, SYNC_RESULT.c.status, SYNC_RESULT.c.code)
        query = query.where(among(connection, SYNC_RESULT.c.uuid, portion), SYNC_RESULT.c.repeats == 0)
        known.update({uuid: (status, code) for uuid, status, code in connection.execute(query)})
    return known


def _stored_verdicts(connection: Connection, push: Push, identity: Identity) -> list[Verdict]:
    """The verdicts of entries sent before. Raises DeviceForked where one of their numbers had another uuid."""
    again = [message for message in push.messages if message.n <= identity.last_n]
    if not again:
        return []
    query = sa.select(SYNC_RESULT.c.n, SYNC_RESULT.c.uuid, SYNC_RESULT.c.status, SYNC_RESULT.c.code).where(
        SYNC_RESULT.c.device_id == push.device_id, SYNC_RESULT.c.n.between(again[0].n, again[-1].n)
    )
    rows = {row.n: row for row in connection.execute(query)}
    if any(message.n not in rows or rows[message.n].uuid != message.uuid for message in again):
        raise DeviceForked
    return [Verdict(n=row.n, uuid=row.uuid, status=row.status, code=row.code) for row in rows.values()]


def _keep(decisions: _Decisions, push: Push, message: EntryMessage, outcome: Outcome, *, repeats: bool) -> None:
    verdict = Verdict(n=message.n, uuid=message.uuid, status=outcome.status, code=outcome.code)
    decisions.verdicts.append(verdict)
    decisions.results.append(
        {
            "device_id": push.device_id, "n": message.n, "uuid": message.uuid, "status": outcome.status.value,
            "code": outcome.code, "repeats": int(repeats), "decided_at": push.now,
        }
    )  # fmt: skip


def _decide_new(connection: Connection, push: Push, new: list[EntryMessage], decisions: _Decisions) -> Batch:
    """Decides entries that come for the first time under their numbers; what they change."""
    known = _known_by_uuid(connection, new)
    fresh = [_to_entry(message, push.device_id) for message in new if message.uuid not in known]
    if push.failed:
        touched, resolved = Touched(push.registration.store_id), fresh
    else:
        actors = push.actors or read_actors(connection, push.registration, require_sign_in=push.require_sign_in)
        touched, resolved = load_touched(connection, push.registration, fresh, actors, push.now)
    by_n = {entry.n: entry for entry in resolved}
    for message in new:
        if message.uuid in known:
            status, code = known[message.uuid]
            _keep(decisions, push, message, Outcome(VerdictStatus(status), code), repeats=True)
            continue
        entry = by_n[message.n]
        outcome = rejected("mutation.failed") if push.failed else decide(entry, touched)
        known[message.uuid] = (outcome.status, outcome.code)
        _keep(decisions, push, message, outcome, repeats=False)
        if outcome.code == ACTOR_ENDED:
            decisions.of_ended.append(message)
        customer_id = customer_of(entry, outcome)
        if customer_id is not None:
            decisions.served.append(Served(customer_id, push.registration.store_id, entry.name, push.now))
        created = creates(entry) if outcome.status == VerdictStatus.REJECTED else None
        if created is not None:
            decisions.rejected_keys.append(
                {"device_id": push.device_id, "kind": created.kind, "id": created.id, "n": entry.n}
            )
    changes = {**touched.changes, **possible_duplicates(connection, touched.changes, touched.stored)}
    if touched.holds is not None:
        changes.update(touched.holds.stock_changes())
    return Batch(changes, touched.stored, decisions.served)


def _follows_another(push: Push, identity: Identity) -> bool:
    """Whether another machine used the number before: as after a restore, when a copied device's twin came first."""
    follows = push.messages[0].n == identity.last_n + 1 and push.previous_uuid is not None
    return follows and push.previous_uuid != identity.last_uuid


def _push_part(connection: Connection, push: Push) -> PushReply:
    """Decides the part's entries and keeps the verdicts and changes, numbers last."""
    identity = claim_identity(connection, push.registration, push.device_id)
    if not push.messages:
        return PushReply(last_n=identity.last_n, verdicts=[])
    if push.messages[0].n > identity.last_n + 1:
        raise NumberGap(expected=identity.last_n + 1)
    if _follows_another(push, identity):
        raise DeviceForked
    decisions = _Decisions(_stored_verdicts(connection, push, identity))
    new = [message for message in push.messages if message.n > identity.last_n]
    if not new:
        return PushReply(last_n=identity.last_n, verdicts=decisions.verdicts)
    batch = _decide_new(connection, push, new, decisions)
    insert_rows(connection, SYNC_RESULT, decisions.results)
    insert_missing(connection, REJECTED_KEY, decisions.rejected_keys)
    keep_quarantined(connection, push.registration.id, push.device_id, decisions.of_ended, now=push.now)
    connection.execute(
        sa.update(SYNC_IDENTITY)
        .where(SYNC_IDENTITY.c.device_id == push.device_id)
        .values(last_n=new[-1].n, last_uuid=new[-1].uuid)
    )
    if batch.changes:
        write_batch(connection, batch, now=push.now)
    return PushReply(last_n=new[-1].n, verdicts=decisions.verdicts)


def _push_one_by_one(database: CentralDatabase, push: Push) -> PushReply:
    """Decides each entry in a transaction of its own; one that still raises is rejected and bars no other."""
    last_n = 0
    verdicts: list[Verdict] = []
    previous_uuid = push.previous_uuid
    for message in push.messages:
        alone = replace(push, messages=[message], previous_uuid=previous_uuid)
        try:
            reply = write_transaction(database, partial(_push_part, push=alone))
        except POISON as error:
            # Only the error's type: its message would quote what the entry says.
            _log.error("entry refused after an error", extra={"n": message.n, "kind": type(error).__name__})
            reply = write_transaction(database, partial(_push_part, push=replace(alone, failed=True)))
        previous_uuid, last_n = message.uuid, reply.last_n
        verdicts += reply.verdicts
    return PushReply(last_n=last_n, verdicts=verdicts)


def take_entry(
    connection: Connection,
    registration: Registration,
    message: EntryMessage,
    *,
    device_id: str,
    now: datetime,
    failed: bool,
) -> Verdict:
    """The verdict of an entry that a manager takes over, under the next number of `device_id`.

    A uuid that was decided before has its stored verdict, whatever number it had; one that was refused for its author's
    sake alone is decided under another, because now somebody answers for it. `failed`: it has raised before, and is
    refused.
    """
    known = _known_by_uuid(connection, [message]).get(message.uuid)
    if known is not None and known[1] == ACTOR_ENDED:
        again = message.model_copy(update={"uuid": rule_id("taken over", message.uuid)})
        message, known = again, _known_by_uuid(connection, [again]).get(again.uuid)
    if known is not None:
        return Verdict(n=message.n, uuid=message.uuid, status=VerdictStatus(known[0]), code=known[1])
    actors = vouched_for(connection, message.actor)
    took = take_entries(connection, registration, [message], device_id=device_id, actors=actors, now=now, failed=failed)
    return took[0]


def take_entries(
    connection: Connection,
    registration: Registration,
    messages: Sequence[EntryMessage],
    *,
    device_id: str,
    actors: Actors,
    now: datetime,
    failed: bool = False,
) -> list[Verdict]:
    """The verdicts of entries that come by no outbox, decided as a push decides them, under the next numbers of
    `device_id`. `actors`: who may have written them; `failed`: they have raised before, and are refused."""
    last_n = claim_identity(connection, registration, device_id).last_n
    numbered = [one.model_copy(update={"n": n}) for n, one in enumerate(messages, start=last_n + 1)]
    push = Push(registration, device_id, numbered, now, failed=failed, actors=actors)
    return _push_part(connection, push).verdicts


def push_entries(
    database: CentralDatabase,
    registration: Registration,
    request: PushRequest,
    *,
    now: datetime,
    require_sign_in: bool = False,
) -> PushReply:
    """A verdict for every entry, each decided exactly once whatever is sent again.

    `require_sign_in`: an enrolled device writes for associates who have a key there, and for nobody before.
    Raises DeviceForked, NumberGap, WrongCredential, DatabaseBusy, and ValidationFailed where numbers do not follow one
    another; nothing is kept then.
    """
    numbers = [message.n for message in request.entries]
    if numbers and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise ValidationFailed("sync.numbers_do_not_follow")
    push = Push(
        registration,
        request.device_id,
        request.entries,
        now,
        request.previous_uuid,
        require_sign_in=require_sign_in,
    )
    try:
        with collector_paused():
            return write_transaction(database, partial(_push_part, push=push))
    except POISON as error:
        _log.warning("batch failed; trying entries one by one", extra={"kind": type(error).__name__})
        return _push_one_by_one(database, push)

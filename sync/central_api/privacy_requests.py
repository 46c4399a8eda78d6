"""Customers' requests at the server: each is opened, its identity checked, and then done or refused, before its time.

By ids alone: the table and the audit log, which has every step, name nobody. What each kind comes to is its own
module's: `privacy_copy`, `privacy_fulfilling`, `privacy_erasing`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Row

from sync.central_api.audit import append_own
from sync.central_api.bulk import among, insert_missing, insert_rows
from sync.central_api.database import CentralDatabase
from sync.central_api.erasure import same_person
from sync.central_api.errors import CustomerUnknown, RequestUnknown, StepNotAllowed
from sync.central_api.suppression import free_keys
from sync.central_api.tables import CUSTOMER_CHILD, CUSTOMER_KEY, PRIVACY_REQUEST, RECORD, SETTING
from sync.central_api.transactions import write_transaction
from sync.protocol.audit import AuditKind
from sync.protocol.ids import is_uuid, uuid7
from sync.protocol.kinds import Kind
from sync.protocol.privacy import Delay, Move, Proof, Refusal, Regime, RequestKind, RequestState, due_at, state_after
from sync.protocol.wire import RowState

OPERATOR: Final = "operator"
"""Who acts by the command line: whoever may use the server's machine."""
_REGIME: Final = "privacy_regime"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """A request as it stands. `also`: other records of the same person; `others`: who looks like them and is not.

    `outcome`: counts, ids and versions of what was done.
    """

    id: str
    kind: RequestKind
    customer_id: str
    also: tuple[str, ...]
    others: tuple[str, ...]
    regime: Regime
    received_at: datetime
    due_at: datetime
    extended_at: datetime | None
    state: RequestState
    opened_by: str
    identity_by: str
    identity_how: str
    identity_at: datetime | None
    ended_at: datetime | None
    refused_reason: str
    outcome: Mapping[str, Any]
    extended_reason: str

    @property
    def people(self) -> tuple[str, ...]:
        """Every record that the request is about."""
        return (self.customer_id, *self.also)


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Somebody who may be the same person. `reason`: marked, same_email, same_phone or same_loyalty."""

    customer_id: str
    reason: str


def open_request(
    database: CentralDatabase,
    kind: RequestKind,
    customer_id: str,
    *,
    by: str = OPERATOR,
    received_at: datetime | None = None,
    now: datetime,
) -> PrivacyRequest:
    """The new request, due by the database's regime. `received_at`: where it came before it was written down here.

    Raises CustomerUnknown where nothing is known of such a customer, DatabaseBusy.
    """
    received = min(received_at or now, now)

    def write(connection: Connection) -> PrivacyRequest:
        if not is_known(connection, customer_id):
            raise CustomerUnknown
        regime = read_regime(connection)
        request_id = uuid7(now)
        row = {
            "id": request_id, "kind": kind.value, "customer_id": customer_id, "also": "[]", "others": "[]",
            "regime": regime.value, "received_at": received, "due_at": due_at(regime, received), "extended_at": None,
            "state": RequestState.RECEIVED.value, "opened_by": by, "identity_by": "", "identity_how": "",
            "identity_at": None, "ended_at": None, "refused_reason": "", "outcome": "{}",
            "extended_reason": "",
        }  # fmt: skip
        insert_rows(connection, PRIVACY_REQUEST, [row])
        request = read_request(connection, request_id)
        _log(connection, request, by, now)
        return request

    return write_transaction(database, write)


def is_known(connection: Connection, customer_id: str) -> bool:
    """Whether anything is known of a customer of that id who was not erased."""
    if not is_uuid(customer_id):
        return False
    found = connection.execute(
        sa.select(RECORD.c.state).where(RECORD.c.kind == Kind.CUSTOMER, RECORD.c.id == customer_id)
    ).scalar()
    if found is not None:
        return bool(found != RowState.PURGED)
    about = sa.select(CUSTOMER_CHILD.c.id).where(CUSTOMER_CHILD.c.customer_id == customer_id).limit(1)
    return connection.execute(about).first() is not None


def list_requests(database: CentralDatabase, *, open_only: bool = False) -> list[PrivacyRequest]:
    """Every request: the open ones first, by their time, then the others, the latest first."""
    with database.reading() as connection:
        found = [_request(row) for row in connection.execute(sa.select(PRIVACY_REQUEST))]
    going = sorted((one for one in found if not one.state.is_over), key=lambda one: (one.due_at, one.id))
    over = sorted((one for one in found if one.state.is_over), key=lambda one: one.id, reverse=True)
    return going if open_only else [*going, *over]


def requests_in(connection: Connection, state: RequestState) -> list[PrivacyRequest]:
    """Every request in that state."""
    query = sa.select(PRIVACY_REQUEST).where(PRIVACY_REQUEST.c.state == state.value)
    return [_request(row) for row in connection.execute(query)]


def get_request(database: CentralDatabase, request_id: str) -> PrivacyRequest:
    """The request. Raises RequestUnknown."""
    with database.reading() as connection:
        return read_request(connection, request_id)


def read_request(connection: Connection, request_id: str, *, lock: bool = False) -> PrivacyRequest:
    """The request, until commit nobody else's where `lock`. Raises RequestUnknown."""
    if not is_uuid(request_id):
        raise RequestUnknown
    query = sa.select(PRIVACY_REQUEST).where(PRIVACY_REQUEST.c.id == request_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise RequestUnknown
    return _request(row)


def move(
    connection: Connection, request: PrivacyRequest, step: Move, *, by: str, now: datetime, **values: Any
) -> PrivacyRequest:
    """The request after the step, kept with `values` and in the audit log, in the caller's transaction.

    Raises StepNotAllowed where that is not the next one.
    """
    state = state_after(request.kind, request.state, step)
    if state is None:
        raise StepNotAllowed(state=request.state.value)
    ended = {"ended_at": now} if state.is_over else {"ended_at": None}
    this = PRIVACY_REQUEST.c.id == request.id
    connection.execute(sa.update(PRIVACY_REQUEST).where(this).values(state=state.value, **ended, **values))
    moved = read_request(connection, request.id)
    _log(connection, moved, by, now)
    return moved


def check_identity(
    database: CentralDatabase, request_id: str, how: Proof, *, by: str = OPERATOR, now: datetime
) -> PrivacyRequest:
    """The request, once somebody has seen who asks. Raises RequestUnknown, StepNotAllowed, DatabaseBusy."""
    values = {"identity_by": by, "identity_how": how.value, "identity_at": now}
    return _moved(database, request_id, Move.CHECK_IDENTITY, by, now, values)


def doubt_identity(database: CentralDatabase, request_id: str, *, by: str = OPERATOR, now: datetime) -> PrivacyRequest:
    """The request as before its identity was checked. Raises RequestUnknown, StepNotAllowed, DatabaseBusy."""
    values = {"identity_by": "", "identity_how": "", "identity_at": None}
    return _moved(database, request_id, Move.DOUBT_IDENTITY, by, now, values)


def refuse(
    database: CentralDatabase, request_id: str, reason: Refusal, *, by: str = OPERATOR, now: datetime
) -> PrivacyRequest:
    """The request, refused for a reason the law knows. Raises RequestUnknown, StepNotAllowed, DatabaseBusy."""
    return _moved(database, request_id, Move.REFUSE, by, now, {"refused_reason": reason.value})


def reconsider(database: CentralDatabase, request_id: str, *, by: str = OPERATOR, now: datetime) -> PrivacyRequest:
    """A refused request from its beginning; its time runs on from receipt. Raises RequestUnknown, StepNotAllowed."""
    values = {"refused_reason": "", "identity_by": "", "identity_how": "", "identity_at": None}
    return _moved(database, request_id, Move.RECONSIDER, by, now, values)


def extend(
    database: CentralDatabase, request_id: str, delay: Delay, *, by: str = OPERATOR, now: datetime
) -> PrivacyRequest:
    """The request with GDPR's two further months, once, for a reason that the customer is to be told within the first
    one.

    Raises RequestUnknown, StepNotAllowed (UU PDP knows no extension, and its time is not over), DatabaseBusy.
    """

    def write(connection: Connection) -> PrivacyRequest:
        request = read_request(connection, request_id, lock=True)
        if request.regime is not Regime.GDPR or request.extended_at is not None or request.state.is_over:
            raise StepNotAllowed("privacy.not_extended")
        if now > request.due_at:
            raise StepNotAllowed("privacy.too_late_to_extend")
        later = due_at(request.regime, request.received_at, extended=True)
        this = PRIVACY_REQUEST.c.id == request.id
        connection.execute(
            sa.update(PRIVACY_REQUEST).where(this).values(extended_at=now, extended_reason=delay.value, due_at=later)
        )
        extended = read_request(connection, request_id)
        _log(connection, extended, by, now, delay=delay.value)
        return extended

    return write_transaction(database, write)


def say_who(
    database: CentralDatabase, request_id: str, *, also: Collection[str] = (), others: Collection[str] = ()
) -> PrivacyRequest:
    """The request, about these further records of the same person too; `others` look like them and are not.

    Raises RequestUnknown, StepNotAllowed once it is carried out, CustomerUnknown, DatabaseBusy.
    """

    def write(connection: Connection) -> PrivacyRequest:
        request = read_request(connection, request_id, lock=True)
        if request.state not in (RequestState.RECEIVED, RequestState.IDENTITY_CHECKED):
            raise StepNotAllowed(state=request.state.value)
        same = sorted({*request.also, *also} - {request.customer_id} - set(others))
        not_same = sorted({*request.others, *others} - set(also) - {request.customer_id})
        if not all(is_known(connection, one) for one in (*also, *others)):
            raise CustomerUnknown
        this = PRIVACY_REQUEST.c.id == request.id
        values = {"also": orjson.dumps(same).decode(), "others": orjson.dumps(not_same).decode()}
        connection.execute(sa.update(PRIVACY_REQUEST).where(this).values(values))
        return read_request(connection, request_id)

    return write_transaction(database, write)


def lookalikes(connection: Connection, request: PrivacyRequest) -> list[Lookalike]:
    """Who may be the same person and of whom nobody has said whether they are: marked as possible duplicates, or with
    the same e-mail, phone or loyalty number."""
    people = {one for each in request.people for one in same_person(connection, each)}
    child, other = CUSTOMER_CHILD.alias(), CUSTOMER_CHILD.alias()
    pairs = sa.and_(child.c.kind == other.c.kind, child.c.id == other.c.id)
    marked = sa.select(other.c.customer_id).select_from(child.join(other, pairs))
    marked = marked.where(
        child.c.kind == Kind.POSSIBLE_DUPLICATE, among(connection, child.c.customer_id, sorted(people))
    )
    found = dict.fromkeys(connection.execute(marked).scalars(), "marked")
    key, same = CUSTOMER_KEY.alias(), CUSTOMER_KEY.alias()
    joined = key.join(same, sa.and_(key.c.key_kind == same.c.key_kind, key.c.key == same.c.key))
    shared = sa.select(same.c.customer_id, same.c.key_kind).select_from(joined)
    shared = shared.where(among(connection, key.c.customer_id, sorted(people))).order_by(same.c.key_kind.desc())
    found.update({one: f"same_{key_kind}" for one, key_kind in connection.execute(shared)})
    said = people | {one for each in request.others for one in same_person(connection, each)}
    return [Lookalike(one, found[one]) for one in sorted(found.keys() - said) if is_known(connection, one)]


def read_regime(connection: Connection) -> Regime:
    """Whose time new requests have: Indonesia's, where nothing else was chosen."""
    found = connection.execute(sa.select(SETTING.c.value).where(SETTING.c.name == _REGIME)).scalar()
    return Regime(found) if found is not None else Regime.UU_PDP


def choose_regime(database: CentralDatabase, regime: Regime) -> None:
    """Nothing; requests opened from now on have that law's time. Raises DatabaseBusy."""

    def write(connection: Connection) -> None:
        insert_missing(connection, SETTING, [{"name": _REGIME, "value": regime.value}])
        connection.execute(sa.update(SETTING).where(SETTING.c.name == _REGIME).values(value=regime.value))

    write_transaction(database, write)


def lift_suppression(database: CentralDatabase, text: str, *, by: str = OPERATOR, now: datetime) -> int:
    """How many suppressed keys are free again of the phone, e-mail or loyalty number: its owner enrols anew.

    In the audit log with the count alone. Raises DatabaseBusy.
    """

    def write(connection: Connection) -> int:
        count = free_keys(connection, text)
        if count:
            details = {"count": count}
            append_own(connection, AuditKind.SUPPRESSION_LIFTED, details=details, actor=_actor(by), now=now)
        return count

    return write_transaction(database, write)


def in_step(database: CentralDatabase, request_id: str, work: Callable[[Connection, PrivacyRequest], T]) -> T:
    """What `work` returns, in one transaction with the locked request. Raises RequestUnknown, DatabaseBusy."""
    return write_transaction(
        database, lambda connection: work(connection, read_request(connection, request_id, lock=True))
    )


def _moved(
    database: CentralDatabase, request_id: str, step: Move, by: str, now: datetime, values: Mapping[str, Any]
) -> PrivacyRequest:
    return in_step(
        database, request_id, lambda connection, request: move(connection, request, step, by=by, now=now, **values)
    )


def _log(connection: Connection, request: PrivacyRequest, by: str, now: datetime, **more: str) -> None:
    details = {"request": request.id, "kind": request.kind.value, "state": request.state.value, **more}
    kept = partial(append_own, connection, AuditKind.REQUEST_MOVED, details=details, actor=_actor(by), now=now)
    kept(customer_id=request.customer_id)


def _actor(by: str) -> str | None:
    return by if is_uuid(by) else None


def _request(row: Row[Any]) -> PrivacyRequest:
    values = row._asdict()
    return replace(
        PrivacyRequest(**values),
        kind=RequestKind(row.kind),
        also=tuple(orjson.loads(row.also)),
        others=tuple(orjson.loads(row.others)),
        regime=Regime(row.regime),
        state=RequestState(row.state),
        outcome=orjson.loads(row.outcome),
    )

"""Which scopes a record lives in, and which stores a customer belongs to. Pure: rows in, names out (design: Scopes)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sync.protocol.bodies import customers_of
from sync.protocol.kinds import GLOBAL_KINDS, GLOBAL_SCOPE, Body, Kind, RecordKey, store_scope
from sync.protocol.roles import Role
from sync.protocol.serving_signs import MEMBER_FOR, Served
from sync.protocol.times import from_wire

MOST_STORES = 10
HOME = "home"
"""It is the home store, and nothing says that it ever served them."""
HOME_SERVED = "home served"
HOMES = frozenset({HOME, HOME_SERVED})


@dataclass(frozen=True, slots=True)
class Membership:
    """Why a customer is in a store's scope. `last_at` None: it is the home store, and nobody has dated that yet."""

    reason: str
    last_at: datetime | None


def decide_memberships(
    current: Mapping[str, Membership], home_store_id: str | None, served: Iterable[Served], *, now: datetime
) -> dict[str, Membership]:
    """The stores a customer belongs to from now on, at most MOST_STORES, by store id.

    Those that served them within 24 months, or became their home store then; the home store, and of the others the
    latest first. A sign dated in the future counts as now, and so does a membership that nobody has dated.
    """
    known = [(old.last_at or now, store_id, old.reason) for store_id, old in current.items()]
    known += [(sign.at, sign.store_id, sign.reason) for sign in served]
    signs = [
        (min(at, now), store_id, reason)
        for at, store_id, reason in known
        if reason != HOME or store_id == home_store_id
    ]
    last_at: dict[str, datetime] = {}
    reasons: dict[str, str] = {}
    for at, store_id, reason in sorted(signs):
        last_at[store_id] = at
        if reason not in HOMES or store_id not in reasons:
            reasons[store_id] = reason
    recent = [store_id for store_id, at in last_at.items() if at > now - MEMBER_FOR]
    recent.sort(key=lambda store_id: (store_id == home_store_id, last_at[store_id], store_id), reverse=True)
    return {
        store_id: Membership(_reason(reasons[store_id], is_home=store_id == home_store_id), last_at[store_id])
        for store_id in recent[:MOST_STORES]
    }


def _reason(reason: str, *, is_home: bool) -> str:
    if is_home:
        return reason if reason == HOME else HOME_SERVED
    return "served" if reason == HOME_SERVED else reason


def home_sign(key: RecordKey, body: Body, before: Body | None, *, now: datetime) -> Served | None:
    """What a change of a customer's record says of their home store: that it is another now, or since when it is.

    `before`: the record that this one replaces. Of a new customer the day they became one counts, where it is known:
    otherwise whoever was last seen years before an import would be on every tablet for two more.
    """
    store_id = body.get("home_store_id")
    if not store_id or (before is not None and before.get("home_store_id") == store_id):
        return None
    since = body.get("since_at") if before is None else None
    return Served(key.id, store_id, HOME, from_wire(since) if since else now)


def only_store_of(kind: str, body: Body) -> str | None:
    """The one store a note stays in, or None where a record follows its customer everywhere."""
    return body.get("store_id") if kind == Kind.NOTE and body.get("store_only") else None


def _store_of(kind: str, body: Body) -> str | None:
    """The store of a record that is about no customer."""
    if kind == Kind.ORDER:
        return (body.get("pickup") or {}).get("location_id")
    return body.get("store_id")


def scopes_of(key: RecordKey, body: Body, scopes_of_customer: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Every scope a live record belongs in. `scopes_of_customer` has the scopes of each customer it is about."""
    if key.kind in GLOBAL_KINDS:
        return frozenset({GLOBAL_SCOPE})
    if key.kind == Kind.ASSOCIATE and Role.named(str(body.get("role", ""))).is_of_every_store:
        return frozenset({GLOBAL_SCOPE})
    if key.kind == Kind.ASSOCIATE:
        return frozenset(store_scope(location_id) for location_id in body.get("location_ids", ()))
    customers = customers_of(key, body)
    if customers:
        return customer_scopes(customers, only_store_of(key.kind, body), scopes_of_customer)
    store_id = _store_of(key.kind, body) if key.kind != Kind.SCAN_TALLY else None
    if store_id:
        return frozenset({store_scope(store_id)})
    return frozenset({GLOBAL_SCOPE}) if key.kind == Kind.STORE_EVENT else frozenset()


def customer_scopes(
    customers: Iterable[str], only_store_id: str | None, scopes_of_customer: Mapping[str, Collection[str]]
) -> frozenset[str]:
    """The scopes of a record about customers: every scope of each; of one that stays in a store, that alone, and only
    as long as the store has the customer."""
    scopes = frozenset(scope for customer_id in customers for scope in scopes_of_customer.get(customer_id, ()))
    return scopes & {store_scope(only_store_id)} if only_store_id else scopes

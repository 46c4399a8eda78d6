"""Which scopes a record lives in, and which stores a customer belongs to. Pure: rows in, names out (design: Scopes)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sync.protocol.bodies import customers_of
from sync.protocol.kinds import GLOBAL_KINDS, GLOBAL_SCOPE, Body, Kind, RecordKey, store_scope
from sync.protocol.roles import Role
from sync.protocol.serving_signs import MEMBER_FOR, Served

MOST_STORES = 10
HOME = "home"


@dataclass(frozen=True, slots=True)
class Membership:
    """Why a customer is in a store's scope. `last_at` None: only because it is the home store."""

    reason: str
    last_at: datetime | None


def decide_memberships(
    current: Mapping[str, Membership], home_store_id: str | None, served: Iterable[Served], *, now: datetime
) -> dict[str, Membership]:
    """The stores a customer belongs to from now on, at most MOST_STORES, by store id.

    The home store stays whatever its age; of the others those served within 24 months, the latest first. A sign dated
    in the future counts as now.
    """
    last_at: dict[str, datetime] = {}
    reasons: dict[str, str] = {}
    signs = [(store_id, old.reason, old.last_at) for store_id, old in current.items() if old.last_at is not None]
    signs += [(sign.store_id, sign.reason, sign.at) for sign in served]
    for store_id, reason, at in signs:
        moment = min(at, now)
        if store_id not in last_at or moment > last_at[store_id]:
            last_at[store_id] = moment
            reasons[store_id] = reason
    recent = [store_id for store_id, at in last_at.items() if at > now - MEMBER_FOR and store_id != home_store_id]
    recent.sort(key=lambda store_id: (last_at[store_id], store_id), reverse=True)
    decided = {
        store_id: Membership(reasons[store_id] if reasons[store_id] != HOME else "served", last_at[store_id])
        for store_id in recent[: MOST_STORES - (1 if home_store_id else 0)]
    }
    if home_store_id:
        decided[home_store_id] = Membership(HOME, last_at.get(home_store_id))
    return decided


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
    """The scopes of a record about customers: every scope of each, or the one store it stays in."""
    if only_store_id:
        return frozenset({store_scope(only_store_id)})
    return frozenset(scope for customer_id in customers for scope in scopes_of_customer.get(customer_id, ()))

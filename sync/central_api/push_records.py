"""What a push decides in memory: the records its entries touch, who may write, and one outcome after another.

Nothing is written here. An entry about a merged customer goes to the one it was merged into; its records keep the
customer they were made for, so that a merge can be undone whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.actors import Actors
from sync.central_api.bulk import among, portions
from sync.central_api.devices import Registration
from sync.central_api.holds import HoldsAtHand, load_holds, lock_holds_over
from sync.central_api.order_numbers import with_order_ids
from sync.central_api.record_store import Stored, load_records, lock_customers
from sync.central_api.tables import RECORD, REJECTED_KEY
from sync.protocol.bodies import customers_of
from sync.protocol.ids import is_uuid
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations import MUTATIONS, VOID, Entry, Outcome, apply, creates, rejected, touches
from sync.protocol.roles import permission_to_write
from sync.protocol.wire import RowState, VerdictStatus

MOST_ALIASES = 8
"""Merges followed from one customer to the last; a longer chain is taken for a circle."""


@dataclass(slots=True)
class Touched:
    """The records of a push as its entries leave them, one after another. `stored`: as they were before.

    `keys_of`: what each entry touches, by its number. `holds`: None where no entry is about one.
    """

    store_id: str
    stored: Mapping[RecordKey, Stored] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    actors: Actors = field(default_factory=Actors)
    rejected_keys: set[RecordKey] = field(default_factory=set)
    keys_of: Mapping[int, tuple[RecordKey, ...]] = field(default_factory=dict)
    holds: HoldsAtHand | None = None
    changes: dict[RecordKey, Body | None] = field(default_factory=dict)

    def body(self, key: RecordKey) -> Body | None:
        """The record as it stands now, or None where it is missing or deleted."""
        if key in self.changes:
            return self.changes[key]
        stored = self.stored.get(key)
        return stored.body if stored is not None and stored.is_live else None

    def is_erased(self, key: RecordKey) -> bool:
        """True for a record that went with an erased customer."""
        return key not in self.changes and key in self.stored and self.stored[key].state == RowState.PURGED

    def is_known(self, key: RecordKey) -> bool:
        """True for a record that is there or ever was."""
        return key in self.changes or key in self.stored


def _customer_id(entry: Entry) -> str | None:
    customer_id = entry.args.get("customer_id")
    return customer_id if isinstance(customer_id, str) and is_uuid(customer_id) else None


def read_aliases(connection: Connection, customer_ids: set[str]) -> dict[str, str]:
    """Merged customer -> the one it was merged into, at the end of the chain; locks all of them."""
    steps: dict[str, str] = {}
    wanted = customer_ids
    for _ in range(MOST_ALIASES):
        if not wanted:
            break
        lock_customers(connection, wanted)
        found = _read_merged(connection, wanted)
        steps.update(found)
        wanted = set(found.values()) - steps.keys()
    ends: dict[str, str] = {}
    for start in steps:
        end = start
        for _ in range(MOST_ALIASES):
            end = steps.get(end, end)
        ends[start] = end
    return ends


def _read_merged(connection: Connection, customer_ids: set[str]) -> dict[str, str]:
    """Those of the customers that were merged, and into whom. The others' bodies are not read: they are nearly all."""
    found: dict[str, str] = {}
    for portion in portions(sorted(customer_ids)):
        query = sa.select(RECORD.c.id, RECORD.c.body).where(
            RECORD.c.kind == Kind.CUSTOMER,
            among(connection, RECORD.c.id, portion),
            RECORD.c.body.contains('"alias_of":"', autoescape=True),
        )
        for customer_id, body in connection.execute(query).all():
            if alias_of := orjson.loads(body).get("alias_of"):
                found[customer_id] = alias_of
    return found


def _read_rejected_keys(connection: Connection, device_id: str, keys: Iterable[RecordKey]) -> set[RecordKey]:
    """Those of `keys` that a rejected entry of this device was to create."""
    wanted = set(keys)
    found: set[RecordKey] = set()
    for portion in portions(sorted({key.id for key in wanted})):
        query = sa.select(REJECTED_KEY.c.kind, REJECTED_KEY.c.id)
        query = query.where(REJECTED_KEY.c.device_id == device_id, among(connection, REJECTED_KEY.c.id, portion))
        found.update(RecordKey(kind, record_id) for kind, record_id in connection.execute(query))
    return found & wanted


def load_touched(
    connection: Connection, registration: Registration, entries: list[Entry], actors: Actors, now: datetime
) -> tuple[Touched, list[Entry]]:
    """The records the entries touch, locked, and the entries as they are meant.

    Merged customers are replaced by those they became, and orders named by their number have their id. Holds that are
    over on what the entries ask for have ended in `changes`.
    """
    customer_ids = {customer_id for entry in entries if (customer_id := _customer_id(entry)) is not None}
    over = lock_holds_over(connection, entries, customer_ids, now)
    aliases = read_aliases(connection, customer_ids)
    resolved = with_order_ids(connection, [_resolve(entry, aliases) for entry in entries])
    keys_of = {entry.n: touches(entry) for entry in resolved}
    keys = {key for of_entry in keys_of.values() for key in of_entry} | over
    stored = load_records(connection, keys, lock=True)
    named = {
        one for key, record in stored.items() if key.kind != Kind.CUSTOMER for one in customers_of(key, record.body)
    }
    aliases.update(read_aliases(connection, named - customer_ids - set(aliases.values())))
    holds: HoldsAtHand | None = None
    ended: dict[RecordKey, Body | None] = {}
    if any(key.kind == Kind.HOLD for key in keys):
        holds = load_holds(connection, resolved, stored, now)
        ended = holds.end_over(stored)
        stored.update(holds.stock)
    device_id = entries[0].device_id if entries else ""
    rejected_keys = _read_rejected_keys(connection, device_id, keys - stored.keys()) if entries else set()
    return Touched(registration.store_id, stored, aliases, actors, rejected_keys, keys_of, holds, ended), resolved


def _resolve(entry: Entry, aliases: Mapping[str, str]) -> Entry:
    customer_id = _customer_id(entry)
    if customer_id is None or customer_id not in aliases:
        return entry
    return replace(entry, args={**entry.args, "customer_id": aliases[customer_id]})


def _as_resolved(body: Body, aliases: Mapping[str, str]) -> Body:
    """The body as if it had been made for the customer that its own was merged into."""
    end = aliases.get(body.get("customer_id", ""))
    return body if end is None else {**body, "customer_id": end}


def _refusal(entry: Entry, touched: Touched) -> str | None:
    """Why this person or place may not write this, or None."""
    mutation = MUTATIONS.get((entry.name, entry.version))
    by_visitor = mutation is not None and mutation.made_by_visitor and entry.actor is None
    refused = touched.actors.refusal(entry.actor, permission_to_write(entry.name)) if not by_visitor else None
    if refused is not None:
        return refused
    store_id = entry.args.get("store_id")
    if isinstance(store_id, str) and store_id != touched.store_id:
        return "mutation.wrong_store"
    return None


def decide(entry: Entry, touched: Touched) -> Outcome:
    """The outcome of one entry after those before it; its changes are in `touched` from then on."""
    if entry.name == VOID:
        return Outcome(VerdictStatus.VOID)
    refused = _refusal(entry, touched)
    if refused is not None:
        return _rejected(entry, touched, refused)
    keys = touched.keys_of[entry.n]
    if any(touched.is_erased(key) for key in keys):
        return _rejected(entry, touched, "mutation.missing")  # as if there never had been such a customer
    standing = {key: body for key in keys if (body := touched.body(key)) is not None}
    records = {key: _as_resolved(body, touched.aliases) for key, body in standing.items()}
    outcome = apply(records, entry)
    if touched.holds is not None:
        outcome = touched.holds.answer(outcome)
    if outcome.status == VerdictStatus.REJECTED:
        return _rejected(entry, touched, outcome.code or "mutation.invalid_args")
    if not outcome.changes and keys and not any(touched.is_known(key) for key in keys):
        return _rejected(entry, touched, "mutation.missing")
    if any(body is not None and key not in standing and touched.is_known(key) for key, body in outcome.changes.items()):
        return _rejected(entry, touched, "mutation.gone")
    for key, body in outcome.changes.items():
        touched.changes[key] = _with_own_customer(body, standing.get(key))
        if touched.holds is not None:
            touched.holds.keep(key, body)
    return outcome


def _with_own_customer(body: Body | None, before: Body | None) -> Body | None:
    """The body with the customer its record was made for, if it was made for one."""
    if body is None or before is None or not before.get("customer_id"):
        return body
    return {**body, "customer_id": before["customer_id"]}


def _rejected(entry: Entry, touched: Touched, code: str) -> Outcome:
    """The refusal; keeps what the entry was to create, so that what follows it says what it depends on."""
    if code == "mutation.missing" and touched.rejected_keys.intersection(touched.keys_of[entry.n]):
        code = "mutation.depends_on"
    created = creates(entry)
    if created is not None and not touched.is_known(created):
        touched.rejected_keys.add(created)
    return rejected(code)


def customer_of(entry: Entry, outcome: Outcome) -> str | None:
    """The customer whom an entry served: only where it changed something."""
    return _customer_id(entry) if outcome.changes else None

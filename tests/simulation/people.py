"""What an associate does on a device: for every mutation, a way to come by sensible args from what the screen shows."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from sync.protocol.ids import consent_id, preference_id, rule_id
from sync.protocol.kinds import Body, Kind, RecordKey
from tests.support.shops import ref_id

AT = "2026-11-22T03:42:00Z"
CITIES = ("Solo", "Medan", "Ubud", "")
PHONES = {"siti": "0812-9000-0001", "budi": "0812-9000-0002", "ani": "0812-9000-0003"}
PEOPLE = tuple(PHONES)
UNCLAIMED = ("INV/1", "INV/2")
PRODUCT = ref_id(Kind.PRODUCT, "kemeja")
VARIANT = rule_id("variant", "kemeja")

Bodies = Mapping[RecordKey, Body]
Args = dict[str, Any]


class Screen:
    """What one associate sees and where they are; ids and choices from `random`."""

    def __init__(self, bodies: Bodies, store_id: str, random: Random, new_id: Callable[[], str]) -> None:
        self.bodies = bodies
        self.store_id = store_id
        self.random = random
        self.new_id = new_id

    def of(self, kind: Kind, customer_id: str) -> list[Body]:
        found = [(key.id, body) for key, body in self.bodies.items() if key.kind == kind]
        return [body for _, body in sorted(found) if body.get("customer_id") == customer_id]

    def customer_id(self) -> str:
        """Mostly one who is here; now and then one known from a card only."""
        here = sorted(key.id for key in self.bodies if key.kind == Kind.CUSTOMER)
        return self.random.choice([*here, *here, *here, ref_id(Kind.CUSTOMER, self.random.choice(PEOPLE))])


def write_note(screen: Screen) -> Args:
    return {
        "note_id": screen.new_id(),
        "customer_id": screen.customer_id(),
        "text": f"note {screen.random.randrange(1_000_000)}",
        "store_id": screen.store_id,
        "store_only": screen.random.random() < 0.2,
        "written_at": AT,
    }


def add_wish(screen: Screen) -> Args:
    customer_id = screen.customer_id()
    return {"item_id": screen.new_id(), "customer_id": customer_id, "product_id": PRODUCT, "added_at": AT}


def remove_wishes(screen: Screen) -> Args | None:
    customer_id = screen.customer_id()
    items = [body["id"] for body in screen.of(Kind.WISHLIST_ITEM, customer_id)]
    return {"customer_id": customer_id, "item_ids": items} if items else None


def edit_contact(screen: Screen) -> Args:
    customer_id = screen.customer_id()
    field = screen.random.choice(["city", "city", "email", "salutation"])
    new = {
        "city": screen.random.choice(CITIES),
        "email": f"{screen.random.randrange(4)}@example.id",
        "salutation": screen.random.choice(["Bu", "Pak", "Kak"]),
    }[field]
    shown = screen.bodies.get(RecordKey(Kind.CUSTOMER, customer_id), {}).get(field)
    seen = shown if screen.random.random() < 0.8 else "something older"
    return {"customer_id": customer_id, "fields": {field: [seen, new]}}


def set_preference(screen: Screen) -> Args:
    customer_id = screen.customer_id()
    key = screen.random.choice(["size_top", "likes"])
    shown = screen.bodies.get(RecordKey(Kind.PREFERENCE, preference_id(customer_id, key)), {}).get("value", "")
    return {"customer_id": customer_id, "key": key, "value": [shown, screen.random.choice(["M", "L", ""])]}


def record_consent(screen: Screen) -> Args:
    customer_id = screen.customer_id()
    ledger = screen.bodies.get(RecordKey(Kind.CONSENT, consent_id(customer_id, "marketing", "email")), {})
    events = ledger.get("events", [])
    seen = events[-1]["event_id"] if events and screen.random.random() < 0.8 else None
    return {
        "event_id": screen.new_id(),
        "customer_id": customer_id,
        "purpose": "marketing",
        "channel": "email",
        "granted": screen.random.random() < 0.5,
        "seen_event_id": seen,
        "at": AT,
        "store_id": screen.store_id,
    }


def settle_conflict(screen: Screen) -> Args | None:
    found = sorted((key.id, body["customer_id"]) for key, body in screen.bodies.items() if key.kind == Kind.CONFLICT)
    if not found:
        return None
    conflict_id, customer_id = screen.random.choice(found)
    return {"conflict_id": conflict_id, "customer_id": customer_id}


def claim_order(screen: Screen) -> Args:
    return {
        "customer_id": screen.customer_id(),
        "number": screen.random.choice([*UNCLAIMED, "INV/UNKNOWN"]),
        "agreed_at": AT,
        "store_id": screen.store_id,
    }


def request_hold(screen: Screen) -> Args:
    return {
        "hold_id": screen.new_id(),
        "customer_id": screen.customer_id(),
        "product_id": PRODUCT,
        "variant_id": VARIANT,
        "store_id": screen.store_id,
        "quantity": screen.random.choice((1, 1, 2)),
        "requested_at": AT,
    }


def _hold(screen: Screen) -> Args | None:
    found = sorted((key.id, body["customer_id"]) for key, body in screen.bodies.items() if key.kind == Kind.HOLD)
    if not found:
        return None
    hold_id, customer_id = screen.random.choice(found)
    return {"hold_id": hold_id, "customer_id": customer_id}


def cancel_hold(screen: Screen) -> Args | None:
    return _hold(screen)


def collect_hold(screen: Screen) -> Args | None:
    hold = _hold(screen)
    return None if hold is None else {**hold, "store_id": screen.store_id}


ACTIONS: dict[tuple[str, int], Callable[[Screen], Args | None]] = {
    ("note.write", 1): write_note,
    ("wishlist.add", 1): add_wish,
    ("wishlist.remove", 1): remove_wishes,
    ("contact.edit", 1): edit_contact,
    ("preference.set", 1): set_preference,
    ("consent.record", 1): record_consent,
    ("conflict.settle", 1): settle_conflict,
    ("order.claim", 1): claim_order,
    ("hold.request", 1): request_hold,
    ("hold.cancel", 1): cancel_hold,
    ("hold.collect", 1): collect_hold,
}
"""One action for each mutation; None where the screen offers nothing to do it to."""

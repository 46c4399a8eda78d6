"""What an associate does on a device: for every mutation, a way to come by sensible args from what the screen shows."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from sync.protocol.ids import consent_id, preference_id, rule_id
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations.follow_ups import finishes_in_effect
from sync.protocol.mutations.notes import heads_of
from sync.protocol.spoken_codes import HANDOVER_CHARS, SPOKEN_ALPHABET
from tests.support.shops import ref_id

AT = "2026-11-22T03:42:00Z"
CITIES = ("Solo", "Medan", "Ubud", "")
PHONES = {"siti": "0812-9000-0001", "budi": "0812-9000-0002", "ani": "0812-9000-0003"}
PEOPLE = tuple(PHONES)
UNCLAIMED = ("INV/1", "INV/2")
PRODUCT = ref_id(Kind.PRODUCT, "kemeja")
VARIANT = rule_id("variant", "kemeja")
GTINS = ("08990000010203", "08991234567891", "09506000134376")

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

    def any_of(self, kind: Kind) -> Body | None:
        """Some record of a kind that is on this device; None where there is none."""
        found = sorted(key for key in self.bodies if key.kind == kind)
        return self.bodies[self.random.choice(found)] if found else None

    def now_and_then_older(self, shown: Any) -> Any:
        """Mostly what the form shows; else what it showed before somebody else changed it."""
        return shown if self.random.random() < 0.8 else "something older"


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
        "seen_others": [event["event_id"] for event in events[:2]],
        "proof": {"method": "signed", "author_name": "Rina", "drawing": "M20 20 60 90"},
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


def revise_note(screen: Screen) -> Args | None:
    note = screen.any_of(Kind.NOTE)
    if note is None:
        return None
    heads = [head["revision_id"] for head in heads_of(note)]
    return {
        "note_id": note["id"],
        "customer_id": note["customer_id"],
        "revision_id": screen.new_id(),
        "seen": heads if screen.random.random() < 0.8 else [note["id"]],
        "text": f"revision {screen.random.randrange(1_000_000)}",
        "store_id": screen.store_id,
        "at": AT,
    }


def create_follow_up(screen: Screen) -> Args:
    return {
        "follow_up_id": screen.new_id(),
        "customer_id": screen.customer_id(),
        "store_id": screen.store_id,
        "subject": f"promise {screen.random.randrange(1_000_000)}",
        "due_on": f"2026-11-{screen.random.randrange(10, 31)}",
        "at": AT,
    }


def edit_follow_up(screen: Screen) -> Args | None:
    found = screen.any_of(Kind.FOLLOW_UP)
    if found is None:
        return None
    edits = {
        "subject": [screen.now_and_then_older(found["subject"]), f"promise {screen.random.randrange(4)}"],
        "due_on": [screen.now_and_then_older(found["due_on"]), f"2026-12-{screen.random.randrange(10, 31)}"],
    }
    field = screen.random.choice(sorted(edits))
    return {"follow_up_id": found["id"], "customer_id": found["customer_id"], "fields": {field: edits[field]}}


def finish_follow_up(screen: Screen) -> Args | None:
    found = screen.any_of(Kind.FOLLOW_UP)
    if found is None:
        return None
    return {
        "follow_up_id": found["id"],
        "customer_id": found["customer_id"],
        "finish_id": screen.new_id(),
        "status": screen.random.choice(["done", "done", "cancelled"]),
        "outcome": f"outcome {screen.random.randrange(1_000_000)}",
        "at": AT,
    }


def reopen_follow_up(screen: Screen) -> Args | None:
    found = screen.any_of(Kind.FOLLOW_UP)
    finishes = [one["finish_id"] for one in finishes_in_effect(found)] if found else []
    if found is None or not finishes:
        return None
    seen = finishes if screen.random.random() < 0.7 else [screen.random.choice(finishes)]
    return {"follow_up_id": found["id"], "customer_id": found["customer_id"], "finish_ids": seen}


def book_appointment(screen: Screen) -> Args:
    return {
        "appointment_id": screen.new_id(),
        "customer_id": screen.customer_id(),
        "store_id": screen.store_id,
        "local_date": f"2026-11-{screen.random.randrange(10, 31)}",
        "local_time": f"{screen.random.randrange(10, 21)}:30",
        "time_zone": "Asia/Jakarta",
        "minutes": 45,
        "subject": f"fitting {screen.random.randrange(1_000_000)}",
        "at": AT,
    }


def edit_appointment(screen: Screen) -> Args | None:
    found = screen.any_of(Kind.APPOINTMENT)
    if found is None:
        return None
    edits = {
        "minutes": [screen.now_and_then_older(found["minutes"]), screen.random.choice([30, 60])],
        "local_time": [screen.now_and_then_older(found["local_time"]), f"{screen.random.randrange(10, 21)}:00"],
    }
    field = screen.random.choice(sorted(edits))
    return {"appointment_id": found["id"], "customer_id": found["customer_id"], "fields": {field: edits[field]}}


def close_appointment(screen: Screen) -> Args | None:
    found = screen.any_of(Kind.APPOINTMENT)
    if found is None:
        return None
    seen = found["status"] if screen.random.random() < 0.8 else "booked"
    status = screen.random.choice(["kept", "cancelled", "no_show"])
    return {"appointment_id": found["id"], "customer_id": found["customer_id"], "seen": seen, "status": status}


def log_interaction(screen: Screen) -> Args:
    return {
        "interaction_id": screen.new_id(),
        "customer_id": screen.customer_id(),
        "store_id": screen.store_id,
        "channel": screen.random.choice(["store", "phone", "whatsapp", "email"]),
        "direction": screen.random.choice(["in", "out"]),
        "summary": f"said {screen.random.randrange(1_000_000)}",
        "at": AT,
    }


def make_handover(screen: Screen) -> Args:
    """A visitor's, at the hub of a store without a network; now and then two have the same code."""
    return {
        "handover_id": screen.new_id(),
        "code": screen.random.choice(["ABC234", "".join(screen.random.choices(SPOKEN_ALPHABET, k=HANDOVER_CHARS))]),
        "store_id": screen.store_id,
        "items": [{"product_id": PRODUCT, "variant_id": screen.random.choice([None, VARIANT])}],
        "made_at": AT,
        "expires_at": AT,
    }


def attach_handover(screen: Screen) -> Args | None:
    """Mostly one that seems free; now and then one that somebody took."""
    found = screen.any_of(Kind.HANDOVER)
    if found is None or (found.get("attached_by") and screen.random.random() < 0.7):
        return None
    return {
        "handover_id": found["id"],
        "interaction_id": screen.new_id(),
        "customer_id": screen.customer_id(),
        "store_id": screen.store_id,
        "items": [{**item, "item_id": screen.new_id()} for item in found["items"]],
        "agreed_text": "handover.agreement id",
        "at": AT,
    }


def tally_scans(screen: Screen) -> Args:
    """The hour's totals so far, of one of two programs."""
    counts = {gtin: {"scanned": screen.random.randrange(1, 20)} for gtin in screen.random.sample(GTINS, 2)}
    program = screen.random.choice("ab")
    tally_id = rule_id("tally", screen.store_id, program)
    return {"tally_id": tally_id, "store_id": screen.store_id, "hour": AT, "source": "tablet", "counts": counts}


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
    ("note.revise", 1): revise_note,
    ("follow_up.create", 1): create_follow_up,
    ("follow_up.edit", 1): edit_follow_up,
    ("follow_up.finish", 1): finish_follow_up,
    ("follow_up.reopen", 1): reopen_follow_up,
    ("appointment.book", 1): book_appointment,
    ("appointment.edit", 1): edit_appointment,
    ("appointment.close", 1): close_appointment,
    ("interaction.log", 1): log_interaction,
    ("handover.make", 1): make_handover,
    ("handover.attach", 1): attach_handover,
    ("scans.tally", 1): tally_scans,
}
"""One action for each mutation; None where the screen offers nothing to do it to."""

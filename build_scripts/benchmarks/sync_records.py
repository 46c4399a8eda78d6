"""The customers that the sync benchmark moves, about 600 bytes each, and what people then write about them.

The record is the one PouchDB is measured with, so far as a customer here has its fields; the rest are fields nobody
here knows, which are kept and sent on like all others.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from build_scripts.benchmarks.crowd import ASSOCIATE_ID, NOW, STORE_ID
from sync.protocol.ids import imported_id, rule_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from sync.protocol.times import to_wire
from sync.protocol.wire import EntryMessage

SOURCE: Final = "bench"
_SEGMENTS: Final = ("vip", "gold", "silver", "new")


def customer_id(number: int) -> str:
    """The id of that customer."""
    return imported_id(SOURCE, Kind.CUSTOMER, str(number))


def imported(count: int) -> Iterator[ImportedRecord]:
    """A store, an associate of it, and that many customers at home in it."""
    store = {"name": "Toko Bandung", "code": "BDG", "city": "Bandung", "place": "store"}
    yield ImportedRecord(Kind.LOCATION, "here", store)
    yield ImportedRecord(Kind.ASSOCIATE, "rina", {"name": "Rina", "location_ids": [STORE_ID]})
    for number in range(count):
        yield ImportedRecord(Kind.CUSTOMER, str(number), _customer(number))


def _customer(number: int) -> dict[str, Any]:
    mark = f"{number * 2_654_435_761 % 2**32:08x}"
    day = f"{1 + number % 9}"
    return {
        "name": f"First{mark[:5]} Last{mark}",
        "phone": f"+628{number:09d}",
        "email": f"c{number}.{mark}@example.com",
        "birthday": f"1980-0{day}-1{number % 9}",
        "language": "id",
        "city": "Bandung",
        "home_store_id": STORE_ID,
        "segment": _SEGMENTS[number % 4],
        "address": {"street": f"{number} Jalan Dago", "zip": f"4013{number % 10}"},
        "preferences": {"size_top": "M", "size_shoe": "38", "colors": ["black", "navy"], "categories": ["bags"]},
        "last_visit": f"2026-02-0{day}T10:00:00Z",
        "total_spend": number * 13 % 100_000,
        "remark": f"Prefers appointments on Saturday {mark}",
    }


def writes(count: int, customers: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Mutation and args of what people write: a new note and an edited city in turn, spread over the customers."""
    for number in range(count):
        of = customer_id(number * 7 % customers)
        if number % 2:
            yield "contact.edit", {"customer_id": of, "fields": {"city": ["Bandung", f"Cimahi {number}"]}}
            continue
        yield (
            "note.write",
            {
                "note_id": rule_id("bench-note", str(number)),
                "customer_id": of,
                "text": f"Likes linen and asks for size M; wedding in March. Number {number}.",
                "store_id": STORE_ID,
                "written_at": to_wire(NOW - timedelta(minutes=number)),
            },
        )


def entry(n: int, uuid: str, name: str, args: dict[str, Any]) -> EntryMessage:
    """An entry as a device sends it."""
    return EntryMessage(n=n, uuid=uuid, name=name, version=1, args=args, actor=ASSOCIATE_ID, at=to_wire(NOW))


def mean_bytes(bodies: Sequence[str]) -> float:
    """The size of a body, on average."""
    return sum(len(body.encode()) for body in bodies) / max(1, len(bodies))

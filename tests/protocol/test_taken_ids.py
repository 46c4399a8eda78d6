"""An id is one record's: what makes a record under the id of another is refused, and the other stays as it is."""

from typing import Any

import pytest

from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations import MUTATIONS, Entry, creates
from sync.protocol.wire import VerdictStatus
from tests.protocol.worlds import (
    ANI,
    AT,
    BUDI,
    CUSTOMER,
    OTHER_CUSTOMER,
    PRODUCT,
    STORE,
    World,
    code_of,
    entry,
    numbered,
    play,
    world,
)

ID = numbered(0x300)
LATER = "2026-11-22T03:43:00Z"
MAKERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "note.write": ("note_id", "written_at", {"text": "Suka biru", "store_id": STORE}),
    "wishlist.add": ("item_id", "added_at", {"product_id": PRODUCT}),
    "hold.request": ("hold_id", "requested_at", {"product_id": PRODUCT, "variant_id": PRODUCT, "store_id": STORE}),
    "follow_up.create": ("follow_up_id", "at", {"store_id": STORE, "subject": "Kabari", "due_on": "2026-11-25"}),
    "interaction.log": ("interaction_id", "at", {"store_id": STORE, "channel": "phone", "direction": "in"}),
    "appointment.book": (
        "appointment_id",
        "at",
        {
            "store_id": STORE, "subject": "Ukur", "local_date": "2026-11-25", "local_time": "15:30",
            "time_zone": "Asia/Jakarta", "minutes": 30,
        },
    ),
    "handover.attach": (
        "interaction_id",
        "at",
        {"handover_id": numbered(0x400), "store_id": STORE, "items": [], "agreed_text": "handover.agreement id"},
    ),
}  # fmt: skip


def making(name: str, *, n: int = 1, actor: str = BUDI, customer: str = CUSTOMER, **args: Any) -> Entry:
    """An entry that makes a record under the one id."""
    id_name, moment, rest = MAKERS[name]
    whole = {id_name: ID, "customer_id": customer, moment: AT, **rest, **args}
    return entry(name, whole, n=n, actor=actor)


def two_customers() -> World:
    return {**world(), RecordKey(Kind.CUSTOMER, OTHER_CUSTOMER): {"id": OTHER_CUSTOMER, "name": "Budi"}}


ABOUT_NOBODY = {"handover.make", "scans.tally"}
"""Looked at in `test_handovers` and `test_shelf_tallies`."""


def test_every_mutation_that_makes_a_record_is_looked_at_here() -> None:
    assert MAKERS.keys() | ABOUT_NOBODY == {
        name for (name, _), mutation in MUTATIONS.items() if mutation.creates_args is not None
    }


@pytest.mark.parametrize("name", MAKERS)
def test_what_was_made_before_is_there_and_what_is_another_is_refused(name: str) -> None:
    records = two_customers()
    first = making(name)
    made = creates(first)
    assert play(records, first, making(name, n=2)) == [VerdictStatus.APPLIED, VerdictStatus.APPLIED]
    assert made is not None
    before = dict(records)
    others = [
        making(name, n=3, customer=OTHER_CUSTOMER),
        making(name, n=4, **{MAKERS[name][1]: LATER}),
        *([making(name, n=5, store_id=numbered(0xD2))] if name != "wishlist.add" else []),
        *([making(name, n=6, actor=ANI)] if "author_id" in records[made] else []),
    ]
    assert {code_of(records, other) for other in others} == {"mutation.id_taken"}
    assert play(records, *others) == [VerdictStatus.REJECTED] * len(others)
    assert records == before


def test_other_words_under_a_notes_id_are_refused_also_once_it_was_revised() -> None:
    records = world()
    other = making("note.write", n=2, text="Suka merah")
    play(records, making("note.write"))
    assert code_of(records, other) == "mutation.id_taken"
    revision = {
        "note_id": ID, "customer_id": CUSTOMER, "revision_id": numbered(0x301), "seen": [ID], "text": "Suka merah",
        "store_id": STORE, "at": LATER,
    }  # fmt: skip
    assert play(records, entry("note.revise", revision, n=3, actor=ANI)) == [VerdictStatus.APPLIED]
    assert code_of(records, other) == "mutation.id_taken"
    assert play(records, making("note.write")) == [VerdictStatus.APPLIED], "the note itself is there already"


def test_what_people_changed_since_does_not_make_a_record_another() -> None:
    records = world()
    play(records, making("follow_up.create"))
    edit = {"follow_up_id": ID, "customer_id": CUSTOMER, "fields": {"subject": ["Kabari", "Kirim foto"]}}
    assert play(records, entry("follow_up.edit", edit, n=2)) == [VerdictStatus.APPLIED]
    assert play(records, making("follow_up.create")) == [VerdictStatus.APPLIED]

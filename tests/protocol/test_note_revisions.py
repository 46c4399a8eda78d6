"""note.revise: two people who change one note at once lose neither's words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations import Entry
from sync.protocol.mutations.notes import MAX_REVISIONS, heads_of
from sync.protocol.wire import VerdictStatus
from tests.protocol.worlds import (
    ANI,
    AT,
    BUDI,
    CUSTOMER,
    OTHER_CUSTOMER,
    PRODUCT,
    STORE,
    TwoTablets,
    World,
    code_of,
    entry,
    numbered,
    play,
    world,
)

NOTE = numbered(0x100)
KEY = RecordKey(Kind.NOTE, NOTE)
FIRST = {"note_id": NOTE, "customer_id": CUSTOMER, "text": "Suka biru", "author_name": "Rina", "store_id": STORE}


def noted(**args: Any) -> World:
    """Siti with a note."""
    records = world()
    play(records, entry("note.write", {**FIRST, "written_at": AT, **args}, n=1))
    return records


def revision(digit: int, text: str, *seen: int, n: int = 2, device: str = BUDI, **args: Any) -> Entry:
    whole = {
        "note_id": NOTE,
        "customer_id": CUSTOMER,
        "revision_id": numbered(digit),
        "seen": [numbered(one) for one in seen] or [NOTE],
        "text": text,
        "author_name": "Dimas",
        "store_id": STORE,
        "at": AT,
        **args,
    }
    return entry("note.revise", whole, n=n, device=device, actor=PRODUCT)


def texts(note: Body) -> list[str]:
    return [head["text"] for head in heads_of(note)]


def test_a_note_nobody_revised_has_what_was_written_as_its_only_head() -> None:
    (head,) = heads_of(noted()[KEY])
    assert (head["revision_id"], head["text"], head["author_name"], head["at"]) == (NOTE, "Suka biru", "Rina", AT)


def test_a_revision_takes_the_place_of_what_it_saw_and_the_first_text_is_kept() -> None:
    records = noted()
    assert play(records, revision(0xA1, "Suka biru tua")) == [VerdictStatus.APPLIED]
    note = records[KEY]
    assert (texts(note), note["text"], note["author_name"]) == (["Suka biru tua"], "Suka biru tua", "Rina")
    assert [(one["text"], one["author_name"]) for one in note["revisions"]] == [
        ("Suka biru", "Rina"),
        ("Suka biru tua", "Dimas"),
    ]
    assert note["revisions"][1]["author_id"] == PRODUCT


def test_two_revisions_that_did_not_see_each_other_both_hold_until_somebody_saw_both() -> None:
    records = noted()
    play(records, revision(0xA1, "dari Rina"), revision(0xB1, "dari Ani", device=ANI))
    assert texts(records[KEY]) == ["dari Rina", "dari Ani"]
    play(records, revision(0xA2, "keduanya", 0xA1, 0xB1, n=3))
    assert texts(records[KEY]) == ["keduanya"]
    assert len(records[KEY]["revisions"]) == 4


def test_a_revision_of_a_revision_that_never_came_leaves_what_is_there_beside_it() -> None:
    records = noted()
    play(records, revision(0xA2, "yang kedua", 0xA1, n=3))
    assert texts(records[KEY]) == ["Suka biru", "yang kedua"]


def test_what_an_import_knows_as_its_own_words_is_marked_as_changed_here() -> None:
    records = noted()
    play(records, revision(0xA1, "dari Rina", n=7))
    assert records[KEY]["written_by"] == {"text": [BUDI, 7]}


@pytest.mark.parametrize(
    ("records", "one", "code"),
    [
        (world(), revision(0xA1, "x"), "mutation.missing"),
        ({KEY: noted()[KEY]}, revision(0xA1, "x"), "mutation.missing"),
        (
            noted() | {RecordKey(Kind.CUSTOMER, OTHER_CUSTOMER): {"id": OTHER_CUSTOMER}},
            revision(0xA1, "x", customer_id=OTHER_CUSTOMER),
            "mutation.wrong_customer",
        ),
        (noted(store_only=True), revision(0xA1, "x", store_id=PRODUCT), "mutation.wrong_store"),
        (noted(), revision(0xA1, ""), "mutation.invalid_args"),
        (noted(), revision(0xA1, "x" * 4_001), "mutation.invalid_args"),
        (noted(), revision(0xA1, "x", seen=[]), "mutation.invalid_args"),
    ],
)
def test_a_revision_of_what_is_not_there_or_not_theirs_is_refused(records: World, one: Entry, code: str) -> None:
    assert code_of(records, one) == code


def test_a_note_takes_a_hundred_texts_and_refuses_the_next() -> None:
    records = noted()
    play(records, *(revision(0x1000 + n, str(n), n=n) for n in range(2, MAX_REVISIONS + 1)))
    assert len(records[KEY]["revisions"]) == MAX_REVISIONS
    assert code_of(records, revision(0xFF, "satu lagi", n=500)) == "mutation.note_full"
    assert play(records, revision(0x1002, "2", n=2)) == [VerdictStatus.APPLIED], "it is in the note already"


@given(st.lists(st.tuples(st.sampled_from(["revise", "revise", "sync"]), st.integers(0, 1)), max_size=14))
def test_whatever_two_people_do_and_whenever_it_arrives_no_words_are_lost(steps: list[tuple[str, int]]) -> None:
    shops = TwoTablets(noted())
    for number, (what, which) in enumerate(steps):
        if what == "sync":
            shops.sync(which)
            continue
        seen = [head["revision_id"] for head in heads_of(shops.screen(which)[KEY])]
        made = revision(0x1000 + number, f"teks {number}", device=(BUDI, ANI)[which], seen=seen)
        shops.write(which, "note.revise", dict(made.args))
    note = shops.agree()[KEY]
    assert shops.refused == []
    kept = {one["revision_id"]: one["text"] for one in note["revisions"] or heads_of(note)}
    assert kept == {NOTE: "Suka biru"} | {one.args["revision_id"]: one.args["text"] for one in shops.accepted}
    replaced = {seen for one in shops.accepted for seen in one.args["seen"]}
    assert {head["revision_id"] for head in heads_of(note)} == kept.keys() - replaced
    assert note["text"] == heads_of(note)[-1]["text"]

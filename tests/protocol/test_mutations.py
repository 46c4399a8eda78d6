"""The pure rules both sides run: notes, wishlists, field edits and consent."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.ids import conflict_id, consent_id, preference_id
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations import MUTATIONS, Entry, apply
from sync.protocol.mutations.consent import effective_consent
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
    entry,
    numbered,
    play,
    world,
)


def note(n: int = 1, customer: str = CUSTOMER) -> Entry:
    args = {"note_id": numbered(0x100 + n), "customer_id": customer, "text": "Suka biru", "store_id": STORE}
    return entry("note.write", {**args, "written_at": AT}, n=n)


def wish(item: int, *, n: int = 1, device: str = BUDI) -> Entry:
    args = {"item_id": numbered(item), "customer_id": CUSTOMER, "product_id": PRODUCT, "added_at": AT}
    return entry("wishlist.add", args, n=n, device=device)


def unwish(*items: int, n: int = 2, device: str = BUDI, customer: str = CUSTOMER) -> Entry:
    args = {"customer_id": customer, "item_ids": [numbered(item) for item in items]}
    return entry("wishlist.remove", args, n=n, device=device)


def edit(field: str, seen: str, new: str, *, n: int = 1, device: str = BUDI) -> Entry:
    return entry("contact.edit", {"customer_id": CUSTOMER, "fields": {field: [seen, new]}}, n=n, device=device)


def consent(event: int, granted: bool, seen: int | None = None, *, device: str = BUDI) -> Entry:
    args = {"event_id": numbered(event), "customer_id": CUSTOMER, "purpose": "marketing", "channel": "whatsapp"}
    saw = numbered(seen) if seen is not None else None
    return entry("consent.record", {**args, "granted": granted, "seen_event_id": saw, "at": AT}, n=event, device=device)


def test_every_mutation_is_registered_under_its_own_name_and_version() -> None:
    assert all(key == (mutation.name, mutation.version) for key, mutation in MUTATIONS.items())


def test_a_note_is_kept_with_its_author_and_a_second_time_changes_nothing() -> None:
    records = world()
    assert play(records, note(), note()) == [VerdictStatus.APPLIED, VerdictStatus.APPLIED]
    assert len(records) == 2


def test_a_note_about_somebody_unknown_is_refused_and_blocks_nothing() -> None:
    records = world()
    assert play(records, note(1, OTHER_CUSTOMER), note(2)) == [VerdictStatus.REJECTED, VerdictStatus.APPLIED]


@pytest.mark.parametrize("args", [{}, {"note_id": "x"}, {"text": "a\x00b"}, {"text": "x" * 5_000}, {"text": ""}])
def test_args_that_are_not_valid_are_refused_with_a_code(args: dict[str, Any]) -> None:
    outcome = apply(world(), entry("note.write", {**note().args, **args} if args else {}))
    assert (outcome.status, outcome.code) == (VerdictStatus.REJECTED, "mutation.invalid_args")


def test_an_unknown_mutation_is_refused_with_a_code() -> None:
    assert apply(world(), entry("note.sing", {})).code == "mutation.unknown"


def test_a_removal_takes_what_it_saw_and_a_concurrent_add_stays() -> None:
    records = world()
    play(records, wish(0xA), wish(0xB, n=1, device=ANI), unwish(0xA))
    assert [key.id for key in records if key.kind == Kind.WISHLIST_ITEM] == [numbered(0xB)]


def test_a_removal_that_names_another_customers_item_is_refused() -> None:
    records = world()
    assert play(records, wish(0xA), unwish(0xA, customer=OTHER_CUSTOMER))[1] is VerdictStatus.REJECTED


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 4)), max_size=12))
def test_a_wishlist_holds_exactly_what_was_added_and_not_removed_after(steps: list[tuple[bool, int]]) -> None:
    records = world()
    expected: set[str] = set()
    for n, (add, item) in enumerate(steps, start=1):
        play(records, wish(item, n=n) if add else unwish(item, n=n))
        (expected.add if add else expected.discard)(numbered(item))
    assert {key.id for key in records if key.kind == Kind.WISHLIST_ITEM} == expected


def test_an_edit_of_what_the_form_showed_is_no_conflict() -> None:
    records = world(city="Bandung")
    assert play(records, edit("city", "Bandung", "Jakarta")) == [VerdictStatus.APPLIED]
    assert records[RecordKey(Kind.CUSTOMER, CUSTOMER)]["city"] == "Jakarta"


def test_two_people_who_change_one_field_leave_a_conflict_that_keeps_the_value_that_lost() -> None:
    records = world(city="Bandung")
    late = edit("city", "Bandung", "Medan", device=ANI)
    assert play(records, edit("city", "Bandung", "Jakarta"), late) == [VerdictStatus.APPLIED, VerdictStatus.MERGED]
    assert records[RecordKey(Kind.CUSTOMER, CUSTOMER)]["city"] == "Medan"
    conflict = records[RecordKey(Kind.CONFLICT, conflict_id(late.uuid, "city"))]
    assert (conflict["kept"], conflict["other"], conflict["status"]) == ("Medan", "Jakarta", "open")


def test_two_phone_numbers_are_one_conflict_however_they_were_typed() -> None:
    def both(typed: str, device: str) -> Entry:
        fields = {"phone": [None, f"+62{typed[1:]}"], "phone_typed": ["", typed]}
        return entry("contact.edit", {"customer_id": CUSTOMER, "fields": fields}, device=device)

    records = world()
    late = both("081300002222", ANI)
    play(records, both("081200001111", BUDI), late)
    conflicts = [body["field"] for key, body in records.items() if key.kind == Kind.CONFLICT]
    assert conflicts == ["phone"]
    assert records[RecordKey(Kind.CUSTOMER, CUSTOMER)]["phone_typed"] == "081300002222"


def test_two_people_who_agree_have_no_conflict() -> None:
    records = world(city="Bandung")
    both = edit("city", "Bandung", "Jakarta"), edit("city", "Bandung", "Jakarta", device=ANI)
    assert play(records, *both) == [VerdictStatus.APPLIED, VerdictStatus.APPLIED]


def test_a_conflict_is_settled_once_and_only_for_its_customer() -> None:
    records = world(city="Bandung")
    late = edit("city", "Bandung", "Medan", device=ANI)
    play(records, edit("city", "Bandung", "Jakarta"), late)
    key = RecordKey(Kind.CONFLICT, conflict_id(late.uuid, "city"))

    def settle(customer: str, n: int) -> Entry:
        return entry("conflict.settle", {"conflict_id": key.id, "customer_id": customer}, n=n)

    assert play(records, settle(OTHER_CUSTOMER, 2)) == [VerdictStatus.REJECTED]
    assert play(records, settle(CUSTOMER, 3), settle(CUSTOMER, 4)) == [VerdictStatus.APPLIED, VerdictStatus.APPLIED]
    assert records[key]["status"] == "settled"


def test_an_earlier_entry_of_the_same_device_is_no_conflict() -> None:
    records = world(city="Bandung")
    twice = edit("city", "Bandung", "Jakarta"), edit("city", "Bandung", "Medan", n=2)
    assert play(records, *twice) == [VerdictStatus.APPLIED, VerdictStatus.APPLIED]
    assert records[RecordKey(Kind.CUSTOMER, CUSTOMER)]["city"] == "Medan"


def test_an_unknown_field_and_an_empty_name_are_refused() -> None:
    assert apply(world(), edit("alias_of", "", CUSTOMER)).code == "mutation.unknown_field"
    assert apply(world(), edit("name", "Siti", " ")).code == "mutation.name_empty"


def test_a_preference_is_made_by_its_first_setting_and_found_by_its_key() -> None:
    records = world()
    setting = entry("preference.set", {"customer_id": CUSTOMER, "key": "size_top", "value": ["", "M"]})
    assert play(records, setting) == [VerdictStatus.APPLIED]
    assert records[RecordKey(Kind.PREFERENCE, preference_id(CUSTOMER, "size_top"))]["value"] == "M"


@given(st.lists(st.tuples(st.sampled_from(["city", "language"]), st.text("ab", max_size=2)), min_size=1, max_size=8))
def test_replaying_what_is_already_in_the_records_changes_nothing(edits: Sequence[tuple[str, str]]) -> None:
    records = world(city="", language="")
    entries = [edit(field, "", new, n=n) for n, (field, new) in enumerate(edits, start=1)]
    play(records, *entries)
    before = {key: dict(body) for key, body in records.items()}
    play(records, *entries)
    assert records == before


def _events(records: World) -> list[Body]:
    key = RecordKey(Kind.CONSENT, consent_id(CUSTOMER, "marketing", "whatsapp"))
    return list(records[key]["events"]) if key in records else []


def test_a_grant_that_did_not_see_the_withdrawal_goes_to_people() -> None:
    records = world()
    verdicts = play(records, consent(1, True), consent(2, False, 1), consent(3, True, 1, device=ANI))
    assert verdicts[2] is VerdictStatus.REJECTED
    holds = effective_consent(_events(records))
    assert holds is not None
    assert holds["granted"] is False


def test_a_grant_that_saw_the_withdrawal_takes_effect() -> None:
    records = world()
    play(records, consent(1, True), consent(2, False, 1), consent(3, True, 2))
    holds = effective_consent(_events(records))
    assert holds is not None
    assert holds["granted"] is True


@given(st.lists(st.tuples(st.booleans(), st.none() | st.integers(1, 12)), max_size=12))
def test_consent_holds_only_where_its_writer_had_seen_the_last_withdrawal(
    steps: list[tuple[bool, int | None]],
) -> None:
    records = world()
    for event, (granted, seen) in enumerate(steps, start=1):
        verdict = play(records, consent(event, granted, seen))[0]
        if not granted:
            assert verdict is VerdictStatus.APPLIED, "a withdrawal always takes effect"
    events = _events(records)
    withdrawn_at = max((index for index, event in enumerate(events) if not event["granted"]), default=None)
    holds = effective_consent(events)
    if withdrawn_at is not None and holds is not None and holds["granted"]:
        order = [event["event_id"] for event in events]
        assert order.index(holds["seen_event_id"]) >= withdrawn_at


def test_an_answer_is_kept_with_its_proof_and_with_what_its_writer_had_seen() -> None:
    records = world()
    proof = {"method": "signed", "author_name": "Rina", "confirmation_id": numbered(9), "drawing": "M1 2 30 40"}
    signed = consent(1, True)
    args = {**signed.args, "proof": proof, "seen_others": [numbered(7)]}
    play(records, entry("consent.record", args), entry("consent.record", args))
    (event,) = _events(records)
    assert (event["proof"], event["seen_others"]) == (proof, [numbered(7)])


def test_a_way_of_answering_that_is_not_known_yet_refuses_no_withdrawal() -> None:
    withdrawn = entry("consent.record", {**consent(1, False).args, "proof": {"method": "by_letter", "page": 3}})
    records = world()
    assert play(records, withdrawn) == [VerdictStatus.APPLIED]
    assert _events(records)[0]["proof"]["page"] == 3


@pytest.mark.parametrize("drawing", ["<svg>", "M1 2 " * 500])
def test_a_drawing_that_is_none_or_too_long_is_refused(drawing: str) -> None:
    drawn = entry("consent.record", {**consent(1, True).args, "proof": {"drawing": drawing}})
    assert apply(world(), drawn).code == "mutation.invalid_args"

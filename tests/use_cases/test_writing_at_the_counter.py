"""What an associate writes is visible at once, marked until the server has it, and refused with a reason."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from clienteling.domain.errors import NotFound, ValidationFailed
from clienteling.domain.views import ConsentAnswer, CustomerView, PreferenceView
from clienteling.use_cases.answers import WishAdded
from clienteling.use_cases.record_consent import asked_now
from clienteling.use_cases.services import Services
from sync.protocol.ids import consent_id
from sync.protocol.kinds import Kind
from tests.store.model_server import STORE_ID
from tests.use_cases.conftest import RINA, SHIRT, SHIRT_M, SITI, Counter, make_id


def view(counter: Counter) -> CustomerView:
    found = counter.services.customer(SITI)
    assert found is not None
    return found


def test_a_note_is_seen_at_once_and_marked_until_it_is_sent(counter: Counter) -> None:
    note_id = counter.services.write_note(SITI, "  suka linen ", author_id=RINA)
    (note,) = view(counter).notes
    assert (note.id, note.text, note.author, note.store) == (note_id, "suka linen", "Rina", "Toko Bandung")
    assert note.pending
    assert note.written_at == counter.device.clock()
    counter.sync()
    assert [one.pending for one in view(counter).notes] == [False]


def test_the_wishlist_is_added_to_and_taken_from(counter: Counter) -> None:
    services = counter.services
    first = services.add_to_wishlist(SITI, SHIRT, variant_id=SHIRT_M, author_id=RINA)
    assert not first.already
    (line,) = view(counter).wishlist
    assert (line.item_ids, line.name, line.options, line.channel) == (
        (first.item_id,),
        "Kemeja Linen",
        ("M",),
        "Toko Bandung",
    )
    assert line.pending
    services.remove_from_wishlist(SITI, line.item_ids, author_id=RINA)
    assert view(counter).wishlist == ()
    counter.sync()
    assert view(counter).wishlist == ()


def test_a_wish_that_is_on_the_list_is_not_written_again(counter: Counter) -> None:
    services = counter.services
    first = services.add_to_wishlist(SITI, SHIRT, variant_id=SHIRT_M, author_id=RINA)
    assert services.add_to_wishlist(SITI, SHIRT, variant_id=SHIRT_M, author_id=RINA) == WishAdded(first.item_id, True)
    assert counter.device.store.waiting() == 1
    open_size = services.add_to_wishlist(SITI, SHIRT, variant_id=None, author_id=RINA)
    assert not open_size.already
    assert services.add_to_wishlist(SITI, SHIRT, variant_id=None, author_id=RINA).item_id == open_size.item_id
    services.remove_from_wishlist(SITI, (first.item_id,), author_id=RINA)
    assert not services.add_to_wishlist(SITI, SHIRT, variant_id=SHIRT_M, author_id=RINA).already


def test_a_wish_of_somebody_merged_is_on_the_list_of_who_stands(counter: Counter) -> None:
    other = counter.customer("Siti R.", alias_of=SITI)
    wish = counter.put(Kind.WISHLIST_ITEM, "w", customer_id=other, product_id=SHIRT, added_at="2026-11-01T00:00:00Z")
    counter.sync()
    for customer_id in (SITI, other):
        added = counter.services.add_to_wishlist(customer_id, SHIRT, variant_id=None, author_id=RINA)
        assert added == WishAdded(wish, already=True)


def test_a_preference_is_set_changed_and_taken_back(counter: Counter) -> None:
    edit_contact = counter.services.edit_contact
    edit_contact(SITI, {"preference:size_top": ("", " M ")}, author_id=RINA)
    assert view(counter).sizes == (PreferenceView("size_top", "M", True),)
    edit_contact(SITI, {"preference:size_top": ("M", "")}, author_id=RINA)
    assert view(counter).preferences == ()


def test_contact_details_are_kept_tidied_and_found_by_their_new_keys(counter: Counter) -> None:
    counter.services.edit_contact(
        SITI,
        {
            "phone": ("+6281200004471", "0813-1111 2222"),
            "name": ("Siti", " Siti  Rahmawati "),
            "birthday": ("", "1990-04-02"),
        },
        author_id=RINA,
    )
    found = view(counter)
    assert (found.phone, found.phone_typed, found.name) == ("+6281311112222", "0813-1111 2222", "Siti Rahmawati")
    assert found.birthday is not None
    assert [row.customer_id for row in counter.services.look_up("2222", 5).rows] == [SITI]
    assert counter.services.look_up("4471", 5).rows == ()
    counter.sync()
    assert view(counter) == found
    assert counter.services.attention() == ()


def test_a_home_store_is_set_and_forgotten(counter: Counter) -> None:
    counter.services.edit_contact(SITI, {"home_store_id": ("", STORE_ID)}, author_id=RINA)
    assert view(counter).home_store == "Toko Bandung"
    counter.services.edit_contact(SITI, {"home_store_id": (STORE_ID, "")}, author_id=RINA)
    assert view(counter).home_store_id is None


def test_what_stayed_as_it_was_is_not_written(counter: Counter) -> None:
    counter.services.edit_contact(
        SITI,
        {
            "email": ("siti@toko.id", " siti@toko.id "),
            "phone": ("0812 0000 4471", "+62 812 0000 4471"),
            "preference:likes": ("linen", "linen"),
        },
        author_id=RINA,
    )
    assert counter.device.store.waiting() == 0


def test_a_withdrawal_counts_at_once_and_a_grant_names_what_was_seen(counter: Counter) -> None:
    def answer(*, granted: bool) -> None:
        seen = next(one for one in view(counter).consents if (one.purpose, one.channel) == ("marketing", "phone"))
        counter.services.record_consent(
            SITI,
            purpose="marketing",
            channel="phone",
            granted=granted,
            seen_event_id=seen.event_id,
            author_id=RINA,
            language="id",
        )

    answer(granted=False)
    assert [(one.channel, one.pending) for one in view(counter).do_not] == [("phone", True)]
    counter.sync()
    answer(granted=True)
    assert view(counter).do_not == ()
    counter.sync()
    assert view(counter).do_not == ()
    assert counter.services.attention() == ()
    kept = [(one.kind, one.actor, one.details) for one in counter.device.store.audit.about(SITI)]
    asked = {"purpose": "marketing", "channel": "phone"}
    assert kept == [("consent.recorded", RINA, {**asked, "granted": granted}) for granted in (0, 1)]


def test_what_the_customer_signed_is_one_proof_of_several_answers_before_any_network(counter: Counter) -> None:
    lines = {(one.purpose, one.channel): one for one in view(counter).consents}
    keys = ("marketing", "email"), ("service", "whatsapp")
    answers = [
        ConsentAnswer(*key, granted=key[0] == "service", seen_event_id=lines[key].event_id, to_name=lines[key].to_name)
        for key in keys
    ]
    counter.services.confirm_consents(SITI, tuple(answers), drawing="M1 2 90 40", author_id=RINA, language="en")
    for sent in (False, True):
        if sent:
            counter.sync()
        found = {(one.purpose, one.channel): one.granted for one in view(counter).consents}
        assert (found[keys[0]], found[keys[1]]) == (False, True)
        assert [one.channel for one in view(counter).do_not] == ["email"]
        ledger = counter.services.consent_ledger(SITI)
        assert {(one.channel, one.granted, one.pending) for one in ledger} == {
            ("email", False, not sent),
            ("whatsapp", True, not sent),
        }
        for one in ledger:
            assert (one.by, one.store, one.method, one.drawing) == ("Rina", "Toko Bandung", "signed", "M1 2 90 40")
            assert one.words == asked_now(one.purpose, one.channel, "en") != ""
            assert one.at == counter.device.clock()


def test_a_withdrawal_is_obeyed_on_this_device_before_any_network(counter: Counter) -> None:
    services, today = counter.services, counter.services.store_today()
    services.create_follow_up(SITI, "kabari", today.isoformat(), author_id=RINA)
    assert [one.not_by for one in services.today().follow_ups] == [()]
    services.record_consent(
        SITI,
        purpose="service",
        channel="whatsapp",
        granted=False,
        seen_event_id=None,
        author_id=RINA,
        language="id",
    )
    assert [one.not_by for one in services.today().follow_ups] == [("whatsapp",)]
    assert [one.not_by for one in view(counter).follow_ups] == [("whatsapp",)]
    assert counter.device.store.waiting() == 2


def test_answers_are_kept_all_or_none(counter: Counter) -> None:
    wrong = ConsentAnswer("profiling", "post", granted=True)
    for answers, code in (((ANSWER, wrong), "consent.unknown_channel"), ((), "consent.nothing_answered")):
        with pytest.raises(ValidationFailed, match=code):
            counter.services.confirm_consents(SITI, answers, drawing="", author_id=RINA, language="id")
    assert counter.device.store.waiting() == 0
    counter.services.confirm_consents(SITI, (ANSWER,), drawing="", author_id=RINA, language="id")
    assert [one.method for one in counter.services.consent_ledger(SITI)] == ["confirmed"]


@pytest.mark.parametrize("drawing", ["<svg/>", "m1 2 3 4", "M1 2 " * 900])
def test_a_drawing_that_the_server_would_refuse_is_refused_here(counter: Counter, drawing: str) -> None:
    with pytest.raises(ValidationFailed, match=r"consent\.no_signature"):
        counter.services.confirm_consents(SITI, (ANSWER,), drawing=drawing, author_id=RINA, language="id")
    assert counter.device.store.waiting() == 0


ANSWER = ConsentAnswer("survey", "whatsapp", granted=True)


def test_a_yes_that_the_server_refused_stands_in_the_ledger_with_the_reason(counter: Counter) -> None:
    consent("marketing", "sms")(counter.services)
    entry = counter.device.store.pending(1)[0]
    other = {**entry.args, "event_id": make_id("no"), "granted": False}
    identity = consent_id(SITI, "marketing", "sms")
    counter.put(Kind.CONSENT, "", id=identity, customer_id=SITI, purpose="marketing", channel="sms", events=[other])
    counter.sync()
    (item,) = counter.services.attention()
    assert (item.code, item.about) == ("mutation.consent_withdrawn", "consent.marketing_sms")
    ledger = counter.services.consent_ledger(SITI)
    assert [(one.granted, one.refused) for one in ledger] == [(True, "mutation.consent_withdrawn"), (False, "")]
    assert ledger[0].by == "Rina"
    counter.services.settle_attention(item.id, author_id=RINA)
    assert [one.granted for one in counter.services.consent_ledger(SITI)] == [False]


Call = Callable[[Services], object]


def contact(field: str, new: str) -> Call:
    return lambda services: services.edit_contact(SITI, {field: ("", new)}, author_id=RINA)


def consent(purpose: str, channel: str) -> Call:
    return lambda services: services.record_consent(
        SITI,
        purpose=purpose,
        channel=channel,
        granted=True,
        seen_event_id=None,
        author_id=RINA,
        language="id",
    )


@pytest.mark.parametrize(
    ("call", "field", "code"),
    [
        (lambda services: services.write_note(SITI, " ", author_id=RINA), "text", "note.empty"),
        (lambda services: services.write_note(SITI, "x" * 4_001, author_id=RINA), "text", "note.too_long"),
        (lambda services: services.write_note(SITI, "x", author_id=""), "author", "author.missing"),
        (contact("phone", "12"), "phone", "contact.phone_invalid"),
        (contact("phone", "telepon"), "phone", "contact.phone_invalid"),
        (contact("email", "siti@"), "email", "contact.email_invalid"),
        (contact("name", "  "), "name", "contact.name_empty"),
        (contact("birthday", "2026-11-23"), "birthday", "contact.birthday_in_future"),
        (contact("home_store_id", make_id("gone")), "home_store_id", "contact.store_unknown"),
        (contact("points", "9"), "points", "contact.field_unknown"),
        (contact("city", "x" * 501), "city", "text.too_long"),
        (consent("sales", "email"), "purpose", "consent.unknown_purpose"),
        (consent("marketing", "pigeon"), "channel", "consent.unknown_channel"),
        (lambda services: services.remove_from_wishlist(SITI, (), author_id=RINA), "items", "wishlist.nothing_chosen"),
        (contact("preference:Ukuran", "M"), "preference:Ukuran", "preference.key_invalid"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(
    counter: Counter, call: Call, field: str, code: str
) -> None:
    with pytest.raises(ValidationFailed) as refused:
        call(counter.services)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert counter.device.store.waiting() == 0


def test_all_wrong_fields_are_told_at_once_and_not_even_the_right_ones_are_written(counter: Counter) -> None:
    fields = {"name": "", "phone": "12", "email": "siti@", "city": "Bandung"}
    sizes = {"preference:size_top": "M" * 501, "preference:size_shoe": "38"}
    edits = {field: ("", new) for field, new in {**fields, **sizes}.items()}
    with pytest.raises(ValidationFailed) as refused:
        counter.services.edit_contact(SITI, edits, author_id=RINA)
    told = {one.field: one.code for one in (refused.value, *refused.value.also)}
    assert told == {
        "name": "contact.name_empty",
        "phone": "contact.phone_invalid",
        "email": "contact.email_invalid",
        "preference:size_top": "text.too_long",
    }
    assert counter.device.store.waiting() == 0


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda services: services.write_note(make_id("gone"), "x", author_id=RINA), "customer.not_here"),
        (
            lambda services: services.add_to_wishlist(SITI, make_id("gone"), variant_id=None, author_id=RINA),
            "product.not_here",
        ),
        (
            lambda services: services.add_to_wishlist(SITI, SHIRT, variant_id=make_id("gone"), author_id=RINA),
            "product.not_here",
        ),
        (
            lambda services: services.edit_contact(make_id("gone"), {"name": ("", "x")}, author_id=RINA),
            "customer.not_here",
        ),
    ],
)
def test_what_is_not_on_the_device_cannot_be_written_about(counter: Counter, call: Call, code: str) -> None:
    with pytest.raises(NotFound) as refused:
        call(counter.services)
    assert refused.value.code == code


def test_a_refused_note_needs_attention_with_its_words_until_settled(counter: Counter) -> None:
    counter.services.write_note(SITI, "suka linen", author_id=RINA)
    counter.server.refuse.add(counter.device.store.pending(1)[0].uuid)
    counter.sync()
    (item,) = counter.services.attention()
    assert (item.action, item.typed, item.customer_id, item.customer_name) == ("note.write", "suka linen", SITI, "Siti")
    assert item.code.startswith("mutation.")
    counter.services.settle_attention(item.id, author_id=RINA)
    assert counter.services.attention() == ()
    with pytest.raises(NotFound):
        counter.services.settle_attention(item.id, author_id=RINA)


def test_a_refused_note_that_is_tried_again_is_sent_as_it_was_written(counter: Counter) -> None:
    counter.services.write_note(SITI, "suka linen", author_id=RINA)
    refused = counter.device.store.pending(1)[0]
    counter.server.refuse.add(refused.uuid)
    counter.sync()
    (item,) = counter.services.attention()
    counter.services.retry_attention(item.id, author_id=RINA)
    assert counter.services.attention() == ()
    (again,) = counter.device.store.pending(9)
    assert (again.name, again.args) == (refused.name, refused.args)
    assert again.uuid != refused.uuid
    counter.sync()
    assert [note.text for note in view(counter).notes] == ["suka linen"]
    with pytest.raises(NotFound):
        counter.services.retry_attention(item.id, author_id=RINA)


def test_a_merged_edit_is_listed_once_with_the_lost_value_until_somebody_settles_it(counter: Counter) -> None:
    counter.services.edit_contact(SITI, {"city": ("", "Bandung")}, author_id=RINA)
    counter.put(Kind.CUSTOMER, "Siti", name="Siti", city="Cimahi")
    counter.sync()
    (item,) = counter.services.attention()
    assert (item.action, item.code, item.typed) == ("contact.edit", "mutation.merged", "Bandung")
    assert [(one.field, one.kept, one.other) for one in item.lost] == [("city", "Bandung", "Cimahi")]
    (conflict,) = view(counter).conflicts
    assert (conflict.field, conflict.kept, conflict.other) == ("city", "Bandung", "Cimahi")
    counter.services.settle_attention(item.id, author_id=RINA)
    assert counter.services.attention() == ()
    assert view(counter).conflicts == ()


def test_a_size_two_stores_changed_is_told_by_its_name_where_neither_was_typed(counter: Counter) -> None:
    size = counter.put(Kind.PREFERENCE, "Ukuran", customer_id=SITI, key="size_shoe", value="39")
    counter.put(
        Kind.CONFLICT,
        "Dua ukuran",
        customer_id=SITI,
        record_kind=Kind.PREFERENCE,
        record_id=size,
        field="value",
        kept="39",
        other="37",
        entry_uuid=make_id("elsewhere"),
    )
    counter.sync()
    (item,) = counter.services.attention()
    assert (item.action, item.code, item.typed) == ("preference.set", "conflict.open", "")
    assert [(one.field, one.kept, one.other) for one in item.lost] == [("size_shoe", "39", "37")]
    assert view(counter).conflicts == item.lost
    assert item.lost[0].preference


def test_a_refused_consent_says_which_one_it_was(counter: Counter) -> None:
    consent("marketing", "sms")(counter.services)
    counter.server.refuse.add(counter.device.store.pending(1)[0].uuid)
    counter.sync()
    (item,) = counter.services.attention()
    assert item.about == "consent.marketing_sms"


def test_who_was_written_about_was_served_last(counter: Counter) -> None:
    others = [counter.customer(name) for name in ("Ani", "Budi", "Citra")]
    counter.sync()
    assert counter.services.today().recent == ()
    writes: tuple[Callable[[str], object], ...] = (
        lambda one: counter.services.write_note(one, "suka linen", author_id=RINA),
        lambda one: counter.services.add_to_wishlist(one, SHIRT, variant_id=None, author_id=RINA),
        lambda one: counter.services.edit_contact(one, {"city": ("", "Bandung")}, author_id=RINA),
    )
    for write, customer_id in zip(writes, others, strict=True):
        counter.device.clock.advance(timedelta(minutes=5))
        write(customer_id)
    assert [one.name for one in counter.services.today().recent] == ["Citra", "Budi", "Ani"]
    counter.sync()
    assert [one.name for one in counter.services.today().recent] == ["Citra", "Budi", "Ani"]
    assert counter.services.today().recent[0].last_visit_at == counter.device.clock()

"""Who may be contacted for what: a no always wins over a yes that had not seen it, and silence is no yes."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clienteling.domain.consent_rules import (
    ANY,
    ASKED,
    CHANNELS_OF,
    Permission,
    addresses_of,
    allowed_channels,
    may_contact,
    may_suggest,
    reach,
    refused_channels,
    what_not_to_do,
    with_never_asked,
)
from clienteling.domain.views import ConsentView

AT = datetime(2026, 11, 22, tzinfo=UTC)
KEYS = [(purpose, channel) for purpose, channels in CHANNELS_OF.items() for channel in {*channels, ANY}]


def said(
    purpose: str, channel: str, granted: bool | None, event_id: str | None = "e", *, saw: tuple[str, ...] = ()
) -> ConsentView:
    return ConsentView(purpose, channel, granted, AT, event_id, saw=saw)


@st.composite
def ledgers(draw: st.DrawFn) -> list[ConsentView]:
    """What is known of a customer: several ledgers of one purpose and channel where people were merged."""
    keys = draw(st.lists(st.sampled_from(KEYS), max_size=8))
    ids = [f"event-{index}" for index in range(len(keys))]
    return [
        ConsentView(
            *key,
            granted=draw(st.booleans()),
            at=AT + timedelta(days=draw(st.integers(-400, 400))),
            event_id=identity,
            saw=tuple(draw(st.lists(st.sampled_from(ids), max_size=2))),
        )
        for key, identity in zip(keys, ids, strict=True)
    ]


def bearing(known: list[ConsentView], purpose: str, channel: str) -> list[ConsentView]:
    return [one for one in known if one.purpose == purpose and one.channel in (channel, ANY)]


@given(ledgers(), st.sampled_from(KEYS), st.booleans())
def test_a_no_wins_unless_a_yes_to_the_same_thing_has_seen_it(
    known: list[ConsentView], key: tuple[str, str], asked_for: bool
) -> None:
    about = bearing(known, *key)
    seen = {one for yes in about if yes.granted for one in yes.saw}
    if any(not one.granted and one.event_id not in seen for one in about):
        assert may_contact(known, *key, asked_for=asked_for) is Permission.REFUSED


@given(ledgers(), st.sampled_from(KEYS))
def test_nobody_is_contacted_who_never_said_yes(known: list[ConsentView], key: tuple[str, str]) -> None:
    if not any(one.granted for one in bearing(known, *key)):
        assert not may_contact(known, *key).is_given


@given(ledgers(), st.sampled_from(KEYS), st.booleans(), st.randoms())
def test_neither_clock_nor_order_nor_another_purpose_makes_a_difference(
    known: list[ConsentView], key: tuple[str, str], asked_for: bool, random: Random
) -> None:
    said_now = may_contact(known, *key, asked_for=asked_for)
    moved = [ConsentView(one.purpose, one.channel, one.granted, None, one.event_id, saw=one.saw) for one in known]
    random.shuffle(moved)
    assert may_contact(moved, *key, asked_for=asked_for) is said_now
    assert may_contact([one for one in known if one.purpose == key[0]], *key, asked_for=asked_for) is said_now


@given(ledgers(), st.sampled_from(KEYS), st.booleans())
def test_the_lines_on_the_screen_allow_what_the_ledgers_allow(
    known: list[ConsentView], key: tuple[str, str], asked_for: bool
) -> None:
    lines = with_never_asked(known)
    assert may_contact(lines, *key, asked_for=asked_for) is may_contact(known, *key, asked_for=asked_for)


@given(ledgers(), st.sampled_from(KEYS))
def test_a_yes_that_names_what_its_line_shows_takes_effect(known: list[ConsentView], key: tuple[str, str]) -> None:
    for_all = [one for one in known if (one.purpose, one.channel) == (key[0], ANY)]
    known = [one for one in known if (one.purpose, one.channel) == key or one in for_all]
    line = next((one for one in with_never_asked(known) if (one.purpose, one.channel) == key), None)
    if line is None or (line.event_id is None and key[1] == ANY):
        return
    own = [one for one in known if (one.purpose, one.channel) == key]
    yes = said(*key, True, "yes", saw=line.to_name)
    after = [yes, *own[1:], *(for_all if key[1] != ANY else ())]
    assert may_contact(after, *key) is Permission.AGREED


def test_what_the_customer_asked_for_needs_no_other_permission_but_is_ended_by_a_no() -> None:
    assert may_contact([], "service", "phone", asked_for=True) is Permission.ASKED_FOR
    assert may_contact([said("service", "phone", False)], "service", "phone", asked_for=True) is Permission.REFUSED
    assert may_contact([said("marketing", "phone", False)], "service", "phone", asked_for=True).is_given


@pytest.mark.parametrize("purpose", ["marketing", "profiling", "survey"])
def test_a_promise_or_an_appointment_is_no_permission_for_anything_else(purpose: str) -> None:
    assert may_contact([], purpose, CHANNELS_OF[purpose][0], asked_for=True) is Permission.NEVER_ASKED


def test_any_is_every_channel_of_its_purpose() -> None:
    assert allowed_channels([said("marketing", ANY, True)], "marketing") == CHANNELS_OF["marketing"]
    assert refused_channels([said("marketing", ANY, False)], "marketing") == CHANNELS_OF["marketing"]
    assert allowed_channels([said("marketing", ANY, True, "1"), said("marketing", "sms", False, "2")], "marketing") == (
        "email",
        "whatsapp",
        "phone",
        "post",
    )


def test_after_a_no_to_every_channel_one_may_be_agreed_to_again() -> None:
    no = said("marketing", ANY, False, "no")
    line = next(one for one in with_never_asked([no]) if (one.purpose, one.channel) == ("marketing", "email"))
    assert line.to_name == ("no",)
    yes = said("marketing", "email", True, "yes", saw=line.to_name)
    assert allowed_channels([no, yes], "marketing") == ("email",)
    again = said("marketing", ANY, False, "no again")
    assert allowed_channels([again, yes], "marketing") == ()


def test_a_no_of_somebody_who_was_merged_still_holds() -> None:
    mine, merged = said("marketing", "sms", True, "mine"), said("marketing", "sms", False, "theirs")
    for known in ([mine, merged], [merged, mine]):
        line = next(one for one in with_never_asked(known) if one.channel == "sms")
        assert line.granted is False
        assert line.to_name == tuple(one.event_id for one in known)


def test_everything_that_can_be_asked_has_one_line_known_or_not() -> None:
    known = [said("survey", ANY, True), said("marketing", "phone", False)]
    lines = with_never_asked(known)
    assert [(one.purpose, one.channel) for one in lines] == [*ASKED, ("survey", ANY)]
    answers = {(one.purpose, one.channel): one.granted for one in lines if one.granted is not None}
    assert answers == {("marketing", "phone"): False, ("survey", ANY): True}


@given(st.lists(st.tuples(st.sampled_from(["marketing", "survey"]), st.sampled_from([True, False, None]))))
def test_only_what_somebody_said_no_to_is_forbidden(answers: list[tuple[str, bool | None]]) -> None:
    forbidden = what_not_to_do(said(purpose, "email", granted) for purpose, granted in answers)
    assert len(forbidden) == sum(1 for _, granted in answers if granted is False)


@given(
    ledgers(), st.sampled_from(sorted(CHANNELS_OF)), st.booleans(), st.sets(st.sampled_from(["email", "sms", "phone"]))
)
def test_nobody_is_reached_by_a_way_they_refused_or_have_not(
    known: list[ConsentView], purpose: str, asked_for: bool, addresses: set[str]
) -> None:
    ways = reach(known, purpose, addresses=addresses, asked_for=asked_for)
    assert not set(ways.by) & set(ways.not_by)
    assert set(ways.by) <= addresses
    for channel in ways.by:
        assert may_contact(known, purpose, channel, asked_for=asked_for).is_given
    assert set(refused_channels(known, purpose)) <= set(ways.not_by)


def test_who_wants_no_offers_by_phone_is_called_about_orders_only_where_they_agreed_to_that() -> None:
    no_offers = said("marketing", "phone", False, "1")
    everything = addresses_of(phone="+62812", email="siti@toko.id")
    assert "phone" not in reach([no_offers], "service", addresses=everything, asked_for=True).by
    agreed = said("service", "phone", True, "2")
    assert "phone" in reach([no_offers, agreed], "service", addresses=everything).by
    assert "phone" in reach([no_offers, agreed], "marketing", addresses=everything).not_by


def test_an_address_is_what_makes_a_way() -> None:
    assert addresses_of(phone="", email="") == frozenset()
    assert addresses_of(phone="0812", email="") == {"whatsapp", "phone", "sms"}


def test_suggestions_are_made_to_everybody_who_did_not_refuse_them() -> None:
    assert may_suggest([])
    assert not may_suggest([said("profiling", ANY, False)])


@given(ledgers(), st.sampled_from(KEYS), st.booleans())
def test_who_asked_that_nothing_be_used_is_contacted_by_no_way_and_offered_nothing(
    known: list[ConsentView], key: tuple[str, str], asked_for: bool
) -> None:
    answer = may_contact(known, *key, asked_for=asked_for, restricted=True)
    assert (answer, answer.is_given) == (Permission.RESTRICTED, False)
    assert not may_suggest(known, restricted=True)
    ways = reach(known, key[0], addresses=("whatsapp", "email"), asked_for=asked_for, restricted=True)
    assert (ways.by, ways.not_by) == ((), CHANNELS_OF[key[0]])

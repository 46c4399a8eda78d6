"""A link by which a customer answers on their own phone: for one customer, once, within ten minutes, by the rules."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from sync.central_api.access_tables import CONSENT_LINK
from sync.central_api.consent_calls import LINKS_PACE
from sync.central_api.consent_links import Kept, answer_consent_link, end_consent_links, read_consent_link
from sync.central_api.devices import revoke_device
from sync.central_api.erasure import erase_customer
from sync.central_api.errors import ConsentLinkRefused
from sync.central_api.one_time_codes import HOLDS_FOR, TOLD_FOR
from sync.protocol.audit import AuditKind
from sync.protocol.consent_texts import CURRENT
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind
from tests.central_api.bare_calls import assert_problem, unchanged
from tests.central_api.enrolled import enrolled
from tests.central_api.retailer import BANDUNG, BUDI, MAKASSAR, NOW, RANI, SITI, Central
from tests.central_api.team import Person, hire, signed_in
from tests.support.consent_links import (
    CALLS,
    EMAIL,
    PATH,
    events_of,
    link_body,
    links_in,
    new_link,
    noted,
    question,
)

YES_AND_NO = {EMAIL: True, CALLS: False}


@pytest.fixture
def rani(central: Central) -> Person:
    """An associate of Bandung, signed in on a tablet there."""
    return signed_in(central, enrolled(central, "BDG"), RANI)


def answer(central: Central, token: str, answers: dict[tuple[str, str], bool], language: str = "id") -> list[Kept]:
    now = central.clock()
    return list(answer_consent_link(central.database, token, answers, language=language, now=now).kept)


def refused(central: Central, token: str, answers: dict[tuple[str, str], bool], language: str = "id") -> str:
    """Why the answers are not taken; nothing changes by them."""
    with unchanged(central.database), pytest.raises(ConsentLinkRefused) as caught:
        answer(central, token, answers, language)
    return caught.value.code


def email_answer(*, granted: bool, n: str) -> dict[str, object]:
    """What a tablet records of Siti about offers by e-mail."""
    about = {"customer_id": SITI, "purpose": EMAIL[0], "channel": EMAIL[1]}
    return {"event_id": rule_id("event", n), "granted": granted, "at": NOW, **about}


def test_answers_stand_in_the_ledger_with_who_asked_where_and_in_which_words(central: Central, rani: Person) -> None:
    token, link_id = new_link(rani, SITI)
    found = read_consent_link(central.database, token, now=central.clock())
    assert (found.questions, found.text_version, found.store_name) == ((EMAIL, CALLS), CURRENT, "Bandung Dago")
    assert answer(central, token, YES_AND_NO, "en") == [Kept(*EMAIL, True), Kept(*CALLS, False)]
    ((email,), (calls,)) = (events_of(central.database, SITI, *one) for one in (EMAIL, CALLS))
    assert (email["granted"], calls["granted"]) == (True, False)
    for event in (email, calls):
        assert (event["actor"], event["store_id"]) == (RANI, BANDUNG)
        assert (event["language"], event["text_version"]) == ("en", CURRENT)
        told = event["proof"]
        assert (told["method"], told["author_name"], told["confirmation_id"]) == ("own_phone", "Rani", link_id)


def test_every_device_of_the_store_hears_of_the_answers(central: Central, rani: Person) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    token, _ = new_link(rani, SITI)
    answer(central, token, YES_AND_NO)
    tablet.pull()
    told = {
        (one["purpose"], one["channel"]): one["events"][-1]["granted"] for one in tablet.live(Kind.CONSENT).values()
    }
    assert told == YES_AND_NO


def test_a_link_says_nothing_and_keeps_nothing_of_its_token(
    central: Central, rani: Person, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        token, _ = new_link(rani, SITI)
        answer(central, token, YES_AND_NO)
    assert len(token) == 32
    logged = "".join(repr(one.__dict__) for one in caplog.records if one.name.startswith("sync"))
    assert "consent link answered" in logged
    for told in (token, SITI, RANI, "Rani"):
        assert told not in logged
    with central.database.reading() as connection:
        assert token not in repr(connection.execute(sa.select(CONSENT_LINK)).all())
    assert new_link(rani, SITI)[0] != token


def test_the_same_answers_again_are_told_and_recorded_once(central: Central, rani: Person) -> None:
    token, _ = new_link(rani, SITI)
    first = answer(central, token, YES_AND_NO)
    with unchanged(central.database):
        assert answer(central, token, YES_AND_NO) == first
    assert refused(central, token, {**YES_AND_NO, EMAIL: False}) == "consent_link.used"
    assert refused(central, token, {EMAIL: True}) == "consent_link.used"
    with pytest.raises(ConsentLinkRefused, match=r"consent_link\.used"):
        read_consent_link(central.database, token, now=central.clock())
    assert len(events_of(central.database, SITI, *EMAIL)) == 1


def test_a_link_is_over_after_ten_minutes_and_gone_after_a_day(central: Central, rani: Person) -> None:
    token, _ = new_link(rani, SITI)
    central.clock.advance(HOLDS_FOR - timedelta(seconds=1))
    read_consent_link(central.database, token, now=central.clock())
    central.clock.advance(timedelta(seconds=1))
    assert refused(central, token, YES_AND_NO) == "consent_link.over"
    central.clock.advance(TOLD_FOR)
    assert end_consent_links(central.database, central.clock()) == 1
    assert refused(central, token, YES_AND_NO) == "consent_link.unknown"


def test_an_answered_link_is_still_known_as_used_when_its_time_is_over(central: Central, rani: Person) -> None:
    token, _ = new_link(rani, SITI)
    answer(central, token, YES_AND_NO)
    central.clock.advance(HOLDS_FOR)
    assert refused(central, token, YES_AND_NO) == "consent_link.used"


def test_a_new_link_ends_the_one_before_and_leaves_other_customers_alone(central: Central, rani: Person) -> None:
    hired = hire(central, "nia", stores=(BANDUNG, MAKASSAR))
    elsewhere = signed_in(central, enrolled(central, "MKS", number=7), hired, number=101)
    first, other, second = new_link(rani, SITI)[0], new_link(elsewhere, BUDI)[0], new_link(rani, SITI)[0]
    assert refused(central, first, YES_AND_NO) == "consent_link.unknown"
    for token in (other, second):
        assert answer(central, token, {EMAIL: True}) == [Kept(*EMAIL, True)]


@pytest.mark.parametrize(
    "answers",
    [{("marketing", "sms"): True}, {EMAIL: True, ("profiling", "any"): False}, {("anything", "else"): True}],
    ids=str,
)
def test_what_was_not_asked_is_not_answered(
    central: Central, rani: Person, answers: dict[tuple[str, str], bool]
) -> None:
    token, _ = new_link(rani, SITI)
    assert refused(central, token, answers) == "consent_link.foreign"
    assert refused(central, token, YES_AND_NO, "xx") == "consent_link.foreign"
    assert refused(central, token, {}) == "consent.nothing_answered"
    assert answer(central, token, {EMAIL: False}) == [Kept(*EMAIL, False)]


def test_a_withdrawal_that_came_meanwhile_stands_and_the_page_is_told(central: Central, rani: Person) -> None:
    tablet = central.device("BDG")
    tablet.push(tablet.entry("consent.record", email_answer(granted=True, n="1")))
    token, _ = new_link(rani, SITI, question(*EMAIL, seen_event_id=rule_id("event", "1")), question(*CALLS))
    tablet.push(tablet.entry("consent.record", email_answer(granted=False, n="2")))
    kept = answer(central, token, {EMAIL: True, CALLS: True})
    assert kept == [Kept(*EMAIL, True, "mutation.consent_withdrawn"), Kept(*CALLS, True)]
    assert [one["granted"] for one in events_of(central.database, SITI, *EMAIL)] == [True, False]
    with unchanged(central.database):
        assert answer(central, token, {EMAIL: True, CALLS: True}) == kept


def test_a_yes_that_saw_the_withdrawal_counts(central: Central, rani: Person) -> None:
    tablet = central.device("BDG")
    tablet.push(tablet.entry("consent.record", email_answer(granted=False, n="1")))
    token, _ = new_link(rani, SITI, question(*EMAIL, seen_event_id=rule_id("event", "1")))
    assert answer(central, token, {EMAIL: True}) == [Kept(*EMAIL, True)]


def test_nobody_makes_a_link_for_a_customer_whom_their_tablet_does_not_have(central: Central, rani: Person) -> None:
    for customer_id in (BUDI, rule_id("nobody")):
        with unchanged(central.database):
            assert_problem(rani.ask(PATH, link_body(customer_id)), 422, "central.customer_unknown")
    tablet = rani.tablet
    tablet.post("/v1/lookup", {"schema_number": 2, "text": "+6281111111111"}, token=tablet.access)
    token, _ = new_link(rani, BUDI)
    assert answer(central, token, {EMAIL: True}) == [Kept(*EMAIL, True)]


def test_only_questions_that_are_published_are_asked_and_each_once(central: Central, rani: Person) -> None:
    for asked in ([question("marketing", "any")], [question(*EMAIL), question(*EMAIL)]):
        with unchanged(central.database):
            assert_problem(rani.ask(PATH, link_body(SITI, *asked)), 422, "consent_link.not_asked")
    for wrong in ([], [question("selling", "email")], [question("marketing", "fax")]):
        body = {"customer_id": SITI, "questions": wrong}
        assert_problem(rani.ask(PATH, body), 422, "sync.invalid")


def test_a_link_of_a_revoked_device_or_of_somebody_who_left_is_over(central: Central, rani: Person) -> None:
    hired = hire(central, "nia", stores=(BANDUNG,))
    nia = signed_in(central, enrolled(central, "BDG", number=8), hired, number=102)
    by_nia, _ = new_link(nia, SITI)
    hire(central, "nia", stores=(BANDUNG,), active=False)
    assert refused(central, by_nia, YES_AND_NO) == "consent_link.over"
    by_rani, _ = new_link(rani, SITI)
    revoke_device(central.database, rani.tablet.keyid, now=central.clock)
    assert refused(central, by_rani, YES_AND_NO) == "consent_link.over"


def test_an_erasure_takes_the_links_with_it(central: Central, rani: Person) -> None:
    answered, _ = new_link(rani, SITI)
    answer(central, answered, YES_AND_NO)
    token, _ = new_link(rani, SITI)
    erase_customer(central.database, SITI, now=central.clock())
    with central.database.reading() as connection:
        assert links_in(connection) == 0
    assert refused(central, token, YES_AND_NO) == "consent_link.unknown"


def test_the_audit_log_has_who_made_the_link_and_that_it_was_answered(central: Central, rani: Person) -> None:
    token, link_id = new_link(rani, SITI)
    answer(central, token, YES_AND_NO)
    about = {"actor": RANI, "customer": SITI, "link": link_id, "store": BANDUNG, "device": rani.tablet.keyid}
    assert noted(central.database, AuditKind.CONSENT_LINK_MADE) == [{**about, "questions": 2}]
    assert noted(central.database, AuditKind.CONSENT_LINK_ANSWERED) == [{**about, "yes": 1, "no": 1}]


def test_a_tablet_that_asks_for_very_many_links_has_to_wait(central: Central, rani: Person) -> None:
    for _ in range(LINKS_PACE.at_once):
        new_link(rani, SITI)
    with unchanged(central.database):
        assert_problem(rani.ask(PATH, link_body(SITI)), 429, "consent_link.limited")
    central.clock.advance(LINKS_PACE.one_every)
    new_link(rani, SITI)


@pytest.mark.parametrize("central", ["postgresql"], indirect=True)
@pytest.mark.postgresql
def test_of_two_phones_that_answer_one_link_at_once_one_is_recorded(central: Central, rani: Person) -> None:
    for round_number in range(5):
        token, _ = new_link(rani, SITI)
        before = len(events_of(central.database, SITI, *EMAIL))

        def press(granted: bool, token: str = token) -> str:
            try:
                answer(central, token, {EMAIL: granted})
            except ConsentLinkRefused as refusal:
                return refusal.code
            return "kept"

        with ThreadPoolExecutor(2) as pool:
            answers = [True, False]
            Random(round_number).shuffle(answers)
            told = sorted(pool.map(press, answers))
        assert told == ["consent_link.used", "kept"]
        assert len(events_of(central.database, SITI, *EMAIL)) <= before + 1


@pytest.mark.parametrize("central", ["sqlite"], indirect=True)
def test_whoever_has_no_link_waits_for_no_writer(central: Central) -> None:
    with central.database.writing(), pytest.raises(ConsentLinkRefused):
        answer(central, "A" * 32, YES_AND_NO)


def test_a_link_of_a_server_whose_clock_is_a_little_ahead_holds(central: Central, rani: Person) -> None:
    token, _ = new_link(rani, SITI)
    central.clock.advance(timedelta(seconds=-30))
    assert len(answer(central, token, YES_AND_NO)) == 2

"""The page on a customer's own phone: the published questions, yes or no for each, once, and nothing about them."""

import re
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clienteling.central_shelf.consent_desk import CentralConsentDesk
from clienteling.central_shelf.source import CentralShelf
from clienteling.shelf.app import ShelfApp
from clienteling.shelf.limits import CONSENT_COST, REQUESTS_A_MINUTE
from clienteling.shelf.paths import is_shelf_path
from sync.central_api.consent_links import make_consent_link
from sync.central_api.devices import Registration
from sync.central_api.one_time_codes import HOLDS_FOR
from sync.central_api.principal import Principal
from sync.central_api.tables import METADATA
from sync.protocol.consent_links import CONSENT_PATH, ConsentLinkRequest
from sync.protocol.consent_texts import CURRENT, PUBLISHED
from sync.protocol.ids import rule_id
from sync.protocol.roles import Role
from tests.central_api.bare_calls import rows_of, unchanged
from tests.central_api.enrolled import enrolled
from tests.central_api.retailer import (
    BANDUNG,
    NOW,
    RANI,
    SITI,
    Central,
    _postgresql_retailer,
    _sqlite_retailer,
    central,
    postgresql_retailer_url,
    sqlite_retailer_url,
)
from tests.central_api.team import Person, signed_in
from tests.shelf.reading import words
from tests.support.consent_links import CALLS, EMAIL, events_of, link_body, new_link, question
from tests.support.shelf_hub import SITE, Phone, ShelfHub, open_hub

__all__ = [
    "_postgresql_retailer",
    "_sqlite_retailer",
    "central",
    "open_hub",
    "postgresql_retailer_url",
    "sqlite_retailer_url",
]
pytestmark = pytest.mark.parametrize("central", ["sqlite"], indirect=True)

YES_AND_NO = {"marketing-email": "yes", "service-phone": "no"}


@dataclass(slots=True)
class Shop:
    """The central server's pages, an associate who makes links, and phones that open them."""

    central: Central
    rani: Person
    phones: list[Phone] = field(default_factory=list)
    monotonic_s: float = 0.0
    app: ShelfApp = field(init=False)

    def __post_init__(self) -> None:
        source = CentralShelf(self.central.database, read_picture=lambda name: None)
        desk = CentralConsentDesk(self.central.database)
        clock = self.central.clock
        self.app = ShelfApp(SITE, source, now=clock, consents=desk, monotonic=lambda: self.monotonic_s)

    def phone(self, language: str = "id-ID") -> Phone:
        made = Phone(self.app, language=language)
        self.phones.append(made)
        return made

    def link(self, *questions: dict[str, object]) -> str:
        """The path of a new link that asks Siti."""
        return CONSENT_PATH + new_link(self.rani, SITI, *questions)[0]

    def granted(self, purpose: str, channel: str) -> list[bool]:
        return [one["granted"] for one in events_of(self.central.database, SITI, purpose, channel)]


@pytest.fixture
def shop(central: Central) -> Iterator[Shop]:
    made = Shop(central, signed_in(central, enrolled(central, "BDG"), RANI))
    yield made
    for phone in made.phones:
        phone.close()


def assert_private(answer: httpx.Response) -> None:
    """Nothing on the way keeps it, no other site hears of its address, and it says nothing of the customer."""
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "set-cookie" not in answer.headers
    for told in ("Siti", "Rahayu", "81234567890", "siti@example.id", SITI, "<script"):
        assert told not in answer.text


@pytest.mark.parametrize(("language", "other"), [("id", "en"), ("en", "id")])
def test_the_page_asks_in_the_phones_language_with_the_way_to_the_other(shop: Shop, language: str, other: str) -> None:
    path, phone = shop.link(), shop.phone(language)
    page = phone.get(path)
    texts = PUBLISHED[CURRENT][language]
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    for key in ("about", "marketing_email", "service_phone"):
        assert texts[key] in words(page)
    assert texts["marketing_sms"] not in words(page)
    assert "Bandung Dago" in words(page)
    assert "checked" not in page.text.partition("</style>")[2]
    assert page.text.count('type="radio"') == 4
    assert_private(page)
    (there,) = re.findall(rf'href="([^"]*)" lang="{other}"', page.text)
    assert PUBLISHED[CURRENT][other]["marketing_email"] in words(phone.get(there.replace("&amp;", "&")))


def test_answers_are_kept_in_the_language_they_were_read_in_and_told(shop: Shop) -> None:
    path, phone = shop.link(), shop.phone("id")
    page = phone.get(f"{path}?lang=en")
    (action,) = re.findall(r'<form[^>]* action="([^"]*)"', page.text)
    done = phone.post(f"{path}{action}", YES_AND_NO)
    assert done.status_code == 200
    assert "Your answers are kept" in words(done)
    assert "in the same way" in words(done)
    assert re.search(r"Yes May we tell you about offers.* No May we contact you by phone", words(done)) is not None
    assert_private(done)
    (event,) = events_of(shop.central.database, SITI, *EMAIL)
    assert (event["granted"], event["language"], event["proof"]["method"]) == (True, "en", "own_phone")
    assert shop.granted(*CALLS) == [False]


def test_pressing_twice_and_loading_again_are_recorded_once_and_told_the_same(shop: Shop) -> None:
    path, phone = shop.link(), shop.phone()
    first = phone.post(path, YES_AND_NO)
    with unchanged(shop.central.database):
        again = phone.post(path, YES_AND_NO)
        other = phone.post(path, {"marketing-email": "no"})
        looked = phone.get(path)
    assert again.text == first.text
    for used in (other, looked):
        assert used.status_code == 410
        assert "sudah dijawab" in words(used)
        assert_private(used)
    assert shop.granted(*EMAIL) == [True]


def test_looking_changes_nothing_so_that_a_preview_answers_for_nobody(shop: Shop) -> None:
    path, phone = shop.link(), shop.phone()
    with unchanged(shop.central.database):
        for method in ("GET", "HEAD", "GET"):
            assert phone.ask(method, path).status_code == 200
        assert phone.ask("PUT", path).status_code == 405
    assert phone.post(path, YES_AND_NO).status_code == 200


def test_what_a_symbol_says_in_upper_case_leads_to_the_same_page(shop: Shop) -> None:
    path, phone = shop.link(), shop.phone()
    assert words(phone.get(path.upper())) == words(phone.get(path))
    assert is_shelf_path(path.upper())
    assert phone.post(path.upper(), YES_AND_NO).status_code == 200


@pytest.mark.parametrize(("language", "said"), [("id", "Tautan ini tidak ada"), ("en", "There is no such link")])
def test_a_link_that_is_none_tells_so_and_nothing_else(shop: Shop, language: str, said: str) -> None:
    phone = shop.phone(language)
    for path in ("A" * 32, "x", "", "a/b", "%00", "\N{LATIN SMALL LETTER E WITH ACUTE}" * 900):
        for answer in (phone.get(CONSENT_PATH + path), phone.post(CONSENT_PATH + path, YES_AND_NO)):
            assert answer.status_code == 404
            assert said in words(answer)
            assert_private(answer)


def test_a_link_that_is_over_tells_so(shop: Shop) -> None:
    path, phone = shop.link(), shop.phone()
    shop.central.clock.advance(HOLDS_FOR)
    with unchanged(shop.central.database):
        for answer in (phone.get(path), phone.post(path, YES_AND_NO)):
            assert answer.status_code == 410
            assert "sudah berakhir" in words(answer)
            assert_private(answer)


def test_without_an_answer_the_questions_come_again_with_a_word(shop: Shop) -> None:
    path, phone = shop.link(), shop.phone()
    with unchanged(shop.central.database):
        answer = phone.post(path, {})
    assert answer.status_code == 422
    assert "Belum ada jawaban yang dipilih" in words(answer)
    assert answer.text.count('type="radio"') == 4
    assert phone.post(path, {"service-phone": "yes"}).status_code == 200
    assert (shop.granted(*EMAIL), shop.granted(*CALLS)) == ([], [True])


def test_a_form_with_anything_else_is_refused_whole(shop: Shop) -> None:
    path, phone = shop.link(), shop.phone()
    forms = ("marketing-sms=yes&service-phone=no", "service-phone=maybe", "service-phone=no&service-phone=yes", "a=b")
    with unchanged(shop.central.database):
        for form in forms:
            answer = phone.ask("POST", path, content=form.encode())
            assert answer.status_code == 422, form
            assert "bukan untuk tautan ini" in words(answer)
        assert phone.ask("POST", path, content=b"a" * 3_000).status_code == 413
    assert phone.post(path, YES_AND_NO).status_code == 200


def test_a_yes_that_a_withdrawal_overtook_is_told_not_to_count(shop: Shop) -> None:
    tablet = shop.central.device("BDG")
    about = {"customer_id": SITI, "purpose": "marketing", "channel": "email", "at": NOW}
    path, phone = shop.link(), shop.phone("en")
    tablet.push(tablet.entry("consent.record", {**about, "event_id": rule_id("event", "1"), "granted": False}))
    done = phone.post(path, YES_AND_NO)
    assert words(done).count("This yes does not count") == 1
    assert shop.granted(*EMAIL) == [False]


def test_a_form_of_another_site_has_nothing_to_ride_on_and_a_hidden_origin_is_no_hindrance(shop: Shop) -> None:
    """Under `no-referrer` browsers name no origin, also of our own form."""
    path, phone = shop.link(), shop.phone()
    assert phone.post(path, YES_AND_NO, origin="null").status_code == 200


def test_who_opens_very_many_links_is_sent_away(shop: Shop) -> None:
    phone = shop.phone()
    answers = [phone.get(f"{CONSENT_PATH}{number}") for number in range(int(REQUESTS_A_MINUTE / CONSENT_COST) + 1)]
    assert [one.status_code for one in answers].count(429) == 1
    assert_private(answers[-1])


def test_the_link_is_in_no_log(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        path, phone = shop.link(), shop.phone()
        phone.get(path)
        phone.post(path, YES_AND_NO)
        phone.get(path)
    ours = [one for one in caplog.records if not one.name.startswith("httpx")]
    assert ours
    assert all(path[len(CONSENT_PATH) :] not in one.getMessage() + repr(one.__dict__) for one in ours)


def test_a_hub_which_knows_no_links_says_how_to_open_it(open_hub: ShelfHub, central: Central) -> None:
    answer = open_hub.phone().get(f"{CONSENT_PATH}{'A' * 32}")
    assert answer.status_code == 404
    assert "data seluler" in words(answer)
    assert_private(answer)


ASKED = (("marketing", "email"), ("service", "phone"), ("profiling", "any"))
FIELDS = [
    f"{purpose}-{channel}"
    for purpose in ("marketing", "service", "profiling", "survey", "x")
    for channel in ("email", "phone", "any", "sms")
]
names = st.one_of(
    st.sampled_from(["-".join(one) for one in ASKED]), st.sampled_from(FIELDS), st.text(string.printable, max_size=20)
)
values = st.one_of(st.sampled_from(["yes", "no"]), st.sampled_from(["YES", "", "on"]), st.text(max_size=5))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.lists(st.tuples(names, values), max_size=4),
    language=st.sampled_from(["", "?lang=en", "?lang=xx", "?purpose=marketing"]),
)
def test_whatever_is_posted_never_records_an_answer_that_was_not_asked(
    shop: Shop, fields: list[tuple[str, str]], language: str
) -> None:
    request = ConsentLinkRequest.model_validate(link_body(SITI, *(question(*one) for one in ASKED)))
    principal = Principal(
        Registration(shop.rani.tablet.keyid, BANDUNG, None), RANI, Role.ASSOCIATE, frozenset({BANDUNG})
    )
    made = make_consent_link(
        shop.central.database, principal, request, now=shop.central.clock(), random_bytes=secrets.token_bytes
    )
    shop.monotonic_s += 60
    phone, records = Phone(shop.app), METADATA.tables["record"]
    before = {one: len(events_of(shop.central.database, SITI, *one)) for one in ASKED}
    stood = rows_of(shop.central.database, [records])
    answer = phone.ask("POST", made.path + language, content=urlencode(fields).encode())
    phone.close()
    posted = dict(fields)
    is_asked = bool(fields) and len(posted) == len(fields) and posted.keys() <= {"-".join(one) for one in ASKED}
    if not is_asked or not set(posted.values()) <= {"yes", "no"}:
        assert answer.status_code in (413, 422)
        assert rows_of(shop.central.database, [records]) == stood
        return
    assert answer.status_code == 200
    for one in ASKED:
        grew = len(events_of(shop.central.database, SITI, *one)) - before[one]
        assert grew <= ("-".join(one) in posted)
        if posted.get("-".join(one)) == "no":
            assert (grew, shop.granted(*one)[-1]) == (1, False)
    stands = len(rows_of(shop.central.database, [records])["record"])
    assert stands <= len(stood["record"]) + len(posted)

"""Adding an associate's key on a device by a one-time code: for whom, where, how often, and what of it is kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest

from sync.central_api.access_tables import ASSOCIATE_KEY
from sync.central_api.associate_keys import associate_named
from sync.central_api.devices import Registration, revoke_device
from sync.central_api.errors import AssociateRefused
from sync.central_api.one_time_codes import ADDRESS_PACE, HOLDS_FOR, TOLD_FOR, WRONG_PACE
from sync.central_api.sign_in_codes import end_sign_in_codes, use_sign_in_code
from sync.central_api.tables import AUDIT_ENTRY, METADATA
from sync.protocol.errors import SyncError
from sync.protocol.ids import rule_id
from sync.protocol.people_wire import AssociateKeyRequest
from sync.protocol.spoken_codes import ONE_TIME_CHARS, new_spoken_code, show_one_time_code
from tests.central_api.bare_calls import assert_problem, rows_of, unchanged
from tests.central_api.enrolled import Enrolled, enrolled, new_key, public_hex
from tests.central_api.retailer import ANDI, BANDUNG, MAKASSAR, RANI, Central
from tests.central_api.team import AGUS, DEWI, PUTRI, WATI, Person, hire, hire_leaders, make_code, signed_in

whatever_the_database = pytest.mark.parametrize("central", ["sqlite"], indirect=True)


@pytest.fixture
def tablet(central: Central) -> Enrolled:
    return enrolled(central, "BDG")


@pytest.fixture
def rani(tablet: Enrolled) -> Person:
    return Person(tablet, RANI, new_key(50))


def test_an_associate_adds_a_key_by_a_code_that_was_read_to_them(central: Central, rani: Person) -> None:
    answer = rani.add_key(show_one_time_code(make_code(central, RANI)).lower())
    assert (answer.status_code, answer.json()) == (200, {"associate_id": RANI, "role": "associate", "recovery": None})
    assert rani.begin().status_code == 200


def test_a_code_is_used_once_and_whoever_did_not_get_the_answer_asks_again(central: Central, rani: Person) -> None:
    code = make_code(central, RANI)
    first, again = rani.add_key(code), rani.add_key(code)
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    with unchanged(central.database):
        assert_problem(Person(rani.tablet, RANI, new_key(51)).add_key(code), 422, "sign_in_code.used")


def test_a_code_used_on_one_device_is_of_no_use_on_another(central: Central, rani: Person) -> None:
    code = make_code(central, RANI)
    assert rani.add_key(code).status_code == 200
    other = enrolled(central, "BDG", number=2)
    assert_problem(Person(other, RANI, rani.key).add_key(code), 422, "sign_in_code.used")


@whatever_the_database
def test_each_reason_to_refuse_a_code_has_a_name_of_its_own(central: Central, rani: Person) -> None:
    code, of_andi = make_code(central, RANI), make_code(central, ANDI, seed=2)
    assert_problem(rani.add_key("22222222"), 422, "sign_in_code.unknown")
    with unchanged(central.database):
        assert_problem(rani.add_key("K7M2PXQ0"), 422, "sign_in_code.bad_code")
        assert_problem(rani.add_key(of_andi), 422, "sign_in_code.other_associate")
        assert_problem(Person(rani.tablet, ANDI, new_key(51)).add_key(of_andi), 422, "sign_in_code.wrong_store")
        assert_problem(rani.add_key(code, proof="00" * 64), 422, "sign_in_code.bad_proof")
        other_key = public_hex(new_key(52))
        assert_problem(rani.add_key(code, public_key=other_key), 422, "sign_in_code.bad_proof")
    hire(central, "rani", stores=(BANDUNG,), active=False)
    assert_problem(rani.add_key(code), 422, "sign_in_code.ended")


def test_a_code_holds_for_ten_minutes(central: Central, rani: Person) -> None:
    code = make_code(central, RANI)
    central.clock.advance(HOLDS_FOR)
    rani.tablet.renew()
    assert_problem(rani.add_key(code), 422, "sign_in_code.expired")


def test_a_code_that_is_over_is_told_from_a_typo_for_a_day(central: Central) -> None:
    make_code(central, RANI)
    central.clock.advance(HOLDS_FOR + TOLD_FOR - timedelta(seconds=1))
    assert end_sign_in_codes(central.database, central.clock()) == 0
    central.clock.advance(timedelta(seconds=1))
    assert end_sign_in_codes(central.database, central.clock()) == 1


def test_a_proof_for_another_device_is_refused(central: Central, rani: Person) -> None:
    other = enrolled(central, "BDG", number=2)
    body = rani.key_body(make_code(central, RANI))
    assert_problem(other.post("/v1/associates/keys", body, token=other.access), 422, "sign_in_code.bad_proof")


def test_a_device_that_signs_nothing_has_no_keys(central: Central, rani: Person) -> None:
    old = central.device("BDG")
    headers = {"authorization": f"Bearer {old.token}"}
    with unchanged(central.database):
        answer = central.http.post("/v1/associates/keys", json=rani.key_body("K7M2PXQR"), headers=headers)
        assert_problem(answer, 401, "sync.signature_refused")
        answer = central.http.post("/v1/acting", json=rani.acting_body(), headers=headers)
        assert_problem(answer, 401, "sync.signature_refused")


def test_of_two_devices_that_race_for_a_code_one_wins(central: Central) -> None:
    tablets = [enrolled(central, "BDG", number=number) for number in (1, 2, 3, 4)]
    code = make_code(central, RANI)
    people = [Person(tablet, RANI, new_key(60 + n)) for n, tablet in enumerate(tablets)]
    with ThreadPoolExecutor(4) as threads:
        statuses = sorted(threads.map(lambda person: person.add_key(code).status_code, people))
    assert statuses == [200, 422, 422, 422]


@whatever_the_database
def test_a_device_that_tries_many_codes_has_to_wait_and_others_do_not(central: Central, rani: Person) -> None:
    for seed in range(1_000, 1_000 + ADDRESS_PACE.at_once):
        wrong = new_spoken_code(ONE_TIME_CHARS, Random(seed))
        assert_problem(rani.add_key(wrong), 422, "sign_in_code.unknown")
    code = make_code(central, RANI)
    assert_problem(rani.add_key(code), 429, "sign_in_code.limited")
    assert Person(enrolled(central, "BDG", number=2), RANI, rani.key).add_key(code).status_code == 200


def test_wrong_codes_of_all_devices_share_a_budget_that_also_stops_right_ones(central: Central, rani: Person) -> None:
    code = make_code(central, RANI)
    registration = Registration(rani.tablet.keyid, BANDUNG, None, signs=True)

    def use(typed: str) -> str:
        request = AssociateKeyRequest.model_validate(rani.key_body(typed))
        try:
            return use_sign_in_code(central.database, registration, request, now=central.clock()).role
        except SyncError as error:
            return error.code

    wrong = [new_spoken_code(ONE_TIME_CHARS, Random(seed)) for seed in range(1_000, 1_000 + WRONG_PACE.at_once)]
    assert {use(one) for one in wrong} == {"sign_in_code.unknown"}
    assert use(code) == "sign_in_code.limited"
    central.clock.advance(WRONG_PACE.one_every)
    assert use(code) == "associate"


def test_neither_the_code_nor_the_token_is_kept(central: Central, rani: Person) -> None:
    code = make_code(central, RANI)
    rani.add_key(code)
    rani.begin()
    kept = repr(rows_of(central.database, METADATA.sorted_tables))
    assert code not in kept
    assert rani.token not in kept


def test_a_new_key_takes_the_place_of_the_old_one_and_ends_its_tokens(central: Central, rani: Person) -> None:
    rani.add_key(make_code(central, RANI))
    rani.begin()
    hire_leaders(central)
    again = Person(rani.tablet, RANI, new_key(51), token=rani.token)
    assert again.add_key(make_code(central, RANI, seed=2)).status_code == 200
    assert_problem(rani.begin(), 401, "acting.refused")
    assert_problem(again.ask("/v1/associates/sign-in-codes", {"associate_id": RANI}), 401, "acting.ended")
    (row,) = rows_of(central.database, [ASSOCIATE_KEY])["associate_key"]
    assert public_hex(again.key) in row


def test_codes_and_keys_are_in_the_servers_audit_log_without_names(central: Central, rani: Person) -> None:
    rani.add_key(make_code(central, RANI))
    told = repr(rows_of(central.database, [AUDIT_ENTRY]))
    assert "associate.code_made" in told
    assert "associate.key_added" in told
    assert rani.tablet.keyid in told
    assert "Rani" not in told


@whatever_the_database
@pytest.mark.parametrize(
    ("maker", "may"),
    [
        (RANI, set()),
        (DEWI, {RANI, DEWI}),
        (WATI, {RANI, ANDI, DEWI, WATI}),
        (AGUS, {RANI, ANDI, DEWI, WATI, AGUS}),
        (PUTRI, set()),
    ],
    ids=["associate", "manager", "regional manager", "administrator", "privacy officer"],
)
def test_nobody_makes_a_code_for_somebody_who_may_more(
    central: Central, tablet: Enrolled, maker: str, may: set[str]
) -> None:
    hire_leaders(central)
    person = signed_in(central, tablet, maker)
    everybody = (RANI, ANDI, DEWI, WATI, AGUS, PUTRI)
    answers = {one: person.ask("/v1/associates/sign-in-codes", {"associate_id": one}) for one in everybody}
    assert {one for one, answer in answers.items() if answer.status_code == 200} == may
    for one in set(everybody) - may:
        assert_problem(answers[one], 403, "sync.forbidden")


def test_a_code_that_a_manager_made_adds_a_key(central: Central, tablet: Enrolled, rani: Person) -> None:
    hire_leaders(central)
    dewi = signed_in(central, tablet, DEWI)
    told = dewi.ask("/v1/associates/sign-in-codes", {"associate_id": RANI, "role": "administrator"}).json()
    assert told["ends_in_s"] == 600
    assert rani.add_key(told["code"]).json() == {"associate_id": RANI, "role": "associate", "recovery": None}


def test_nobody_gets_a_code_who_is_not_there(central: Central) -> None:
    hire(central, "rani", stores=(BANDUNG,), active=False)
    for associate_id in (RANI, rule_id("nobody")):
        with unchanged(central.database), pytest.raises(AssociateRefused):
            make_code(central, associate_id)


def test_a_revoked_device_adds_no_keys(central: Central, rani: Person) -> None:
    code = make_code(central, RANI)
    revoke_device(central.database, rani.tablet.keyid, now=central.clock)
    assert_problem(rani.add_key(code), 401, "sync.device_revoked")


@whatever_the_database
def test_an_associate_is_found_by_what_people_call_them_and_by_the_store_where_several_are(central: Central) -> None:
    of_bandung = hire(central, "tono bdg", stores=(BANDUNG,))
    of_makassar = hire(central, "tono mks", stores=(MAKASSAR,))
    hire(central, "tono lama", stores=(BANDUNG,), active=False)
    found = {named: associate_named(central.database, named).id for named in ("tono  mks", "BDG", RANI, "rani")}
    assert found == {"tono  mks": of_makassar, "BDG": of_bandung, RANI: RANI, "rani": RANI}
    assert associate_named(central.database, "Tono", BANDUNG).id == of_bandung
    for named, code in (("tono", "central.associate_ambiguous"), ("tono lama", "central.associate_gone")):
        with pytest.raises(AssociateRefused) as caught:
            associate_named(central.database, named)
        assert caught.value.code == code

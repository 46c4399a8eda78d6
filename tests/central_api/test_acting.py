"""Who acts: tokens by an associate's key, and what the server's own records say of them at each request."""

from datetime import timedelta

import pytest

from sync.central_api.access_tables import ACTING_TOKEN
from sync.central_api.acting import ACTING_FOR, end_acting
from sync.central_api.associate_keys import end_associate_sessions
from sync.central_api.devices import revoke_device
from tests.central_api.bare_calls import assert_problem, rows_of, unchanged
from tests.central_api.enrolled import Enrolled, enrolled, new_key
from tests.central_api.retailer import ANDI, BANDUNG, MAKASSAR, RANI, Central
from tests.central_api.team import DEWI, Person, hire, hire_leaders, make_code, signed_in

CODES = "/v1/associates/sign-in-codes"
"""A call for managers alone."""

whatever_the_database = pytest.mark.parametrize("central", ["sqlite"], indirect=True)


@pytest.fixture
def tablet(central: Central) -> Enrolled:
    hire_leaders(central)
    return enrolled(central, "BDG")


@pytest.fixture
def dewi(central: Central, tablet: Enrolled) -> Person:
    return signed_in(central, tablet, DEWI)


def works(person: Person) -> bool:
    return person.ask(CODES, {"associate_id": RANI}).status_code == 200


def test_a_manager_acts_for_ten_minutes_and_then_signs_again(central: Central, dewi: Person) -> None:
    central.clock.advance(ACTING_FOR - timedelta(seconds=1))
    dewi.tablet.renew()
    assert works(dewi)
    central.clock.advance(timedelta(seconds=1))
    assert_problem(dewi.ask(CODES, {"associate_id": RANI}), 401, "acting.ended")
    assert dewi.begin().status_code == 200
    assert works(dewi)


def test_a_token_made_by_a_clock_far_ahead_is_not_good_for_years(central: Central, dewi: Person) -> None:
    central.clock.advance(timedelta(days=-30))
    assert_problem(dewi.ask(CODES, {"associate_id": RANI}), 401, "acting.ended")


@whatever_the_database
def test_a_token_is_of_no_use_on_another_device_or_without_one(central: Central, dewi: Person) -> None:
    other = enrolled(central, "BDG", number=2)
    thief = Person(other, DEWI, new_key(99), token=dewi.token)
    with unchanged(central.database):
        assert_problem(thief.ask(CODES, {"associate_id": RANI}), 401, "acting.ended")
        headers = {"authorization": f"Bearer {dewi.tablet.access}", "acting": dewi.token}
        answer = central.http.post(CODES, json={"associate_id": RANI}, headers=headers)
        assert_problem(answer, 401, "sync.signature_refused")


@whatever_the_database
@pytest.mark.parametrize("token", ["", "x", "0" * 64])
def test_a_token_that_nobody_got_is_none(central: Central, dewi: Person, token: str) -> None:
    dewi.token = token
    with unchanged(central.database):
        assert_problem(dewi.ask(CODES, {"associate_id": RANI}), 401, "acting.ended")


def test_only_the_associates_own_key_on_that_device_gets_a_token(central: Central, dewi: Person) -> None:
    other = enrolled(central, "BDG", number=2)
    with unchanged(central.database):
        assert_problem(dewi.begin(associate_id=RANI), 401, "acting.refused")
        assert_problem(Person(dewi.tablet, DEWI, new_key(7)).begin(), 401, "acting.refused")
        assert_problem(Person(other, DEWI, dewi.key).begin(), 401, "acting.refused")
        body = dewi.acting_body()
        assert_problem(other.post("/v1/acting", body, token=other.access), 401, "acting.refused")


def test_a_signature_is_good_now_and_once(central: Central, dewi: Person) -> None:
    early = central.clock() - timedelta(seconds=61)
    answer = dewi.begin(at=early)
    assert_problem(answer, 401, "sync.clock_skewed")
    assert answer.json()["server_time"]
    body = dewi.acting_body()
    assert dewi.tablet.post("/v1/acting", body, token=dewi.tablet.access).status_code == 200
    assert_problem(dewi.tablet.post("/v1/acting", body, token=dewi.tablet.access), 401, "sync.replayed")


def test_who_loses_a_role_has_lost_it_with_the_next_request(central: Central, dewi: Person) -> None:
    assert works(dewi)
    hire(central, "dewi", role="associate", stores=(BANDUNG,))
    assert_problem(dewi.ask(CODES, {"associate_id": RANI}), 403, "sync.forbidden")
    hire(central, "dewi", role="manager", stores=(BANDUNG,))
    assert works(dewi)


def test_who_is_moved_to_another_store_acts_no_longer_in_the_old_one(central: Central, dewi: Person) -> None:
    hire(central, "dewi", role="manager", stores=(MAKASSAR,))
    assert_problem(dewi.ask(CODES, {"associate_id": ANDI}), 403, "sync.forbidden")
    assert_problem(dewi.begin(), 403, "sync.forbidden")


def test_who_leaves_has_no_key_and_no_token_on_any_device(central: Central, dewi: Person) -> None:
    elsewhere = signed_in(central, enrolled(central, "BDG", number=2), DEWI, number=101)
    hire(central, "dewi", role="manager", stores=(BANDUNG,), active=False)
    for person in (dewi, elsewhere):
        assert_problem(person.ask(CODES, {"associate_id": RANI}), 401, "acting.ended")
        assert_problem(person.begin(), 401, "acting.refused")
    hire(central, "dewi", role="manager", stores=(BANDUNG,))
    assert_problem(dewi.begin(), 401, "acting.refused")
    assert dewi.add_key(make_code(central, DEWI, seed=9)).status_code == 200
    assert dewi.begin().status_code == 200
    assert works(dewi)


def test_an_administrator_ends_the_sessions_of_one_associate_everywhere(central: Central, dewi: Person) -> None:
    other = signed_in(central, dewi.tablet, RANI, number=101)
    signed_in(central, enrolled(central, "BDG", number=2), DEWI, number=102)
    assert end_associate_sessions(central.database, DEWI, now=central.clock()) == 2
    assert end_associate_sessions(central.database, DEWI, now=central.clock()) == 0
    assert_problem(dewi.ask(CODES, {"associate_id": RANI}), 401, "acting.ended")
    assert_problem(dewi.begin(), 401, "acting.refused")
    assert other.begin().status_code == 200


def test_a_token_ends_with_its_device(central: Central, dewi: Person) -> None:
    revoke_device(central.database, dewi.tablet.keyid, now=central.clock)
    assert_problem(dewi.ask(CODES, {"associate_id": RANI}), 401, "sync.device_revoked")


def test_tokens_that_are_over_go(central: Central, dewi: Person) -> None:
    central.clock.advance(2 * ACTING_FOR)
    assert end_acting(central.database, central.clock()) == 1
    assert rows_of(central.database, [ACTING_TOKEN]) == {"acting_token": []}

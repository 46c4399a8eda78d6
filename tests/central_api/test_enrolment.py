"""Enrolling with a one-time code: who gets in, who does not and is told why, and what of it is kept."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from secrets import token_bytes

import pytest
import sqlalchemy as sa

from sync.central_api.access_tables import ENROLMENT_CODE
from sync.central_api.devices import list_devices
from sync.central_api.enrolment import (
    end_codes,
    make_enrolment_code,
    take_enrolment_code,
)
from sync.central_api.errors import StoreUnknown
from sync.central_api.one_time_codes import ADDRESS_PACE, HOLDS_FOR, TOLD_FOR, WRONG_PACE
from sync.central_api.tables import METADATA
from sync.protocol.errors import EnrolmentLimited, EnrolmentRefused
from sync.protocol.spoken_codes import (
    ONE_TIME_CHARS,
    SPOKEN_ALPHABET,
    enrolment_symbol,
    new_spoken_code,
    read_enrolment_code,
    show_one_time_code,
)
from sync.protocol.wire import EnrolReply, EnrolRequest
from tests.central_api.bare_calls import assert_problem, rows_of, unchanged
from tests.central_api.enrolled import Signer, enrolled, make_code, new_key, public_hex
from tests.central_api.retailer import BANDUNG, MAKASSAR, Central

whatever_the_database = pytest.mark.parametrize("central", ["sqlite"], indirect=True)


def request_of(code: str, number: int = 1) -> EnrolRequest:
    return EnrolRequest(code=code, public_key=public_hex(new_key(number)))


def take(central: Central, code: str, number: int = 1, *, on_wrong: Callable[[], None] = lambda: None) -> EnrolReply:
    return take_enrolment_code(
        central.database, request_of(code, number), now=central.clock(), random_bytes=token_bytes,
        on_wrong=on_wrong,
    )  # fmt: skip


def refused(central: Central, code: str, number: int = 1) -> str:
    with pytest.raises(EnrolmentRefused) as caught:
        take(central, code, number)
    return caught.value.code


def test_a_device_that_enrols_is_known_with_its_store_name_version_and_platform(central: Central) -> None:
    answer = Signer(central, new_key(1)).enrol(make_code(central, "MKS", "  Kassa   1 "), name="ignored")
    told = answer.json()
    assert (told["store_id"], told["store_name"], told["name"]) == (MAKASSAR, "Makassar Panakkukang", "Kassa 1")
    (row,) = list_devices(central.database)
    assert (row.id, row.store_id, row.name, row.signs) == (told["registration_id"], MAKASSAR, "Kassa 1", True)
    assert (row.app_version, row.platform, row.revoked_at) == ("1.0", "Linux", None)
    assert (row.added_at, row.last_seen_at) == (central.clock(), None)


def test_a_device_says_its_name_itself_where_the_code_has_none(central: Central) -> None:
    code = make_code(central, name="")
    assert Signer(central, new_key(1)).enrol(code, name=" Tablet Rina ").json()["name"] == "Tablet Rina"


def test_an_enrolled_device_pulls_what_its_store_has(central: Central) -> None:
    tablet = enrolled(central, "BDG")
    page = tablet.call("pull").json()
    assert page["grants"] == sorted(["global", f"lookup:{tablet.keyid}", f"store:{BANDUNG}"])
    assert {change["scope"] for change in page["changes"]} == {"global", f"store:{BANDUNG}"}


def spaced(code: str) -> str:
    return f" {code[:3]} {code[3:]}"


@pytest.mark.parametrize("write", [str.lower, show_one_time_code, enrolment_symbol, spaced])
def test_a_code_is_taken_however_it_is_typed_or_scanned(central: Central, write: Callable[[str], str]) -> None:
    assert Signer(central, new_key(1)).enrol(write(make_code(central))).status_code == 200


NO_CODES = ("", "K7M2PXQ", "K7M2PXQRS", "K7M2PXQ0", "O7M2PXQR", "ENROL-", "ＫＫＫＫＫＫＫＫ", "K7M2PXQ\u2028")


@pytest.mark.parametrize("typed", NO_CODES)
def test_what_cannot_be_a_code_is_told_from_one_that_is_unknown(central: Central, typed: str) -> None:
    with unchanged(central.database):
        assert_problem(Signer(central, new_key(1)).enrol(typed), 422, "enrolment.bad_code")


def test_a_code_is_told_apart_from_its_neighbours_in_the_alphabet() -> None:
    codes = {new_spoken_code(ONE_TIME_CHARS, Random(seed)) for seed in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert read_enrolment_code(code) == code
        assert set(code) <= set(SPOKEN_ALPHABET)


def test_a_code_with_a_typo_is_unknown(central: Central) -> None:
    code = make_code(central)
    typo = ("2" if code[0] != "2" else "3") + code[1:]
    assert_problem(Signer(central, new_key(1)).enrol(typo), 422, "enrolment.unknown")
    assert Signer(central, new_key(1)).enrol(code).status_code == 200


def test_a_code_holds_for_ten_minutes_and_whoever_has_it_is_told_that_it_is_over(central: Central) -> None:
    code = make_code(central)
    central.clock.advance(HOLDS_FOR - timedelta(seconds=1))
    other = make_code(central, seed=2)
    central.clock.advance(timedelta(seconds=1))
    assert refused(central, code) == "enrolment.expired"
    assert take(central, other).name == "Kassa 1"


def test_a_code_made_by_a_clock_far_ahead_is_not_good_for_years(central: Central) -> None:
    central.clock.advance(timedelta(days=3650))
    code = make_code(central)
    central.clock.advance(timedelta(days=-3650))
    assert refused(central, code) == "enrolment.expired"


def test_a_code_is_taken_once_and_whoever_has_it_is_told_so(central: Central) -> None:
    code = make_code(central)
    take(central, code, 1)
    assert refused(central, code, 2) == "enrolment.used"
    assert len(list_devices(central.database)) == 1


def test_a_device_whose_answer_was_lost_asks_again_and_is_the_same(central: Central) -> None:
    code = make_code(central)
    first, again = take(central, code), take(central, code)
    assert (first.registration_id, first.refresh_token) == (again.registration_id, again.refresh_token)
    central.clock.advance(timedelta(hours=3))
    assert take(central, code).refresh_token == first.refresh_token, "a code that was taken is not expired"
    assert len(list_devices(central.database)) == 1


def test_a_code_brings_no_tokens_once_its_device_has_used_them(central: Central) -> None:
    code = make_code(central)
    tablet = Signer(central, new_key(1))
    refresh = tablet.enrol(code).json()["refresh_token"]
    tablet.keyid = list_devices(central.database)[0].id
    assert tablet.post("/v1/token", {"refresh_token": refresh}).status_code == 200
    assert refused(central, code) == "enrolment.used"


def test_a_code_for_a_store_that_does_not_exist_is_not_made(central: Central) -> None:
    with unchanged(central.database), pytest.raises(StoreUnknown):
        make_code(central, "Jayapura")


def test_neither_a_code_nor_a_token_is_kept(central: Central) -> None:
    code = make_code(central)
    reply = take(central, code)
    kept = repr(rows_of(central.database, METADATA.sorted_tables))
    for secret in (code, reply.access_token, reply.refresh_token, reply.refresh_token.partition(".")[2]):
        assert secret not in kept


def test_an_enrolment_that_the_key_has_not_signed_is_refused_and_counts_for_nothing(central: Central) -> None:
    code = make_code(central)
    signer = Signer(central, new_key(1))
    fields = {"code": code, "public_key": public_hex(new_key(2))}
    with unchanged(central.database):
        assert_problem(signer.post("/v1/enrol", fields), 401, "sync.signature_refused")
        assert_problem(central.http.post("/v1/enrol", json=fields), 401, "sync.signature_refused")
        late = central.clock() + timedelta(hours=7)
        answer = signer.post("/v1/enrol", fields | {"public_key": public_hex(new_key(1))}, at=late)
        assert_problem(answer, 401, "sync.clock_skewed")
    assert answer.json()["server_time"] == "2026-11-22T03:42:00Z"


def test_of_two_devices_that_race_for_a_code_one_wins(central: Central) -> None:
    for number in range(1, 11):
        code = make_code(central, seed=number)

        def outcome(key: int, code: str = code) -> str:
            try:
                return take(central, code, key).registration_id
            except EnrolmentRefused as refused:
                return refused.code

        with ThreadPoolExecutor(4) as threads:
            outcomes = list(threads.map(outcome, range(number * 10, number * 10 + 4)))
        assert outcomes.count("enrolment.used") == 3, outcomes
    assert len(list_devices(central.database)) == 10


def test_wrong_codes_of_all_addresses_share_a_budget_that_also_stops_right_ones(central: Central) -> None:
    code = make_code(central)
    wrong = [new_spoken_code(ONE_TIME_CHARS, Random(seed)) for seed in range(1_000, 1_000 + WRONG_PACE.at_once)]
    for one in wrong:
        assert refused(central, one) == "enrolment.unknown"
    for one in (wrong[0], code):
        with pytest.raises(EnrolmentLimited) as caught:
            take(central, one)
        assert caught.value.fields["retry_after_s"] == 60
    central.clock.advance(WRONG_PACE.one_every)
    assert take(central, code).name == "Kassa 1", "a right code costs nothing"
    other = make_code(central, seed=2)
    assert refused(central, code, 2) == "enrolment.used", "and neither does one that was right"
    assert take(central, other, 3)


def test_a_budget_used_up_by_a_clock_far_ahead_is_free_again(central: Central) -> None:
    central.clock.advance(timedelta(days=3650))
    for seed in range(1_000, 1_000 + WRONG_PACE.at_once):
        refused(central, new_spoken_code(ONE_TIME_CHARS, Random(seed)))
    central.clock.advance(timedelta(days=-3650))
    assert take(central, make_code(central))


@whatever_the_database
def test_an_address_that_tries_many_codes_has_to_wait_and_others_do_not(central: Central) -> None:
    signer = Signer(central, new_key(1))
    for seed in range(1_000, 1_000 + ADDRESS_PACE.at_once):
        assert signer.enrol(new_spoken_code(ONE_TIME_CHARS, Random(seed))).status_code == 422
    code = make_code(central)
    answer = signer.enrol(code)
    assert_problem(answer, 429, "enrolment.limited")
    assert answer.headers["retry-after"] == str(int(ADDRESS_PACE.one_every.total_seconds()))
    assert take(central, code)


def test_codes_that_are_over_go_after_a_day(central: Central) -> None:
    code = make_code(central)
    central.clock.advance(HOLDS_FOR + TOLD_FOR - timedelta(seconds=1))
    assert (end_codes(central.database, central.clock()), refused(central, code)) == (0, "enrolment.expired")
    central.clock.advance(timedelta(seconds=1))
    assert end_codes(central.database, central.clock()) == 1
    assert refused(central, code) == "enrolment.unknown"


def test_a_code_of_another_is_not_made_again_while_it_is_known(central: Central) -> None:
    first = make_code(central, seed=7)
    made = make_enrolment_code(
        central.database, "BDG", name="", made_by="operator", now=central.clock(), random=Random(7)
    )
    assert made.code != first
    with central.database.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(ENROLMENT_CODE)).scalar_one() == 2

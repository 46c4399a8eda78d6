"""Tokens and signatures of enrolled devices: replayed, swapped, expired, forged; and lost answers sign nobody out."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Any

import httpx
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from sync.central_api.access_tables import ACCESS_TOKEN, DEVICE, REFRESH_FAMILY
from sync.central_api.devices import list_devices, rename_device, revoke_device
from sync.central_api.tokens import (
    ACCESS_FOR,
    DELIVERED_AGAIN_FOR,
    REFRESH_FOR,
    Family,
    end_access,
    refresh,
    successor,
)
from sync.protocol.signing import SKEW_S, nonce_of
from sync.protocol.wire import TokenReply, TokenRequest
from tests.central_api.bare_calls import assert_problem, unchanged
from tests.central_api.enrolled import Enrolled, Signer, enrolled, new_key
from tests.central_api.retailer import SITI, Central
from tests.support.fakes import START_AT

PULL = "/v1/sync/pull"


def pull_fields(tablet: Enrolled) -> dict[str, Any]:
    return {"device_id": tablet.device_id, "schema_number": 2}


def assert_refused(answer: httpx.Response, code: str) -> None:
    assert_problem(answer, 401, code)


# --- the signature


def test_a_token_without_a_signature_is_refused_on_every_call(central: Central) -> None:
    tablet = enrolled(central)
    bearer = {"authorization": f"Bearer {tablet.access}"}
    with unchanged(central.database):
        for call in ("hello", "pull", "push", "verify", "rows", "snapshots"):
            body = {"device_id": tablet.device_id, "schema_number": 2, "entries": [], "scope": "global",
                    "names": [("note", SITI)]}  # fmt: skip
            assert_refused(central.http.post(f"/v1/sync/{call}", json=body, headers=bearer), "sync.signed_out")
        look_up = {"schema_number": 2, "text": "siti@example.id"}
        assert_refused(central.http.post("/v1/lookup", json=look_up, headers=bearer), "sync.signed_out")
        for path in ("/v1/sync/events", "/v1/sync/snapshots/global/x"):
            assert_refused(central.http.get(path, headers=bearer), "sync.signed_out")


def test_a_signature_without_a_token_is_refused(central: Central) -> None:
    tablet = enrolled(central)
    assert_refused(tablet.post(PULL, pull_fields(tablet)), "sync.signed_out")


def test_a_refresh_token_is_no_access_token(central: Central) -> None:
    tablet = enrolled(central)
    assert_refused(tablet.post(PULL, pull_fields(tablet), token=tablet.refresh), "sync.access_ended")


def test_a_token_does_not_work_with_another_device_s_key(central: Central) -> None:
    tablet, thief = enrolled(central, "BDG", number=1), enrolled(central, "MKS", number=2)
    with unchanged(central.database):
        assert_refused(thief.post(PULL, pull_fields(thief), token=tablet.access), "sync.signature_refused")
        posing = replace(thief, keyid=tablet.keyid)
        assert_refused(posing.post(PULL, pull_fields(thief), token=tablet.access), "sync.signature_refused")
        misnamed = replace(tablet, keyid=thief.keyid)
        assert_refused(misnamed.post(PULL, pull_fields(tablet), token=tablet.access), "sync.signature_refused")
        assert_refused(thief.use(tablet.refresh), "sync.enrolment_ended")
        assert_refused(posing.use(tablet.refresh), "sync.signature_refused")
    assert tablet.call("pull").status_code == 200


def test_a_bare_token_of_a_device_without_a_key_works_as_before_and_is_of_no_use_to_one_with_a_key(
    central: Central,
) -> None:
    bare, tablet = central.device("BDG"), enrolled(central)
    assert bare.post("pull").status_code == 200
    assert_refused(tablet.post(PULL, pull_fields(tablet), token=bare.token), "sync.access_ended")


def test_a_signature_over_another_body_path_or_method_is_refused(central: Central) -> None:
    tablet = enrolled(central)
    body = b'{"device_id":"' + tablet.device_id.encode() + b'","schema_number":2}'
    signed = tablet.headers(PULL, body, token=tablet.access)
    with unchanged(central.database):
        for path, content in ((PULL, body + b" "), ("/v1/sync/hello", body), (f"{PULL}?a=1", body)):
            assert_refused(central.http.post(path, content=content, headers=signed), "sync.signature_refused")
        put = tablet.headers(PULL, body, token=tablet.access, method="PUT")
        assert_refused(central.http.post(PULL, content=body, headers=put), "sync.signature_refused")
    assert central.http.post(PULL, content=body, headers=signed).status_code == 200


def test_a_body_is_signed_as_it_is_sent(central: Central) -> None:
    tablet = enrolled(central)
    plain = b'{"device_id":"' + tablet.device_id.encode() + b'","schema_number":2}'
    packed = gzip.compress(plain)
    for content, signed, status in ((packed, packed, 200), (packed, plain, 401), (plain, plain, 200)):
        headers = tablet.headers(PULL, signed, token=tablet.access)
        coding = {"content-encoding": "gzip"} if content is packed else {}
        assert central.http.post(PULL, content=content, headers=headers | coding).status_code == status


def test_a_signature_of_another_time_is_refused_with_the_server_s_time(central: Central) -> None:
    tablet = enrolled(central)
    for wrong in (timedelta(seconds=SKEW_S + 1), -timedelta(seconds=SKEW_S + 1), timedelta(days=3650)):
        at = central.clock() + wrong
        answer = tablet.post(PULL, pull_fields(tablet), token=tablet.access, at=at)
        assert_refused(answer, "sync.clock_skewed")
        assert answer.json()["server_time"] == "2026-11-22T03:42:00Z"


def test_the_same_request_is_not_accepted_twice(central: Central) -> None:
    tablet = enrolled(central)
    nonce = nonce_of(b"0123456789abcdef")
    assert tablet.post(PULL, pull_fields(tablet), token=tablet.access, nonce=nonce).status_code == 200
    with unchanged(central.database):
        for _ in range(2):
            central.clock.advance(timedelta(seconds=20))
            again = tablet.post(PULL, pull_fields(tablet), token=tablet.access, nonce=nonce)
            assert_refused(again, "sync.replayed")


def test_a_request_whose_signature_is_wrong_uses_up_no_nonce(central: Central) -> None:
    tablet, thief = enrolled(central), Signer(central, new_key(9))
    thief.keyid = tablet.keyid
    nonce = nonce_of(b"0123456789abcdef")
    assert_refused(thief.post(PULL, pull_fields(tablet), token=tablet.access, nonce=nonce), "sync.signature_refused")
    assert tablet.post(PULL, pull_fields(tablet), token=tablet.access, nonce=nonce).status_code == 200


# --- access tokens


def test_an_access_token_ends_after_ten_minutes_and_another_is_got(central: Central) -> None:
    tablet = enrolled(central)
    central.clock.advance(ACCESS_FOR - timedelta(seconds=1))
    assert tablet.call("pull").status_code == 200
    central.clock.advance(timedelta(seconds=1))
    assert_refused(tablet.call("pull"), "sync.access_ended")
    tablet.renew()
    assert tablet.call("pull").status_code == 200


def test_a_forged_access_token_is_refused(central: Central) -> None:
    tablet = enrolled(central)
    tablet.access = "0" * 64
    assert_refused(tablet.call("pull"), "sync.access_ended")


def test_access_tokens_that_are_over_are_dropped(central: Central) -> None:
    tablet = enrolled(central)
    tablet.renew()
    counted = sa.select(sa.func.count()).select_from(ACCESS_TOKEN)

    def kept() -> int:
        with central.database.reading() as connection:
            return int(connection.execute(counted).scalar_one())

    assert kept() == 2
    central.clock.advance(ACCESS_FOR)
    tablet.renew()
    assert kept() == 1
    central.clock.advance(3 * ACCESS_FOR)
    assert (end_access(central.database, central.clock()), kept()) == (1, 0)


# --- refresh tokens


def test_a_refresh_token_brings_the_next_one_and_the_version_and_platform_are_kept(central: Central) -> None:
    tablet = enrolled(central)
    first = tablet.renew()
    second = tablet.renew()
    assert len({first, second, tablet.refresh}) == 3
    (row,) = list_devices(central.database)
    assert (row.app_version, row.platform) == ("1.1", "Linux")


def test_the_same_successor_is_delivered_again_until_it_is_first_used_however_late(central: Central) -> None:
    tablet = enrolled(central)
    used = tablet.renew()
    for later in (timedelta(seconds=1), timedelta(days=80)):
        central.clock.advance(later)
        answer = tablet.use(used)
        assert answer.json()["refresh_token"] == tablet.refresh
        tablet.access = answer.json()["access_token"]
        assert tablet.call("pull").status_code == 200
    tablet.renew()
    assert tablet.call("pull").status_code == 200


def test_another_process_of_the_device_that_comes_second_gets_the_same_successor_for_a_minute(central: Central) -> None:
    tablet = enrolled(central)
    first = tablet.renew()
    second = tablet.refresh
    central.clock.advance(DELIVERED_AGAIN_FOR)
    tablet.renew()
    assert tablet.use(first).json()["refresh_token"] == second
    central.clock.advance(timedelta(seconds=1))
    assert_refused(tablet.use(first), "sync.enrolment_ended")


def test_of_several_that_use_one_token_at_once_all_get_the_same_successor(central: Central) -> None:
    tablet = enrolled(central)
    for _ in range(5):
        request = TokenRequest(refresh_token=tablet.refresh)

        def use(_: int, request: TokenRequest = request) -> TokenReply:
            return refresh(central.database, tablet.keyid, request, now=central.clock(), random_bytes=token_bytes)

        with ThreadPoolExecutor(4) as threads:
            replies = list(threads.map(use, range(4)))
        assert len({reply.refresh_token for reply in replies}) == 1
        assert len({reply.access_token for reply in replies}) == 4
        used, tablet.refresh = tablet.refresh, replies[0].refresh_token
        assert used != tablet.refresh
    with central.database.reading() as connection:
        assert connection.execute(sa.select(REFRESH_FAMILY.c.newest_n)).scalar_one() == 6


def test_an_older_refresh_token_used_again_ends_every_token_of_the_device(central: Central) -> None:
    tablet, other = enrolled(central, number=1), enrolled(central, number=2)
    stolen = tablet.renew()
    central.clock.advance(timedelta(minutes=5))
    tablet.renew()
    tablet.renew()
    assert_refused(tablet.use(stolen), "sync.enrolment_ended")
    assert_refused(tablet.call("pull"), "sync.access_ended")
    assert_refused(tablet.use(tablet.refresh), "sync.enrolment_ended")
    assert other.call("pull").status_code == 200
    other.renew()


def test_a_forged_refresh_token_is_refused_and_ends_nothing(central: Central) -> None:
    tablet = enrolled(central)
    forged = f"2{tablet.refresh[1:]}", f"1.{'0' * 64}", f"9.{'0' * 64}", "", f"1.{'F' * 64}", "1.\u00e9"
    with unchanged(central.database):
        for one in forged:
            assert_refused(tablet.use(one), "sync.enrolment_ended")
    tablet.renew()


def test_a_refresh_token_ends_90_days_after_the_last_use(central: Central) -> None:
    tablet = enrolled(central)
    for _ in range(3):
        central.clock.advance(REFRESH_FOR)
        tablet.renew()
    central.clock.advance(REFRESH_FOR + timedelta(seconds=1))
    assert_refused(tablet.use(tablet.refresh), "sync.enrolment_ended")


def test_a_device_goes_on_where_the_server_was_restored_from_before_its_last_tokens(central: Central) -> None:
    tablet = enrolled(central)
    with central.database.reading() as connection:
        backup = connection.execute(sa.select(REFRESH_FAMILY)).one()._asdict()
    for _ in range(5):
        tablet.renew()
    with central.database.writing() as connection:
        connection.execute(sa.update(REFRESH_FAMILY).values(backup))
        connection.execute(sa.delete(ACCESS_TOKEN))
    assert_refused(tablet.call("pull"), "sync.access_ended")
    used = tablet.renew()
    assert tablet.call("pull").status_code == 200
    assert tablet.use(used).json()["refresh_token"] == tablet.refresh


numbers = st.integers(1, 50)
moments = st.integers(0, 10_000).map(lambda seconds: START_AT + timedelta(seconds=seconds))


@given(newest_n=numbers, used_n=numbers, newest_at=moments, before_at=moments, now=moments)
def test_no_token_has_two_successors_and_none_is_skipped(
    newest_n: int, used_n: int, newest_at: datetime, before_at: datetime, now: datetime
) -> None:
    next_n = successor(Family(newest_n, newest_at, before_at), used_n, now)
    assert next_n in {used_n + 1, None}
    if used_n >= newest_n - 1:
        assert next_n is not None
    if used_n < newest_n - 2:
        assert next_n is None


# --- revoked devices and what a manager sees


def test_a_revoked_device_is_told_so_by_every_call_and_only_with_its_key(central: Central) -> None:
    tablet, other = enrolled(central, number=1), enrolled(central, number=2)
    assert revoke_device(central.database, tablet.keyid, now=central.clock)
    assert_refused(tablet.call("pull"), "sync.device_revoked")
    assert_refused(tablet.use(tablet.refresh), "sync.device_revoked")
    central.clock.advance(timedelta(days=1))
    end_access(central.database, central.clock())
    assert_refused(tablet.call("pull"), "sync.access_ended")
    assert_refused(tablet.use(tablet.refresh), "sync.device_revoked")
    posing = replace(other, keyid=tablet.keyid)
    assert_refused(posing.use(tablet.refresh), "sync.signature_refused")


def test_devices_are_listed_with_what_they_told_and_renamed(central: Central) -> None:
    tablet = enrolled(central, "BDG", number=1)
    bare = central.device("MKS")
    assert rename_device(central.database, tablet.keyid, " Meja   depan ")
    assert not rename_device(central.database, SITI, "Nobody")
    for next_n in (1, 4):
        assert tablet.call("pull", next_n=next_n).status_code == 200
        assert {row.waiting for row in list_devices(central.database) if row.id == tablet.keyid} == {next_n - 1}
    bare.post("hello", app_version="0.9")
    rows = {row.name: row for row in list_devices(central.database)}
    assert {name: (row.signs, row.waiting, row.app_version) for name, row in rows.items()} == {
        "Meja depan": (True, 3, "1.0"),
        "tablet 1": (False, None, "0.9"),
    }
    assert rows["Meja depan"].last_seen_at == central.clock()
    revoke_device(central.database, tablet.keyid, now=central.clock)
    assert [row.name for row in list_devices(central.database)] == ["tablet 1", "Meja depan"]
    assert [row.name for row in list_devices(central.database, rows["tablet 1"].store_id)] == ["tablet 1"]


def test_a_device_whose_key_is_unknown_is_not_told_whether_its_registration_exists(central: Central) -> None:
    signer = Signer(central, new_key(1), keyid=SITI)
    assert_refused(signer.post("/v1/token", {"refresh_token": "1"}), "sync.signature_refused")
    with central.database.reading() as connection:
        assert connection.execute(sa.select(DEVICE)).all() == []

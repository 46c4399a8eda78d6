"""Bad input, one kind a test: a problem document with a 4xx, never a 5xx, and not one row of any table changes."""

import base64
import gzip
import json
import socket
from collections.abc import Iterator
from itertools import repeat
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import orjson
import pytest

from sync.central_api.daily import do_if_due
from sync.central_api.tables import CUSTOMER_CHILD, RECORD, SCOPE, SCOPE_ROW
from sync.protocol.mutations import MUTATIONS
from sync.protocol.wire import MAX_JSON_DEPTH, MAX_PUSH_BYTES, SCHEMA
from tests.central_api.bare_calls import (
    JSON,
    BareAnswer,
    BareHeaders,
    assert_problem,
    bare_call,
    read_problem,
    rows_of,
    unchanged,
)
from tests.central_api.retailer import SITI, Central, Device
from tests.support.serving import serve

CALLS: Final = ("hello", "pull", "push")
MIB: Final = 1024 * 1024
whatever_the_database = pytest.mark.parametrize("central", ["sqlite"], indirect=True)
"""Once is enough: what is asked never reaches the database."""


@pytest.fixture
def tablet(central: Central) -> Device:
    """A device that has pulled once, so that a refusal has a registration and an identity to leave alone."""
    tablet = central.device("BDG")
    tablet.pull()
    return tablet


def send(
    central: Central, tablet: Device, call: str, *pieces: bytes, headers: BareHeaders = JSON, token: bytes | None = None
) -> BareAnswer:
    """The answer to a signed-in call with this body."""
    said = b"Bearer " + (tablet.token.encode() if token is None else token)
    path = f"/v1/sync/{call}"
    return bare_call(
        central.application, "POST", path, headers=[*headers, (b"authorization", said)], pieces=pieces or (b"",)
    )


def send_json(central: Central, tablet: Device, call: str, **fields: Any) -> BareAnswer:
    """The answer to a call with these fields, in ASCII: httpx itself refuses to send half a character."""
    body = {"device_id": tablet.device_id, "schema_number": SCHEMA, "entries": [], **fields}
    return send(central, tablet, call, json.dumps(body).encode())


def push_of(tablet: Device, args: str) -> bytes:
    """A push of one note whose args are this JSON text."""
    entry = json.dumps(tablet.note(SITI, "x") | {"args": "HERE"}).replace('"HERE"', args)
    return f'{{"device_id":"{tablet.device_id}","schema_number":{SCHEMA},"entries":[{entry}]}}'.encode()


def assert_args_refused(central: Central, tablet: Device, *all_args: str) -> None:
    with unchanged(central.database):
        for args in all_args:
            assert_problem(send(central, tablet, "push", push_of(tablet, args)), 422, "sync.invalid")


# --- size


@whatever_the_database
def test_a_gzip_bomb_is_not_unpacked_beyond_the_limit(central: Central, tablet: Device) -> None:
    bomb = gzip.compress(b" " * (40 * MIB), 1)
    assert len(bomb) < MIB
    packed: BareHeaders = [*JSON, (b"content-encoding", b"gzip")]
    with unchanged(central.database):
        assert_problem(send(central, tablet, "push", bomb, headers=packed), 413, "sync.too_large")


@whatever_the_database
def test_a_body_of_100_mb_is_refused_once_8_mib_have_come(central: Central, tablet: Device) -> None:
    piece = b" " * MIB
    with unchanged(central.database):
        answer = send(central, tablet, "push", *repeat(piece, 100))
    assert_problem(answer, 413, "sync.too_large")
    assert answer.pieces_read == MAX_PUSH_BYTES // MIB + 1


@whatever_the_database
def test_a_body_that_says_it_has_100_mb_is_not_read_at_all(central: Central, tablet: Device) -> None:
    stated: BareHeaders = [*JSON, (b"content-length", b"100000000")]
    with unchanged(central.database):
        answer = send(central, tablet, "push", b"{}", headers=stated)
    assert_problem(answer, 413, "sync.too_large")
    assert answer.pieces_read == 0


# --- what JSON can say and a database cannot keep


def test_nul_is_refused(central: Central, tablet: Device) -> None:
    assert_args_refused(central, tablet, r'{"text":"a\u0000b"}', r'{"a\u0000":1}', r'{"a":[{"b":"\u0000"}]}')


def test_a_lone_surrogate_is_refused(central: Central, tablet: Device) -> None:
    assert_args_refused(
        central, tablet, r'{"text":"\ud800"}', r'{"text":"\udc00x"}', r'{"\udfff":1}', r'{"a":["\ud83d"]}'
    )


def test_nul_and_lone_surrogates_are_refused_beside_the_args_too(central: Central, tablet: Device) -> None:
    entry = tablet.note(SITI, "x")
    with unchanged(central.database):
        for character in ("\x00", "\ud800"):
            for field in ("actor", "at", "name", "uuid"):
                odd = send_json(central, tablet, "push", entries=[entry | {field: f"a{character}"}])
                assert_problem(odd, 422, "sync.invalid")
            assert_problem(send_json(central, tablet, "pull", refetch=[character]), 422, "sync.invalid")
            assert_problem(send_json(central, tablet, "hello", app_version=character), 422, "sync.invalid")


def test_a_number_beyond_2_to_the_63_is_refused_wherever_it_stands(central: Central, tablet: Device) -> None:
    entry = tablet.note(SITI, "x")
    with unchanged(central.database):
        for number in (2**53, 2**63, -(2**63) - 1, 10**400, 1e308, 1.5):
            for field in ("settled_n", "next_n", "limit", "schema_number"):
                assert_problem(tablet.post("pull", **{field: number}), 422, "sync.invalid")
            for field in ("n", "version"):
                assert_problem(tablet.post("push", entries=[entry | {field: number}]), 422, "sync.invalid")


def test_a_number_beyond_2_to_the_63_is_refused_in_args(central: Central, tablet: Device) -> None:
    numbers = (str(2**53), str(2**63), str(-(2**63) - 1), "9" * 400, "1e999", "NaN", "-Infinity")
    assert_args_refused(central, tablet, *(f'{{"deep":[{number}]}}' for number in numbers))


@whatever_the_database
def test_a_number_of_6000_digits_is_no_json(central: Central, tablet: Device) -> None:
    with unchanged(central.database):
        answer = send(central, tablet, "pull", b'{"schema_number":' + b"9" * 6_000 + b"}")
    assert_problem(answer, 400, "sync.invalid_json")


@whatever_the_database
def test_deep_nesting_is_refused(central: Central, tablet: Device) -> None:
    with unchanged(central.database):
        for depth in (MAX_JSON_DEPTH + 1, 900, 5_000, 200_000):
            for opened, inside, closed in ((b"[", b"", b"]"), (b'{"a":', b"1", b"}")):
                nested = opened * depth + inside + closed * depth
                entry = push_of(tablet, '{"deep":HERE}').replace(b"HERE", nested)
                for call, content in (*((call, nested) for call in CALLS), ("push", entry)):
                    problem = read_problem(send(central, tablet, call, content))
                    assert (problem.status, problem.code) in {(422, "sync.invalid"), (400, "sync.invalid_json")}


# --- words of the protocol


def test_an_unknown_mutation_gets_its_verdict_and_changes_no_record(central: Central, tablet: Device) -> None:
    records = RECORD, SCOPE, SCOPE_ROW, CUSTOMER_CHILD
    before = rows_of(central.database, records)
    unknown = [tablet.entry(name, {"customer_id": SITI}) for name in ("", "note.Write", "__class__", "catatan")]
    newer = [tablet.entry(name, {"customer_id": SITI}, version=version + 1) for name, version in MUTATIONS]
    assert set(tablet.push(*unknown, *newer)) == {("rejected", "mutation.unknown")}
    assert rows_of(central.database, records) == before


@whatever_the_database
def test_a_schema_that_is_not_spoken_here_is_refused(central: Central, tablet: Device) -> None:
    with unchanged(central.database):
        for call in CALLS:
            for number in (SCHEMA + 1, 1_000_000):
                answer = send_json(central, tablet, call, schema_number=number)
                assert_problem(answer, 426, "sync.upgrade_needed")


def test_a_time_that_no_calendar_has_is_the_entrys_verdict(central: Central, tablet: Device) -> None:
    for moment in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "x", "2026-01-01"):
        assert tablet.push(tablet.note(SITI, "x", written_at=moment)) == [("rejected", "mutation.invalid_args")]


def _edited(known: str) -> Iterator[str]:
    payload, tag = known.split(".")
    positions = orjson.loads(base64.urlsafe_b64decode(payload + "=="))
    ahead = {scope: [epoch, 2**63] for scope, (epoch, _) in positions.items()}
    others: tuple[Any, ...] = (ahead, {}, [], {"global": None}, {"global": ["x", -1]})
    for edited in others:
        yield f"{base64.urlsafe_b64encode(orjson.dumps(edited)).rstrip(b'=').decode()}.{tag}"
    yield from (payload, f"{payload}.", f".{tag}", f"{payload}.{tag}.{tag}", known[:-2], known.swapcase())
    yield from ("x", "..", "é", "e30.AAAA", "\x00", "=" * 19_000)


def test_a_cursor_edited_by_hand_starts_over_and_is_never_an_empty_page(central: Central, tablet: Device) -> None:
    assert tablet.cursor is not None
    assert tablet.page is not None
    for cursor in _edited(tablet.cursor):
        with unchanged(central.database):
            answer = send_json(central, tablet, "pull", cursor=cursor)
        assert answer.status == 200, cursor
        page = json.loads(answer.content)
        assert (page["must_refetch"], page["last_page"], page["changes"]) == (tablet.page.grants, False, [])
    with unchanged(central.database):
        assert_problem(send_json(central, tablet, "pull", cursor="\ud800"), 422, "sync.invalid")


def test_a_cursor_of_another_device_gives_only_what_the_asking_one_is_granted(central: Central, tablet: Device) -> None:
    stranger = central.device("MKS")
    stranger.pull()
    tablet.cursor = stranger.cursor
    tablet.rows.clear()
    tablet.pull()
    assert {scope for scope, _, _ in tablet.rows} == {f"store:{tablet.store_id}"}


def test_a_device_id_of_another_registration_is_refused(central: Central, tablet: Device) -> None:
    thief = central.device("MKS", device_id=tablet.device_id)
    with unchanged(central.database):
        for call in CALLS:
            assert_problem(thief.post(call, entries=[thief.note(SITI, "pinjam")]), 403, "sync.wrong_credential")


TOKENS: Final = (b"\xff\xfe", b"\x00", "kunci é".encode(), b"x" * 100_000, b"' OR 1=1 --", b"")


def test_a_token_of_odd_bytes_is_signed_out(central: Central, tablet: Device) -> None:
    body = json.dumps({"device_id": tablet.device_id, "schema_number": SCHEMA, "entries": []}).encode()
    with unchanged(central.database):
        for token in TOKENS:
            for call in CALLS:
                assert_problem(send(central, tablet, call, body, token=token), 401, "sync.signed_out")


# --- headers and addresses

OTHER_TYPES: Final = (
    b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x", b"multipart/form-data",
    b"application/json; charset=\xff", b"application/xml", b"\xff\xfe", b";;;", b"",
)  # fmt: skip


@whatever_the_database
def test_another_content_type_is_refused(central: Central, tablet: Device) -> None:
    with unchanged(central.database):
        for kind in OTHER_TYPES:
            for content in (b"--x\r\n\r\n\xff", b"a=%00&b", b'{"device_id":'):
                problem = read_problem(send(central, tablet, "pull", content, headers=[(b"content-type", kind)]))
                assert (problem.status, problem.code) in {(422, "sync.invalid"), (400, "sync.invalid_json")}


STATED: Final = (
    (b"x",), (b"-1",), (b"",), (b"1e3",), (b"+2",), (b" 2",), (b"9" * 5_000,), (b"2", b"3"), (b"\xff",), (b"2,2",),
)  # fmt: skip


@whatever_the_database
def test_a_content_length_that_is_none_is_refused(central: Central, tablet: Device) -> None:
    with unchanged(central.database):
        for stated in STATED:
            headers: BareHeaders = [*JSON, *((b"content-length", size) for size in stated)]
            assert_problem(send(central, tablet, "pull", b"{}", headers=headers), 400, "sync.invalid_encoding")


@whatever_the_database
def test_an_unknown_content_coding_is_refused(central: Central, tablet: Device) -> None:
    with unchanged(central.database):
        for coding in (b"br", b"deflate", b"gzip, gzip", b"\xff", b"gzip\x00"):
            headers: BareHeaders = [*JSON, (b"content-encoding", coding)]
            assert_problem(send(central, tablet, "push", b"{}", headers=headers), 415, "sync.unknown_encoding")


@whatever_the_database
def test_an_address_beside_an_endpoint_is_not_found_and_redirects_nowhere(central: Central, tablet: Device) -> None:
    with unchanged(central.database):
        for path in ("/v1/sync/pull/", "/v1/sync//pull", "/v1/sync/pull\x00", "/v1/sync/\udcff", "/" + "x" * 10_000):
            answer = bare_call(central.application, "POST", path, headers=[*JSON, (b"host", b"evil.example")])
            assert_problem(answer, 404, "sync.not_found")


@whatever_the_database
def test_a_method_that_is_not_served_is_told_which_one_is(central: Central, tablet: Device) -> None:
    with unchanged(central.database):
        for method in ("GET", "PUT", "DELETE", "TRACE", "QUERY", "x"):
            answer = bare_call(central.application, method, "/v1/sync/pull", headers=JSON)
            assert_problem(answer, 405, "sync.method_not_allowed")
            assert answer.headers["allow"] == "POST"


# --- by the real server, which reads what the application never sees

CALL: Final = b"POST /v1/sync/push HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n"
JUNK: Final = (
    b"\x00\xff" * 40 + b"\r\n\r\n",
    b"GET\r\n\r\n",
    CALL + b"content-length: x\r\n\r\n{}",
    CALL + b"content-length: -1\r\n\r\n{}",
    CALL + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}}",
    CALL + b"transfer-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}",
    CALL + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    CALL + b"x\x00y: 1\r\ncontent-length: 2\r\n\r\n{}",
    CALL + b"no colon\r\n\r\n",
)


def _status(address: str, sent: bytes) -> int:
    """The status of the answer on a connection that is used once."""
    place = urlsplit(address)
    assert place.hostname is not None
    assert place.port is not None
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(sent)
        with connection.makefile("rb") as answer:
            return int(answer.readline().split(b" ")[1])


@whatever_the_database
def test_bytes_that_are_no_http_get_a_4xx_and_the_server_goes_on(central: Central) -> None:
    do_if_due(central.database, central.clock())  # or the server does the day's work meanwhile
    with serve(central.application) as address, unchanged(central.database):
        statuses = [_status(address, sent) for sent in JUNK]
        assert httpx.get(f"{address}/healthz", trust_env=False).json() == {"status": "ok"}
    assert [status for status in statuses if not 400 <= status < 500] == []

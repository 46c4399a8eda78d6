"""Garbage, strangers and bombs: each gets an answer with a code, never a 5xx and never an echo of what was sent."""

import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.central_api.errors import PictureRefused
from sync.central_api.pictures import keep_picture
from sync.protocol.mutations import MUTATIONS, VOID
from sync.protocol.wire import SCHEMA
from tests.central_api.bare_calls import assert_problem
from tests.central_api.retailer import SITI, Central

whatever_the_database = pytest.mark.parametrize("central", ["sqlite"], indirect=True)
"""Once is enough: what is asked never reaches the database, or does not depend on its kind."""

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def send(central: Central, call: str, content: bytes, *, token: str | None = None, **headers: str) -> httpx.Response:
    token = central.device("BDG").token if token is None else token
    sent = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    return central.http.post(f"/v1/sync/{call}", content=content, headers=sent)


def with_args(central: Central, args: str) -> bytes:
    """A push of one note whose args are this JSON text."""
    tablet = central.device("BDG")
    entry = json.dumps(tablet.note(SITI, "x") | {"args": "HERE"}).replace('"HERE"', args)
    return f'{{"device_id":"{tablet.device_id}","schema_number":{SCHEMA},"entries":[{entry}]}}'.encode()


@pytest.mark.parametrize("call", ["hello", "pull", "push", "verify", "rows"])
def test_no_token_and_a_wrong_token_are_signed_out(central: Central, call: str) -> None:
    tablet = central.device("BDG")
    body = {"device_id": tablet.device_id, "schema_number": SCHEMA, "entries": [], "scope": "x", "names": [["x", SITI]]}
    for headers in ({}, {"authorization": "Bearer x"}, {"authorization": "Basic eDp5"}, {"authorization": "Bearer "}):
        response = central.http.post(f"/v1/sync/{call}", json=body, headers=headers)
        assert_problem(response, 401, "sync.signed_out")
        assert response.headers["www-authenticate"] == "Bearer"


UNREADABLE = [
    (b"", 422, "sync.invalid"),
    (b"{", 400, "sync.invalid_json"),
    (b"\xff\xfe", 400, "sync.invalid_json"),
    (b"[" * 100_000, 400, "sync.invalid_json"),
    (b"null", 422, "sync.invalid"),
    (b"[]", 422, "sync.invalid"),
    (b'{"device_id":"x","schema_number":1}', 422, "sync.invalid"),
    (b'{"device_id":"018F0000-0000-7000-8000-000000000001","schema_number":1}', 422, "sync.invalid"),
    (b'{"schema_number":' + b"9" * 6_000 + b"}", 400, "sync.invalid_json"),
    (b"<html>", 400, "sync.invalid_json"),
]


@pytest.mark.parametrize("call", ["hello", "pull", "push", "verify", "rows"])
def test_what_cannot_be_read_is_the_senders_to_mend(central: Central, call: str) -> None:
    for content, status, code in UNREADABLE:
        assert_problem(send(central, call, content), status, code)


@whatever_the_database
def test_a_packed_request_is_unpacked(central: Central) -> None:
    tablet = central.device("BDG")
    body = {"device_id": tablet.device_id, "schema_number": SCHEMA, "entries": [tablet.note(SITI, "padat")]}
    packed = gzip.compress(json.dumps(body).encode())
    response = send(central, "push", packed, token=tablet.token, content_encoding="gzip")
    assert response.json()["verdicts"][0]["status"] == "applied"


@whatever_the_database
def test_broken_or_unknown_packing_is_refused(central: Central) -> None:
    whole = gzip.compress(b"{}")
    for broken in (b"not gzip", whole[:-4], whole + b"more"):
        response = send(central, "push", broken, content_encoding="gzip")
        assert_problem(response, 400, "sync.invalid_encoding")
    assert_problem(send(central, "push", b"{}", content_encoding="br"), 415, "sync.unknown_encoding")


@whatever_the_database
def test_a_large_page_is_packed_for_who_takes_it(central: Central) -> None:
    response = central.device("BDG").post("pull")
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["cache-control"] == "no-store"


@whatever_the_database
def test_unknown_addresses_and_methods_are_problems_too(central: Central) -> None:
    assert_problem(central.http.get("/v1/sync/nothing"), 404, "sync.not_found")
    assert_problem(central.http.get("/v1/sync/pull"), 405, "sync.method_not_allowed")


def test_a_refusal_repeats_nothing_of_what_was_sent(central: Central) -> None:
    response = send(central, "push", with_args(central, '{"text":"rahasia\\u0000"}'))
    assert b"rahasia" not in response.content


@whatever_the_database
def test_the_openapi_description_names_every_problem(central: Central) -> None:
    description = central.http.get("/openapi.json").json()
    for call in ("hello", "pull", "push"):
        responses = description["paths"][f"/v1/sync/{call}"]["post"]["responses"]
        assert {"200", "400", "401", "403", "409", "413", "422", "426", "429", "503"} <= responses.keys()
        assert "application/problem+json" in responses["422"]["content"]
    assert "ProblemDocument" in description["components"]["schemas"]
    assert "$defs" not in json.dumps(description)


def test_a_sign_of_life_needs_no_token(central: Central) -> None:
    assert central.http.get("/healthz").json() == {"status": "ok"}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ARGS = st.sampled_from(sorted({field for one in MUTATIONS.values() for field in one.args_model.model_fields}))
NAMES = st.sampled_from(sorted({name for name, _ in MUTATIONS} | {VOID}))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(args=st.dictionaries(ARGS, JSON_VALUES | st.just(SITI)), name=NAMES)
def test_whatever_an_entry_says_it_gets_a_verdict_or_a_4xx(central: Central, args: dict[str, Any], name: str) -> None:
    tablet = central.device("BDG")
    body = {"device_id": tablet.device_id, "schema_number": SCHEMA, "entries": [tablet.entry(name, args)]}
    response = send(central, "push", json.dumps(body).encode(), token=tablet.token)
    assert response.status_code < 500
    if response.status_code == 200:
        (verdict,) = response.json()["verdicts"]
        assert verdict["code"] != "mutation.failed"


# --- pictures


@whatever_the_database
def test_a_kept_picture_is_served_without_a_token(central: Central) -> None:
    assert keep_picture(central.pictures, "kemeja-linen.png", PNG)
    assert not keep_picture(central.pictures, "kemeja-linen.png", PNG)
    response = central.http.get("/v1/pictures/kemeja-linen.png")
    assert (response.content, response.headers["content-type"]) == (PNG, "image/png")
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("../evil.png", PNG),
        ("a/b.png", PNG),
        ("a\\b.png", PNG),
        (".hidden.png", PNG),
        ("x.svg", b"<svg/>"),
        ("x.png", b"<html>"),
        ("x.html", PNG),
        ("x.png\x00", PNG),
        ("x" * 300 + ".png", PNG),
    ],
)
def test_what_is_no_picture_or_no_name_is_not_kept(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(PictureRefused):
        keep_picture(tmp_path / "pictures", name, content)
    assert not (tmp_path / "pictures").exists()


@whatever_the_database
def test_no_address_leads_out_of_the_pictures_folder(central: Central) -> None:
    keep_picture(central.pictures, "there.png", PNG)
    (central.pictures.parent / "secret.png").write_bytes(PNG)
    for path in (
        "../secret.png",
        "%2e%2e%2fsecret.png",
        "..%5csecret.png",
        "x.png",
        "secret.png",
        "%00",
        "there.png%00",
    ):
        assert central.http.get(f"/v1/pictures/{path}").status_code == 404

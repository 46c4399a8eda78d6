"""Customers' requests over the wire: a privacy officer's alone, by a key of their own, step by step."""

from datetime import timedelta
from typing import Any

import pytest

from sync.central_api.audit import accesses_of
from sync.central_api.devices import list_devices, revoke_device
from sync.protocol.audit import AuditKind
from sync.protocol.kinds import Kind
from sync.protocol.privacy_wire import PrivacyRequestMessage, PrivacyRequestsReply
from tests.central_api.enrolled import enrolled
from tests.central_api.retailer import SITI, Central, customer, the_id
from tests.central_api.team import AGUS, DEWI, PUTRI, WATI, Person, hire_leaders, signed_in

REQUESTS = "/v1/privacy/requests"


@pytest.fixture
def putri(central: Central) -> Person:
    """The privacy officer, on an enrolled tablet."""
    hire_leaders(central)
    return signed_in(central, enrolled(central), PUTRI)


def told(person: Person, path: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = person.ask(path, fields, method="GET" if fields is None else "POST")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return dict(answer.json())


def opened(person: Person, kind: str) -> str:
    request_id = str(told(person, REQUESTS, {"kind": kind, "customer_id": SITI})["id"])
    assert told(person, f"{REQUESTS}/{request_id}/steps", {"step": "identity", "how": "code"})["identity_how"] == "code"
    return request_id


def test_an_officer_opens_requests_and_sees_them_by_their_time(central: Central, putri: Person) -> None:
    first = opened(putri, "access")
    central.clock.advance(timedelta(seconds=1))
    second = opened(putri, "erasure")
    reply = PrivacyRequestsReply.model_validate(told(putri, REQUESTS))
    assert [(one.id, one.kind, one.state) for one in reply.requests] == [
        (first, "access", "identity_checked"), (second, "erasure", "identity_checked"),
    ]  # fmt: skip
    done = accesses_of(central.database, SITI)
    assert {one.entry.actor for one in done if one.entry.kind == AuditKind.REQUEST_MOVED} == {PUTRI}


def test_each_paper_and_step_is_had_over_the_wire(central: Central, putri: Person) -> None:
    copy = told(putri, f"{REQUESTS}/{opened(putri, 'copy')}/copy", {})
    assert copy["document"]["records"]["customer"][0]["name"] == "Siti Rahayu"
    for kind, step in (
        ("rectification", {"step": "correct", "fields": {"city": "Ubud"}}),
        ("restriction", {"step": "restrict"}),
        ("restriction", {"step": "lift"}),
        ("withdrawal", {"step": "withdraw"}),
    ):
        assert told(putri, f"{REQUESTS}/{opened(putri, kind)}/steps", step)["state"] == "done"
    (device,) = list_devices(central.database)
    report = told(putri, f"/v1/privacy/breach-reports/{device.id}?since=2026-11-01T00:00:00Z")["document"]
    assert report["document"] == "breach_report"


def test_every_device_is_told_that_may_have_been_lost(central: Central, putri: Person) -> None:
    lost = enrolled(central, "MKS", number=7)
    revoke_device(central.database, lost.keyid, now=central.clock)
    (here,) = [one for one in list_devices(central.database) if one.id == putri.tablet.keyid]
    found = {one["id"]: one for one in told(putri, "/v1/privacy/devices")["devices"]}
    assert found.keys() == {here.id, lost.keyid}
    assert (found[lost.keyid]["name"], found[lost.keyid]["store_name"]) == ("tablet 7", "Makassar Panakkukang")
    assert found[lost.keyid]["revoked_at"]
    assert found[here.id]["revoked_at"] is None


def test_an_erasure_is_carried_out_over_the_wire_and_its_devices_are_named(central: Central, putri: Person) -> None:
    central.take(customer("twin", "S", email="siti@example.id"))
    twin = the_id(Kind.CUSTOMER, "twin")
    other = central.device()
    other.pull()
    path = f"{REQUESTS}/{opened(putri, 'erasure')}"
    refused = putri.ask(f"{path}/steps", {"step": "erase"})
    assert (refused.status_code, refused.json()["code"]) == (422, "privacy.lookalikes_undecided")
    assert [one["customer_id"] for one in told(putri, path)["lookalikes"]] == [twin]
    erased = PrivacyRequestMessage.model_validate(told(putri, f"{path}/steps", {"step": "erase", "others": [twin]}))
    assert (erased.state, sorted(one.state for one in erased.devices)) == ("waiting", ["awaited", "never_here"])
    assert erased.devices_awaited == told(putri, REQUESTS)["requests"][0]["devices_awaited"]
    document = told(putri, f"{path}/certificate")["document"]
    assert (document["customer_ids"], document["devices_not_confirmed"]) == ([SITI], erased.devices_awaited)


@pytest.mark.parametrize("who", [DEWI, WATI, AGUS])
def test_nobody_else_handles_requests_whatever_else_they_may(central: Central, who: str) -> None:
    hire_leaders(central)
    person = signed_in(central, enrolled(central), who)
    any_id = SITI
    asked = [
        ("GET", REQUESTS, None),
        ("POST", REQUESTS, {"kind": "erasure", "customer_id": SITI}),
        ("GET", f"{REQUESTS}/{any_id}", None),
        ("POST", f"{REQUESTS}/{any_id}/steps", {"step": "erase"}),
        ("POST", f"{REQUESTS}/{any_id}/copy", {}),
        ("GET", f"{REQUESTS}/{any_id}/certificate", None),
        ("GET", f"/v1/privacy/breach-reports/{any_id}", None),
        ("GET", "/v1/privacy/devices", None),
    ]
    answers = [person.ask(path, fields, method=method) for method, path, fields in asked]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(403, "sync.forbidden")}


def test_without_a_token_of_the_officers_nothing_is_said(central: Central, putri: Person) -> None:
    putri.token = ""
    answer = putri.ask(REQUESTS, method="GET")
    assert (answer.status_code, answer.json()["code"]) == (401, "acting.ended")


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"step": "identity"}, "sync.invalid"),
        ({"step": "refuse"}, "sync.invalid"),
        ({"step": "finish"}, "sync.invalid"),
        ({"step": "extend"}, "sync.invalid"),
        ({"step": "extend", "delay": "bored"}, "sync.invalid"),
        ({"step": "extend", "delay": "complex"}, "privacy.not_extended"),
        ({"step": "reconsider"}, "privacy.step_not_allowed"),
        ({"step": "withdraw"}, "privacy.wrong_kind"),
    ],
)
def test_a_step_that_is_none_is_refused(central: Central, putri: Person, step: dict[str, str], code: str) -> None:
    answer = putri.ask(f"{REQUESTS}/{opened(putri, 'copy')}/steps", step)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    unknown = putri.ask(f"{REQUESTS}/x/steps", {"step": "doubt"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "privacy.request_unknown")

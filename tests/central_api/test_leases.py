"""Leases at the server: for whom, what they say, and by which key."""

from typing import Any

import pytest

from sync.central_api.associate_keys import end_associate_sessions
from sync.central_api.database import migrate
from sync.central_api.devices import Registration, revoke_device
from sync.central_api.leases import issue_leases
from sync.protocol.leases import LEASE_FOR, Expected, Lease, LeasesReply, check_lease
from sync.protocol.times import to_wire
from sync.protocol.wire import SCHEMA
from tests.central_api.bare_calls import assert_problem
from tests.central_api.enrolled import Enrolled, Signer, enrolled, make_code, new_key
from tests.central_api.retailer import BANDUNG, MAKASSAR, RANI, Central
from tests.central_api.team import AGUS, DEWI, hire, hire_leaders, signed_in


@pytest.fixture
def tablet(central: Central) -> Enrolled:
    hire_leaders(central)
    return enrolled(central, "BDG")


def leases(tablet: Enrolled) -> LeasesReply:
    answer = tablet.post("/v1/leases", {"schema_number": SCHEMA}, token=tablet.access)
    assert answer.status_code == 200, answer.text
    return LeasesReply.model_validate_json(answer.content)


def held(tablet: Enrolled) -> dict[str, Lease]:
    """Those that hold now, by associate."""
    reply, found = leases(tablet), {}
    for signed in reply.leases:
        about = Lease.model_validate_json(signed.text).associate_id
        expected = Expected(reply.server_key, tablet.keyid, about)
        lease = check_lease(signed, expected, now=tablet.central.clock(), heard_at=None)
        assert isinstance(lease, Lease), lease
        found[about] = lease
    return found


def test_whoever_has_a_key_on_the_device_has_a_lease_of_three_days(central: Central, tablet: Enrolled) -> None:
    assert leases(tablet).keyed == []
    for number, one in enumerate((RANI, DEWI, AGUS), 100):
        signed_in(central, tablet, one, number=number)
    found = held(tablet)
    roles = {one: (lease.role, lease.store_ids) for one, lease in found.items()}
    assert roles == {RANI: ("associate", [BANDUNG]), DEWI: ("manager", [BANDUNG]), AGUS: ("administrator", [])}
    assert found[RANI].issued_at == to_wire(central.clock())
    assert found[RANI].not_after == to_wire(central.clock() + LEASE_FOR)
    assert leases(enrolled(central, "BDG", number=2)).keyed == []


def test_a_lease_says_what_the_associate_is_now(central: Central, tablet: Enrolled) -> None:
    signed_in(central, tablet, RANI)
    hire(central, "rani", role="manager", stores=(BANDUNG, MAKASSAR))
    assert held(tablet)[RANI].role == "manager"
    hire(central, "rani", role="owner", stores=(BANDUNG,))
    assert held(tablet)[RANI].role == "associate"


def test_whoever_left_or_moved_or_was_signed_out_has_a_lease_no_more(central: Central, tablet: Enrolled) -> None:
    for number, one in enumerate((RANI, DEWI, AGUS), 100):
        signed_in(central, tablet, one, number=number)
    hire(central, "rani", stores=(BANDUNG,), active=False)
    hire(central, "dewi", role="manager", stores=(MAKASSAR,))
    end_associate_sessions(central.database, AGUS, now=central.clock())
    assert held(tablet) == {}
    assert leases(tablet).keyed == sorted((RANI, DEWI, AGUS)), "the device knows that they need one"


def test_the_key_of_a_server_stays_and_is_told_at_enrolment(central: Central, tablet: Enrolled) -> None:
    told = Signer(central, new_key(5)).enrol(make_code(central, seed=5)).json()["server_key"]
    assert leases(tablet).server_key == told
    migrate(central.database.url.render_as_string(hide_password=False))
    assert leases(tablet).server_key == told


def test_a_server_that_requires_sign_in_tells_its_devices(central: Central, tablet: Enrolled) -> None:
    registration = Registration(tablet.keyid, BANDUNG, None, signs=True)
    for required in (False, True):
        with central.database.reading() as connection:
            told = issue_leases(connection, registration, central.clock(), require_sign_in=required)
        assert (told.required, told.asks_for_keys) == (required, required)


def test_only_an_enrolled_device_gets_leases(central: Central, tablet: Enrolled) -> None:
    body: dict[str, Any] = {"schema_number": SCHEMA}
    headers = {"authorization": f"Bearer {central.device('BDG').token}"}
    answer = central.http.post("/v1/leases", json=body, headers=headers)
    assert_problem(answer, 401, "sync.signature_refused")
    revoke_device(central.database, tablet.keyid, now=central.clock)
    assert_problem(tablet.post("/v1/leases", body, token=tablet.access), 401, "sync.device_revoked")

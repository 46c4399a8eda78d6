"""The calls of a manager, as an enrolled device asks them in an associate's name."""

from typing import Any

import pytest

from sync.central_api.devices import Registration, revoke_device
from sync.central_api.principal import Principal
from sync.central_api.team import TeamManaging
from sync.protocol.ids import rule_id
from sync.protocol.roles import Role
from tests.central_api.bare_calls import assert_problem, unchanged
from tests.central_api.enrolled import Enrolled, Signer, enrolled, new_key
from tests.central_api.retailer import ANDI, BANDUNG, MAKASSAR, RANI, Central
from tests.central_api.team import DEWI, WATI, Person, hire, hire_leaders, make_code, signed_in
from tests.central_api.test_quarantine import hand_over, note


@pytest.fixture
def desk(central: Central) -> Enrolled:
    """The device of Bandung's manager; all leaders are hired."""
    hire_leaders(central)
    return enrolled(central, "BDG", number=50)


def told(person: Person, path: str, fields: dict[str, Any] | None = None) -> Any:
    answer = person.ask(f"/v1/manage/{path}", fields, method="GET" if fields is None else "POST")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_manager_adds_renames_and_revokes_a_device_of_their_store(central: Central, desk: Enrolled) -> None:
    dewi = signed_in(central, desk, DEWI)
    code = told(dewi, "devices/codes", {"store_id": BANDUNG, "name": "Meja depan"})["code"]
    device_id = Signer(central, new_key(51)).enrol(code).json()["registration_id"]
    assert told(dewi, "devices/rename", {"registration_id": device_id, "name": "Meja belakang"}) == {}
    names = {one["name"]: one["id"] for one in told(dewi, "devices")["devices"]}
    assert names == {"Meja belakang": device_id, "tablet 50": desk.keyid}
    assert told(dewi, "devices/revoke", {"registration_id": device_id}) == {}
    by_id = {one["id"]: one["revoked_at"] is not None for one in told(dewi, "devices")["devices"]}
    assert by_id == {device_id: True, desk.keyid: False}


def test_what_is_not_theirs_is_not_found_and_nothing_changes(central: Central, desk: Enrolled) -> None:
    dewi = signed_in(central, desk, DEWI)
    elsewhere = enrolled(central, "MKS", number=52)
    revoke_device(central.database, elsewhere.keyid, now=central.clock)
    hand_over(elsewhere, note(elsewhere, 1))
    entry = {"registration_id": elsewhere.keyid, "uuid": note(elsewhere, 1)["uuid"], "keep": False}
    asked = {
        "devices/rename": ({"registration_id": elsewhere.keyid, "name": "x"}, "devices.unknown"),
        "devices/revoke": ({"registration_id": elsewhere.keyid}, "devices.unknown"),
        "quarantine/settle": (entry, "quarantine.gone"),
        "team/end-sign-ins": ({"associate_id": ANDI}, "team.unknown"),
    }
    with unchanged(central.database):
        for path, (fields, code) in asked.items():
            assert_problem(dewi.ask(f"/v1/manage/{path}", fields), 404, code)
            stranger = {name: rule_id("nobody") if name.endswith("_id") else value for name, value in fields.items()}
            assert_problem(dewi.ask(f"/v1/manage/{path}", stranger), 404, code)
        forbidden = dewi.ask("/v1/manage/devices/codes", {"store_id": MAKASSAR})
        assert_problem(forbidden, 403, "sync.forbidden")
        assert told(dewi, "quarantine") == {"entries": [], "count": 0}


def test_without_an_associate_there_is_nothing_to_manage(central: Central, desk: Enrolled) -> None:
    nobody = Person(desk, DEWI, new_key(60))
    for method, path in (("GET", "devices"), ("GET", "quarantine"), ("GET", "team"), ("POST", "devices/revoke")):
        fields = {"registration_id": desk.keyid} if method == "POST" else None
        assert_problem(nobody.ask(f"/v1/manage/{path}", fields, method=method), 401, "acting.ended")


def test_an_entry_is_taken_over_from_the_quarantine(central: Central, desk: Enrolled) -> None:
    dewi = signed_in(central, desk, DEWI)
    lost = enrolled(central, "BDG", number=53)
    revoke_device(central.database, lost.keyid, now=central.clock)
    hand_over(lost, note(lost, 1))
    (waiting,) = told(dewi, "quarantine")["entries"]
    assert (waiting["args"]["text"], waiting["actor_name"]) == ("Suka biru", "Rani")
    settled = {"registration_id": lost.keyid, "uuid": waiting["uuid"], "keep": True}
    assert told(dewi, "quarantine/settle", settled) == {"refused": ""}
    assert told(dewi, "quarantine")["count"] == 0
    assert_problem(dewi.ask("/v1/manage/quarantine/settle", settled), 404, "quarantine.gone")


def test_the_team_is_told_with_who_has_a_key_where_and_a_sign_in_is_ended(central: Central, desk: Enrolled) -> None:
    dewi = signed_in(central, desk, DEWI)
    tablet, far = enrolled(central, "BDG", number=54), enrolled(central, "MKS", number=55)
    rani = signed_in(central, tablet, RANI, number=101)
    signed_in(central, far, ANDI, number=102)
    team = {one["id"]: one for one in told(dewi, "team")["members"]}
    assert RANI in team
    assert not {ANDI, WATI} & team.keys(), "another store's, and who is above them"
    assert [key["name"] for key in team[RANI]["keys"]] == ["tablet 54"]
    assert told(dewi, "team/end-sign-ins", {"associate_id": RANI}) == {"count": 1}
    assert rani.begin().json()["code"] == "acting.refused"
    assert {one["id"]: one["keys"] for one in told(dewi, "team")["members"]}[RANI] == []
    assert rani.add_key(make_code(central, RANI, seed=103)).status_code == 200


def test_the_team_is_told_who_is_ready_on_which_device(central: Central, desk: Enrolled) -> None:
    dewi = signed_in(central, desk, DEWI)
    tablet, spare, lost = (enrolled(central, "BDG", number=number) for number in (54, 55, 56))
    central.device("BDG")  # with a token: nobody has a key on it
    enrolled(central, "MKS", number=57)
    revoke_device(central.database, lost.keyid, now=central.clock)
    signed_in(central, tablet, RANI, number=101)
    team = told(dewi, "team")
    assert team["this_id"] == desk.keyid
    found = {
        one["registration_id"]: (one["asks_for_keys"], one["ready"], DEWI in one["missing"], RANI in one["missing"])
        for one in team["devices"]
    }
    assert found == {
        desk.keyid: (True, [DEWI], False, True),
        tablet.keyid: (True, [RANI], True, False),
        spare.keyid: (False, [], False, False),
    }
    told(dewi, "team/end-sign-ins", {"associate_id": RANI})
    ended = {one["registration_id"]: one for one in told(dewi, "team")["devices"]}[tablet.keyid]
    assert (ended["asks_for_keys"], ended["ready"]) == (True, []), "it takes nothing from anybody now"
    required = TeamManaging(central.database, require_sign_in=True).team(principal_of(central, desk))
    assert {one.registration_id for one in required.devices if RANI in one.missing} >= {spare.keyid}


def principal_of(central: Central, tablet: Enrolled) -> Principal:
    registration = Registration(tablet.keyid, BANDUNG, None, signs=True)
    return Principal(registration, DEWI, Role.MANAGER, frozenset({BANDUNG}))


def test_an_associate_manages_nobody(central: Central, desk: Enrolled) -> None:
    rani = signed_in(central, desk, RANI)
    with unchanged(central.database):
        assert_problem(rani.ask("/v1/manage/team", None, method="GET"), 403, "sync.forbidden")
        ended = rani.ask("/v1/manage/team/end-sign-ins", {"associate_id": DEWI})
        assert_problem(ended, 403, "sync.forbidden")


def test_whoever_left_is_no_longer_in_the_team(central: Central, desk: Enrolled) -> None:
    dewi = signed_in(central, desk, DEWI)
    hire(central, "rani", stores=(BANDUNG,), active=False)
    assert RANI not in {one["id"] for one in told(dewi, "team")["members"]}

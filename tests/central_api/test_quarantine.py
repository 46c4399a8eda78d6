"""The quarantine: what a revoked device had not sent is kept for a manager, bounded, and is nobody else's."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from sync.central_api.devices import revoke_device
from sync.central_api.erasure import erase_customer
from sync.central_api.quarantine import KEPT_FOR, OPEN_FOR, Room, end_quarantine, list_quarantine, quarantine_entries
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind
from sync.protocol.wire import QuarantineRequest
from tests.central_api.bare_calls import assert_problem, unchanged
from tests.central_api.enrolled import Enrolled, Signer, enrolled, new_key
from tests.central_api.retailer import BANDUNG, BUDI, MAKASSAR, NOW, RANI, SITI, Central


def note(tablet: Enrolled, n: int, about: str = SITI, text: str = "Suka biru") -> dict[str, Any]:
    uuid = rule_id("entry", tablet.device_id, str(n))
    args = {
        "note_id": rule_id("note", uuid),
        "customer_id": about,
        "text": text,
        "store_id": BANDUNG,
        "written_at": NOW,
    }
    return {"n": n, "uuid": uuid, "name": "note.write", "version": 1, "args": args, "actor": RANI, "at": NOW}


def hand_over(tablet: Signer, *entries: dict[str, Any], **signed: Any) -> httpx.Response:
    device_id = rule_id("device", "enrolled", "1")
    return tablet.post("/v1/quarantine", {"device_id": device_id, "entries": list(entries)}, **signed)


@pytest.fixture
def revoked(central: Central) -> Enrolled:
    """A tablet of the Bandung store whose access was taken away just now."""
    tablet = enrolled(central, "BDG")
    assert revoke_device(central.database, tablet.keyid, now=central.clock)
    return tablet


def test_what_a_revoked_device_had_not_sent_is_kept_as_it_came(central: Central, revoked: Enrolled) -> None:
    entries = [note(revoked, 4), note(revoked, 5, BUDI, "Zoë 🌸")]
    assert hand_over(revoked, *entries).json() == {"kept": 2}
    kept = list_quarantine(central.database)
    assert [one.entry.model_dump() for one in kept] == entries
    (first, _) = kept
    assert (first.registration_id, first.device_name, first.store_id) == (revoked.keyid, "tablet 1", BANDUNG)
    assert (first.device_id, first.received_at) == (revoked.device_id, central.clock())
    assert [one.entry.n for one in list_quarantine(central.database, BANDUNG)] == [4, 5]
    assert list_quarantine(central.database, MAKASSAR) == []


def test_nothing_of_it_is_applied_or_pulled(central: Central, revoked: Enrolled) -> None:
    reader = central.device("BDG")
    before = reader.pull().cursor
    hand_over(revoked, note(revoked, 1))
    assert reader.pull().cursor == before
    assert reader.live(Kind.NOTE) == {}


def test_handing_over_again_keeps_nothing_twice_and_changes_nothing(central: Central, revoked: Enrolled) -> None:
    hand_over(revoked, note(revoked, 1))
    with unchanged(central.database):
        assert hand_over(revoked, note(revoked, 1, text="Lain")).json() == {"kept": 1}
    assert hand_over(revoked, note(revoked, 1), note(revoked, 2)).json() == {"kept": 2}
    assert [one.entry.n for one in list_quarantine(central.database)] == [1, 2]


def test_the_quarantine_is_open_for_a_day(central: Central, revoked: Enrolled) -> None:
    central.clock.advance(OPEN_FOR)
    assert hand_over(revoked, note(revoked, 1)).status_code == 200
    central.clock.advance(timedelta(seconds=1))
    with unchanged(central.database):
        assert_problem(hand_over(revoked, note(revoked, 2)), 403, "sync.quarantine_closed")


def test_a_device_that_is_not_revoked_sends_what_it_has_as_ever(central: Central) -> None:
    tablet = enrolled(central)
    with unchanged(central.database):
        assert_problem(hand_over(tablet, note(tablet, 1)), 403, "sync.quarantine_closed")


def test_only_the_key_that_the_device_had_opens_it(central: Central, revoked: Enrolled) -> None:
    thief = Signer(central, new_key(9), revoked.keyid)
    with unchanged(central.database):
        assert_problem(hand_over(thief, note(revoked, 1)), 401, "sync.signature_refused")
        late = central.clock() + timedelta(hours=1)
        assert_problem(hand_over(revoked, note(revoked, 1), at=late), 401, "sync.clock_skewed")
        body = {"device_id": revoked.device_id, "entries": [note(revoked, 1)]}
        bearer = {"authorization": f"Bearer {revoked.access}"}
        assert_problem(central.http.post("/v1/quarantine", json=body, headers=bearer), 401, "sync.signature_refused")


def test_an_entry_that_no_database_could_keep_is_refused(central: Central, revoked: Enrolled) -> None:
    with unchanged(central.database):
        assert_problem(hand_over(revoked, note(revoked, 1, text="a\x00b")), 422, "sync.invalid")


def test_no_more_is_kept_of_a_device_than_there_is_room_for(central: Central, revoked: Enrolled) -> None:
    def kept(room: Room, *entries: dict[str, Any]) -> int:
        request = QuarantineRequest.model_validate({"device_id": revoked.device_id, "entries": entries})
        now = central.clock()
        return quarantine_entries(central.database, revoked.keyid, request, revoked_at=now, now=now, room=room)

    three = Room(entries=3)
    assert kept(three, note(revoked, 1), note(revoked, 2)) == 2
    assert kept(three, note(revoked, 2), note(revoked, 3), note(revoked, 4)) == 2
    small = Room(characters=2_000)
    assert kept(small, note(revoked, 5, text="x" * 2_000), note(revoked, 6)) == 0
    assert [one.entry.n for one in list_quarantine(central.database)] == [1, 2, 3]


def test_a_customer_who_is_erased_goes_from_the_quarantine_too(central: Central, revoked: Enrolled) -> None:
    hand_over(revoked, note(revoked, 1, SITI), note(revoked, 2, BUDI))
    erase_customer(central.database, SITI, now=central.clock())
    assert [one.entry.args["customer_id"] for one in list_quarantine(central.database)] == [BUDI]


def test_what_nobody_has_looked_at_goes_after_90_days(central: Central, revoked: Enrolled) -> None:
    hand_over(revoked, note(revoked, 1))
    central.clock.advance(KEPT_FOR - timedelta(seconds=1))
    assert end_quarantine(central.database, central.clock()) == 0
    central.clock.advance(timedelta(seconds=1))
    assert end_quarantine(central.database, central.clock()) == 1
    assert list_quarantine(central.database) == []

"""What a manager sees of devices, and does with them: of their own stores and of no other."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from sync.central_api.audit import OWN_LOG
from sync.central_api.devices import Registration, revoke_device
from sync.central_api.errors import DeviceUnknown, EntryUnknown
from sync.central_api.managing import Managing
from sync.central_api.one_time_codes import HOLDS_FOR
from sync.central_api.principal import Principal
from sync.central_api.tables import AUDIT_ENTRY
from sync.protocol.errors import Forbidden
from sync.protocol.kinds import Kind
from sync.protocol.managing import MOST_ENTRIES, CodeForDeviceRequest, RenameDeviceRequest, SettleRequest
from sync.protocol.roles import Role
from sync.protocol.times import to_wire
from tests.central_api.bare_calls import unchanged
from tests.central_api.enrolled import Signer, enrolled, new_key
from tests.central_api.retailer import ANDI, BANDUNG, MAKASSAR, RANI, Central
from tests.central_api.test_quarantine import hand_over, note

DESK = "0b6fdf5a-0000-7000-8000-000000000001"


def acting(role: Role = Role.MANAGER, *store_ids: str, who: str = RANI) -> Principal:
    """Somebody of that role at these stores, Bandung where none is named."""
    return Principal(Registration(DESK, BANDUNG, None), who, role, frozenset(store_ids or (BANDUNG,)))


def renamed(registration_id: str, name: str = "x") -> RenameDeviceRequest:
    return RenameDeviceRequest(registration_id=registration_id, name=name)


def settling(registration_id: str, uuid: str, *, keep: bool = True) -> SettleRequest:
    return SettleRequest(registration_id=registration_id, uuid=uuid, keep=keep)


@pytest.fixture
def managing(central: Central) -> Managing:
    return Managing(central.database, Random(7))


def own_log(central: Central) -> list[tuple[str, str | None]]:
    query = sa.select(AUDIT_ENTRY).where(AUDIT_ENTRY.c.log_id == OWN_LOG).order_by(AUDIT_ENTRY.c.n)
    with central.database.reading() as connection:
        return [(row.kind, row.actor) for row in connection.execute(query)]


def test_a_manager_sees_the_devices_of_their_stores_with_what_is_known_of_each(
    central: Central, managing: Managing
) -> None:
    ours, theirs = enrolled(central, "BDG", number=1), enrolled(central, "MKS", number=2)
    central.clock.advance(timedelta(hours=1))
    ours.renew()
    ours.call("pull", next_n=4)
    told = managing.devices(acting())
    assert told.this_id == DESK
    assert [(store.id, store.name) for store in told.stores] == [(BANDUNG, "Bandung Dago")]
    (row,) = told.devices
    assert (row.id, row.name, row.store_id, row.signs) == (ours.keyid, "tablet 1", BANDUNG, True)
    assert (row.waiting, row.last_seen_at, row.revoked_at) == (3, to_wire(central.clock()), None)
    assert (row.app_version, row.platform, row.unconfirmed_erasures) == ("1.1", "Linux", 0)
    everywhere = managing.devices(acting(Role.ADMINISTRATOR))
    assert {one.id for one in everywhere.devices} == {ours.keyid, theirs.keyid}
    assert [store.id for store in managing.devices(acting(Role.REGIONAL_MANAGER, MAKASSAR)).stores] == [MAKASSAR]


def test_unconfirmed_erasures_are_told_of_the_device_that_owes_them(central: Central) -> None:
    tablet = enrolled(central)
    managing = Managing(central.database, Random(7), unconfirmed=lambda _: {tablet.keyid: 2, "another": 5})
    assert [one.unconfirmed_erasures for one in managing.devices(acting()).devices] == [2]


@pytest.mark.parametrize("role", [Role.ASSOCIATE, Role.PRIVACY_OFFICER])
def test_whoever_manages_no_devices_sees_and_does_nothing(central: Central, managing: Managing, role: Role) -> None:
    tablet = enrolled(central)
    someone, now = acting(role), central.clock()
    with unchanged(central.database):
        for refused in (
            lambda: managing.devices(someone),
            lambda: managing.quarantine(someone),
            lambda: managing.code_for_device(someone, CodeForDeviceRequest(store_id=BANDUNG), now=now),
            lambda: managing.rename(someone, renamed(tablet.keyid), now=now),
            lambda: managing.revoke(someone, tablet.keyid, now=now),
            lambda: managing.settle(someone, settling(tablet.keyid, RANI), now=now),
        ):
            with pytest.raises(Forbidden):
                refused()


def test_another_stores_device_is_as_one_that_is_none(central: Central, managing: Managing) -> None:
    theirs, now = enrolled(central, "MKS"), central.clock()
    revoked = enrolled(central, "MKS", number=2)
    revoke_device(central.database, revoked.keyid, now=central.clock)
    hand_over(revoked, note(revoked, 1))
    with unchanged(central.database):
        for device_id in (theirs.keyid, ANDI):
            with pytest.raises(DeviceUnknown):
                managing.rename(acting(), renamed(device_id), now=now)
            with pytest.raises(DeviceUnknown):
                managing.revoke(acting(), device_id, now=now)
        assert managing.quarantine(acting()).count == 0
        with pytest.raises(EntryUnknown):
            managing.settle(acting(), settling(revoked.keyid, note(revoked, 1)["uuid"]), now=now)
        with pytest.raises(Forbidden):
            managing.code_for_device(acting(), CodeForDeviceRequest(store_id=MAKASSAR), now=now)


def test_a_code_of_a_manager_enrols_a_device_at_that_store_for_ten_minutes(
    central: Central, managing: Managing
) -> None:
    request = CodeForDeviceRequest(store_id=BANDUNG, name="Meja depan")
    made = managing.code_for_device(acting(), request, now=central.clock())
    assert (made.store_name, made.ends_in_s) == ("Bandung Dago", HOLDS_FOR.total_seconds())
    answer = Signer(central, new_key(1)).enrol(made.code)
    assert (answer.json()["store_id"], answer.json()["name"]) == (BANDUNG, "Meja depan")
    assert own_log(central) == [("device.code_made", RANI)]
    late = managing.code_for_device(acting(), request, now=central.clock())
    central.clock.advance(HOLDS_FOR)
    assert Signer(central, new_key(2)).enrol(late.code).json()["code"] == "enrolment.expired"


def test_a_device_is_renamed_and_revoked_once_and_the_log_says_by_whom(central: Central, managing: Managing) -> None:
    tablet, now = enrolled(central), central.clock()
    managing.rename(acting(), renamed(tablet.keyid, " Meja  belakang "), now=now)
    managing.revoke(acting(), tablet.keyid, now=now)
    (row,) = managing.devices(acting()).devices
    assert (row.name, row.revoked_at) == ("Meja belakang", to_wire(now))
    assert tablet.call("pull").json()["code"] == "sync.device_revoked"
    assert own_log(central) == [("device.renamed", RANI), ("device.revoked", RANI)]
    with unchanged(central.database), pytest.raises(DeviceUnknown):
        managing.revoke(acting(), tablet.keyid, now=now)


def revoked_with_notes(central: Central, count: int) -> Any:
    tablet = enrolled(central)
    revoke_device(central.database, tablet.keyid, now=central.clock)
    for first in range(1, count + 1, 50):
        hand_over(tablet, *(note(tablet, n) for n in range(first, min(first + 50, count + 1))))
    return tablet


def test_what_waits_in_the_quarantine_is_told_with_who_wrote_it_and_settled(
    central: Central, managing: Managing
) -> None:
    tablet, now = revoked_with_notes(central, 2), central.clock()
    told = managing.quarantine(acting())
    assert told.count == 2
    first, second = told.entries
    assert (first.registration_id, first.device_name, first.uuid) == (
        tablet.keyid, "tablet 1", note(tablet, 1)["uuid"],
    )  # fmt: skip
    assert (first.name, first.args["text"], first.actor_name) == ("note.write", "Suka biru", "Rani")
    assert not managing.settle(acting(), settling(tablet.keyid, first.uuid), now=now).refused
    assert not managing.settle(acting(), settling(tablet.keyid, second.uuid, keep=False), now=now).refused
    assert managing.quarantine(acting()).count == 0
    reader = central.device("BDG")
    reader.pull()
    assert len(reader.live(Kind.NOTE)) == 1
    assert own_log(central) == [("quarantine.taken", RANI), ("quarantine.discarded", RANI)]
    with pytest.raises(EntryUnknown):
        managing.settle(acting(), settling(tablet.keyid, first.uuid), now=now)


def test_what_the_rules_refuse_is_told_with_the_reason_and_stays(central: Central, managing: Managing) -> None:
    tablet = revoked_with_notes(central, 0)
    hand_over(tablet, {**note(tablet, 1), "actor": BANDUNG})
    uuid = note(tablet, 1)["uuid"]
    reply = managing.settle(acting(), settling(tablet.keyid, uuid), now=central.clock())
    assert reply.refused == "mutation.actor_unknown"
    assert [one.refused for one in managing.quarantine(acting()).entries] == ["mutation.actor_unknown"]


@pytest.mark.parametrize("central", ["sqlite"], indirect=True)
def test_of_very_much_the_first_hundred_are_told_and_how_many_there_are(central: Central, managing: Managing) -> None:
    revoked_with_notes(central, MOST_ENTRIES + 10)
    told = managing.quarantine(acting())
    assert (len(told.entries), told.count) == (MOST_ENTRIES, MOST_ENTRIES + 10)

"""A lost device's report: whom it held, whom somebody opened there, what it never confirmed, and nothing invented."""

from datetime import timedelta

import pytest

from sync.central_api.breach_report import breach_report
from sync.central_api.devices import list_devices, revoke_device
from sync.central_api.errors import DeviceUnknown
from sync.central_api.privacy_erasing import LEASE, Places, carry_out
from sync.central_api.privacy_requests import check_identity, open_request
from sync.protocol.audit import AuditKind, first_hash, next_hash
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind
from sync.protocol.privacy import Proof, RequestKind
from sync.protocol.times import to_wire
from sync.protocol.wire import SCHEMA
from tests.central_api.retailer import BANDUNG, BUDI, RANI, SITI, Central, Device, customer, order, the_id

AT = "2026-11-01T03:00:00Z"


def opened(device: Device, *times: str) -> None:
    """The device's audit log: Siti was opened then, by Rani."""
    log_id = rule_id("log", device.device_id)
    link, entries = first_hash(log_id), []
    for n, at in enumerate(times, start=1):
        link = next_hash(link, n, at, AuditKind.CUSTOMER_OPENED, RANI, SITI, {})
        entries.append(
            {"n": n, "at": at, "kind": AuditKind.CUSTOMER_OPENED, "actor": RANI, "customer_id": SITI, "hash": link}
        )
    asked = {
        "schema_number": SCHEMA, "log_id": log_id, "tip": {"n": len(times), "hash": link}, "entries": entries,
    }  # fmt: skip
    answer = device.http.post("/v1/audit", json=asked, headers={"authorization": f"Bearer {device.token}"})
    assert answer.json()["kept_n"] == len(times)


def test_the_report_names_whom_the_device_held_and_whom_somebody_opened_since(central: Central) -> None:
    central.take(order("INV/7", SITI, BANDUNG, AT), customer("ani", "Ani", home_store_id=BANDUNG))
    tablet = central.device()
    tablet.pull()
    now = central.clock()
    opened(tablet, to_wire(now - timedelta(days=2)), to_wire(now))
    (device,) = list_devices(central.database)
    told = breach_report(central.database, device.id, since=now - timedelta(days=1), now=now)
    assert told["customers_held"] == sorted([SITI, the_id(Kind.CUSTOMER, "ani")])
    assert BUDI not in told["customers_held"]
    assert told["data_held"] == {"customer": 2, "order": 1}
    assert [(one["at"], one["associate_id"], one["customer_id"]) for one in told["opened"]] == [
        (to_wire(now), RANI, SITI)
    ]
    assert (told["revoked"], told["lease_ends_at"]) == (False, to_wire(now + LEASE))
    assert "Siti" not in repr(told)
    revoke_device(central.database, device.id, now=central.clock)
    assert breach_report(central.database, device.id, now=now)["revoked"] is True


def test_who_left_after_it_was_lost_was_held_too_and_who_left_before_was_not(central: Central) -> None:
    tablet = central.device()
    tablet.pull()
    lost_at = central.clock()
    central.clock.advance(timedelta(hours=1))
    request = open_request(central.database, RequestKind.ERASURE, SITI, now=central.clock())
    check_identity(central.database, request.id, Proof.KNOWN, now=central.clock())
    carry_out(central.database, request.id, places=Places(), now=central.clock())
    (device,) = list_devices(central.database)
    told = breach_report(central.database, device.id, since=lost_at, now=central.clock())
    assert told["customers_held"] == [SITI]
    assert told["unconfirmed_erasures"] == [{"request_id": request.id, "customer_ids": [SITI], "state": "awaited"}]
    later = breach_report(central.database, device.id, since=central.clock() + timedelta(hours=1), now=central.clock())
    assert later["customers_held"] == []


def test_there_is_no_report_on_a_device_that_never_was(central: Central) -> None:
    with pytest.raises(DeviceUnknown):
        breach_report(central.database, rule_id("none"), now=central.clock())

"""The device's audit log in its file: kept at once, in order, and broken by whoever bends it."""

from datetime import timedelta
from pathlib import Path

import pytest

from clienteling.store.audit_log import KEPT_AFTER_SENT
from clienteling.store.database import Plaintext
from sync.protocol.audit import AuditKind, BrokenLink, Fault
from sync.protocol.ids import rule_id
from tests.store.devices import Device

RINA, SITI, BUDI = rule_id("rina"), rule_id("siti"), rule_id("budi")


def look(device: Device, customer_id: str = SITI, *, actor: str = RINA) -> int:
    return device.store.audit.append(AuditKind.CUSTOMER_OPENED, actor=actor, customer_id=customer_id, at=device.clock())


def tamper(device: Device, statement: str) -> None:
    with device.store._outbox_database.writing() as connection:
        connection.exec_driver_sql(statement)


def test_what_was_done_is_there_after_the_process_ended(device: Device) -> None:
    assert [look(device), look(device, BUDI), look(device)] == [1, 2, 3]
    device.restart()
    assert look(device) == 4
    assert [entry.n for entry in device.store.audit.about(SITI)] == [1, 3, 4]
    assert device.store.audit.first_broken() is None


def test_the_log_names_nobody_and_says_nothing_of_what_was_typed(tmp_path: Path) -> None:
    device = Device(tmp_path / "plain", key=Plaintext.FOR_DEVELOPMENT)
    device.store.audit.append(AuditKind.LOOKED_UP, actor=RINA, details={"found": 3}, at=device.clock())
    (entry,) = device.store.audit.unsent(10)
    assert (entry.kind, entry.actor, entry.customer_id, entry.details) == (
        AuditKind.LOOKED_UP, RINA, None, {"found": 3},
    )  # fmt: skip
    device.store.close()


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_entry SET customer_id = NULL WHERE n = 2", BrokenLink(2, Fault.CHANGED)),
        ("DELETE FROM audit_entry WHERE n = 3", BrokenLink(3, Fault.MISSING)),
        ("DELETE FROM audit_entry WHERE n >= 4", BrokenLink(4, Fault.CUT_OFF)),
        ("DELETE FROM audit_entry", BrokenLink(1, Fault.CUT_OFF)),
    ],
)
def test_whoever_bends_the_file_is_told_of_by_number(device: Device, statement: str, broken: BrokenLink) -> None:
    for _ in range(5):
        look(device)
    tamper(device, statement)
    assert device.store.audit.first_broken() == broken


def test_a_long_log_is_followed_to_its_end(device: Device) -> None:
    for _ in range(1_100):
        look(device)
    assert device.store.audit.first_broken() is None
    tamper(device, "UPDATE audit_entry SET actor = NULL WHERE n = 1050")
    assert device.store.audit.first_broken() == BrokenLink(1_050, Fault.CHANGED)


def test_old_entries_that_the_server_has_are_let_go_and_the_rest_still_holds(device: Device) -> None:
    for _ in range(3):
        look(device)
    device.clock.advance(KEPT_AFTER_SENT + timedelta(seconds=1))
    look(device)
    log = device.store.audit
    log.note_kept(log.standing().log_id, 2, now=device.clock())
    assert (log.standing().before.n, [entry.n for entry in log.about(SITI)]) == (2, [3, 4])
    assert log.first_broken() is None


def test_what_an_associate_did_lately_is_told_in_order(device: Device) -> None:
    look(device, SITI)
    began = device.clock()
    for one in (BUDI, SITI):
        device.clock.advance(timedelta(microseconds=1))
        look(device, one)
    look(device, rule_id("another"), actor=rule_id("dewi"))
    doings = device.store.audit.doings(RINA, after=began, until=device.clock())
    assert [(kind, one) for kind, one, _ in doings] == [(AuditKind.CUSTOMER_OPENED, BUDI), ("customer.opened", SITI)]
    assert device.store.audit.doings(RINA, after=began, until=began) == []


def test_a_log_begun_anew_has_the_end_of_the_old_one_and_what_was_never_sent(device: Device) -> None:
    log = device.store.audit
    for one in (SITI, BUDI, SITI):
        look(device, one)
    old = log.standing()
    log.note_kept(old.log_id, 1, now=device.clock())
    log.begin_anew(rule_id("anew"), at=device.clock())
    entries = log.unsent(10)
    assert [entry.kind for entry in entries] == [AuditKind.LOG_BEGUN] + 2 * [AuditKind.CUSTOMER_OPENED]
    assert entries[0].details == {
        "log_id": old.log_id, "sent_n": 1, "last_n": 3, "last_hash": old.tip.hash,
    }  # fmt: skip
    assert [entry.customer_id for entry in entries[1:]] == [BUDI, SITI]
    assert log.first_broken() is None

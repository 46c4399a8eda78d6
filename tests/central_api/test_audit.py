"""Audit logs at the server, on SQLite and PostgreSQL: taken once, followed to their end, and never bent in silence."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from sync.central_api.audit import OWN_LOG, accesses_of, verify_logs
from sync.central_api.erasure import erase_customer
from sync.central_api.tables import AUDIT_BREAK, AUDIT_ENTRY, AUDIT_LOG
from sync.engine.ports import LogStanding
from sync.engine.send_audit import send_audit
from sync.protocol.audit import (
    AuditEntry,
    AuditKind,
    AuditReply,
    AuditRequest,
    AuditTip,
    BrokenLink,
    Fault,
    first_hash,
    hash_after,
)
from sync.protocol.errors import Unreachable
from sync.protocol.ids import rule_id
from sync.protocol.wire import SCHEMA
from tests.central_api.retailer import RANI, SITI, Central, Device

AT = "2026-11-22T03:42:00.000000Z"


@dataclass(slots=True)
class Log:
    """A device's audit log in memory (`AuditSource`)."""

    log_id: str = rule_id("a device's log")
    entries: list[AuditEntry] = field(default_factory=list)
    sent_n: int = 0

    def look(self, customer_id: str = SITI) -> None:
        tip = self.standing().tip
        entry = AuditEntry(
            n=tip.n + 1, at=AT, kind=AuditKind.CUSTOMER_OPENED, actor=RANI, customer_id=customer_id, hash="0" * 64
        )
        self.entries.append(entry.model_copy(update={"hash": hash_after(tip.hash, entry)}))

    def standing(self) -> LogStanding:
        start = AuditTip(n=0, hash=first_hash(self.log_id))
        tip = AuditTip(n=self.entries[-1].n, hash=self.entries[-1].hash) if self.entries else start
        return LogStanding(self.log_id, tip, self.sent_n, start)

    def unsent(self, limit: int) -> Sequence[AuditEntry]:
        return self.entries[self.sent_n : self.sent_n + limit]

    def note_kept(self, log_id: str, kept_n: int, *, now: datetime) -> None:
        self.sent_n = kept_n

    def begin_anew(self, log_id: str, *, at: datetime) -> None:
        unsent = self.entries[self.sent_n :]
        self.log_id, self.entries, self.sent_n = log_id, [], 0
        for one in unsent:
            self.look(str(one.customer_id))


@dataclass(slots=True)
class Line:
    """A device's line to the server (`AuditKeeper`). `loses_answers`: so many from now on."""

    device: Device
    loses_answers: int = 0

    async def audit(self, request: AuditRequest) -> AuditReply:
        answer = await asyncio.to_thread(post, self.device, request.model_dump(mode="json"))
        assert answer.status_code == 200, answer.text
        if self.loses_answers:
            self.loses_answers -= 1
            raise Unreachable
        return AuditReply.model_validate_json(answer.content)


def post(device: Device, body: dict[str, Any]) -> httpx.Response:
    return device.http.post("/v1/audit", json=body, headers={"authorization": f"Bearer {device.token}"})


def send(central: Central, log: Log, line: Line, *, tip_alone: bool = False) -> int:
    new_ids = iter([rule_id("anew", str(number)) for number in range(9)])
    return asyncio.run(send_audit(log, line, new_id=lambda: next(new_ids), now=central.clock, tip_alone=tip_alone))


def kept(central: Central) -> dict[str, list[int]]:
    """The numbers kept of each log."""
    found: dict[str, list[int]] = {}
    with central.database.reading() as connection:
        for row in connection.execute(sa.select(AUDIT_ENTRY).order_by(AUDIT_ENTRY.c.n)):
            found.setdefault(row.log_id, []).append(row.n)
    return found


def breaks(central: Central) -> list[tuple[int, str]]:
    with central.database.reading() as connection:
        return [(row.n, row.fault) for row in connection.execute(sa.select(AUDIT_BREAK).order_by(AUDIT_BREAK.c.n))]


def test_a_log_is_kept_in_batches_and_each_entry_once_though_answers_are_lost(central: Central) -> None:
    log, line = Log(), Line(central.device("BDG"), loses_answers=1)
    for _ in range(1_203):
        log.look()
    with pytest.raises(Unreachable):
        send(central, log, line)
    assert send(central, log, line) == 3
    assert kept(central) == {log.log_id: list(range(1, 1_204))}
    assert send(central, log, line) == 0
    (found,) = verify_logs(central.database)
    assert (found.entries, found.broken, found.contradicted) == (1_203, None, None)


def test_who_looked_at_a_customer_is_told_with_the_device(central: Central) -> None:
    log, line = Log(), Line(central.device("BDG"))
    log.look()
    log.look(rule_id("somebody else"))
    send(central, log, line)
    (access,) = accesses_of(central.database, SITI)
    assert (access.entry.n, access.entry.actor, access.entry.kind) == (1, RANI, "customer.opened")
    assert access.registration_id is not None


def test_an_end_that_was_cut_off_shows_at_the_next_start_though_nothing_is_new(central: Central) -> None:
    log, line = Log(), Line(central.device("BDG"))
    for _ in range(5):
        log.look()
    send(central, log, line)
    old = log.log_id
    del log.entries[3:]
    log.sent_n = 3
    assert send(central, log, line, tip_alone=True) >= 1
    assert breaks(central) == [(4, "cut_off")]
    assert log.log_id != old
    log.look()
    send(central, log, line)
    assert kept(central) == {old: [1, 2, 3, 4, 5], log.log_id: [1]}


def test_a_log_that_was_written_anew_is_found_at_the_first_entry_that_differs(central: Central) -> None:
    log, line = Log(), Line(central.device("BDG"))
    for _ in range(3):
        log.look()
    send(central, log, line)
    log.entries.clear()
    for _ in range(3):
        log.look(rule_id("an innocent"))
    log.look(rule_id("an innocent"))
    send(central, log, line, tip_alone=True)
    log_found = {found.log_id: found for found in verify_logs(central.database)}
    assert log_found[Log().log_id].contradicted is not None
    assert {access.entry.n for access in accesses_of(central.database, SITI)} == {1, 2, 3}


def test_two_machines_with_one_data_directory_go_on_in_logs_of_their_own(central: Central) -> None:
    device = central.device("BDG")
    first, second = Log(), Log()
    for log in (first, second):
        log.look()
    send(central, first, Line(device))
    second.sent_n = 1
    first.look()
    second.look(rule_id("by the copy"))
    send(central, first, Line(device))
    new_ids = {"first": rule_id("first anew"), "second": rule_id("second anew")}
    asyncio.run(send_audit(second, Line(device), new_id=lambda: new_ids["second"], now=central.clock))
    assert breaks(central) == [(2, "changed")]
    first.look()
    asyncio.run(send_audit(first, Line(device), new_id=lambda: new_ids["first"], now=central.clock))
    assert kept(central) == {Log().log_id: [1, 2], new_ids["second"]: [1], new_ids["first"]: [1]}
    assert len(accesses_of(central.database, rule_id("by the copy"))) == 1


def test_after_a_restore_of_the_server_a_device_sends_again_what_it_has(central: Central) -> None:
    log, line = Log(), Line(central.device("BDG"))
    for _ in range(5):
        log.look()
    send(central, log, line)
    with central.database.writing() as connection:
        connection.execute(AUDIT_ENTRY.delete().where(AUDIT_ENTRY.c.n > 2))
        connection.execute(AUDIT_LOG.update().values(last_n=2, last_hash=log.entries[1].hash))
    log.look()
    send(central, log, line)
    assert kept(central) == {log.log_id: [1, 2, 3, 4, 5, 6]}
    assert breaks(central) == []


def test_another_registration_takes_no_log_over(central: Central) -> None:
    log = Log()
    log.look()
    send(central, log, Line(central.device("BDG")))
    stranger = Line(central.device("MKS"))
    log.sent_n = 0
    log.look()
    send(central, log, stranger)
    assert kept(central)[Log().log_id] == [1]


@pytest.mark.parametrize("statement", [
    "UPDATE audit_entry SET kind = 'nothing' WHERE n = 2",
    "DELETE FROM audit_entry WHERE n = 2",
    "DELETE FROM audit_entry WHERE n >= 2",
])  # fmt: skip
def test_whoever_bends_the_servers_copy_is_told_of_by_number(central: Central, statement: str) -> None:
    log, line = Log(), Line(central.device("BDG"))
    for _ in range(4):
        log.look()
    send(central, log, line)
    with central.database.writing() as connection:
        connection.execute(sa.text(statement))
    (found,) = verify_logs(central.database)
    assert found.broken is not None
    assert found.broken.n == 2


def test_an_erasure_is_in_the_servers_own_log_and_leaves_who_looked(central: Central) -> None:
    log, line = Log(), Line(central.device("BDG"))
    log.look()
    send(central, log, line)
    erase_customer(central.database, SITI, now=central.clock())
    assert [access.entry.kind for access in accesses_of(central.database, SITI)] == [
        "customer.opened", "customer.erased",
    ]  # fmt: skip
    found = {one.log_id: one for one in verify_logs(central.database)}
    assert found.keys() == {OWN_LOG, log.log_id}
    assert all(one.broken is None for one in found.values())


@pytest.mark.parametrize("central", ["sqlite"], indirect=True)
def test_a_batch_that_does_not_hold_by_itself_is_broken_where_it_fails(central: Central) -> None:
    log, device = Log(), central.device("BDG")
    for _ in range(3):
        log.look()
    log.entries[1] = log.entries[1].model_copy(update={"actor": rule_id("an innocent")})
    send(central, log, Line(device))
    assert breaks(central)[0] == (2, Fault.CHANGED)
    assert BrokenLink(2, Fault.CHANGED) in {found.contradicted for found in verify_logs(central.database)}


@pytest.mark.parametrize("central", ["sqlite"], indirect=True)
def test_names_and_long_words_do_not_fit_into_an_entry(central: Central) -> None:
    log, device = Log(), central.device("BDG")
    log.look()
    entry = log.entries[0].model_dump(mode="json")
    good = {
        "schema_number": SCHEMA, "log_id": log.log_id, "tip": log.standing().tip.model_dump(),
    }  # fmt: skip
    for wrong in ({"customer_id": "Siti Rahayu"}, {"actor": "Rina"}, {"details": {"typed": "x" * 65}}, {"hash": "0"}):
        answer = post(device, {**good, "entries": [entry | wrong]})
        assert answer.status_code == 422, wrong
    assert post(device, {**good, "entries": [entry]}).json() == {"kept_n": 1, "broken": False}
    assert device.http.post("/v1/audit", json=good).status_code == 401

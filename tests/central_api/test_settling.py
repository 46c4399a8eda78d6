"""A manager settles what a revoked device had not sent: taken over once as a push decides it, or discarded."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa

from sync.central_api.actors import ACTOR_ENDED
from sync.central_api.associate_keys import end_associate_sessions
from sync.central_api.audit import OWN_LOG, verify_logs
from sync.central_api.devices import revoke_device
from sync.central_api.errors import EntryUnknown
from sync.central_api.quarantine import list_quarantine
from sync.central_api.settling import OPERATOR, settle_quarantined
from sync.central_api.tables import AUDIT_ENTRY
from sync.protocol.audit import AuditKind
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind
from sync.protocol.wire import Verdict, VerdictStatus
from tests.central_api.bare_calls import unchanged
from tests.central_api.enrolled import Enrolled, enrolled
from tests.central_api.retailer import BANDUNG, BUDI, NOW, RANI, SITI, Central
from tests.central_api.team import hire, signed_in
from tests.central_api.test_central_push import refuse_poison
from tests.central_api.test_quarantine import hand_over, note

BY = rule_id("the manager")


@pytest.fixture
def revoked(central: Central) -> Enrolled:
    """A tablet of the Bandung store that was revoked with two notes on it."""
    tablet = enrolled(central, "BDG")
    assert revoke_device(central.database, tablet.keyid, now=central.clock)
    hand_over(tablet, note(tablet, 4), note(tablet, 5, text="Kedua"))
    return tablet


def settle(central: Central, tablet: Enrolled, n: int, *, keep: bool = True, by: str = BY) -> Verdict | None:
    uuid = note(tablet, n)["uuid"]
    return settle_quarantined(central.database, tablet.keyid, uuid, keep=keep, by=by, now=central.clock())


def left(central: Central) -> list[int]:
    return [one.entry.n for one in list_quarantine(central.database)]


def own_log(central: Central) -> list[Any]:
    query = sa.select(AUDIT_ENTRY).where(AUDIT_ENTRY.c.log_id == OWN_LOG).order_by(AUDIT_ENTRY.c.n)
    with central.database.reading() as connection:
        return list(connection.execute(query))


def test_what_is_taken_over_reaches_the_stores_devices_with_its_author_and_is_no_longer_kept(
    central: Central, revoked: Enrolled
) -> None:
    reader = central.device("BDG")
    verdict = settle(central, revoked, 4)
    assert verdict is not None
    assert (verdict.status, verdict.uuid) == (VerdictStatus.APPLIED, note(revoked, 4)["uuid"])
    reader.pull()
    assert [(body["author_id"], body["text"]) for body in reader.live(Kind.NOTE).values()] == [(RANI, "Suka biru")]
    assert left(central) == [5]


def test_what_is_discarded_is_gone_and_changes_nothing_else(central: Central, revoked: Enrolled) -> None:
    reader = central.device("BDG")
    before = reader.pull().cursor
    assert settle(central, revoked, 4, keep=False) is None
    assert reader.pull().cursor == before
    assert left(central) == [5]


def test_who_settled_what_is_in_the_servers_audit_log_by_ids(central: Central, revoked: Enrolled) -> None:
    settle(central, revoked, 4)
    settle(central, revoked, 5, keep=False, by=OPERATOR)
    taken, discarded = own_log(central)
    assert (taken.kind, taken.actor) == (AuditKind.QUARANTINE_TAKEN, BY)
    assert (discarded.kind, discarded.actor) == (AuditKind.QUARANTINE_DISCARDED, None)
    assert revoked.keyid in taken.details
    assert note(revoked, 4)["uuid"] in taken.details
    assert OPERATOR in discarded.details
    assert not [one for one in verify_logs(central.database) if one.broken]


def test_an_entry_that_was_settled_is_not_settled_again(central: Central, revoked: Enrolled) -> None:
    settle(central, revoked, 4)
    settle(central, revoked, 5, keep=False)
    with unchanged(central.database):
        for n, keep in ((4, True), (4, False), (5, True), (9, True)):
            with pytest.raises(EntryUnknown):
                settle(central, revoked, n, keep=keep)


def test_of_several_who_settle_one_entry_at_once_one_wins(central: Central, revoked: Enrolled) -> None:
    together = Barrier(4)

    def try_it(keep: bool) -> str:
        together.wait()
        try:
            return "taken" if settle(central, revoked, 4, keep=keep) else "discarded"
        except EntryUnknown:
            return "late"

    with ThreadPoolExecutor(4) as pool:
        outcomes = Counter(pool.map(try_it, [True, False, True, False]))
    assert outcomes["late"] == 3
    reader = central.device("BDG")
    reader.pull()
    assert len(reader.live(Kind.NOTE)) == outcomes["taken"]
    assert len(own_log(central)) == 1


def test_an_entry_that_had_come_before_the_revocation_is_not_applied_twice(central: Central) -> None:
    tablet = enrolled(central, "BDG")
    entry = note(tablet, 1)
    assert tablet.call("push", entries=[entry]).status_code == 200
    revoke_device(central.database, tablet.keyid, now=central.clock)
    hand_over(tablet, entry)
    reader = central.device("BDG")
    before = reader.pull().cursor
    verdict = settle(central, tablet, 1)
    assert verdict is not None
    assert verdict.status == VerdictStatus.APPLIED
    assert reader.pull().cursor == before
    assert left(central) == []


def test_what_is_refused_stays_to_be_read_and_says_why(central: Central, revoked: Enrolled) -> None:
    stranger = {**note(revoked, 6), "actor": BUDI}
    hand_over(revoked, stranger)
    for _ in range(2):
        verdict = settle(central, revoked, 6)
        assert verdict is not None
        assert (verdict.status, verdict.code) == (VerdictStatus.REJECTED, "mutation.actor_unknown")
    kept = {one.entry.n: one.refused for one in list_quarantine(central.database)}
    assert kept == {4: "", 5: "", 6: "mutation.actor_unknown"}
    settle(central, revoked, 6, keep=False)
    assert left(central) == [4, 5]


def test_what_follows_a_refused_entry_says_that_it_depends_on_it(central: Central, revoked: Enrolled) -> None:
    first = {**note(revoked, 6), "actor": BUDI}
    revise = {
        "revision_id": rule_id("revision"), "note_id": first["args"]["note_id"], "customer_id": SITI,
        "text": "x", "seen": [first["args"]["note_id"]], "store_id": BANDUNG, "at": NOW,
    }  # fmt: skip
    uuid = note(revoked, 7)["uuid"]
    second = {**note(revoked, 7), "name": "note.revise", "args": revise}
    hand_over(revoked, first, second)
    settle(central, revoked, 6)
    verdict = settle_quarantined(central.database, revoked.keyid, uuid, keep=True, by=BY, now=central.clock())
    assert verdict is not None
    assert verdict.code == "mutation.depends_on"


def test_an_entry_that_the_database_refuses_is_refused_and_stays(central: Central, revoked: Enrolled) -> None:
    refuse_poison(central)
    hand_over(revoked, note(revoked, 6, text="racun"))
    verdict = settle(central, revoked, 6)
    assert verdict is not None
    assert verdict.code == "mutation.failed"
    assert left(central) == [4, 5, 6]
    assert settle(central, revoked, 6, keep=False) is None


def test_what_somebody_wrote_whose_key_was_ended_is_taken_over_once_a_manager_answers_for_it(central: Central) -> None:
    tablet = enrolled(central, "BDG")
    signed_in(central, tablet, RANI)
    end_associate_sessions(central.database, RANI, now=central.clock())
    hire(central, "rani", active=False)
    entry = note(tablet, 1)
    (refused,) = tablet.call("push", entries=[entry]).json()["verdicts"]
    assert refused["code"] == ACTOR_ENDED
    (waiting,) = list_quarantine(central.database)
    assert waiting.refused == ""
    verdict = settle(central, tablet, 1)
    assert verdict is not None
    assert verdict.status == VerdictStatus.APPLIED
    assert left(central) == []
    reader = central.device("BDG")
    reader.pull()
    assert [body["author_id"] for body in reader.live(Kind.NOTE).values()] == [RANI]
    (again,) = tablet.call("push", entries=[entry]).json()["verdicts"]
    assert again == refused
    assert left(central) == []

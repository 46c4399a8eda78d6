"""The chain of an audit log: any entry that was changed, left out, moved or cut off shows, by its number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.audit import (
    AuditEntry,
    AuditKind,
    AuditTip,
    BrokenLink,
    Fault,
    first_broken,
    first_hash,
    hash_after,
)
from sync.protocol.ids import rule_id

LOG = rule_id("a log")
START = AuditTip(n=0, hash=first_hash(LOG))


def chain(length: int, *, log_id: str = LOG) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    before = first_hash(log_id)
    for n in range(1, length + 1):
        entry = AuditEntry(
            n=n, at=f"2026-11-22T03:42:{n:02}Z", kind=AuditKind.CUSTOMER_OPENED, actor=rule_id("rina"),
            customer_id=rule_id(str(n)), details={"found": n, "by": "télépon"}, hash="0" * 64,
        )  # fmt: skip
        before = hash_after(before, entry)
        entries.append(entry.model_copy(update={"hash": before}))
    return entries


def tip_of(entries: list[AuditEntry]) -> AuditTip:
    return AuditTip(n=entries[-1].n, hash=entries[-1].hash) if entries else START


def test_a_log_as_it_was_written_holds() -> None:
    for length in range(4):
        assert first_broken(chain(length), after=START, tip=tip_of(chain(length))) is None


def test_the_rest_of_a_log_holds_behind_the_end_of_what_was_let_go() -> None:
    entries = chain(9)
    assert first_broken(entries[4:], after=tip_of(entries[:4]), tip=tip_of(entries)) is None


CHANGES = {
    "at": "2026-11-22T04:00:00Z", "kind": "something.else", "actor": None, "customer_id": rule_id("another"),
    "details": {"found": 99, "by": "télépon"}, "hash": "f" * 64,
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
@given(place=st.integers(0, 6))
def test_any_change_shows_at_its_entry(name: str, place: int) -> None:
    entries = chain(7)
    tip = tip_of(entries)
    entries[place] = entries[place].model_copy(update={name: CHANGES[name]})
    assert first_broken(entries, after=START, tip=tip) == BrokenLink(place + 1, Fault.CHANGED)


@given(place=st.integers(0, 5))
def test_an_entry_left_out_shows_by_its_number(place: int) -> None:
    entries = chain(7)
    tip = tip_of(entries)
    del entries[place]
    assert first_broken(entries, after=START, tip=tip) == BrokenLink(place + 1, Fault.MISSING)


@given(kept=st.integers(0, 6))
def test_an_end_that_was_cut_off_shows_by_the_tip(kept: int) -> None:
    entries = chain(7)
    assert first_broken(entries[:kept], after=START, tip=tip_of(entries)) == BrokenLink(kept + 1, Fault.CUT_OFF)


def test_a_log_written_anew_from_the_first_entry_shows_by_the_tip_that_was_told() -> None:
    told = tip_of(chain(7))
    anew = chain(7, log_id=rule_id("another log"))
    assert first_broken(anew, after=AuditTip(n=0, hash=first_hash(rule_id("another log"))), tip=told) == BrokenLink(
        7, Fault.CHANGED
    )

"""Counts at the shelf come to the same however often, late or out of order they are told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.bodies import BODY_MODELS
from sync.protocol.bodies.shelf_figures import ShelfAction
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations import Entry
from sync.protocol.wire import VerdictStatus
from tests.protocol.worlds import AT, STORE, World, code_of, entry, numbered, play

TALLY = numbered(0x600)
KEY = RecordKey(Kind.SCAN_TALLY, TALLY)
GTINS = ("08990000010203", "08991234567891")


def tally(counts: dict[str, dict[str, int]], *, n: int = 1, **args: Any) -> Entry:
    whole = {"tally_id": TALLY, "store_id": STORE, "hour": AT, "source": "phone", "counts": counts, **args}
    return entry("scans.tally", whole, n=n)


@st.composite
def growing(draw: st.DrawFn) -> list[dict[str, dict[str, int]]]:
    """What one program tells in an hour, each time with everything so far."""
    told: list[dict[str, dict[str, int]]] = []
    totals: dict[str, dict[str, int]] = {}
    cells = st.tuples(st.sampled_from(GTINS), st.sampled_from(list(ShelfAction)), st.integers(1, 5))
    for some in draw(st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=5)):
        for gtin, action, more in some:
            of_gtin = totals.setdefault(gtin, {})
            of_gtin[action.value] = of_gtin.get(action.value, 0) + more
        told.append({gtin: dict(actions) for gtin, actions in totals.items()})
    return told


@given(told=growing(), data=st.data())
def test_totals_are_the_last_ones_in_any_order_and_however_often(
    told: list[dict[str, dict[str, int]]], data: st.DataObject
) -> None:
    records: World = {}
    order = data.draw(st.permutations([*told, *data.draw(st.lists(st.sampled_from(told), max_size=3))]))
    statuses = play(records, *(tally(counts, n=n) for n, counts in enumerate(order, 1)))
    assert set(statuses) == {VerdictStatus.APPLIED}
    assert records[KEY]["counts"] == told[-1]
    BODY_MODELS[Kind.SCAN_TALLY].model_validate(records[KEY])


@pytest.mark.parametrize(
    "args",
    [
        {"counts": {"8990000010203": {"scanned": 1}}},
        {"counts": {GTINS[0]: {"bought": 1}}},
        {"counts": {GTINS[0]: {"scanned": -1}}},
        {"counts": {f"{number:014}": {"scanned": 1} for number in range(1_001)}},
        {"source": "visitor 17"},
    ],
)
def test_what_is_no_tally_is_refused(args: dict[str, Any]) -> None:
    assert code_of({}, tally(args.pop("counts", {}), **args)) == "mutation.invalid_args"


def test_another_hour_or_store_under_the_same_id_is_refused() -> None:
    records: World = {}
    play(records, tally({GTINS[0]: {"scanned": 3}}))
    others: tuple[dict[str, Any], ...] = (
        {"hour": "2026-11-22T04:00:00Z"},
        {"store_id": numbered(0xD2)},
        {"source": "tablet"},
    )
    for other in others:
        assert code_of(records, tally({GTINS[0]: {"scanned": 9}}, **other)) == "mutation.id_taken"

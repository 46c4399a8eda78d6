"""Whatever a device sends again, and in whatever portions, each entry is decided once and keeps its verdict."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind
from tests.central_api.retailer import SITI, Central

ENTRIES = 12
Window = tuple[int, int]
WINDOWS = st.lists(st.tuples(st.integers(1, ENTRIES), st.integers(1, 6)), min_size=1, max_size=14)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(windows=WINDOWS, forked_after=st.none() | st.integers(0, ENTRIES))
def test_entries_sent_in_any_overlapping_portions_are_decided_once(
    central: Central, windows: list[Window], forked_after: int | None
) -> None:
    """A window beyond the next number is refused as a gap; after `forked_after` windows the device takes a new id."""
    tablet = central.device("BDG")
    missing = rule_id("nobody")
    entries = [tablet.note(missing if n % 5 == 0 else SITI, f"{tablet.device_id} {n}") for n in range(1, ENTRIES + 1)]
    decided: dict[str, tuple[str, str | None]] = {}
    last_n = 0
    for number, (first, count) in enumerate(windows):
        if number == forked_after:
            tablet.device_id, last_n = rule_id("new identity", tablet.device_id), 0
        portion = entries[first - 1 : first - 1 + count]
        response = tablet.post("push", entries=portion)
        if first > last_n + 1:
            assert (response.status_code, response.json()["expected"]) == (409, last_n + 1)
            continue
        last_n = max(last_n, portion[-1]["n"])
        reply = response.json()
        assert (response.status_code, reply["last_n"]) == (200, last_n)
        assert [verdict["uuid"] for verdict in reply["verdicts"]] == [entry["uuid"] for entry in portion]
        for verdict in reply["verdicts"]:
            outcome = (verdict["status"], verdict["code"])
            assert decided.setdefault(verdict["uuid"], outcome) == outcome
    reader = central.device("BDG", token=tablet.token)
    reader.pull()
    written = sorted(
        note["text"]
        for note in reader.live(Kind.NOTE).values()
        if note["text"].startswith(entries[0]["args"]["text"][:36])
    )
    applied = {entry["args"]["text"] for entry in entries if decided.get(entry["uuid"], ("",))[0] == "applied"}
    assert written == sorted(applied)

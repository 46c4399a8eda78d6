"""What a program counts is told now and then, once more at its end, and not while there is no network."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clienteling.bootstrap.counting import ScanCounting
from clienteling.store.unpack import ASKING
from clienteling.use_cases.tell_counts import count_scan
from tests.store.devices import Device
from tests.store.full_disk import leave_pages
from tests.store.model_server import STORE_ID

GTIN = "08990000010203"


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    made = Device(tmp_path / "device", asking=ASKING)
    yield made
    made.store.close()


@pytest.fixture
def counting(device: Device) -> ScanCounting:
    return ScanCounting(device.store, now=device.clock)


def told(device: Device) -> list[dict[str, dict[str, int]]]:
    """What waits to be sent, entry by entry."""
    return [entry.args["counts"] for entry in device.store.pending(100)]


class Waits:
    """The waits of the telling thread: before each a test does something, after the last the thread is to end."""

    def __init__(self, *before: Callable[[], object]) -> None:
        self._before = list(before)
        self.over = threading.Event()

    def __call__(self, ended: threading.Event) -> bool:
        if self._before:
            self._before.pop(0)()
            return False
        self.over.set()
        return ended.wait(60)


def test_a_scan_counts_and_one_of_what_is_sold_out_counts_as_that_too(device: Device, counting: ScanCounting) -> None:
    count_scan(counting.counter, STORE_ID, GTIN, sold_out=False)
    count_scan(counting.counter, STORE_ID, GTIN, sold_out=True)
    counting.tell()
    assert told(device) == [{GTIN: {"scanned": 2, "scanned_sold_out": 1}}]
    (entry,) = device.store.pending(100)
    assert (entry.actor, entry.args["source"], entry.args["store_id"]) == (None, "tablet", STORE_ID)


def test_it_is_told_at_every_wait_where_something_was_counted_and_at_the_end(
    device: Device, counting: ScanCounting
) -> None:
    def scan() -> None:
        count_scan(counting.counter, STORE_ID, GTIN, sold_out=False)

    waits = Waits(scan, lambda: None, scan)
    with counting.telling(is_online=lambda: True, wait=waits):
        assert waits.over.wait(60)
        assert told(device) == [{GTIN: {"scanned": 1}}, {GTIN: {"scanned": 2}}]
        scan()
    assert told(device)[2:] == [{GTIN: {"scanned": 3}}]


def test_without_a_network_nothing_is_told_before_the_end(device: Device, counting: ScanCounting) -> None:
    def scan() -> None:
        count_scan(counting.counter, STORE_ID, GTIN, sold_out=False)

    waits = Waits(scan, scan)
    with counting.telling(is_online=lambda: False, wait=waits):
        assert waits.over.wait(60)
        assert device.store.waiting() == 0
    assert told(device) == [{GTIN: {"scanned": 2}}]


def test_all_that_a_program_tells_of_an_hour_is_one_record(device: Device, counting: ScanCounting) -> None:
    for _ in range(3):
        count_scan(counting.counter, STORE_ID, GTIN, sold_out=False)
        counting.tell()
    assert len({entry.args["tally_id"] for entry in device.store.pending(100)}) == 1
    another = ScanCounting(device.store, now=device.clock)
    count_scan(another.counter, STORE_ID, GTIN, sold_out=False)
    another.tell()
    assert len({entry.args["tally_id"] for entry in device.store.pending(100)}) == 2


def test_where_the_disk_is_full_it_is_told_later(
    device: Device, counting: ScanCounting, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(900):  # more than what is left of a page
        count_scan(counting.counter, STORE_ID, f"{number:014}", sold_out=False)
    outbox = device.store._outbox_database
    leave_pages(outbox, 0)
    with counting.telling(is_online=lambda: True, wait=Waits()):
        pass
    assert "scans were not told" in caplog.text
    leave_pages(outbox, None)
    assert told(device) == []
    counting.tell()
    assert [len(counts) for counts in told(device)] == [900]

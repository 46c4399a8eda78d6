"""What is counted at the shelf is told whole, once it changed, and forgotten when its hour is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from clienteling.domain.shelf_counting import MOST_LABELS, HourTotals, ShelfCounter
from tests.support.fakes import START_AT, FakeClock

SHIRT, SHOES = "08990000010203", "08991234567891"
HOUR = START_AT.replace(minute=0, second=0, microsecond=0)


def test_an_hour_is_told_with_everything_so_far_and_only_where_it_changed() -> None:
    counter = ShelfCounter(FakeClock())
    counter.count("bdg", [SHIRT], "scanned", source="phone")
    counter.count("bdg", [SHIRT, SHOES], "saved", source="phone")
    counter.count("bdg", [SHIRT], "scanned", source="tablet")
    phone, tablet = counter.untold()
    assert phone == HourTotals("bdg", HOUR, "phone", {SHIRT: {"scanned": 1, "saved": 1}, SHOES: {"saved": 1}})
    assert tablet.source == "tablet"
    counter.told(phone)
    assert counter.untold() == (tablet,)
    counter.count("bdg", [SHIRT], "scanned", source="phone")
    (again, _) = counter.untold()
    assert again.counts[SHIRT] == {"scanned": 2, "saved": 1}


def test_what_is_counted_while_it_is_told_is_told_again() -> None:
    counter = ShelfCounter(FakeClock())
    counter.count("bdg", [SHIRT], "scanned", source="phone")
    (told,) = counter.untold()
    counter.count("bdg", [SHIRT], "scanned", source="phone")
    counter.told(told)
    assert [one.counts[SHIRT]["scanned"] for one in counter.untold()] == [2]


def test_an_hour_that_is_over_is_told_once_more_and_forgotten() -> None:
    clock = FakeClock()
    counter = ShelfCounter(clock)
    counter.count("bdg", [SHIRT], "scanned", source="phone")
    clock.advance(timedelta(hours=1))
    counter.count("bdg", [SHIRT], "scanned", source="phone")
    first, second = counter.untold()
    assert (first.hour, second.hour) == (HOUR, HOUR + timedelta(hours=1))
    counter.told(first)
    counter.told(second)
    assert counter.untold() == ()
    counter.count("bdg", [SHIRT], "scanned", source="phone")
    assert [one.counts[SHIRT]["scanned"] for one in counter.untold()] == [2]


def test_memory_has_an_end_whatever_is_scanned() -> None:
    counter = ShelfCounter(FakeClock())
    for number in range(MOST_LABELS + 5):
        counter.count("bdg", [f"{number:014}"], "scanned", source="phone")
    (totals,) = counter.untold()
    assert len(totals.counts) == MOST_LABELS


def test_many_threads_lose_no_count() -> None:
    counter = ShelfCounter(FakeClock())

    def scan(_: int) -> None:
        for _ in range(200):
            counter.count("bdg", [SHIRT], "scanned", source="phone")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(scan, range(4)))
    assert counter.untold()[0].counts[SHIRT]["scanned"] == 800

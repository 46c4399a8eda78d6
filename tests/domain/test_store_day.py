"""Days are the store's: yesterday in Makassar is not yesterday in London."""

from datetime import UTC, date, datetime, timedelta

from clienteling.domain.store_day import day_bounds, local_day


def test_the_day_is_the_one_on_the_stores_wall() -> None:
    late = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
    assert local_day(late, "Asia/Jakarta") == date(2026, 11, 21)
    assert local_day(late, "Asia/Makassar") == date(2026, 11, 22)


def test_a_day_begins_and_ends_at_local_midnight() -> None:
    first, end = day_bounds(date(2026, 11, 21), "Asia/Makassar")
    assert (first, end) == (datetime(2026, 11, 20, 16, tzinfo=UTC), datetime(2026, 11, 21, 16, tzinfo=UTC))


def test_a_day_when_clocks_change_has_23_hours() -> None:
    first, end = day_bounds(date(2026, 3, 29), "Europe/Berlin")
    assert end - first == timedelta(hours=23)


def test_a_zone_that_is_none_counts_as_utc() -> None:
    assert local_day(datetime(2026, 11, 21, 23, 30, tzinfo=UTC), "../etc/passwd") == date(2026, 11, 21)
    assert local_day(datetime(2026, 11, 21, 23, 30, tzinfo=UTC), "Mars/Base") == date(2026, 11, 21)

"""What time a device takes it to be: on with its clock, never back, and never by leaps."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from clienteling.domain.device_time import MOST_APART, Reckoned, time_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(days=-9_000), timedelta(days=9_000)).map(lambda since: NOW + since)


def test_the_first_time_is_as_the_clock_says() -> None:
    assert time_of(NOW, None) == NOW


def test_time_goes_on_with_the_clock_from_where_the_server_set_it() -> None:
    told = Reckoned(clock_at=NOW, time_at=NOW - timedelta(hours=3))
    assert time_of(NOW + timedelta(minutes=5), told) == NOW - timedelta(hours=3) + timedelta(minutes=5)


def test_a_clock_ten_years_ahead_counts_as_thirty_days() -> None:
    assert time_of(NOW + timedelta(days=3653), Reckoned(NOW, NOW)) == NOW + MOST_APART


def test_a_clock_set_back_takes_no_time_back() -> None:
    before = Reckoned(NOW, NOW)
    assert time_of(NOW - timedelta(days=400), before) == NOW
    after = Reckoned(NOW - timedelta(days=400), NOW)
    assert time_of(NOW - timedelta(days=399), after) == NOW + timedelta(days=1)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_whatever_the_clock_says_time_moves_on_by_thirty_days_at_most(
    clock_at: datetime, time_at: datetime, now: datetime
) -> None:
    assert timedelta() <= time_of(now, Reckoned(clock_at, time_at)) - time_at <= MOST_APART

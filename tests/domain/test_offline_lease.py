"""For how long a device lets people in that has not heard of its server."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clienteling.domain.errors import LeaseEnded
from clienteling.domain.offline_lease import CLOCKS_DIFFER_BY, refuse_ended
from tests.support.fakes import START_AT

SECOND = timedelta(seconds=1)


def refusal(synced_at: datetime | None, now: datetime) -> str:
    try:
        refuse_ended(synced_at, now)
    except LeaseEnded as ended:
        return ended.code
    return ""


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(), ""),
        (timedelta(hours=72), ""),
        (timedelta(hours=72) + SECOND, "sign_in.too_long_offline"),
        (timedelta(days=3_650), "sign_in.too_long_offline"),
        (-CLOCKS_DIFFER_BY, ""),
        (-CLOCKS_DIFFER_BY - SECOND, "sign_in.clock_set_back"),
        (-timedelta(days=3_650), "sign_in.clock_set_back"),
    ],
)
def test_three_days_after_the_last_sync_and_before_it_nobody_comes_in(passed: timedelta, said: str) -> None:
    assert refusal(START_AT, START_AT + passed) == said


def test_a_device_that_never_synced_lets_nobody_in() -> None:
    assert refusal(None, START_AT) == "sign_in.never_synced"


@given(st.integers(1, 72), st.timedeltas(min_value=timedelta(), max_value=timedelta(days=10)))
def test_a_shorter_lease_ends_earlier(hours: int, passed: timedelta) -> None:
    try:
        refuse_ended(START_AT, START_AT + passed, hours=hours)
    except LeaseEnded:
        assert passed > timedelta(hours=hours)
    else:
        assert passed <= timedelta(hours=hours)

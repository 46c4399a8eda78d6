"""What every clock of this program promises, the real one and the fake."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.fakes import FakeClock

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(params=[system_clock, FakeClock()], ids=["system", "fake"])
def any_clock(request: pytest.FixtureRequest) -> Clock:
    clock: Clock = request.param
    return clock


def test_a_clock_tells_aware_time_in_utc(any_clock: Clock) -> None:
    assert any_clock().tzinfo is UTC


def test_a_clock_left_alone_does_not_go_back(any_clock: Clock) -> None:
    assert any_clock() <= any_clock()


def test_the_fake_moves_only_when_told_to() -> None:
    clock = FakeClock()
    before = clock()
    assert clock() == before
    clock.advance(timedelta(hours=2))
    assert clock() - before == timedelta(hours=2)


def test_the_fake_can_be_set_back_as_a_device_can() -> None:
    clock = FakeClock()
    before = clock()
    assert clock.advance(timedelta(days=-1)) < before


def test_the_fake_refuses_a_time_that_is_not_utc() -> None:
    with pytest.raises(ValueError, match="UTC"):
        FakeClock(datetime(2026, 11, 22))  # noqa: DTZ001 - the naive time is what must be refused

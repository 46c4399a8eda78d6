"""What a PIN must be, and what wrong ones cost."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clienteling.domain.errors import ValidationFailed
from clienteling.domain.pin_rules import MOST_TRIES, refuse_pin, wait_after


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "１２３４５６", "739 15", "73915\n"])
def test_a_pin_is_six_digits(pin: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        refuse_pin(pin)
    assert (refused.value.field, refused.value.code) == ("pin", "pin.six_digits")


@pytest.mark.parametrize("pin", ["000000", "777777", "123456", "456789", "987654", "121212", "123123", "010101"])
def test_what_people_try_first_is_no_pin(pin: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        refuse_pin(pin)
    assert refused.value.code == "pin.too_easy"


def test_few_pins_are_refused() -> None:
    def is_taken(pin: str) -> bool:
        try:
            refuse_pin(pin)
        except ValidationFailed:
            return False
        return True

    asked = range(0, 1_000_000, 97)
    assert sum(is_taken(f"{number:06}") for number in asked) > 0.998 * len(asked)


@given(st.integers(0, MOST_TRIES - 1))
def test_a_wrong_try_never_shortens_the_wait(failures: int) -> None:
    assert timedelta() <= wait_after(failures) <= wait_after(failures + 1)


def test_the_wait_grows_from_nothing_to_a_quarter_of_an_hour() -> None:
    seconds = [wait_after(failures).total_seconds() for failures in range(7)]
    assert seconds == [0, 0, 0, 1, 2, 900, 900]

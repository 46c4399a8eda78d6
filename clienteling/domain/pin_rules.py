"""The PIN of an associate on a shared device: what it must be, and what wrong ones cost.

Six digits alone are no protection: whoever may try freely has them in minutes. So a wrong one makes the next wait, and
after MOST_TRIES there is nothing left to try.
"""

import re
from datetime import timedelta
from itertools import pairwise
from typing import Final

from clienteling.domain.errors import ValidationFailed

PIN_DIGITS: Final = 6
MOST_TRIES: Final = 10
_SIX: Final = re.compile(rf"[0-9]{{{PIN_DIGITS}}}")
_SHORT_WAITS: Final = {3: timedelta(seconds=1), 4: timedelta(seconds=2)}
_LONG_WAIT_FROM: Final = 5
_LONG_WAIT: Final = timedelta(minutes=15)


def refuse_pin(pin: str) -> None:
    """Raises ValidationFailed(pin.six_digits, pin.too_easy): the latter are what people try first."""
    if not _SIX.fullmatch(pin):
        raise ValidationFailed("pin", "pin.six_digits")
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    half = pin[: PIN_DIGITS // 2]
    if steps in ({0}, {1}, {-1}) or pin == half * 2 or pin == pin[:2] * 3:
        raise ValidationFailed("pin", "pin.too_easy")


def wait_after(failures: int) -> timedelta:
    """How long the next try must wait after so many wrong ones in a row."""
    if failures >= _LONG_WAIT_FROM:
        return _LONG_WAIT
    return _SHORT_WAITS.get(failures, timedelta())

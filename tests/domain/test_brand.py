"""Any accent a retailer sets can be read in both themes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clienteling.domain.brand import (
    DEFAULT_ACCENT,
    LEAST_CONTRAST,
    accent_colours,
    accent_is_corrected,
    checked_accent,
    contrast,
)
from clienteling.domain.errors import ValidationFailed

GROUNDS = {False: ("#F8F7F4", "#FFFFFF", "#F0EEE9"), True: ("#131417", "#1C1D21", "#232529")}


@given(st.integers(0, 0xFFFFFF), st.booleans())
def test_every_accent_becomes_readable_in_both_themes(number: int, dark: bool) -> None:
    made = accent_colours(f"#{number:06X}", dark=dark)
    assert all(contrast(made.accent, ground) >= LEAST_CONTRAST for ground in GROUNDS[dark])
    assert contrast(made.on_accent, made.accent) >= LEAST_CONTRAST
    assert contrast(made.on_container, made.container) >= LEAST_CONTRAST


def test_a_readable_accent_stays_as_it_was_set() -> None:
    assert accent_colours("#155e75", dark=False).accent == "#155E75"
    assert not accent_is_corrected("#155E75")
    assert accent_is_corrected("#FFE000")


@pytest.mark.parametrize("told", ["blue", "#12", "#1234567", "155E75"])
def test_what_is_no_colour_is_refused(told: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        checked_accent(told)
    assert refused.value.code == "brand.bad_accent"


def test_no_accent_is_the_ordinary_one() -> None:
    assert checked_accent(" ") == DEFAULT_ACCENT

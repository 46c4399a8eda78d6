"""Check digits, GTIN-14 and element strings."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from biip.checksums import gs1_standard_check_digit
from biip.gs1_application_identifiers import _GS1_APPLICATION_IDENTIFIERS as AIS
from hypothesis import given
from hypothesis import strategies as st

from clienteling.scanning.errors import ScanError, ScanRefused
from clienteling.scanning.gs1_values import (
    MAX_ELEMENTS_CHARS,
    barcode_elements,
    bracketed_elements,
    checked_element,
    gtin14,
    has_valid_check_digit,
)

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "gs1_digital_link.json").read_text(encoding="utf-8")
)
GTIN = "09521234543213"


@pytest.mark.parametrize("vector", VECTORS["check_digit_valid"], ids=lambda vector: vector["id"])
def test_a_right_check_digit_is_accepted(vector: dict[str, Any]) -> None:
    assert has_valid_check_digit(vector["input"])
    assert gtin14(vector["input"]) == (vector["expected_gtin"] or vector["input"].zfill(14))


@pytest.mark.parametrize("vector", VECTORS["check_digit_invalid"], ids=lambda vector: vector["id"])
def test_a_wrong_check_digit_is_refused(vector: dict[str, Any]) -> None:
    assert not has_valid_check_digit(vector["input"])
    with pytest.raises(ScanRefused):
        gtin14(vector["input"])


@given(st.text("0123456789", min_size=7, max_size=17), st.integers(1, 9))
def test_exactly_one_last_digit_is_right(payload: str, off: int) -> None:
    digit = gs1_standard_check_digit(payload)
    assert has_valid_check_digit(f"{payload}{digit}")
    assert not has_valid_check_digit(f"{payload}{(digit + off) % 10}")


@pytest.mark.parametrize(
    ("upc_e", "upc_a"),
    [
        ("01234565", "012345000065"),
        ("04252614", "042100005264"),
        ("01234531", "012300000451"),
        ("12345670", "123456000070"),
    ],
)
def test_an_eight_digit_upc_e_is_expanded(upc_e: str, upc_a: str) -> None:
    """12345670 is a valid GTIN-8 as well, and a GTIN-8 it stays."""
    expected = upc_e if has_valid_check_digit(upc_e) else upc_a
    assert gtin14(upc_e) == expected.zfill(14)


@pytest.mark.parametrize("text", ["", "1", "123456", "1234567", "123456789", "123456789012345", "٠٢٣٤٥٦٧٣", "0234567²"])
def test_other_lengths_and_other_digits_are_no_gtin(text: str) -> None:
    with pytest.raises(ScanRefused) as refused:
        gtin14(text)
    assert refused.value.error is ScanError.WRONG_LENGTH


def test_elements_are_read_as_printed_and_as_encoded() -> None:
    expected = (("01", GTIN), ("10", "AB(1"), ("21", "C/1"))
    assert bracketed_elements(f"(01) {GTIN} (10)AB(1(21)C/1") == expected
    assert barcode_elements(f"\x1d01{GTIN}10AB(1\x1d21C/1") == expected


def test_the_check_digit_of_an_asset_is_that_of_the_thirteen_after_its_zero() -> None:
    assert bracketed_elements("(8003)09521234543213A7") == (("8003", "09521234543213A7"),)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f"(01){GTIN[:-1]}4", ScanError.WRONG_CHECK_DIGIT),
        ("(00)106141412345678907", ScanError.WRONG_CHECK_DIGIT),
        (f"(01){GTIN}(89)1", ScanError.UNKNOWN_AI),
        (f"(01){GTIN}(10)", ScanError.BAD_AI_VALUE),
        (f"x(01){GTIN}", ScanError.BAD_AI_VALUE),
        (f"(01){GTIN}(10)A(10)B", ScanError.DUPLICATE_AI),
        ("(8003)09521234543214", ScanError.WRONG_CHECK_DIGIT),
    ],
)
def test_a_faulty_element_string_is_refused(text: str, error: ScanError) -> None:
    with pytest.raises(ScanRefused) as refused:
        bracketed_elements(text)
    assert refused.value.error is error


@pytest.mark.parametrize("read", [barcode_elements, bracketed_elements])
def test_elements_are_read_up_to_a_length_that_takes_no_time(read: Callable[[str], object]) -> None:
    """`biip` needs 130 ms for the longest text that a symbol can hold."""
    one = "99A\x1d" if read is barcode_elements else "(99)A"
    assert read(one * (MAX_ELEMENTS_CHARS // len(one))) == (("99", "A"),)
    with pytest.raises(ScanRefused) as refused:
        read(one * (MAX_ELEMENTS_CHARS // len(one) + 1))
    assert refused.value.error is ScanError.TOO_LONG


@given(st.sampled_from(sorted(AIS)), st.text("0123456789") | st.text(st.characters(max_codepoint=127)) | st.text())
def test_no_value_makes_the_table_fail_in_another_way(ai: str, value: str) -> None:
    for read in (lambda: checked_element(ai, value), lambda: barcode_elements(ai + value)):
        with contextlib.suppress(ScanRefused):
            read()

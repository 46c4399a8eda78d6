"""Scanner keys against a person's, and one scan against its echo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clienteling.domain.wedge import DuplicateGate, Wedge

EAN = "9521234543213"


def typed(wedge: Wedge, text: str, *, gap_ms: float, start_ms: float = 0.0, end: str = "Enter") -> str | None:
    at_ms = start_ms
    for character in text:
        assert wedge.feed(character.upper(), character.isupper(), at_ms) is None
        at_ms += gap_ms
    return wedge.feed(end, False, at_ms)


def wedge() -> Wedge:
    return Wedge(lambda: 0.0)


@pytest.mark.parametrize("gap_ms", [0, 5, 30, 50])
def test_keys_at_a_scanners_pace_are_a_code(gap_ms: float) -> None:
    assert typed(wedge(), EAN, gap_ms=gap_ms) == EAN


@pytest.mark.parametrize("gap_ms", [51, 100, 400, 601])
def test_a_persons_typing_is_not_a_code(gap_ms: float) -> None:
    assert typed(wedge(), EAN, gap_ms=gap_ms) is None


@pytest.mark.parametrize("held_up_ms", [140, 500])
def test_one_key_held_up_by_a_busy_hub_does_not_break_the_code(held_up_ms: float) -> None:
    keys = wedge()
    for n, digit in enumerate(EAN):
        keys.feed(digit, False, n * 5 + (held_up_ms if n > 6 else 0))
    assert keys.feed("Enter", False, 75 + held_up_ms) == EAN


def test_a_pause_before_enter_makes_it_a_persons() -> None:
    keys = wedge()
    for n, digit in enumerate(EAN):
        keys.feed(digit, False, n)
    assert keys.feed("Enter", False, 700) is None


def test_fewer_than_six_characters_are_not_a_code() -> None:
    assert typed(wedge(), "12345", gap_ms=5) is None
    assert typed(wedge(), "123456", gap_ms=5) == "123456"


def test_a_key_pressed_before_the_scan_does_not_get_into_the_code() -> None:
    keys = wedge()
    keys.feed("X", False, 0)
    assert typed(keys, EAN, gap_ms=5, start_ms=1_000) == EAN


def test_an_arrow_or_a_clock_that_went_back_starts_over() -> None:
    keys = wedge()
    keys.feed("9", False, 0)
    keys.feed("Arrow Left", False, 1)
    assert typed(keys, EAN, gap_ms=5, start_ms=2) == EAN
    keys.feed("9", False, 5_000)
    assert typed(keys, EAN, gap_ms=5, start_ms=4_900) == EAN


def test_letters_numpad_and_shifted_signs_are_typed_as_the_scanner_meant() -> None:
    keys = wedge()
    at_ms = 0.0
    for key, shift in (
        *(("S", True), ("Shift Left", True), ("e", True), ("R", False), ("-", False), ("Numpad 4", False), (";", True)),
        *((":", True), ("9", True), ("Space", False), ("Numpad -", False)),
    ):
        assert keys.feed(key, shift, at_ms) is None
        at_ms += 2
    assert keys.feed("Numpad Enter", False, at_ms) == "SEr-4::( -"


def test_control_and_a_bracket_is_the_separator_of_a_gs1_barcode_and_no_other_such_key_is_typed() -> None:
    keys = wedge()
    for n, character in enumerate("1095"):
        keys.feed(character, False, n)
    assert keys.feed("Control Left", False, 4) is None
    assert keys.feed("]", False, 5, control=True) is None
    assert keys.feed("J", False, 6, control=True) is None  # line feed, which the code would not hold either
    assert keys.feed("2", False, 7) is None
    assert keys.feed("1", False, 8) is None
    assert keys.feed("Enter", False, 9) == "1095\x1d21"


def test_two_scans_in_a_row_are_two_codes() -> None:
    keys = wedge()
    assert typed(keys, EAN, gap_ms=5) == EAN
    assert typed(keys, "02345673", gap_ms=5, start_ms=70) == "02345673"


def test_the_given_clock_is_asked_where_a_key_has_no_time() -> None:
    clock = iter(range(0, 1_000, 10))
    keys = Wedge(lambda: next(clock))
    for digit in EAN:
        keys.feed(digit, False)
    assert keys.feed("Enter", False) == EAN


@given(st.lists(st.tuples(st.text(max_size=12), st.booleans(), st.floats(0, 1e6)), max_size=60))
def test_no_order_of_keys_breaks_the_wedge(keys: list[tuple[str, bool, float]]) -> None:
    reader = wedge()
    for key, shift, at_ms in keys:
        code = reader.feed(key, shift, at_ms)
        assert code is None or len(code) >= 6


def test_the_echo_of_a_focused_field_is_not_a_second_scan() -> None:
    gate = DuplicateGate()
    assert gate.admits("https://ex.shop/01/09521234543213", 0)
    assert not gate.admits("HTTPS://EX.SHOP/01/09521234543213\r", 12)


def test_the_same_label_scanned_again_on_purpose_is_a_new_scan() -> None:
    gate = DuplicateGate()
    assert gate.admits(EAN, 0)
    assert not gate.admits(EAN, 1_000)
    assert gate.admits(EAN, 2_001)


def test_a_label_that_stays_before_the_camera_is_one_scan() -> None:
    gate = DuplicateGate()
    assert [gate.admits(code, n * 400) for n, code in enumerate([EAN, "02345673", EAN, "02345673", EAN, EAN])] == [
        *(True, True, False, False, False, False)
    ]


def test_the_gate_remembers_a_bounded_number_of_codes() -> None:
    gate = DuplicateGate()
    assert gate.admits("first", 0)
    assert all(gate.admits(f"code {n}", 1) for n in range(DuplicateGate.REMEMBERED))
    assert gate.admits("first", 2)


def test_a_scanner_is_heard_in_the_middle_of_its_code_and_not_after_it() -> None:
    keys = wedge()
    for n, character in enumerate("htt"):
        keys.feed(character.upper(), False, n * 5.0)
    assert keys.hears_scanner(15.0)
    assert not keys.hears_scanner(700.0)
    keys.feed("Enter", False, 20.0)
    assert not keys.hears_scanner(20.0)


def test_a_person_at_the_keys_is_not_taken_for_a_scanner() -> None:
    keys = wedge()
    for n, character in enumerate("hati"):
        keys.feed(character.upper(), False, n * 110.0)
    assert not keys.hears_scanner(335.0)

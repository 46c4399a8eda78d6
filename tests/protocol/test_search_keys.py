"""What is typed folds to the beginning of what it is meant for, on both sides alike."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.name_families import family_of
from sync.protocol.search_keys import (
    MAX_TYPED_WORDS,
    email_key,
    loyalty_key,
    name_tokens,
    near_misses,
    phone_key,
    phone_tail_key,
    plain_words,
    read_typed,
)

SPELLINGS = {
    "u": ["u", "oe"],
    "j": ["j", "dj"],
    "c": ["c", "tj"],
    "sy": ["sy", "sj", "sh"],
    "ny": ["ny", "nj"],
    "h": ["h", "kh"],
    "f": ["f", "v", "ph"],
    "t": ["t", "th", "tt"],
    "m": ["m", "mm"],
    "d": ["d", "dh"],
}


@given(st.text(max_size=12))
def test_what_is_typed_of_a_text_folds_to_its_beginning(text: str) -> None:
    whole = unicodedata.normalize("NFC", text)
    words = plain_words(whole)
    for length in range(1, len(whole) + 1):
        typed = plain_words(whole[:length])
        assert all(word in words for word in typed[:-1])
        assert not typed or any(word.startswith(typed[-1]) for word in words)


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing(text: str) -> None:
    words = plain_words(text)
    assert plain_words(" ".join(words)) == words


def test_marks_case_and_apostrophes_do_not_count() -> None:
    assert plain_words("José  ŁUKASZ Nur'aini D’Angelo Straße") == ("jose", "lukasz", "nuraini", "dangelo", "strasse")
    assert plain_words(unicodedata.normalize("NFD", "José")) == ("jose",)


@st.composite
def _two_spellings(draw: st.DrawFn) -> tuple[str, str]:
    """One name as two clerks wrote it: syllables of a consonant and a vowel."""
    first = second = ""
    for _ in range(draw(st.integers(2, 4))):
        for letters in (["j", "c", "sy", "ny", "h", "f", "t", "m", "d"], ["u"]):
            sound = draw(st.sampled_from(letters))
            first += draw(st.sampled_from(SPELLINGS[sound]))
            second += draw(st.sampled_from(SPELLINGS[sound]))
    return first, second


@given(_two_spellings())
def test_two_spellings_of_a_name_have_one_form(spellings: tuple[str, str]) -> None:
    first, second = spellings
    assert family_of(first) == family_of(second)


@given(_two_spellings())
def test_a_name_fits_while_its_other_spelling_is_typed(spellings: tuple[str, str]) -> None:
    recorded, typed = spellings
    tokens = name_tokens(recorded)
    for length in range(3, len(typed) + 1):
        (word,) = read_typed(typed[:length]).readings[0]
        beginnings = (*word.beginnings, *word.unfinished)
        assert any(token.startswith(beginnings) or token in word.whole for token in tokens), typed[:length]


@pytest.mark.parametrize("typed", ["muhammad", "mohamad", "mohammed", "mochamad", "muchammad", "mukhammad"])
@pytest.mark.parametrize("recorded", ["Muhammad", "M.", "Muh.", "Moh.", "Mhd", "Mohamed"])
def test_every_muhammad_fits_every_other_while_typed(recorded: str, typed: str) -> None:
    tokens = name_tokens(recorded)
    for length in range(3, len(typed) + 1):
        (word,) = read_typed(typed[:length]).readings[0]
        assert any(word.fits(token) for token in tokens), typed[:length]


def test_exact_keys_are_one_for_every_way_of_typing() -> None:
    assert email_key(" Siti@Example.COM ") == "siti@example.com"
    assert email_key("siti") == ""
    assert phone_key("0812-3456 7890") == phone_key("+62 812 34567890") == "+6281234567890"
    assert phone_tail_key("0812-34") == "432180"
    assert loyalty_key("ly-0012 34") == "LY001234"


@pytest.mark.parametrize(
    ("typed", "beginnings", "from_front"),
    [
        ("0812", ("+62812",), True),
        ("+62812", ("+62812",), True),
        ("62812", ("+62812", "+6262812"), True),
        ("0062812", ("+62812",), True),
        ("812", ("+62812",), False),
        ("08", (), True),
    ],
)
def test_digits_are_read_from_the_front_as_every_spelling(
    typed: str, beginnings: tuple[str, ...], from_front: bool
) -> None:
    read = read_typed(typed)
    assert (read.phone_beginnings, read.from_front) == (beginnings, from_front)


def test_forms_of_address_before_a_name_are_left_out() -> None:
    assert [word.plain for word in read_typed("bu siti").readings[0]] == ["siti"]
    assert [word.plain for word in read_typed("bu").readings[0]] == ["bu"]
    assert [[word.plain for word in one] for one in read_typed("siti h").readings[:2]] == [["siti", "h"], ["siti"]]


@given(st.text(max_size=400))
def test_whatever_is_typed_is_read_within_bounds(text: str) -> None:
    read = read_typed(text)
    assert all(0 < len(reading) <= MAX_TYPED_WORDS for reading in read.readings)
    assert all(word.plain.isalnum() for reading in read.readings for word in reading)


@given(st.text("abcdefgh", min_size=5, max_size=9), st.data())
def test_one_mistake_is_among_the_near_misses_both_ways(word: str, data: st.DataObject) -> None:
    misses = near_misses(word)
    assert word not in misses
    other = data.draw(st.sampled_from(sorted(misses)))
    assert abs(len(other) - len(word)) <= 1
    if len(other) >= 5:
        assert word in near_misses(other)


def test_short_long_and_mixed_words_have_no_near_misses() -> None:
    assert near_misses("siti") == near_misses("a" * 21) == near_misses("abc12") == ()


@pytest.mark.parametrize(
    "typed", ["0812 5555 6666 istri", "0812-1200-2144abc", "0812 9900 123 Budi", "HP 081255556666"]
)
def test_words_beside_a_number_are_never_dialled(typed: str) -> None:
    assert phone_key(typed) == ""


@pytest.mark.parametrize("typed", ["0812999", "081299", "+62812999", "14045", "+1 555 1234", "12", "0217"])
def test_digits_that_no_telephone_has_are_no_number(typed: str) -> None:
    assert phone_key(typed) == ""


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("021-5551234", "+62215551234"),
        ("(0361) 123456", "+62361123456"),
        ("0811-1234-567", "+628111234567"),
        ("+39 06 1234 5678", "+390612345678"),
        ("+225 01 02 03 04 05", "+2250102030405"),
    ],
)
def test_numbers_of_towns_and_of_lands_whose_numbers_begin_with_a_nought_are_numbers(typed: str, key: str) -> None:
    assert phone_key(typed) == key

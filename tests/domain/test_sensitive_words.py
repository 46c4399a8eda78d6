"""Which words of a note are about health or belief."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clienteling.domain.sensitive_words import Sensitive, SensitiveWord, sensitive_word


@pytest.mark.parametrize(
    ("text", "word", "about"),
    [
        ("Sedang hamil lima bulan.", "hamil", Sensitive.HEALTH),
        ("ALERGI wol", "ALERGI", Sensitive.HEALTH),
        ("Istrinya sakit-sakitan", "sakit-sakitan", Sensitive.HEALTH),
        ("She is pregnant", "pregnant", Sensitive.HEALTH),
        ("Ketemu di gereja", "gereja", Sensitive.BELIEF),
        ("a religious family", "religious", Sensitive.BELIEF),
        ("Muslim, dan alergi debu", "Muslim", Sensitive.BELIEF),
    ],
)
def test_a_word_about_health_or_belief_is_found_as_it_was_written(text: str, word: str, about: Sensitive) -> None:
    assert sensitive_word(text) == SensitiveWord(word, about)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Suka warna netral, ukuran M.",
        "Hijab segi empat untuk Lebaran, kado Natal",
        "Alergika adalah merek",
        "Mengandung wol, beli partai besar",
        "minta dihubungi lewat WhatsApp 0812",
    ],
)
def test_what_a_shop_sells_is_not_taken_for_one(text: str) -> None:
    assert sensitive_word(text) is None


@given(st.text(max_size=80))
def test_what_is_found_stands_in_the_text(text: str) -> None:
    found = sensitive_word(text)
    assert found is None or found.word in text

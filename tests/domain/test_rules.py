"""Stock promised, and what an associate may write."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clienteling.domain.contact_rules import (
    valid_birthday,
    valid_email,
    valid_language,
    valid_name,
    valid_note,
    valid_preference,
)
from clienteling.domain.emails import masked_email
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.stock import StockBand, available, nearest_first, stock_band
from clienteling.domain.views import LocationStock

TODAY = date(2026, 11, 22)


def test_an_e_mail_address_shows_its_first_letter_and_its_domain_alone() -> None:
    shown = {"siti@example.id": "s····@example.id", "s@x.id": "s····@x.id", "": "", "siti": "", "@x.id": "", "a@": ""}
    assert {email: masked_email(email) for email in shown} == shown


@given(st.integers(-100, 100), st.integers(-100, 100))
def test_what_may_be_promised_is_never_below_nothing_nor_above_what_is_there(on_hand: int, reserved: int) -> None:
    assert 0 <= available(on_hand, reserved) <= max(0, on_hand)


def test_places_are_named_this_store_first_then_stores_that_have_it_near_ones_in_front() -> None:
    def line(location: str, city: str, count: int, place: str = "store", *, here: bool = False) -> LocationStock:
        now = datetime(2026, 11, 22, tzinfo=UTC)
        return LocationStock(location, location, city, place, "", here, count, count, now)

    lines = [
        line("Gudang", "Bekasi", 90, "warehouse"),
        line("Makassar", "Makassar", 2),
        line("Dago", "Bandung", 0),
        line("Riau", "Bandung", 1),
        line("Sini", "Bandung", 0, here=True),
    ]
    named = [one.location for one in nearest_first(lines, city="Bandung")]
    assert named == ["Sini", "Riau", "Makassar", "Dago", "Gudang"]


def test_what_is_written_is_trimmed_and_composed() -> None:
    assert valid_note("  suka linen\n") == "suka linen"
    assert valid_name(" Siti   Rahmawati ") == "Siti Rahmawati"
    assert valid_name("Jose\N{COMBINING ACUTE ACCENT}") == "José"
    assert valid_preference("size_top", " M ") == "M"
    assert valid_email("") == valid_birthday(" ", today=TODAY) == valid_language("") == ""
    assert valid_email(" siti.r+x@toko.example.co.id ") == "siti.r+x@toko.example.co.id"
    assert valid_birthday("2000-02-29", today=TODAY) == "2000-02-29"
    assert valid_note("x" * 4_000) == "x" * 4_000


@pytest.mark.parametrize(
    ("check", "text", "code"),
    [
        (valid_note, " \n ", "note.empty"),
        (valid_note, "x" * 4_001, "note.too_long"),
        (valid_note, "a\x00b", "text.bad_character"),
        (valid_note, "a\ud800b", "text.bad_character"),
        (valid_name, " ", "contact.name_empty"),
        (valid_name, "x" * 201, "text.too_long"),
        (valid_email, "siti", "contact.email_invalid"),
        (valid_email, "siti@toko", "contact.email_invalid"),
        (valid_email, "a@b.c, d@e.f", "contact.email_invalid"),
        (valid_email, f"{'x' * 250}@toko.id", "contact.email_invalid"),
        (lambda text: valid_birthday(text, today=TODAY), "22/11/1990", "contact.birthday_invalid"),
        (lambda text: valid_birthday(text, today=TODAY), "2001-02-29", "contact.birthday_invalid"),
        (lambda text: valid_birthday(text, today=TODAY), "2026-11-23", "contact.birthday_in_future"),
        (lambda text: valid_birthday(text, today=TODAY), "1890-01-01", "contact.birthday_invalid"),
        (valid_language, "Bahasa", "contact.language_invalid"),
        (lambda text: valid_preference("Size Top", text), "M", "preference.key_invalid"),
        (lambda text: valid_preference("size_top", text), "x" * 501, "text.too_long"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_reason(check: object, text: str, code: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        check(text)  # type: ignore[operator]  # one of the functions above
    assert refused.value.code == code


def test_stock_is_told_in_bands() -> None:
    assert [stock_band(pieces) for pieces in (-1, 0, 1, 2, 3, 5, 6)] == [
        StockBand.NONE,
        StockBand.NONE,
        StockBand.LAST,
        StockBand.LAST,
        StockBand.FEW,
        StockBand.FEW,
        StockBand.MANY,
    ]

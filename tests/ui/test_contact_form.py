"""Customer: the form for contact details and sizes; only what was changed is written, and nothing typed is lost."""

from dataclasses import replace
from datetime import date

import pytest

from clienteling.ui.components.contact_form import shown_day, typed_day
from tests.support.fake_customers import SITI, CustomerShop
from tests.ui.conftest import OpenApp, run

AT = f"/customers/{SITI.id}"


@pytest.fixture
def shop() -> CustomerShop:
    return CustomerShop()


def test_only_what_was_changed_is_written_with_what_was_seen(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("edit-contact")
            await screen.type("contact-email", "siti@baru.example")
            await screen.type("contact-city", "Cimahi")
            await screen.type("contact-city", "Bandung")
            await screen.type("contact-birthday", "5/12/1987")
            await screen.type("contact-size_shoe", "39")
            await screen.press("salutation-kak")
            await screen.press("contact-save")
            fields = {
                "email": ("siti.rahmawati@surel.example", "siti@baru.example"),
                "birthday": ("1987-12-04", "1987-12-05"),
                "salutation": ("Bu", "Kak"),
                "preference:size_shoe": ("38", "39"),
            }
            assert shop.written == [("edit_contact", (SITI.id, fields, "associate-rina"))]
            assert not screen.has("contact-form")
            assert "Kak Siti Rahmawati" in screen.words_of("customer-name")
            assert "sepatu 39" in screen.words_of("facts")

    run(journey())


def test_every_wrong_field_says_so_at_once_and_nothing_typed_is_lost(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("edit-contact")
            wrong = {"name": " ", "email": "siti@", "birthday": "31-02-1987", "size_top": "M" * 501}
            for field, words in {**wrong, "city": "Cimahi"}.items():
                await screen.type(f"contact-{field}", words)
            await screen.press("contact-save")
            told = {field: screen.problem(f"contact-{field}") for field in wrong}
            assert told["name"] == "Nama tidak boleh kosong."
            assert "Surel" in told["email"]
            assert told["birthday"] == "Tanggal lahir ini tidak ada."
            assert "Terlalu panjang" in told["size_top"]
            assert {field: screen.typed(f"contact-{field}") for field in wrong} == wrong
            assert (screen.typed("contact-city"), screen.problem("contact-city")) == ("Cimahi", "")
            assert shop.written == []
            await screen.type("contact-name", "Siti Rahmawati")
            await screen.type("contact-email", "siti@baru.example")
            await screen.press("contact-save")
            assert screen.problem("contact-name") == screen.problem("contact-email") == ""
            assert screen.problem("contact-birthday") == "Tanggal lahir ini tidak ada."

    run(journey())


def test_a_sync_while_typing_moves_only_the_fields_nobody_touched(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("edit-contact")
            await screen.type("contact-city", "Cimahi")
            shop.customers[SITI.id] = replace(SITI, city="Garut", email="siti@lain.example")
            shop.rows_changed()
            await screen.settle()
            assert screen.typed("contact-city") == "Cimahi"
            assert "Baru diubah orang lain menjadi: Garut" in screen.words_of("contact-form")
            assert screen.typed("contact-email") == "siti@lain.example"
            await screen.type("contact-city", "Cimahi Utara")
            await screen.press("contact-save")
            fields = {"city": ("Bandung", "Cimahi Utara")}
            assert shop.written == [("edit_contact", (SITI.id, fields, "associate-rina"))]

    run(journey())


def test_leaving_the_form_writes_nothing(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("edit-contact")
            await screen.type("contact-city", "Cimahi")
            await screen.press("contact-cancel")
            assert shop.written == []
            assert screen.has("facts")

    run(journey())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("4-12-1987", "1987-12-04"),
        ("04/12/1987", "1987-12-04"),
        ("4.12.1987", "1987-12-04"),
        (" 1987-12-04 ", "1987-12-04"),
        ("4 Desember", "4 Desember"),
        ("", ""),
    ],
)
def test_a_day_is_typed_day_first(text: str, day: str) -> None:
    assert typed_day(text) == day


def test_a_shown_day_is_read_back_as_itself() -> None:
    assert typed_day(shown_day(date(1987, 12, 4))) == "1987-12-04"
    assert shown_day(None) == ""

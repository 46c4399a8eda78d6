"""Changing a note: what stands after it, two texts that become one, and that no draft is lost."""

from dataclasses import replace

import pytest

from tests.support.fake_customers import NOTES, SITI
from tests.support.fake_serving import ServingShop, with_heads
from tests.ui.conftest import OpenApp, pressed, run

AT = f"/customers/{SITI.id}?tab=notes"
RINA = "associate-rina"
ONE = with_heads(NOTES[0], ("dimas", "Suka warna netral."))
TWO = with_heads(NOTES[0], ("dimas", "Suka warna netral."), ("agus", "Alergi wol."))


@pytest.fixture
def shop() -> ServingShop:
    made = ServingShop()
    made.customers[SITI.id] = replace(SITI, notes=(ONE, NOTES[1]))
    return made


def test_a_note_is_changed_in_its_place_and_waits_to_be_sent(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert not screen.has("note-revise-note-b")
            await screen.press("note-revise-note-a")
            assert screen.typed("note-revision-note-a") == "Suka warna netral."
            await screen.type("note-revision-note-a", "Suka warna netral, ukuran M.")
            await pressed(screen, "note-revise-save-note-a", times=2)
            assert shop.written == [
                ("revise_note", ("note-a", "Suka warna netral, ukuran M.", ("dimas",), RINA)),
            ]
            said = screen.words_of("note-note-a")
            assert "ukuran M" in said
            assert "Belum terkirim" in said
            assert not screen.has("note-revision-note-a")

    run(journey())


def test_two_texts_written_at_once_are_both_shown_and_a_change_joins_them(shop: ServingShop, open_app: OpenApp) -> None:
    shop.customers[SITI.id] = replace(SITI, notes=(TWO,))

    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            said = screen.words_of("note-note-a")
            assert "Dua orang mengubah catatan ini" in said
            for words in ("Suka warna netral.", "Alergi wol.", "Dimas, kemarin", "Agus, kemarin"):
                assert words in said
            await screen.press("note-revise-note-a")
            assert screen.typed("note-revision-note-a") == "Suka warna netral.\n\nAlergi wol."
            await screen.press("note-revise-save-note-a")
            assert shop.written[0][1][2] == ("dimas", "agus")
            assert "Dua orang" not in screen.words_of("note-note-a")

    run(journey())


def test_a_change_half_typed_is_kept_and_replaces_only_what_it_was_made_of(
    shop: ServingShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("note-revise-note-a")
            await screen.type("note-revision-note-a", "Suka hijau.")
            shop.customers[SITI.id] = replace(SITI, notes=(TWO,))
            shop.rows_changed()
            await screen.settle()
            assert screen.typed("note-revision-note-a") == "Suka hijau."
            assert "baru saja diubah orang lain" in screen.words_of("note-note-a")
            await screen.press("tab-history")
            await screen.press("tab-notes")
            assert screen.typed("note-revision-note-a") == "Suka hijau."
            assert "baru saja diubah orang lain" in screen.words_of("note-note-a")
            await screen.press("note-revise-save-note-a")
            assert shop.written[0][1][2] == ("dimas",)
            assert "Alergi wol." in screen.words_of("note-note-a")

    run(journey())


def test_an_emptied_note_is_refused_beside_the_field_and_giving_up_leaves_it_as_it_was(
    shop: ServingShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("note-revise-note-a")
            await screen.type("note-revision-note-a", " ")
            await screen.press("note-revise-save-note-a")
            assert screen.problem("note-revision-note-a") == "Catatan masih kosong."
            await screen.press("note-revise-cancel-note-a")
            assert shop.written == []
            assert "Suka warna netral." in screen.words_of("note-note-a")
            await screen.press("note-revise-note-a")
            assert screen.typed("note-revision-note-a") == "Suka warna netral."
            await screen.type("note-revision-note-a", "")
            shop.customers[SITI.id] = replace(SITI, notes=(TWO,))
            await screen.go(AT.replace("notes", "history"))
            await screen.go(AT)
            await screen.press("note-revise-note-a")
            assert "baru saja" not in screen.words_of("note-note-a")

    run(journey())

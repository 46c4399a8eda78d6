"""Customer: what is written there, that it is seen at once, and that nothing typed is lost."""

from dataclasses import replace

import pytest

from clienteling.domain.errors import ClientelingError
from clienteling.ui.components.notes import shortened
from tests.support.fake_customers import SITI, CustomerShop
from tests.ui.conftest import OpenApp, run

AT = f"/customers/{SITI.id}"


@pytest.fixture
def shop() -> CustomerShop:
    return CustomerShop()


# --- notes


def test_a_note_is_on_the_screen_at_once_and_says_that_it_waits(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("write-note")
            await screen.type("note-text", "Ingin kemeja biru ukuran L.")
            await screen.press("note-save")
            assert shop.written == [("write_note", (SITI.id, "Ingin kemeja biru ukuran L.", "associate-rina", False))]
            written = screen.words_of("note-note-0")
            assert "Ingin kemeja biru ukuran L." in written
            assert "Belum terkirim" in written
            assert screen.typed("note-text") == ""
            assert "Catatan (3)" in screen.words_of("tab-notes")

    run(journey())


def test_a_note_reminds_that_the_customer_may_read_it_and_warns_of_health_and_belief(
    shop: CustomerShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, f"/customers/{SITI.id}?tab=notes") as screen:
            await screen.press("write-note")
            assert "Pelanggan boleh meminta membaca catatan ini" in screen.words_of("note-caution")
            await screen.type("note-text", "Sedang hamil, cari gaun longgar")
            assert '"hamil" menyangkut kesehatan' in screen.words_of("note-caution")
            await screen.type("note-text", "Cari gaun untuk ke Gereja")
            assert '"Gereja" menyangkut keyakinan' in screen.words_of("note-caution")
            await screen.press("note-save")
            assert shop.written[-1][1][1] == "Cari gaun untuk ke Gereja"
            assert "Pelanggan boleh" in screen.words_of("note-caution")

    run(journey())


def test_a_note_may_be_kept_to_this_store(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("tab-notes")
            assert "Hanya toko ini" in screen.words_of("note-note-b")
            await screen.type("note-text", "Bahan seragam kantor.")
            await screen.switch("note-store-only", True)
            await screen.press("note-save")
            assert shop.written[0][1][-1] is True

    run(journey())


def test_a_draft_survives_a_sync_another_tab_and_another_screen(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("tab-notes")
            await screen.type("note-text", "Belum selesai")
            shop.rows_changed()
            await screen.settle()
            assert screen.typed("note-text") == "Belum selesai"
            await screen.press("tab-history")
            await screen.press("tab-notes")
            assert screen.typed("note-text") == "Belum selesai"
            await screen.go("/")
            await screen.go(f"{AT}?tab=notes")
            assert screen.typed("note-text") == "Belum selesai"
            await screen.resize(1440, 900)
            assert screen.typed("note-text") == "Belum selesai"

    run(journey())


def test_a_draft_waits_for_the_one_who_typed_it(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("tab-notes")
            await screen.type("note-text", "Kata Rina")
            await screen.go("/settings")
            await screen.press("change-associate")
            await screen.press("associate-associate-dedi")
            await screen.go(f"{AT}?tab=notes")
            assert screen.typed("note-text") == ""

    run(journey())


def test_an_empty_note_is_refused_beside_the_field(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("tab-notes")
            await screen.type("note-text", "   ")
            await screen.press("note-save")
            assert screen.problem("note-text") == "Catatan masih kosong."
            assert shop.written == []
            await screen.type("note-text", "Suka")
            assert not screen.problem("note-text")

    run(journey())


def test_a_note_that_cannot_be_kept_stays_in_the_field(open_app: OpenApp) -> None:
    class FullShop(CustomerShop):
        def write_note(self, customer_id: str, text: str, *, author_id: str, store_only: bool = False) -> str:
            raise ClientelingError("error.store_unusable")

    async def journey() -> None:
        async with open_app(FullShop(), AT) as screen:
            await screen.press("tab-notes")
            await screen.type("note-text", "Jangan hilang")
            await screen.press("note-save")
            assert screen.typed("note-text") == "Jangan hilang"
            assert "tidak dapat dibuka" in screen.problem("note-text")

    run(journey())


def test_a_long_note_shows_its_beginning_and_the_rest_at_a_press(shop: CustomerShop, open_app: OpenApp) -> None:
    long = replace(SITI.notes[0], id="long", text="Suka linen warna krem. " * 30 + "Tamat")
    many_lines = replace(SITI.notes[0], id="lines", text="\n".join(f"baris {line}" for line in range(60)))
    shop.customers[SITI.id] = replace(SITI, notes=(long, many_lines, *SITI.notes))

    async def journey() -> None:
        async with open_app(shop, f"{AT}?tab=notes") as screen:
            assert "Tamat" not in screen.words_of("note-long")
            assert "baris 4" in screen.words_of("note-lines")
            assert "baris 5" not in screen.words_of("note-lines")
            assert not screen.has("note-more-note-b")
            await screen.press("note-more-long")
            assert "Tamat" in screen.words_of("note-long")
            assert "Ringkas" in screen.words_of("note-more-long")
            assert "baris 59" not in screen.words_of("note-lines")
            await screen.press("note-more-long")
            assert "Tamat" not in screen.words_of("note-long")

    run(journey())


@pytest.mark.parametrize("words", ["", "pendek", "x" * 340, "a\nb\nc\nd\ne\nf"])
def test_a_note_that_is_hardly_longer_is_shown_whole(words: str) -> None:
    assert shortened(words) == words


def test_a_shortened_note_ends_with_a_whole_word() -> None:
    assert shortened("linen " * 200).removesuffix(" …").endswith("linen")
    assert len(shortened("x" * 4_000)) < 400


# --- wishes


def test_a_wish_tells_price_promotion_and_how_old_the_stock_is(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("tab-wishlist")
            wish = screen.words_of("wish-item-1")
            assert "Rp299.000" in wish
            assert "Rp349.000" in wish
            assert "Promo November s.d. Jumat" in wish
            assert "2 di toko ini, 40 menit lalu" in wish
            assert "1 di toko ini, 3 hari lalu" in screen.words_of("wish-item-2")
            unknown = screen.words_of("wish-item-4")
            assert "Harga belum diketahui" in unknown
            assert "Stok di toko ini belum diketahui" in unknown
            assert "Belum terkirim" in unknown

    run(journey())


def test_a_removal_asks_once_more_and_names_all_the_items_it_joins(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("tab-wishlist")
            await screen.press("wish-remove-item-2")
            await screen.press("wish-remove-no-item-2")
            assert shop.written == []
            await screen.press("wish-remove-item-2")
            await screen.press("wish-remove-yes-item-2")
            assert shop.written == [("remove_from_wishlist", (SITI.id, ("item-2", "item-3"), "associate-rina"))]
            assert not screen.has("wish-item-2")
            assert screen.has("wish-item-4")

    run(journey())


def test_a_wish_is_added_by_product_and_variant(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("add-wish")
            await screen.type("wish-search", "kemeja")
            assert "2 di toko ini" in screen.words_of("wish-product-product-1")
            await screen.press("wish-product-product-1")
            await screen.press("wish-variant-variant-m")
            assert shop.written == [("add_to_wishlist", (SITI.id, "product-1", "variant-m", "associate-rina"))]
            assert not screen.has("wish-adding")

    run(journey())


def test_a_wish_may_leave_size_and_colour_open(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("add-wish")
            await screen.type("wish-search", "kemeja")
            await screen.press("wish-product-product-1")
            await screen.press("wish-variant-undecided")
            assert shop.written == [("add_to_wishlist", (SITI.id, "product-1", None, "associate-rina"))]

    run(journey())


def test_a_wish_that_is_on_the_list_is_said_so_and_not_written(shop: CustomerShop, open_app: OpenApp) -> None:
    wish = replace(SITI.wishlist[0], product_id="product-1", variant_id="variant-m")
    shop.customers[SITI.id] = replace(SITI, wishlist=(wish,))

    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("add-wish")
            await screen.type("wish-search", "kemeja")
            await screen.press("wish-product-product-1")
            await screen.press("wish-variant-variant-m")
            assert "sudah ada di daftar keinginannya" in screen.words_of("wish-already")
            assert shop.written == []
            await screen.press("wish-variant-undecided")
            assert shop.written == [("add_to_wishlist", (SITI.id, "product-1", None, "associate-rina"))]
            assert not screen.has("wish-adding")

    run(journey())


# --- consent


def test_a_withdrawal_is_recorded_at_once_and_forbids_at_once(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("tab-consents")
            await screen.press("consent-withdraw-marketing-email")
            wrote = (SITI.id, "marketing", "email", False, "event-email", "associate-rina", "id")
            assert shop.written == [("record_consent", wrote)]
            assert "Belum terkirim" in screen.words_of("consent-marketing-email")
            assert "surel" in screen.words_of("do-not")

    run(journey())


def test_a_grant_names_the_withdrawal_it_follows(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT, language="en") as screen:
            await screen.press("tab-consents")
            assert "Declined since 2 Nov" in screen.words_of("consent-marketing-whatsapp")
            await screen.press("consent-give-marketing-whatsapp")
            wrote = (SITI.id, "marketing", "whatsapp", True, "event-whatsapp", "associate-rina", "en")
            assert shop.written == [("record_consent", wrote)]
            assert "Agreed since 22 Nov" in screen.words_of("consent-marketing-whatsapp")

    run(journey())


def test_somebody_never_asked_may_say_yes_or_no(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("tab-consents")
            assert screen.has("consent-give-marketing-sms")
            await screen.press("consent-withdraw-marketing-sms")
            assert shop.written[0][1][3:5] == (False, None)

    run(journey())

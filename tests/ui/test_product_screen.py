"""Product on screen: price and promotion, size and colour, stock with its age, reviews, and a wish for a customer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import flet as ft
import pytest

from clienteling.domain.errors import StoreDamaged
from clienteling.domain.views import HeldPiece, HoldStatus, RatingView, ReviewView
from tests.support.fake_customers import SITI
from tests.support.fake_products import BARE, GTIN, LABEL, SHIRT, product_shop, reviews
from tests.support.fakes import START_AT
from tests.support.flet_harness import Screen
from tests.ui.conftest import OpenApp, run

AT_M = "/products/kemeja?variant=variant-putih-m"


def stars_shown(screen: Screen) -> list[str]:
    return [line for line in screen.words_of("reviews").splitlines() if line.endswith("dari 5")]


def test_the_price_now_stands_with_the_one_before_struck_through(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M) as screen:
            assert screen.words_of("price").splitlines() == ["Rp299.000", "Rp349.000"]
            before = [one for one in screen.of_type(ft.Text) if one.value == "Rp349.000"]
            assert before[0].style.decoration is ft.TextDecoration.LINE_THROUGH
            assert before[0].semantics_label == "sebelumnya Rp349.000"

    run(journey())


def test_a_promotion_says_its_end_and_where_it_holds_and_where_it_does_not(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M) as screen:
            assert screen.words_of("promotions").splitlines() == [
                "Linen Lebih Ringan s.d. Jumat, online dan toko",
                "Tengah Malam s.d. Selasa, khusus online. Tidak berlaku di toko ini.",
                "Pesta Toko s.d. 1 Des, hanya di Surabaya. Tidak berlaku di toko ini.",
            ]

    run(journey())


def test_english_speaks_english_down_to_the_promotions_name(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M, language="en") as screen:
            assert "Linen for less until Friday, online and in store" in screen.words_of("promotions")
            assert "Unwashed, with the tag still on." in screen.words_of("product-facts")
            assert "4.3" in screen.words_of("rating")

    run(journey())


def test_stock_says_place_number_age_and_telephone(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M) as screen:
            assert screen.words_of("stock-here") == "2 di toko ini, 40 menit lalu"
            assert "Ada 3, 1 dipesan" in screen.words_of("stock")
            assert screen.words_of("stock-surabaya").splitlines() == ["5 di Surabaya", "+62 31 0000102", "3 jam lalu"]
            assert screen.words_of("stock-denpasar").splitlines()[0] == "Habis di Denpasar"
            assert screen.words_of("stock-gudang-cikarang").splitlines()[0] == "10 di Gudang Cikarang"

    run(journey())


def held(name: str, place: str, **fields: Any) -> HeldPiece:
    """A piece of the white shirt in M, held until this evening."""
    piece = HeldPiece(
        hold_id=name.lower(),
        variant_id="variant-putih-m",
        location_id=place,
        customer_id="customer-0",
        customer_name=name,
        salutation="bu",
        quantity=1,
        status=HoldStatus.CONFIRMED,
        until=START_AT + timedelta(hours=4),
    )
    return replace(piece, **fields)


def test_a_place_names_for_whom_a_piece_is_held_there_when_asked_and_no_other_place_does(open_app: OpenApp) -> None:
    shop = product_shop()
    shop.held["kemeja"] = (
        held("Siti", "surabaya"),
        held("Dewi", "bandung", status=HoldStatus.REQUESTED, until=None, quantity=2),
        held("Ayu", "surabaya", variant_id="variant-putih-s"),
        held("Yuyun", "surabaya", until=START_AT),
    )

    async def journey() -> None:
        async with open_app(shop, AT_M) as screen:
            assert "1 disimpan sampai 14.42" in screen.words_of("stock-surabaya")
            assert screen.words_of("held-dewi") == "2 diminta, belum pasti"
            assert "Bu Siti" not in screen.words()
            await screen.press("held-names")
            there = screen.words_of("stock-surabaya")
            assert "1 disimpan untuk Bu Siti sampai 14.42" in there
            assert screen.words().count("Bu Siti") == 1
            assert screen.words_of("held-dewi") == "2 diminta untuk Bu Dewi, belum pasti"
            assert "Dewi" not in there
            assert "Ayu" not in screen.words()
            assert "Yuyun" not in screen.words()
            await screen.press("held-names")
            assert "Bu Siti" not in screen.words()

    run(journey())


def test_of_many_who_wait_at_one_place_some_are_named(open_app: OpenApp) -> None:
    shop = product_shop()
    shop.held["kemeja"] = tuple(held(f"Ani{number}", "surabaya") for number in range(5))

    async def journey() -> None:
        async with open_app(shop, AT_M, language="en") as screen:
            await screen.press("held-names")
            there = screen.words_of("stock-surabaya")
            assert "1 held for Bu Ani2 until 14:42" in there
            assert "Ani3" not in there
            assert "and 2 more" in there

    run(journey())


def test_what_is_known_of_a_place_for_more_than_a_day_is_amber(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M) as screen:
            colours = {one.value: one.color for one in screen.of_type(ft.Text)}
            assert colours["2 hari lalu"] == "tertiary"
            assert colours["3 jam lalu"] == "onsurfacevariant"

    run(journey())


def test_every_size_and_colour_says_in_words_whether_it_is_here(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M) as screen:
            assert screen.words_of("variant-Ukuran-M").splitlines()[0] == "M, 2 di sini"
            assert screen.words_of("variant-Ukuran-S").splitlines()[0] == "S, di tempat lain"
            assert screen.words_of("variant-Ukuran-L").splitlines()[0] == "L, habis"
            assert screen.words_of("variant-Warna-Biru Muda").splitlines()[0] == "Biru Muda, di tempat lain"

    run(journey())


def test_choosing_a_size_changes_stock_and_codes_and_stays_for_the_way_back(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M) as screen:
            assert f"GTIN {GTIN[1:]}" in screen.words_of("codes")
            await screen.press("variant-Ukuran-S")
            assert screen.words_of("stock-here") == "Habis di toko ini, 40 menit lalu"
            assert screen.words_of("codes") == "SKU KEME-PUT-S"
            await screen.go("/")
            await screen.go(AT_M)
            assert screen.words_of("codes") == "SKU KEME-PUT-S"

    run(journey())


def test_a_combination_that_is_not_made_says_so_and_leads_to_the_nearest(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/products/kemeja?variant=variant-putih-l") as screen:
            assert screen.words_of("variant-Warna-Biru Muda").splitlines()[0] == "Biru Muda, tidak dibuat"
            await screen.press("variant-Warna-Biru Muda")
            assert screen.words_of("stock-here").startswith("4 di toko ini")

    run(journey())


def test_without_a_variant_in_the_address_one_that_is_here_is_shown(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/products/kemeja") as screen:
            assert screen.words_of("stock-here").startswith("2 di toko ini")

    run(journey())


def test_rating_tells_average_number_and_distribution(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M) as screen:
            said = screen.words_of("rating").splitlines()
            assert said[:3] == ["4,3", "dari 5", "33 ulasan"]
            bars = [line for line in said if "bintang" in line]
            assert bars == [f"{5 - n} bintang: {count} ulasan" for n, count in enumerate((20, 6, 3, 2, 2))]

    run(journey())


def test_reviews_come_newest_first_by_page_and_more_at_a_press(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M) as screen:
            assert screen.has("review-review-20")
            assert not screen.has("review-review-21")
            assert "Tampilkan 13 lagi" in screen.words_of("reviews-more")
            await screen.press("reviews-more")
            assert screen.has("review-review-33")
            assert not screen.has("reviews-more")

    run(journey())


def test_critical_reviews_come_first_when_asked_for(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M) as screen:
            assert stars_shown(screen)[0] == "5 dari 5"
            await screen.press("reviews-critical")
            assert stars_shown(screen)[:4] == ["1 dari 5", "1 dari 5", "1 dari 5", "2 dari 5"]
            assert "Terima kasih, Kak." in screen.words_of("reviews")
            await screen.press("reviews-critical")
            assert stars_shown(screen)[0] == "5 dari 5"

    run(journey())


def test_reviews_can_be_narrowed_to_a_number_of_stars(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M) as screen:
            await screen.press("reviews-stars-4")
            assert set(stars_shown(screen)) == {"4 dari 5"}
            await screen.press("reviews-stars-4")
            assert len(set(stars_shown(screen))) > 1

    run(journey())


def test_at_most_a_hundred_reviews_are_drawn_and_the_rest_is_said(open_app: OpenApp) -> None:
    shop = product_shop()
    many = tuple(replace(reviews()[0], id=f"review-{number}") for number in range(150))
    shop.reviews[SHIRT.id] = many
    shop.products[SHIRT.id] = replace(SHIRT, rating=RatingView(5.0, 150, (150, 0, 0, 0, 0)))

    async def journey() -> None:
        async with open_app(shop, AT_M) as screen:
            for _ in range(4):
                await screen.press("reviews-more")
            assert screen.has("review-review-99")
            assert not screen.has("review-review-100")
            assert not screen.has("reviews-more")
            assert "Ini 100 ulasan pertama" in screen.words_of("reviews")

    run(journey())


def test_reviews_that_cannot_be_read_leave_the_rest_of_the_product(open_app: OpenApp) -> None:
    shop = product_shop()

    def broken(product_id: str, **asked: object) -> tuple[ReviewView, ...]:
        raise StoreDamaged

    shop.read_reviews = broken  # type: ignore[method-assign]  # the shop is a fake

    async def journey() -> None:
        async with open_app(shop, AT_M) as screen:
            assert "Data di perangkat ini rusak" in screen.words_of("reviews")
            assert screen.words_of("stock-here").startswith("2 di toko ini")

    run(journey())


def test_what_customers_ask_next_is_answered(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M) as screen:
            said = screen.words_of("product-facts")
            assert "14 hari" in said
            assert "Label masih terpasang, belum dicuci." in said
            assert "Kirim hari ini di Bandung, Surabaya, dan Denpasar" in said
            assert "drone" in said
            assert "Lebar dada (cm)" in screen.words_of("size-chart")
            link = screen.inside("video", ft.OutlinedButton)
            assert isinstance(link.action, ft.OpenUrl)
            assert link.action.url == "https://video.example.com/kemeja-linen"

    run(journey())


def test_a_video_address_of_another_kind_is_no_link(open_app: OpenApp) -> None:
    shop = product_shop()
    shop.products[SHIRT.id] = replace(SHIRT, video_url="javascript:alert(1)")

    async def journey() -> None:
        async with open_app(shop, AT_M) as screen:
            assert not screen.has("video")
            assert "Alamat videonya tidak dapat dipakai." in screen.words_of("product-facts")
            assert not [one for one in screen.of_type(ft.OutlinedButton) if isinstance(one.action, ft.OpenUrl)]

    run(journey())


def test_the_row_of_the_chosen_size_stands_out_in_the_size_chart(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M) as screen:
            chart = screen.inside("size-chart", ft.Column)
            marked = [row.bgcolor is not None for row in chart.controls]
            assert marked == [False, False, True, False]

    run(journey())


def test_a_product_that_goes_with_it_opens(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M) as screen:
            assert "Rp379.000 · 3 di toko ini" in screen.words_of("product-celana")
            await screen.press("product-polos")
            assert screen.route == "/products/polos"
            await screen.press("back")
            assert screen.route == AT_M

    run(journey())


def test_a_wish_is_saved_for_the_customer_opened_last_and_leads_to_them(open_app: OpenApp) -> None:
    shop = product_shop()

    async def journey() -> None:
        async with open_app(shop, "/customers/customer-0") as screen:
            await screen.go(AT_M)
            await screen.press("add-wish")
            await screen.press("add-wish-last")
            assert shop.written[-1] == (
                "add_to_wishlist",
                ("customer-0", "kemeja", "variant-putih-m", "associate-rina"),
            )
            said = "Kemeja Linen Lengan Panjang · Putih · M tersimpan di daftar keinginan Bu Siti Rahmawati."
            assert said in screen.words_of("add-wish-saved")
            await screen.press("add-wish-open")
            assert screen.route == "/customers/customer-0"

    run(journey())


def test_a_wish_that_is_on_the_list_is_said_so_with_the_way_to_the_customer(open_app: OpenApp) -> None:
    shop = product_shop()
    wish = replace(SITI.wishlist[0], product_id="kemeja", variant_id="variant-putih-m")
    shop.customers["customer-0"] = replace(SITI, id="customer-0", wishlist=(wish,))

    async def journey() -> None:
        async with open_app(shop, "/customers/customer-0") as screen:
            await screen.go(AT_M)
            await screen.press("add-wish")
            await screen.press("add-wish-last")
            assert "sudah ada di daftar keinginan Bu Siti Rahmawati." in screen.words_of("add-wish-already")
            assert not screen.has("add-wish-saved")
            assert shop.written == []
            await screen.press("add-wish-open")
            assert screen.route == "/customers/customer-0"

    run(journey())


def test_a_wish_is_saved_for_a_customer_looked_up(open_app: OpenApp) -> None:
    shop = product_shop()

    async def journey() -> None:
        async with open_app(shop, AT_M) as screen:
            await screen.press("add-wish")
            assert not screen.has("add-wish-last")
            await screen.type("look-up", "agus")
            await screen.press("customer-customer-7")
            assert shop.written[-1][1][0] == "customer-7"
            assert "Pak Agus Setiawan" in screen.words_of("add-wish-saved")
            await screen.press("add-wish-close")
            assert screen.has("add-wish")

    run(journey())


def test_a_product_without_anything_says_what_is_not_known(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/products/polos") as screen:
            assert screen.words_of("product-name") == "Syal Tanpa Keterangan"
            assert screen.words_of("price") == "Harga belum diketahui"
            assert screen.words_of("stock-here") == "Stok di toko ini belum diketahui"
            assert "Belum ada ulasan" in screen.words_of("no-reviews")
            assert "Belum ada gambar" in screen.words_of("pictures")
            assert "Aturannya belum diketahui." in screen.words_of("product-facts")
            assert not screen.has("variant-Ukuran-M")
            assert not screen.has("video")

    run(journey())


def test_a_product_without_variants_can_still_be_wished_for(open_app: OpenApp) -> None:
    shop = product_shop()

    async def journey() -> None:
        async with open_app(shop, "/products/kosong") as screen:
            await screen.press("add-wish")
            await screen.type("look-up", "agus")
            await screen.press("customer-customer-7")
            assert shop.written[-1][1] == ("customer-7", "kosong", None, "associate-rina")

    run(journey())


@pytest.mark.parametrize("name", ["nix", "%00", "%ff", "%E2%80%AE"])
def test_an_unknown_product_says_so_with_ways_on(open_app: OpenApp, name: str) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), f"/products/{name}") as screen:
            assert "Barang ini tidak ada di perangkat ini." in screen.words_of("product-absent")
            await screen.press("find-another")
            assert screen.route == "/scan"

    run(journey())


def test_a_product_that_arrives_is_shown_without_asking(open_app: OpenApp) -> None:
    shop = product_shop()
    del shop.products[BARE.id]

    async def journey() -> None:
        async with open_app(shop, "/products/polos") as screen:
            assert screen.has("product-absent")
            shop.products[BARE.id] = BARE
            shop.rows_changed()
            await screen.settle()
            assert screen.words_of("product-name") == "Syal Tanpa Keterangan"

    run(journey())


def test_a_scanner_opens_the_next_product_from_this_one(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/products/polos") as screen:
            for key in [*GTIN, "Enter"]:
                await screen.key(key)
            assert screen.route == AT_M
            await screen.key("Escape")
            assert screen.route == "/products/polos"

    run(journey())


def test_a_scanner_that_types_an_address_sets_off_no_shortcut(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/products/polos") as screen:
            for key in [*LABEL.upper(), "Enter"]:
                await screen.key(key)
                assert screen.route in ("/products/polos", AT_M, "/scan")

    run(journey())


def test_a_desktop_shows_the_same_in_two_columns(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), AT_M, size=(1440, 900)) as screen:
            for part in ("price", "stock", "rating", "reviews", "product-facts", "goes-with", "add-wish"):
                assert screen.has(part)

    run(journey())

"""Customer: the first screenful, the tabs, and what is said where something is missing."""

import asyncio
import threading
from dataclasses import replace

import flet as ft
import pytest

from clienteling.domain.access import Access
from clienteling.domain.errors import StoreDamaged
from clienteling.domain.views import ConflictView, ConsentView, CustomerView, SayFirst, SayFirstKind
from clienteling.use_cases.services import Services
from tests.support.fake_customers import ASKED_ABOUT, SITI, SUHARTI, CustomerShop, ago, order
from tests.support.fake_customers import line as bought
from tests.support.flet_harness import PAGE_ID
from tests.ui.conftest import OpenApp, run

ONE_LINE = 20
AT = f"/customers/{SITI.id}"


@pytest.fixture
def shop() -> CustomerShop:
    return CustomerShop()


def showing(shop: CustomerShop, view: CustomerView) -> str:
    """The route of this customer, who is in the shop now."""
    shop.customers[view.id] = view
    return f"/customers/{view.id}"


def test_the_first_screenful_tells_who_it_is_and_what_to_say_first(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert "Bu Siti Rahmawati" in screen.words_of("customer-name")
            assert "Emas · 2.340 poin" in screen.words_of("standing")
            assert "Toko Bandung · pelanggan sejak 2021" in screen.words()
            said = screen.words_of("say-first")
            assert "Kemeja Linen Lengan Panjang - Putih M siap diambil (pesanan #4803), sejak kemarin." in said
            assert "Cocok dengan Celana Kulot Linen Krem M di daftar keinginannya: ada 2 di sini." in said
            facts = screen.words_of("facts")
            assert "atasan M · bawahan M · sepatu 38" in facts
            assert "19 Nov, Online, Rp447.000" in facts
            assert "Rp100.000 s.d. 30 Nov" in facts
            assert "telepon; tanpa tawaran lewat WhatsApp" in screen.words_of("do-not")

    run(journey())


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            SayFirst(SayFirstKind.OPEN_COMPLAINT, subject="Karet seprai lepas"),
            "Keluhan belum selesai: Karet seprai lepas.",
        ),
        (
            SayFirst(SayFirstKind.WISHLIST_HERE, item="Blus Katun", available=3),
            "Blus Katun dari daftar keinginannya ada 3 di toko ini.",
        ),
        (
            SayFirst(SayFirstKind.PICKUP_READY, item="Kemeja", order_number="#1", since_at=ago(minutes=92)),
            "Kemeja siap diambil (pesanan #1), sejak 09.10.",
        ),
    ],
)
def test_each_kind_of_news_has_its_sentence(shop: CustomerShop, open_app: OpenApp, said: SayFirst, words: str) -> None:
    async def journey() -> None:
        async with open_app(shop, showing(shop, replace(SITI, say_first=said))) as screen:
            assert words in screen.words_of("say-first")

    run(journey())


def test_what_not_to_do_names_every_channel_that_was_refused(shop: CustomerShop, open_app: OpenApp) -> None:
    refused = tuple(
        ConsentView("marketing", channel, granted=False, at=None, event_id=None) for channel in ("sms", "whatsapp")
    )

    async def journey() -> None:
        async with open_app(shop, showing(shop, replace(SITI, do_not=refused))) as screen:
            assert "tanpa tawaran lewat SMS dan WhatsApp" in screen.words_of("do-not")
        async with open_app(shop, showing(shop, replace(SITI, do_not=()))) as screen:
            assert not screen.has("do-not")

    run(journey())


def test_the_phone_is_masked_until_it_is_tapped(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert "+62" not in screen.words()
            await screen.press("phone")
            assert "+62 812-3456-4471" in screen.words_of("phone")
            await screen.press("phone")
            assert "+62" not in screen.words()
            assert "s····@surel.example" in screen.words_of("email")
            await screen.press("email")
            assert "siti.rahmawati@surel.example" in screen.words_of("email")
            assert revealed(shop) == ["phone", "email"], "the first tap of two is kept"

    run(journey())


def revealed(shop: CustomerShop) -> list[object]:
    return [details["field"] for access, *_, details in shop.looked if access == Access.REVEALED]


def test_contact_details_are_masked_again_when_the_customer_is_left(shop: CustomerShop, open_app: OpenApp) -> None:
    another = replace(SITI, id="another", phone="+6281355500118", email="another@surel.example")
    shop.customers["another"] = another

    async def journey() -> None:
        async with open_app(shop, AT, size=(1440, 900)) as screen:
            await screen.press("phone")
            await screen.press("email")
            await screen.go("/customers/another")
            assert "+62" not in screen.words()
            assert "another@" not in screen.words()
            await screen.go(AT)
            assert "+62" not in screen.words()
            assert "siti.rahmawati@" not in screen.words()

    run(journey())


def test_the_form_that_has_them_in_full_opens_once_that_is_kept(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("edit-contact")
            assert screen.has("contact-form")
            assert revealed(shop) == ["form"]
            await screen.press("contact-cancel")
            assert revealed(shop) == ["form"]
            shop.unnotable = StoreDamaged("error.disk_full")
            await screen.press("edit-contact")
            assert not screen.has("contact-form")
            await screen.press("phone")
            assert "+62" not in screen.words()
            assert "penuh" in screen.words_of("phone")

    run(journey())


def test_the_history_tells_every_channel_with_its_status_and_store(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert "Siap diambil, di toko ini" in screen.words_of("order-order-4803")
            assert "Online · #4711 · Sudah dikirim" in screen.words_of("order-order-4711")
            assert "Toko Surabaya · #4502 · dilayani Dimas Prakoso" in screen.words_of("order-order-4502")
            assert "Dana dikembalikan" in screen.words_of("order-order-4310")
            assert "Dibatalkan" in screen.words_of("order-order-3988")
            await screen.press("order-order-4803")
            assert "Rp49.000" in screen.words()
            await screen.press("line-0")
            assert screen.route == "/products/product-1"

    run(journey())


def test_a_long_history_is_shown_in_parts(shop: CustomerShop, open_app: OpenApp) -> None:
    orders = tuple(order(number, (bought("Kaus", 99_000),), days=number) for number in range(1, 41))
    view = replace(SITI, orders=orders, orders_total=312)

    async def journey() -> None:
        async with open_app(shop, showing(shop, view)) as screen:
            assert screen.has("order-order-12")
            assert not screen.has("order-order-13")
            await screen.press("more-orders")
            assert screen.has("order-order-36")
            await screen.press("more-orders")
            assert screen.has("order-order-40")
            assert "40 terbaru dari 312." in screen.words()

    run(journey())


def test_every_list_of_somebody_unknown_says_that_it_is_empty(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"/customers/{SUHARTI.id}") as screen:
            assert "tanpa nomor telepon" in screen.words()
            assert not screen.has("say-first")
            assert "Belum pernah belanja" in screen.words_of("facts")
            assert screen.has("no-orders")
            for tab, empty in (("wishlist", "no-wishes"), ("cart", "no-cart"), ("notes", "no-notes")):
                await screen.press(f"tab-{tab}")
                assert screen.has(empty)
            await screen.press("tab-consents")
            assert screen.words_of("consents").count("Belum pernah ditanya") == 8

    run(journey())


def test_the_cart_lists_what_lies_in_it(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert "Keranjang (3)" in screen.words_of("tab-cart")
            await screen.press("tab-cart")
            cart = screen.words_of("cart")
            assert "Daster Rayon" in cart
            assert "2 × Rp149.000" in cart
            assert "Rp427.000" in cart

    run(journey())


def test_the_tab_is_the_same_after_a_look_at_a_product(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("tab-wishlist")
            await screen.press("wish-item-1")
            assert screen.route == "/products/product-2?variant=variant-2"
            await screen.key("Escape")
            assert screen.route == f"{AT}?tab=wishlist"
            assert screen.has("wishes")

    run(journey())


def test_the_tab_stands_in_the_address_and_is_no_step_on_the_way_back(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"{AT}?tab=notes") as screen:  # a reload
            assert screen.has("note-text")
            await screen.press("tab-cart")
            assert screen.route == f"{AT}?tab=cart"
            assert screen.has("cart")
            await screen.press("tab-history")
            assert screen.route == AT
            assert screen.has("orders")
            await screen.press("write-note")
            assert screen.route == f"{AT}?tab=notes"
            await screen.press("turn-to-customer")
            await screen.press("turn-back")
            assert screen.route == f"{AT}?tab=notes"
            assert screen.has("note-text")
            await screen.press("back")
            assert screen.route == "/"

    run(journey())


def test_an_address_with_an_unknown_tab_opens_the_first(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"{AT}?tab=secrets") as screen:
            assert screen.has("orders")

    run(journey())


def test_open_questions_are_said_quietly_and_lead_on(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, showing(shop, ASKED_ABOUT)) as screen:
            asked = screen.words_of("open-questions")
            assert "Dua orang mengubah kolom yang sama: Telepon" in asked
            assert "Mungkin orang yang sama: Kak Sitti Khadijah" in asked
            await screen.press("duplicate-customer-3")
            assert screen.route == "/customers/customer-3"

    run(journey())


def test_a_possible_duplicate_without_a_name_is_called_by_their_email(shop: CustomerShop, open_app: OpenApp) -> None:
    guest = replace(ASKED_ABOUT.possible_duplicates[0], name="", salutation="", email="tamu@surel.example")

    async def journey() -> None:
        async with open_app(shop, showing(shop, replace(ASKED_ABOUT, possible_duplicates=(guest,)))) as screen:
            asked = screen.words_of("open-questions")
            assert "Mungkin orang yang sama: tamu@surel.example\n···· 7665 · Bandung" in asked

    run(journey())


def test_somebody_who_is_not_on_this_device_is_told_so_with_a_way_on(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/customers/nobody") as screen:
            assert "Pelanggan ini tidak ada di perangkat ini." in screen.words_of("customer-absent")
            await screen.press("find-another")
            assert screen.route == "/find"

    run(journey())


def test_a_customer_who_leaves_the_device_leaves_the_screen_but_not_the_note(
    shop: CustomerShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("tab-notes")
            await screen.type("note-text", "Menunggu kemeja biru.")
            del shop.customers[SITI.id]
            shop.rows_changed()
            await screen.settle()
            assert "baru saja ditarik" in screen.words_of("customer-absent")
            assert "Menunggu kemeja biru." in screen.words_of("customer-absent")
            assert "Siti" not in screen.words()

    run(journey())


def test_a_store_that_cannot_be_read_gets_a_sentence(shop: CustomerShop, open_app: OpenApp) -> None:
    class BrokenShop(CustomerShop):
        def services(self, *, demo: bool = True) -> Services:
            def broken(customer_id: str) -> CustomerView | None:
                raise StoreDamaged

            return replace(super().services(demo=demo), customer=broken)

    async def journey() -> None:
        async with open_app(BrokenShop(), AT) as screen:
            assert "Data di perangkat ini rusak" in screen.words()
            assert "Catatan Anda tersimpan." in screen.words()

    run(journey())


def test_a_read_that_takes_long_shows_where_things_will_stand(open_app: OpenApp) -> None:
    release = threading.Event()

    class SlowShop(CustomerShop):
        def services(self, *, demo: bool = True) -> Services:
            def slow(customer_id: str) -> CustomerView | None:
                assert release.wait(5)
                return SITI

            return replace(super().services(demo=demo), customer=slow)

    async def only_short_waits(seconds: float) -> None:
        if seconds > 1:
            await asyncio.Event().wait()

    async def journey() -> None:
        async with open_app(SlowShop(), sleep=only_short_waits) as screen:
            await screen.session.dispatch_event(PAGE_ID, "route_change", {"route": AT})
            await screen.until(lambda: "Sedang dimuat" in screen.words())
            release.set()
            await screen.settle()
            assert "Bu Siti Rahmawati" in screen.words()

    run(journey())


def height_of(button: ft.Control) -> float:
    """Its own height, or the least that one line of text and the space around it have."""
    fixed: float | None = button.height  # type: ignore[attr-defined]  # every button has one
    if fixed is not None:
        return fixed
    padding = button.style.padding  # type: ignore[attr-defined]  # as above
    return float(padding.top + padding.bottom) + ONE_LINE


def test_everything_to_press_is_large_enough_for_a_finger(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            for tab in ("history", "wishlist", "cart", "notes", "consents"):
                await screen.press(f"tab-{tab}")
                for kind in (ft.FilledButton, ft.OutlinedButton, ft.TextButton, ft.IconButton):
                    assert all(height_of(one) >= 48 for one in screen.of_type(kind))

    run(journey())


def test_a_size_two_people_changed_is_called_as_the_person_knows_it(shop: CustomerShop, open_app: OpenApp) -> None:
    conflicts = (
        ConflictView("conflict-9", "size_top", "L", "M", preference=True),
        ConflictView("conflict-8", "favourite_fit", "longgar", "pas", preference=True),
    )
    at = showing(shop, replace(SITI, conflicts=conflicts))

    async def journey() -> None:
        async with open_app(shop, at) as screen:
            words = screen.words_of("conflict-conflict-9")
            assert "Dua orang mengubah kolom yang sama: Ukuran atasan" in words
            assert "Dipakai: L · Yang lain: M" in words
            assert "kolom yang sama: favourite fit" in screen.words_of("conflict-conflict-8")
        async with open_app(shop, at, language="en") as screen:
            assert "Two people changed the same field: Top size" in screen.words_of("conflict-conflict-9")

    run(journey())


def test_it_is_said_first_that_nothing_known_of_somebody_may_be_used(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert not screen.has("restricted")
        async with open_app(shop, showing(shop, replace(SITI, restricted=True))) as screen:
            assert "Data pelanggan ini dibatasi" in screen.words_of("restricted")

    run(journey())

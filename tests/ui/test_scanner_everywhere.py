"""A scanner is heard on every screen with the frame, counts once, and is not heard on one turned to a customer."""

import threading
from datetime import datetime, timedelta

import flet as ft
import pytest

from clienteling.use_cases.answers import ScanAnswer
from tests.support.fake_customers import SITI, CustomerShop
from tests.support.fake_products import CARD, GTIN, SCANS, SHIRT, damaged_shop
from tests.support.fakes import START_AT
from tests.support.flet_harness import PAGE_ID, Screen
from tests.ui.conftest import OpenApp, run

AT_M = "/products/kemeja?variant=variant-putih-m"
AT_SITI = f"/customers/{SITI.id}"
UNKNOWN = "8990000010210"


class CountingShop(CustomerShop):
    """A shop with customers and codes, that remembers which codes were asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.scans = dict(SCANS)
        self.products = {SHIRT.id: SHIRT}
        self.asked: list[str] = []

    def resolve_scan(self, code: str) -> ScanAnswer:
        self.asked.append(code)
        return super().resolve_scan(code)


@pytest.fixture
def shop() -> CountingShop:
    return CountingShop()


async def scanner_types(screen: Screen, code: str) -> None:
    """A scanner's keys and its Enter, as the page hears them, at once."""
    await keys_arrive(screen, code)
    await screen.settle()


async def keys_arrive(screen: Screen, code: str) -> None:
    for key in [*code, "Enter"]:
        pressed = {"key": key, "shift": key.isupper(), "ctrl": False, "alt": False, "meta": False}
        await screen.session.dispatch_event(PAGE_ID, "keyboard_event", pressed)


@pytest.mark.parametrize("route", ["/", "/find", "/find?q=sit", AT_SITI, "/products/polos", "/attention", "/settings"])
def test_a_label_scanned_with_no_field_focused_opens_its_product(
    shop: CountingShop, open_app: OpenApp, route: str
) -> None:
    async def journey() -> None:
        async with open_app(shop, route) as screen:
            await scanner_types(screen, GTIN)
            assert (screen.route, shop.asked) == (AT_M, [GTIN])

    run(journey())


@pytest.mark.parametrize("route", ["/", "/find", "/customers/customer-5"])
@pytest.mark.parametrize("size", [(768, 1024), (1440, 900)], ids=["tablet", "desktop"])
def test_a_customers_card_opens_the_customer(
    shop: CountingShop, open_app: OpenApp, route: str, size: tuple[int, int]
) -> None:
    async def journey() -> None:
        async with open_app(shop, route, size=size) as screen:
            await scanner_types(screen, CARD)
            assert screen.route == AT_SITI

    run(journey())


def test_what_leads_nowhere_is_answered_on_the_scan_screen_and_not_in_the_address(
    shop: CountingShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/") as screen:
            await scanner_types(screen, UNKNOWN)
            assert screen.route == "/scan"
            assert f"Terbaca: {UNKNOWN}" in screen.words_of("scan-answer")

    run(journey())


def test_scans_follow_one_another_from_screen_to_screen(shop: CountingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/") as screen:
            for code, leads_to in ((GTIN, AT_M), (UNKNOWN, "/scan"), (CARD, AT_SITI), ("BT-9999-0000", "/scan")):
                await scanner_types(screen, code)
                assert screen.route == leads_to

    run(journey())


def test_a_code_scanned_into_a_note_stays_there(shop: CountingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT_SITI) as screen:
            await screen.press("tab-notes")
            await screen.fire(screen.inside("note-text", ft.TextField), "focus")
            await scanner_types(screen, GTIN)
            await screen.key("/")
            await screen.type("note-text", f"{GTIN}\n/")
            assert (screen.route, shop.asked) == (f"{AT_SITI}?tab=notes", [])

    run(journey())


def test_a_scan_after_the_note_lost_the_focus_is_followed(shop: CountingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT_SITI) as screen:
            await screen.press("tab-notes")
            await screen.fire(screen.inside("note-text", ft.TextField), "focus")
            await screen.press("tab-history")
            await scanner_types(screen, GTIN)
            assert screen.route == AT_M

    run(journey())


@pytest.mark.parametrize("focus_is_known", [True, False])
def test_a_code_heard_as_keys_and_as_the_look_ups_text_counts_once(
    shop: CountingShop, open_app: OpenApp, focus_is_known: bool
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/find") as screen:
            box = screen.inside("look-up", ft.TextField)
            if focus_is_known:
                await screen.fire(box, "focus")
            await screen.type("look-up", UNKNOWN)
            submitted = screen.session.dispatch_event(box._i, "submit", UNKNOWN)
            await scanner_types(screen, UNKNOWN)
            await submitted
            await screen.settle()
            assert (screen.route, shop.asked) == ("/scan", [UNKNOWN])
            assert screen.words_of("scan-answer")

    run(journey())


def test_a_sku_scanned_into_the_look_up_is_followed_and_a_name_typed_there_is_not(
    shop: CountingShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/find") as screen:
            await screen.fire(screen.inside("look-up", ft.TextField), "focus")
            await screen.type("look-up", "KEME-PUT-M")
            await screen.submit("look-up")
            assert (screen.route, shop.asked) == ("/find", [])
            await scanner_types(screen, "KEME-PUT-M")
            await screen.submit("look-up")
            assert (screen.route, shop.asked) == ("/scan", ["KEME-PUT-M"])

    run(journey())


def test_a_card_scanned_into_the_look_up_leaves_it_empty_for_the_next(shop: CountingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/find", size=(1440, 900)) as screen:
            await screen.fire(screen.inside("look-up", ft.TextField), "focus")
            await scanner_types(screen, "suharti")  # of whom there is one, as of a card
            await screen.type("look-up", "suharti")
            await screen.submit("look-up")
            assert screen.route == "/customers/customer-8"
            assert screen.inside("look-up", ft.TextField).value == ""

    run(journey())


def test_a_code_read_twice_at_once_is_one_scan_and_later_another(shop: CountingShop, open_app: OpenApp) -> None:
    passed_s = 0.0

    def now() -> datetime:
        return START_AT + timedelta(seconds=passed_s)

    async def journey() -> None:
        nonlocal passed_s
        async with open_app(shop, "/attention", now=now) as screen:
            await scanner_types(screen, UNKNOWN)
            await screen.go("/attention")
            passed_s = 0.9
            await scanner_types(screen, UNKNOWN)
            assert (screen.route, len(shop.asked)) == ("/attention", 1)
            passed_s = 3.0
            await scanner_types(screen, UNKNOWN)
            assert (screen.route, len(shop.asked)) == ("/scan", 2)

    run(journey())


@pytest.mark.parametrize("code", [CARD, GTIN, UNKNOWN])
def test_a_screen_turned_to_a_customer_follows_no_code(shop: CountingShop, open_app: OpenApp, code: str) -> None:
    async def journey() -> None:
        async with open_app(shop, "/customers/customer-5") as screen:
            await screen.go("/customers/customer-5/turned")
            await scanner_types(screen, code)
            assert (screen.route, shop.asked) == ("/customers/customer-5/turned", [])
            await screen.go("/")
            await scanner_types(screen, code)
            assert screen.route != "/"

    run(journey())


def test_a_card_still_being_looked_up_when_the_screen_is_turned_opens_nobody(
    shop: CountingShop, open_app: OpenApp
) -> None:
    started, release = threading.Event(), threading.Event()
    known = shop.resolve_scan

    def slow(code: str) -> ScanAnswer:
        started.set()
        assert release.wait(5)
        return known(code)

    shop.resolve_scan = slow  # type: ignore[method-assign]  # the shop is a fake

    async def journey() -> None:
        async with open_app(shop, "/customers/customer-5") as screen:
            await keys_arrive(screen, CARD)
            await screen.until(started.is_set)
            turned = "/customers/customer-5/turned"
            screen.session.apply_page_patch({"route": turned})
            await screen.session.dispatch_event(PAGE_ID, "route_change", {"route": turned})
            release.set()
            await screen.settle()
            assert (screen.route, shop.asked) == (turned, [CARD])
            await screen.go("/scan")
            assert "Siti" not in screen.words_of("past-scans")
            assert screen.has("no-past-scans")

    run(journey())


def test_a_store_that_cannot_be_asked_says_so_until_the_person_goes_on(open_app: OpenApp) -> None:
    shop = damaged_shop()

    async def journey() -> None:
        async with open_app(shop, "/") as screen:
            await scanner_types(screen, GTIN)
            assert "Data di perangkat ini rusak" in screen.words_of("scan-problem")
            await screen.go("/find")
            assert not screen.has("scan-problem")

    run(journey())


@pytest.mark.parametrize("between", [(), ("/",)], ids=["on the same screen", "after another screen"])
def test_a_label_scanned_again_shows_its_own_size_whatever_was_chosen_before(
    shop: CountingShop, open_app: OpenApp, between: tuple[str, ...]
) -> None:
    async def journey() -> None:
        async with open_app(shop, AT_M) as screen:
            await screen.press("variant-Ukuran-S")
            assert f"GTIN {GTIN[1:]}" not in screen.words_of("codes")
            for route in between:
                await screen.go(route)
            await scanner_types(screen, GTIN)
            assert f"GTIN {GTIN[1:]}" in screen.words_of("codes")
            await screen.press("variant-Ukuran-S")
            assert screen.words_of("codes") == "SKU KEME-PUT-S"

    run(journey())

"""Figures of the shelf on screen: what is listed and what to do about it, the span, the file, and why there is none."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import flet as ft
import pytest

from clienteling.domain.views import Standing
from clienteling.ui.components.figure_bars import hours_words
from clienteling.ui.screens.figures import is_old
from clienteling.ui.theme import Role
from clienteling.use_cases.sign_in import Door, sign_in_services
from tests.support.fake_figures import figures
from tests.support.fake_products import SHIRT
from tests.support.fake_services import ASSOCIATES, FakeShop
from tests.support.fakes import START_AT, FakeClock
from tests.support.pins import PIN, RINA, WRONG, pins_of_two
from tests.ui.conftest import OpenApp, run
from tests.ui.test_sign_in import type_pin

DESKTOP, TABLET = (1440, 900), (768, 1024)
STEPS = ("scanned", "saved", "handed_over", "attached", "sold")


class Client:
    """What the client is asked to save."""

    def __init__(self) -> None:
        self.saved: list[tuple[str, bytes]] = []
        self.fails = False

    def save(self, asked: Any) -> None:
        if self.fails:
            raise RuntimeError("no such call")
        self.saved.append((asked["file_name"], asked["src_bytes"]))


def test_the_rail_of_a_desktop_leads_to_figures_and_a_tablet_has_them_in_settings(
    shop: FakeShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, size=DESKTOP) as screen:
            await screen.press("nav-figures")
            assert screen.route == "/figures"
            assert screen.has("figures-steps")
        for route, way in (("/settings", "settings-figures"), ("/help", "help-figures")):
            async with open_app(shop, route) as screen:
                assert not screen.has("nav-figures")
                await screen.press(way)
                assert screen.route == "/figures"

    run(journey())


def test_what_is_scanned_most_is_told_with_sizes_and_what_is_only_told_together(
    shop: FakeShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/figures") as screen:
            assert "2.000 pindaian" in screen.words_of("figures-scans")
            assert "1.700 dari ponsel pengunjung, 300 dari perangkat toko" in screen.words_of("figures-steps")
            assert "bukan orang" in screen.words_of("figures-steps")
            told = screen.words_of("figures-most")
            assert "31 terjual · M 250 · L 130 · lainnya 32" in told
            assert "Kemeja lainnya" in told
            assert "Semua yang lain" in told
            assert "1.344" in told
            drawn = [one.color for one in screen.of_type(ft.ProgressBar)][len(STEPS) :][:4]
            assert drawn == [Role.ACTION, Role.ACTION, Role.QUIET, Role.QUIET]

    run(journey())


def test_each_list_says_what_to_do_about_it_and_leads_to_its_products(shop: FakeShop, open_app: OpenApp) -> None:
    shop.products["product-2"] = SHIRT

    async def journey() -> None:
        async with open_app(shop, "/figures", language="en", size=DESKTOP) as screen:
            seldom = screen.words_of("figures-not_bought")
            assert "Look at the price" in seldom
            assert "2 sold · 1 % per scan (likely 0 to 4 %)" in seldom
            assert "0 sold · too few scans for a rate" in seldom
            assert "of 412 scans" in screen.words_of("figures-sold_out")
            steps = screen.words_of("figures-steps")
            assert "Put on a wishlist too few to show" in " ".join(steps.split())
            await screen.press("not-bought-product-2")
            assert screen.route == "/products/product-2"

    run(journey())


def test_lists_without_rows_say_so(shop: FakeShop, open_app: OpenApp) -> None:
    shop.figures = figures(not_bought=(), sold_out=(), by_source=None, hours=())

    async def journey() -> None:
        async with open_app(shop, "/figures", language="en") as screen:
            assert "Nothing clearly sells less" in screen.words_of("figures-not_bought")
            assert "sold out here" in screen.words_of("figures-sold_out")
            assert not screen.has("figures-hours")
            assert "phones" not in screen.words_of("figures-steps")

    run(journey())


def test_hours_are_told_by_source_and_several_together_as_one(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/figures") as screen:
            told = screen.words_of("figures-hours")
            for words in ("Ponsel pengunjung", "09-11", "19-20", "900", "Perangkat toko", "10-11, 19-21"):
                assert words in told

    run(journey())


@pytest.mark.parametrize(
    ("hours", "words"), [((9,), "09-10"), ((9, 10, 11), "09-12"), ((0, 22, 23), "00-01, 22-24"), ((), "")]
)
def test_hours_that_follow_each_other_are_one_time(hours: tuple[int, ...], words: str) -> None:
    assert hours_words(hours) == words


def test_another_span_is_another_address_and_no_step_on_the_way_back(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/settings") as screen:
            await screen.press("settings-figures")
            assert "28 hari, 26 Okt sampai 22 Nov" in screen.words_of("figures-basis")
            await screen.press("figures-90")
            assert screen.route == "/figures?days=90"
            assert "90 hari" in screen.words_of("figures-basis")
            await screen.press("figures-7")
            await screen.key("Escape")
            assert screen.route == "/settings"

    run(journey())


def test_figures_say_how_old_they_are(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/figures") as screen:
            assert "Angka per 40 menit lalu" in screen.words_of("figures-basis")

    run(journey())
    assert not is_old(START_AT, START_AT + timedelta(hours=23))
    assert is_old(START_AT, START_AT + timedelta(days=1))


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing.NOTHING_COUNTED, "Belum ada yang dihitung"),
        (Standing.NONE_IN_SPAN, "Tidak ada pindaian dalam 28 hari"),
        (Standing.TOO_FEW, "Kurang dari 10 pindaian dalam 28 hari"),
        (Standing.TOO_CLOSE, "rentang yang lebih panjang"),
    ],
)
def test_where_nothing_can_be_shown_it_says_why_and_what_to_do(
    shop: FakeShop, open_app: OpenApp, standing: Standing, words: str
) -> None:
    shop.figures = figures(standing=standing, scans=None, rows=(), funnel=None, as_of=None)

    async def journey() -> None:
        async with open_app(shop, "/figures") as screen:
            assert words in screen.words_of("figures-empty")
            assert not screen.has("figures-steps")
            assert screen.has("figures-labels")
            assert screen.has("figures-to-labels") == (standing is Standing.NOTHING_COUNTED)

    run(journey())


def test_before_the_first_sync_there_is_nothing(shop: FakeShop, open_app: OpenApp) -> None:
    shop.figures = None

    async def journey() -> None:
        async with open_app(shop, "/figures") as screen:
            assert "Belum ada yang dihitung" in screen.words_of("figures-empty")

    run(journey())


def test_labels_to_look_at_are_named_with_what_to_do(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/figures", language="en") as screen:
            assert "1 label that nobody scanned for 14 days" in screen.words_of("figures-unscanned")
            assert "Vas Keramik · Putih" in screen.words_of("figures-unscanned")
            outdated = screen.words_of("figures-outdated")
            assert "12 labels that say something else than the shop" in outdated
            assert "and 4 more, in the file" in outdated
            assert not screen.has("figures-ended")
            await screen.press("figures-print")
            assert screen.route == "/labels"

    run(journey())


def test_a_device_that_printed_no_label_says_so(shop: FakeShop, open_app: OpenApp) -> None:
    shop.figures = figures(None)

    async def journey() -> None:
        async with open_app(shop, "/figures", language="en") as screen:
            assert "No printed label can be checked on this device." in screen.words_of("figures-labels")

    run(journey())


@pytest.mark.parametrize(("language", "delimiter"), [("id", b";"), ("en", b",")])
def test_what_is_shown_is_saved_as_a_file_for_the_spreadsheets_of_that_language(
    shop: FakeShop, open_app: OpenApp, language: str, delimiter: bytes
) -> None:
    client = Client()

    async def journey() -> None:
        async with open_app(shop, "/figures?days=7", language=language, size=DESKTOP) as screen:
            screen.connection.answers["save_file"] = client.save
            await screen.press("figures-save")
            await screen.until(lambda: "scans-7.csv" in screen.words())
            assert client.saved == [("scans-7.csv", delimiter)]

    run(journey())


def test_a_file_that_cannot_be_saved_is_told(
    shop: FakeShop, open_app: OpenApp, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client()
    client.fails = True

    async def journey() -> None:
        async with open_app(shop, "/figures", language="en", size=DESKTOP) as screen:
            screen.connection.answers["save_file"] = client.save
            await screen.press("figures-save")
            await screen.until(lambda: "could not be saved" in screen.words())

    run(journey())
    assert "a file was not saved" in caplog.text


def test_whoever_has_a_pin_gives_it_again_before_a_file_is_saved(
    open_app: OpenApp, tmp_path: Path, clock: FakeClock
) -> None:
    slots, client = pins_of_two(tmp_path, clock), Client()
    shop = FakeShop(sign_in=sign_in_services(Door(slots, lambda: START_AT, clock)))

    async def journey() -> None:
        async with open_app(shop, "/figures", size=DESKTOP) as screen:
            screen.connection.answers["save_file"] = client.save
            await screen.press(f"associate-{RINA.id}")
            await type_pin(screen, PIN)
            await screen.press("figures-save")
            await type_pin(screen, WRONG)
            assert client.saved == []
            assert "PIN salah" in screen.words_of("pin-again")
            await type_pin(screen, PIN)
            await screen.until(lambda: len(client.saved) == 1)
            assert not screen.has("pin-again")

    run(journey())


def test_a_tablet_saves_no_file(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/figures") as screen:
            await screen.until(lambda: screen.has("figures-basis"))
            assert not screen.has("figures-save")
        async with open_app(shop, "/figures", size=DESKTOP) as screen:
            await screen.until(lambda: screen.has("figures-save"))

    run(journey())


def test_where_people_sign_in_figures_are_a_managers(shop: FakeShop, open_app: OpenApp) -> None:
    rina, dedi = ASSOCIATES
    shop.open_to_all = frozenset()

    async def ways(associate_id: str, *, size: tuple[int, int], route: str, way: str) -> bool:
        async with open_app(shop, route, associate_id=associate_id, size=size) as screen:
            await screen.settle()
            return screen.has(way)

    async def journey() -> None:
        for associate_id, sees in ((rina.id, False), (dedi.id, True)):
            assert await ways(associate_id, size=DESKTOP, route="/", way="nav-figures") is sees
            assert await ways(associate_id, size=TABLET, route="/settings", way="settings-figures") is sees

    run(journey())

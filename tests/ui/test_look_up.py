"""Look-up on screen: rows at every key, the latest query wins, people told apart, keys and scanners."""

import threading
from dataclasses import replace

import flet as ft
import pytest

from clienteling.domain.errors import StoreDamaged
from clienteling.domain.naming import person_name
from clienteling.ui.components.look_up import SHOWN, looks_like_code
from tests.support.fake_services import ROWS, FakeShop
from tests.support.fakes import START_AT
from tests.ui.conftest import OpenApp, run


def test_typing_three_letters_shows_five_sitis_told_apart(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            for typed in ("s", "si", "sit"):
                await screen.type("look-up", typed)
            assert screen.inside("look-up", ft.TextField).autofocus
            labels = [screen.words_of(f"customer-{row.customer_id}").splitlines()[0] for row in ROWS[:5]]
            assert labels[0] == "Bu Siti Rahmawati, ···· 4471, Bandung, terakhir 12 hari lalu, Emas"
            assert labels[4].startswith("Mbak Siti Rahma Puspitasari Wulandari, ···· 3310, Denpasar, belum pernah")
            assert len(set(labels)) == 5
            assert "Sampaikan hari ini" not in screen.words_of("found")

    run(journey())


def test_latest_query_wins_over_one_that_ends_after_it(shop: FakeShop, open_app: OpenApp) -> None:
    release_slow = threading.Event()
    slow_started = threading.Event()

    def slow_for_the_first(text: str) -> None:
        if text == "s":
            slow_started.set()
            assert release_slow.wait(5)

    shop.before_look_up = slow_for_the_first

    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", "s", settle=False)
            await screen.until(slow_started.is_set)
            await screen.type("look-up", "suh", settle=False)
            await screen.until(lambda: screen.has("found"))
            release_slow.set()
            await screen.settle()
            assert "Bu Suharti" in screen.words_of("found")
            assert "Siti" not in screen.words_of("found")

    run(journey())


def test_rows_before_stay_while_the_next_ones_are_read(shop: FakeShop, open_app: OpenApp) -> None:
    release = threading.Event()
    started = threading.Event()

    def hold(text: str) -> None:
        if text == "suh":
            started.set()
            assert release.wait(5)

    shop.before_look_up = hold

    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", "s")
            await screen.type("look-up", "suh", settle=False)
            await screen.until(started.is_set)
            assert "Bu Siti Rahmawati" in screen.words_of("found")
            release.set()
            await screen.settle()
            assert "Siti" not in screen.words_of("found")

    run(journey())


def test_at_most_twenty_rows_are_drawn_and_more_is_said(shop: FakeShop, open_app: OpenApp) -> None:
    shop.rows = tuple(replace(ROWS[0], customer_id=f"twin-{number}") for number in range(30))

    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", "sit")
            drawn = [one for one in range(30) if screen.has(f"customer-twin-{one}")]
            assert len(drawn) == SHOWN
            assert "Masih ada lagi" in screen.words_of("found")

    run(journey())


def test_nobody_found_says_what_can_be_tried(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", "zzz")
            assert "empat angka terakhir telepon" in screen.words_of("nobody")
            await screen.press("clear-look-up")
            assert screen.has("card-0")

    run(journey())


def test_nobody_found_before_everybody_has_come_says_so(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            shop.status.publish(replace(shop.status.value, last_synced_at=None))
            await screen.type("look-up", "zzz")
            assert "sinkronisasi pertama" in screen.words_of("nobody")
            shop.status.publish(replace(shop.status.value, last_synced_at=START_AT))
            await screen.settle()
            assert "empat angka terakhir telepon" in screen.words_of("nobody")

    run(journey())


def test_opening_a_row_and_going_back_returns_to_the_rows(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", "sit")
            await screen.press("customer-customer-1")
            assert screen.route == "/customers/customer-1"
            await screen.key("Escape")
            assert screen.route == "/"
            assert "Bu Siti Aminah" in screen.words_of("found")
            await screen.press("customer-customer-1")
            await screen.press("nav-today")
            assert screen.inside("look-up", ft.TextField).value == ""  # nobody goes back here: the day begins anew

    run(journey())


def test_arrows_choose_a_row_and_enter_opens_it(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", "sit")
            await screen.key("Arrow Down")
            await screen.key("Arrow Down")
            await screen.submit("look-up")
            assert screen.route == "/customers/customer-1"

    run(journey())


def test_enter_opens_the_only_one_and_never_guesses_between_two(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", "sit")
            await screen.submit("look-up")
            assert screen.route == "/"
            await screen.type("look-up", "suharti")
            await screen.submit("look-up")
            assert screen.route == "/customers/customer-8"

    run(journey())


def test_a_scanner_in_the_look_up_leads_to_the_scan_screen(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", "8991234567894", settle=False)
            await screen.submit("look-up")
            assert screen.route == "/scan"
            assert "Terbaca: 8991234567894" in screen.words_of("scan-answer")

    run(journey())


@pytest.mark.parametrize(
    ("typed", "is_code"),
    [
        ("8991234567894", True),
        ("https://toko.example/s1/01/08991234567894", True),
        ("ABC-12345678", True),
        ("siti rahmawati", False),
        ("0812 3456 4471", False),
        ("4471", False),
    ],
)
def test_codes_are_told_from_names(typed: str, is_code: bool) -> None:
    assert looks_like_code(typed) is is_code


def test_a_store_that_fails_says_what_was_kept(shop: FakeShop, open_app: OpenApp) -> None:
    def broken(text: str) -> None:
        raise StoreDamaged

    shop.before_look_up = broken

    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", "sit")
            assert "Data di perangkat ini rusak" in screen.words()
            shop.before_look_up = lambda text: None
            await screen.type("look-up", "siti")
            assert screen.has("found")

    run(journey())


def test_desktop_keeps_the_rows_beside_the_customer(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/find", size=(1440, 900)) as screen:
            await screen.type("look-up", "sit")
            await screen.press("customer-customer-2")
            assert screen.route == "/customers/customer-2"
            assert "Bu Siti Aminah" in screen.words_of("found")

    run(journey())


def test_keys_faster_than_the_screen_are_not_taken_back(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", "s", settle=False)
            # The client's text arrives before the screen is drawn for the key before it.
            box = screen.inside("look-up", ft.TextField)
            screen.session.apply_patch(box._i, {"value": "siti"})
            await screen.settle()
            assert screen.inside("look-up", ft.TextField).value == "siti"
            await screen.type("look-up", "siti")
            await screen.key("Escape")
            assert screen.inside("look-up", ft.TextField).value == ""

    run(journey())


def test_on_a_desktop_escape_leaves_the_customer_then_empties_the_look_up(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/find", size=(1440, 900)) as screen:
            await screen.type("look-up", "sit")
            await screen.press("customer-customer-1")
            assert screen.route == "/customers/customer-1"
            await screen.key("Escape")
            assert screen.route == "/find"
            assert screen.inside("look-up", ft.TextField).value == "sit"
            assert "Bu Siti Aminah" in screen.words_of("found")
            await screen.key("Escape")
            assert screen.route == "/find"
            assert screen.inside("look-up", ft.TextField).value == ""
            assert not screen.has("found")
            await screen.key("Escape")
            assert screen.route == "/"

    run(journey())


@pytest.mark.parametrize("size", [(768, 1024), (1440, 900)])
def test_the_field_follows_the_address_and_an_emptied_field_leaves_no_query(
    shop: FakeShop, open_app: OpenApp, size: tuple[int, int]
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/find?q=sit", size=size) as screen:
            assert screen.inside("look-up", ft.TextField).value == "sit"
            await screen.type("look-up", "")
            assert screen.route == "/find"
            await screen.type("look-up", "suh")
            assert "Bu Suharti" in screen.words_of("found")
            await screen.go("/find?q=bud")
            assert screen.inside("look-up", ft.TextField).value == "bud"
            assert "Pak Budi Santoso" in screen.words_of("found")
            await screen.press("nav-find")
            assert screen.inside("look-up", ft.TextField).value == ""

    run(journey())


def test_the_list_beside_a_customer_may_be_emptied_without_leaving_them(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/find", size=(1440, 900)) as screen:
            await screen.type("look-up", "sit")
            await screen.press("customer-customer-1")
            await screen.type("look-up", "")
            assert screen.route == "/customers/customer-1"
            await screen.key("Escape")
            assert screen.route == "/find"
            assert screen.inside("look-up", ft.TextField).value == ""


def test_the_list_beside_a_customer_opened_from_today_holds_the_rows_they_were_found_in(
    shop: FakeShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, size=(1440, 900)) as screen:
            await screen.type("look-up", "sit")
            await screen.press("customer-customer-1")
            assert screen.inside("look-up", ft.TextField).value == "sit"
            assert "Bu Siti Aminah" in screen.words_of("found")

    run(journey())


def test_a_guest_who_gave_no_name_is_told_apart_by_e_mail_or_phone() -> None:
    guest = replace(ROWS[0], name="", salutation="", email="tamu@surel.example")
    assert person_name(guest) == "tamu@surel.example"
    assert person_name(replace(guest, email="", phone="+628120000111")) == "+628120000111"
    assert person_name(replace(guest, name="Siti", salutation="bu")) == "Bu Siti"

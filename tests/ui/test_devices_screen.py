"""Devices on screen: how each stands, a code for a new one, its name, its access, and what a lost one had not sent."""

import asyncio
from datetime import timedelta

import flet as ft
import pytest

from clienteling.domain.asked import Asked, AskedStage
from clienteling.ui.components.new_device import minutes_left
from clienteling.ui.hooks import TICK_S
from clienteling.ui.session import session_of
from tests.support.fake_manage import ENTRIES, STORES, FakeManage
from tests.support.fake_services import ASSOCIATES, FakeShop, start_clock
from tests.support.fakes import START_AT
from tests.support.flet_harness import Screen
from tests.ui.conftest import OpenApp, never, run

DESKTOP = (1440, 900)
RINA, DEDI = (one.id for one in ASSOCIATES)
NO_NETWORK: Asked[object] = Asked(AskedStage.NO_NETWORK)


@pytest.fixture
def manage() -> FakeManage:
    return FakeManage()


@pytest.fixture
def shop(manage: FakeManage) -> FakeShop:
    return FakeShop(manage=manage)


def buttons(screen: Screen, identifier: str) -> bool:
    """Whether the button can be pressed."""
    return not screen.inside(identifier, ft.OutlinedButton).disabled


def test_a_manager_finds_the_way_on_the_rail_and_in_the_settings_and_nobody_else_does(
    shop: FakeShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, size=DESKTOP, associate_id=DEDI) as screen:
            await screen.press("nav-devices")
            assert screen.route == "/devices"
            assert screen.has("device-device-1")
            session_of(screen.page).preferences.associate_id = RINA
            await screen.settle()
            assert not screen.has("nav-devices")
            assert "Perangkat diatur oleh manajer toko" in screen.words_of("devices-not-yours")
        async with open_app(shop, "/settings", associate_id=DEDI) as screen:
            await screen.press("settings-devices")
            assert screen.route == "/devices"
        async with open_app(shop, "/settings", associate_id=RINA) as screen:
            assert not screen.has("settings-devices")

    run(journey())


def test_where_the_program_cannot_ask_the_server_there_is_no_way(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(FakeShop(manage=None), size=DESKTOP, associate_id=DEDI) as screen:
            assert not screen.has("nav-devices")

    run(journey())


def test_each_device_says_where_it_is_when_it_was_seen_and_what_it_owes(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI) as screen:
            first = screen.words_of("device-device-1")
            assert "Kasir depan" in first
            assert "Perangkat ini" in first
            assert "Toko Bandung · terakhir terlihat 5 menit lalu · 0.9.1 Windows" in first
            assert "belum" not in first
            owing = screen.words_of("device-device-2")
            assert "3 perubahan belum terkirim" in owing
            assert "1 penghapusan belum dikonfirmasi" in owing
            assert "Berhari-hari tidak terlihat" in screen.words_of("device-device-3")
            bare = screen.words_of("device-device-4")
            for words in ("Perangkat tanpa nama", "belum pernah terlihat", "daftarkan dengan kode"):
                assert words in bare
            gone = screen.words_of("gone-device-5")
            assert "Akses dicabut" in gone
            assert "2 penghapusan belum dikonfirmasi" in gone
            assert not screen.has("revoke-device-5")

    run(journey())


def test_nobody_waits_in_front_of_an_empty_screen(shop: FakeShop, manage: FakeManage, open_app: OpenApp) -> None:
    manage.silent = True

    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI) as screen:
            assert any(one.label == "Sedang dimuat" for one in screen.of_type(ft.Semantics))
            for signal in list(manage.waiting):
                signal.publish(NO_NETWORK)
            await screen.settle()
            assert "Ini perlu jaringan" in screen.words_of("devices-failing")
            manage.silent = False
            await screen.press("ask-again")
            assert screen.has("device-device-1")
            assert not screen.has("devices-failing")

    run(journey())


def test_what_was_told_stays_when_the_network_goes(shop: FakeShop, manage: FakeManage, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI) as screen:
            manage.answer = NO_NETWORK
            session_of(screen.page).preferences.resumed += 1
            await screen.settle()
            assert screen.has("device-device-1")
            assert screen.has("devices-failing")

    run(journey())


@pytest.mark.parametrize(
    ("language", "words"), [("id", "Anda tidak berwenang melakukan ini"), ("en", "You may not do that here")]
)
def test_a_server_that_says_no_is_told_in_a_sentence(
    shop: FakeShop, manage: FakeManage, open_app: OpenApp, language: str, words: str
) -> None:
    manage.answer = Asked(AskedStage.FAILED, code="sync.forbidden")

    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI, language=language) as screen:
            assert words in screen.words_of("devices-failing")

    run(journey())


def test_a_store_without_devices_says_how_to_get_the_first(
    shop: FakeShop, manage: FakeManage, open_app: OpenApp
) -> None:
    manage.devices = manage.entries = ()

    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI) as screen:
            assert "belum punya perangkat" in screen.words_of("devices-none")
            assert not screen.has("quarantine")

    run(journey())


def test_a_code_is_shown_with_its_symbol_and_the_time_left_and_another_can_be_made(
    shop: FakeShop, manage: FakeManage, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI) as screen:
            await screen.press("add-device")
            assert not screen.has("device-store-store-bandung"), "one store is no choice"
            await screen.type("new-device", "Meja depan")
            await screen.press("device-code")
            assert manage.asked == [("add", "store-bandung", "Meja depan", DEDI)]
            assert screen.words_of("device-code-shown") == "K7M2-PXQ2"
            assert "Berlaku 10 menit lagi" in screen.words_of("new-device")
            assert "http://127.0.0.1:8012" in screen.words_of("new-device")
            (picture,) = [one for one in screen.of_type(ft.Image) if isinstance(one.src, bytes)]
            assert bytes(picture.src).startswith(b"\x89PNG")
            await screen.press("device-code-again")
            assert screen.words_of("device-code-shown") == "K7M2-PXQ3"
            await screen.press("new-device-close")
            assert not screen.has("new-device")
            assert screen.has("add-device")

    run(journey())


def test_a_code_that_is_over_is_shown_no_more(shop: FakeShop, open_app: OpenApp) -> None:
    moments = [START_AT]
    sleepers: list[asyncio.Future[None]] = []

    async def sleep(seconds: float) -> None:
        if seconds != TICK_S:
            await never(seconds)
        sleepers.append(asyncio.get_running_loop().create_future())
        await sleepers[-1]

    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI, now=lambda: moments[0], sleep=sleep) as screen:
            await screen.press("add-device")
            await screen.press("device-code")
            moments[0] = START_AT + timedelta(minutes=10)
            for one in [one for one in sleepers if not one.done()]:
                one.set_result(None)
            await screen.settle()
            assert screen.has("device-code-over")
            assert not screen.has("device-code-shown")
            assert screen.has("device-code-again")

    run(journey())


def test_minutes_left_are_counted_to_the_end_of_the_last() -> None:
    ends_at = start_clock() + timedelta(minutes=10)
    told = [minutes_left(ends_at, start_clock() + timedelta(seconds=s)) for s in (0, 1, 541, 599, 600, 900)]
    assert told == [10, 10, 1, 1, 0, 0]


def test_of_several_stores_one_is_chosen(shop: FakeShop, manage: FakeManage, open_app: OpenApp) -> None:
    manage.stores = STORES

    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI) as screen:
            await screen.press("add-device")
            await screen.press("device-store-store-dago")
            await screen.press("device-code")
            assert manage.asked == [("add", "store-dago", "", DEDI)]

    run(journey())


def test_a_name_is_changed_in_place_and_an_empty_one_is_not_taken(
    shop: FakeShop, manage: FakeManage, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI) as screen:
            await screen.press("rename-device-1")
            await screen.type("name-device-1", "  ")
            await screen.press("save-name-device-1")
            assert screen.problem("name-device-1") == "Perangkat perlu nama."
            await screen.type("name-device-1", "Kasir belakang")
            await screen.press("save-name-device-1")
            assert manage.asked == [("rename", "device-1", "Kasir belakang", DEDI)]
            assert "Kasir belakang" in screen.words_of("device-device-1")

    run(journey())


def test_revoking_says_what_happens_before_it_does(shop: FakeShop, manage: FakeManage, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI) as screen:
            await screen.press("revoke-device-2")
            asked = screen.words_of("revoking-device-2")
            assert "Cabut akses Tablet lantai 1?" in asked
            assert "menyerahkan yang belum terkirim" in asked
            assert "sedang Anda pakai" not in asked
            await screen.press("revoke-no-device-2")
            assert manage.asked == []
            await screen.press("revoke-device-1")
            assert "sedang Anda pakai" in screen.words_of("revoking-device-1")
            await screen.press("revoke-yes-device-1")
            assert manage.asked == [("revoke", "device-1", DEDI)]
            assert screen.has("gone-device-1")
            assert not screen.has("device-device-1")

    run(journey())


def test_what_could_not_be_done_is_said_where_it_was_pressed(
    shop: FakeShop, manage: FakeManage, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI) as screen:
            await screen.press("revoke-device-2")
            manage.answer = NO_NETWORK
            await screen.press("revoke-yes-device-2")
            assert "Ini perlu jaringan" in screen.words_of("revoking-device-2")
            manage.answer = Asked(AskedStage.FAILED, code="devices.unknown")
            await screen.press("add-device")
            await screen.press("device-code")
            assert "tidak ada lagi di toko Anda" in screen.words_of("device-code-problem")

    run(journey())


def test_what_a_revoked_device_had_not_sent_is_taken_over_or_discarded_after_a_question(
    shop: FakeShop, manage: FakeManage, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI) as screen:
            told = screen.words_of("entry-entry-1")
            for words in ("Catatan · Siti Aminah", "Rina · ", "di Tablet lama", "Suka warna lembut"):
                assert words in told
            await screen.press("take-entry-1")
            assert not screen.has("entry-entry-1")
            await screen.press("discard-entry-2")
            assert manage.asked == [("take", "device-5", "entry-1", DEDI)]
            await screen.press("discard-no-entry-2")
            await screen.press("discard-entry-2")
            await screen.press("discard-yes-entry-2")
            assert manage.asked[1:] == [("discard", "device-5", "entry-2", DEDI)]
            assert not screen.has("quarantine")

    run(journey())


def test_what_the_server_refuses_stays_with_the_reason(shop: FakeShop, manage: FakeManage, open_app: OpenApp) -> None:
    manage.refuses = {ENTRIES[0].uuid: "mutation.actor_unknown"}

    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI, language="en") as screen:
            await screen.press("take-entry-1")
            assert "does not let whoever wrote this write" in screen.words_of("entry-entry-1")
            assert not screen.has("take-entry-1")
            assert buttons(screen, "discard-entry-1")

    run(journey())


def test_whoever_has_no_pin_here_is_led_to_one(shop: FakeShop, manage: FakeManage, open_app: OpenApp) -> None:
    manage.answer = Asked(AskedStage.FAILED, code="acting.no_key")

    async def journey() -> None:
        async with open_app(shop, "/devices", associate_id=DEDI) as screen:
            assert "Masuklah dengan PIN Anda" in screen.words_of("devices-failing")
            await screen.press("to-team")
            assert screen.route == "/team"

    run(journey())

"""Settings: text size at once and remembered, connection, what lies here, about, and a demo that starts again."""

from dataclasses import replace
from typing import Any

import flet as ft

from clienteling.domain.brand import Brand
from clienteling.domain.views import ReadingCount
from clienteling.ui.client_memory import memory_of
from clienteling.ui.session import session_of
from tests.support.fake_services import ASSOCIATES, DEVICE, FakeShop
from tests.ui.conftest import OpenApp, run


def test_text_grows_at_once_and_the_choice_is_remembered(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/settings") as screen:
            before = max(one.size for one in screen.of_type(ft.Text) if one.size)
            await screen.press("text-size-200")
            assert max(one.size for one in screen.of_type(ft.Text) if one.size) == 2 * before
            assert memory_of(screen.page).choices.text_percent == 200
            theme: Any = screen.page.theme
            assert theme.text_theme.body_large.size == 32  # a field's label is Flutter's own text
            await screen.press("text-size-100")
            assert max(one.size for one in screen.of_type(ft.Text) if one.size) == before

    run(journey())


def test_large_text_takes_the_tablet_s_layout_on_a_desktop(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/settings", size=(1440, 900)) as screen:
            assert session_of(screen.page).window.wide
            await screen.press("text-size-200")
            assert not session_of(screen.page).window.wide

    run(journey())


def test_settings_tell_of_server_size_folder_and_protection(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/settings", demo=False) as screen:
            words = screen.words()
            for told in (DEVICE.server, "12,3 MB", DEVICE.folder, "terenkripsi", "Clienteling 0.1.0", "Flet 1.0.5"):
                assert told in words
            await screen.press("sync-now")
            assert ("sync_now", ()) in shop.written
            assert not screen.has("reset-demo")

    run(journey())


def test_a_reset_of_the_demo_asks_once_more(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/settings") as screen:
            await screen.press("reset-demo")
            await screen.press("reset-demo-no")
            assert ("reset_demo", ()) not in shop.written
            await screen.press("reset-demo")
            await screen.press("reset-demo-yes")
            assert ("reset_demo", ()) in shop.written

    run(journey())


def test_the_retailer_s_name_stands_on_every_surface(shop: FakeShop, open_app: OpenApp) -> None:
    shop.brand = Brand("Benang Teduh", "#155E75", b"\x89PNG")

    async def journey() -> None:
        for associate in ("associate-rina", None):
            async with open_app(shop, associate_id=associate) as screen:
                assert "Benang Teduh" in screen.words_of("brand")
                assert screen.page.title == "Benang Teduh · Clienteling"
                theme: Any = screen.page.theme
                assert theme.color_scheme.primary == "#155E75"

    run(journey())


def test_a_refused_note_can_be_tried_again_or_written_anew(shop: FakeShop, open_app: OpenApp) -> None:
    shop.attention = (replace(shop.attention[0], may_retry=True),)

    async def journey() -> None:
        async with open_app(shop, "/attention") as screen:
            words = screen.words()
            assert "Yang ditulis\nSuka warna lembut, cari gamis untuk Lebaran." in words
            assert "Pelanggan atau barangnya tidak ada lagi" in words
            assert "Ditulis" in words
            await screen.press("anew-attention-1")
            assert session_of(screen.page).kept["note:customer-1:associate-rina"].startswith("Suka warna lembut")
            assert screen.route == "/customers/customer-1?tab=notes"
            await screen.go("/attention")
            await screen.press("retry-attention-1")
            assert ("retry_attention", ("attention-1", "associate-rina")) in shop.written
            assert screen.has("no-attention")

    run(journey())


def test_a_manager_sees_who_opened_how_many_customers_and_lifts_a_limit(shop: FakeShop, open_app: OpenApp) -> None:
    rina, dedi = ASSOCIATES
    shop.reading = (
        ReadingCount(rina.id, rina.name, 300, is_stopped=True), ReadingCount(dedi.id, dedi.name, 4, is_stopped=False),
    )  # fmt: skip

    async def journey() -> None:
        async with open_app(shop, "/settings", associate_id=rina.id) as screen:
            assert not screen.has("reading-counts")
        async with open_app(shop, "/settings", associate_id=dedi.id) as screen:
            assert "Rina: 300 pelanggan" in screen.words_of("reading-counts")
            assert not screen.has(f"lift-{dedi.id}")
            await screen.press(f"lift-{rina.id}")
            assert shop.written[-1] == ("lift_reading_limit", (rina.id, dedi.id))

    run(journey())

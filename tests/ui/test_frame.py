"""The frame: who works here, where one is, what the state of sync is, and the switches."""

import asyncio
from dataclasses import replace
from typing import Any

import flet as ft
import pytest

from clienteling.domain.sync_status import Connection
from clienteling.domain.views import ConflictView
from clienteling.ui.app import build_main
from tests.support.fake_services import ASSOCIATES, STORE, FakeShop
from tests.support.flet_harness import flet_session
from tests.ui.conftest import TEXTS, OpenApp, run


def test_demo_opens_on_today_as_an_associate_of_one_store(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            assert "Toko Bandung · Rina" in screen.words()
            assert "Semua tersimpan 10.42" in screen.words_of("status")
            assert screen.has("look-up")

    run(journey())


def test_without_an_associate_a_list_of_names_comes_first(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, associate_id=None) as screen:
            assert screen.has("choose-associate")
            assert not screen.has("look-up")
            await screen.press(f"associate-{ASSOCIATES[1].id}")
            assert "Toko Bandung · Dedi Kurniawan" in screen.words()

    run(journey())


def test_before_the_first_sync_the_list_says_why_it_is_empty(open_app: OpenApp) -> None:
    shop = FakeShop(store=None, associates=())
    shop.status.publish(replace(shop.status.value, last_synced_at=None))

    async def journey() -> None:
        async with open_app(shop, associate_id=None) as screen:
            assert "Daftar itu datang dengan sinkronisasi pertama." in screen.words()
            shop.associates = ASSOCIATES
            shop.rows_changed()
            await screen.settle()
            assert "Rina" in screen.words()

    run(journey())


def test_a_server_without_associates_is_told_once_synced_and_whoever_is_added_appears(open_app: OpenApp) -> None:
    shop = FakeShop(associates=())

    async def journey() -> None:
        async with open_app(shop, associate_id=None) as screen:
            assert "Belum ada pramuniaga." in screen.words()
            shop.associates = ASSOCIATES
            shop.rows_changed()
            await screen.settle()
            assert "Rina" in screen.words()

    run(journey())


def test_pretending_that_there_is_no_network_says_since_when(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.switch("pretend-offline", True)
            assert shop.status.value.pretend_offline
            assert "Tanpa jaringan sejak 10.42. Semua tetap bisa dipakai." in screen.words_of("status")
            await screen.switch("pretend-offline", False)
            assert "Semua tersimpan 10.42" in screen.words_of("status")

    run(journey())


def test_switch_is_only_there_where_the_services_can_pretend(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, demo=False) as screen:
            assert not screen.has("pretend-offline")
            assert not screen.has("demo-scan")

    run(journey())


def test_status_published_by_another_thread_reaches_the_screen(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            waiting = replace(shop.status.value, waiting=2)
            await asyncio.get_running_loop().run_in_executor(None, shop.status.publish, waiting)
            await screen.settle()
            assert "2 menunggu jaringan" in screen.words_of("status")

    run(journey())


def test_two_sessions_each_get_their_own_updates(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as first, open_app(shop, language="en") as second:
            sent = len(first.connection.sent)
            await second.press("switch-language")
            assert len(first.connection.sent) == sent
            shop.status.publish(replace(shop.status.value, waiting=3))
            await first.settle()
            await second.settle()
            assert "3 menunggu jaringan" in first.words_of("status")
            assert "3 menunggu jaringan" in second.words_of("status")

    run(journey())


def test_a_closed_session_no_longer_listens(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.session.dispatch_event(1, "close", None)
            sent = len(screen.connection.sent)
            shop.status.publish(replace(shop.status.value, waiting=9))
            await screen.settle()
            assert len(screen.connection.sent) == sent

    run(journey())


def test_a_tablet_that_wakes_up_reads_again(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/attention") as screen:
            shop.attention = ()  # changed while the tablet slept: no signal reaches it
            await screen.session.dispatch_event(1, "connect", None)
            await screen.settle()
            assert screen.has("no-attention")

    run(journey())


def test_a_tablet_that_falls_asleep_while_its_screen_changes_wakes_up_alive(
    shop: FakeShop, open_app: OpenApp, caplog: pytest.LogCaptureFixture
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/attention") as screen:
            await screen.go("/nowhere")
            screen.connection.lost = True
            await screen.go("/settings")
            screen.connection.lost = False
            await screen.session.dispatch_event(1, "connect", None)
            await screen.settle()
            await screen.press("language-en")
            assert "Settings" in screen.words()

    run(journey())
    assert "a change of the screen was not sent" in caplog.text


def test_a_tablet_that_falls_asleep_while_it_opens_wakes_up_in_its_screen(shop: FakeShop) -> None:
    main = build_main(shop.services(), texts=TEXTS, default_associate_id="associate-rina", default_language="id")

    async def journey() -> None:
        async with flet_session(main, route="/settings", settle=False) as screen:
            await screen.session.disconnect(60)  # with all that Flet was about to begin
            await screen.session.connect(screen.connection)
            await screen.settle()
            assert "Pengaturan" in screen.words()

    run(journey())


def test_language_switch_changes_every_word_and_time(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.press("switch-language")
            words = screen.words()
            assert "All saved 10:42" in words
            assert "TELL THEM TODAY" in words
            assert "Hari ini" not in words
            assert "3 items · Rp845,000" in words

    run(journey())


def test_times_are_the_stores_once_its_first_sync_says_which_store_it_is(shop: FakeShop, open_app: OpenApp) -> None:
    shop.store = None

    async def journey() -> None:
        async with open_app(shop) as screen:
            assert "sejak 02.10" in screen.words_of("card-0")
            shop.store = STORE
            shop.rows_changed()
            await screen.settle()
            assert "sejak 09.10" in screen.words_of("card-0")
            assert "Toko Bandung · Rina" in screen.words()

    run(journey())


def test_language_in_the_address_wins(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/?lang=en") as screen:
            assert "All saved 10:42" in screen.words_of("status")

    run(journey())


def test_theme_switch_goes_from_the_devices_to_dark_to_light(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            seen = []
            for _ in range(3):
                await screen.press("switch-theme")
                mode = screen.page.theme_mode
                assert mode is not None
                seen.append(mode.value)
            assert seen == ["dark", "light", "system"]

    run(journey())


def test_what_happened_to_the_device_is_told_above_every_screen(open_app: OpenApp) -> None:
    async def journey() -> None:
        shop = FakeShop()
        async with open_app(shop) as screen:
            assert not screen.has("sync.told_new_identity")
            shop.status.publish(replace(shop.status.value, notices=("sync.told_new_identity",)))
            await screen.settle()
            assert "tidak ada yang hilang" in screen.words_of("sync.told_new_identity")

    run(journey())


def test_warnings_of_the_services_are_visible(open_app: OpenApp) -> None:
    shop = FakeShop(warnings=("secrets.key_file_warning",))

    async def journey() -> None:
        async with open_app(shop) as screen:
            assert "bukan di gantungan kunci sistem" in screen.words_of("secrets.key_file_warning")

    run(journey())


def test_attention_names_the_field_two_people_changed_and_both_values(shop: FakeShop, open_app: OpenApp) -> None:
    lost = (
        ConflictView("conflict-1", "size_shoe", "39", "37", preference=True),
        ConflictView("conflict-2", "phone", "+62812", ""),
    )
    conflict = replace(shop.attention[0], action="contact.edit", code="conflict.open", typed="", at=None, lost=lost)
    refused = replace(shop.attention[0], id="attention-9", action="consent.record", about="consent.marketing_sms")
    shop.attention = (conflict, refused)

    async def journey() -> None:
        async with open_app(shop, "/attention") as screen:
            words = screen.words()
            assert "Dua orang mengubah kolom yang sama: Ukuran sepatu" in words
            assert "Dipakai\n39\nYang lain\n37" in words
            assert "Yang lain\nkosong" in words
            assert "Dua orang mengubah kolom yang sama: Telepon" in words
            assert "Perubahan ini tidak diterima pusat." not in words
            assert "Tawaran lewat SMS" in words

    run(journey())


def test_attention_count_stands_beside_its_way(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            assert "Perhatian, 2 perlu perhatian" in screen.words_of("nav-attention")
            await screen.press("nav-attention")
            assert screen.route == "/attention"

    run(journey())


def test_screens_open_by_their_address_and_unknown_ones_say_so(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/settings") as screen:
            assert "Pengaturan" in screen.words()
            await screen.go("/nowhere/at/all")
            assert screen.has("not-found")
            await screen.go("/find?q=suh")
            assert "Bu Suharti" in screen.words_of("found")

    run(journey())


def test_escape_clears_the_field_first_and_then_goes_back(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/") as screen:
            await screen.press("nav-find")
            await screen.type("look-up", "sit")
            await screen.key("Escape")
            assert screen.route == "/find"
            assert not screen.has("found")
            await screen.key("Escape")
            assert screen.route == "/"
            await screen.key("Escape")
            assert screen.route == "/"

    run(journey())


def test_slash_opens_the_look_up_where_there_is_none(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/settings") as screen:
            await screen.key("/")
            assert screen.route == "/find"

    run(journey())


def test_refused_device_is_told_what_to_do(shop: FakeShop, open_app: OpenApp) -> None:
    shop.status.publish(replace(shop.status.value, connection=Connection.REFUSED))

    async def journey() -> None:
        async with open_app(shop) as screen:
            assert "hubungi manajer toko" in screen.words_of("status")

    run(journey())


def test_settings_change_language_and_theme(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/settings") as screen:
            await screen.press("language-en")
            await screen.press("theme-dark")
            assert "Settings" in screen.words()
            assert screen.page.theme_mode is not None
            assert screen.page.theme_mode.value == "dark"

    run(journey())


def test_settings_show_what_the_device_holds_and_sync_at_once(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/settings") as screen:
            assert "Pelanggan di perangkat ini" in screen.words()
            await screen.press("sync-now")
            assert ("sync_now", ()) in shop.written
            await screen.press("change-associate")
            assert screen.has("choose-associate")

    run(journey())


def test_an_answer_for_a_control_that_is_gone_does_not_end_the_connection(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            session: Any = screen.session
            session.handle_invoke_method_results(987_654_321, "no such call", b"a late picture", None)

    run(journey())


def test_a_press_on_a_control_that_is_gone_comes_to_nothing(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            button = screen.inside("open-settings", ft.IconButton)
            await screen.resize(1440, 900)  # other controls, while the press was on its way
            await screen.go("/scan")
            button._parent = None  # as Flet leaves one now and then, with its number still known
            screen.session.index[button._i] = button
            await screen.fire(button, "click")
            assert screen.route == "/scan"
            assert not screen.has("failure")

    run(journey())


def test_a_press_on_a_control_that_flet_lost_count_of_is_heard(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            del screen.session.index[screen.inside("open-settings", ft.IconButton)._i]
            await screen.press("open-settings")
            assert screen.route == "/settings"

    run(journey())


def test_a_handler_that_raises_is_said_in_a_sentence_until_the_person_goes_on(
    shop: FakeShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            screen.session.error("a traceback with a name in it")
            await screen.settle()
            assert screen.words_of("failure") == "Ada yang tidak berjalan. Yang sudah disimpan tetap ada."
            await screen.go("/scan")
            assert not screen.has("failure")
            screen.errors.clear()

    run(journey())

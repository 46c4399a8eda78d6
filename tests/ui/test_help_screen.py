"""Help: the guided try ticks itself off, and outside the demo there is a guide without demo parts."""

import asyncio

from clienteling.ui.session import session_of
from tests.support.fake_customers import SITI, CustomerShop
from tests.support.fake_services import DEMO, FakeShop
from tests.ui.conftest import OpenApp, run


def test_the_try_begins_on_today_and_nothing_is_done_yet(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.press("to-help")
            assert screen.route == "/help"
            assert "0 dari 6 selesai" in screen.words_of("tour-count")
            await screen.press("tour-customer")
            assert screen.route == "/find?q=sit"

    run(journey())


def test_each_step_that_was_done_is_ticked(open_app: OpenApp) -> None:
    shop = CustomerShop()

    async def journey() -> None:
        async with open_app(shop, f"/customers/{SITI.id}") as screen:
            session = session_of(screen.page)
            await screen.go("/help")
            assert screen.has("step-customer-done")
            await screen.press("tour-offline")
            assert shop.status.value.pretend_offline
            assert screen.has("step-offline-done")
            await asyncio.to_thread(session.services.write_note, SITI.id, "linen", author_id="associate-rina")
            await screen.press("tour-scan")
            assert screen.route.startswith("/scan?code=")
            await screen.go("/help")
            assert screen.has("step-note-done")
            assert screen.has("step-scan-done")
            await screen.press("tour-online")
            assert screen.has("step-online-done")
            assert "5 dari 6 selesai" in screen.words_of("tour-count")
            await screen.press("other-store")
            await screen.go("/settings")
            await screen.go("/help")
            assert screen.has("tour-end")

    run(journey())


def test_a_note_is_written_for_the_customer_opened_last(open_app: OpenApp) -> None:
    shop = CustomerShop()

    async def journey() -> None:
        async with open_app(shop, f"/customers/{SITI.id}") as screen:
            await screen.go("/help")
            await screen.press("tour-note")
            assert screen.route == f"/customers/{SITI.id}?tab=notes"

    run(journey())


def test_outside_the_demo_help_is_a_guide_without_demo_parts(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/settings", demo=False, language="en") as screen:
            await screen.press("settings-help")
            assert screen.has("guide")
            assert not screen.has("tour")
            assert DEMO.other_store_name not in screen.words()
            await screen.press("help-scan")
            assert screen.route == "/scan"

    run(journey())


def test_the_keys_are_listed_over_the_screen_and_closed_again(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/settings") as screen:
            await screen.key("?")
            assert "Ke kolom pencarian" in screen.words_of("keys")
            await screen.key("/")
            assert screen.route == "/settings", "a key reached what lies under the list"
            await screen.key("Escape")
            assert not screen.has("keys")
            assert screen.route == "/settings"
            await screen.go("/help")
            await screen.press("help-keys")
            await screen.press("keys-close")
            assert not screen.has("keys")

    run(journey())

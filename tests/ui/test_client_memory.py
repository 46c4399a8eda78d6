"""What was chosen in a browser is there in its next session; drafts only in a page that keeps them off the disk."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import flet as ft
import pytest
from flet.messaging.protocol import MessageAction

from clienteling.ui.browser_language import own_page
from clienteling.ui.client_memory import CHOICES, DRAFTS, TYPED, Choices, ClientMemory, memory_of
from clienteling.ui.session import ThemeChoice, session_of
from tests.support.fake_customers import SITI
from tests.support.fake_services import FakeShop
from tests.support.fake_serving import ServingShop
from tests.support.flet_harness import MemoryConnection, Screen
from tests.ui.conftest import OpenApp, run


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What one browser's preferences hold; every session of the test is in this browser."""
    held: dict[str, str] = {}
    answer = MemoryConnection._answer

    async def with_preferences(self: MemoryConnection, call: Any) -> None:
        if call.name in ("get", "set") and self.session is not None:
            key = call.args["key"]
            if call.name == "set":
                held[key] = call.args["value"]
            self.session.handle_invoke_method_results(call.control_id, call.call_id, held.get(key), None)
            return
        await answer(self, call)

    monkeypatch.setattr(MemoryConnection, "_answer", with_preferences)
    return held


def test_language_and_theme_stay_for_the_next_session(
    shop: FakeShop, open_app: OpenApp, browser: dict[str, str]
) -> None:
    async def scenario() -> None:
        async with open_app(shop, "/settings") as screen:
            await screen.press("language-en")
            await screen.press("theme-dark")
        async with open_app(shop) as screen:
            assert "Say this today" in screen.words() or "Find" in screen.words()
            assert screen.page.theme_mode == ft.ThemeMode.DARK

    run(scenario())


def test_the_quick_switches_are_remembered_too(shop: FakeShop, open_app: OpenApp, browser: dict[str, str]) -> None:
    async def scenario() -> None:
        async with open_app(shop) as screen:
            await screen.press("switch-language")
            await screen.press("switch-theme")

    run(scenario())
    assert json.loads(browser[CHOICES]) == {"language": "en", "theme": "dark"}


def test_the_associate_stays_until_someone_else_is_chosen(
    shop: FakeShop, open_app: OpenApp, browser: dict[str, str]
) -> None:
    async def scenario() -> None:
        async with open_app(shop, associate_id=None) as screen:
            await screen.press("associate-associate-rina")
        async with open_app(shop, "/settings", associate_id=None) as screen:
            assert not screen.has("choose-associate")
            await screen.press("change-associate")
        async with open_app(shop, associate_id=None) as screen:
            assert screen.has("choose-associate")

    run(scenario())


def test_an_associate_who_is_gone_is_not_taken_up(shop: FakeShop, open_app: OpenApp, browser: dict[str, str]) -> None:
    browser[CHOICES] = json.dumps({"associate_id": "associate-who-left"})

    async def scenario() -> None:
        async with open_app(shop, associate_id=None) as screen:
            assert screen.has("choose-associate")

    run(scenario())


def test_an_address_that_names_a_language_wins_for_its_session(
    shop: FakeShop, open_app: OpenApp, browser: dict[str, str]
) -> None:
    browser[CHOICES] = json.dumps({"language": "id"})

    async def scenario() -> None:
        async with open_app(shop, "/?lang=en", language=None) as screen:
            assert session_of(screen.page).preferences.language == "en"

    run(scenario())
    assert json.loads(browser[CHOICES]) == {"language": "id"}


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"language": 5, "theme": "pink"}', '"id"', None, 7])
def test_what_cannot_be_read_counts_as_nothing_chosen(kept: object) -> None:
    assert Choices.from_json(kept) == Choices()


def test_choices_come_back_as_they_were() -> None:
    choices = Choices(language="en", theme=ThemeChoice.DARK, associate_id="associate-rina")
    assert Choices.from_json(choices.to_json()) == choices


def test_a_client_that_refuses_starts_all_the_same(
    shop: FakeShop, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(self: ft.SharedPreferences, key: str) -> str:
        raise RuntimeError("no storage here")

    monkeypatch.setattr(ft.SharedPreferences, "get", refuses)

    async def scenario() -> None:
        async with open_app(shop) as screen:
            assert screen.has("header") or screen.words()

    run(scenario())


def test_a_client_whose_answer_is_lost_is_asked_again(
    shop: FakeShop, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def loses_the_first(self: ft.SharedPreferences, key: str) -> str:
        asked.append(key)
        if len(asked) == 1:
            await asyncio.Event().wait()
        return json.dumps({"language": "en"})

    async def scenario() -> None:
        async with open_app(shop) as screen:
            monkeypatch.setattr(ft.SharedPreferences, "get", loses_the_first)
            memory = ClientMemory(screen.page, keeps_drafts=False, recall_timeout_s=0.01)
            await memory.recall()
            assert (memory.choices.language, asked) == ("en", [CHOICES, CHOICES])

    run(scenario())


@asynccontextmanager
async def on_own_page(shop: FakeShop, open_app: OpenApp, route: str) -> AsyncIterator[Screen]:
    token = own_page.set(True)
    try:
        async with open_app(shop, route) as screen:
            yield screen
    finally:
        own_page.reset(token)


def test_a_note_being_typed_survives_its_session(shop: FakeShop, open_app: OpenApp, browser: dict[str, str]) -> None:
    async def scenario() -> None:
        async with on_own_page(shop, open_app, "/") as screen:
            session_of(screen.page).kept["note:siti"] = "suka linen"
            await screen.settle()
        async with on_own_page(shop, open_app, "/") as screen:
            assert session_of(screen.page).kept["note:siti"] == "suka linen"

    run(scenario())


def test_no_draft_is_given_to_a_page_that_is_not_ours(
    shop: FakeShop, open_app: OpenApp, browser: dict[str, str]
) -> None:
    async def scenario() -> None:
        async with open_app(shop) as screen:
            session_of(screen.page).kept["note:siti"] = "suka linen"
            await screen.settle()

    run(scenario())
    assert DRAFTS not in browser


def test_of_many_drafts_the_latest_is_sent(shop: FakeShop, open_app: OpenApp, browser: dict[str, str]) -> None:
    async def scenario() -> None:
        async with on_own_page(shop, open_app, "/") as screen:
            kept = session_of(screen.page).kept
            for length in range(1, 6):
                kept["note:siti"] = "linen"[:length]
            await screen.settle()
            sets = [
                one
                for one in screen.connection.sent
                if one.action == MessageAction.INVOKE_METHOD and getattr(one.body, "name", "") == "set"
            ]
            assert len(sets) <= 2
            assert isinstance(memory_of(screen.page), ClientMemory)
            await asyncio.sleep(0)

    run(scenario())
    assert json.loads(browser[DRAFTS]) == {"note:siti": "linen"}


def test_a_field_gets_back_what_was_being_typed_in_it(
    shop: FakeShop, open_app: OpenApp, browser: dict[str, str]
) -> None:
    async def scenario() -> None:
        async with on_own_page(shop, open_app, "/find") as screen:
            await screen.type("look-up", "budi")
        async with on_own_page(shop, open_app, "/find") as screen:
            assert screen.inside("look-up", ft.TextField).value == "budi"
            assert "Pak Budi Santoso" in screen.words()

    run(scenario())


def test_a_field_elsewhere_stays_as_it_is(shop: FakeShop, open_app: OpenApp, browser: dict[str, str]) -> None:
    async def scenario() -> None:
        async with on_own_page(shop, open_app, "/find") as screen:
            await screen.type("look-up", "budi")
        async with on_own_page(shop, open_app, "/") as screen:
            assert screen.inside("look-up", ft.TextField).value == ""

    run(scenario())


def test_what_was_typed_goes_with_its_screen(shop: FakeShop, open_app: OpenApp, browser: dict[str, str]) -> None:
    async def scenario() -> None:
        async with on_own_page(shop, open_app, "/find") as screen:
            await screen.type("look-up", "budi")
            await screen.go("/settings")
            await screen.settle()

    run(scenario())
    assert TYPED not in json.loads(browser[DRAFTS])


def test_what_was_emptied_by_the_program_does_not_come_back(
    shop: FakeShop, open_app: OpenApp, browser: dict[str, str]
) -> None:
    async def scenario() -> None:
        async with on_own_page(shop, open_app, "/find") as screen:
            await screen.type("look-up", "budi")
            await screen.key("Escape")
            await screen.settle()

    run(scenario())
    assert TYPED not in json.loads(browser[DRAFTS])


def test_a_draft_that_was_saved_or_given_up_does_not_come_back(
    shop: FakeShop, open_app: OpenApp, browser: dict[str, str]
) -> None:
    async def scenario() -> None:
        async with on_own_page(shop, open_app, "/") as screen:
            kept = session_of(screen.page).kept
            kept["follow-up:siti"] = "kirim foto"
            await screen.settle()
            kept.pop("follow-up:siti", None)
            await screen.settle()

    run(scenario())
    assert json.loads(browser[DRAFTS]) == {}


def test_of_two_forms_with_fields_alike_each_gets_its_own_text_back(open_app: OpenApp, browser: dict[str, str]) -> None:
    shop = ServingShop().owing()
    route = f"/customers/{SITI.id}"

    async def scenario() -> None:
        async with on_own_page(shop, open_app, route) as screen:
            await screen.press("add-follow-up")
            await screen.type("follow-up-day", "30-11-2026")
            await screen.press("follow-up-change-due")
            changing = screen.of_type(ft.TextField)[-2]
            screen.session.apply_patch(changing._i, {"value": "Kirim foto blus"})
            await screen.fire(changing, "change", "Kirim foto blus")
        async with on_own_page(shop, open_app, route) as screen:
            assert screen.typed("follow-up-subject") == ""
            assert [one.value for one in screen.of_type(ft.TextField)] == [
                "", "30-11-2026", "Kirim foto blus", "22-11-2026",
            ]  # fmt: skip

    run(scenario())

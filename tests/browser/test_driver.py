"""The driver that every browser test stands on, proved on a tiny app of its own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import flet as ft
import flet_web.fastapi as flet_fastapi
import pytest

from tests.support.browser import TABLET, BrowserThread, FletPage
from tests.support.busy_threads import PROCESSES
from tests.support.serving import serve
from tests.support.tabs import OpenFlet, Tabs


@ft.component
def Greeter() -> ft.Control:
    name, set_name = ft.use_state("")
    greeted, set_greeted = ft.use_state("")
    typed = ft.use_ref("")

    def keep(event: ft.Event[ft.TextField]) -> None:
        typed.current = event.control.value or ""
        set_name(typed.current)

    def greet() -> None:
        # Not `name`: a press right after the last key still meets the handler of the render before it.
        set_greeted(typed.current or "")

    def clear() -> None:
        typed.current = ""
        set_name("")
        set_greeted("")

    return ft.Column(
        [
            ft.TextField(label="Nama", value=name, on_change=keep),
            ft.FilledButton("Sapa", on_click=greet),
            ft.IconButton(ft.Icons.CLEAR, tooltip="Kosongkan", on_click=clear),
            ft.Semantics(identifier="greeting", content=ft.Text(f"Selamat pagi, {greeted}" if greeted else "...")),
        ]
    )


def main(page: ft.Page) -> None:
    page.render(Greeter)


@pytest.fixture(scope="module")
def greeter_url() -> Iterator[str]:
    api = flet_fastapi.FastAPI()
    api.mount("/app", flet_fastapi.app(main, no_cdn=True))
    with serve(api) as url:
        yield f"{url}/app"


@pytest.fixture(scope="module")
def tab(open_flet_for_module: OpenFlet, greeter_url: str) -> FletPage:
    return open_flet_for_module(greeter_url)


@pytest.fixture
def flet(tab: FletPage) -> FletPage:
    """The module's tab, with nothing typed."""
    tab.by_label("Kosongkan").click()
    tab.wait_text("...")
    return tab


def test_a_person_types_a_name_and_is_greeted(flet: FletPage) -> None:
    flet.by_label("Nama").fill("Siti")
    flet.button("Sapa").click()
    flet.wait_text("Selamat pagi, Siti")
    assert "Selamat pagi, Siti" in flet.identifier("greeting").text()
    assert "Selamat pagi, Siti" in flet.snapshot()


def test_keys_go_where_the_focus_is(flet: FletPage) -> None:
    flet.by_label("Nama").focus()
    flet.type("Budi", key_delay_ms=20)
    assert flet.by_label("Nama").value() == "Budi"


def test_what_was_said_goes_with_a_press_on_an_icon(flet: FletPage) -> None:
    flet.by_label("Nama").fill("Dewi")
    flet.button("Sapa").click()
    flet.wait_text("Selamat pagi, Dewi")
    flet.by_label("Kosongkan").click()
    flet.wait_text_gone("Selamat pagi, Dewi")


def test_the_screen_is_readable_again_after_a_reload(flet: FletPage) -> None:
    flet.by_label("Nama").fill("Dewi")
    flet.reload()
    assert flet.by_label("Nama").wait().count() == 1


def test_a_missing_text_fails_with_the_screen_in_the_message(flet: FletPage) -> None:
    with pytest.raises(AssertionError, match="Sapa"):
        flet.wait_text("Selamat malam", timeout_s=0.5)


def test_a_screenshot_is_written_at_the_size_asked_for(flet: FletPage, tmp_path: Path) -> None:
    flet.resize((800, 600))
    picture = flet.screenshot(tmp_path / "new folder" / "greeter.png").read_bytes()
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (800, 600)


def test_a_test_beside_a_browser_may_use_asyncio_itself(flet: FletPage) -> None:
    assert asyncio.run(asyncio.sleep(0, result="done")) == "done"
    assert flet.button("Sapa").wait().count() == 1


def test_a_tab_that_never_answers_again_costs_no_later_test_its_tab(chromium_program: Path) -> None:
    browser = BrowserThread(chromium_program)
    try:
        tabs = Tabs(browser, emptied_within_s=1)
        kind = ("id-ID", "Asia/Jakarta")
        hung = tabs.lend(kind, TABLET)
        hung.run(hung.page.evaluate("() => void setTimeout(() => { for (;;); })"))
        told = hung.snapshot(timeout_s=0.5)
        assert "about:blank does not answer" in told
        assert "type=renderer" in told or not PROCESSES.is_dir()
        tabs.take_back(kind, hung)
        another = tabs.lend(kind, TABLET)
        assert another.run(another.page.evaluate("1 + 1")) == 2
    finally:
        browser.close()

"""The frame in a real browser: language, addresses, reload and back, the switches, and targets a finger can hit."""

import pytest

from tests.browser.conftest import Hub
from tests.support.browser import DESKTOP, TABLET, FletPage
from tests.support.fake_services import FakeShop
from tests.support.tabs import OpenFlet

FIELD = "Cari nama, telepon, surel, kartu"


@pytest.fixture
def address(hub_of_ours: Hub) -> str:
    """The app over a fake shop."""
    return hub_of_ours.show(FakeShop().services())


def test_typing_finds_people_and_back_returns_to_them(open_flet: OpenFlet, address: str) -> None:
    flet = open_flet(address)  # a tab of its own: what is typed into Today stays there
    flet.identifier("card-0").wait()
    flet.by_label(FIELD).fill("sit")
    flet.button("Bu Siti Aminah, ···· 0118, Bandung").wait()
    assert flet.run(flet.page.locator('[flt-semantics-identifier^="customer-"]').count()) == 5
    flet.identifier("customer-customer-1").click()
    flet.wait_url(r"/customers/customer-1$")
    flet.back()
    flet.wait_url(r"/$")
    flet.identifier("customer-customer-1").wait()


def test_who_presses_find_can_type_at_once(visit: OpenFlet, address: str) -> None:
    flet = visit(address)
    flet.identifier("nav-find").click()
    flet.wait_url(r"/find$")
    flet.by_label(FIELD).wait_focused()
    flet.type("suh", key_delay_ms=50)
    flet.button("Bu Suharti").wait()


def test_an_address_with_a_search_survives_a_reload(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}/find?q=suh")
    flet.button("Bu Suharti").wait()
    flet.reload()
    flet.button("Bu Suharti").wait()
    flet.button("Kosongkan pencarian").wait()  # it is only there beside a text


def test_an_english_browser_is_spoken_to_in_english_until_it_switches(visit: OpenFlet, address: str) -> None:
    flet = visit(address, locale="en-GB")
    flet.wait_text("All saved 10:42")
    flet.identifier("switch-language").click()
    flet.wait_text("Semua tersimpan 10.42")


def test_pretending_that_there_is_no_network_says_so(visit: OpenFlet, address: str) -> None:
    flet = visit(address)
    switch = flet.run(_switch(flet))
    assert switch == 1
    flet.run(flet.page.get_by_role("switch").click())
    flet.wait_text("Tanpa jaringan sejak 10.42")
    flet.run(flet.page.get_by_role("switch").click())
    flet.wait_text("Semua tersimpan 10.42")


def test_tab_never_reaches_what_lies_under_the_list_of_keys(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}/help", locale="en-GB")
    flet.identifier("help-keys").click()
    flet.identifier("keys-close").wait()
    wait_on_close(flet)
    for key in ("Tab", "Tab", "Tab", "Shift+Tab", "Shift+Tab"):
        flet.press(key)
        wait_on_close(flet, else_press=key)  # the browser's own bar has its turn between
    flet.press("Enter")
    flet.identifier("keys-close").wait_gone()


def test_leaving_the_screen_closes_the_list_of_keys(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}/help", locale="en-GB")
    flet.press("?")
    flet.identifier("keys-close").wait()
    flet.go_on("/find")
    flet.identifier("keys-close").wait_gone()


def wait_on_close(flet: FletPage, *, else_press: str = "") -> None:
    """Nothing, once the focus is on the button that closes the list; it may be on nothing before, never elsewhere."""
    for look in range(_MOST_LOOKS):
        flet.run(flet.page.wait_for_timeout(_LOOK_EVERY_MS))
        focused = flet.run(flet.page.evaluate(_FOCUSED))
        if focused in {"Close", "Tutup"}:  # whichever language was chosen in this tab before
            return
        assert focused == "", focused
        if else_press and look % _LOOKS_A_PRESS == _LOOKS_A_PRESS - 1:
            flet.press(else_press)
    raise AssertionError("the focus is on nothing")


_MOST_LOOKS = 100
_LOOK_EVERY_MS = 50
_LOOKS_A_PRESS = 10
_FOCUSED = """() => {
  const one = document.activeElement?.closest("flt-semantics");
  return one ? (one.getAttribute("aria-label") || one.textContent || "?").trim() : "";
}"""


async def _switch(flet: FletPage) -> int:
    await flet.page.get_by_role("switch").first.wait_for(state="attached")
    return await flet.page.get_by_role("switch").count()


@pytest.mark.parametrize("size", [TABLET, DESKTOP], ids=["tablet", "desktop"])
def test_everything_to_press_is_large_enough_and_inside_the_window(
    visit: OpenFlet, address: str, size: tuple[int, int]
) -> None:
    flet = visit(address, size=size)
    flet.identifier("nav-today").wait()
    flet.identifier("card-0").wait()
    boxes = flet.run(
        flet.page.evaluate(
            "[...document.querySelectorAll('flt-semantics[role=button], flt-semantics[role=switch]')]"
            ".map(e => { const b = e.getBoundingClientRect();"
            " return [e.getAttribute('aria-label') ?? e.textContent, b.left, b.right, b.width, b.height]; })"
        )
    )
    assert len(boxes) > 12
    too_small = [box for box in boxes if box[3] < 47.5 or box[4] < 47.5]
    outside = [box for box in boxes if box[1] < 0 or box[2] > size[0] + 0.5]
    assert (too_small, outside) == ([], [])

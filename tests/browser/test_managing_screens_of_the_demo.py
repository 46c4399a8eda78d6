"""The screens of a shop that signs in, drawn in a real browser over the demo as people get it: the lock, a new PIN, a
manager's devices and team, a privacy officer's requests, and the first screen of a new device.

An ordinary run draws each twice (tablet, light, Indonesian; desktop, dark, English). With CLIENTELING_SCREENSHOTS all
are kept, with a contact sheet for each screen, as in `test_screens_of_the_demo`.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clienteling import demo
from clienteling.demo.layout import DEMO_PIN
from clienteling.domain.brand import NO_BRAND
from clienteling.domain.signals import Signal
from clienteling.ui.app import build_main
from clienteling.use_cases.front_door import FirstDoor
from clienteling.use_cases.services import Services
from tests.browser.conftest import ASSETS, served_app
from tests.support.browser import FletPage
from tests.support.demo_shop import DemoShop
from tests.support.fake_services import start_clock
from tests.support.pictures import LOCALES, SIZES, Scheme, contact_sheet, painted_picture, settled_picture
from tests.support.serving import serve
from tests.support.tabs import OpenFlet

pytestmark = pytest.mark.browser

RINA, MANAGER, OFFICER = "Rina Marlina", "Lilis Suryani", "Ratna Widuri"
KEPT = os.environ.get("CLIENTELING_SCREENSHOTS")
Tab = tuple[str, str, tuple[Scheme, ...]]
ORDINARY: list[Tab] = [("id", "tablet", ("light",)), ("en", "desktop", ("dark",))]
ALL: list[Tab] = [(language, size, ("light", "dark")) for size in SIZES for language in LOCALES]
TABS = ALL if KEPT else ORDINARY


@dataclass(frozen=True)
class Shown:
    """A screen: what leads to it from the one before, and what is on it then (identifiers, and words by language)."""

    name: str
    lead: Callable[["Visitor"], None]
    there: tuple[str, ...]
    words: dict[str, str]


@dataclass(frozen=True)
class Visitor:
    """Somebody at a tab of the prepared shop."""

    flet: FletPage
    ids: dict[str, str]

    def press(self, identifier: str) -> None:
        self.flet.identifier(identifier).wait().click()

    def go(self, path: str) -> None:
        self.flet.go_on(path)

    def come_in(self, name: str) -> None:
        self.press(f"associate-{self.ids[name]}")
        self.flet.identifier("pin-pad").wait()
        self.flet.type(DEMO_PIN, key_delay_ms=30)
        self.flet.identifier("lock").wait()

    def change_to(self, name: str) -> None:
        self.press("lock")
        self.press("someone-else")
        self.come_in(name)

    def down(self) -> None:
        """Nothing; what stands at the end of the screen is in sight."""
        self.flet.run(self.flet.page.mouse.move(500, 500))
        self.flet.run(self.flet.page.mouse.wheel(0, 4_000))

    def as_manager(self) -> None:
        self.come_in(MANAGER)
        self.go("/devices")

    def new_device(self) -> None:
        self.go("/")
        self.go("/devices")
        self.press("add-device")
        self.press("device-code")

    def team(self) -> None:
        self.go("/team")

    def sign_in_code(self) -> None:
        self.press(f"code-{self.ids[RINA]}")
        self.flet.identifier(f"code-of-{self.ids[RINA]}").wait()
        self.down()

    def as_officer(self) -> None:
        self.change_to(OFFICER)
        self.go("/requests")

    def erase(self) -> None:
        self.press("step-erase")

    def lost(self) -> None:
        self.press("lost-device")
        self.flet.identifier("lost-close").wait()
        self.down()


def first_request(visitor: Visitor) -> None:
    """The one that is due first: an erasure."""
    rows = visitor.flet.page.locator('[flt-semantics-identifier^="request-"]')
    visitor.flet.run(rows.first.wait_for(state="attached"))
    visitor.flet.run(rows.first.click())


SCREENS = (
    Shown("pin", lambda _: None, ("pin-pad", "demo-pin"), {"id": f"PIN {RINA}", "en": f"PIN of {RINA}"}),
    Shown("new-pin", lambda one: one.press("has-code"), ("sign-in-code",), {"id": "Kode dari", "en": "Code from"}),
    Shown("names", lambda one: one.press("someone-else"), ("choose-associate",), {"id": MANAGER, "en": MANAGER}),
    Shown("devices", Visitor.as_manager, ("devices",), {"id": "Kasir Bandung", "en": "Kasir Bandung"}),
    Shown("quarantine", Visitor.down, (), {"id": "Agung Permana", "en": "Agung Permana"}),
    Shown("device-code", Visitor.new_device, ("device-code-shown",), {"id": "Berlaku", "en": "Holds for"}),
    Shown("team", Visitor.team, ("readiness", "reading-everywhere"), {"id": "Siap:", "en": "Ready:"}),
    Shown("team-code", Visitor.sign_in_code, (), {"id": "Bacakan", "en": "Read it to them"}),
    Shown("requests", Visitor.as_officer, ("requests", "lost"), {"id": "Penghapusan data", "en": "Erasure"}),
    Shown("request", first_request, ("request", "step-erase"), {"id": "Menurut UU PDP", "en": "By UU PDP"}),
    Shown(
        "request-confirm", lambda one: one.press("step-erase"), ("sure-erase",), {"id": "dibatalkan", "en": "undone"}
    ),
    Shown("lost-device", Visitor.lost, (), {"id": "Perangkat yang mana?", "en": "Which device?"}),
)


def drawn(flet: FletPage, name: str, tab: Tab, folder: Path) -> list[Path]:
    """Pictures of what is on the screen, in each theme."""
    language, size, schemes = tab
    look = settled_picture if KEPT else painted_picture
    pictures = []
    for scheme in schemes:
        flet.run(flet.page.emulate_media(color_scheme=scheme))
        pictures.append(look(flet, folder / f"{name}-{size}-{scheme}-{language}.png", scheme))
    return pictures


@pytest.fixture(scope="module")
def pictures() -> Iterator[dict[str, list[Path]]]:
    """What was drawn, by screen; on a sheet for each in the end."""
    drawn_of: dict[str, list[Path]] = {}
    yield drawn_of
    if KEPT:
        sheets = Path(KEPT) / "sheets"
        sheets.mkdir(parents=True, exist_ok=True)
        for name, drawings in drawn_of.items():
            contact_sheet(drawings, sheets / f"{name}.png")


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: f"{tab[1]}-{tab[0]}")
def test_the_screens_of_a_shop_that_signs_in_are_drawn(
    prepared_shop: DemoShop, open_flet: OpenFlet, pictures: dict[str, list[Path]], tmp_path: Path, tab: Tab
) -> None:
    filled = demo.read_filled(prepared_shop.layout.folder)
    assert filled is not None
    language, size, _ = tab
    flet = open_flet(prepared_shop.url, locale=LOCALES[language], size=SIZES[size])
    visitor = Visitor(flet, filled.associate_ids)
    for screen in SCREENS:
        screen.lead(visitor)
        for identifier in screen.there:
            flet.identifier(identifier).wait()
        flet.wait_text(screen.words[language])
        pictures.setdefault(screen.name, []).extend(drawn(flet, screen.name, tab, Path(KEPT) if KEPT else tmp_path))


@pytest.fixture(scope="module")
def new_device() -> Iterator[str]:
    """The address of a device that has not enrolled."""
    opened: Signal[Services | None] = Signal(None)
    door = FirstDoor(NO_BRAND, opened, "https://pusat.benangteduh.example", lambda server, code: None)
    with serve(served_app(build_main(door, texts=ASSETS / "i18n", now=start_clock))) as url:
        yield url


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: f"{tab[1]}-{tab[0]}")
def test_the_first_screen_of_a_new_device_is_drawn(
    new_device: str, open_flet: OpenFlet, pictures: dict[str, list[Path]], tmp_path: Path, tab: Tab
) -> None:
    language, size, _ = tab
    flet = open_flet(new_device, locale=LOCALES[language], size=SIZES[size])
    flet.identifier("enrol").wait()
    pictures.setdefault("enrol", []).extend(drawn(flet, "enrol", tab, Path(KEPT) if KEPT else tmp_path))

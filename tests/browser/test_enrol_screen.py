"""A new device in a real browser: a scanner types the code into the first screen, and the app opens there."""

from collections.abc import Iterator

import pytest

from clienteling.domain.brand import NO_BRAND
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.ui.app import build_main
from clienteling.use_cases.front_door import FirstDoor
from clienteling.use_cases.services import Services
from tests.browser.conftest import ASSETS, served_app
from tests.support.browser import BrowserThread, FletPage
from tests.support.fake_services import FakeShop, start_clock
from tests.support.serving import serve

pytestmark = pytest.mark.browser

CODE = "ENROL-K7M2PXQR"


@pytest.fixture
def tab(chromium: BrowserThread) -> Iterator[FletPage]:
    opened: Signal[Services | None] = Signal(None)

    def enrol(server: str, code: str) -> None:
        if code != CODE:
            raise ValidationFailed("code", "enrolment.unknown")
        opened.publish(FakeShop().services(demo=False))

    door = FirstDoor(NO_BRAND, opened, "https://pusat.example", enrol)
    main = build_main(door, texts=ASSETS / "i18n", now=start_clock)
    context = chromium.new_context(size=(768, 1024), locale="id-ID", timezone="Asia/Jakarta")
    page = FletPage(chromium, context)
    with serve(served_app(main)) as url:
        page.go(url)
        yield page
        page.close()
    chromium.run(context.close())


def test_a_code_with_a_typo_is_said_and_a_scanned_one_opens_the_app(tab: FletPage) -> None:
    tab.by_label("Kode pendaftaran").focus()
    tab.type("2222-2222", key_delay_ms=20)
    tab.identifier("enrol").click()
    tab.wait_text("Pusat tidak mengenal kode ini")
    tab.by_label("Kode pendaftaran").fill("")
    tab.type(CODE, key_delay_ms=10)
    tab.by_label("Kode pendaftaran").press("Enter")
    tab.identifier("choose-associate").wait()

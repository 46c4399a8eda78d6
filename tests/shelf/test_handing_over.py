"""A visitor's list under a code: made by a press, one for one list, shown on that phone alone, good until midnight."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import anyio
import httpx
import pytest
import zxingcpp
from PIL import Image

from clienteling.central_shelf.desk import CentralDesk
from clienteling.central_shelf.source import CentralShelf
from clienteling.domain.views import StoreView
from clienteling.scanning.code_rules import CodeRules
from clienteling.shelf.app import ShelfApp
from clienteling.shelf.handing_over import CodeMade, DeskFull
from clienteling.store.queries_handovers import find_handover, handover_view
from clienteling.store.unpack import ASKING
from clienteling.use_cases.resolve_scan import resolve_scan
from sync.central_api.database import sqlite_url
from tests.shelf.reading import words
from tests.support.fakes import SEED, FakeClock
from tests.support.shelf_hub import SITE, Phone, ShelfHub
from tests.support.shelf_shop import SHIRT_M, TROUSERS, small_retailer
from tests.support.shops import Shops


def save(phone: Phone, *gtins: str) -> None:
    for gtin in gtins:
        phone.post("/shelf/save", {"gtin": gtin, "store": "SBDG"})


def press(phone: Phone, **fields: str) -> httpx.Response:
    return phone.post("/shelf/handover", {"store": "SBDG", **fields})


def code_on(page: httpx.Response) -> str:
    (code,) = re.findall(r'<p class="code"[^>]*>(\w+)</p>', page.text)
    return str(code)


def drawn(page: httpx.Response) -> Image.Image:
    """The symbol, eight pixels a module."""
    (size,) = re.findall(r'viewBox="0 0 (\d+) \d+" role="img"', page.text)
    picture = Image.new("L", (int(size), int(size)), 255)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", page.text):
        picture.putpixel((int(x), int(y)), 0)
    return picture.resize((8 * int(size), 8 * int(size)), Image.Resampling.NEAREST)


def test_the_list_is_shown_as_a_code_and_a_symbol_that_lead_the_associate_to_it(shelf_hub: ShelfHub) -> None:
    phone = shelf_hub.phone()
    save(phone, SHIRT_M, TROUSERS)
    answer = press(phone)
    assert (answer.status_code, answer.headers["location"]) == (303, "/shelf/handover?store=SBDG")
    page = phone.get("/shelf/handover?store=SBDG")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    code = code_on(page)
    assert "Dengan kode ini kami melihat 2 barang yang Anda simpan" in words(page)
    (symbol,) = zxingcpp.read_barcodes(drawn(page))
    store = shelf_hub.device.store
    for scanned in (symbol.text, code):
        answer_here = resolve_scan(store, scanned, rules=CodeRules())
        assert answer_here.handover_id is not None
    with store.reading() as connection:
        view = handover_view(connection, find_handover(connection, code) or "", now=shelf_hub.clock())
    assert view is not None
    assert {one.name for one in view.goods} == {"Kemeja Linen", "Celana Chino"}


def test_where_no_more_codes_are_made_today_the_list_itself_is_to_be_shown(shelf_hub: ShelfHub) -> None:
    class Full:
        def make(self, store: StoreView, goods: Sequence[tuple[str, str | None]], *, now: datetime) -> CodeMade:
            raise DeskFull

        def is_taken(self, code: str) -> bool:
            return False

    phone = Phone(ShelfApp(SITE, shelf_hub.source, now=shelf_hub.clock, desk=Full()))
    save(phone, SHIRT_M)
    answer = press(phone)
    assert (answer.status_code, answer.headers["location"]) == (303, "/shelf/saved?store=SBDG&done=no_code")
    page = phone.get(answer.headers["location"])
    assert "Tunjukkan daftar ini langsung ke pramuniaga" in words(page)
    assert "Kemeja Linen" in words(page)
    phone.close()


def test_one_list_has_one_code_and_another_list_another(shelf_hub: ShelfHub) -> None:
    phone = shelf_hub.phone()
    save(phone, SHIRT_M)
    press(phone)
    first = code_on(phone.get("/shelf/handover?store=SBDG"))
    press(phone)
    assert code_on(phone.get("/shelf/handover?store=SBDG")) == first
    save(phone, TROUSERS)
    answer = phone.get("/shelf/handover?store=SBDG")
    assert (answer.status_code, answer.headers["location"]) == (303, "/shelf/saved?store=SBDG")
    press(phone)
    assert code_on(phone.get("/shelf/handover?store=SBDG")) != first


def test_the_same_list_in_another_store_gets_a_code_of_that_store(tmp_path: Path) -> None:
    shops = Shops(tmp_path, sqlite_url(tmp_path / "central.db"), now=FakeClock(), random=Random(SEED))
    shops.put(*small_retailer())
    surabaya = shops.device("SBY", "tablet", asking=ASKING)
    source = CentralShelf(shops.database, read_picture=lambda name: None)
    desk = CentralDesk(shops.database, random=Random(SEED))
    phone = Phone(ShelfApp(SITE, source, now=FakeClock(), desk=desk))
    save(phone, SHIRT_M)
    press(phone)
    assert phone.get("/shelf/handover?store=SSBY").status_code == 303
    assert press(phone, store="sSBY").headers["location"] == "/shelf/handover?store=SSBY"
    code = code_on(phone.get("/shelf/handover?store=SSBY"))
    phone.close()
    anyio.run(surabaya.sync)
    assert resolve_scan(surabaya.store, code, rules=CodeRules()).handover_id is not None
    shops.close()


def test_a_code_is_over_at_midnight(shelf_hub: ShelfHub) -> None:
    phone = shelf_hub.phone()
    save(phone, SHIRT_M)
    cookie = press(phone).headers["set-cookie"]
    left_s = int(re.findall(r"Max-Age=(\d+)", cookie)[0])
    assert cookie.endswith("; Path=/shelf; HttpOnly; SameSite=Lax; Secure")
    shelf_hub.clock.advance(timedelta(seconds=left_s - 1))
    assert phone.get("/shelf/handover?store=SBDG").status_code == 200
    shelf_hub.clock.advance(timedelta(seconds=2))
    assert phone.get("/shelf/handover?store=SBDG").status_code == 303


def test_nothing_is_made_without_a_list_by_another_site_or_by_opening_a_link(shelf_hub: ShelfHub) -> None:
    phone = shelf_hub.phone()
    assert press(phone).headers["location"] == "/shelf/saved?store=SBDG&done=nothing"
    assert phone.get("/shelf/handover").status_code == 303
    save(phone, SHIRT_M)
    assert phone.post("/shelf/handover", {"store": "SBDG"}, origin="https://evil.example").status_code == 403
    with shelf_hub.device.store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM record WHERE kind = 'handover'").scalar_one() == 0


@pytest.mark.parametrize(
    "value", ["", "ABC234", "ABC234.99999999999.", "ABC234.1.", "abc234.1.x", "ABC23O.1800000000.x", "x" * 5_000, '"']
)
def test_a_cookie_that_is_none_of_ours_shows_no_code(open_hub: ShelfHub, value: str) -> None:
    phone = open_hub.phone()
    answer = phone.get("/shelf/handover", cookie=f"saved={SHIRT_M}; handover={value}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/shelf/saved")


def test_who_makes_codes_all_day_long_has_to_wait(shelf_hub: ShelfHub) -> None:
    phone = shelf_hub.phone()
    statuses = []
    for number in range(60):
        phone.client.cookies.delete("handover")
        save(phone, SHIRT_M if number % 2 else TROUSERS)
        statuses.append(press(phone).status_code)
    assert statuses.count(303) < 40
    assert statuses[-1] == 429

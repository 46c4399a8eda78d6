"""Save for later and compare: the one cookie there is, who may set it, and pages of several products."""

import re

import anyio
import pytest
from starlette.types import Message

from clienteling.shelf.saved_list import MAX_SAVED, read_saved, with_saved
from tests.shelf.reading import words
from tests.support.shelf_hub import SHIRT, Phone, ShelfHub
from tests.support.shelf_shop import SHIRT_L, SHIRT_M, TROUSERS

OXFORD = "08991234567006"


def test_nothing_is_kept_before_something_is_saved(phone: Phone) -> None:
    for path in (SHIRT, "/shelf/saved", f"/shelf/compare?gtin={SHIRT_M}"):
        assert "set-cookie" not in phone.get(path).headers
    assert "Belum ada yang disimpan" in words(phone.get("/shelf/saved"))


def test_what_is_saved_is_on_the_list_newest_first_until_it_is_removed(phone: Phone) -> None:
    for gtin in (SHIRT_M, TROUSERS, SHIRT_M):
        answer = phone.post("/shelf/save", {"gtin": gtin, "store": "SBDG"})
        assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
        assert answer.headers["location"] == "/shelf/saved?store=SBDG&done=saved"
    page = phone.get("/shelf/saved?store=SBDG&done=saved")
    said = words(page)
    assert page.headers["cache-control"] == "no-store"
    assert "Tersimpan." in said
    assert said.index("Kemeja Linen M Rp349.000 Hampir habis Bandung") < said.index("Celana Chino 30")
    phone.post("/shelf/remove", {"gtin": SHIRT_M, "store": "SBDG"})
    assert "Kemeja Linen" not in words(phone.get("/shelf/saved?store=SBDG"))
    answer = phone.post("/shelf/remove", {"gtin": "all"})
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert "Belum ada yang disimpan" in words(phone.get("/shelf/saved"))


def test_the_cookie_is_short_first_party_and_out_of_reach_of_scripts(open_hub: ShelfHub) -> None:
    cookie = open_hub.phone().post("/shelf/save", {"gtin": SHIRT_M}).headers["set-cookie"]
    assert cookie == f"saved={SHIRT_M}; Max-Age=43200; Path=/shelf; HttpOnly; SameSite=Lax; Secure"
    plain = open_hub.phone(base_url="http://toko.example")
    assert (
        "Secure" not in plain.post("/shelf/save", {"gtin": SHIRT_M}, origin="http://toko.example").headers["set-cookie"]
    )


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "https://toko.example.evil.example", "https://["]
)
def test_a_form_of_another_site_saves_nothing(phone: Phone, origin: str) -> None:
    answer = phone.post("/shelf/save", {"gtin": SHIRT_M}, origin=origin)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert phone.post("/shelf/remove", {"gtin": "all"}, origin=origin).status_code == 403


def test_a_phone_that_goes_while_it_sends_is_no_error(open_hub: ShelfHub) -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b"gtin=0899", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": "/shelf/save",
        "raw_path": b"/shelf/save",
        "query_string": b"",
        "headers": [(b"host", b"toko.example"), (b"origin", b"https://toko.example")],
        "client": ("192.0.2.9", 50_000),
        "server": ("toko.example", 443),
    }
    anyio.run(open_hub.app, scope, receive, send)
    assert sent[0]["status"] == 400


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"gtin": "08990000010204"}, 400),
        ({"gtin": "08990000010203\r\nset-cookie: x=1"}, 400),
        ({"gtin": "09506000134376"}, 404),
        ({"gtin": SHIRT_M, "more": "x" * 3_000}, 413),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_is_kept(phone: Phone, fields: dict[str, str], status: int) -> None:
    answer = phone.post("/shelf/save", fields)
    assert (answer.status_code, "set-cookie" in answer.headers) == (status, False)


def test_a_store_and_a_language_that_are_none_do_not_come_back(phone: Phone) -> None:
    answer = phone.post("/shelf/save", {"gtin": SHIRT_M, "store": "//evil.example", "lang": "xx"})
    assert answer.headers["location"] == "/shelf/saved?done=saved"
    answer = phone.post("/shelf/save", {"gtin": SHIRT_M, "store": "SBDG", "lang": "en"})
    assert answer.headers["location"] == "/shelf/saved?store=SBDG&lang=en&done=saved"


@pytest.mark.parametrize(
    "cookie", ["saved=", "saved=x.y", f"saved={'9' * 14}", "saved", "saved=\x00", "a=1; " * 2_000, ";;"]
)
def test_a_cookie_that_is_not_ours_is_an_empty_list(cookie: str) -> None:
    assert read_saved(cookie) == ()


def test_the_oldest_makes_room() -> None:
    gtins = tuple(f"{number:013}{_check_digit(f'{number:013}')}" for number in range(1, MAX_SAVED + 2))
    kept: tuple[str, ...] = ()
    for one in gtins:
        kept = with_saved(kept, one)
    assert kept == gtins[1:]
    assert read_saved(f"other=1; saved={'.'.join(kept)}") == kept


def _check_digit(digits: str) -> int:
    return -sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))) % 10


def test_a_full_list_says_that_the_oldest_went(phone: Phone) -> None:
    others = [f"{number:013}{_check_digit(f'{number:013}')}" for number in range(1, MAX_SAVED + 1)]
    answer = phone.ask(
        "POST",
        "/shelf/save",
        data={"gtin": SHIRT_M},
        headers={"origin": "https://toko.example", "cookie": f"saved={'.'.join(others)}"},
    )
    assert answer.headers["location"].endswith("done=full")


def test_a_saved_product_that_is_no_longer_sold_is_left_out(phone: Phone) -> None:
    page = phone.ask("GET", "/shelf/saved", headers={"cookie": f"saved=09506000134376.{SHIRT_M}"})
    assert page.text.count('class="name"') == 1


# Compare.


def test_up_to_three_stand_side_by_side(phone: Phone) -> None:
    path = f"/shelf/compare?store=SBDG&gtin={SHIRT_M}&gtin={TROUSERS}"
    page = phone.get(path)
    said = words(page)
    assert page.text.count('<th scope="col">') == 2
    for one in (
        "Harga Rp349.000 Rp399.000",
        "3,3 dari 5, 3 ulasan",
        "di Bandung Hampir habis Belum diketahui",
        "M, L 30",
    ):
        assert one in said
    assert f'href="/shelf/compare?store=SBDG&amp;gtin={TROUSERS}"' in page.text
    assert f'href="/shelf/compare?store=SBDG&amp;gtin={SHIRT_M}&amp;gtin={TROUSERS}&amp;gtin={OXFORD}"' in page.text
    three = phone.get(f"{path}&gtin={OXFORD}&gtin={SHIRT_L}")
    assert three.text.count('<th scope="col">') == 3
    assert "Bandingkan dengan yang lain" not in words(three)


def test_comparing_nothing_says_how_to_begin(phone: Phone) -> None:
    for query in ("", "?gtin=x", "?gtin=09506000134376"):
        assert "Belum ada yang dibandingkan" in words(phone.get(f"/shelf/compare{query}"))


def test_the_language_switch_keeps_what_is_compared(phone: Phone) -> None:
    page = phone.get(f"/shelf/compare?store=SBDG&gtin={SHIRT_M}&gtin={TROUSERS}")
    (link,) = re.findall(r'<a class="link" href="([^"]*lang=en)"', page.text)
    assert link == f"/shelf/compare?store=SBDG&amp;gtin={SHIRT_M}&amp;gtin={TROUSERS}&amp;lang=en"

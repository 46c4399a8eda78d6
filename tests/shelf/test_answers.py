"""How the pages are sent: headers, keeping, coding, methods, limits, and while the source cannot answer."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from clienteling.domain.views import ReviewOrder, ReviewView
from clienteling.shelf.source import ShelfProduct, ShelfSource, ShelfUnavailable
from sync.protocol.unpacking import unpack_zstd
from tests.support.shelf_hub import PICTURE, SHIRT, SITE, Phone, ShelfHub
from tests.support.shelf_shop import NOW, priced, promotion, review, variant

ADDRESSES = (SHIRT, "/shelf/saved", "/shelf/compare", "/nothing", "/01/1", "/.well-known/gs1resolver")


class Counted:
    """A source that counts what it is asked, and can be away."""

    def __init__(self, source: ShelfSource) -> None:
        self._source = source
        self.asked: list[str] = []
        self.away = False

    def _count(self, name: str) -> None:
        self.asked.append(name)
        if self.away:
            raise ShelfUnavailable

    def freshness(self, stem: str | None) -> str:
        self._count("freshness")
        return self._source.freshness(stem)

    def find(self, gtin14: str, *, stem: str | None, now: datetime) -> ShelfProduct | None:
        self._count("find")
        return self._source.find(gtin14, stem=stem, now=now)

    def reviews(
        self, product_id: str, *, order: ReviewOrder, stars: int | None, offset: int, limit: int
    ) -> tuple[ReviewView, ...]:
        return self._source.reviews(product_id, order=order, stars=stars, offset=offset, limit=limit)

    def picture(self, name: str) -> bytes | None:
        self._count("picture")
        return self._source.picture(name)


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_answer_refuses_scripts_frames_guesses_and_other_hosts(phone: Phone, path: str) -> None:
    headers = phone.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; img-src 'self'; style-src 'sha256-")
    assert "form-action 'self'; base-uri 'none'; frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
    assert "set-cookie" not in headers


def test_pages_load_nothing_from_another_host_and_run_no_script(phone: Phone) -> None:
    for path in ADDRESSES[:5]:
        text = phone.get(path).text
        assert re.findall(r'(?:src|srcset|action|data)="(?!/)[^"]*"', text) == []
        assert re.findall(r"<(?:script(?! type=.application/ld)|iframe|object|embed|link rel=.stylesheet)", text) == []
        assert re.findall(r'\s(?:on\w+|style)="', text) == []


def test_only_tls_is_promised_for_later_where_it_is_used_now(open_hub: ShelfHub) -> None:
    assert "strict-transport-security" in open_hub.phone().get(SHIRT).headers
    assert "strict-transport-security" not in open_hub.phone(base_url="http://toko.example").get(SHIRT).headers


def test_a_page_may_be_kept_for_a_minute_and_shown_while_it_is_asked_for_anew(phone: Phone) -> None:
    answer = phone.get(SHIRT)
    assert answer.headers["cache-control"] == "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
    assert answer.headers["vary"] == "Accept, Accept-Encoding, Accept-Language"


def test_who_has_the_page_already_is_told_so(phone: Phone) -> None:
    tag = phone.get(SHIRT).headers["etag"]
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = phone.get(SHIRT, if_none_match=asked)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
        assert "cache-control" in answer.headers
        assert "content-length" not in answer.headers
    assert phone.get(SHIRT, if_none_match='"other"').status_code == 200
    assert phone.get(SHIRT, if_none_match=tag, accept_language="en").status_code == 200


def test_the_answer_comes_in_the_best_coding_the_phone_takes(phone: Phone) -> None:
    plain = phone.get(SHIRT).content
    packed = phone.ask("GET", SHIRT, headers={"accept-encoding": "gzip, deflate, br, zstd"})
    assert packed.headers["content-encoding"] == "zstd"
    assert unpack_zstd(packed.content, len(plain)) == plain
    assert int(packed.headers["content-length"]) < len(plain) / 2
    assert phone.get(SHIRT, accept_encoding="gzip").headers["content-encoding"] == "gzip"
    assert phone.get(SHIRT, accept_encoding="zstd;q=0, gzip;q=0.5").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in phone.get(SHIRT, accept_encoding="br").headers


def test_head_answers_as_get_without_the_page(phone: Phone) -> None:
    got, head = phone.get(SHIRT), phone.ask("HEAD", SHIRT)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "cache-control", "link"):
        assert head.headers[name] == got.headers[name]
    assert phone.ask("HEAD", "/01/1").status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_a_product_is_only_read(phone: Phone, method: str) -> None:
    answer = phone.ask(method, SHIRT)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert phone.get("/shelf/save").headers["allow"] == "POST"


def test_options_tell_what_may_be_done(phone: Phone) -> None:
    answer = phone.ask("OPTIONS", SHIRT)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, "GET, HEAD, OPTIONS", b"")


# Keeping.


def test_a_page_is_rendered_once_while_nothing_changes(shelf_hub: ShelfHub) -> None:
    counted = Counted(shelf_hub.source)
    phone = shelf_hub.phone(shelf_hub.app_over(counted))
    first = phone.get(SHIRT)
    for _ in range(20):
        assert phone.get(SHIRT).headers["etag"] == first.headers["etag"]
    assert counted.asked == ["freshness", "find"]
    shelf_hub.monotonic_s += 1
    phone.get(SHIRT)
    assert counted.asked == ["freshness", "find", "freshness"]


def test_a_page_shows_what_changed_within_a_second(shelf_hub: ShelfHub) -> None:
    phone = shelf_hub.phone()
    before = phone.get(SHIRT)
    shelf_hub.say(review("new", "kemeja linen", 2, days=0, text="Baru sekali"))
    after = phone.get(SHIRT)
    assert "Baru sekali" in after.text
    assert after.headers["etag"] != before.headers["etag"]


def test_a_page_that_tells_ages_is_made_anew_after_a_minute(shelf_hub: ShelfHub) -> None:
    phone = shelf_hub.phone()
    assert "40 menit lalu" in phone.get(SHIRT).text
    shelf_hub.clock.advance(timedelta(minutes=2))
    assert "42 menit lalu" in phone.get(SHIRT).text


def test_news_of_something_else_leaves_the_page_as_it_is(shelf_hub: ShelfHub) -> None:
    phone = shelf_hub.phone()
    before = phone.get(SHIRT)
    shelf_hub.clock.advance(timedelta(seconds=30))
    shelf_hub.say(*priced("vas", variant("vas", "08991234567891", "S"), price=100, category="Vas"))
    after = phone.get(SHIRT)
    assert after.headers["etag"] == before.headers["etag"]
    assert "10.42" in after.text


def test_stores_languages_and_filters_do_not_share_a_page(phone: Phone) -> None:
    pages = {
        phone.get(path, accept_language=language).headers["etag"]
        for path in (SHIRT, SHIRT.replace("SBDG", "SSBY"), SHIRT.replace("/SBDG", ""), f"{SHIRT}?stars=5")
        for language in ("id", "en")
    }
    assert len(pages) == 8


def test_what_was_kept_is_shown_while_the_source_is_away(shelf_hub: ShelfHub) -> None:
    shelf_hub.say(promotion("hemat", starts=NOW, ends=NOW + timedelta(minutes=5)))
    counted = Counted(shelf_hub.source)
    phone = shelf_hub.phone(shelf_hub.app_over(counted))
    phone.get(SHIRT)
    counted.away = True
    shelf_hub.monotonic_s += 10
    shelf_hub.clock.advance(timedelta(minutes=4))
    assert phone.get(SHIRT).status_code == 200
    other = phone.get("/SSBY" + SHIRT[5:])
    assert (other.status_code, other.headers["retry-after"]) == (503, "30")
    shelf_hub.clock.advance(timedelta(minutes=1))
    assert phone.get(SHIRT).status_code == 503, "the promotion has ended meanwhile"


# Limits.


def test_six_hundred_from_one_address_pass_and_the_next_are_told_when_to_come_again(shelf_hub: ShelfHub) -> None:
    phone = shelf_hub.phone()
    assert {phone.get("/.well-known/gs1resolver").status_code for _ in range(600)} == {200}
    answer = phone.get(SHIRT)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert "Mohon tunggu sebentar" in answer.text
    assert shelf_hub.phone(peer="192.0.2.8").get(SHIRT).status_code == 200
    shelf_hub.monotonic_s += 1
    assert phone.get(SHIRT).status_code == 200


def test_a_trusted_proxy_tells_for_whom_it_asks_and_over_what(shelf_hub: ShelfHub) -> None:
    site = replace(SITE, requests_a_minute=1, trusted_proxies=("10.0.0.0/8",))
    proxy = shelf_hub.phone(shelf_hub.app_over(shelf_hub.source, site), peer="10.0.0.1", base_url="http://toko.example")
    first = proxy.get(SHIRT, x_forwarded_for="192.0.2.1", x_forwarded_proto="https")
    assert (first.status_code, "strict-transport-security" in first.headers) == (200, True)
    assert proxy.get(SHIRT, x_forwarded_for="192.0.2.2").status_code == 200
    assert proxy.get(SHIRT, x_forwarded_for="192.0.2.1").status_code == 429


def test_a_proxy_that_adds_a_line_of_its_own_is_believed_before_the_line_the_visitor_sent(shelf_hub: ShelfHub) -> None:
    site = replace(SITE, requests_a_minute=1, trusted_proxies=("10.0.0.1",))
    proxy = shelf_hub.phone(shelf_hub.app_over(shelf_hub.source, site), peer="10.0.0.1")
    statuses = [
        proxy.ask("GET", SHIRT, headers=[("x-forwarded-for", made_up), ("x-forwarded-for", "192.0.2.1")]).status_code
        for made_up in ("198.51.100.1", "198.51.100.2")
    ]
    assert statuses == [200, 429]


# Files.


def test_a_picture_is_no_wider_than_asked_and_kept_for_a_day(phone: Phone) -> None:
    sizes = []
    for width in (160, 320, 640):
        answer = phone.get(f"/shelf/pictures/{width}/{PICTURE}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        assert "max-age=86400" in answer.headers["cache-control"]
        sizes.append(len(answer.content))
    assert sizes[0] < sizes[1] <= 40 * 1024
    tag = phone.get(f"/shelf/pictures/160/{PICTURE}").headers["etag"]
    assert phone.get(f"/shelf/pictures/160/{PICTURE}", if_none_match=tag).status_code == 304


@pytest.mark.parametrize(
    "name",
    [
        "320/nothing.webp",
        f"321/{PICTURE}",
        f"x/{PICTURE}",
        f"9999999/{PICTURE}",
        "320/..%2f..%2fpyproject.toml",
        "320/",
        "",
    ],
)
def test_no_other_file_is_a_picture(phone: Phone, name: str) -> None:
    assert phone.get(f"/shelf/pictures/{name}").status_code == 404


def test_the_icon_has_an_address_of_its_own_content(phone: Phone) -> None:
    (icon,) = set(re.findall(r'<link rel="icon" href="([^"]+)"', phone.get(SHIRT).text))
    answer = phone.get(icon)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"

"""Whatever an address, a query, a header or a form says, the answer is a kind one and never an error of ours."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clienteling.domain.store_stem import location_of_stem
from clienteling.shelf.source import ShelfUnavailable
from clienteling.store.errors import StoreBusy
from clienteling.use_cases.show_at_shelf import HubShelf
from tests.support.shelf_hub import SHIRT, Phone, ShelfHub, demo_picture
from tests.support.shelf_shop import NOW, SHIRT_M

EXPECTED = {200, 204, 303, 304, 307, 308, 400, 403, 404, 405, 413}
SEGMENTS = st.one_of(
    st.sampled_from(
        ["01", "SBDG", "sbdg", SHIRT_M, SHIRT_M[1:], "10", "21", "414", "shelf", "saved", "pictures", "320", ""]
    ),
    st.text(max_size=20),
)
ENCODED = SEGMENTS.map(lambda segment: quote(segment, errors="replace"))
PATHS = st.lists(ENCODED, max_size=6).map(lambda segments: "/" + "/".join(segments))
NAMES = st.sampled_from(
    ["linkType", "linktype", "lang", "stars", "order", "page", "store", "gtin", "done", "10", "17", "x"]
)
QUERIES = st.lists(st.tuples(NAMES, st.text(max_size=20)), max_size=5).map(
    lambda pairs: "&".join(f"{name}={quote(value, errors='replace')}" for name, value in pairs)
)
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
many = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture(scope="module")
def untiring(open_hub: ShelfHub) -> Phone:
    """A phone that nobody counts: each request comes a second later."""
    return open_hub.phone()


def asked(hub: ShelfHub, phone: Phone, method: str, path: str, headers: dict[str, str]) -> int:
    hub.monotonic_s += 1
    status: int = phone.ask(method, path, headers=headers).status_code
    return status


@many
@given(PATHS, QUERIES, st.sampled_from(["GET", "HEAD", "OPTIONS", "POST"]))
def test_any_address_is_answered(open_hub: ShelfHub, untiring: Phone, path: str, query: str, method: str) -> None:
    address = f"https://toko.example{path}" + (f"?{query}" if query else "")
    assert asked(open_hub, untiring, method, address, {}) in EXPECTED


@many
@given(HEADER, HEADER, HEADER, HEADER)
def test_any_header_is_answered(
    open_hub: ShelfHub, untiring: Phone, language: str, encoding: str, cookie: str, tag: str
) -> None:
    headers = {
        "accept-language": language,
        "accept-encoding": encoding,
        "cookie": f"saved={cookie}",
        "if-none-match": tag,
    }
    for path in (SHIRT, "/shelf/saved"):
        assert asked(open_hub, untiring, "GET", path, headers) in EXPECTED


@many
@given(st.binary(max_size=200))
def test_any_form_is_answered(open_hub: ShelfHub, untiring: Phone, content: bytes) -> None:
    open_hub.monotonic_s += 1
    headers = {"origin": "https://toko.example", "content-type": "application/x-www-form-urlencoded"}
    answer = untiring.ask("POST", "/shelf/save", content=content, headers=headers)
    assert answer.status_code in EXPECTED


@given(st.text(max_size=20))
def test_any_stem_finds_the_product(open_hub: ShelfHub, stem: str) -> None:
    found = open_hub.source.find(SHIRT_M, stem=stem, now=NOW)
    assert found is not None
    assert (found.store is not None) == (stem.isascii() and stem.upper() in ("SBDG", "SSBY"))
    assert location_of_stem(stem, [found.store] if found.store else []) is found.store


class BusyStore:
    """A store that another process holds too long."""

    changed = None

    def reading(self) -> None:
        raise StoreBusy(file="store.db")


def test_a_store_that_cannot_be_read_now_is_said_to_the_page() -> None:
    busy = HubShelf(BusyStore(), read_picture=demo_picture)  # type: ignore[arg-type]
    for ask in (lambda: busy.freshness(None), lambda: busy.find(SHIRT_M, stem=None, now=NOW)):
        with pytest.raises(ShelfUnavailable):
            ask()

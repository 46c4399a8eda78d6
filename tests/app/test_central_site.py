"""The customer's page beside the API on one server: over real HTTP, by the server that people start."""

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from clienteling.central_host import DATABASE_FILE
from clienteling.central_shelf.beside_api import with_shelf
from clienteling.loopback import address, free_ports
from clienteling.settings import ServerSettings, remember
from sync.central_api.app import create_app
from sync.central_api.database import CentralDatabase, migrate, sqlite_url
from sync.central_api.import_records import import_records
from sync.central_api.settings import CentralSettings
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from tests.support.fakes import FakeClock
from tests.support.serving import serve
from tests.support.shelf_shop import (
    NOW,
    SHIRT_L,
    SHIRT_M,
    ago,
    priced,
    promotion,
    small_retailer,
    variant,
)
from tests.support.shops import SOURCE, customer, order, record, ref_id
from tests.support.waiting import is_up, wait_until

SHIRT: Final = f"/SBDG/01/{SHIRT_M}"
VECTORS: Final = json.loads((Path(__file__).parents[1] / "vectors" / "gs1_digital_link.json").read_text("utf-8"))
DEFAULT: Final = 307
"""What the vectors expect where an address leads to its default link; ours is the page itself."""
SEEN_WITHIN_S: Final = 2.0


def say(database_url: str, *records: ImportedRecord) -> None:
    """Has the platform say records, as an import of another process would."""
    with CentralDatabase(database_url) as database:
        import_records(database, records, source=SOURCE, now=FakeClock())


@dataclass(slots=True)
class Site:
    """A central server's database, and its settings."""

    folder: Path
    url: str
    clock: FakeClock = field(default_factory=FakeClock)

    @contextmanager
    def served(self, **settings: Any) -> Iterator[httpx.Client]:
        """A browser at the server, which ends with the block."""
        api = create_app(CentralSettings(self.url, self.folder / "pictures", migrates=False), now=self.clock)
        told = ServerSettings(data_dir=self.folder, **settings)
        both = with_shelf(
            api, told, own_url="http://127.0.0.1:1", pictures_folder=self.folder / "pictures", now=self.clock
        )
        with serve(both) as base_url, httpx.Client(base_url=base_url, trust_env=False) as browser:
            browser.headers["accept-language"] = "id"
            yield browser


@pytest.fixture
def site(tmp_path: Path, central_database_url: str) -> Site:
    """The small retailer on SQLite and on PostgreSQL."""
    say(central_database_url, *small_retailer())
    return Site(tmp_path, central_database_url)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A browser at a server where nothing changes."""
    folder = tmp_path_factory.mktemp("quiet")
    url = sqlite_url(folder / "central.db")
    migrate(url)
    vectors = priced("vektor", variant("vektor", "09506000134376", "M"), price=100)
    say(url, *small_retailer(), *vectors)
    links = {"registerProduct": "https://toko.example/register?gtin={gtin}"}
    with Site(folder, url).served(shelf_url="https://toko.example", shelf_links=links) as browser:
        yield browser


# Who answers what


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1", "/v2/sync/pull", "/v1/pictures/none.webp", "/healthz/x"])
def test_what_the_api_does_not_have_is_a_problem_document(quiet: httpx.Client, path: str) -> None:
    answer = quiet.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_the_api_answers_beside_the_page(quiet: httpx.Client) -> None:
    assert quiet.get("/healthz").json() == {"status": "ok"}
    assert quiet.get("/openapi.json").json()["info"]["title"] == "Clienteling central profile API"
    refused = quiet.post("/v1/sync/pull", json={})
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 404),
        ("/v1x", 404),
        ("/kemeja", 404),
        ("/SBDG/01/08990000010200", 400),
        ("/SBDG/01/089900000102030", 400),
        ("/SBDG/01/08991234567891", 404),
        ("/shelf/nothing", 404),
        ("/%00", 404),
        ("/01/%F0%9F%91%95", 400),
    ],
)
def test_everything_else_is_answered_by_a_page(quiet: httpx.Client, path: str, status: int) -> None:
    answer = quiet.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert "<h1" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_printed_label_leads_to_the_page_whatever_the_case_of_its_letters(quiet: httpx.Client) -> None:
    for path, host in ((SHIRT, "TOKO.EXAMPLE"), (SHIRT.lower(), "toko.example"), (f"{SHIRT}/", "toko.example")):
        answer = quiet.get(path, headers={"host": host})
        assert answer.status_code == 200, path
        assert f'<link rel="canonical" href="https://toko.example{SHIRT}">' in answer.text


@pytest.mark.parametrize("vector", VECTORS["resolver_http"], ids=lambda one: str(one["input"]))
def test_gs1s_own_requests_are_answered_by_the_running_server(quiet: httpx.Client, vector: dict[str, Any]) -> None:
    answer = quiet.get(vector["input"])
    asks_another = "linktype" in vector["input"]
    expected = vector["expected_status"]
    assert answer.status_code == (200 if expected == DEFAULT and not asks_another else expected)
    if asks_another:
        assert answer.headers["location"] == "https://toko.example/register?gtin=09506000134376"


def test_the_resolver_describes_itself(quiet: httpx.Client) -> None:
    assert quiet.get("/.well-known/gs1resolver").json()["resolverRoot"] == "https://toko.example"


@pytest.mark.parametrize("path", [SHIRT, "/01/08990000010200", "/.well-known/gs1resolver", "/shelf/saved"])
def test_head_says_what_get_says_without_the_body(quiet: httpx.Client, path: str) -> None:
    get, head = quiet.get(path), quiet.head(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


def test_other_methods_are_told_what_is_there(quiet: httpx.Client) -> None:
    options = quiet.options(SHIRT)
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = quiet.request(method, SHIRT, content=b"x")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a_form_that_is_too_large_is_refused_by_a_page(quiet: httpx.Client) -> None:
    origin = {"origin": "https://toko.example"}
    answer = quiet.post("/shelf/save", data={"gtin": SHIRT_M, "store": "S" * 5_000}, headers=origin)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")


@pytest.mark.parametrize(("coding", "begins"), [("zstd", b"\x28\xb5\x2f\xfd"), ("gzip", b"\x1f\x8b")])
def test_a_page_is_packed_once(quiet: httpx.Client, coding: str, begins: bytes) -> None:
    with quiet.stream("GET", SHIRT, headers={"accept-encoding": coding}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers.get_list("content-encoding") == [coding]
    assert packed.startswith(begins)
    if coding == "gzip":
        assert "Kemeja Linen" in gzip.decompress(packed).decode()


# How often, and for whom


def test_who_asks_too_often_is_told_when_to_come_back_by_a_page(site: Site) -> None:
    with site.served(shelf_requests_a_minute=3) as browser:
        assert [browser.get(SHIRT).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = browser.get(SHIRT, headers={"x-forwarded-for": "192.0.2.9"})
        assert (refused.status_code, refused.headers["content-type"]) == (429, "text/html; charset=utf-8")
        assert 1 <= int(refused.headers["retry-after"]) <= 20
        assert browser.get("/healthz").status_code == 200


def test_a_trusted_proxy_says_for_whom_it_asks(site: Site) -> None:
    with site.served(shelf_requests_a_minute=1, trusted_proxies=["127.0.0.1"]) as browser:

        def ask(forwarded_for: str) -> int:
            return browser.get(SHIRT, headers={"x-forwarded-for": forwarded_for}).status_code

        assert [ask("192.0.2.1"), ask("192.0.2.2"), ask("192.0.2.2"), ask("192.0.2.3, 192.0.2.2")] == [
            200,
            200,
            429,
            429,
        ]
        secure = browser.get(SHIRT, headers={"x-forwarded-for": "192.0.2.4", "x-forwarded-proto": "https"})
        assert "strict-transport-security" in secure.headers


# What changes, and what does not


def test_a_page_that_did_not_change_is_not_sent_again_across_a_restart(site: Site) -> None:
    with site.served() as browser:
        etag = browser.get(SHIRT).headers["etag"]
        again = browser.get(SHIRT, headers={"if-none-match": etag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    with site.served() as browser:
        assert browser.get(SHIRT, headers={"if-none-match": etag}).status_code == 304
        say(site.url, *priced("kemeja linen", variant("linen m", SHIRT_M, "M"), price=100_00)[1:])
        wait_until(lambda: browser.get(SHIRT, headers={"if-none-match": etag}).status_code == 200, timeout_s=10)


def test_a_promotion_that_ends_while_its_page_is_kept_is_not_shown_again(site: Site) -> None:
    say(site.url, promotion("hemat", starts=NOW - timedelta(days=1), ends=NOW + timedelta(seconds=20)))
    with site.served() as browser:
        during = browser.get(SHIRT)
        assert "Rp314.100" in during.text
        assert during.headers["cache-control"] == "public, max-age=20, must-revalidate"
        site.clock.advance(timedelta(seconds=20))
        after = browser.get(SHIRT, headers={"if-none-match": during.headers["etag"]})
        assert after.status_code == 200
        assert "Hemat" not in after.text
        assert "Rp349.000" in after.text


def test_a_price_that_an_import_changes_is_on_the_page_within_two_seconds(site: Site) -> None:
    with site.served() as browser:
        assert "Rp349.000" in browser.get(SHIRT).text
        say(site.url, *priced("kemeja linen", variant("linen m", SHIRT_M, "M"), price=111_000_00)[1:])
        wait_until(lambda: "Rp111.000" in browser.get(SHIRT).text, timeout_s=SEEN_WITHIN_S, what="the new price")


def test_a_product_taken_off_sale_has_no_page_any_more(site: Site) -> None:
    with site.served() as browser:
        assert browser.get(SHIRT).status_code == 200
        say(site.url, *priced("kemeja linen", variant("linen m", SHIRT_M, "M"), price=1, status="draft")[:1])
        wait_until(lambda: browser.get(SHIRT).status_code == 404, timeout_s=SEEN_WITHIN_S)


def test_no_page_says_anything_of_a_customer(site: Site) -> None:
    siti = ref_id(Kind.CUSTOMER, "siti")
    named = {"customer_id": siti, "store_id": ref_id(Kind.LOCATION, "BDG"), "author_name": "Rahasia"}
    say(
        site.url,
        customer("siti", "BDG", name="Siti Rahasia", phone="+6281234567890", email="rahasia@example.id"),
        order("1042", "siti", "BDG", "2026-11-20T03:00:00Z"),
        record(Kind.NOTE, "n", text="Rahasia", written_at=ago(days=1), author_id=siti, **named),
        record(Kind.WISHLIST_ITEM, "w", product_id=ref_id(Kind.PRODUCT, "kemeja linen"), added_at=ago(days=1), **named),
    )
    paths = (
        SHIRT,
        f"/01/{SHIRT_M}",
        f"/SXXX/01/{SHIRT_M}",
        f"{SHIRT}?stars=1",
        f"{SHIRT}?order=critical&page=2",
        f"{SHIRT}?linkType=linkset",
        f"/shelf/compare?store=SBDG&gtin={SHIRT_M}&gtin={SHIRT_L}",
        "/shelf/saved",
        "/.well-known/gs1resolver",
        f"/SBDG/01/{siti}",
        "/rahasia",
    )
    with site.served() as browser:
        for path in paths:
            answer = browser.get(path)
            said = f"{answer.headers} {answer.text}".lower().replace(path.lower(), "")
            for planted in ("rahasia", "81234567890", siti, "1042"):
                assert planted not in said, path
        browser.cookies.clear()


@pytest.fixture
def two_servers(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """The address of a database, and of two server processes over it."""
    url = sqlite_url(tmp_path / DATABASE_FILE)
    migrate(url)
    say(url, *small_retailer())
    ports = free_ports([0, 0])
    with ExitStack() as ending:
        for port in ports:
            command = [sys.executable, "-m", "clienteling", "central", "run", "--data-dir", str(tmp_path)]
            process = ending.enter_context(
                subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            )
            ending.callback(process.terminate)
        for port in ports:
            wait_until(lambda port=port: is_up(address(port)), what="a server")  # type: ignore[misc]
        yield url, [address(port) for port in ports]


def test_two_server_processes_show_a_new_price_within_two_seconds(two_servers: tuple[str, list[str]]) -> None:
    database_url, servers = two_servers

    def shown(server: str, price: str) -> bool:
        page = httpx.get(f"{server}{SHIRT}", headers={"accept-language": "id"}, trust_env=False)
        return price in page.text

    assert all(shown(server, "Rp349.000") for server in servers)
    say(database_url, *priced("kemeja linen", variant("linen m", SHIRT_M, "M"), price=111_000_00)[1:])
    said_at_s = time.monotonic()
    for server in servers:
        left_s = said_at_s + SEEN_WITHIN_S - time.monotonic()
        wait_until(lambda server=server: shown(server, "Rp111.000"), timeout_s=left_s, what=server)  # type: ignore[misc]


def test_starting_says_where_the_pages_are_and_that_no_proxy_is_trusted(tmp_path: Path) -> None:
    remember(tmp_path, shelf_url="https://toko.example")
    (port,) = free_ports([0])
    command = [sys.executable, "-m", "clienteling", "central", "run", "--data-dir", str(tmp_path), "--port", str(port)]
    english = {**os.environ, "LANG": "en_GB.UTF-8", "LC_ALL": "en_GB.UTF-8", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=english) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(3)]
        process.terminate()
    assert said[0] == f"Serving at {address(port)}. Ctrl-C stops it.\n"
    assert said[1] == "Customers' pages: https://toko.example/S(store)/01/(GTIN)\n"
    assert "no proxy is trusted" in said[2]

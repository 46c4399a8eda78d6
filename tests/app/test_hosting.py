"""What the app's web server gives to whom. The real server on a loopback port; the app behind it does nothing."""

import functools
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import flet as ft
import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from clienteling.hosting import app_of, own_app, picture_address
from clienteling.hosting.client import FALLBACKS, WebClient
from clienteling.hosting.headers import POLICY
from clienteling.i18n import load_translators
from clienteling.settings import assets_dir
from tests.support.serving import serve

TEXTS = load_translators(assets_dir() / "i18n")
get = functools.partial(httpx.get, timeout=60)
"""Long: on a busy machine it takes a while to compress the client."""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def nothing(page: ft.Page) -> None:
    """An app that draws nothing."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pictures = tmp_path_factory.mktemp("pictures")
    (pictures / "kemeja.png").write_bytes(PNG)
    (pictures.parent / "secret.png").write_bytes(PNG)
    app = own_app(app_of(nothing, pictures=pictures, assets=assets_dir(), texts=TEXTS, label=None, synced=lambda: True))
    with serve(app) as url:
        yield url


def test_the_health_check_says_whether_a_sync_ever_ended_well(served: str) -> None:
    answer = get(f"{served}/healthz").json()
    assert (answer["status"], answer["synced"]) == ("ok", True)


def test_the_health_check_names_the_run_so_that_pages_notice_a_restart(served: str) -> None:
    assert get(f"{served}/healthz").json()["run"] == get(f"{served}/healthz").json()["run"] != ""


def test_pictures_are_served_and_nothing_beside_them(served: str) -> None:
    assert get(served + picture_address("pictures/kemeja.png")).content == PNG
    for name in ("missing.png", "..%2Fsecret.png", "%2e%2e%2fsecret.png"):
        assert get(f"{served}/pictures/{name}").status_code == 404


def test_the_demos_exports_are_not_served(served: str) -> None:
    for path in ("/demo/customers_export.csv", "/assets/demo/customers_export.csv", "/i18n/id.json"):
        answer = get(served + path)
        assert answer.status_code == 404 or b"Customer ID" not in answer.content


def test_a_page_of_our_own_may_open_the_socket(served: str) -> None:
    with connect(served.replace("http", "ws") + "/ws", origin=Origin(served)):
        pass


def test_a_page_of_another_site_may_not_open_the_socket(served: str) -> None:
    with (
        pytest.raises(InvalidStatus),
        connect(
            served.replace("http", "ws") + "/ws",
            origin=Origin("https://evil.example"),
        ),
    ):
        pass


def test_a_name_that_only_leads_to_this_machine_is_refused(served: str) -> None:
    assert get(f"{served}/healthz", headers={"host": "evil.example"}).status_code == 400


def test_this_machine_may_be_called_localhost(served: str) -> None:
    assert get(f"{served}/healthz".replace("127.0.0.1", "localhost")).status_code == 200


def test_a_missing_label_is_not_found(served: str) -> None:
    assert get(f"{served}/label.png").status_code == 404


def test_the_font_is_served_to_windows_of_our_own_and_nothing_beside_it(served: str) -> None:
    assert get(f"{served}/fonts/PlusJakartaSans.ttf").headers["content-type"] == "font/ttf"
    for name in ("PlusJakartaSans-OFL.txt", "..%2Fdemo%2Fdemo.toml", "none.ttf"):
        assert get(f"{served}/fonts/{name}").status_code == 404


def base_of(served: str) -> str:
    """The address below which the page finds this version of the client."""
    found = re.search(r'data-base="([^"]+)"', get(served).text)
    assert found is not None
    return served + found.group(1)


@pytest.mark.parametrize("path", ["/", "/customers/42", "/nothing.png", "/healthz", "/pictures/none.png", "/ws"])
def test_every_answer_forbids_other_hosts_and_guessing(served: str, path: str) -> None:
    headers = get(served + path).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


def test_a_refused_host_is_told_the_same(served: str) -> None:
    assert "content-security-policy" in get(served, headers={"host": "evil.example"}).headers


def test_the_policy_names_no_host() -> None:
    assert "//" not in POLICY
    assert "*" not in POLICY
    assert "'unsafe-eval'" not in POLICY


def test_every_screens_address_gives_the_page_which_is_asked_for_anew(served: str) -> None:
    first = get(f"{served}/customers/42?tab=notes")
    assert first.headers["content-type"].startswith("text/html")
    assert first.headers["cache-control"] == "no-cache"
    again = get(f"{served}/scan", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/products/%00", "/customers/%00/turned", "/%00", "/products/%ff", "/nowhere"])
def test_an_address_that_names_nothing_gives_the_page_too_which_says_so(served: str, path: str) -> None:
    answer = get(served + path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["/customers/a.b", "/products/kemeja.png", "/nowhere.html"])
def test_an_address_with_a_dot_opens_the_page_and_is_no_file(served: str, path: str) -> None:
    opened = get(served + path, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (opened.status_code, opened.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert get(served + path, headers={"accept": "image/avif,image/*,*/*;q=0.8"}).status_code == 404


def test_a_missing_file_of_the_client_is_not_found_even_when_opened(served: str) -> None:
    for path in ("/client/0123456789abcdef/page.html", base_of(served).removeprefix(served) + "none.html"):
        assert get(served + path, headers={"accept": "text/html"}).status_code == 404


def test_the_page_runs_no_script_of_its_own_text(served: str) -> None:
    scripts = re.findall(r"<script([^>]*)>", get(served).text)
    assert scripts
    assert all(" src=" in one or 'type="application/json"' in one for one in scripts)


def test_files_of_a_version_are_kept_for_ever_and_sent_compressed(served: str) -> None:
    answer = get(f"{base_of(served)}main.dart.wasm", headers={"accept-encoding": "br, gzip"})
    assert answer.headers["content-type"] == "application/wasm"
    assert "immutable" in answer.headers["cache-control"]
    assert int(answer.headers["content-length"]) < 3_000_000 < len(answer.content)


@pytest.mark.parametrize("takes", ["identity", "br", "gzip;q=0"])
def test_a_browser_that_takes_no_gzip_gets_the_file_as_it_is(served: str, takes: str) -> None:
    answer = get(f"{base_of(served)}flutter.js", headers={"accept-encoding": takes})
    assert "content-encoding" not in answer.headers
    assert b"_flutter" in answer.content


def test_another_version_and_what_the_page_does_not_need_are_not_there(served: str) -> None:
    for path in ("/client/0123456789abcdef/main.dart.wasm", "/main.dart.wasm", "/python.js", "/index.html.map"):
        assert get(served + path).status_code == 404
    for name in ("flutter_service_worker.js", "index.html", "..%2f..%2fdemo/demo.toml", "pyodide/pyodide.mjs"):
        assert get(base_of(served) + name).status_code == 404


def test_a_font_asked_for_by_the_name_of_a_family_is_ours(served: str) -> None:
    for family in (*FALLBACKS, "notosanssc"):
        answer = get(f"{base_of(served)}assets/fonts/{family}/v99/AbC.0.woff2")
        assert answer.content[:4] == b"wOF2"
    assert get(f"{base_of(served)}assets/fonts/wingdings/v1/x.woff2").status_code == 404


def test_controls_of_one_run_have_other_numbers_than_those_of_the_run_before(served: str) -> None:
    assert ft.Text("")._i > 1_000_000  # every process of Flet's own starts at 3; one of ours in a thousand below this


def test_the_bundled_fonts_have_their_licence_beside_them() -> None:
    fonts = assets_dir() / "fonts"
    licences = "".join(path.read_text("utf-8") for path in fonts.rglob("*OFL.txt"))
    assert licences.count("SIL OPEN FONT LICENSE") == 2
    for font in (fonts / "fallback").glob("*.woff2"):
        assert font.name in licences


def test_a_change_of_our_own_files_is_another_version(tmp_path: Path) -> None:
    copy = tmp_path / "assets"
    shutil.copytree(assets_dir() / "client", copy / "client")
    shutil.copytree(assets_dir() / "fonts", copy / "fonts")
    before = WebClient(copy, TEXTS, max_picture_bytes=1).base
    script = copy / "client" / "hub.js"
    script.write_text(script.read_text("utf-8").replace("1000", "1001"), "utf-8")
    assert WebClient(copy, TEXTS, max_picture_bytes=1).base != before


def test_the_page_speaks_every_language_without_the_app(served: str) -> None:
    found = re.search(r'<script type="application/json" id="told">(.*)</script>', get(served).text)
    assert found is not None
    told = json.loads(found.group(1))
    assert set(told["texts"]) == set(TEXTS)
    assert told["texts"]["id"]["lost"] != told["texts"]["en"]["lost"]


def test_files_are_only_read(served: str) -> None:
    assert httpx.post(f"{served}/customers").status_code == 405

"""What the app's web server gives to whom. The real server on a loopback port; the app behind it does nothing."""

from collections.abc import Iterator
from pathlib import Path

import flet as ft
import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from clienteling.hosting import picture_address, web_app
from clienteling.settings import assets_dir
from tests.support.serving import serve

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def nothing(page: ft.Page) -> None:
    """An app that draws nothing."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pictures = tmp_path_factory.mktemp("pictures")
    (pictures / "kemeja.png").write_bytes(PNG)
    (pictures.parent / "secret.png").write_bytes(PNG)
    app = web_app(nothing, pictures=pictures, fonts=assets_dir() / "fonts", label=None, synced=lambda: True)
    with serve(app) as url:
        yield url


def test_the_health_check_says_whether_a_sync_ever_ended_well(served: str) -> None:
    assert httpx.get(f"{served}/healthz").json() == {"status": "ok", "synced": True}


def test_pictures_are_served_and_nothing_beside_them(served: str) -> None:
    assert httpx.get(served + picture_address("pictures/kemeja.png")).content == PNG
    for name in ("missing.png", "..%2Fsecret.png", "%2e%2e%2fsecret.png"):
        assert httpx.get(f"{served}/pictures/{name}").status_code == 404


def test_the_demos_exports_are_not_served(served: str) -> None:
    for path in ("/demo/customers_export.csv", "/assets/demo/customers_export.csv", "/i18n/id.json"):
        answer = httpx.get(served + path)
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
    assert httpx.get(f"{served}/healthz", headers={"host": "evil.example"}).status_code == 400


def test_this_machine_may_be_called_localhost(served: str) -> None:
    assert httpx.get(f"{served}/healthz".replace("127.0.0.1", "localhost")).status_code == 200


def test_a_missing_label_is_not_found(served: str) -> None:
    assert httpx.get(f"{served}/label.png").status_code == 404


def test_the_fonts_folder_is_there(tmp_path: Path) -> None:
    assert (assets_dir() / "fonts" / "PlusJakartaSans.ttf").is_file()

"""The customer's page on a hub: which requests are its own, and what of the app is seen at a label's host."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from clienteling.bootstrap.counting import ScanCounting
from clienteling.bootstrap.device import open_device
from clienteling.bootstrap.shelf import hub_shelf, hub_site
from clienteling.hosting import MadeOnce, app_of, own_app
from clienteling.settings import assets_dir, read_settings, remember
from sync.protocol.times import utc_now
from tests.app.test_hosting import TEXTS, nothing
from tests.support.serving import serve

get = partial(httpx.get, timeout=60)
GTIN = "08990000010203"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A hub whose store is still empty."""
    folder = tmp_path_factory.mktemp("device")
    settings = read_settings(folder, plain_store=True, key_file=folder / "key", brand_name="Benang Teduh")
    with open_device(settings, now=utc_now, may_create=True) as device:
        app = own_app(
            app_of(
                nothing,
                pictures=folder,
                assets=assets_dir(),
                texts=TEXTS,
                label=None,
                synced=lambda: True,
            ),
            shelf=MadeOnce(partial(hub_shelf, device, folder, ScanCounting(device.store, now=utc_now))),
            shelf_hosts=["toko.example"],
        )
        with serve(app) as url:
            yield url


@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.20:8000", "toko.example", "TOKO.EXAMPLE.:8000"])
def test_a_label_is_answered_at_every_host(served: str, host: str) -> None:
    answer = get(f"{served}/SBDG/01/{GTIN}", headers={"host": host})
    assert answer.status_code == 404
    assert "Barang ini tidak kami kenal" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "Benang Teduh" in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/customers/a.b", "/fonts/PlusJakartaSans.ttf", "/client/x/build.js"]
)
def test_nothing_of_the_app_is_seen_at_a_labels_host_or_from_outside(served: str, path: str) -> None:
    at_label = get(served + path, headers={"host": "toko.example"})
    assert (at_label.status_code, "Halaman ini tidak ada" in at_label.text) == (404, True)
    assert get(served + path, headers={"host": "192.168.1.20"}).status_code == 400


def test_the_app_is_served_as_before(served: str) -> None:
    assert get(f"{served}/healthz").json()["status"] == "ok"
    assert "flutter" in get(f"{served}/customers/01", headers={"accept": "text/html"}).text.lower()


def test_the_icon_without_a_logo_is_the_programs_own(served: str) -> None:
    text = get(f"{served}/shelf/saved").text
    icon = text.split('<link rel="icon" href="')[1].split('"')[0]
    assert get(served + icon).headers["content-type"] == "image/svg+xml"


def test_the_pages_speak_of_the_first_host_on_the_labels(tmp_path: Path) -> None:
    remember(tmp_path, own_hosts=["benang.example", "toko.example"], brand_accent="#ffee00")
    site = hub_site(read_settings(tmp_path))
    assert (site.base_url, site.brand.accent, site.requests_a_minute) == ("https://benang.example", "#FFEE00", 600)

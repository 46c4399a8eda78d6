"""The camera in a real browser: a film of a shelf label is read, and a camera that is not allowed says so."""

import os
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Final, Literal

import pytest
import qrcode
from PIL import Image, ImageDraw

from build_scripts.chromium import MISSING, find_chromium
from clienteling.hosting import web_app
from clienteling.i18n import load_translators
from clienteling.ui.app import build_main
from clienteling.use_cases.resolve_scan import decode_picture
from tests.support.browser import DESKTOP, TABLET, BrowserThread, FletPage
from tests.support.fake_products import LABEL, product_shop
from tests.support.fake_services import FakeShop
from tests.support.serving import serve

pytestmark = pytest.mark.browser

ASSETS = Path(__file__).parents[2] / "assets"
OPENED = r"/products/kemeja\?variant=variant-putih-m$"
FRAME = (1280, 720)
GIVEN_UP_WITHIN_MS = 4_000
PAINTED_WITHIN_MS = 1_500
Scheme = Literal["light", "dark"]
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
TRACKS = """() => {
    const videos = [];
    const walk = (root) => {
        for (const one of root.querySelectorAll("*")) {
            if (one.tagName === "VIDEO") videos.push(one);
            if (one.shadowRoot) walk(one.shadowRoot);
        }
    };
    walk(document);
    const tracks = videos.flatMap((video) => (video.srcObject ? video.srcObject.getVideoTracks() : []));
    return tracks.filter((track) => track.readyState === "live").length;
}"""
TURN = """state => {
    Object.defineProperty(document, "visibilityState", {value: state, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""
NO_LABEL_YET = 20
"""Frames of the film before the label comes into view, so that the camera is seen before it ends."""


def film(label: str, path: Path) -> Path:
    """A film as Chromium takes it for a camera's: JPEGs, one after the other. The label comes in from the left."""
    code = qrcode.make(label, box_size=6).get_image().convert("RGB")
    frames = BytesIO()
    for n in range(NO_LABEL_YET + 20):
        wall = Image.new("RGB", FRAME, (170, 160, 150))
        ImageDraw.Draw(wall).rectangle((20 * (n % 30), 640, 20 * (n % 30) + 200, 700), fill=(90, 60, 50))
        if n >= NO_LABEL_YET:
            wall.paste(code, (500 + n, 200))
        wall.save(frames, "JPEG", quality=85)
    path.write_bytes(frames.getvalue())
    return path


@pytest.fixture(scope="module")
def filmed(chromium: BrowserThread, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserThread]:
    """A browser with a camera that shows the film; it asks a person, who in a test is the profile's permission."""
    program = find_chromium()
    if program is None:
        pytest.fail(MISSING, pytrace=False)
    path = film(LABEL, tmp_path_factory.mktemp("camera") / "label.mjpeg")
    browser = BrowserThread(
        program, more_flags=("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={path}")
    )
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The page as the hub serves it, with its Content-Security-Policy, over a fake shop that decodes for real."""
    shop: FakeShop = product_shop()
    shop.decode_picture = decode_picture  # type: ignore[method-assign]  # the shop is a fake
    main = build_main(shop.services(), texts=ASSETS / "i18n", default_associate_id="associate-rina")
    app = web_app(
        main,
        pictures=ASSETS / "demo" / "pictures",
        assets=ASSETS,
        texts=load_translators(ASSETS / "i18n"),
        label=None,
        synced=lambda: True,
    )
    with serve(app) as served:
        yield served


@pytest.fixture
def open_filmed(filmed: BrowserThread, address: str) -> Iterator[Callable[..., FletPage]]:
    """Opens the scan screen in the browser that has a camera, in a fresh profile."""
    opened: list[FletPage] = []

    def open_scan(*, size: tuple[int, int] = TABLET, locale: str = "id-ID", scheme: Scheme = "light") -> FletPage:
        flet = FletPage(filmed, filmed.new_context(size=size, locale=locale, timezone="Asia/Jakarta"))
        opened.append(flet)
        flet.run(flet.page.emulate_media(color_scheme=scheme))
        flet.go(f"{address}/scan")
        flet.identifier("camera-start").wait()
        return flet

    yield open_scan
    for flet in opened:
        flet.close()


def start(flet: FletPage) -> None:
    flet.run(flet.page.locator('[flt-semantics-identifier="camera-start"]').get_by_role("button").click())


def cameras_running(flet: FletPage) -> int:
    """How many cameras the page holds."""
    return int(flet.run(flet.page.evaluate(TRACKS)))


async def heard(flet: FletPage) -> None:
    """Nothing, once the page has sounded a tone to its end."""
    while await flet.page.evaluate("window.clientelingPage.tones") < 1:
        await flet.page.wait_for_timeout(50)


def test_a_label_held_before_the_camera_opens_its_product_and_the_camera_is_released(
    open_filmed: Callable[..., FletPage], address: str
) -> None:
    flet = open_filmed()
    start(flet)
    flet.wait_text("Kamera tidak diizinkan.")
    flet.run(flet.context.grant_permissions(["camera"], origin=address))
    start(flet)
    flet.wait_text("Isi bingkai dengan label.")
    assert cameras_running(flet) == 1
    flet.wait_url(OPENED)
    flet.wait_text("2 di toko ini")
    assert cameras_running(flet) == 0
    flet.back()
    flet.identifier("past-scan-0").wait()


def test_a_read_label_is_heard_and_nothing_of_it_is_kept(open_filmed: Callable[..., FletPage], address: str) -> None:
    flet = open_filmed()
    flet.run(flet.context.grant_permissions(["camera"], origin=address))
    start(flet)
    flet.wait_url(OPENED)
    flet.run(heard(flet))
    kept = flet.run(flet.page.evaluate("JSON.stringify([localStorage, sessionStorage])"))
    assert "sound" not in kept
    assert not [line for line in flet.console if "AudioContext" in line]


def test_a_page_that_is_hidden_lets_go_of_the_camera(open_filmed: Callable[..., FletPage], address: str) -> None:
    flet = open_filmed()
    flet.run(flet.context.grant_permissions(["camera"], origin=address))
    start(flet)
    flet.wait_text("Isi bingkai dengan label.")
    flet.run(flet.page.evaluate(TURN, "hidden"))
    flet.run(flet.page.wait_for_timeout(GIVEN_UP_WITHIN_MS))
    assert cameras_running(flet) == 0


def contact_sheet(shots: Sequence[Path], *, width: int = 560) -> Image.Image:
    """All pictures beside each other, four in a row, at one width."""
    images = [Image.open(path).convert("RGB") for path in shots]
    small = [image.resize((width, width * image.height // image.width)) for image in images]
    height = max(image.height for image in small)
    sheet = Image.new("RGB", (4 * width, -(-len(small) // 4) * height), "white")
    for n, image in enumerate(small):
        sheet.paste(image, (n % 4 * width, n // 4 * height))
    return sheet


if "CLIENTELING_SCREENSHOTS" in os.environ:  # a task, not a test: where nobody asks for it, none is skipped

    def test_pictures_of_the_camera_at_work(open_filmed: Callable[..., FletPage], address: str) -> None:
        folder = Path(os.environ["CLIENTELING_SCREENSHOTS"])
        shots: list[Path] = []
        for locale, scheme, size in product(("id-ID", "en-GB"), SCHEMES, (TABLET, DESKTOP)):
            flet = open_filmed(size=size, locale=locale, scheme=scheme)
            flet.run(flet.context.grant_permissions(["camera"], origin=address))
            start(flet)
            flet.wait_text({"id-ID": "Isi bingkai", "en-GB": "Fill the frame"}[locale])
            flet.run(flet.page.wait_for_timeout(PAINTED_WITHIN_MS))
            path = folder / "scan-camera" / f"{locale[:2]}-{scheme}-{size[0]}.png"
            shots.append(flet.screenshot(path))
        contact_sheet(shots).save(folder / "scan-camera.png", optimize=True)

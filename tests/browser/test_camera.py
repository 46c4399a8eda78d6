"""The camera in a real browser: a film of a shelf label is read, and a camera that is not allowed says so."""

import asyncio
import os
from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Final, Literal

import pytest
import qrcode
from PIL import Image, ImageDraw

from clienteling.use_cases.resolve_scan import decode_picture
from sync.protocol.times import utc_now
from tests.browser.conftest import Hub
from tests.support.browser import DESKTOP, TABLET, FletPage
from tests.support.fake_products import LABEL, product_shop
from tests.support.fake_services import FakeShop
from tests.support.tabs import OpenFlet

pytestmark = pytest.mark.browser

OPENED = r"/products/kemeja\?variant=variant-putih-m$"
FRAME = (1280, 720)
GIVEN_UP_WITHIN_MS = 4_000
WALL: Final = (170, 160, 150)
"""What the film shows behind the label."""
PAINTED_WITHIN_MS = 60_000
LEAST_OF_THE_SCREEN: Final = 0.04
NEAR: Final = 12
"""Of 255: so far a colour may be from the film's once the browser has packed and drawn it."""
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
WATCH = f"""() => {{
    window.mostCameras = 0;
    const running = {TRACKS};
    setInterval(() => {{ window.mostCameras = Math.max(window.mostCameras, running()); }}, 50);
}}"""
TURN = """state => {
    Object.defineProperty(document, "visibilityState", {value: state, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""
NO_LABEL_YET = 20
"""Frames of the film before the label comes into view, so that the camera is seen before it ends."""


def film(label: str | None, path: Path) -> Path:
    """A film as Chromium takes it for a camera's: JPEGs, one after the other. The label comes in from the left; without
    one, a shelf is seen that nothing can be read from."""
    code = qrcode.make(label or "", box_size=6).get_image().convert("RGB")
    frames = BytesIO()
    for n in range(NO_LABEL_YET + 20):
        wall = Image.new("RGB", FRAME, WALL)
        ImageDraw.Draw(wall).rectangle((20 * (n % 30), 640, 20 * (n % 30) + 200, 700), fill=(90, 60, 50))
        if label and n >= NO_LABEL_YET:
            wall.paste(code, (500 + n, 200))
        wall.save(frames, "JPEG", quality=85)
    path.write_bytes(frames.getvalue())
    return path


@pytest.fixture
def address(hub_of_ours: Hub, camera_film: Path) -> str:
    """The app over a fake shop that decodes for real; a label comes before the camera."""
    if not camera_film.exists():
        film(LABEL, camera_film)
    shop: FakeShop = product_shop()
    shop.decode_picture = decode_picture  # type: ignore[method-assign]  # the shop is a fake
    return hub_of_ours.show(shop.services(demo=False), now=utc_now)


@pytest.fixture
def open_scan(open_flet: OpenFlet, address: str) -> Callable[..., FletPage]:
    """Opens the scan screen."""

    def opened(*, size: tuple[int, int] = TABLET, locale: str = "id-ID", scheme: Scheme = "light") -> FletPage:
        flet = open_flet(f"{address}/scan", size=size, locale=locale)
        flet.run(flet.page.emulate_media(color_scheme=scheme))
        flet.identifier("camera-start").wait()
        return flet

    return opened


def start(flet: FletPage) -> None:
    flet.run(flet.page.locator('[flt-semantics-identifier="camera-start"]').get_by_role("button").click())


def cameras_running(flet: FletPage) -> int:
    """How many cameras the page holds."""
    return int(flet.run(flet.page.evaluate(TRACKS)))


async def heard(flet: FletPage) -> None:
    """Nothing, once the page has sounded a tone to its end."""
    while await flet.page.evaluate("window.clientelingPage.tones") < 1:
        await flet.page.wait_for_timeout(50)


def test_a_label_held_before_the_camera_is_heard_and_opens_its_product_and_the_camera_is_released(
    open_scan: Callable[..., FletPage], address: str
) -> None:
    flet = open_scan()
    start(flet)
    flet.wait_text("Kamera tidak diizinkan.")
    flet.run(flet.context.grant_permissions(["camera"], origin=address))
    flet.run(flet.page.evaluate(WATCH))
    start(flet)
    flet.wait_url(OPENED)
    flet.wait_text("2 di toko ini")
    assert flet.run(flet.page.evaluate("window.mostCameras")) == 1
    assert cameras_running(flet) == 0
    flet.run(heard(flet))
    kept = flet.run(flet.page.evaluate("JSON.stringify([localStorage, sessionStorage])"))
    assert "sound" not in kept
    assert not [line for line in flet.console if "AudioContext" in line]
    flet.back()
    flet.identifier("past-scan-0").wait()


def test_a_page_that_is_hidden_lets_go_of_the_camera(open_scan: Callable[..., FletPage], address: str) -> None:
    flet = open_scan()
    flet.run(flet.context.grant_permissions(["camera"], origin=address))
    start(flet)
    flet.wait_text("Isi bingkai dengan label.")
    flet.run(flet.page.evaluate(TURN, "hidden"))
    flet.run(flet.page.wait_for_timeout(GIVEN_UP_WITHIN_MS))
    assert cameras_running(flet) == 0


def shows_the_film(picture: bytes) -> bool:
    """Whether the camera's picture is on the screen: it comes after the words, later still on a busy machine."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    image.thumbnail((200, 200))
    alike = [all(abs(part - wall) < NEAR for part, wall in zip(dot, WALL, strict=True)) for dot in pixels(image)]
    return sum(alike) > LEAST_OF_THE_SCREEN * len(alike)


def pixels(image: Image.Image) -> list[tuple[int, ...]]:
    """Every dot's red, green and blue."""
    parts = image.tobytes()
    return [tuple(parts[at : at + 3]) for at in range(0, len(parts), 3)]


async def painted(flet: FletPage) -> None:
    """Nothing, once a person sees what the camera sees."""
    async with asyncio.timeout(PAINTED_WITHIN_MS / 1_000):
        while not shows_the_film(await flet.page.screenshot()):
            await flet.page.wait_for_timeout(500)


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

    def test_pictures_of_the_camera_at_work(
        open_scan: Callable[..., FletPage], address: str, camera_film: Path
    ) -> None:
        film(None, camera_film)
        folder = Path(os.environ["CLIENTELING_SCREENSHOTS"])
        shots: list[Path] = []
        for locale, scheme, size in product(("id-ID", "en-GB"), SCHEMES, (TABLET, DESKTOP)):
            flet = open_scan(size=size, locale=locale, scheme=scheme)
            flet.run(flet.context.grant_permissions(["camera"], origin=address))
            start(flet)
            flet.wait_text({"id-ID": "Isi bingkai", "en-GB": "Fill the frame"}[locale])
            flet.run(painted(flet))
            path = folder / "scan-camera" / f"{locale[:2]}-{scheme}-{size[0]}.png"
            shots.append(flet.screenshot(path))
            flet.go_on("/")  # several cameras at once are more than this machine can draw
            flet.identifier("card-0").wait()
        (folder / "sheets").mkdir(exist_ok=True)
        contact_sheet(shots).save(folder / "sheets" / "scan-camera.png", optimize=True)

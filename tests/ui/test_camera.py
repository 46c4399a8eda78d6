"""The camera panel over a client that answers for a camera: reading, ending, refusing, switching."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import flet as ft
import pytest
from flet_camera import Camera  # type: ignore[import-untyped]  # it has no types

from clienteling.ui.app import build_main
from clienteling.ui.browser_language import own_page
from clienteling.ui.client_memory import SOUND
from clienteling.ui.components.camera_reading import CameraEnd, reason_in
from clienteling.use_cases.answers import ScanAnswer
from tests.support.fake_products import FOREIGN_LABEL, GTIN, LABEL, product_shop
from tests.support.fake_services import FakeShop
from tests.support.flet_harness import Screen, flet_session
from tests.ui.conftest import TEXTS, run

FRONT = {"name": "front", "lens_direction": "front", "sensor_orientation": 0}
BACK = {"name": "back", "lens_direction": "back", "sensor_orientation": 90}
LANGUAGE = "en"


class FakeCamera:
    """A camera as the browser has it. `views` are what it sees, one after another; the last one stays.

    Time goes on by what the reader sleeps, and each sleep lets it take one more picture.
    """

    def __init__(self, *views: tuple[str, ...], cameras: tuple[dict[str, Any], ...] = (BACK,)) -> None:
        self.views = list(views) or [()]
        self.cameras = cameras
        self.opened: list[str] = []
        self.pictures = 0
        self.lit: list[str] = []
        self.sounds: list[str] = []
        self.refusal = ""
        self.frozen = False
        self.has_torch = False
        self.now = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
        self.most_pictures = 1_000_000
        self.film_goes_on = asyncio.Event()

    def answers(self) -> dict[str, Callable[[Any], object]]:
        return {
            "get_available_cameras": lambda _: self._allowed(list(self.cameras)),
            "initialize": lambda args: self.opened.append(args["description"].name),
            "take_picture": lambda _: self._picture(),
            "set_flash_mode": self._light,
            "set": self._keep,
        }

    def decode(self, picture: bytes, thorough: bool = True) -> tuple[str, ...]:
        shot = int(picture.partition(b" ")[0])
        return self.views[min(shot, len(self.views)) - 1]

    async def sleep(self, seconds: float) -> None:
        if seconds > 10:  # a clock's tick
            await asyncio.Event().wait()
        if self.pictures >= self.most_pictures:
            await self.film_goes_on.wait()
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def _allowed(self, answer: object) -> object:
        if self.refusal:
            raise RuntimeError(self.refusal)
        return answer

    def _picture(self) -> bytes:
        self.pictures += 1
        return b"1 frozen" if self.frozen else f"{self.pictures} picture".encode()

    def _keep(self, args: Any) -> None:
        """The page around the camera takes wishes for sounds from what it is asked to remember."""
        if args["key"] == SOUND:
            self.sounds.append(args["value"])

    def _light(self, args: Any) -> None:
        if not self.has_torch:
            raise RuntimeError("CameraException(torchModeNotSupported, ...)")
        self.lit.append(args["mode"].value)


@asynccontextmanager
async def scan_screen(camera: FakeCamera, shop: FakeShop | None = None, *, web: bool = True) -> AsyncIterator[Screen]:
    """The scan screen before a press on the camera's button."""
    shop = shop or product_shop()
    shop.decode_picture = lambda picture: camera.decode(picture)  # type: ignore[method-assign]  # the shop is a fake
    main = build_main(
        shop.services(),
        texts=TEXTS,
        default_associate_id="associate-rina",
        default_language=LANGUAGE,
        now=lambda: camera.now,
        sleep=camera.sleep,
    )

    def answering(page: ft.Page) -> None:
        connection: Any = page.session.connection
        connection.answers.update(camera.answers())
        main(page)

    async with flet_session(answering, route="/scan?lang=en", web=web) as screen:
        yield screen


async def start(screen: Screen) -> None:
    """A press on the button, without waiting for the reading to rest."""
    button = screen.inside("camera-start", ft.OutlinedButton)
    await screen.session.dispatch_event(button._i, "click", None)


def test_no_camera_is_asked_for_before_a_press() -> None:
    async def journey() -> None:
        camera = FakeCamera((LABEL,))
        async with scan_screen(camera) as screen:
            assert (camera.opened, camera.pictures) == ([], 0)
            assert not screen.of_type(Camera)

    run(journey())


def test_a_label_in_view_opens_its_product_and_releases_the_camera() -> None:
    async def journey() -> None:
        camera = FakeCamera((), (), (LABEL,))
        async with scan_screen(camera) as screen:
            await start(screen)
            await screen.until(lambda: screen.route.startswith("/products/"))
            await screen.settle()
            assert screen.route == "/products/kemeja?variant=variant-putih-m"
            assert not screen.of_type(Camera)
            taken = camera.pictures
            await screen.settle()
            assert camera.pictures == taken

    run(journey())


@pytest.mark.parametrize(("ours", "heard"), [(True, ["ready", "read"]), (False, [])])
def test_a_read_is_heard_in_our_own_page_and_leaves_nothing_in_any_other(ours: bool, heard: list[str]) -> None:
    async def journey() -> None:
        camera = FakeCamera((), (), (LABEL,))
        token = own_page.set(ours)
        try:
            async with scan_screen(camera) as screen:
                assert camera.sounds == heard[:1], "no press has started the camera yet"
                await start(screen)
                await screen.until(lambda: screen.route.startswith("/products/"))
                await screen.settle()
                assert camera.sounds == heard
        finally:
            own_page.reset(token)

    run(journey())


def test_a_label_with_the_same_product_twice_opens_it_without_a_question() -> None:
    async def journey() -> None:
        async with scan_screen(FakeCamera((LABEL, GTIN))) as screen:
            await start(screen)
            await screen.until(lambda: screen.route.startswith("/products/"))

    run(journey())


def test_several_codes_in_view_are_offered_by_name_and_the_camera_rests() -> None:
    async def journey() -> None:
        async with scan_screen(FakeCamera((LABEL, "otherwise", "unknown"))) as screen:
            await start(screen)
            await screen.until(lambda: screen.has("picture-codes"))
            assert "Kemeja" in screen.words_of("picture-code-0")
            assert screen.has("picture-code-2")
            assert screen.words_of("camera-end").startswith("Several codes were in view.")

    run(journey())


def test_a_label_that_stays_in_view_is_one_scan() -> None:
    async def journey() -> None:
        seen, blurred = (FOREIGN_LABEL,), ()
        shop, camera = product_shop(), FakeCamera(seen, blurred, blurred, blurred, blurred, seen)
        camera.most_pictures = 30
        asked: list[str] = []
        known = shop.resolve_scan

        def resolve(code: str) -> ScanAnswer:
            asked.append(code)
            return known(code)

        shop.resolve_scan = resolve  # type: ignore[method-assign]  # the shop is a fake
        async with scan_screen(camera, shop) as screen:
            await start(screen)
            await screen.until(lambda: camera.pictures == 30)
            await screen.settle()
            assert asked == [FOREIGN_LABEL]
            assert screen.has("foreign-host")
            assert screen.has("camera")

    run(journey())


def test_after_a_minute_without_a_code_the_camera_is_released_until_a_press() -> None:
    async def journey() -> None:
        camera = FakeCamera(())
        async with scan_screen(camera) as screen:
            await start(screen)
            await screen.until(lambda: screen.has("camera-end"))
            assert "after a minute without a label" in screen.words_of("camera-end")
            assert not screen.of_type(Camera)
            assert 120 < camera.pictures < 200
            await start(screen)
            await screen.until(lambda: len(camera.opened) == 2)

    run(journey())


def test_a_hidden_page_releases_the_camera() -> None:
    async def journey() -> None:
        camera = FakeCamera(())
        camera.most_pictures = 3
        async with scan_screen(camera) as screen:
            await start(screen)
            await screen.until(lambda: camera.pictures == 3)
            await screen.session.dispatch_event(1, "app_lifecycle_state_change", {"state": "hide"})
            camera.film_goes_on.set()
            await screen.until(lambda: screen.has("camera-end"))
            assert "because this page was hidden" in screen.words_of("camera-end")
            assert not screen.of_type(Camera)
            assert camera.opened == ["back", ""]  # none in the place of the one before, which lets go of it
            assert camera.pictures <= 4

    run(journey())


def test_leaving_the_screen_ends_the_pictures() -> None:
    async def journey() -> None:
        camera = FakeCamera(())
        async with scan_screen(camera) as screen:
            await start(screen)
            await screen.until(lambda: camera.pictures > 2)
            await screen.session.dispatch_event(1, "route_change", {"route": "/"})
            screen.session.apply_page_patch({"route": "/"})
            await screen.until(lambda: not screen.of_type(Camera))
            await screen.settle()
            taken = camera.pictures
            await screen.settle()
            assert camera.pictures == taken

    run(journey())


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("CameraException(CameraAccessDenied, Permission denied)", CameraEnd.REFUSED),
        ("CameraException(NotAllowedError, Permission dismissed)", CameraEnd.REFUSED),
        ("CameraException(cameraNotReadable, in use)", CameraEnd.BUSY),
        ("CameraException(cameraNotFound, none)", CameraEnd.NONE),
        ("CameraException(cameraNotSupported, no https)", CameraEnd.UNSUPPORTED),
        ("something else", CameraEnd.FAILED),
    ],
)
def test_a_camera_that_does_not_open_says_why_and_what_else_there_is(words: str, end: CameraEnd) -> None:
    async def journey() -> None:
        camera = FakeCamera()
        camera.refusal = words
        async with scan_screen(camera) as screen:
            await start(screen)
            await screen.until(lambda: screen.has("camera-end"))
            said = screen.words_of("camera-end")
            assert "type the code, use a scanner, or choose a picture" in said.replace("Type", "type")
            assert words not in screen.words()
            assert screen.has("scan-field")
            assert screen.has("scan-picture")

    assert reason_in(words) is end
    run(journey())


def test_a_device_without_a_camera_says_so() -> None:
    async def journey() -> None:
        async with scan_screen(FakeCamera(cameras=())) as screen:
            await start(screen)
            await screen.until(lambda: screen.has("camera-end"))
            assert screen.words_of("camera-end").startswith("There is no camera on this device.")

    run(journey())


def test_a_camera_pulled_out_is_noticed_by_its_frozen_picture() -> None:
    async def journey() -> None:
        camera = FakeCamera(())
        camera.frozen = True
        async with scan_screen(camera) as screen:
            await start(screen)
            await screen.until(lambda: screen.has("camera-end"))
            assert screen.words_of("camera-end").startswith("The camera stopped giving pictures.")
            assert camera.pictures < 20

    run(journey())


def test_the_camera_at_the_back_comes_first_and_the_choice_stays() -> None:
    async def journey() -> None:
        camera = FakeCamera((), cameras=(FRONT, BACK))
        camera.most_pictures = 2
        async with scan_screen(camera) as screen:
            await start(screen)
            await screen.until(lambda: screen.has("camera-switch"))
            await screen.settle()
            await screen.press("camera-switch")
            await screen.until(lambda: len(camera.opened) == 2)
            await screen.until(lambda: screen.has("camera-switch"))
            await screen.press("camera-stop")
            await start(screen)
            await screen.until(lambda: len(camera.opened) == 3)
            assert camera.opened == ["back", "front", "front"]

    run(journey())


@pytest.mark.parametrize("has_torch", [True, False])
def test_the_light_is_offered_where_the_camera_has_one(has_torch: bool) -> None:
    async def journey() -> None:
        camera = FakeCamera(())
        camera.has_torch, camera.most_pictures = has_torch, 1
        async with scan_screen(camera) as screen:
            await start(screen)
            await screen.until(lambda: camera.pictures == 1)
            await screen.settle()
            assert screen.has("camera-light") == has_torch
            if has_torch:
                await screen.press("camera-light")
                assert camera.lit == ["off", "torch"]
                assert "Light off" in screen.words_of("camera-light")

    run(journey())


def test_a_window_on_a_desktop_offers_a_picture_instead_of_the_camera() -> None:
    async def journey() -> None:
        async with scan_screen(FakeCamera(), web=False) as screen:
            assert not screen.has("camera-start")
            assert screen.words_of("camera-not-here").startswith("The camera works in a browser.")
            assert screen.has("scan-picture")

    run(journey())

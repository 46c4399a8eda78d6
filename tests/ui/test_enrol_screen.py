"""The first screen of a device that has not enrolled: address and code, what is wrong with them, then the app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import flet as ft
import pytest
import qrcode
from flet_camera import Camera  # type: ignore[import-untyped]  # it has no types
from PIL import Image

from clienteling.domain.brand import NO_BRAND
from clienteling.domain.errors import ClientelingError, StoreDamaged, ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.ui.app import build_main
from clienteling.use_cases.front_door import FirstDoor, enrolment_codes
from clienteling.use_cases.services import Services
from tests.support.fake_services import FakeShop, start_clock
from tests.support.flet_harness import Screen, flet_session
from tests.ui.conftest import TEXTS, never, run
from tests.ui.test_camera import FakeCamera, start

SERVER = "https://pusat.example"


@dataclass
class NotEnrolled:
    """A device whose server is in this test's hand."""

    refused: ClientelingError | None = None
    taken: list[tuple[str, str]] = field(default_factory=list)
    opened: Signal[Services | None] = field(default_factory=lambda: Signal(None))

    def enrol(self, server: str, code: str) -> None:
        if self.refused is not None:
            raise self.refused
        self.taken.append((server, code))
        self.opened.publish(FakeShop().services(demo=False))


@asynccontextmanager
async def opened(device: NotEnrolled, server: str = SERVER, language: str = "id") -> AsyncIterator[Screen]:
    door = FirstDoor(NO_BRAND, device.opened, server, device.enrol)
    main = build_main(door, texts=TEXTS, default_language=language, now=start_clock, sleep=never)
    async with flet_session(main, route="/", size=(768, 1024)) as screen:
        yield screen


@asynccontextmanager
async def opened_before(camera: FakeCamera, device: NotEnrolled) -> AsyncIterator[Screen]:
    """In a browser with a camera."""
    door = FirstDoor(NO_BRAND, device.opened, SERVER, device.enrol, camera.decode)
    main = build_main(door, texts=TEXTS, default_language="id", now=lambda: camera.now, sleep=camera.sleep)

    def answering(page: ft.Page) -> None:
        connection: Any = page.session.connection
        connection.answers.update(camera.answers())
        main(page)

    async with flet_session(answering, route="/", size=(768, 1024), web=True) as screen:
        yield screen


def test_by_address_and_code_the_app_opens_in_the_same_window() -> None:
    device = NotEnrolled()

    async def journey() -> None:
        async with opened(device, "") as screen:
            assert "Daftarkan perangkat ini" in screen.words_of("enrol-title")
            await screen.type("enrol-server", SERVER)
            await screen.type("enrol-code", "K7M2-PXQR")
            await screen.press("enrol")
            assert device.taken == [(SERVER, "K7M2-PXQR")]
            await screen.until(lambda: screen.has("choose-associate"))
            assert not screen.has("enrol")

    run(journey())


def test_a_scanner_that_types_sends_the_code_with_its_last_key() -> None:
    device = NotEnrolled()

    async def journey() -> None:
        async with opened(device) as screen:
            assert screen.typed("enrol-server") == SERVER
            assert screen.inside("enrol-code", ft.TextField).autofocus
            await screen.type("enrol-code", "ENROL-K7M2PXQR")
            await screen.submit("enrol-code")
            assert device.taken == [(SERVER, "ENROL-K7M2PXQR")]

    run(journey())


@pytest.mark.parametrize(
    ("language", "code", "field", "words"),
    [
        ("id", "enrolment.used", "code", "sudah"),
        ("en", "enrolment.bad_code", "code", "That is not an enrolment code."),
        ("en", "enrolment.expired", "code", "This code has expired."),
        ("en", "first.no_server", "server", "The server cannot be reached at this address."),
        ("id", "first.bad_address", "server", "Itu bukan alamat pusat."),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    language: str, code: str, field: str, words: str
) -> None:
    device = NotEnrolled(ValidationFailed(field, code))

    async def journey() -> None:
        async with opened(device, language=language) as screen:
            await screen.type("enrol-code", "K7M2PXQR")
            await screen.press("enrol")
            assert words in screen.problem(f"enrol-{field}")
            assert screen.typed("enrol-code") == "K7M2PXQR"
            device.refused = None
            await screen.press("enrol")
            assert device.taken == [(SERVER, "K7M2PXQR")]

    run(journey())


def test_a_store_that_cannot_be_opened_is_a_sentence() -> None:
    async def journey() -> None:
        async with opened(NotEnrolled(StoreDamaged()), language="en") as screen:
            await screen.type("enrol-code", "K7M2PXQR")
            await screen.press("enrol")
            assert "is damaged" in screen.words()

    run(journey())


def test_a_code_before_the_camera_enrols_the_device() -> None:
    device, camera = NotEnrolled(), FakeCamera((), ("ENROL-K7M2PXQR",))

    async def journey() -> None:
        async with opened_before(camera, device) as screen:
            assert not screen.of_type(Camera), "no camera is asked for before a press"
            await start(screen)
            await screen.until(lambda: screen.has("choose-associate"))
            assert device.taken == [(SERVER, "ENROL-K7M2PXQR")]
            assert not screen.of_type(Camera)

    run(journey())


def test_a_camera_that_cannot_be_used_says_to_type_the_code() -> None:
    async def journey() -> None:
        async with opened_before(FakeCamera(cameras=()), NotEnrolled()) as screen:
            await start(screen)
            await screen.until(lambda: screen.has("camera-end"))
            assert (
                screen.words_of("camera-end")
                == "Kamera tidak bisa dipakai di sini. Ketik kodenya, atau pakai pemindai."
            )

    run(journey())


def test_a_label_beside_the_code_is_not_taken_for_one() -> None:
    picture = BytesIO()
    with Image.new("L", (900, 450), 255) as sheet:
        for at, words in enumerate(("ENROL-K7M2PXQR", "8991234567891")):
            symbol = qrcode.QRCode(box_size=8, border=4)
            symbol.add_data(words)
            sheet.paste(symbol.make_image().get_image(), (20 + 450 * at, 40))
        sheet.save(picture, "PNG")
    assert enrolment_codes(picture.getvalue(), True) == ("ENROL-K7M2PXQR",)

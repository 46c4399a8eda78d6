"""The camera, where labels are scanned and a new device is shown its code: a button, then what the camera sees with the
frame to fill, until something ends it.

It starts by a press only, since browsers refuse to ask out of the blue. What ends it takes the control off the screen,
and with it Flutter stops the camera and its light. `camera_reading` does the reading.

A read is felt (the device's vibration, where it has one), seen (the frame turns green) and heard, in our own page.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import flet as ft
from flet_camera import Camera  # type: ignore[import-untyped]  # it has no types

from clienteling.ui.client_memory import Sound, memory_of
from clienteling.ui.components.camera_reading import (
    CameraEnd,
    Decode,
    OpenCamera,
    light,
    open_camera,
    read_codes,
    release,
)
from clienteling.ui.hooks import SetState, nothing_to_clean, use_session, use_state, use_text
from clienteling.ui.kit import Press, body_text, detail_text, identified, keyed, quiet_button, safe, unchanged_skips
from clienteling.ui.session import UiSession
from clienteling.ui.theme import GAP, RADIUS, UNIT, Role

FLASH_S: Final = 0.6
_STAGE_HEIGHT: Final = 420
_FRAME: Final = (220, 200)
"""Fits within what a tablet held upright sees, too."""
_KEPT_AS: Final = "scan.camera"
_NO_FAULT: Final = frozenset({CameraEnd.IDLE, CameraEnd.HIDDEN, CameraEnd.SEVERAL})
_CAN_USE: Final = frozenset({ft.PagePlatform.ANDROID, ft.PagePlatform.IOS})

Found = Callable[[tuple[str, ...]], None]


@dataclass(frozen=True, slots=True)
class CameraUse:
    """What a camera is for, as keys of messages.

    hint    beside the button
    fill    what to hold before it
    fault   what to do instead where it cannot be used; "" where each end's own sentence says that
    decode  the codes in a picture, None: as the session's services read them
    """

    hint: str = "scan.camera_hint"
    fill: str = "scan.camera_fill"
    fault: str = ""
    decode: Decode | None = None


LABELS: Final = CameraUse()


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the person sees of the camera.

    runs    how often it was started: each run has a control of its own, so that nothing of the last one is left
    opened  None until the camera gives pictures
    end     why it is off again, None where nobody needs to be told
    """

    runs: int = 0
    is_on: bool = False
    opened: OpenCamera | None = None
    end: CameraEnd | None = None
    is_lit: bool = False
    flashes: bool = False


class _Handling:
    """One panel's camera: what presses and pictures do to what is shown. `found` is the latest drawing's."""

    def __init__(self, session: UiSession, change: SetState[_Shown], decode: Decode | None) -> None:
        self.control: ft.Ref[Any] = ft.Ref()
        self.found: Found | None = None
        self._decode = decode
        self._session = session
        self._change = change
        self._haptics = ft.HapticFeedback()

    async def read(self) -> None:
        """Opens the camera drawn just now and reads until something ends it."""
        eye, session = self.control.current, self._session
        assert eye is not None
        opened = await open_camera(eye, session.kept.get(_KEPT_AS, ""))
        if isinstance(opened, CameraEnd):
            end = opened
        else:
            self._change(lambda before: replace(before, opened=opened))
            end = await read_codes(
                eye,
                decode=self._decode or session.services.decode_frame,
                found=self._tell,
                now=session.now,
                sleep=session.sleep,
            )
        self._change(lambda before: _Shown(runs=before.runs, end=end))

    def _tell(self, texts: tuple[str, ...]) -> None:
        self._change(lambda before: replace(before, flashes=True))
        self._session.page.run_task(self._haptics.vibrate)
        memory_of(self._session.page).want_sound(Sound.READ)
        if self.found is not None:
            self.found(texts)

    def attend(self) -> None:
        """Stop when the page is not seen any more; and have the press that starts the camera allow the sound."""
        memory_of(self._session.page).want_sound(Sound.READY)
        self._session.scanner.on_hidden = self._hide

    def leave(self) -> None:
        if self._session.scanner.on_hidden == self._hide:  # the next screen's may have come before this one went
            self._session.scanner.on_hidden = None

    def _hide(self) -> None:
        self._session.page.run_task(self._rest)

    async def _rest(self) -> None:
        if self.control.current is not None:
            await release(self.control.current)
        self._change(lambda before: _Shown(before.runs, end=CameraEnd.HIDDEN) if before.is_on else before)

    def start(self) -> None:
        self._change(lambda before: before if before.is_on else _Shown(before.runs + 1, is_on=True))

    def stop(self) -> None:
        self._change(lambda before: _Shown(before.runs))

    def switch_to(self, name: str) -> None:
        self._session.kept[_KEPT_AS] = name
        self._change(lambda before: _Shown(before.runs + 1, is_on=True))

    def turn_light(self, on: bool) -> None:
        self._session.page.run_task(self._turn_light, on)

    async def _turn_light(self, on: bool) -> None:
        if self.control.current is not None and await light(self.control.current, on=on):
            self._change(lambda before: replace(before, is_lit=on))

    async def end_flash(self) -> None:
        await self._session.sleep(FLASH_S)
        self._change(lambda before: replace(before, flashes=False))


@safe
def CameraPanel(found: Found, use: CameraUse = LABELS) -> ft.Control:
    """The way to the camera, or the camera. `found` gets the codes of each label that comes into view."""
    session = use_session()
    text = use_text().text
    shown, set_shown = use_state(_Shown())
    kept: ft.MutableRef[_Handling] = ft.use_ref(lambda: _Handling(session, set_shown, use.decode))
    handling = kept.current
    assert handling is not None
    handling.found = found

    async def read() -> None:
        if shown.is_on:
            await handling.read()

    async def end_flash() -> None:
        if shown.flashes:
            await handling.end_flash()

    ft.use_effect(handling.attend, [], cleanup=handling.leave)
    ft.use_effect(read, [shown.runs, shown.is_on], cleanup=nothing_to_clean)
    ft.use_effect(end_flash, [shown.flashes], cleanup=nothing_to_clean)
    if not is_offered(session.page):
        return identified("camera-not-here", detail_text(text("scan.camera_not_here")))
    if not shown.is_on:
        return CameraOff(shown.end, handling.start, use)
    stage = keyed(f"camera-{shown.runs}", CameraStage, handling.control, shown.flashes)
    content = ft.Column(
        controls=[stage, CameraControls(shown, handling, use)],
        spacing=UNIT,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return identified("camera", content)


def is_offered(page: ft.Page) -> bool:
    """Whether a camera can be drawn. Flet's windows on a desktop have no camera; drawing one there raises."""
    return page.web or page.platform in _CAN_USE


@safe
def CameraOff(end: CameraEnd | None, start: Press, use: CameraUse = LABELS) -> ft.Control:
    """The button that starts it, and why it is off where that needs a word."""
    text = use_text().text
    button = quiet_button(
        text("scan.camera" if end is None else "scan.camera_again"),
        start,
        icon=ft.Icons.PHOTO_CAMERA_OUTLINED,
        identifier="camera-start",
    )
    if end is None:
        said: ft.Control = detail_text(text(use.hint))
    else:
        is_fault = end not in _NO_FAULT
        said_key = use.fault if is_fault and use.fault else end.value
        words = body_text(text(said_key), color=Role.REFUSED if is_fault else Role.TEXT)
        said = identified("camera-end", words)
    return ft.Row(
        controls=[button, ft.Container(said, expand=True)],
        spacing=GAP,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )


@safe
def CameraEye(control: "ft.Ref[Any]") -> ft.Control:
    """Flet's camera, drawn once in each run: between two drawings it could not be asked for a picture."""
    camera: ft.Control = Camera(ref=control)
    return camera


_CameraEyeOnce = unchanged_skips(CameraEye)


@safe
def CameraStage(control: "ft.Ref[Any]", flashes: bool) -> ft.Control:
    """What the camera sees, and the frame to fill with the label, green for a moment when something was read."""
    width, height = _FRAME
    bright, dark = (Role.DONE_SURFACE, Role.ON_DONE) if flashes else (Role.CARD, Role.TEXT)  # seen on any picture
    frame = ft.Container(
        content=ft.Container(border=ft.Border.all(2, dark), border_radius=RADIUS, expand=True),
        width=width,
        height=height,
        border=ft.Border.all(6 if flashes else 3, bright),
        border_radius=RADIUS,
    )
    seen = ft.Container(_CameraEyeOnce(control), alignment=ft.Alignment.CENTER)
    return ft.Container(
        content=ft.Stack(controls=[seen, frame], alignment=ft.Alignment.CENTER, fit=ft.StackFit.PASS_THROUGH),
        height=_STAGE_HEIGHT,
        bgcolor=Role.SUNKEN,
        border_radius=RADIUS,
        alignment=ft.Alignment.CENTER,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )


@safe
def CameraControls(shown: _Shown, handling: _Handling, use: CameraUse = LABELS) -> ft.Control:
    """Stop, the light and the other camera where there are any, and what to do with the label."""
    text = use_text().text
    buttons = [
        quiet_button(text("scan.camera_stop"), handling.stop, icon=ft.Icons.STOP_OUTLINED, identifier="camera-stop")
    ]
    opened = shown.opened
    if opened is not None and opened.has_torch:
        words, icon = (
            ("scan.light_off", ft.Icons.FLASHLIGHT_OFF_OUTLINED)
            if shown.is_lit
            else ("scan.light_on", ft.Icons.FLASHLIGHT_ON_OUTLINED)
        )
        turn = quiet_button(text(words), lambda: handling.turn_light(not shown.is_lit), icon=icon)
        buttons.append(identified("camera-light", turn))
    if opened is not None and opened.next_name:
        switch = quiet_button(
            text("scan.camera_switch"),
            lambda: handling.switch_to(opened.next_name),
            icon=ft.Icons.CAMERASWITCH_OUTLINED,
            identifier="camera-switch",
        )
        buttons.append(switch)
    said = identified("camera-state", detail_text(text(use.fill if opened else "scan.camera_opening")))
    return ft.Column(
        controls=[said, ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT)],
        spacing=UNIT,
        tight=True,
    )

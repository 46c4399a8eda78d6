"""Reading codes with a browser's camera: which camera, picture after picture, and why it ends. Draws nothing.

A browser gives no stream of frames, so a picture is taken every PICTURE_EVERY_S, sent here and decoded in a thread.
`components.camera` shows the camera while this runs; its end releases the camera.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from flet_camera import (  # type: ignore[import-untyped]  # it has no types
    CameraDescription,
    CameraLensDirection,
    FlashMode,
    ImageFormatGroup,
    ResolutionPreset,
)

from clienteling.domain.errors import ValidationFailed
from clienteling.domain.wedge import DuplicateGate

PICTURE_EVERY_S: Final = 0.35
LEAST_PAUSE_S: Final = 0.05
REST_AFTER: Final = timedelta(seconds=60)
SAME_LABEL_MS: Final = 3_000
"""A label is one scan while it stays in view, with a few pictures too blurred to read between."""
THOROUGH_EVERY: Final = 5
"""One picture in so many is searched for Data Matrix and for bars that lie askew, which takes several times as long."""
MOST_ALIKE: Final = 8
MOST_UNREADABLE: Final = 3
ALLOWED_WITHIN_S: Final = 120.0
"""The browser may be asking the person."""
ANSWERS_WITHIN_S: Final = 8.0

_log = logging.getLogger(__name__)


class CameraEnd(StrEnum):
    """Why the camera is off; the value is a message key."""

    REFUSED = "scan.camera_refused"
    BUSY = "scan.camera_busy"
    NONE = "scan.camera_none"
    UNSUPPORTED = "scan.camera_unsupported"
    FAILED = "scan.camera_failed"
    STOPPED = "scan.camera_stopped"
    IDLE = "scan.camera_idle"
    HIDDEN = "scan.camera_hidden"
    SEVERAL = "scan.camera_several"


_REASONS: Final = (
    (CameraEnd.REFUSED, ("CameraAccessDenied", "NotAllowedError", "PermissionDenied", "Permission denied")),
    (CameraEnd.BUSY, ("cameraNotReadable", "NotReadableError", "TrackStartError", "cameraAbort", "AbortError")),
    (CameraEnd.NONE, ("cameraNotFound", "NotFoundError", "cameraOverconstrained", "OverconstrainedError")),
    (CameraEnd.UNSUPPORTED, ("cameraNotSupported", "cameraSecurity", "SecurityError", "cameraType")),
)
"""What browsers and Flutter's camera call it; in nobody's language, so it may be looked for."""


_NO_CAMERA: Final = CameraDescription(name="", lens_direction=CameraLensDirection.EXTERNAL, sensor_orientation=0)


class Eye(Protocol):
    """What `flet_camera.Camera` can do, as far as it is used. Each raises RuntimeError with the browser's words."""

    async def get_available_cameras(self) -> Sequence[Any]: ...
    async def initialize(
        self, description: Any, resolution_preset: Any, *, enable_audio: bool, image_format_group: Any
    ) -> None: ...
    async def set_flash_mode(self, mode: Any) -> None: ...
    async def take_picture(self) -> bytes: ...


Decode = Callable[[bytes, bool], Sequence[str]]
"""The codes in a picture, searched for thoroughly or not; blocks."""


@dataclass(frozen=True, slots=True)
class OpenCamera:
    """A camera that gives pictures. `next_name` is the one to switch to, "" where this is the only one."""

    name: str
    next_name: str
    has_torch: bool


async def open_camera(eye: Eye, preferred: str) -> OpenCamera | CameraEnd:
    """The camera named `preferred` if it is there, else one at the back, at 1280x720 without sound."""
    try:
        async with asyncio.timeout(ALLOWED_WITHIN_S):
            cameras = list(await eye.get_available_cameras())
            if not cameras:
                return CameraEnd.NONE
            chosen = _which(cameras, preferred)
            await eye.initialize(
                cameras[chosen], ResolutionPreset.HIGH, enable_audio=False, image_format_group=ImageFormatGroup.JPEG
            )
    except (TimeoutError, RuntimeError) as error:
        end = reason_in(str(error))
        _log.info("no camera", extra={"code": end.value})
        return end
    others = len(cameras) > 1
    next_name = cameras[(chosen + 1) % len(cameras)].name if others else ""
    return OpenCamera(cameras[chosen].name, next_name, await light(eye, on=False))


async def release(eye: Eye) -> None:
    """The camera is off at once; to be done while the page is hidden, when Flutter takes no control off the screen.

    Opening a camera lets go of the one before, also where the new one is none.
    """
    with suppress(TimeoutError, RuntimeError):
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            await eye.initialize(
                _NO_CAMERA, ResolutionPreset.LOW, enable_audio=False, image_format_group=ImageFormatGroup.JPEG
            )


def reason_in(words: str) -> CameraEnd:
    """What a browser's words about a camera mean."""
    return next((end for end, names in _REASONS if any(name in words for name in names)), CameraEnd.FAILED)


async def light(eye: Eye, *, on: bool) -> bool:
    """Whether the camera has a lamp, which is on or off now."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            await eye.set_flash_mode(FlashMode.TORCH if on else FlashMode.OFF)
    except (TimeoutError, RuntimeError):
        return False
    return True


async def read_codes(
    eye: Eye,
    *,
    decode: Decode,
    found: Callable[[tuple[str, ...]], None],
    now: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]],
) -> CameraEnd:
    """Why reading ended; `found` got the codes of every label that came into view.

    Several codes in one picture end it, since a person must choose; so does a camera that gives the same picture
    again and again, which is one that was pulled out: a lens that looks at anything never does.
    """
    gate = DuplicateGate(SAME_LABEL_MS)
    faults = _Faults()
    last_code_at = now()
    shots = 0
    while True:
        shots += 1
        began_at = now()
        if began_at - last_code_at >= REST_AFTER:
            return CameraEnd.IDLE
        texts = await _texts(eye, decode, thorough=shots % THOROUGH_EVERY == 0, faults=faults)
        if faults.too_many:
            return CameraEnd.STOPPED
        if texts:
            last_code_at = now()
            is_new = [gate.admits(text, last_code_at.timestamp() * 1000) for text in texts]  # each sight renews
            if any(is_new):
                found(texts)
            if len(texts) > 1:
                return CameraEnd.SEVERAL
        await sleep(max(LEAST_PAUSE_S, PICTURE_EVERY_S - (now() - began_at).total_seconds()))


async def _texts(eye: Eye, decode: Decode, *, thorough: bool, faults: "_Faults") -> tuple[str, ...]:
    """The codes in the next picture; none where there was no picture, which is a fault."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            picture = bytes(await eye.take_picture())
        texts = tuple(await asyncio.to_thread(decode, picture, thorough))
    except TimeoutError:
        faults.unreadable = MOST_UNREADABLE
        return ()
    except (RuntimeError, TypeError, ValidationFailed):  # TypeError: no bytes came
        faults.unreadable += 1
        return ()
    faults.picture_came(picture)
    return texts


class _Faults:
    """Signs that the camera is gone, which browsers do not tell."""

    def __init__(self) -> None:
        self.unreadable = 0
        self._alike = 0
        self._last = b""

    def picture_came(self, picture: bytes) -> None:
        """Take note of a picture that could be read."""
        self.unreadable = 0
        self._alike = self._alike + 1 if picture == self._last else 0
        self._last = picture

    @property
    def too_many(self) -> bool:
        """Whether to give it up."""
        return self.unreadable >= MOST_UNREADABLE or self._alike >= MOST_ALIKE


def _which(cameras: Sequence[CameraDescription], preferred: str) -> int:
    named = (n for n, camera in enumerate(cameras) if camera.name == preferred)
    at_the_back = (n for n, camera in enumerate(cameras) if camera.lens_direction is CameraLensDirection.BACK)
    return next(named, next(at_the_back, 0))

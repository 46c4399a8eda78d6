"""Room kept on the disk for what people write: given up when the disk is full, laid again once there is room.

A note takes a few pages, so that a device whose disk another program filled goes on taking notes for a day or more.
People are told meanwhile (`error.disk_full`).
"""

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

BALLAST_FILE: Final = "ballast"
BALLAST_BYTES: Final = 8 * 1024 * 1024
_TO_OPEN_BYTES: Final = 1024 * 1024
_LEAVES_BYTES: Final = 64 * 1024 * 1024
"""Laid only where so much stays free beside it."""

log = logging.getLogger(__name__)


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class Ballast:
    """The file in a data directory."""

    def __init__(self, folder: Path, *, free_bytes: Callable[[Path], int] = _free_bytes) -> None:
        self._path = folder / BALLAST_FILE
        self._free_bytes = free_bytes

    def lay(self) -> bool:
        """Whether it is there now: not where the disk has little room, or takes no such file."""
        try:
            if self._path.exists() and self._path.stat().st_size >= BALLAST_BYTES:
                return True
            if self._free_bytes(self._path.parent) < BALLAST_BYTES + _LEAVES_BYTES:
                return False
            _allocate(self._path)
        except OSError as error:
            log.warning("no ballast", extra={"kind": type(error).__name__})
            self.give_way()
            return False
        return True

    def make_room(self) -> None:
        """Nothing; gives way where the disk has not even the room to open the files beside it."""
        if self._path.exists() and self._free_bytes(self._path.parent) < _TO_OPEN_BYTES:
            self.give_way()

    def give_way(self) -> bool:
        """Whether there was a ballast, and its room is free now."""
        try:
            self._path.unlink()
        except OSError:
            return False
        log.warning("the disk is full: the ballast gave way")
        return True


def _allocate(path: Path) -> None:
    """Takes the room for good: no file with holes, which would take none."""
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with open(descriptor, "wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, BALLAST_BYTES)
            return
        block = bytes(1024 * 1024)
        for _ in range(BALLAST_BYTES // len(block)):
            file.write(block)

"""A lock between processes: flock(2) on POSIX, LockFile through msvcrt on Windows. Both end with the process.

A module of its own, because the demo's supervisor holds one and loads nothing else of the store.
"""

import os
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from clienteling.domain.errors import StoreInUse


class FolderLock(AbstractContextManager["FolderLock"]):
    """A lock between processes that ends with the process. Not reentrant."""

    def __init__(self, path: Path, *, wait: bool) -> None:
        self._path = path
        self._wait = wait
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises StoreInUse where another holds it and this lock does not wait."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor, wait=self._wait)
        except OSError as error:
            os.close(descriptor)
            raise StoreInUse(file=self._path.name) from error
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, wait: bool) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int, *, wait: bool) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))

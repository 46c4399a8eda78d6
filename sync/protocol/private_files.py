"""Files that name people, or places of keys: for their owner alone, from the first byte on."""

import os
import sys
from pathlib import Path


def private(path: str, flags: int) -> int:
    """A descriptor for `open(..., opener=private)`: mode 0600 on POSIX, a file that is there already included.

    Windows keeps a user's files from other users by the folder they lie in.
    """
    descriptor = os.open(path, flags, 0o600)
    if os.name == "posix":
        os.fchmod(descriptor, 0o600)
    return descriptor


def write_durably(path: Path, content: bytes) -> None:
    """Put `content` at `path` for its owner alone, whole or not at all, also through a power cut."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    with open(draft, "wb", opener=private) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    folder_to_disk(path.parent)


def folder_to_disk(folder: Path) -> None:
    """Nothing; names that were made or moved there outlive a power cut. Windows keeps them by itself."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

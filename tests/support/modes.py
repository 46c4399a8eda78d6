"""Who may read a file, where the system says so by modes."""

import os
import stat
from pathlib import Path


def mode_of(path: Path) -> int | None:
    """The permission bits; None on Windows, where the rights of the folder hold."""
    return stat.S_IMODE(path.stat().st_mode) if os.name == "posix" else None

"""How far a revoked device is in emptying itself: a small file, so that a program that was killed goes on with it."""

from enum import StrEnum
from pathlib import Path
from typing import Final

from sync.protocol.private_files import write_durably

MARK_FILE: Final = "revoked"


class Leaving(StrEnum):
    """What is to be done next."""

    HAND_OVER = "hand over"
    DESTROY_SECRETS = "destroy secrets"
    REMOVE_FILES = "remove files"


def is_leaving(data_dir: Path) -> bool:
    """Whether the device was revoked and has not been emptied yet: nobody may open it."""
    return (data_dir / MARK_FILE).exists()


def read_leaving(data_dir: Path) -> Leaving | None:
    """What is to be done next, None where the device was not revoked. What cannot be read is done from the start."""
    try:
        text = (data_dir / MARK_FILE).read_text("ascii", errors="replace")
    except FileNotFoundError:
        return None
    return Leaving(text) if text in set(Leaving) else Leaving.HAND_OVER


def mark_leaving(data_dir: Path, following: Leaving) -> None:
    """Nothing; after a power cut it is what to go on with."""
    write_durably(data_dir / MARK_FILE, following.encode("ascii"))

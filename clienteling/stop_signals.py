"""How a program that serves until told otherwise is told: Ctrl-C, a polite kill, a closed terminal."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(BaseException):
    """Somebody asked this process to stop."""


def _asking_signals() -> list[int]:
    """What asks, as far as this system has it and nobody has said `nohup`."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    hang_up = getattr(signal, "SIGHUP", None)
    return numbers if hang_up is None or signal.getsignal(hang_up) is signal.SIG_IGN else [*numbers, hang_up]


def _interrupt(number: int, frame: FrameType | None) -> None:
    heed_no_more()
    raise Interrupted


def heed_no_more() -> None:
    """Whoever presses Ctrl-C twice must not cut off the stopping that the first one began."""
    for number in _asking_signals():
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def interruptible() -> Iterator[None]:
    """Has the first such signal raise Interrupted inside the block. Only the main thread may enter it."""
    before = {number: signal.signal(number, _interrupt) for number in _asking_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""Python's search for circles of objects, kept out of the way of what handles many records."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_ALL_AFTER: Final = 100
"""Looks at the middle generation; 10 is Python's own (`gc.set_threshold`)."""
_SWITCH: Final = threading.Lock()
"""Nobody puts it on between another's look and that one putting it off, or it would stay off for good."""


@contextmanager
def collector_paused() -> Iterator[None]:
    """Inside, Python looks for no circles among what is unpacked; there are none, and looking took a third of the time.

    For the whole process, so only for as long as a batch is handled or a store is filled; what other threads leave is
    collected after it. Of several at once the one that found it on puts it on again.
    """
    with _SWITCH:
        was_on = gc.isenabled()
        gc.disable()
    try:
        yield
    finally:
        if was_on:
            with _SWITCH:
                gc.enable()


def spare_what_is_loaded() -> None:
    """Nothing; what there is now, modules above all, is not looked through again. For a program's start."""
    gc.collect()
    gc.freeze()


def look_seldom_at_what_stays() -> None:
    """Nothing; all there is is looked through after ten times as much was made as Python's own setting has it.

    For a program that keeps much of what it reads, and answers meanwhile: with a thousand pages' products at hand a
    look takes a tenth of a second, in which nobody is answered, and it came every ten seconds at 200 requests/s.
    """
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, _ALL_AFTER)

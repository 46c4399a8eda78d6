"""Giving a person a file: a browser downloads it, the program's own window asks where it should lie."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from clienteling.ui.hooks import use_session, use_state

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileSaving:
    """`save` starts it and returns at once. `failed`: the client could not; nothing was saved."""

    save: Callable[[str, bytes], None]
    busy: bool
    failed: bool


def use_file_saving(saved: Callable[[], None]) -> FileSaving:
    """Saves a file by name and content; `saved` is called once a person has it, and not where they thought better."""
    session = use_session()
    busy, set_busy = use_state(False)
    failed, set_failed = use_state(False)
    latch = ft.use_ref(False)

    async def give(name: str, content: bytes) -> None:
        try:
            path = await ft.FilePicker().save_file(file_name=name, src_bytes=content)
        except Exception:  # noqa: BLE001 - the boundary of a screen: a person gets a sentence, the log the traceback
            _log.exception("a file was not saved")
            set_failed(True)
        else:
            set_failed(False)
            if session.page.web or path:  # a browser tells no path, and nothing of a download that was stopped
                saved()
        finally:
            latch.current = False
            set_busy(False)

    def save(name: str, content: bytes) -> None:
        if latch.current:
            return
        latch.current = True
        set_busy(True)
        session.page.run_task(give, name, content)

    return FileSaving(save, busy, failed)

"""The guard that every component stands behind, and what gives a component an identity or lets it be skipped.

A raise inside a component ends Flet's update scheduler for that session: the screen freezes without a word. So every
component is made by `safe`, never by `ft.component`.
"""

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec

import flet as ft

from clienteling.ui.theme import GAP, RADIUS, Role

P = ParamSpec("P")
_log = logging.getLogger(__name__)


def safe(fn: Callable[P, ft.Control]) -> Callable[P, ft.Control]:
    """A component that shows a panel and writes a log line where `fn` raises, and draws again at the next chance."""

    @functools.wraps(fn)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ft.Control:
        try:
            return fn(*args, **kwargs)
        except Exception:  # noqa: BLE001 - the screen guard: anything let through freezes the session
            _log.exception("component %s failed", fn.__name__)
            return _broken_panel()

    return ft.component(guarded)


def unchanged_skips(component: Callable[P, ft.Control]) -> Callable[P, ft.Control]:
    """The component, not drawn again while its arguments are equal; a fresh lambda among them defeats that.

    What it reads by hooks still draws it. Flet's contexts must not be used below it: they are looked up along the
    parents, and a component that was skipped keeps children whose parents are gone.
    """
    skipping: Callable[P, ft.Control] = ft.memo(component)  # type: ignore[no-untyped-call]  # Flet left it untyped
    return skipping


def keyed(key: str, component: Callable[P, ft.Control], *args: P.args, **kwargs: P.kwargs) -> ft.Control:
    """The component with an identity: another key begins with fresh state (another customer, another row)."""
    return component(*args, **{**kwargs, "key": key})  # type: ignore[arg-type]  # ft.component takes `key` unseen


def _broken_panel() -> ft.Control:
    # No translator here: the hooks that would give one may be what failed. Both languages, in one quiet line each.
    return ft.Container(
        padding=GAP,
        border_radius=RADIUS,
        bgcolor=Role.REFUSED_SURFACE,
        content=ft.Column(
            tight=True,
            spacing=4,
            controls=[
                ft.Text("Bagian ini tidak dapat ditampilkan. Catatan Anda tersimpan.", color=Role.ON_REFUSED),
                ft.Text("This part cannot be shown. Your notes are safe.", color=Role.ON_REFUSED),
            ],
        ),
    )

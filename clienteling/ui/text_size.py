"""How large this session's text is, and how parts make room for it: heights give way, columns become rows.

Every size of text passes through `scaled`. The size is a preference of the session, found by the page, so that plain
functions need no further argument; a component draws with the size of the moment in which it is drawn.
"""

from collections.abc import Sequence
from typing import Final

import flet as ft

from clienteling.ui.session import peek_session

TEXT_PERCENTS: Final = (100, 125, 150, 200)
_LARGE_FROM: Final = 1.5


def text_scale() -> float:
    """1.0 to 2.0; 1.0 outside a session."""
    try:
        session = peek_session(ft.context.page)
    except RuntimeError:  # no page: a component called by itself
        return 1.0
    return session.preferences.text_percent / 100 if session is not None else 1.0


def scaled(size: float) -> float:
    """A size of text, or a width that is full of text, as large as the person wants it."""
    return size * text_scale()


def is_large() -> bool:
    """Whether what stands side by side must now stand one below the other."""
    return text_scale() >= _LARGE_FROM


def height_at_rest(height: float) -> float | None:
    """A fixed height for text of the ordinary size; none for larger text, which takes what it needs."""
    return height if text_scale() == 1.0 else None


def lines_at_rest(lines: int | None) -> int | None:
    """The most lines for text of the ordinary size; larger text is never cut."""
    return lines if text_scale() == 1.0 else None


def beside(
    controls: Sequence[ft.Control],
    *,
    spacing: float,
    vertical_alignment: ft.CrossAxisAlignment = ft.CrossAxisAlignment.CENTER,
    height: float | None = None,
) -> ft.Control:
    """The controls in a row; large text has them one below the other, at the left. `height` is for ordinary text."""
    if not is_large():
        return ft.Row(
            controls=list(controls),
            spacing=spacing,
            vertical_alignment=vertical_alignment,
            height=None if height is None else height_at_rest(height),
        )
    for one in controls:
        one.expand = None
    return ft.Column(
        controls=list(controls), spacing=min(spacing, 8), tight=True, horizontal_alignment=ft.CrossAxisAlignment.START
    )

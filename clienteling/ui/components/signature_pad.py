"""A ground to sign on with a finger, and the same signature drawn again.

The finger is followed by a vertical and a horizontal drag, not by a pan: in a list that scrolls, the list would win
over a pan as soon as the stroke goes up or down.
"""

from collections.abc import Callable, Sequence
from typing import Final

import flet as ft
import flet.canvas as cv

from clienteling.domain.signature import HEIGHT, MAX_POINTS, WIDTH, Stroke, placed, strokes_of
from clienteling.ui.hooks import use_state, use_text
from clienteling.ui.kit import identified, safe
from clienteling.ui.theme import RADIUS, Role

Strokes = tuple[Stroke, ...]
_INK: Final = 3.0
_BASELINE: Final = HEIGHT - 36
_EVERY_MS: Final = 16


@safe
def SignaturePad(drawn: Callable[[Strokes], None]) -> ft.Control:
    """The ground. `drawn` gets all strokes after each. Another key makes a fresh one."""
    text = use_text().text
    none: Strokes = ()
    strokes, set_strokes = use_state(none)
    # Several events may come between two drawings: each must see the one before.
    latest: ft.MutableRef[Strokes] = ft.use_ref(none)

    def keep(changed: Strokes) -> None:
        latest.current = changed
        set_strokes(changed)

    def begin(event: ft.DragDownEvent[ft.GestureDetector]) -> None:
        keep((*(latest.current or ()), (placed(event.local_position.x, event.local_position.y),)))

    def follow(event: ft.DragStartEvent[ft.GestureDetector] | ft.DragUpdateEvent[ft.GestureDetector]) -> None:
        before = latest.current or ()
        if before and sum(map(len, before)) < MAX_POINTS:
            point = placed(event.local_position.x, event.local_position.y)
            keep((*before[:-1], (*before[-1], point)))

    def end(_: object) -> None:
        drawn(latest.current or ())

    ground = ft.GestureDetector(
        content=ft.Container(
            _drawing(strokes, 1.0, baseline=True),
            bgcolor=Role.CARD,
            border=ft.Border.all(1, Role.QUIET),
            border_radius=RADIUS,
            width=WIDTH,
            height=HEIGHT,
        ),
        drag_interval=_EVERY_MS,
        exclude_from_semantics=True,  # else a screen reader, and Flutter's own tree, take it for something that scrolls
        on_vertical_drag_down=begin,
        on_vertical_drag_start=follow,
        on_vertical_drag_update=follow,
        on_vertical_drag_end=end,
        on_horizontal_drag_start=follow,
        on_horizontal_drag_update=follow,
        on_horizontal_drag_end=end,
    )
    # In a row of its own: a column that stretches would make the ground wider than what is drawn on it.
    return ft.Row(controls=[identified("signature", ft.Semantics(content=ground, label=text("signature.here")))])


@safe
def SignatureDrawing(path: str) -> ft.Control:
    """A signature as it was kept, at half its size; nothing where there is none."""
    strokes = strokes_of(path)
    if not strokes:
        return ft.Container()
    drawing = _drawing(strokes, 0.5, baseline=False)
    return ft.Semantics(content=drawing, label=use_text().text("signature.drawn"))


def _drawing(strokes: Sequence[Stroke], scale: float, *, baseline: bool) -> cv.Canvas:
    lines: list[cv.Shape] = []
    if baseline:
        line = ft.Paint(color=Role.LINE, stroke_width=1, style=ft.PaintingStyle.STROKE)
        lines.append(cv.Line(24, _BASELINE, WIDTH - 24, _BASELINE, paint=line))
    lines += [_line(one, scale) for one in strokes]
    return cv.Canvas(shapes=lines, width=WIDTH * scale, height=HEIGHT * scale)


def _line(stroke: Stroke, scale: float) -> cv.Shape:
    (x, y), *others = stroke
    ink = ft.Paint(
        color=Role.TEXT,
        stroke_width=_INK * max(scale, 0.6),
        stroke_cap=ft.StrokeCap.ROUND,
        stroke_join=ft.StrokeJoin.ROUND,
        style=ft.PaintingStyle.STROKE,
    )
    points = others or [(x, y)]  # of a dot, a line as long as its end is round
    elements: list[cv.Path.PathElement] = [cv.Path.MoveTo(x * scale, y * scale)]
    elements += [cv.Path.LineTo(a * scale + (0 if others else 0.1), b * scale) for a, b in points]
    return cv.Path(elements, paint=ink)

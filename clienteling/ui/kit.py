"""The parts every screen is made of: the guard, and controls that already have the house's sizes, roles and labels.

A raise inside a component ends Flet's update scheduler for that session: the screen freezes without a word. So every
component is made by `safe`, never by `ft.component`. A text field without a value is wiped when it is drawn again, and
one with the value of an earlier key loses the later ones, so `Field` wants a `FieldText`. The functions in here return
plain controls, use no hooks, and take out of every text what would turn the reading direction of its neighbours.
"""

import functools
import logging
from collections.abc import Callable, Sequence
from typing import Concatenate, Final, ParamSpec, TypeVar

import flet as ft

from clienteling.i18n import as_shown
from clienteling.ui.client_memory import memory_of
from clienteling.ui.field_text import FieldText
from clienteling.ui.hooks import use_session
from clienteling.ui.text_size import is_large, lines_at_rest, scaled
from clienteling.ui.theme import (
    GAP,
    RADIUS,
    READING_WIDTH,
    SIZE_DETAIL,
    SIZE_NAME,
    SIZE_SECTION,
    SIZE_TEXT,
    TARGET,
    UNIT,
    Role,
    text_style,
)

P = ParamSpec("P")
C = TypeVar("C", bound=ft.Control)

Press = Callable[[], None]

_log = logging.getLogger(__name__)

# --- the guard


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


screen = safe
"""The same, for the component a place opens."""


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


# --- words


def name_text(words: str, *, identifier: str = "") -> ft.Control:
    """The largest words on a screen: whom or what it is about."""
    text = ft.Text(
        as_shown(words),
        size=scaled(SIZE_NAME),
        weight=ft.FontWeight.W_700,
        color=Role.TEXT,
        style=ft.TextStyle(height=1.2),
    )
    return identified(identifier, ft.Semantics(header=True, content=text))


def section_text(words: str) -> ft.Control:
    """The heading of a part."""
    text = ft.Text(
        as_shown(words),
        size=scaled(SIZE_SECTION),
        weight=ft.FontWeight.W_700,
        color=Role.TEXT,
        style=ft.TextStyle(height=1.25),
    )
    return ft.Semantics(header=True, content=text)


def overline(words: str) -> ft.Text:
    """A small heading above a group."""
    style = ft.TextStyle(letter_spacing=0.6)
    return ft.Text(
        as_shown(words).upper(),
        size=scaled(SIZE_DETAIL),
        weight=ft.FontWeight.W_700,
        color=Role.QUIET,
        style=style,
        semantics_label=as_shown(words),
    )


def body_text(words: str, *, strong: bool = False, color: Role = Role.TEXT, lines: int | None = None) -> ft.Text:
    """Plain text; at most `lines` lines, then an ellipsis."""
    return ft.Text(
        as_shown(words),
        size=scaled(SIZE_TEXT),
        color=color,
        weight=ft.FontWeight.W_600 if strong else ft.FontWeight.W_400,
        style=ft.TextStyle(height=1.35),
        max_lines=lines_at_rest(lines),
        overflow=ft.TextOverflow.ELLIPSIS if lines_at_rest(lines) else ft.TextOverflow.CLIP,
    )


def detail_text(words: str, *, color: Role = Role.QUIET, strong: bool = False, lines: int | None = None) -> ft.Text:
    """What helps but may be skipped."""
    return ft.Text(
        as_shown(words),
        size=scaled(SIZE_DETAIL),
        color=color,
        weight=ft.FontWeight.W_600 if strong else ft.FontWeight.W_400,
        style=ft.TextStyle(height=1.35),
        max_lines=lines_at_rest(lines),
        overflow=ft.TextOverflow.ELLIPSIS if lines_at_rest(lines) else ft.TextOverflow.CLIP,
    )


# --- surfaces


def card(content: ft.Control, *, role: Role = Role.CARD, padding: int = GAP, expand: bool = False) -> ft.Container:
    """A surface with a hairline and no shadow."""
    return ft.Container(
        content=content,
        padding=padding,
        bgcolor=role,
        border_radius=RADIUS,
        border=ft.Border.all(1, Role.LINE) if role is Role.CARD else None,
        expand=expand,
    )


def pressable(
    content: ft.Control,
    on_press: Press,
    *,
    label: str,
    identifier: str = "",
    flat: bool = False,
    chosen: bool = False,
) -> ft.Control:
    """A card that does something; `label` is what a screen reader says. `flat`: a row of a list, without a card."""
    surface = ft.Container(
        content=content,
        padding=ft.Padding.symmetric(horizontal=GAP, vertical=UNIT) if flat else GAP,
        bgcolor=Role.CHOSEN if chosen else None if flat else Role.CARD,
        border_radius=RADIUS,
        border=None if flat else ft.Border.all(1, Role.LINE),
        ink=True,
        on_click=_ignoring_event(on_press),
    )
    return ft.Semantics(
        content=surface,
        button=True,
        selected=chosen or None,
        label=as_shown(label),
        identifier=identifier or None,
        exclude_semantics=True,
        container=True,
        on_tap=_ignoring_event(on_press),
    )


def identified(identifier: str, control: ft.Control) -> ft.Control:
    """The control, findable by tests in every language."""
    return ft.Semantics(identifier=identifier, content=control, container=True) if identifier else control


def chip(words: str, *, role: Role = Role.SUNKEN, color: Role = Role.QUIET) -> ft.Control:
    """A short fact on a tinted ground."""
    return ft.Container(
        content=ft.Text(
            as_shown(words), size=scaled(SIZE_DETAIL), weight=ft.FontWeight.W_600, color=color, no_wrap=not is_large()
        ),
        bgcolor=role,
        border_radius=UNIT,
        padding=ft.Padding.symmetric(horizontal=UNIT, vertical=4),
    )


def waiting_chip(words: str) -> ft.Control:
    """Not sent yet, or old."""
    return chip(words, role=Role.WAITING_SURFACE, color=Role.ON_WAITING)


def band(words: str, *, waiting: bool = True, identifier: str = "") -> ft.Control:
    """A line over the whole width that must not be missed: amber where something waits, else red."""
    surface, text = (Role.WAITING_SURFACE, Role.ON_WAITING) if waiting else (Role.REFUSED_SURFACE, Role.ON_REFUSED)
    line = ft.Container(
        content=ft.Text(as_shown(words), size=scaled(SIZE_DETAIL), color=text, weight=ft.FontWeight.W_600),
        bgcolor=surface,
        padding=ft.Padding.symmetric(horizontal=GAP, vertical=UNIT),
        border_radius=UNIT,
    )
    return identified(identifier, line)


# --- things to press


def primary_button(
    words: str, on_press: Press, *, icon: ft.IconData | None = None, disabled: bool = False, identifier: str = ""
) -> ft.Control:
    """The one thing to do on a screen."""
    button = ft.FilledButton(
        content=as_shown(words),
        icon=icon,
        on_click=_ignoring_event(on_press),
        disabled=disabled,
        style=button_style(),
    )
    return identified(identifier, button)


def quiet_button(
    words: str, on_press: Press, *, icon: ft.IconData | None = None, disabled: bool = False, identifier: str = ""
) -> ft.Control:
    """Something else one may do."""
    button = ft.OutlinedButton(
        content=as_shown(words),
        icon=icon,
        on_click=_ignoring_event(on_press),
        disabled=disabled,
        style=button_style(outlined=True),
    )
    return identified(identifier, button)


def choice_button(words: str, on_press: Press, *, chosen: bool, identifier: str = "") -> ft.Control:
    """One of a few that exclude each other; the chosen one is tinted."""
    style = button_style(outlined=True)
    if chosen:
        style.bgcolor, style.color = Role.CHOSEN, Role.ON_CHOSEN
    button = ft.OutlinedButton(content=as_shown(words), on_click=_ignoring_event(on_press), style=style)
    return ft.Semantics(content=button, selected=chosen, identifier=identifier or None, container=True)


def text_button(words: str, on_press: Press, *, identifier: str = "") -> ft.Control:
    """A way to more, within text."""
    button = ft.TextButton(content=as_shown(words), on_click=_ignoring_event(on_press), style=button_style())
    return identified(identifier, button)


def icon_button(icon: ft.IconData, words: str, on_press: Press, *, identifier: str = "") -> ft.Control:
    """An icon that everyone knows; `words` are its tooltip and what a screen reader says."""
    button = ft.IconButton(
        icon=icon,
        tooltip=as_shown(words),
        on_click=_ignoring_event(on_press),
        width=TARGET,
        height=TARGET,
        icon_color=Role.QUIET,
        icon_size=min(scaled(_ICON), _MOST_ICON),
        padding=4,
        style=ft.ButtonStyle(side=_sides(None)),
    )
    return identified(identifier, button)


_BUTTON_ICON: Final = 18
_ICON: Final = 24
_MOST_ICON: Final = 36
_BUTTON_PADDING: Final = (TARGET - 20) // 2
"""Above and below one line of text, which is 20 high: no fixed height, so that longer or larger words are not cut."""


def button_style(*, outlined: bool = False) -> ft.ButtonStyle:
    """The house's corners and words for a button that needs more than the functions here give."""
    return ft.ButtonStyle(
        shape=ft.RoundedRectangleBorder(radius=RADIUS),
        side=_sides(ft.BorderSide(1, Role.LINE) if outlined else None),
        padding=ft.Padding.symmetric(horizontal=GAP, vertical=_BUTTON_PADDING),
        text_style=text_style(SIZE_TEXT, strong=True),
        icon_size=scaled(_BUTTON_ICON),
    )


def _sides(at_rest: ft.BorderSide | None) -> dict[ft.ControlState, ft.BorderSide]:
    """A line around what has the focus, so that a person at the keyboard sees where they are."""
    sides = {ft.ControlState.FOCUSED: ft.BorderSide(3, Role.FOCUS)}
    if at_rest is not None:
        sides[ft.ControlState.DEFAULT] = at_rest
    return sides


def _one_for_each_text(
    component: Callable[Concatenate[str, FieldText, P], ft.Control],
) -> Callable[Concatenate[str, FieldText, P], ft.Control]:
    """The component with the identity of its text: where fields come and go, none turns into its neighbour."""

    @functools.wraps(component)
    def identified_by_text(label: str, text: FieldText, /, *args: P.args, **kwargs: P.kwargs) -> ft.Control:
        return component(label, text, *args, **{**kwargs, "key": f"field-{id(text)}"})  # type: ignore[arg-type]  # as in `keyed`

    return identified_by_text


@_one_for_each_text
@safe
def Field(
    label: str,
    text: FieldText,
    *,
    on_change: Callable[[str], None] | None = None,
    on_submit: Callable[[str], None] | None = None,
    takes_focus: bool = False,
    autofocus: bool = False,
    multiline: bool = False,
    problem: str = "",
    icon: ft.IconData | None = None,
    suffix: ft.Control | None = None,
) -> ft.Control:
    """A text field that loses no key. `label` stands in it until something is typed.

    takes_focus  asks for the focus once it is on screen, even from the button just pressed; `autofocus` does not:
                 Flutter gives it the focus only where nothing else has it
    """

    session = use_session()
    memory = memory_of(session.page)
    known_as = f"{session.navigation.route} {label}"

    def changed(event: ft.Event[ft.TextField]) -> None:
        text.heard(event.control.value)
        memory.typing(known_as, text.text)
        if on_change:
            on_change(text.text)

    def take_up() -> None:
        typed = memory.take_typed(known_as)
        if typed:
            text.show(typed)
            text.touched = True
            memory.typing(known_as, typed)
            if on_change:
                on_change(typed)

    def forget() -> None:
        if not text.touched:  # the program has said what stands here since
            memory.typed_no_more(known_as)

    def submitted(event: ft.Event[ft.TextField]) -> None:
        if on_submit:
            on_submit(event.control.value)

    def take_focus() -> None:
        if takes_focus:
            text.focus()

    ft.use_effect(take_focus, [takes_focus], cleanup=lambda: text.focus_changed(False))
    ft.use_effect(take_up, [], cleanup=lambda: memory.typed_no_more(known_as))
    ft.use_effect(forget, [text.touched])
    return ft.TextField(
        ref=text.control,
        label=label,
        value=text.to_draw(),
        on_change=changed,
        on_submit=submitted if on_submit else None,
        on_focus=lambda _: text.focus_changed(True),
        on_blur=lambda _: text.focus_changed(False),
        autofocus=autofocus,
        autocorrect=False,
        enable_suggestions=False,
        multiline=multiline,
        min_lines=3 if multiline else None,
        max_lines=6 if multiline else 1,
        error=problem or None,
        prefix_icon=icon,
        suffix_icon=suffix,
        text_size=scaled(SIZE_TEXT),
        label_style=text_style(_LABEL_LARGE) if is_large() else None,
        border={
            ft.ControlState.ERROR: _outline(Role.REFUSED, 2),
            ft.ControlState.FOCUSED: _outline(Role.ACTION, 2),
            ft.ControlState.DEFAULT: _outline(Role.LINE, 1),
        },
        filled=True,
        fill_color=Role.CARD,
        content_padding=ft.Padding.symmetric(horizontal=GAP, vertical=GAP),
    )


_LABEL_LARGE: Final = SIZE_TEXT * 2 // 3
"""Before it is scaled: a label of twice the size would not fit the field, and Flutter does not wrap it well."""


def _outline(role: Role, width: int) -> ft.OutlineInputBorder:
    return ft.OutlineInputBorder(side=ft.BorderSide(width, role), border_radius=RADIUS)


def readable_width(content: ft.Control, *, wide: bool) -> ft.Control:
    """The content, on a wide screen no wider than a line of text is easy to follow."""
    return ft.Row(controls=[ft.Container(content, width=READING_WIDTH)]) if wide else content


# --- states every list and wait has


def empty_state(words: str, *, more: str = "", actions: Sequence[ft.Control] = (), identifier: str = "") -> ft.Control:
    """What stands where a list would be: what is not there, and what can be done."""
    lines: list[ft.Control] = [body_text(words, color=Role.QUIET)]
    if more:
        lines.append(detail_text(more))
    if actions:
        lines.append(ft.Row(controls=list(actions), wrap=True, spacing=UNIT, run_spacing=UNIT))
    content = ft.Column(controls=lines, spacing=UNIT, tight=True)
    return identified(identifier, ft.Container(content=content, padding=ft.Padding.symmetric(vertical=GAP)))


def problem_panel(what_happened: str, *, what_to_do: str = "", actions: Sequence[ft.Control] = ()) -> ft.Control:
    """What happened and what was kept, then what to do."""
    lines: list[ft.Control] = [body_text(what_happened, strong=True, color=Role.ON_REFUSED)]
    if what_to_do:
        lines.append(body_text(what_to_do, color=Role.ON_REFUSED))
    if actions:
        lines.append(ft.Row(controls=list(actions), wrap=True, spacing=UNIT))
    return card(ft.Column(controls=lines, spacing=UNIT, tight=True), role=Role.REFUSED_SURFACE)


_SKELETON_WIDTHS: Final = (320, 240, 280, 200)


def skeleton(rows: int = 3, *, label: str) -> ft.Control:
    """Grey bars in the shape of what is coming; `label` is what a screen reader says meanwhile."""
    bars: list[ft.Control] = [
        ft.Container(
            width=_SKELETON_WIDTHS[row % len(_SKELETON_WIDTHS)],
            height=2 * UNIT,
            bgcolor=Role.SUNKEN,
            border_radius=UNIT,
        )
        for row in range(rows)
    ]
    return ft.Semantics(label=label, content=ft.Column(controls=bars, spacing=GAP, tight=True))


def _ignoring_event(on_press: Press) -> Callable[[object], None]:
    return lambda _: on_press()

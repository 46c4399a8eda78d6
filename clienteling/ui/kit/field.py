"""The one text field.

A text field without a value is wiped when it is drawn again, and one with the value of an earlier key loses the later
ones, so `Field` wants a `FieldText`.
"""

import functools
from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec

import flet as ft

from clienteling.ui.client_memory import memory_of
from clienteling.ui.field_text import FieldText
from clienteling.ui.hooks import use_session
from clienteling.ui.kit.guard import safe
from clienteling.ui.text_size import is_large, scaled
from clienteling.ui.theme import GAP, RADIUS, SIZE_TEXT, Role, text_style

P = ParamSpec("P")
_LABEL_LARGE: Final = SIZE_TEXT * 2 // 3
"""Before it is scaled: a label of twice the size would not fit the field, and Flutter does not wrap it well."""


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
    called: str = "",
) -> ft.Control:
    """A text field that loses no key. `label` stands in it until something is typed.

    takes_focus  asks for the focus once it is on screen, even from the button just pressed; `autofocus` does not:
                 Flutter gives it the focus only where nothing else has it
    called       tells it from others that have this label on this screen, where there may be others
    """

    session = use_session()
    memory = memory_of(session.page)
    known_as = f"{session.navigation.route} {called or label}"

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
        color=Role.TEXT,  # a text theme of larger sizes has no colours, and what is typed would be black by night
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


def _outline(role: Role, width: int) -> ft.OutlineInputBorder:
    return ft.OutlineInputBorder(side=ft.BorderSide(width, role), border_radius=RADIUS)

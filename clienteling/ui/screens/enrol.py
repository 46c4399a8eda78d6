"""The first screen of a device that has not enrolled: where its server is, and the code that a manager made."""

from dataclasses import replace
from typing import Final

import flet as ft

from clienteling.ui.components.brand_mark import brand_mark
from clienteling.ui.components.camera import CameraPanel, CameraUse, is_offered
from clienteling.ui.field_text import use_field_text
from clienteling.ui.hooks import use_action, use_session, use_text
from clienteling.ui.kit import Field, body_text, identified, name_text, primary_button, safe
from clienteling.ui.text_size import scaled
from clienteling.ui.theme import GAP, MARGIN_TABLET, Role
from clienteling.use_cases.front_door import FirstDoor

_WIDTH: Final = 440
_CODE: Final = CameraUse("first.camera_hint", "first.camera_fill", "first.camera_fault")


@safe
def EnrolScreen(first: FirstDoor) -> ft.Control:
    """Two fields and a button. A scanner that types fills in the code, and its last key sends it; a camera does too."""
    session = use_session()
    translator = use_text()
    text = translator.text
    server, code = use_field_text(first.server), use_field_text()
    action = use_action(lambda: first.enrol(server.text, code.text))

    def seen(texts: tuple[str, ...]) -> None:
        if not action.busy:
            code.show(texts[0])
            action.run()

    def wrong(field: str) -> str:
        return action.problem.of_in_words(field, translator) if action.problem is not None else ""

    other = action.problem is not None and action.problem.field is None
    fields: list[ft.Control] = [
        identified("enrol-server", Field(text("first.server"), server, problem=wrong("server"))),
        identified(
            "enrol-code",
            Field(text("first.code"), code, on_submit=lambda _: action.run(), problem=wrong("code"), autofocus=True),
        ),
    ]
    mark = brand_mark(session.brand, large=True)
    parts: list[ft.Control] = [
        ft.Container(height=2 * GAP),
        *([mark] if mark is not None else []),
        name_text(text("first.title"), identifier="enrol-title"),
        body_text(text("first.more"), color=Role.QUIET),
        *fields,
        *([body_text(action.problem.in_words(translator), color=Role.REFUSED)] if other and action.problem else []),
        primary_button(text("first.enrol"), action.run, disabled=action.busy, identifier="enrol"),
        *([body_text(text("first.asking"), color=Role.QUIET)] if action.busy else []),
        *([CameraPanel(seen, replace(_CODE, decode=first.decode))] if is_offered(session.page) else []),
    ]
    column = ft.Column(controls=parts, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    page = ft.Column(
        controls=[ft.Row(controls=[ft.Container(column, width=scaled(_WIDTH))], alignment=ft.MainAxisAlignment.CENTER)],
        scroll=ft.ScrollMode.AUTO,
        margin=ft.Margin.symmetric(horizontal=MARGIN_TABLET),
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )
    return ft.SafeArea(expand=True, content=page)

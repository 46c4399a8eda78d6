"""Who works here: until sign-in exists, a list of names, so that every note has an author."""

import flet as ft

from clienteling.domain.views import AssociateView
from clienteling.ui.client_memory import prefer
from clienteling.ui.components.brand_mark import brand_mark
from clienteling.ui.components.status_line import StatusLine
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Ready,
    use_query,
    use_session,
    use_signal,
    use_store,
    use_text,
)
from clienteling.ui.kit import body_text, detail_text, empty_state, name_text, pressable, problem_panel, safe, skeleton
from clienteling.ui.theme import GAP, MARGIN_TABLET, UNIT


@safe
def ChooseAssociateScreen() -> ft.Control:
    """The question and the names."""
    session = use_session()
    translator = use_text()
    store = use_store()
    associates = use_query(session.services.associates)
    synced = use_signal(session.services.status).last_synced_at is not None
    mark = brand_mark(session.services.brand, large=True)
    heading: list[ft.Control] = [
        *([mark] if mark is not None else []),
        name_text(translator.text("associate.who"), identifier="choose-associate"),
        body_text(store.name) if store else StatusLine(),
    ]
    match associates:
        case Ready(value) if value:
            rows: list[ft.Control] = [AssociateRow(one) for one in value]
        case Ready() | Loading(slow=True):
            none, more = ("none_added", "none_added_more") if synced else ("none", "none_more")
            rows = [empty_state(translator.text(f"associate.{none}"), more=translator.text(f"associate.{more}"))]
            if isinstance(associates, Loading):
                rows = [skeleton(label=translator.text("app.loading"))]
        case Failed(code):
            rows = [problem_panel(translator.text_or(code, "error.unexpected"))]
        case _:
            rows = []
    return ft.SafeArea(
        expand=True,
        content=ft.Column(
            controls=[ft.Container(height=GAP), *heading, ft.Container(height=UNIT), *rows],
            spacing=UNIT,
            scroll=ft.ScrollMode.AUTO,
            margin=ft.Margin.symmetric(horizontal=MARGIN_TABLET),
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
    )


@safe
def AssociateRow(associate: AssociateView) -> ft.Control:
    """One name with its role."""
    session = use_session()
    translator = use_text()

    def choose() -> None:
        prefer(session, associate_id=associate.id)

    role = translator.text_or(f"role.{associate.role}", "role.associate")
    return pressable(
        ft.Column(controls=[body_text(associate.name, strong=True), detail_text(role)], spacing=2, tight=True),
        choose,
        label=f"{associate.name}, {role}",
        identifier=f"associate-{associate.id}",
    )

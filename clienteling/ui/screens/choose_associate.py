"""Who works here: a list of names, and where associates have PINs, the digits of the one that was chosen."""

from collections.abc import Callable, Sequence
from functools import partial

import flet as ft

from clienteling.domain.views import AssociateView
from clienteling.ui.client_memory import memory_of, prefer
from clienteling.ui.components.brand_mark import brand_mark
from clienteling.ui.components.pin_pad import PinPad
from clienteling.ui.components.status_line import StatusLine
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Query,
    Ready,
    use_action,
    use_query,
    use_session,
    use_signal,
    use_state,
    use_store,
    use_text,
)
from clienteling.ui.kit import (
    body_text,
    detail_text,
    empty_state,
    keyed,
    name_text,
    pressable,
    problem_panel,
    quiet_button,
    safe,
    skeleton,
)
from clienteling.ui.locking import come_in, use_pin_holders
from clienteling.ui.session import UiSession
from clienteling.ui.theme import GAP, MARGIN_TABLET, UNIT, Role
from clienteling.use_cases.front_door import FrontDoor


@safe
def ChooseAssociateScreen() -> ft.Control:
    """The question and the names; or the PIN of who was here last."""
    session = use_session()
    associates = use_query(session.services.associates)
    holders = use_pin_holders()
    asked_id, ask = use_state(session.left_by or "")
    known = associates.value if isinstance(associates, Ready) else ()
    asked = next((one for one in known if one.id == asked_id and one.id in (holders or ())), None)
    if asked is not None:
        services = session.services.sign_in
        return keyed(f"pin:{asked.id}", PinScreen, asked, services.sign_in if services else _no_pins, lambda: ask(""))
    if holders is None:
        return ft.Container()
    return NamesScreen(associates, holders, ask)


@safe
def ClosedScreen(front: FrontDoor) -> ft.Control:
    """The same of a device that is closed: nobody is there to ask but those who have a PIN, and no store is known."""
    session = use_session()
    translator = use_text()
    names = use_query(front.names)
    asked_id, ask = use_state(session.left_by or "")
    known = names.value if isinstance(names, Ready) else ()
    asked = next((one for one in known if one.id == asked_id), None)
    if asked is not None:
        come_in_here = partial(_come_in_closed, front, session)
        return keyed(f"pin:{asked.id}", PinScreen, asked, come_in_here, lambda: ask(""))
    rows: list[ft.Control] = [name_text(translator.text("associate.who"), identifier="choose-associate")]
    rows += [body_text(translator.text("sign_in.closed"), color=Role.QUIET), ft.Container(height=UNIT)]
    match names:
        case Ready(value) if value:
            rows += [AssociateRow(one, frozenset({one.id}), ask) for one in value]
        case Ready():
            rows.append(empty_state(translator.text("sign_in.no_names"), more=translator.text("sign_in.no_names_more")))
        case Loading(slow=True):
            rows.append(skeleton(label=translator.text("app.loading")))
        case Failed(code):
            rows.append(problem_panel(translator.text_or(code, "error.unexpected")))
        case _:
            pass
    return _page(rows, ft.CrossAxisAlignment.STRETCH)


def _come_in_closed(front: FrontDoor, session: UiSession, associate_id: str, pin: str) -> None:
    front.come_in(associate_id, pin, id(session))


def _no_pins(associate_id: str, pin: str) -> None:
    """Where PINs are not in force."""


@safe
def NamesScreen(
    associates: Query[tuple[AssociateView, ...]], holders: frozenset[str], ask: Callable[[str], None]
) -> ft.Control:
    """The names; `ask` gets the id of one who has a PIN."""
    session = use_session()
    translator = use_text()
    store = use_store()
    synced = use_signal(session.services.status).last_synced_at is not None
    heading: list[ft.Control] = [
        name_text(translator.text("associate.who"), identifier="choose-associate"),
        body_text(store.name) if store else StatusLine(),
    ]
    match associates:
        case Ready(value) if value:
            rows: list[ft.Control] = [AssociateRow(one, holders, ask) for one in value]
        case Ready() | Loading(slow=True):
            none, more = ("none_added", "none_added_more") if synced else ("none", "none_more")
            rows = [empty_state(translator.text(f"associate.{none}"), more=translator.text(f"associate.{more}"))]
            if isinstance(associates, Loading):
                rows = [skeleton(label=translator.text("app.loading"))]
        case Failed(code):
            rows = [problem_panel(translator.text_or(code, "error.unexpected"))]
        case _:
            rows = []
    return _page([*heading, ft.Container(height=UNIT), *rows], ft.CrossAxisAlignment.STRETCH)


@safe
def AssociateRow(associate: AssociateView, holders: frozenset[str], ask: Callable[[str], None]) -> ft.Control:
    """One name with its role. Where PINs are in force, whoever has none is told whom to ask."""
    session = use_session()
    translator = use_text()
    refused, set_refused = use_state(False)

    def choose() -> None:
        if not holders:
            prefer(session, associate_id=associate.id)
        elif associate.id in holders:
            ask(associate.id)
        else:
            set_refused(True)

    role = translator.text_or(f"role.{associate.role}", "role.associate")
    has_none = bool(holders) and associate.id not in holders
    about = f"{role} · {translator.text('sign_in.no_pin')}" if has_none else role
    words: list[ft.Control] = [body_text(associate.name, strong=True), detail_text(about)]
    if refused:
        words.append(detail_text(translator.text("sign_in.gone"), color=Role.REFUSED))
    return pressable(
        ft.Column(controls=words, spacing=2, tight=True),
        choose,
        label=f"{associate.name}, {about}",
        identifier=f"associate-{associate.id}",
    )


@safe
def PinScreen(associate: AssociateView, sign_in: Callable[[str, str], None], leave: Callable[[], None]) -> ft.Control:
    """The digits of one associate's PIN, and the way to the other names. `sign_in` takes a moment."""
    session = use_session()
    translator = use_text()

    def enter(_: None) -> None:
        memory_of(session.page).choose(associate_id=associate.id)  # whose PIN this browser asks for next time
        come_in(session, associate.id)

    action = use_action(partial(sign_in, associate.id), done=enter, once=True)
    problem = action.problem.in_words(translator) if action.problem is not None else ""
    pad = PinPad(translator.text("sign_in.title", name=associate.name), action.run, problem=problem, busy=action.busy)
    other = quiet_button(translator.text("sign_in.someone_else"), leave, identifier="someone-else")
    return _page([ft.Container(height=4 * GAP), pad, ft.Container(height=GAP), other], ft.CrossAxisAlignment.CENTER)


def _page(controls: Sequence[ft.Control], across: ft.CrossAxisAlignment) -> ft.Control:
    mark = brand_mark(use_session().brand, large=True)
    return ft.SafeArea(
        expand=True,
        content=ft.Column(
            controls=[ft.Container(height=GAP), *([mark] if mark is not None else []), *controls],
            spacing=UNIT,
            scroll=ft.ScrollMode.AUTO,
            margin=ft.Margin.symmetric(horizontal=MARGIN_TABLET),
            horizontal_alignment=across,
        ),
    )

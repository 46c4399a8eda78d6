"""Who works here: a list of names, and where associates have PINs, the digits of the one that was chosen."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

import flet as ft

from clienteling.domain.errors import ClientelingError
from clienteling.domain.views import AssociateView
from clienteling.ui.client_memory import memory_of, prefer
from clienteling.ui.components.brand_mark import brand_mark
from clienteling.ui.components.demo_pin import DemoPin
from clienteling.ui.components.new_pin import NewPinPad
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
    use_wide,
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
from clienteling.ui.text_size import scaled
from clienteling.ui.theme import GAP, MARGIN_TABLET, UNIT, Role
from clienteling.use_cases.front_door import FrontDoor
from clienteling.use_cases.sign_in import NO_KEY, NO_LEASE, NewPin, SignInServices

_ROWS_WIDTH: Final = 560
_NEEDS_CODE: Final = frozenset({NO_KEY, NO_LEASE})
"""Why a right PIN does not let somebody in whom a code would."""


@safe
def ChooseAssociateScreen() -> ft.Control:
    """The question and the names; or the PIN of who was here last."""
    session = use_session()
    associates = use_query(session.services.associates)
    holders = use_pin_holders()
    asked_id, ask = use_state(session.left_by or "")
    known = associates.value if isinstance(associates, Ready) else ()
    services = session.services.sign_in
    asked = next((one for one in known if one.id == asked_id), None)
    if asked is not None and holders and services is not None:
        sign_in = partial(_come_in_open, services, session)
        way_in = WayIn(sign_in, services.new_pin, has_pin=asked.id in holders)
        if way_in.has_pin or way_in.new_pin is not None:
            return keyed(f"pin:{asked.id}", PinScreen, asked, way_in, lambda: ask(""))
    if holders is None:
        return ft.Container()
    return NamesScreen(associates, holders, ask)


@dataclass(frozen=True, slots=True)
class WayIn:
    """How an associate comes in: `sign_in` by the PIN they have, `new_pin` by a code. Both take a moment."""

    sign_in: Callable[[str, str], None]
    new_pin: NewPin | None
    has_pin: bool


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
        way_in = WayIn(partial(_come_in_closed, front, session), front.new_pin, has_pin=True)
        return keyed(f"pin:{asked.id}", PinScreen, asked, way_in, lambda: ask(""))
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


def _come_in_open(services: SignInServices, session: UiSession, associate_id: str, pin: str) -> None:
    visitor = session.visitor
    services.sign_in(associate_id, pin)
    if session.visitor != visitor:  # the tab was closed meanwhile
        services.sign_out(associate_id)


def _come_in_closed(front: FrontDoor, session: UiSession, associate_id: str, pin: str) -> None:
    visitor = session.visitor
    front.come_in(associate_id, pin, visitor)
    if session.visitor == visitor:
        return
    opened = front.opened.value  # the tab was closed meanwhile: its leaving may have come first
    if opened is not None and opened.sign_in is not None:
        with suppress(ClientelingError):
            opened.sign_in.sign_out(associate_id)
    front.leave(visitor)


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
    return _page([*heading, *_demo(session), ft.Container(height=UNIT), *rows], ft.CrossAxisAlignment.STRETCH)


@safe
def AssociateRow(associate: AssociateView, holders: frozenset[str], ask: Callable[[str], None]) -> ft.Control:
    """One name with its role. Where PINs are in force, whoever has none is told whom to ask."""
    session = use_session()
    translator = use_text()
    refused, set_refused = use_state(False)

    def choose() -> None:
        if not holders:
            prefer(session, associate_id=associate.id)
        else:
            ask(associate.id)
            set_refused(associate.id not in holders)  # seen where there is no code to ask for

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
def PinScreen(associate: AssociateView, way_in: WayIn, leave: Callable[[], None]) -> ft.Control:
    """The digits of one associate's PIN, or a code and new ones, and the way to the other names."""
    session = use_session()
    translator = use_text()
    with_code, set_with_code = use_state(not way_in.has_pin)
    why, set_why = use_state("")

    def enter(_: None) -> None:
        memory_of(session.page).choose(associate_id=associate.id)  # whose PIN this browser asks for next time
        come_in(session, associate.id)

    action = use_action(partial(way_in.sign_in, associate.id), done=enter, once=True)
    code = action.problem.code if action.problem is not None else ""
    problem = action.problem.in_words(translator) if action.problem is not None else ""
    new_pin = way_in.new_pin

    def to_code() -> None:
        if code in _NEEDS_CODE and new_pin is not None:
            set_why(code)
            set_with_code(True)
            action.forget_problem()

    ft.use_effect(to_code, [code])
    other = quiet_button(translator.text("sign_in.someone_else"), leave, identifier="someone-else")
    if new_pin is not None and with_code:

        def take(code: str, pin: str, again: str) -> None:
            new_pin(associate.id, code=code, pin=pin, again=again)

        pad = NewPinPad(associate.name, take, action.run, why=translator.text(why) if why else "")
        shown: list[ft.Control] = [pad, body_text(problem, color=Role.REFUSED)]
        buttons = [other]
        if way_in.has_pin and not why:
            back = quiet_button(translator.text("sign_in.has_pin"), lambda: set_with_code(False), identifier="has-pin")
            buttons.append(back)
    else:
        title = translator.text("sign_in.title", name=associate.name)
        shown, buttons = [PinPad(title, action.run, problem=problem, busy=action.busy)], [other]
        if new_pin is not None:
            has_code = quiet_button(
                translator.text("sign_in.has_code"), lambda: set_with_code(True), identifier="has-code"
            )
            buttons.append(has_code)
    hint = [*_demo(session), ft.Container(height=GAP)] if _demo(session) else []
    column = [ft.Container(height=2 * GAP if hint else 4 * GAP), *hint, *shown, ft.Container(height=GAP), *buttons]
    return _page(column, ft.CrossAxisAlignment.CENTER)


def _demo(session: UiSession) -> list[ft.Control]:
    """In the demo, the PIN of everybody in it."""
    services = session.open_services
    hints = services.demo if services is not None else None
    return [DemoPin(hints.pin)] if hints is not None and hints.pin else []


def _page(controls: Sequence[ft.Control], across: ft.CrossAxisAlignment) -> ft.Control:
    mark = brand_mark(use_session().brand, large=True)
    shown = [ft.Container(height=GAP), *([mark] if mark is not None else []), *controls]
    if use_wide() and across is ft.CrossAxisAlignment.STRETCH:  # rows as long as a desk is wide are hard to hit
        column = ft.Column(controls=shown, spacing=UNIT, tight=True, horizontal_alignment=across)
        narrow = ft.Container(column, width=scaled(_ROWS_WIDTH))
        shown = [ft.Row(controls=[narrow], alignment=ft.MainAxisAlignment.CENTER)]
    return ft.SafeArea(
        expand=True,
        content=ft.Column(
            controls=shown,
            spacing=UNIT,
            scroll=ft.ScrollMode.AUTO,
            margin=ft.Margin.symmetric(horizontal=MARGIN_TABLET),
            horizontal_alignment=across,
        ),
    )

"""Adding a device: for which store, then a code to scan or to type there, and how long it holds."""

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from typing import Final

import flet as ft

from clienteling.domain.views import CodeForDevice
from clienteling.ui.asking import Asking, use_asking
from clienteling.ui.field_text import use_field_text
from clienteling.ui.hooks import Ready, use_now, use_preferences, use_query, use_session, use_state, use_text
from clienteling.ui.kit import (
    Field,
    Press,
    body_text,
    card,
    choice_button,
    detail_text,
    identified,
    name_text,
    primary_button,
    quiet_button,
    safe,
    section_text,
    waiting_chip,
)
from clienteling.ui.text_size import beside, scaled
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.manage import ManageServices

_SYMBOL: Final = 208
_WORDS_WIDTH: Final = 320
_MINUTE: Final = timedelta(minutes=1)


@safe
def NewDevice(manage: ManageServices, stores: tuple[tuple[str, str], ...], close: Press) -> ft.Control:
    """The store and a name, then the code; another code for another device."""
    translator = use_text()
    text = translator.text
    author_id = use_preferences().associate_id or ""
    chosen, choose = use_state(stores[0][0] if stores else "")
    name = use_field_text()
    none: CodeForDevice | None = None
    code, set_code = use_state(none)
    asking: Asking[CodeForDevice] = use_asking(lambda made: set_code(made), translator)

    def ask() -> None:
        asking.begin(lambda: manage.add_device(chosen, name.text, author_id=author_id))

    done = text("app.close")
    parts: list[ft.Control] = [section_text(text("devices.add"))]
    if code is not None:
        parts.append(ShownCode(code))
        words = text("devices.another_code")
        parts.append(
            _buttons(quiet_button(words, ask, disabled=asking.busy, identifier="device-code-again"), done, close)
        )
    else:
        parts.append(detail_text(text("devices.add_more")))
        if len(stores) > 1:
            parts.append(_store_choice(stores, chosen, choose))
        parts.append(Field(text("devices.name_new"), name, on_submit=lambda _: ask()))
        words = text("devices.make_code")
        parts.append(_buttons(primary_button(words, ask, disabled=asking.busy, identifier="device-code"), done, close))
    if asking.problem:
        parts.append(identified("device-code-problem", body_text(asking.problem, color=Role.REFUSED)))
    column = ft.Column(controls=parts, spacing=GAP, tight=True)
    return identified("new-device", card(column, padding=3 * UNIT))


def _store_choice(stores: tuple[tuple[str, str], ...], chosen: str, choose: Callable[[str], None]) -> ft.Control:
    buttons = [
        choice_button(
            name, functools.partial(choose, store_id), chosen=store_id == chosen, identifier=f"device-store-{store_id}"
        )
        for store_id, name in stores
    ]
    return ft.Row(controls=list(buttons), wrap=True, spacing=UNIT, run_spacing=UNIT)


@safe
def ShownCode(code: CodeForDevice) -> ft.Control:
    """The QR symbol on white, the characters beside it, what to do with them, and the time left."""
    text = use_text().text
    facts = use_query(use_session().services.device)
    server = facts.value.server if isinstance(facts, Ready) else ""
    left = minutes_left(code.ends_at, use_now())
    if not left:
        return identified("device-code-over", waiting_chip(text("devices.code_over")))
    symbol = ft.Image(
        src=code.symbol,
        width=_SYMBOL,
        height=_SYMBOL,
        fit=ft.BoxFit.CONTAIN,
        semantics_label=text("devices.symbol"),
    )
    words: list[ft.Control] = [
        name_text(code.code, identifier="device-code-shown"),
        detail_text(text("devices.code_holds", count=left, store=code.store_name)),
        body_text(text("devices.code_steps")),
        body_text(server, strong=True),
    ]
    column = ft.Container(ft.Column(controls=words, spacing=UNIT, tight=True), width=scaled(_WORDS_WIDTH))
    paper = ft.Container(symbol, border=ft.Border.all(1, Role.LINE))
    return beside([paper, column], spacing=3 * UNIT)


def minutes_left(ends_at: datetime, now: datetime) -> int:
    """Whole minutes, the last one counted to its end; 0 once it is over."""
    return max(0, ceil((ends_at - now) / _MINUTE))


def _buttons(first: ft.Control, words: str, close: Press) -> ft.Control:
    second = quiet_button(words, close, identifier="new-device-close")
    return ft.Row(controls=[first, second], wrap=True, spacing=UNIT, run_spacing=UNIT)

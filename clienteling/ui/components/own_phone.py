"""The customer answers on a phone of their own: a symbol to scan, how long it is good, and that the answers came.

Nothing waits for them: they come as every record does, and the screen looks at the local store when its rows change.
"""

from typing import Final

import flet as ft

from clienteling.domain.views import ConsentEventView, CustomerView, PhoneLink
from clienteling.i18n import Translator
from clienteling.ui.asking import Asking, use_asking
from clienteling.ui.components.new_device import minutes_left
from clienteling.ui.hooks import Ready, use_now, use_preferences, use_query, use_session, use_state
from clienteling.ui.kit import (
    Press,
    body_text,
    button_style,
    card,
    detail_text,
    identified,
    primary_button,
    quiet_button,
    safe,
    section_text,
    waiting_chip,
)
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.ask_on_phone import AskOnPhone

_SYMBOL: Final = 336


@safe
def OwnPhone(ask: AskOnPhone, view: CustomerView, language: str, here: Press) -> ft.Control:
    """The symbol, asked for as soon as this is on screen. `here`: back to answering on this screen."""
    session = use_session()
    translator = session.translators[language]
    text = translator.text
    author_id = use_preferences().associate_id or ""
    none: PhoneLink | None = None
    link, set_link = use_state(none)
    asking: Asking[PhoneLink] = use_asking(lambda made: set_link(made), translator)
    ledger = use_query(lambda: session.services.consent_ledger(view.id), view.id)
    now = use_now()

    def begin() -> None:
        asking.begin(lambda: ask(view.id, view.consents, author_id=author_id))

    ft.use_effect(begin, [])
    came = _came(ledger.value, link) if isinstance(ledger, Ready) else 0
    over = link is not None and not minutes_left(link.ends_at, now)
    parts: list[ft.Control]
    if came:
        thanks = body_text(text("own_phone.came", count=came), strong=True, color=Role.ON_DONE)
        parts = [identified("phone-answered", card(thanks, role=Role.DONE_SURFACE))]
    elif asking.problem:
        parts = [identified("phone-problem", body_text(asking.problem, color=Role.REFUSED))]
    elif link is None or asking.busy:
        parts = [identified("phone-getting", body_text(text("own_phone.getting")))]
    elif over:
        parts = [identified("phone-over", waiting_chip(text("own_phone.over")))]
    else:
        parts = [_to_scan(link, minutes_left(link.ends_at, now), translator, in_demo=session.services.demo is not None)]
    buttons: list[ft.Control] = []
    if not came and (asking.problem or over):
        buttons.append(primary_button(text("own_phone.another"), begin, identifier="phone-again"))
    words = text("own_phone.see") if came else text("own_phone.here")
    buttons.append((primary_button if came else quiet_button)(words, here, identifier="phone-here"))
    parts.append(ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT))
    column = ft.Column(controls=parts, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("own-phone", card(column, padding=3 * UNIT))


def _came(events: tuple[ConsentEventView, ...], link: PhoneLink | None) -> int:
    """How many answers came by the link."""
    return sum(one.confirmed_by == link.id for one in events) if link is not None else 0


def _to_scan(link: PhoneLink, left: int, translator: Translator, *, in_demo: bool) -> ft.Control:
    """The symbol on white, large, with what to do with it below."""
    text = translator.text
    symbol = ft.Image(
        src=link.symbol,
        width=_SYMBOL,
        height=_SYMBOL,
        fit=ft.BoxFit.CONTAIN,
        semantics_label=text("own_phone.symbol"),
        filter_quality=ft.FilterQuality.NONE,
    )
    paper = ft.Container(symbol, border=ft.Border.all(1, Role.LINE))
    parts: list[ft.Control] = [
        section_text(text("own_phone.scan")),
        ft.Row(controls=[identified("phone-symbol", paper)], alignment=ft.MainAxisAlignment.CENTER),
        body_text(text("own_phone.holds", count=left), strong=True),
        detail_text(text("own_phone.more", host=link.host)),
    ]
    if in_demo:
        # Nobody's phone reaches a demo: whoever tries it opens the customer's page beside it.
        parts.append(ft.Row(controls=[_open_here(link, text("own_phone.open_here"))]))
    return ft.Column(controls=parts, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _open_here(link: PhoneLink, words: str) -> ft.Control:
    button = ft.OutlinedButton(
        content=words,
        icon=ft.Icons.OPEN_IN_NEW,
        action=ft.OpenUrl(link.address, target=ft.UrlTarget.BLANK),
        style=button_style(outlined=True),
    )
    return identified("phone-open-here", button)

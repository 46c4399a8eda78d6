"""The PIN of the demo, where it is asked for, and who there is to be."""

import flet as ft

from clienteling.domain.views import AssociateView
from clienteling.i18n import Translator
from clienteling.ui.hooks import Ready, use_query, use_session, use_text
from clienteling.ui.kit import body_text, card, detail_text, identified, overline, safe
from clienteling.ui.theme import UNIT, Role

_ROLES = ("manager", "privacy_officer")


@safe
def DemoPin(pin: str) -> ft.Control:
    """Plainly the demo's, and never on a shop's own device."""
    translator = use_text()
    found = use_query(use_session().services.associates)
    people = found.value if isinstance(found, Ready) else ()
    lines: list[ft.Control] = [
        overline(translator.text("demo.pin_title")),
        body_text(translator.text("demo.pin_here", pin=pin), strong=True),
    ]
    lines += [detail_text(words) for role in _ROLES if (words := _named(role, people, translator))]
    column = ft.Column(controls=lines, spacing=UNIT // 2, tight=True)
    return identified("demo-pin", card(column, role=Role.SUNKEN))


def _named(role: str, people: tuple[AssociateView, ...], translator: Translator) -> str:
    """`Lilis Suryani: manajer toko`, with what only they see."""
    names = ", ".join(one.name for one in people if one.role == role)
    return translator.text(f"demo.pin_{role}", names=names) if names else ""

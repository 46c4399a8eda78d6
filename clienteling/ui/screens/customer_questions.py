"""What somebody should look at about this customer, said quietly: a field two people changed, a possible duplicate."""

import functools

import flet as ft

from clienteling.domain.emails import masked_email
from clienteling.domain.naming import person_name
from clienteling.domain.views import ConflictView, CustomerView, LookupRow
from clienteling.i18n import Translator
from clienteling.ui.components.conflicts import conflict_words, two_values
from clienteling.ui.components.phones import phone_tail
from clienteling.ui.hooks import use_session, use_text
from clienteling.ui.kit import Press, body_text, detail_text, identified, pressable, safe
from clienteling.ui.places import AttentionPlace
from clienteling.ui.theme import GAP, RADIUS, Role

_SHOWN = 3


@safe
def OpenQuestions(view: CustomerView) -> ft.Control:
    """One row each; a press leads to where it can be settled or looked at."""
    session = use_session()
    translator = use_text()
    rows = [_conflict(one, translator, lambda: session.go(AttentionPlace())) for one in view.conflicts[:_SHOWN]]
    rows += [
        _duplicate(one, translator, functools.partial(session.open_customer, one.customer_id))
        for one in view.possible_duplicates[:_SHOWN]
    ]
    listed = ft.Column(controls=rows, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("open-questions", ft.Container(listed, border_radius=RADIUS, border=ft.Border.all(1, Role.LINE)))


def _conflict(one: ConflictView, translator: Translator, look: Press) -> ft.Control:
    values = two_values(one, translator, masked=True)
    return _row(conflict_words(one, translator), values, f"conflict-{one.id}", look)


def _duplicate(one: LookupRow, translator: Translator, look: Press) -> ft.Control:
    words = translator.text("duplicate.maybe", name=person_name(one))
    about = " · ".join(
        part for part in (phone_tail(one.phone), masked_email(one.email) if one.name else "", one.home_store) if part
    )
    return _row(words, about, f"duplicate-{one.customer_id}", look)


def _row(words: str, about: str, identifier: str, look: Press) -> ft.Control:
    content = ft.Row(
        controls=[
            ft.Column(controls=[body_text(words), detail_text(about, lines=1)], spacing=2, tight=True, expand=True),
            ft.Icon(ft.Icons.CHEVRON_RIGHT, color=Role.QUIET),
        ],
        spacing=GAP,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    label = ", ".join(part for part in (words, about) if part)
    return pressable(content, look, label=label, identifier=identifier, flat=True)

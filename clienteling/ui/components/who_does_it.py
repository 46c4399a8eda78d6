"""Whose a promise or an appointment is: one of those who work here, or whoever is on duty then."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import flet as ft

from clienteling.ui.hooks import Ready, use_query, use_session, use_state, use_text
from clienteling.ui.kit import choice_button, detail_text, identified, quiet_button, safe
from clienteling.ui.theme import UNIT

SHOWN_AT_FIRST: Final = 6
_ANYONE: Final = ""


@safe
def WhoDoesIt(
    heading: str, chosen: str, choose: Callable[[str], None], known: Mapping[str, str], *, identifier: str
) -> ft.Control:
    """The store's associates by name, as buttons; some at first and the rest at a press.

    chosen  an associate's id, "" for whoever is on duty
    known   names by id of those it is or was to be, who may work elsewhere by now
    """
    session = use_session()
    text = use_text().text
    whole, set_whole = use_state(False)
    found = use_query(session.services.associates)
    here = {one.id: one.name for one in found.value} if isinstance(found, Ready) else {}
    names = {**{one: name for one, name in known.items() if one and name}, **here}
    by_name = sorted(names, key=lambda one: (names[one], one))
    shown = by_name if whole else _at_first(by_name, chosen)
    buttons: list[ft.Control] = [
        choice_button(
            names.get(one, text("associate.anyone")),
            functools.partial(choose, one),
            chosen=one == chosen,
            identifier=f"{identifier}-by-{one or 'anyone'}",
        )
        for one in (*shown, _ANYONE)
    ]
    left = len(by_name) - len(shown)
    if left > 0:
        more = quiet_button(
            text("associate.more", count=left), lambda: set_whole(True), identifier=f"{identifier}-by-more"
        )
        buttons.append(more)
    row = ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT)
    column = ft.Column(controls=[detail_text(heading), row], spacing=UNIT, tight=True)
    return identified(f"{identifier}-by", column)


def _at_first(by_name: Sequence[str], chosen: str) -> Sequence[str]:
    """The first few, the chosen one among them."""
    first = by_name[:SHOWN_AT_FIRST]
    return first if chosen in first or chosen not in by_name else (*first[:-1], chosen)

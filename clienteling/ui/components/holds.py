"""One piece asked for: how it stands, said as it is, and what can be done; what may end it is asked once more."""

from dataclasses import replace
from datetime import datetime
from typing import Final

import flet as ft

from clienteling.domain.views import HoldStatus, HoldView
from clienteling.i18n import Formats
from clienteling.ui.components.serving_rows import serving_row, serving_words
from clienteling.ui.hooks import use_action, use_formats, use_preferences, use_session, use_state
from clienteling.ui.kit import detail_text, primary_button, quiet_button, safe
from clienteling.ui.theme import Role

_CANCEL, _COLLECT = "cancel", "collect"
_KNOWN_REASONS: Final = ("out_of_stock", "stock_unknown")


def hold_item(view: HoldView) -> str:
    """`Kemeja Linen · Putih · M ×2`."""
    item = " · ".join(part for part in (view.name, *view.options) if part)
    return f"{item} ×{view.quantity}" if view.quantity > 1 else item


def as_it_stands(view: HoldView, *, now: datetime) -> HoldView:
    """The hold; ended where its end has passed since it was read: a screen may be open for hours."""
    has_ended = view.status is HoldStatus.CONFIRMED and view.until is not None and view.until <= now
    return replace(view, status=HoldStatus.EXPIRED) if has_ended else view


def hold_words(view: HoldView, formats: Formats, *, now: datetime) -> str:
    """How it stands. Only what the server confirmed is said to be held, and only until its end."""
    text = formats.translator.text
    when = formats.moment(view.until, now=now) if view.until is not None else ""
    match view.status:
        case HoldStatus.CONFIRMED:
            return text("hold.standing_confirmed", when=when) if when else text("hold.standing_confirmed_open")
        case HoldStatus.EXPIRED:
            return text("hold.standing_expired", when=when) if when else text("hold.standing_expired_open")
        case HoldStatus.REFUSED if view.reason in _KNOWN_REASONS:
            return text(f"hold.standing_refused_{view.reason}")
        case _:
            return text(f"hold.standing_{view.status.value}")


@safe
def HoldRow(as_read: HoldView, now: datetime) -> ft.Control:
    """The item, how it stands, and at the right what can be done."""
    view = as_it_stands(as_read, now=now)
    session = use_session()
    preferences = use_preferences()
    formats = use_formats()
    translator = formats.translator
    text = translator.text
    asking, set_asking = use_state("")

    def end() -> None:
        does = session.services.collect_hold if asking == _COLLECT else session.services.cancel_hold
        does(view.id, author_id=preferences.associate_id or "")

    ending = use_action(end, done=lambda _: set_asking(""))
    ends: list[ft.Control] = []
    if asking:
        yes = text("hold.collect_yes" if asking == _COLLECT else "hold.cancel_yes")
        ends += [
            primary_button(yes, ending.run, disabled=ending.busy, identifier=f"hold-yes-{view.id}"),
            quiet_button(text("hold.no"), lambda: set_asking(""), identifier=f"hold-no-{view.id}"),
        ]
    elif view.is_open:
        if view.status is HoldStatus.CONFIRMED and view.here:
            ends.append(
                quiet_button(text("hold.collect"), lambda: set_asking(_COLLECT), identifier=f"hold-collect-{view.id}")
            )
        ends.append(quiet_button(text("hold.cancel"), lambda: set_asking(_CANCEL), identifier=f"hold-cancel-{view.id}"))
    stands = hold_words(view, formats, now=now)
    certain, refused = view.status is HoldStatus.CONFIRMED, view.status is HoldStatus.REFUSED
    about = ["" if view.here else text("hold.at_store", store=view.store)]
    words = serving_words(
        hold_item(view),
        "",
        about=about,
        plain=stands if certain else "",
        waits="" if certain or refused else stands,
        refused=stands if refused else "",
        unsent=text("note.pending") if view.pending else "",
    )
    problem = ending.problem
    below = [detail_text(problem.in_words(translator), color=Role.REFUSED)] if problem is not None else []
    label = ", ".join(part for part in (hold_item(view), stands, *about) if part)
    return serving_row(words, ends, below, label=label, identifier=f"hold-{view.id}")

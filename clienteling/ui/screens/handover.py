"""A visitor's saved list: what is on it and where it is, and whose wishlist it goes to, once they have agreed.

The customer is asked before anything is kept: whose list it is comes first, then the question to read to them, and one
press of theirs or the associate's is the agreement.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import flet as ft

from clienteling.domain.views import HandoverView, SavedGood, StockHere
from clienteling.i18n import Formats
from clienteling.ui.components.choose_customer import ChooseCustomer, Closable, Person
from clienteling.ui.components.for_customer import OpenPerson
from clienteling.ui.components.stock_words import stock_words
from clienteling.ui.components.variants import stock_at_this_store, variant_words
from clienteling.ui.components.wishlist import product_picture
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Ready,
    use_action,
    use_formats,
    use_now,
    use_preferences,
    use_query,
    use_session,
    use_state,
    use_text,
)
from clienteling.ui.kit import (
    Press,
    body_text,
    card,
    detail_text,
    icon_button,
    identified,
    keyed,
    name_text,
    primary_button,
    problem_panel,
    quiet_button,
    safe,
    section_text,
    skeleton,
    tick_row,
)
from clienteling.ui.places import ProductPlace, ScanPlace
from clienteling.ui.theme import GAP, UNIT, Role

_PICTURE: Final = 64

Good = tuple[str, str | None]
"""A product and its variant."""


@dataclass(frozen=True, slots=True)
class _Step:
    """How far the list has come: whose it is, and how many of its goods came to their wishlist."""

    choosing: bool = False
    person: Person | None = None
    kept: int | None = None


_AT_FIRST: Final = _Step()


@safe
def HandoverScreen(handover_id: str) -> ft.Control:
    """The list, or why there is none to show."""
    session = use_session()
    translator = use_text()
    found = use_query(lambda: session.services.handover(handover_id), handover_id)
    match found:
        case Loading(slow):
            return skeleton(5, label=translator.text("app.loading")) if slow else ft.Container()
        case Failed(code):
            return problem_panel(translator.text_or(code, "error.unexpected"))
        case Ready(None):
            return HandoverAbsent()
        case Ready(view):
            pass
    assert view is not None
    return SavedList(view)


@safe
def HandoverAbsent() -> ft.Control:
    """Says that it is not here, with the way on."""
    session = use_session()
    text = use_text().text
    again = primary_button(text("handover.type_again"), lambda: session.go(ScanPlace()), identifier="type-again")
    parts: list[ft.Control] = [body_text(text("handover.not_here"), strong=True), ft.Row(controls=[again])]
    return identified("handover-absent", card(ft.Column(controls=parts, spacing=GAP, tight=True)))


def _good(one: SavedGood) -> Good:
    return one.product_id, one.variant_id


@safe
def SavedList(view: HandoverView) -> ft.Control:
    """The goods with a tick each, and what is done with those that are ticked."""
    formats = use_formats()
    now = use_now().replace(second=0, microsecond=0)
    here = [one for one in view.goods if one.name]
    left_out, set_left_out = use_state(frozenset[Good]())
    chosen = tuple(_good(one) for one in here if _good(one) not in left_out)
    is_open = view.is_open(now)

    def ticker(good: Good) -> Press:
        return lambda: set_left_out(left_out ^ {good})

    rows: list[ft.Control] = [
        _good_row(one, formats, now=now, ticked=_good(one) in chosen, tick=ticker(_good(one)) if is_open else None)
        for one in here
    ]
    if len(here) < len(view.goods):
        rows.append(detail_text(formats.translator.text("handover.gone", count=len(view.goods) - len(here))))
    goods = ft.Column(controls=rows, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    parts = [_heading(view, formats, now=now), keyed(view.id, GiveToCustomer, view, chosen, now), goods]
    return identified("handover", _column(parts))


def _heading(view: HandoverView, formats: Formats, *, now: datetime) -> ft.Control:
    text = formats.translator.text
    made = text("handover.made", count=len(view.goods), when=formats.moment(view.made_at, now=now))
    title = name_text(text("handover.title", code=view.code))
    return ft.Column(controls=[title, detail_text(made)], spacing=0, tight=True)


@safe
def _good_row(good: SavedGood, formats: Formats, *, now: datetime, ticked: bool, tick: Press | None) -> ft.Control:
    """What it is, what it costs and whether it is here; a press takes it off or back on, the arrow opens it."""
    session = use_session()
    line = stock_at_this_store(good.variant) if good.variant is not None else None
    here = StockHere(line.available, line.as_of) if line is not None else StockHere(None, None)
    stock, colour = stock_words(here, formats, now=now) if good.variant is not None else ("", Role.QUIET)
    price = formats.money(good.variant.price) if good.variant is not None and good.variant.price else ""
    options = variant_words(good.variant) if good.variant is not None else ""
    facts = " · ".join(part for part in (options, price) if part)
    words: list[ft.Control] = [body_text(good.name, strong=True)]
    words += [detail_text(facts)] if facts else []
    words += [detail_text(stock, color=colour)] if stock else []
    content = ft.Row(
        controls=[
            product_picture(session.services.picture_address(good.picture), size=_PICTURE),
            ft.Column(controls=words, spacing=0, tight=True, expand=True),
        ],
        spacing=GAP,
        expand=True,
    )
    opens = icon_button(
        ft.Icons.CHEVRON_RIGHT,
        formats.translator.text("handover.open_good", name=good.name),
        lambda: session.go(ProductPlace(good.product_id, good.variant_id)),
        identifier=f"open-good-{good.product_id}",
    )
    if tick is None:
        shown: ft.Control = ft.Container(content, padding=ft.Padding.symmetric(vertical=UNIT), expand=True)
    else:
        label = ", ".join(part for part in (good.name, options, price, stock) if part)
        identifier = f"good-{good.variant_id or good.product_id}"
        row = tick_row(content, ticked=ticked, on_press=tick, label=label, identifier=identifier)
        shown = ft.Container(row, expand=True)
    return ft.Row(controls=[shown, opens], spacing=0)


@safe
def GiveToCustomer(view: HandoverView, chosen: tuple[Good, ...], now: datetime) -> ft.Control:
    """The button; after it whose list it is, the question to them, and what came of it. Or why it is none any more."""
    formats = use_formats()
    text = formats.translator.text
    step, set_step = use_state(_AT_FIRST)

    def close() -> None:
        set_step(_AT_FIRST)

    def choose(person: Person) -> None:
        set_step(_Step(choosing=True, person=person))

    person = step.person
    if person is not None and step.kept is not None:
        return Kept(person, step.kept)
    if not view.is_open(now):
        return _no_more(view, formats, now=now)
    if person is not None:
        done = partial(_done, set_step, person)
        return keyed(person.customer_id, AskCustomer, view.id, chosen, person, done, close)
    if step.choosing:
        about = [text("handover.goods", count=len(chosen))]
        return ChooseCustomer(text("handover.whose"), about, choose, close, busy=False, problem="", identifier="give")
    give = primary_button(
        text("handover.give"),
        lambda: set_step(_Step(choosing=True)),
        icon=ft.Icons.FAVORITE_BORDER,
        disabled=not chosen,
        identifier="give",
    )
    return ft.Row(controls=[give])


def _done(set_step: Callable[[_Step], None], person: Person, kept: int) -> None:
    set_step(_Step(choosing=True, person=person, kept=kept))


@safe
def AskCustomer(
    handover_id: str, goods: tuple[Good, ...], person: Person, kept: Callable[[int], None], close: Press
) -> ft.Control:
    """The question as it is put to the customer; yes keeps the goods on their wishlist."""
    session = use_session()
    preferences = use_preferences()
    formats = use_formats()
    translator = formats.translator
    text = translator.text

    def give() -> int:
        return session.services.attach_handover(
            handover_id,
            person.customer_id,
            goods=goods,
            agreed=True,
            language=formats.locale,
            author_id=preferences.associate_id or "",
        )

    giving = use_action(give, done=kept, once=True)
    yes = primary_button(
        text("handover.agreed", count=len(goods)), giving.run, disabled=giving.busy, identifier="give-agreed"
    )
    no = quiet_button(text("handover.declined"), close, identifier="give-declined")
    parts: list[ft.Control] = [
        Closable([detail_text(text("handover.ask", name=person.name))], close, "give"),
        section_text(text("handover.agreement")),
        detail_text(text("handover.goods", count=len(goods))),
        ft.Row(controls=[yes, no], wrap=True, spacing=UNIT, run_spacing=UNIT),
    ]
    if giving.problem is not None:
        parts.append(detail_text(giving.problem.in_words(translator), color=Role.REFUSED, strong=True))
    return identified("give-ask", card(_column(parts, spacing=UNIT)))


@safe
def Kept(person: Person, count: int) -> ft.Control:
    """How many came to the wishlist, with the way to the customer."""
    text = use_text().text
    said = text("handover.kept" if count else "handover.kept_all", count=count, name=person.name)
    way = ft.Row(controls=[OpenPerson(person, "give")])
    parts = [body_text(said, strong=True, color=Role.ON_DONE), way]
    return identified("give-kept", card(_column(parts, spacing=UNIT), role=Role.DONE_SURFACE))


def _no_more(view: HandoverView, formats: Formats, *, now: datetime) -> ft.Control:
    """By whom it was taken over, or that its day is over."""
    text = formats.translator.text
    if view.attached_at is None:
        said = text("handover.expired")
    else:
        when = formats.moment(view.attached_at, now=now)
        said = (
            text("handover.taken_over", name=view.attached_by, when=when) if view.attached_by else text("handover.used")
        )
    return identified("handover-over", card(body_text(said, strong=True), role=Role.SUNKEN))


def _column(parts: Sequence[ft.Control], *, spacing: int = GAP) -> ft.Column:
    return ft.Column(
        controls=list(parts), spacing=spacing, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )

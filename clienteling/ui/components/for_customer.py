"""What can be done with the product on screen for a customer: put it on their wishlist, or ask for one to be held.

First whose it is, then what came of it, and the way to that customer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import flet as ft

from clienteling.domain.views import HoldStatus, HoldView, ProductView, VariantView
from clienteling.ui.components.choose_customer import ChooseCustomer, Closable, Person
from clienteling.ui.components.holds import as_it_stands, hold_words
from clienteling.ui.components.variants import stock_at_this_store, variant_words
from clienteling.ui.hooks import (
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
    identified,
    keyed,
    primary_button,
    quiet_button,
    safe,
)
from clienteling.ui.theme import UNIT, Role


class Deed(StrEnum):
    """What is done for a customer; the value names its parts on the screen."""

    WISH = "add-wish"
    HOLD = "hold-one"


@dataclass(frozen=True, slots=True)
class Step:
    """What stands here: the buttons alone, the choice of a customer for a deed, or (`person`) that it is done for them.

    already  the item was on the wishlist before
    hold_id  the hold asked for
    """

    deed: Deed | None = None
    person: Person | None = None
    item: str = ""
    already: bool = False
    hold_id: str = ""


_CLOSED: Final = Step()


def is_here(variant: VariantView | None) -> bool:
    """Whether there is one at this store, as far as is known."""
    line = stock_at_this_store(variant) if variant is not None else None
    return line is not None and line.available > 0


@safe
def ForCustomer(view: ProductView, variant: VariantView | None) -> ft.Control:
    """The buttons, and after one of them the customer to choose, then what came of it."""
    step, set_step = use_state(_CLOSED)
    item = " · ".join(part for part in (view.name, variant_words(variant) if variant else "") if part)

    def close() -> None:
        set_step(_CLOSED)

    match step:
        case Step(deed=Deed.WISH, person=None):
            return keyed(
                "choosing",
                WhoseWish,
                view.id,
                variant.id if variant else None,
                item,
                saved=lambda person, already: set_step(Step(Deed.WISH, person, item, already)),
                close=close,
            )
        case Step(deed=Deed.WISH, person=Person() as person):
            return Wished(person, step.item, step.already, lambda: set_step(Step(Deed.WISH)), close)
        case Step(deed=Deed.HOLD, person=None) if variant is not None:
            return keyed(
                f"holding:{variant.id}",
                WhoseHold,
                view.id,
                variant.id,
                item,
                asked=lambda person, hold_id: set_step(Step(Deed.HOLD, person, item, hold_id=hold_id)),
                close=close,
            )
        case Step(deed=Deed.HOLD, person=Person() as person):
            return HoldAsked(person, step.item, step.hold_id, close)
        case _:
            return Deeds(is_here(variant), lambda deed: set_step(Step(deed)))


@safe
def Deeds(can_hold: bool, choose: Callable[[Deed], None]) -> ft.Control:
    """The buttons. One is held only where there is one."""
    text = use_text().text
    buttons = [
        primary_button(
            text("add_wish.button"),
            lambda: choose(Deed.WISH),
            icon=ft.Icons.FAVORITE_BORDER,
            identifier=Deed.WISH.value,
        )
    ]
    if can_hold:
        buttons.append(
            quiet_button(
                text("hold.button"),
                lambda: choose(Deed.HOLD),
                icon=ft.Icons.INVENTORY_2_OUTLINED,
                identifier=Deed.HOLD.value,
            )
        )
    return ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT)


@safe
def WhoseWish(
    product_id: str,
    variant_id: str | None,
    item: str,
    *,
    saved: Callable[[Person, bool], None],
    close: Press,
) -> ft.Control:
    """Whose wishlist; a press saves."""
    session = use_session()
    translator = use_text()
    preferences = use_preferences()

    def add(person: Person) -> tuple[Person, bool]:
        added = session.services.add_to_wishlist(
            person.customer_id, product_id, variant_id=variant_id, author_id=preferences.associate_id or ""
        )
        return person, added.already

    adding = use_action(add, done=lambda result: saved(*result), once=True)
    return ChooseCustomer(
        translator.text("add_wish.whose"),
        [item],
        adding.run,
        close,
        busy=adding.busy,
        problem=adding.problem.in_words(translator) if adding.problem is not None else "",
        identifier=Deed.WISH.value,
    )


@safe
def WhoseHold(
    product_id: str, variant_id: str, item: str, *, asked: Callable[[Person, str], None], close: Press
) -> ft.Control:
    """For whom one is to be held, and what that means; a press asks for it."""
    session = use_session()
    translator = use_text()
    preferences = use_preferences()

    def ask(person: Person) -> tuple[Person, str]:
        hold_id = session.services.request_hold(
            person.customer_id, product_id, variant_id=variant_id, author_id=preferences.associate_id or ""
        )
        return person, hold_id

    asking = use_action(ask, done=lambda result: asked(*result), once=True)
    return ChooseCustomer(
        translator.text("hold.whose"),
        [item, translator.text("hold.what_happens")],
        asking.run,
        close,
        busy=asking.busy,
        problem=asking.problem.in_words(translator) if asking.problem is not None else "",
        identifier=Deed.HOLD.value,
    )


@safe
def Wished(person: Person, item: str, already: bool, another: Press, close: Press) -> ft.Control:
    """That it is saved, on the colour of what was done just now; or that it was on the list already."""
    text = use_text().text
    said = text("add_wish.already" if already else "add_wish.saved", item=item, name=person.name)
    words = body_text(said, strong=True, color=Role.TEXT if already else Role.ON_DONE)
    again = quiet_button(text("add_wish.another"), another, identifier="add-wish-another")
    return _done(
        [words],
        person,
        [again],
        close,
        role=Role.CARD if already else Role.DONE_SURFACE,
        identifier=Deed.WISH.value,
        called="add-wish-already" if already else "add-wish-saved",
    )


@safe
def HoldAsked(person: Person, item: str, hold_id: str, close: Press) -> ft.Control:
    """How the hold stands: requested, on the colour of what waits, until the server's answer has come."""
    session = use_session()
    formats = use_formats()
    text = formats.translator.text
    now = use_now()
    found = use_query(lambda: session.services.customer(person.customer_id), person.customer_id)
    customer = found.value if isinstance(found, Ready) else None
    holds = customer.holds if customer is not None else ()
    hold = next((as_it_stands(one, now=now) for one in holds if one.id == hold_id), None)
    surface, ink = _colours_of(hold)
    stands = hold_words(hold, formats, now=now) if hold is not None else text("hold.standing_requested")
    words = [
        body_text(stands, strong=True, color=ink),
        body_text(text("hold.asked", item=item, name=person.name), color=ink),
    ]
    if hold is None or hold.status is HoldStatus.REQUESTED:
        words.append(detail_text(text("hold.asked_more"), color=ink))
    return _done(words, person, [], close, role=surface, identifier=Deed.HOLD.value, called="hold-one-asked")


def _colours_of(hold: HoldView | None) -> tuple[Role, Role]:
    match hold.status if hold is not None else HoldStatus.REQUESTED:
        case HoldStatus.CONFIRMED:
            return Role.DONE_SURFACE, Role.ON_DONE
        case HoldStatus.REQUESTED:
            return Role.WAITING_SURFACE, Role.ON_WAITING
        case HoldStatus.REFUSED:
            return Role.REFUSED_SURFACE, Role.ON_REFUSED
        case _:
            return Role.CARD, Role.TEXT


def _done(
    words: Sequence[ft.Control],
    person: Person,
    others: Sequence[ft.Control],
    close: Press,
    *,
    role: Role,
    identifier: str,
    called: str,
) -> ft.Control:
    """What came of it, with the way to the customer."""
    opens = OpenPerson(person, identifier)
    ways = ft.Row(controls=[opens, *others], wrap=True, spacing=UNIT, run_spacing=UNIT)
    inside = ft.Column(
        controls=[Closable(words, close, identifier), ways],
        spacing=UNIT,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return identified(called, card(inside, role=role))


@safe
def OpenPerson(person: Person, identifier: str) -> ft.Control:
    """The way to the customer."""
    session = use_session()
    text = use_text().text
    return primary_button(
        text("add_wish.open", name=person.name),
        lambda: session.open_customer(person.customer_id),
        identifier=f"{identifier}-open",
    )

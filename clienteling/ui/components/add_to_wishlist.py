"""Putting the product on screen on a customer's wishlist: whose it is, saved, and the way to that customer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import flet as ft

from clienteling.domain.naming import person_name
from clienteling.domain.views import LookupRow, ProductView, VariantView
from clienteling.ui.components.look_up import LookUpField, LookUpRows, use_look_up
from clienteling.ui.components.variants import variant_words
from clienteling.ui.hooks import Ready, use_action, use_preferences, use_query, use_session, use_state, use_text
from clienteling.ui.kit import (
    body_text,
    card,
    detail_text,
    icon_button,
    identified,
    keyed,
    primary_button,
    quiet_button,
    safe,
)
from clienteling.ui.theme import UNIT, Role


@dataclass(frozen=True, slots=True)
class Person:
    """Whose wishlist it is; `name` with salutation."""

    customer_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """What stands here: the button alone, the choice of a customer, or (`saved`) that `item` is on their list.

    `already`: it was on the list before.
    """

    choosing: bool = False
    saved: Person | None = None
    item: str = ""
    already: bool = False


_CLOSED: Final = Step()


@safe
def AddToWishlist(view: ProductView, variant: VariantView | None) -> ft.Control:
    """The button, and after it the customer to choose."""
    text = use_text().text
    step, set_step = use_state(_CLOSED)
    if step.saved is not None:
        return Saved(
            step.saved, step.item, step.already, lambda: set_step(Step(choosing=True)), lambda: set_step(_CLOSED)
        )
    if step.choosing:
        item = " · ".join(part for part in (view.name, variant_words(variant) if variant else "") if part)
        return keyed(
            "choosing",
            WhoseWish,
            view.id,
            variant.id if variant else None,
            item,
            saved=lambda person, already: set_step(Step(saved=person, item=item, already=already)),
            close=lambda: set_step(_CLOSED),
        )
    button = primary_button(
        text("add_wish.button"),
        lambda: set_step(Step(choosing=True)),
        icon=ft.Icons.FAVORITE_BORDER,
        identifier="add-wish",
    )
    return ft.Row(controls=[button])


@safe
def WhoseWish(
    product_id: str,
    variant_id: str | None,
    item: str,
    *,
    saved: Callable[[Person, bool], None],
    close: Callable[[], None],
) -> ft.Control:
    """The customer opened last, or anyone by look-up; a press saves."""
    session = use_session()
    translator = use_text()
    text = translator.text
    preferences = use_preferences()
    look_up = use_look_up()

    def add(person: Person) -> tuple[Person, bool]:
        added = session.services.add_to_wishlist(
            person.customer_id, product_id, variant_id=variant_id, author_id=preferences.associate_id or ""
        )
        return person, added.already

    adding = use_action(add, done=lambda result: saved(*result))

    def choose(row: LookupRow) -> None:
        adding.run(Person(row.customer_id, person_name(row)))

    heading = ft.Row(
        controls=[
            ft.Column(
                controls=[body_text(text("add_wish.whose"), strong=True), detail_text(item)],
                spacing=0,
                tight=True,
                expand=True,
            ),
            icon_button(ft.Icons.CLOSE, text("app.close"), close, identifier="add-wish-close"),
        ],
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    parts: list[ft.Control] = [heading]
    last_id = session.navigation.last_customer_id
    if last_id is not None:
        parts.append(LastOpened(last_id, adding.run, adding.busy))
    parts += [LookUpField(look_up, choose, autofocus=True), LookUpRows(look_up, choose, compact=True)]
    if adding.problem:
        problem = adding.problem.in_words(translator)
        parts.append(detail_text(problem, color=Role.REFUSED, strong=True))
    inside = ft.Column(controls=parts, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("add-wish-whose", card(inside))


@safe
def LastOpened(customer_id: str, choose: Callable[[Person], None], busy: bool) -> ft.Control:
    """The customer this was probably about; nothing where they are no longer here."""
    session = use_session()
    text = use_text().text
    found = use_query(lambda: session.services.customer(customer_id), customer_id)
    customer = found.value if isinstance(found, Ready) else None
    if customer is None:
        return ft.Container()
    person = Person(customer.id, person_name(customer))
    button = quiet_button(
        text("add_wish.for_last", name=person.name),
        lambda: choose(person),
        icon=ft.Icons.PERSON_OUTLINE,
        disabled=busy,
        identifier="add-wish-last",
    )
    return ft.Row(controls=[button])


@safe
def Saved(
    person: Person, item: str, already: bool, another: Callable[[], None], close: Callable[[], None]
) -> ft.Control:
    """That it is saved, on the colour of what was done just now; or that it was on the list already."""
    session = use_session()
    text = use_text().text
    said = text("add_wish.already" if already else "add_wish.saved", item=item, name=person.name)
    words = body_text(said, strong=True, color=Role.TEXT if already else Role.ON_DONE)
    heading = ft.Row(
        controls=[
            ft.Container(words, expand=True),
            icon_button(ft.Icons.CLOSE, text("app.close"), close, identifier="add-wish-close"),
        ],
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    ways = ft.Row(
        controls=[
            primary_button(
                text("add_wish.open", name=person.name),
                lambda: session.open_customer(person.customer_id),
                identifier="add-wish-open",
            ),
            quiet_button(text("add_wish.another"), another, identifier="add-wish-another"),
        ],
        wrap=True,
        spacing=UNIT,
        run_spacing=UNIT,
    )
    inside = ft.Column(
        controls=[heading, ways], spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )
    surface = card(inside) if already else card(inside, role=Role.DONE_SURFACE)
    return identified("add-wish-already" if already else "add-wish-saved", surface)

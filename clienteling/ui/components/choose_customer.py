"""Whom a product is for: the customer opened last, or anyone by look-up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import flet as ft

from clienteling.domain.naming import person_name
from clienteling.domain.views import LookupRow
from clienteling.ui.components.look_up import LookUpField, LookUpRows, use_look_up
from clienteling.ui.hooks import Ready, use_query, use_session, use_text
from clienteling.ui.kit import (
    Press,
    body_text,
    card,
    detail_text,
    icon_button,
    identified,
    quiet_button,
    safe,
)
from clienteling.ui.theme import UNIT, Role


@dataclass(frozen=True, slots=True)
class Person:
    """A customer who was chosen; `name` with salutation."""

    customer_id: str
    name: str


@safe
def ChooseCustomer(
    question: str,
    about: Sequence[str],
    choose: Callable[[Person], None],
    close: Press,
    *,
    busy: bool,
    problem: str,
    identifier: str,
) -> ft.Control:
    """The question, what it is `about`, and the people; a press on one of them answers it."""
    session = use_session()
    look_up = use_look_up()

    def choose_row(row: LookupRow) -> None:
        choose(Person(row.customer_id, person_name(row)))

    words = [body_text(question, strong=True), *(detail_text(one) for one in about)]
    parts: list[ft.Control] = [Closable(words, close, identifier)]
    last_id = session.navigation.last_customer_id
    if last_id is not None:
        parts.append(LastOpened(last_id, choose, busy, identifier))
    parts += [LookUpField(look_up, choose_row, autofocus=True), LookUpRows(look_up, choose_row, compact=True)]
    if problem:
        parts.append(detail_text(problem, color=Role.REFUSED, strong=True))
    inside = ft.Column(controls=parts, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified(f"{identifier}-whose", card(inside))


@safe
def LastOpened(customer_id: str, choose: Callable[[Person], None], busy: bool, identifier: str) -> ft.Control:
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
        identifier=f"{identifier}-last",
    )
    return ft.Row(controls=[button])


@safe
def Closable(words: Sequence[ft.Control], close: Press, identifier: str) -> ft.Control:
    """The words, and at their right what closes the part they stand in."""
    text = use_text().text
    return ft.Row(
        controls=[
            ft.Column(controls=list(words), spacing=0, tight=True, expand=True),
            icon_button(ft.Icons.CLOSE, text("app.close"), close, identifier=f"{identifier}-close"),
        ],
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )

"""What a code meant, where that did not open by itself: what was found, or the reason in words and a way on."""

import flet as ft

from clienteling.domain.codes import ScanKind, ScannedCode
from clienteling.domain.naming import person_name
from clienteling.domain.views import CustomerView, LookupRow, ProductBrief
from clienteling.i18n import Formats
from clienteling.ui.components.look_up_everywhere import LookUpEverywhere
from clienteling.ui.components.variants import presence_words, variant_to_show, variant_words
from clienteling.ui.components.wedge import code_sentence, count_opened, remember
from clienteling.ui.components.wishlist import product_picture
from clienteling.ui.field_text import use_field_text
from clienteling.ui.hooks import Failed, Loading, Ready, use_formats, use_query, use_session, use_state, use_text
from clienteling.ui.kit import (
    Field,
    Press,
    body_text,
    card,
    detail_text,
    empty_state,
    identified,
    keyed,
    pressable,
    primary_button,
    problem_panel,
    quiet_button,
    safe,
    section_text,
    skeleton,
)
from clienteling.ui.places import FindPlace, ProductPlace
from clienteling.ui.scanner import Resolved
from clienteling.ui.screens.product_facts import brief_row
from clienteling.ui.theme import GAP, UNIT

_FOUND = 8


@safe
def ScanAnswerPanel(resolved: Resolved) -> ft.Control:
    """The product or customer found, or why there is none."""
    if resolved.product is not None:
        return FoundProduct(resolved)
    if resolved.answer.customer_id is not None:
        return FoundCustomer(resolved)
    return NothingFound(resolved)


@safe
def FoundProduct(resolved: Resolved) -> ft.Control:
    """The product in short, with a way to it; a notice where the label names an address that is not ours."""
    formats = use_formats()
    text = formats.translator.text
    parts: list[ft.Control] = []
    if resolved.answer.code.foreign_host:
        parts.append(identified("foreign-host", body_text(text("scan.foreign_product"), strong=True)))
        parts.append(ShownCode(resolved.answer.code))
    parts.append(ProductInShort(resolved))
    content = ft.Column(controls=parts, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("scan-answer", content)


@safe
def ProductInShort(resolved: Resolved) -> ft.Control:
    """Picture, name, price and whether it is here."""
    session = use_session()
    formats = use_formats()
    product, place = resolved.product, resolved.place
    assert product is not None
    assert place is not None
    variant = resolved.variant or variant_to_show(product.variants, None)
    picture = variant.picture if variant is not None and variant.picture else next(iter(product.pictures), "")
    facts = [variant_words(variant), _price(resolved, formats), presence_words(variant, formats)] if variant else []

    def open_it() -> None:
        remember(session, resolved)
        count_opened(session, resolved)
        session.go(place)

    words = ft.Column(
        controls=[
            section_text(product.name),
            body_text(" · ".join(part for part in facts if part)),
            ft.Row(
                controls=[
                    primary_button(formats.translator.text("scan.open_product"), open_it, identifier="open-product")
                ]
            ),
        ],
        spacing=UNIT,
        tight=True,
        expand=True,
    )
    return card(
        ft.Row(
            controls=[product_picture(session.services.picture_address(picture), size=128), words],
            spacing=GAP,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        )
    )


def _price(resolved: Resolved, formats: Formats) -> str:
    price = resolved.variant.price if resolved.variant is not None else None
    return formats.money(price) if price is not None else ""


@safe
def FoundCustomer(resolved: Resolved) -> ft.Control:
    """The way to the customer whose card it was. The name stands only on the button that was asked for."""
    session = use_session()
    text = use_text().text
    customer_id = resolved.answer.customer_id or ""
    found = use_query(lambda: session.services.customer(customer_id), customer_id)
    customer: CustomerView | None = found.value if isinstance(found, Ready) else None
    name = person_name(customer) if customer is not None else ""

    def open_it() -> None:
        remember(session, resolved)
        session.open_customer(customer_id)

    parts: list[ft.Control] = [
        body_text(text("scan.card"), strong=True),
        body_text(name),
        ft.Row(controls=[primary_button(text("attention.open_customer"), open_it, identifier="open-customer")]),
    ]
    return identified("scan-answer", card(ft.Column(controls=parts, spacing=UNIT, tight=True)))


@safe
def NothingFound(resolved: Resolved) -> ft.Control:
    """The reason, what was read as plain text, and a search where one can help."""
    session = use_session()
    translator = use_text()
    text = translator.text
    code = resolved.answer.code

    def open_row(row: LookupRow) -> None:
        session.open_customer(row.customer_id)

    parts: list[ft.Control] = [
        body_text(translator.text_or(code_sentence(resolved), "scan.unknown"), strong=True),
        ShownCode(code),
    ]
    if code.kind is ScanKind.LOYALTY:
        find = quiet_button(
            text("scan.find_customer"), lambda: session.go(FindPlace(code.value or "")), identifier="find-customer"
        )
        parts.append(ft.Row(controls=[find]))
        if session.services.look_up_everywhere is not None:
            number = code.value or ""
            parts.append(keyed(f"everywhere:{number}", LookUpEverywhere, number, open_row))
    said = card(ft.Column(controls=parts, spacing=UNIT, tight=True))
    answer: list[ft.Control] = [identified("scan-answer", said)]
    if may_be_searched(code):
        answer.append(ProductSearch(search_text(code)))
    return ft.Column(controls=answer, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def may_be_searched(code: ScannedCode) -> bool:
    """Whether it may have been meant for one of our products."""
    return code.kind not in (ScanKind.LOYALTY, ScanKind.FOREIGN_LINK, ScanKind.ENROLMENT)


def search_text(code: ScannedCode) -> str:
    """What to search for first: the code as it was typed, or nothing for an address."""
    return "" if "/" in code.shown_text else code.shown_text


@safe
def ShownCode(code: ScannedCode) -> ft.Control:
    """What was read, as text that leads nowhere."""
    text = use_text().text
    words = text("scan.shown_code", code=code.shown_text)
    return identified("shown-code", detail_text(words)) if code.shown_text else ft.Container()


@safe
def ProductSearch(first: str) -> ft.Control:
    """Products by what is typed, beginning with the code as text."""
    session = use_session()
    formats = use_formats()
    translator = formats.translator
    typed = use_field_text(first)
    asked = typed.text.strip()

    def search() -> tuple[ProductBrief, ...]:
        return session.services.search_products(asked, _FOUND) if asked else ()

    def opener(product_id: str) -> Press:
        return lambda: session.go(ProductPlace(product_id))

    found = use_query(search, asked)
    box = Field(translator.text("wish.find_product"), typed, icon=ft.Icons.SEARCH)
    parts: list[ft.Control] = [identified("product-search", box)]
    match found:
        case Ready(briefs) if briefs:
            parts += [
                brief_row(one, session.services.picture_address(one.picture), opener(one.id), formats) for one in briefs
            ]
        case Ready() if asked:
            parts.append(empty_state(translator.text("scan.no_products"), identifier="no-products"))
        case Loading(slow=True):
            parts.append(skeleton(3, label=translator.text("app.loading")))
        case Failed(code):
            parts.append(problem_panel(translator.text_or(code, "error.unexpected")))
        case _:
            pass
    return ft.Column(controls=parts, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@safe
def CodesInPicture(found: tuple[Resolved, ...]) -> ft.Control:
    """Several codes were in one picture: the person says which; the one chosen stands below."""
    formats = use_formats()
    text = formats.translator.text
    chosen, set_chosen = use_state(-1)

    def chooser(position: int) -> Press:
        return lambda: set_chosen(position)

    rows = [
        _code_row(one, chooser(position), formats, chosen=position == chosen, identifier=f"picture-code-{position}")
        for position, one in enumerate(found)
    ]
    parts: list[ft.Control] = [body_text(text("scan.several", count=len(found)), strong=True), *rows]
    if 0 <= chosen < len(found):
        parts.append(keyed(f"answer-{chosen}", ScanAnswerPanel, found[chosen]))
    content = ft.Column(controls=parts, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("picture-codes", content)


def _code_row(found: Resolved, choose: Press, formats: Formats, *, chosen: bool, identifier: str) -> ft.Control:
    translator = formats.translator
    if found.product is not None:
        name = " · ".join(
            part for part in (found.product.name, variant_words(found.variant) if found.variant else "") if part
        )
    elif found.answer.customer_id is not None:
        name = translator.text("scan.card")
    else:
        name = translator.text_or(code_sentence(found), "scan.unknown")
    code = found.answer.code.shown_text
    words = ft.Column(
        controls=[body_text(name, strong=True, lines=1), detail_text(code, lines=1)], spacing=0, tight=True
    )
    return pressable(words, choose, label=f"{name}, {code}", identifier=identifier, chosen=chosen)

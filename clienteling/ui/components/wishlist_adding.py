"""Adding a wish from the customer's screen: find the product, choose size and colour or leave them open, done."""

from collections.abc import Callable
from typing import Final

import flet as ft

from clienteling.domain.views import ProductBrief, ProductView, VariantView
from clienteling.i18n import Formats
from clienteling.ui.components.stock_words import brief_words
from clienteling.ui.components.variants import stock_at_this_store
from clienteling.ui.components.wishlist import product_picture
from clienteling.ui.field_text import use_field_text
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Ready,
    use_action,
    use_formats,
    use_preferences,
    use_query,
    use_session,
    use_state,
)
from clienteling.ui.kit import (
    Field,
    body_text,
    card,
    detail_text,
    empty_state,
    icon_button,
    identified,
    keyed,
    overline,
    pressable,
    problem_panel,
    quiet_button,
    safe,
    skeleton,
)
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.answers import WishAdded

FOUND: Final = 8
_NOTHING_CHOSEN: Final = ""


@safe
def WishAdding(customer_id: str, close: Callable[[], None]) -> ft.Control:
    """A field, what it finds, then the variants of what was chosen."""
    session = use_session()
    formats = use_formats()
    text = formats.translator.text
    typed = use_field_text()
    chosen, set_chosen = use_state(_NOTHING_CHOSEN)
    asked = typed.text.strip()

    def search() -> tuple[ProductBrief, ...]:
        return session.services.search_products(asked, FOUND) if asked else ()

    found = use_query(search, asked)
    heading = ft.Row(
        controls=[
            ft.Container(overline(text("wish.add")), expand=True),
            icon_button(ft.Icons.CLOSE, text("app.close"), close, identifier="wish-add-close"),
        ],
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    parts: list[ft.Control] = [heading]
    if chosen:
        back = quiet_button(text("wish.other_product"), lambda: set_chosen(_NOTHING_CHOSEN), identifier="wish-other")
        parts += [keyed(chosen, VariantChoice, customer_id, chosen, close), ft.Row(controls=[back])]
    else:
        box = Field(text("wish.find_product"), typed, takes_focus=True, icon=ft.Icons.SEARCH)
        parts.append(identified("wish-search", box))
        match found:
            case Ready(briefs) if briefs:
                parts += [
                    _brief(one, set_chosen, session.services.picture_address(one.picture), formats) for one in briefs
                ]
            case Ready() if asked:
                parts.append(empty_state(text("wish.no_product"), identifier="no-products"))
            case Loading(slow=True):
                parts.append(skeleton(2, label=text("app.loading")))
            case Failed(code):
                parts.append(problem_panel(formats.translator.text_or(code, "error.unexpected")))
            case _:
                pass
    inside = ft.Column(controls=parts, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("wish-adding", card(inside))


def _brief(one: ProductBrief, choose: Callable[[str], None], picture: str, formats: Formats) -> ft.Control:
    price, here = brief_words(one, formats)
    content = ft.Row(
        controls=[
            product_picture(picture, size=48),
            ft.Column(
                controls=[body_text(one.name, lines=1), detail_text(f"{price} · {here}", lines=1)],
                spacing=2,
                tight=True,
                expand=True,
            ),
        ],
        spacing=GAP,
    )
    return pressable(
        content,
        lambda: choose(one.id),
        label=", ".join([one.name, price, here]),
        identifier=f"wish-product-{one.id}",
        flat=True,
    )


@safe
def VariantChoice(customer_id: str, product_id: str, close: Callable[[], None]) -> ft.Control:
    """The variants, and "not decided yet"; a press writes the wish and closes."""
    session = use_session()
    preferences = use_preferences()
    formats = use_formats()
    translator = formats.translator
    text = translator.text
    product = use_query(lambda: session.services.product(product_id), product_id)

    already, set_already = use_state(False)

    def add(variant_id: str | None) -> WishAdded:
        return session.services.add_to_wishlist(
            customer_id, product_id, variant_id=variant_id, author_id=preferences.associate_id or ""
        )

    def told(added: WishAdded) -> None:
        if added.already:
            set_already(True)
        else:
            close()

    adding = use_action(add, done=told)

    def choose(variant_id: str | None) -> None:
        set_already(False)
        adding.run(variant_id)

    match product:
        case Loading(slow):
            return skeleton(2, label=text("app.loading")) if slow else ft.Container(height=120)
        case Failed(code):
            return problem_panel(translator.text_or(code, "error.unexpected"))
        case Ready(None):
            return empty_state(text("error.not_found"))
        case Ready(view):
            pass
    assert view is not None
    parts: list[ft.Control] = [body_text(view.name, strong=True), detail_text(text("wish.choose_variant"))]
    choices = _choices(view, choose, busy=adding.busy, formats=formats)
    parts.append(ft.Row(controls=choices, wrap=True, spacing=UNIT, run_spacing=UNIT))
    if already:
        parts.append(identified("wish-already", body_text(text("wish.already"), strong=True)))
    if adding.problem:
        problem = adding.problem.in_words(translator)
        parts.append(detail_text(problem, color=Role.REFUSED))
    return ft.Column(controls=parts, spacing=UNIT, tight=True)


def _choices(view: ProductView, add: Callable[[str | None], None], *, busy: bool, formats: Formats) -> list[ft.Control]:
    text = formats.translator.text
    if len(view.variants) <= 1:
        only = view.variants[0].id if view.variants else None
        return [quiet_button(text("wish.add_this"), lambda: add(only), disabled=busy, identifier="wish-variant-only")]
    undecided = quiet_button(
        text("wish.undecided"), lambda: add(None), disabled=busy, identifier="wish-variant-undecided"
    )
    return [*(_variant(one, add, busy=busy, formats=formats) for one in view.variants), undecided]


def _variant(one: VariantView, add: Callable[[str | None], None], *, busy: bool, formats: Formats) -> ft.Control:
    here = stock_at_this_store(one)
    words = " · ".join(value for _, value in one.options) or one.sku
    if here is not None and here.available:
        words = formats.translator.text("wish.variant_here", variant=words, count=here.available)
    return quiet_button(words, lambda: add(one.id), disabled=busy, identifier=f"wish-variant-{one.id}")

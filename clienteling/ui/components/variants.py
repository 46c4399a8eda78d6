"""Choosing size and colour: each value says in words whether it is here; a press leads to something that is made."""

from collections.abc import Callable, Sequence

import flet as ft

from clienteling.domain.views import LocationStock, ProductView, VariantView
from clienteling.i18n import Formats
from clienteling.ui.hooks import use_formats
from clienteling.ui.kit import Press, body_text, detail_text, identified, overline, safe, spoken
from clienteling.ui.text_size import height_at_rest
from clienteling.ui.theme import GAP, RADIUS, TARGET, UNIT, Role


def stock_at_this_store(variant: VariantView) -> LocationStock | None:
    """The line of this store; None where the store was never told."""
    return next((line for line in variant.stock if line.here), None)


def variant_to_show(variants: Sequence[VariantView], wanted_id: str | None) -> VariantView | None:
    """The one asked for; else the first that is here, else the first."""
    for one in variants:
        if one.id == wanted_id:
            return one
    here = (one for one in variants if (line := stock_at_this_store(one)) and line.available > 0)
    return next(here, variants[0] if variants else None)


def option_values(view: ProductView) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each option's name with its values, in the order of the variants."""
    values: dict[str, dict[str, None]] = {name: {} for name in view.option_names}
    for variant in view.variants:
        for name, value in variant.options:
            values.setdefault(name, {})[value] = None
    return tuple((name, tuple(found)) for name, found in values.items() if found)


def combination(view: ProductView, shown: VariantView, name: str, value: str) -> VariantView | None:
    """The variant that differs from `shown` in this option alone; None where it is not made."""
    wanted = {**dict(shown.options), name: value}
    return next((one for one in view.variants if dict(one.options) == wanted), None)


def nearest_variant(view: ProductView, shown: VariantView, name: str, value: str) -> VariantView:
    """The variant with this value that keeps most of what was chosen; of equals one that is here."""
    wanted = {**dict(shown.options), name: value}

    def likeness(one: VariantView) -> tuple[int, bool]:
        line = stock_at_this_store(one)
        return sum(wanted.get(option) == given for option, given in one.options), bool(line and line.available > 0)

    return max((one for one in view.variants if (name, value) in one.options), key=likeness, default=shown)


def presence_words(variant: VariantView | None, formats: Formats) -> str:
    """`2 di sini`, `di tempat lain`, `habis`; `tidak dibuat` for a combination that does not exist."""
    text = formats.translator.text
    if variant is None:
        return text("variant.not_made")
    here = stock_at_this_store(variant)
    if here is not None and here.available > 0:
        return text("variant.here", count=here.available)
    if any(line.available > 0 for line in variant.stock):
        return text("variant.elsewhere")
    return text("variant.sold_out" if here is not None else "variant.not_known")


def variant_words(variant: VariantView) -> str:
    """`Putih · M`; "" for a product with nothing to choose."""
    return " · ".join(value for _, value in variant.options)


@safe
def VariantChooser(view: ProductView, shown: VariantView, choose: Callable[[str], None]) -> ft.Control:
    """A row of values for each option; `choose` gets the id of the variant that a press leads to."""
    formats = use_formats()
    rows: list[ft.Control] = []
    for name, values in option_values(view):
        if len(view.variants) > 1:
            rows.append(_option_row(view, shown, name, values, choose=choose, formats=formats))
    content = ft.Column(controls=rows, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("variants", content)


def _option_row(
    view: ProductView,
    shown: VariantView,
    name: str,
    values: Sequence[str],
    *,
    choose: Callable[[str], None],
    formats: Formats,
) -> ft.Control:
    chosen = dict(shown.options).get(name)

    def chooser(value: str) -> Press:
        return lambda: choose(nearest_variant(view, shown, name, value).id)

    cells = []
    for value in values:
        variant = combination(view, shown, name, value)
        cells.append(
            _value(
                value,
                presence_words(variant, formats),
                chooser(value),
                chosen=value == chosen,
                here=_is_here(variant),
                identifier=f"variant-{name}-{value}",
            )
        )
    return ft.Column(
        controls=[overline(name), ft.Row(controls=cells, wrap=True, spacing=UNIT, run_spacing=UNIT)],
        spacing=UNIT,
        tight=True,
    )


def _is_here(variant: VariantView | None) -> bool:
    line = stock_at_this_store(variant) if variant is not None else None
    return line is not None and line.available > 0


def _value(value: str, presence: str, press: Press, *, chosen: bool, here: bool, identifier: str) -> ft.Control:
    colour = Role.ON_CHOSEN if chosen else Role.TEXT if here else Role.QUIET
    words = ft.Column(
        controls=[body_text(value, strong=True, color=colour), detail_text(presence, color=colour)],
        spacing=0,
        tight=True,
        alignment=ft.MainAxisAlignment.CENTER,
    )
    surface = ft.Container(
        content=ft.Row(controls=[words], tight=True),
        height=height_at_rest(TARGET + UNIT),
        padding=ft.Padding.symmetric(horizontal=GAP - 4, vertical=0 if height_at_rest(TARGET) else UNIT),
        border_radius=RADIUS,
        bgcolor=Role.CHOSEN if chosen else Role.CARD,
        border=ft.Border.all(2, Role.ACTION) if chosen else ft.Border.all(1, Role.LINE),
        ink=True,
        on_click=lambda _: press(),
    )
    return spoken(surface, label=f"{value}, {presence}", identifier=identifier, selected=chosen)

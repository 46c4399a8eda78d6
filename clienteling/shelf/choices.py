"""Sizes and colours on the page: for each option its values, each a link to the variant that has it."""

from collections.abc import Sequence
from dataclasses import dataclass

from clienteling.domain.stock import StockBand
from clienteling.domain.views import ProductView, VariantView
from clienteling.shelf.stock_words import told_here

MAX_ROWS = 60
"""A table of more variants helps nobody at a shelf."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One value of an option. `gtin` "": nothing can be linked to. `band`: at this store, None where not known."""

    value: str
    gtin: str
    is_current: bool
    band: StockBand | None


@dataclass(frozen=True, slots=True)
class Choice:
    """`chosen`: the current variant's value, "" where it has none."""

    name: str
    chosen: str
    chips: tuple[Chip, ...]


def variant_of(product: ProductView, variant_id: str) -> VariantView:
    """The variant, or the first one."""
    return next((one for one in product.variants if one.id == variant_id), product.variants[0])


def choices(product: ProductView, current: VariantView) -> tuple[Choice, ...]:
    """Every option of which there are two values or more, or one to name, in the product's order."""
    names = dict.fromkeys(name for one in product.variants for name, _ in one.options)
    return tuple(_choice(product, current, name) for name in names)


def _choice(product: ProductView, current: VariantView, name: str) -> Choice:
    chosen = dict(current.options).get(name, "")
    values = dict.fromkeys(value for one in product.variants for option, value in one.options if option == name)
    chips = []
    for value in values:
        variant = _with_value(product.variants, current, name, value)
        stock = told_here(variant)
        chips.append(Chip(value, variant.gtin, value == chosen, stock.band if stock else None))
    return Choice(name, chosen, tuple(chips))


def _with_value(variants: Sequence[VariantView], current: VariantView, name: str, value: str) -> VariantView:
    """The variant with this value that has most in common with the current one."""
    wanted = {**dict(current.options), name: value}
    having = [one for one in variants if dict(one.options).get(name) == value]
    return max(having, key=lambda one: sum(wanted.get(option) == mine for option, mine in one.options))


def option_words(variant: VariantView) -> str:
    """`Putih, M`."""
    return ", ".join(value for _, value in variant.options)

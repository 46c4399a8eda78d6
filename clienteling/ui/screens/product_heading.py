"""The first lines about a product: its name, the price now and before, and where the promotion behind it holds."""

from datetime import datetime
from typing import assert_never

import flet as ft

from clienteling.domain.promotions import HoldsIn
from clienteling.domain.views import ProductView, PromotionView, VariantView
from clienteling.i18n import Formats
from clienteling.ui.components.reviews import rating_words
from clienteling.ui.hooks import use_formats, use_session
from clienteling.ui.kit import body_text, detail_text, icon_button, identified, name_text, safe
from clienteling.ui.text_size import beside, is_large, scaled
from clienteling.ui.theme import GAP, RADIUS, SIZE_SECTION, SIZE_TEXT, UNIT, Role, text_style


def where_words(promotion: PromotionView, formats: Formats) -> str:
    """`online dan toko`, `khusus online`, `hanya di Surabaya`."""
    text = formats.translator.text
    stores = formats.listed(promotion.stores)
    match HoldsIn(promotion.holds_in):
        case HoldsIn.ONLINE:
            return text("promotion.online_only")
        case HoldsIn.STORE:
            return text("promotion.only_in", stores=stores) if stores else text("promotion.all_stores")
        case HoldsIn.EVERYWHERE:
            return text("promotion.online_and_in", stores=stores) if stores else text("promotion.everywhere")
        case other:
            assert_never(other)


def promotion_words(promotion: PromotionView, formats: Formats, *, now: datetime) -> str:
    """`Linen Lebih Ringan s.d. Minggu, online dan toko`, and that it does not hold here where it does not."""
    text = formats.translator.text
    name = formats.in_language(promotion.name, promotion.name_en)
    until = formats.near_day(promotion.ends_at, today=formats.date_of(now))
    words = text("promotion.until", name=name, when=until, where=where_words(promotion, formats))
    return words if promotion.holds_here else text("promotion.not_here", promotion=words)


@safe
def ProductHeading(view: ProductView, variant: VariantView | None, now: datetime) -> ft.Control:
    """Name, brand and rating at the left, the price at the right, promotions below."""
    session = use_session()
    formats = use_formats()
    about = " · ".join(part for part in (view.brand, view.category, rating_words(view.rating, formats)) if part)
    name = ft.Column(
        controls=[name_text(view.name, identifier="product-name"), detail_text(about)],
        spacing=0,
        tight=True,
        expand=True,
    )
    back = icon_button(ft.Icons.ARROW_BACK, formats.translator.text("app.back"), session.go_back, identifier="back")
    top = beside([back, name, _price(variant, formats)], spacing=UNIT, vertical_alignment=ft.CrossAxisAlignment.START)
    promotions = [_promotion(one, formats, now=now) for one in view.promotions]
    lines: list[ft.Control] = [top]
    if promotions:
        lines.append(
            identified(
                "promotions",
                ft.Column(
                    controls=promotions, spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
                ),
            )
        )
    return ft.Column(controls=lines, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _price(variant: VariantView | None, formats: Formats) -> ft.Control:
    text = formats.translator.text
    if variant is None or variant.price is None:
        return identified("price", body_text(text("wish.no_price"), color=Role.QUIET))
    now_costs = ft.Text(
        formats.money(variant.price),
        size=scaled(SIZE_SECTION),
        weight=ft.FontWeight.W_700,
        color=Role.TEXT,
        style=ft.TextStyle(height=1.6),
        no_wrap=True,
    )
    lines: list[ft.Control] = [now_costs]
    if variant.price_before is not None:
        before = formats.money(variant.price_before)
        style = text_style(SIZE_TEXT)
        style.decoration = ft.TextDecoration.LINE_THROUGH
        spoken = text("product.price_before", price=before)
        lines.append(ft.Text(before, style=style, color=Role.QUIET, no_wrap=True, semantics_label=spoken))
    price = ft.Column(
        controls=lines,
        spacing=0,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.START if is_large() else ft.CrossAxisAlignment.END,
    )
    return identified("price", price)


def _promotion(promotion: PromotionView, formats: Formats, *, now: datetime) -> ft.Control:
    """On the accent's surface where it holds here; a quiet line where it does not."""
    words = promotion_words(promotion, formats, now=now)
    if not promotion.holds_here:
        return ft.Container(detail_text(words), padding=ft.Padding.symmetric(horizontal=GAP))
    return ft.Container(
        body_text(words, strong=True, color=Role.ON_CHOSEN),
        bgcolor=Role.CHOSEN,
        border_radius=RADIUS,
        padding=ft.Padding.symmetric(horizontal=GAP, vertical=UNIT),
    )

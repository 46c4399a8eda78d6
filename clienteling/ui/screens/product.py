"""Product: what it is, what it costs here, where it is, what buyers say. Everything from the local store alone."""

from collections.abc import Callable, Sequence
from datetime import datetime

import flet as ft

from clienteling.domain.views import ProductView, VariantView
from clienteling.ui.components.for_customer import ForCustomer
from clienteling.ui.components.reviews import RatingBars, Reviews, reviews_heading
from clienteling.ui.components.stock import StockPanel
from clienteling.ui.components.variants import VariantChooser, variant_to_show
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Ready,
    use_formats,
    use_now,
    use_query,
    use_reopened,
    use_second_look,
    use_session,
    use_state,
    use_text,
    use_wide,
)
from clienteling.ui.kit import (
    body_text,
    card,
    detail_text,
    identified,
    keyed,
    primary_button,
    problem_panel,
    quiet_button,
    safe,
    skeleton,
)
from clienteling.ui.places import ProductPlace, ScanPlace
from clienteling.ui.screens.product_facts import GoesWith, ProductFacts
from clienteling.ui.screens.product_heading import ProductHeading
from clienteling.ui.screens.product_pictures import ProductPictures
from clienteling.ui.text_size import beside, is_large
from clienteling.ui.theme import GAP, UNIT

_PICTURE_TABLET, _PICTURE_DESKTOP = 264, 320


@safe
def ProductScreen(product_id: str, variant_id: str | None) -> ft.Control:
    """The product, or why there is none to show."""
    session = use_session()
    translator = use_text()
    product = use_query(lambda: session.services.product(product_id), product_id)
    match product:
        case Loading(slow):
            return skeleton(6, label=translator.text("app.loading")) if slow else ft.Container()
        case Failed(code):
            return problem_panel(
                translator.text_or(code, "error.unexpected"),
                what_to_do=translator.text("product.failed"),
                actions=[WaysOn()],
            )
        case Ready(None):
            return ProductAbsent()
        case Ready(view):
            pass
    assert view is not None
    return ProductBody(view, variant_id)


@safe
def ProductAbsent() -> ft.Control:
    """Says that it is not here, with the ways on."""
    text = use_text().text
    parts: list[ft.Control] = [
        body_text(text("product.unknown"), strong=True),
        detail_text(text("product.unknown_more")),
        WaysOn(),
    ]
    return identified("product-absent", card(ft.Column(controls=parts, spacing=UNIT, tight=True)))


@safe
def WaysOn() -> ft.Control:
    """To another product, or back."""
    session = use_session()
    text = use_text().text
    return ft.Row(
        controls=[
            primary_button(text("product.find_another"), lambda: session.go(ScanPlace()), identifier="find-another"),
            quiet_button(text("app.back"), session.go_back, identifier="back"),
        ],
        wrap=True,
        spacing=UNIT,
        run_spacing=UNIT,
    )


@safe
def ProductBody(view: ProductView, variant_id: str | None) -> ft.Control:
    """One column on a tablet; on a desktop the reviews stand at the right. The variant is kept for the way back."""
    session = use_session()
    now = use_now().replace(second=0, microsecond=0)
    wide = use_wide()
    use_reopened()  # a label scanned again shows its own variant
    place = ProductPlace(view.id, variant_id)
    chosen_id = session.chosen_variant(place)
    times_chosen, set_times_chosen = use_state(0)
    whole = use_second_look()
    variant = variant_to_show(view.variants, chosen_id)

    def choose(chosen: str) -> None:
        session.choose_variant(place, chosen)
        set_times_chosen(times_chosen + 1)

    if wide:
        content = _two_columns(view, variant, choose, now, whole=whole)
    else:
        content = _one_column(view, variant, choose, now, whole=whole)
    return ft.Column(
        # What is done for a customer stands high, so that the people found for it are not below the fold.
        controls=[ProductHeading(view, variant, now), ForCustomer(view, variant), *content],
        spacing=GAP,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _one_column(
    view: ProductView, variant: VariantView | None, choose: Callable[[str], None], now: datetime, *, whole: bool
) -> list[ft.Control]:
    """`whole`: with what stands below the fold."""
    rating = [_rating(view)]
    first = _shown_and_chosen(view, variant, choose, now, picture_size=_PICTURE_TABLET, below_picture=rating)
    if not whole:
        return [first]
    return [first, ProductFacts(view, variant), GoesWith(view.goes_with), _reviews(view, now, headed=True)]


def _two_columns(
    view: ProductView, variant: VariantView | None, choose: Callable[[str], None], now: datetime, *, whole: bool
) -> list[ft.Control]:
    """`whole`: with what stands below the fold."""
    first = _shown_and_chosen(view, variant, choose, now, picture_size=_PICTURE_DESKTOP)
    left = _column(first, *((ProductFacts(view, variant), GoesWith(view.goes_with)) if whole else ()))
    right = _column(_rating(view), *((_reviews(view, now),) if whole else ()))
    left.expand, right.expand = 7, 5
    return [
        ft.Row(controls=[left, right], spacing=3 * UNIT, vertical_alignment=ft.CrossAxisAlignment.START),
    ]


def _column(*parts: ft.Control) -> ft.Column:
    return ft.Column(
        controls=list(parts), spacing=2 * GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )


def _shown_and_chosen(
    view: ProductView,
    variant: VariantView | None,
    choose: Callable[[str], None],
    now: datetime,
    *,
    picture_size: int,
    below_picture: Sequence[ft.Control] = (),
) -> ft.Control:
    """The picture at the left; size, colour and where that is at the right."""
    pictures = keyed(f"pictures:{variant.id if variant else ''}", ProductPictures, view, variant, picture_size)
    left = _column(pictures, *below_picture)
    left.width, left.spacing = picture_size, GAP
    choosing: list[ft.Control] = []
    if variant is not None and len(view.variants) > 1:
        choosing.append(VariantChooser(view, variant, choose))
    choosing += [card(StockPanel(view.id, variant, now)), ProductCodes(variant)]
    right = _column(*choosing)
    right.expand, right.spacing = True, GAP
    if is_large():
        left.width = None
    return beside([left, right], spacing=3 * UNIT, vertical_alignment=ft.CrossAxisAlignment.START)


def printed_gtin(gtin: str) -> str:
    """The number as it stands below the bars: thirteen digits, where fourteen begin with a zero."""
    return gtin[1:] if len(gtin) == 14 and gtin.startswith("0") else gtin


@safe
def ProductCodes(variant: VariantView | None) -> ft.Control:
    """SKU and GTIN, small."""
    text = use_text().text
    codes = []
    if variant is not None and variant.sku:
        codes.append(text("product.sku", sku=variant.sku))
    if variant is not None and variant.gtin:
        codes.append(text("product.gtin", gtin=printed_gtin(variant.gtin)))
    return identified("codes", detail_text("  ·  ".join(codes))) if codes else ft.Container()


def _rating(view: ProductView) -> ft.Control:
    return card(RatingCard(view))


@safe
def RatingCard(view: ProductView) -> ft.Control:
    """The rating below its heading."""
    formats = use_formats()
    return ft.Column(controls=[reviews_heading(formats), RatingBars(view.rating)], spacing=UNIT, tight=True)


def _reviews(view: ProductView, now: datetime, *, headed: bool = False) -> ft.Control:
    """`headed`: the rating stands elsewhere."""
    return Reviews(view.id, view.rating, now, headed=headed)

"""What customers ask next: sizes, whether it can come back, how it gets to them, a video, and what goes with it."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import flet as ft

from clienteling.domain.views import ProductBrief, ProductView, VariantView
from clienteling.i18n import Formats
from clienteling.ui.components.size_chart import SizeChart
from clienteling.ui.components.stock_words import brief_words
from clienteling.ui.components.wishlist import product_picture
from clienteling.ui.hooks import use_formats, use_session, use_wide
from clienteling.ui.kit import (
    Press,
    body_text,
    button_style,
    card,
    detail_text,
    identified,
    overline,
    pressable,
    safe,
)
from clienteling.ui.places import ProductPlace
from clienteling.ui.text_size import is_large
from clienteling.ui.theme import GAP, UNIT

GOES_WITH_SHOWN: Final = 6
_SAME_DAY: Final = "same_day"


def returns_words(view: ProductView, formats: Formats) -> list[str]:
    """How long it can come back, and the condition."""
    text = formats.translator.text
    note = formats.in_language(view.returns_note, view.returns_note_en)
    if view.returns_days is None:
        days = "" if note else text("returns.unknown")
    else:
        days = text("returns.days", count=view.returns_days) if view.returns_days > 0 else text("returns.never")
    return [one for one in (days, note) if one]


def delivery_words(view: ProductView, formats: Formats) -> list[str]:
    """The ways it can go; same-day names its cities. A way this program does not know is shown as it was named."""
    translator = formats.translator
    lines = []
    for option in view.delivery_options:
        key = f"delivery.{option}"
        if option == _SAME_DAY and view.same_day_cities:
            lines.append(translator.text("delivery.same_day_in", cities=formats.listed(view.same_day_cities)))
        else:
            lines.append(translator.text(key) if key in translator else option)
    return lines or [translator.text("delivery.unknown")]


def video_host(url: str) -> str | None:
    """The site of a video that may be linked to; None for anything but http and https."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        return None
    return host if parts.scheme in ("http", "https") and host else None


@safe
def ProductFacts(view: ProductView, variant: VariantView | None) -> ft.Control:
    """What it is, then returns beside delivery, the video, and the size chart."""
    formats = use_formats()
    text = formats.translator.text
    parts: list[ft.Control] = []
    if view.description:
        parts.append(body_text(view.description))
    returns = _fact(text("returns.title"), returns_words(view, formats))
    delivery = _fact(text("delivery.title"), delivery_words(view, formats), alike=True)
    parts.append(
        ft.Row(
            controls=[ft.Container(returns, expand=1), ft.Container(delivery, expand=1)],
            spacing=GAP,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
    )
    if view.video_url:
        parts.append(_video(view.video_url, formats))
    if view.size_chart is not None and view.size_chart.rows:
        chosen = tuple(value for _, value in variant.options) if variant is not None else ()
        parts.append(
            ft.Column(
                controls=[overline(text("size_chart.title")), SizeChart(view.size_chart, chosen)],
                spacing=UNIT,
                tight=True,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            )
        )
    inside = ft.Column(controls=parts, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("product-facts", card(inside))


def _fact(heading: str, lines: Sequence[str], *, alike: bool = False) -> ft.Control:
    """Lines below a heading: all `alike`, or what follows the first as its detail."""
    shown: list[ft.Control] = [overline(heading)]
    shown += [body_text(line) if alike or position == 0 else detail_text(line) for position, line in enumerate(lines)]
    return ft.Column(controls=shown, spacing=4, tight=True)


def _video(url: str, formats: Formats) -> ft.Control:
    """A link the browser opens in a tab of its own; an address of another kind is only shown."""
    text = formats.translator.text
    host = video_host(url)
    if host is None:
        return _fact(text("video.title"), [text("video.no_link")])
    link = ft.OutlinedButton(
        content=text("video.watch"),
        icon=ft.Icons.OPEN_IN_NEW,
        action=ft.OpenUrl(url.strip(), target=ft.UrlTarget.BLANK),
        style=button_style(outlined=True),
    )
    return ft.Row(
        controls=[identified("video", link), detail_text(text("video.needs_network", host=host))],
        spacing=GAP,
        wrap=True,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )


@safe
def GoesWith(briefs: tuple[ProductBrief, ...]) -> ft.Control:
    """Products to offer with this one; nothing where the catalogue names none."""
    session = use_session()
    formats = use_formats()
    wide = use_wide()
    if not briefs:
        return ft.Container()

    def opener(product_id: str) -> Press:
        return lambda: session.go(ProductPlace(product_id))

    cells = [
        brief_row(one, session.services.picture_address(one.picture), opener(one.id), formats)
        for one in briefs[:GOES_WITH_SHOWN]
    ]
    for cell in cells:
        cell.col = 12 if is_large() or (wide and len(cells) == 1) else 6
    content = ft.Column(
        controls=[
            overline(formats.translator.text("goes_with.title")),
            ft.ResponsiveRow(controls=cells, spacing=UNIT, run_spacing=UNIT),
        ],
        spacing=UNIT,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return identified("goes-with", content)


def brief_row(one: ProductBrief, picture: str, open_it: Press, formats: Formats) -> ft.Control:
    """A product in a list, which a press opens."""
    price, here = brief_words(one, formats)
    content = ft.Row(
        controls=[
            product_picture(picture, size=64),
            ft.Column(
                controls=[
                    body_text(one.name, strong=True, lines=1),
                    detail_text(f"{price} · {here}", lines=2),
                ],
                spacing=2,
                tight=True,
                expand=True,
            ),
        ],
        spacing=GAP,
    )
    return pressable(
        content, open_it, label=", ".join((one.name, price, here)), identifier=f"product-{one.id}", flat=False
    )

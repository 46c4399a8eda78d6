"""The retailer's own sign: logo and name, as the settings give them."""

import flet as ft

from clienteling.domain.brand import Brand
from clienteling.i18n import as_shown
from clienteling.ui.kit import identified
from clienteling.ui.text_size import scaled
from clienteling.ui.theme import SIZE_DETAIL, UNIT, Role

_LOGO: int = 5 * UNIT


def brand_mark(brand: Brand, *, large: bool = False) -> ft.Control | None:
    """Logo and name in one line; None where the settings give neither."""
    parts = [part for part in (brand_logo(brand, large=large), brand_name(brand, large=large)) if part is not None]
    if not parts:
        return None
    return identified(
        "brand",
        ft.Row(controls=parts, spacing=UNIT, tight=True, vertical_alignment=ft.CrossAxisAlignment.CENTER),
    )


def brand_logo(brand: Brand, *, large: bool = False) -> ft.Control | None:
    """The logo; None where there is none."""
    if brand.logo is None:
        return None
    side = _LOGO + (UNIT if large else 0)
    picture = ft.Image(
        src=brand.logo,
        width=side,
        height=side,
        fit=ft.BoxFit.CONTAIN,
        exclude_from_semantics=True,  # the name stands beside it, or is not known
        error_content=ft.Container(),
    )
    return ft.Container(picture, border_radius=UNIT, clip_behavior=ft.ClipBehavior.ANTI_ALIAS)


def brand_name(brand: Brand, *, large: bool = False) -> ft.Control | None:
    """The name in the accent colour; None where there is none."""
    if not brand.name:
        return None
    size = scaled(SIZE_DETAIL + (3 if large else 0))
    return ft.Text(as_shown(brand.name), size=size, weight=ft.FontWeight.W_700, color=Role.ACTION)

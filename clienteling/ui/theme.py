"""How the app looks: every colour, size and distance is here, and screens name roles.

One accent (what to do). Amber waits, red is refused, green was done just now; the rest is neutral. Material 3 keeps
colour roles, so the four meanings sit on roles that no stock control paints by itself: amber on tertiary, green on
secondary fixed, and red on error. Every pair of text and surface has 4.5:1 at least (`tests/ui/test_theme.py` counts).
"""

from enum import StrEnum
from typing import Final

import flet as ft

from clienteling.domain.brand import DEFAULT_ACCENT, accent_colours
from clienteling.ui.text_size import scaled, text_scale

FONT: Final = "Plus Jakarta Sans"

UNIT: Final = 8
GAP: Final = 2 * UNIT
RADIUS: Final = 12
TARGET: Final = 48
"""The least height and width of anything to press."""
WIDE_FROM: Final = 1200
MARGIN_TABLET: Final = 24
MARGIN_DESKTOP: Final = 32
READING_WIDTH: Final = 960
"""Wider than this, a line of text is hard to follow."""

SIZE_NAME: Final = 28
SIZE_SECTION: Final = 20
SIZE_TEXT: Final = 16
SIZE_DETAIL: Final = 13


class Role(StrEnum):
    """Colours by meaning. The values are the colour-scheme roles that both themes fill."""

    TEXT = "onsurface"
    QUIET = "onsurfacevariant"
    LINE = "outlinevariant"
    PAGE = "surface"
    CARD = "surfacecontainerlow"
    SUNKEN = "surfacecontainer"
    ACTION = "primary"
    ON_ACTION = "onprimary"
    CHOSEN = "primarycontainer"
    ON_CHOSEN = "onprimarycontainer"
    WAITING = "tertiary"
    WAITING_SURFACE = "tertiarycontainer"
    ON_WAITING = "ontertiarycontainer"
    REFUSED = "error"
    REFUSED_SURFACE = "errorcontainer"
    ON_REFUSED = "onerrorcontainer"
    FOCUS = "onsurface"
    SCRIM = "shadow"
    DONE_SURFACE = "secondaryfixed"
    ON_DONE = "onsecondaryfixed"


LIGHT: Final[dict[str, str]] = {
    "primary": "#2B4A8B",
    "on_primary": "#FFFFFF",
    "primary_container": "#DDE5F8",
    "on_primary_container": "#142A5C",
    "secondary": "#4A5468",
    "on_secondary": "#FFFFFF",
    "secondary_container": "#DDE5F8",
    "on_secondary_container": "#142A5C",
    "tertiary": "#8A5300",
    "on_tertiary": "#FFFFFF",
    "tertiary_container": "#FCE9C8",
    "on_tertiary_container": "#5A3500",
    "error": "#B3261E",
    "on_error": "#FFFFFF",
    "error_container": "#FBE1DE",
    "on_error_container": "#7A1410",
    "secondary_fixed": "#D8F0DD",
    "on_secondary_fixed": "#0F4A24",
    "surface": "#F8F7F4",
    "on_surface": "#1B1C20",
    "on_surface_variant": "#595B63",
    "outline": "#7C7E87",
    "outline_variant": "#E0DED8",
    "surface_container_low": "#FFFFFF",
    "surface_container": "#F0EEE9",
    "surface_container_high": "#EAE8E2",
    "surface_container_highest": "#E4E2DC",
    "surface_bright": "#FFFFFF",
    "surface_tint": "#00000000",
    "inverse_surface": "#2E3036",
    "on_inverse_surface": "#F3F2EF",
    "shadow": "#000000",
}

DARK: Final[dict[str, str]] = {
    "primary": "#AFC6FF",
    "on_primary": "#10265A",
    "primary_container": "#2B3F70",
    "on_primary_container": "#DCE5FF",
    "secondary": "#BDC6DA",
    "on_secondary": "#273042",
    "secondary_container": "#2B3F70",
    "on_secondary_container": "#DCE5FF",
    "tertiary": "#F2BC6B",
    "on_tertiary": "#452B00",
    "tertiary_container": "#4A3306",
    "on_tertiary_container": "#FFDDAF",
    "error": "#FFB4AB",
    "on_error": "#690005",
    "error_container": "#5C1713",
    "on_error_container": "#FFDAD6",
    "secondary_fixed": "#173D24",
    "on_secondary_fixed": "#BFEBC9",
    "surface": "#131417",
    "on_surface": "#E6E4E0",
    "on_surface_variant": "#A9ABB3",
    "outline": "#8D8F98",
    "outline_variant": "#34363C",
    "surface_container_low": "#1C1D21",
    "surface_container": "#232529",
    "surface_container_high": "#2B2D32",
    "surface_container_highest": "#34363C",
    "surface_bright": "#2B2D32",
    "surface_tint": "#00000000",
    "inverse_surface": "#E6E4E0",
    "on_inverse_surface": "#2E3036",
    "shadow": "#000000",
}


def text_style(size: int, *, strong: bool = False, line_height: float | None = None) -> ft.TextStyle:
    """A style of a scaled size. Where a style stands alone, Flutter forgets the theme's font unless it is named."""
    weight = ft.FontWeight.W_600 if strong else ft.FontWeight.W_400
    return ft.TextStyle(size=scaled(size), weight=weight, height=line_height, font_family=FONT)


def light_theme(accent: str = DEFAULT_ACCENT) -> ft.Theme:
    """Paper, ink and the retailer's accent."""
    return _theme({**LIGHT, **accent_roles(accent, dark=False)})


def dark_theme(accent: str = DEFAULT_ACCENT) -> ft.Theme:
    """The same by night."""
    return _theme({**DARK, **accent_roles(accent, dark=True)})


def accent_roles(accent: str, *, dark: bool) -> dict[str, str]:
    """The roles that the retailer's accent fills, each pair of text and ground with 4.5:1 at least."""
    if accent.upper() == DEFAULT_ACCENT:
        return {}
    made = accent_colours(accent, dark=dark)
    return {
        "primary": made.accent,
        "on_primary": made.on_accent,
        "primary_container": made.container,
        "on_primary_container": made.on_container,
        "secondary_container": made.container,
        "on_secondary_container": made.on_container,
    }


_MATERIAL_SIZES: Final = {
    "body_large": 16,
    "body_medium": 14,
    "body_small": 12,
    "label_large": 14,
    "label_medium": 12,
    "label_small": 11,
}
"""What Flutter's own parts (a field's label, a tooltip, a badge) are written in, by Material 3."""


def _text_theme() -> ft.TextTheme | None:
    """Flutter's own parts in the size the person chose; its own where that is the ordinary one."""
    if text_scale() == 1.0:
        return None
    styles = {name: ft.TextStyle(size=scaled(size), font_family=FONT) for name, size in _MATERIAL_SIZES.items()}
    return ft.TextTheme(**styles)


def _theme(colours: dict[str, str]) -> ft.Theme:
    return ft.Theme(
        color_scheme=ft.ColorScheme(**colours),
        text_theme=_text_theme(),
        font_family=FONT,
        use_material3=True,
        visual_density=ft.VisualDensity.STANDARD,
        focus_color=f"{colours['on_surface']},0.24",
        scaffold_bgcolor=colours["surface"],
        page_transitions=ft.PageTransitionsTheme(
            linux=ft.PageTransitionTheme.NONE,
            macos=ft.PageTransitionTheme.NONE,
            windows=ft.PageTransitionTheme.NONE,
            android=ft.PageTransitionTheme.NONE,
            ios=ft.PageTransitionTheme.NONE,
        ),
    )

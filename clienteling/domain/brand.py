"""The retailer's own name, logo and accent colour, and what keeps the accent readable.

An accent may be any colour. `accent_colours` keeps its hue and saturation and moves its lightness until every pair of
text and ground in a theme has the contrast that WCAG 2.2 (success criterion 1.4.3) asks of text.
"""

import colorsys
import re
from dataclasses import dataclass
from typing import Final

from clienteling.domain.errors import ValidationFailed

DEFAULT_ACCENT: Final = "#2B4A8B"
LEAST_CONTRAST: Final = 4.5
LOGO_BYTES: Final = 256 * 1024
_PATTERN: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_LIGHT_GROUNDS: Final = ("#F8F7F4", "#FFFFFF", "#F0EEE9")
_DARK_GROUNDS: Final = ("#131417", "#1C1D21", "#232529")
_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class Brand:
    """What every surface shows of the retailer. `name` "" and `logo` None: not set. `logo`: the bytes of a picture."""

    name: str = ""
    accent: str = DEFAULT_ACCENT
    logo: bytes | None = None


NO_BRAND: Final = Brand()


@dataclass(frozen=True, slots=True)
class AccentColours:
    """One theme's accent, what is written on it, a tinted ground, and what is written on that."""

    accent: str
    on_accent: str
    container: str
    on_container: str


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, as WCAG 2.2 defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """1 to 21."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def checked_accent(text: str) -> str:
    """The accent as `#RRGGBB`; the default for "". Raises ValidationFailed(brand_accent, brand.bad_accent)."""
    if not text.strip():
        return DEFAULT_ACCENT
    if _PATTERN.fullmatch(text.strip()) is None:
        raise ValidationFailed("brand_accent", "brand.bad_accent")
    return text.strip().upper()


def accent_is_corrected(accent: str) -> bool:
    """Whether the accent is shown darker or lighter than it was set, in the light theme, to be readable."""
    return accent_colours(accent, dark=False).accent != accent.upper()


def accent_colours(accent: str, *, dark: bool) -> AccentColours:
    """The accent and its company for one theme; every pair has LEAST_CONTRAST at least."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(int(accent[at : at + 2], 16) / 255 for at in (1, 3, 5)))
    if dark:
        start = max(lightness, 0.72)
        shown = _until_readable(hue, start, saturation, _DARK_GROUNDS, upwards=True)
        container = _colour(hue, 0.26, min(saturation, 0.5))
    else:
        shown = accent.upper()
        if not _readable(shown, (*_LIGHT_GROUNDS, "#FFFFFF")):
            shown = _until_readable(hue, lightness, saturation, _LIGHT_GROUNDS, upwards=False)
        container = _colour(hue, 0.91, min(saturation, 0.6))
    return AccentColours(
        accent=shown,
        on_accent="#FFFFFF" if not dark else _until_readable(hue, 0.2, saturation, (shown,), upwards=False),
        container=container,
        on_container=_until_readable(hue, 0.9 if dark else 0.22, saturation, (container,), upwards=dark),
    )


def _readable(colour: str, grounds: tuple[str, ...]) -> bool:
    return all(contrast(colour, ground) >= LEAST_CONTRAST for ground in grounds)


def _until_readable(hue: float, lightness: float, saturation: float, grounds: tuple[str, ...], *, upwards: bool) -> str:
    """The hue at the first lightness, from this one on, that is readable on all grounds; black or white at the end."""
    end = 1.0 if upwards else 0.0
    for step in range(_STEPS + 1):
        colour = _colour(hue, lightness + (end - lightness) * step / _STEPS, saturation)
        if _readable(colour, grounds):
            return colour
    return "#FFFFFF" if upwards else "#000000"


def _colour(hue: float, lightness: float, saturation: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return f"#{round(red * 255):02X}{round(green * 255):02X}{round(blue * 255):02X}"

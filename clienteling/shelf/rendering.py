"""Templates and the one style sheet, which stands in every page; and the policy that allows this sheet and no other."""

import base64
import hashlib
from pathlib import Path
from typing import Any, Final

import jinja2
from markupsafe import Markup

from clienteling.domain.brand import accent_colours
from clienteling.domain.stock import StockBand, stock_band
from clienteling.i18n import Translator, as_shown
from clienteling.shelf.site import ShelfSite

_TEMPLATES: Final = Path(__file__).parent / "templates"


_STAR: Final = Markup(
    '<svg class="star" viewBox="0 0 20 20" aria-hidden="true"><path d="M10 1l2.8 5.9 6.2.9-4.500 4.500 1.100 6.300'
    'L10 15.600l-5.600 3 1.100-6.300L1 7.800l6.200-.9z"/></svg>'
)


class Renderer:
    """Pages as text. `policy`: the Content-Security-Policy under which they are shown.

    Templates are compiled once for each language: what says the same on every page is part of them.
    """

    def __init__(self, site: ShelfSite, *, icon: str) -> None:
        """`icon`: the address of the picture in the browser's tab."""
        style = _style(site)
        told = {"site": site, "icon": icon, "style": Markup(style), "star": _STAR}
        self._environments = {locale: _environment(texts, told) for locale, texts in site.texts.items()}
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.policy = (
            f"default-src 'none'; img-src 'self'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none';"
            " frame-ancestors 'none'"
        )

    def render(self, name: str, locale: str, /, **told: Any) -> bytes:
        """The template `<name>.html` in one of the site's languages, UTF-8. Lone surrogates become U+FFFD."""
        text = self._environments[locale].get_template(f"{name}.html").render(told)
        return text.encode("utf-8", "replace")


def _environment(translator: Translator, told: dict[str, Any]) -> jinja2.Environment:
    """Templates in one language: `"message.key"|t(count=2)`, `stock|band`, and `told` on every page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_as_shown,
        auto_reload=False,
    )
    words = {band: translator.text(f"shelf.band_{band.value}") for band in StockBand}
    shown = {band: Markup('<span class="band {}">{}</span>').format(band.value, words[band]) for band in StockBand}
    unknown = Markup('<span class="band unknown">{}</span>').format(translator.text("shelf.band_unknown"))
    environment.filters.update(
        t=translator.text,
        band_of=stock_band,
        band=lambda band: unknown if band is None else shown[band],
        band_words=words.__getitem__,
    )
    environment.globals.update(told)
    return environment


def _as_shown(told: object) -> object:
    """Whatever a record says, in all places where it is said; what is markup already is ours."""
    return as_shown(told) if isinstance(told, str) and not isinstance(told, Markup) else told


def _style(site: ShelfSite) -> str:
    style = (_TEMPLATES / "shelf.css").read_text("utf-8").replace("\n", "")
    for theme, dark in (("light", False), ("dark", True)):
        colours = accent_colours(site.brand.accent, dark=dark)
        for role in ("accent", "on_accent", "container", "on_container"):
            style = style.replace(f"{{{theme}.{role}}}", getattr(colours, role))
    return style

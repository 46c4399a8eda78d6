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


class Renderer:
    """Pages as text. `policy`: the Content-Security-Policy under which they are shown."""

    def __init__(self, site: ShelfSite, *, icon: str) -> None:
        """`icon`: the address of the picture in the browser's tab."""
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_TEMPLATES),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
            finalize=_as_shown,
            auto_reload=False,
        )
        style = _style(site)
        self._environment.globals.update(site=site, icon=icon, style=Markup(style), band_of=stock_band)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.policy = (
            f"default-src 'none'; img-src 'self'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none';"
            " frame-ancestors 'none'"
        )

    def render(self, name: str, translator: Translator, /, **told: Any) -> bytes:
        """The template `<name>.html` in the translator's language, UTF-8. Lone surrogates become U+FFFD."""
        bands = {band: translator.text(f"shelf.band_{band.value}") for band in StockBand}
        text = self._environment.get_template(f"{name}.html").render(t=translator.text, bands=bands, **told)
        return text.encode("utf-8", "replace")


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

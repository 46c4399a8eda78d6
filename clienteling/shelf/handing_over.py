"""A visitor's list under a code that they show to an associate: made by their own press, good until midnight.

The code stands in a cookie beside the list and nowhere in an address, so that it is shown on this phone alone. The same
list has the same code in the same store: pressing again, or a page loaded again, makes none.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Final, Protocol

import qrcode
from markupsafe import Markup

from clienteling.domain.views import StoreView
from clienteling.shelf.asked import Spoken
from clienteling.shelf.links import PageLinks
from clienteling.shelf.list_pages import Found
from clienteling.shelf.product_page import formats_for
from clienteling.shelf.rendering import Renderer
from clienteling.shelf.site import ShelfSite
from sync.protocol.spoken_codes import HANDOVER_CHARS, HANDOVER_PREFIX, SPOKEN_ALPHABET

COOKIE: Final = "handover"
MAKING_COST: Final = 20.0
"""What a new code counts for in the limit of requests: thirty a minute from one address, as phones behind one share."""
_QUIET_ZONE: Final = 4
_BETWEEN: Final = "."
_MAX_COOKIE_CHARS: Final = 4_096


@dataclass(frozen=True, slots=True)
class CodeMade:
    """A list's code, and when it expires."""

    code: str
    expires_at: datetime


class DeskFull(Exception):
    """So many lists of this store wait for somebody today that no more are taken; an associate reads this one."""


class HandoverDesk(Protocol):
    """Keeps lists for the store's associates."""

    def make(self, store: StoreView, goods: Sequence[tuple[str, str | None]], *, now: datetime) -> CodeMade:
        """A code for these products, each with its variant or None, which the store's devices hear of.

        Raises ShelfUnavailable where none can be kept now, DeskFull where there are too many.
        """
        ...

    def is_taken(self, code: str) -> bool:
        """Whether an associate has taken the newest list under this code over; False for one that is not known here.

        Raises ShelfUnavailable.
        """
        ...


def read_code(cookie_header: str, gtins: Sequence[str], stem: str | None, *, now: datetime) -> CodeMade | None:
    """The code of this very list in this very store that is still good; None where there is none."""
    try:
        found = SimpleCookie(cookie_header[:_MAX_COOKIE_CHARS]).get(COOKIE)
    except CookieError:
        return None
    code, _, rest = (found.value if found else "").partition(_BETWEEN)
    ends, _, digest = rest.partition(_BETWEEN)
    is_code = len(code) == HANDOVER_CHARS and set(code) <= set(SPOKEN_ALPHABET)
    if not (is_code and ends.isascii() and ends.isdecimal() and len(ends) <= 11 and digest == _digest(gtins, stem)):
        return None
    expires_at = datetime.fromtimestamp(int(ends), UTC)
    return CodeMade(code, expires_at) if now < expires_at else None


def code_cookie(made: CodeMade, gtins: Sequence[str], stem: str | None, *, secure: bool, now: datetime) -> str:
    """The Set-Cookie header that keeps the code for as long as it is good."""
    kept_s = max(int((made.expires_at - now).total_seconds()), 0)
    value = _BETWEEN.join((made.code, str(int(made.expires_at.timestamp())), _digest(gtins, stem)))
    marks = "; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
    return f"{COOKIE}={value}; Max-Age={kept_s}; Path=/shelf{marks}"


def _digest(gtins: Sequence[str], stem: str | None) -> str:
    """The same for the same list in any order; another for another store, where no associate has the code."""
    return hashlib.sha256(_BETWEEN.join((stem or "", *sorted(gtins))).encode()).hexdigest()[:8]


def symbol_svg(text: str) -> Markup:
    """A QR symbol, level M with its quiet zone, dark on light whatever the page's colours are."""
    symbol = qrcode.QRCode(border=_QUIET_ZONE, error_correction=qrcode.ERROR_CORRECT_M)
    symbol.add_data(text)
    symbol.make()
    rows = symbol.get_matrix()
    dots = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    size = len(rows)
    ground = f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
    return Markup(
        f'<svg class="symbol" viewBox="0 0 {size} {size}" role="img" aria-hidden="true" shape-rendering="crispEdges">'
        f'{ground}<path fill="#000" d="{dots}"/></svg>'
    )


def handover_page(
    renderer: Renderer,
    site: ShelfSite,
    found: Found,
    made: CodeMade,
    *,
    stem: str | None,
    voice: Spoken,
    now: datetime,
) -> bytes:
    """The code to be shown: large, as a symbol, and spelt for who listens."""
    formats = formats_for(found[0][1] if found else None, site, voice.locale)
    links = PageLinks(
        path="/shelf/handover",
        own_query=(("store", stem),) if stem else (),
        stem=stem,
        voice=voice,
        formats=formats,
        now=now,
    )
    return renderer.render(
        "handover",
        voice.locale,
        page=links,
        f=formats,
        title=formats.translator.text("shelf.handover_title"),
        code=made.code,
        spelt=" ".join(made.code),
        symbol=symbol_svg(f"{HANDOVER_PREFIX}-{made.code}"),
        count=len(found),
    )

"""What a visitor saved for later: GTINs in one cookie, which is set by the visitor's own press and by nothing else.

Strictly necessary for what was asked for (Directive 2002/58/EC, 5(3)): first-party, out of reach of scripts, for twelve
hours, without any id.
"""

from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urlsplit

from clienteling.shelf.address import is_gtin14

COOKIE: Final = "saved"
KEPT_S: Final = 12 * 3600
MAX_SAVED: Final = 12
_BETWEEN: Final = "."
_MAX_COOKIE_CHARS: Final = 4_096


def read_saved(cookie_header: str) -> tuple[str, ...]:
    """The GTINs of the cookie, oldest first; what is not one of ours is passed over."""
    try:
        found = SimpleCookie(cookie_header[:_MAX_COOKIE_CHARS]).get(COOKIE)
    except CookieError:
        return ()
    parts = found.value.split(_BETWEEN) if found else ()
    return tuple(dict.fromkeys(one for one in parts if is_gtin14(one)))[-MAX_SAVED:]


def with_saved(gtins: tuple[str, ...], gtin14: str) -> tuple[str, ...]:
    """The list with this one as its newest; the oldest makes room."""
    return (*(one for one in gtins if one != gtin14), gtin14)[-MAX_SAVED:]


def set_cookie(gtins: tuple[str, ...], *, secure: bool) -> str:
    """The Set-Cookie header that keeps the list, or ends it where it is empty."""
    kept = KEPT_S if gtins else 0
    marks = f"; Max-Age={kept}; Path=/shelf; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
    return f"{COOKIE}={_BETWEEN.join(gtins)}{marks}"


def is_own_form(origin: str, host: str) -> bool:
    """Whether a form was sent from a page of this host. Every browser names the origin of what it posts."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and parts.netloc.lower() == host.lower()

"""What every answer of the shelf's pages carries: who may frame it, guess its type or be told of it; how it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from clienteling.shelf.packing import coding, pack
from clienteling.shelf.requests import Asked

HTML: Final = "text/html; charset=utf-8"
VARY: Final = "Accept, Accept-Encoding, Accept-Language"
NEVER_KEPT: Final = "no-store"
FOREVER: Final = "public, max-age=31536000, immutable"
PICTURE_KEPT: Final = "public, max-age=86400, stale-while-revalidate=604800"
_HSTS: Final = "max-age=31536000"
_ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    # The Origin of our own forms is told, and nothing to anybody else.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
CORS: Final = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, HEAD, OPTIONS",
    "access-control-expose-headers": "Link, Location",
}


@dataclass(frozen=True, slots=True)
class Answers:
    """Makes responses. `policy`: the Content-Security-Policy of pages."""

    policy: str

    def of(
        self,
        request: Request,
        content: bytes,
        *,
        media_type: str,
        secure: bool,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The response; to HEAD without its body, and 304 without a body where the client has it already."""
        told = {**_ALWAYS, "content-security-policy": self.policy, **(headers or {})}
        if secure:
            told["strict-transport-security"] = _HSTS
        if status == 200 and _has_it(request, told.get("etag", "")):
            return _bodiless(304, told)
        if request.method == "HEAD":
            return _bodiless(status, {**told, "content-type": media_type, "content-length": str(len(content))})
        response = Response(content, status, told)
        response.headers["content-type"] = media_type
        return response

    def redirect(self, request: Request, location: str, *, secure: bool, status: int, **headers: str) -> Response:
        """To `location`, which is an address of ours or one the retailer set."""
        told = {"location": location, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.of(request, b"", media_type=HTML, secure=secure, status=status, headers=told)

    def page(self, asked: Asked, content: bytes, *, headers: Mapping[str, str], status: int = 200) -> Response:
        """A page that was made for this request, packed as the phone takes it."""
        told = {"vary": VARY, "content-language": asked.voice.locale, **coding(asked.encoding), **headers}
        packed = pack(content, asked.encoding)
        return self.of(asked.request, packed, media_type=HTML, secure=asked.secure, status=status, headers=told)


def _has_it(request: Request, etag: str) -> bool:
    """Weak comparison (RFC 9110, 13.1.2)."""
    if not etag:
        return False
    asked = request.headers.get("if-none-match", "")
    tags = [one.strip().removeprefix("W/") for one in asked.split(",")]
    return etag in tags or tags == ["*"]


def _bodiless(status: int, headers: Mapping[str, str]) -> Response:
    response = Response(None, status)
    del response.headers["content-length"]
    for name, value in headers.items():
        response.headers[name] = value
    return response

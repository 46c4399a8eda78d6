"""Flet's web client as browsers get it from us: one page of ours, and versioned files that never change.

The page (`assets/client/index.html`) is asked for anew at every start and is small. Everything it names lies below
`/client/<version>/`, is sent compressed and may be kept for a year: a new program has another version. Only what the
page needs is in the table; Flet's own index.html, its service worker and the fonts for formulas are not.

Fonts: Flutter asks `fontFallbackBaseUrl` for a Noto family when text needs one, by Google's file names with hashes in
them. `FALLBACKS` answers by family; writing in a family that is not here, such as Chinese, stays boxes.
"""

import asyncio
import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import flet_web
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from clienteling.i18n import Translator

CLIENT: Final = "/client/"
FOREVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
TYPES: Final = {
    ".bin": "application/octet-stream",
    ".css": "text/css; charset=utf-8",
    ".frag": "application/octet-stream",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".otf": "font/otf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
PACKED: Final = frozenset({".png", ".woff2"})
"""What gzip makes no smaller."""
GZIP_LEVEL: Final = 6
"""Level 9 takes twice the time for 0.3 % less."""

OF_FLET: Final = (
    "flutter.js",
    "main.dart.js",
    "main.dart.mjs",
    "main.dart.wasm",
    "canvaskit/*.js",
    "canvaskit/*.wasm",
    "canvaskit/chromium/*.js",
    "canvaskit/chromium/*.wasm",
    "assets/AssetManifest.bin",
    "assets/AssetManifest.bin.json",
    "assets/fonts/MaterialIcons-Regular.otf",
    "assets/shaders/*",
)
TEXT_FONT: Final = "PlusJakartaSans.ttf"
FONT_MANIFEST: Final = [
    {"family": "MaterialIcons", "fonts": [{"asset": "fonts/MaterialIcons-Regular.otf"}]},
    {"family": "Plus Jakarta Sans", "fonts": [{"asset": f"fonts/{TEXT_FONT}"}]},
    # Flutter shows "Roboto" until a theme says otherwise, and would fetch it.
    {"family": "Roboto", "fonts": [{"asset": f"fonts/{TEXT_FONT}"}]},
]
FALLBACKS: Final = {
    "notocoloremoji": "NotoEmoji.woff2",
    "notosansarabic": "NotoSansArabic.woff2",
    "notosanshebrew": "NotoSansHebrew.woff2",
    "notosanssymbols": "NotoSansSymbols.woff2",
    "notosanssymbols2": "NotoSansSymbols2.woff2",
    "notosanstamil": "NotoSansTamil.woff2",
    "notosansthai": "NotoSansThai.woff2",
}
_FALLBACK_NAME: Final = re.compile(r"assets/fonts/(noto[a-z0-9]+)/v\d+/[^/]+\.woff2")
OTHER_FALLBACK: Final = "NotoSans.woff2"
"""For families that are not here: a box where it lacks a sign too. A refused font is asked for again and again."""
_BUILD_LINE: Final = re.compile(r"^_flutter\.buildConfig = \{.*\};$", re.MULTILINE)


class ClientChanged(RuntimeError):
    """Flet's web client is not the one this page was written for."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Other addresses that the page knows, `https://host:port`; "" for none. As in `DeviceSettings`."""

    stand_in: str = ""
    stands_in_for: str = ""


NOWHERE: Final = Elsewhere()


@dataclass(slots=True)
class _File:
    """One file of the client: on disk, or made by us."""

    content: Path | bytes
    suffix: str
    packed: bytes | None = None

    @property
    def size_bytes(self) -> int:
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def read(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


class WebClient:
    """An ASGI app: the client's files below `CLIENT`, and the page at every other address that a person opens.

    An address with a dot may be a screen's (`/customers/a.b`) or a file's that is not here; what the browser would take
    for an answer tells them apart.

    texts       what the page itself says, by language
    max_picture_bytes   the largest picture that a person may choose; a larger one is refused in the browser
    elsewhere   where the page leads while the hub is gone, or once it is back
    """

    def __init__(
        self,
        assets: Path,
        texts: Mapping[str, Translator],
        *,
        max_picture_bytes: int,
        elsewhere: Elsewhere = NOWHERE,
    ) -> None:
        self._files = dict(_files(assets))
        self.version = _version(self._files)
        page = (assets / "client" / "index.html").read_text("utf-8")
        told = {
            "texts": _page_texts(texts),
            "maxPictureBytes": max_picture_bytes,
            "standIn": elsewhere.stand_in,
            "standsInFor": elsewhere.stands_in_for,
        }
        self._page = (
            page.replace("{base}", self.base)
            .replace("{told}", json.dumps(told, ensure_ascii=False).replace("<", "\\u003c"))
            .encode()
        )
        self._page_tag = f'"{hashlib.sha256(self._page).hexdigest()[:20]}"'
        self._packing = asyncio.Lock()

    @property
    def base(self) -> str:
        """The address below which this version's files lie."""
        return f"{CLIENT}{self.version}/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        if request.method not in ("GET", "HEAD"):
            return Response(status_code=405, headers={"allow": "GET, HEAD"})
        if path.startswith(self.base):
            return await self._file(path.removeprefix(self.base), request.headers)
        if path.startswith(CLIENT) or (Path(path).suffix and not _wants_a_page(request.headers)):
            return Response(status_code=404)
        return self._entry(request.headers)

    def _entry(self, asked: Headers) -> Response:
        headers = {"cache-control": ASK_AGAIN, "etag": self._page_tag}
        if asked.get("if-none-match") == self._page_tag:
            return Response(status_code=304, headers=headers)
        return Response(self._page, media_type=TYPES[".html"], headers=headers)

    async def _file(self, name: str, asked: Headers) -> Response:
        file = self._files.get(_fallback_name(name) or name)
        if file is None:
            return Response(status_code=404)
        headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
        media_type = TYPES[file.suffix]
        if file.suffix in PACKED or not _takes_gzip(asked):
            if isinstance(file.content, Path):
                return FileResponse(file.content, media_type=media_type, headers=headers)
            return Response(file.content, media_type=media_type, headers=headers)
        packed = await self._packed(file)
        return Response(packed, media_type=media_type, headers={**headers, "content-encoding": "gzip"})

    async def _packed(self, file: _File) -> bytes:
        """The file compressed: once in the life of this process, in a thread, one after another."""
        if file.packed is None:
            async with self._packing:
                if file.packed is None:
                    file.packed = await asyncio.to_thread(_pack, file)
        return file.packed


def _pack(file: _File) -> bytes:
    return gzip.compress(file.read(), GZIP_LEVEL, mtime=0)


def _wants_a_page(asked: Headers) -> bool:
    """Whether a browser opens the address as a page; scripts, pictures and `fetch` do not ask for HTML."""
    return "text/html" in asked.get("accept", "")


def _takes_gzip(asked: Headers) -> bool:
    return any(
        one.partition(";")[0].strip() == "gzip" and not re.search(r"q=0(\.0*)?\s*$", one)
        for one in asked.get("accept-encoding", "").split(",")
    )


def _fallback_name(name: str) -> str | None:
    """The file of ours for a fallback font that Flutter asks for as `assets/fonts/<family>/<version>/<hash>.woff2`."""
    found = _FALLBACK_NAME.fullmatch(name)
    return f"assets/fonts/{FALLBACKS.get(found.group(1), OTHER_FALLBACK)}" if found else None


def _files(assets: Path) -> Iterator[tuple[str, _File]]:
    """Name below the version, and file. Raises ClientChanged where Flet's client lacks something named here."""
    web = Path(flet_web.__file__).parent / "web"
    for pattern in OF_FLET:
        found = sorted(web.glob(pattern))
        if not found:
            raise ClientChanged(f"no {pattern}")
        for path in found:
            yield path.relative_to(web).as_posix(), _File(path, path.suffix)
    build = _BUILD_LINE.search((web / "flutter_bootstrap.js").read_text("utf-8"))
    if build is None:
        raise ClientChanged("no buildConfig")
    yield "build.js", _File(f"window._flutter ??= {{}};\n{build.group()}\n".encode(), ".js")
    yield "assets/FontManifest.json", _File(json.dumps(FONT_MANIFEST).encode(), ".json")
    yield f"assets/fonts/{TEXT_FONT}", _File(assets / "fonts" / TEXT_FONT, ".ttf")
    for font in sorted({OTHER_FALLBACK, *FALLBACKS.values()}):
        yield f"assets/fonts/{font}", _File(assets / "fonts" / "fallback" / font, ".woff2")
    for path in sorted((assets / "client").iterdir()):
        if path.name != "index.html":
            yield path.name, _File(path, path.suffix)


def _version(files: Mapping[str, _File]) -> str:
    """Another one for every release of Flet and every change of our own files."""
    digest = hashlib.sha256(version("flet-web").encode())
    for name, file in sorted(files.items()):
        digest.update(f"\n{name} {file.size_bytes}".encode())
        if isinstance(file.content, bytes) or file.content.parent.name == "client":
            digest.update(file.read())
    return digest.hexdigest()[:16]


def _page_texts(texts: Mapping[str, Translator]) -> dict[str, dict[str, str]]:
    """What the page says before the app has drawn and when its server is gone."""
    return {
        language: {
            "waiting": translator.text("app.loading"),
            "slow": translator.text("page.slow"),
            "lost": translator.text("page.lost"),
            "lostMore": translator.text("page.lost_more"),
            "keeps": translator.text("page.keeps"),
            "goOn": translator.text("page.go_on"),
            "hubIsBack": translator.text("page.hub_is_back"),
            "goBack": translator.text("page.go_back"),
            "stay": translator.text("page.stay"),
            "givesUp": translator.text("page.gives_up"),
            "failed": translator.text("page.failed"),
            "pictureTooLarge": translator.text("scan.picture_too_large"),
        }
        for language, translator in texts.items()
    }

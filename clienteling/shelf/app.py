"""The customer's page as an ASGI app over a `ShelfSource`: what a phone gets that reads a label.

    GET  /S<store>/01/<GTIN>, /01/<GTIN>   the page; with `linkType` or its media type the links (`link_types`)
    GET  /shelf/saved, /shelf/compare      products by their GTINs, at `?store=`
    POST /shelf/save, /shelf/remove        the visitor's list, in a cookie (`saved_list`)
    POST /shelf/handover, then GET         that list under a code to be shown (`handing_over`)
    GET, POST /shelf/consent/<token>       what a customer agrees to (`own_phone`)
    GET  /shelf/pictures/<width>/<name>    and the icon
    GET  /.well-known/gs1resolver          the resolver's description

Whoever mounts it asks `paths.is_shelf_path`. Who asks too often is sent away first. Nothing blocks the loop: the source
is asked and pages are made in threads, `threads` at a time.
"""

import hashlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Final, TypeVar
from urllib.parse import unquote

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from clienteling.shelf.address import AddressRefused, ShelfAddress, read_address
from clienteling.shelf.answers import CORS, FOREVER, HTML, NEVER_KEPT, PICTURE_KEPT, VARY, Answers
from clienteling.shelf.asked import reviews_asked
from clienteling.shelf.handing_over import HandoverDesk
from clienteling.shelf.kept_pages import KeptPage, KeptPages, cache_control, entity_tag
from clienteling.shelf.limits import CONSENT_COST, PICTURE_COST, RateLimit, TrustedProxies
from clienteling.shelf.link_types import (
    LINKSET_TYPE,
    asked_link_type,
    description,
    is_whole_set,
    link_header,
    links_of,
    linkset,
    target_of,
)
from clienteling.shelf.links import PICTURES
from clienteling.shelf.list_pages import problem_page
from clienteling.shelf.making import MakePage, NotElsewhere, PageAsked, PageBefore, PageMaker
from clienteling.shelf.own_phone import ConsentDesk, OwnPhone
from clienteling.shelf.packing import coding
from clienteling.shelf.paths import WELL_KNOWN, is_consent_path
from clienteling.shelf.rendering import Renderer
from clienteling.shelf.requests import Asked, Problem, read_request
from clienteling.shelf.scans import PageScans, is_scan
from clienteling.shelf.shown_pictures import ShownPictures, picture_type
from clienteling.shelf.site import ShelfSite
from clienteling.shelf.source import ShelfSource, ShelfUnavailable
from clienteling.shelf.visitor_lists import HANDOVER, VisitorLists
from sync.protocol.bodies.shelf_figures import ShelfAction

T = TypeVar("T")

THREADS: Final = 4
RETRY_AFTER_S: Final = 30
_READING: Final = "GET, HEAD, OPTIONS"

log = logging.getLogger(__name__)


def icon_of(site: ShelfSite) -> tuple[bytes, str]:
    """The picture in the browser's tab, and where it is answered. Raises OSError where it cannot be read."""
    icon = site.brand.logo or site.icon.read_bytes()
    return icon, f"/shelf/icon-{hashlib.sha256(icon).hexdigest()[:12]}"


class ShelfApp:
    """See the module. Belongs to one event loop."""

    def __init__(
        self,
        site: ShelfSite,
        source: ShelfSource,
        *,
        now: Callable[[], datetime],
        desk: HandoverDesk | None = None,
        consents: ConsentDesk | None = None,
        scans: PageScans | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        threads: int = THREADS,
        make_page: MakePage | None = None,
    ) -> None:
        """`desk`: where lists are handed over, None where nobody takes them; `scans`: None where nobody counts.

        `consents`: where links for customers' phones are known, None where none is.
        `make_page`: None where products' pages are made in threads of this process.

        Raises OSError where the icon cannot be read, and ValueError for a proxy that is no address.
        """
        self._site, self._source, self._scans = site, source, scans
        self._now, self._threads = now, threads
        self._icon, self._icon_path = icon_of(site)
        self._renderer = Renderer(site, icon=self._icon_path)
        self._maker = PageMaker(site, source, self._renderer, now=now)
        self._make_page = make_page or self._make_here
        self._answers = Answers(self._renderer.policy)
        self._pictures = ShownPictures(source.picture)
        self._limit = RateLimit(site.requests_a_minute, monotonic=monotonic)
        self._proxies = TrustedProxies(site.trusted_proxies)
        self._kept = KeptPages(self._freshness, now=now, monotonic=monotonic)
        self._lists = VisitorLists(
            site,
            source,
            renderer=self._renderer,
            answers=self._answers,
            limit=self._limit,
            desk=desk,
            scans=scans,
            now=now,
            in_thread=self._in_thread,
        )
        self._own_phone = OwnPhone(
            site, renderer=self._renderer, answers=self._answers, desk=consents, now=now, in_thread=self._in_thread
        )
        self._limiter: anyio.CapacityLimiter | None = None
        self._asking: anyio.CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        response = await self._answer(request)
        if is_consent_path(request.url.path):
            response.headers["referrer-policy"] = "no-referrer"  # its address is a secret, also where it is refused
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        asked = read_request(request, self._proxies)
        wait_s = self._limit.wait_s(asked.client, cost=_cost(request.url.path))
        try:
            if wait_s:
                raise Problem(429, "busy", **{"retry-after": str(wait_s)})
            if asked.is_malformed:
                raise Problem(400, "malformed")
            return await self._route(asked)
        except Problem as problem:
            return self._problem(asked, problem)
        except ShelfUnavailable:
            log.warning("the shelf page's source does not answer", extra={"code": "shelf.problem_unavailable"})
            return self._problem(asked, Problem(503, "unavailable", **{"retry-after": str(RETRY_AFTER_S)}))

    async def _route(self, asked: Asked) -> Response:
        request = asked.request
        path, method = request.url.path, request.method
        if is_consent_path(path):
            return await self._own_phone.answer(asked)
        forms: dict[str, Callable[[Asked], Awaitable[Response]]] = {
            "/shelf/save": self._lists.save,
            "/shelf/remove": self._lists.remove,
            HANDOVER: self._lists.hand_over,
        }
        if path in forms and (path != HANDOVER or method == "POST"):
            if method != "POST":
                raise Problem(405, "method", allow="POST")
            return await forms[path](asked)
        if method == "OPTIONS":
            return self._answers.of(
                asked.request,
                b"",
                media_type=HTML,
                secure=asked.secure,
                status=204,
                headers={"allow": _READING, **CORS},
            )
        if method not in ("GET", "HEAD"):
            raise Problem(405, "method", allow=_READING)
        if path == WELL_KNOWN:
            return self._plain(asked, description(self._site), "application/json", CORS)
        if path == self._icon_path:
            return self._plain(asked, self._icon, picture_type(self._icon), {"cache-control": FOREVER})
        if path.startswith(PICTURES):
            return await self._picture(asked, path.removeprefix(PICTURES))
        if path == "/shelf/saved":
            return await self._lists.saved(asked)
        if path == HANDOVER:
            return await self._lists.code(asked)
        if path == "/shelf/compare":
            return await self._lists.compare(asked)
        return await self._product(asked)

    # The product.

    async def _product(self, asked: Asked) -> Response:
        address = self._address(asked)
        if address.is_short:
            query = asked.request.url.query
            location = f"{address.path}?{query}" if query else address.path
            return self._answers.redirect(asked.request, location, secure=asked.secure, status=308, **CORS)
        link_type = asked_link_type(asked.query)
        if link_type is not None or is_whole_set(None, asked.request.headers.get("accept", "")):
            return await self._links(asked, address, link_type)
        wished = reviews_asked(asked.values)
        key = (address.gtin14, address.stem, asked.voice, wished)
        make = partial(self._make, PageAsked(address, wished, asked.voice, asked.encoding))
        page = await self._kept.get(key, address.stem, make)
        if page.status != 200:
            raise Problem(404, "unknown", gtin=address.gtin14)
        await self._count_scan(asked.request, page, address.gtin14)
        content, etag = page.packed(asked.encoding)
        headers = {
            "cache-control": cache_control(page, self._now()),
            "etag": etag,
            "vary": VARY,
            "link": link_header(address.path, self._site),
            "content-language": asked.voice.locale,
            **coding(asked.encoding),
            **CORS,
        }
        return self._answers.of(asked.request, content, media_type=HTML, secure=asked.secure, headers=headers)

    async def _count_scan(self, request: Request, page: KeptPage, gtin14: str) -> None:
        if self._scans is None or not is_scan(request):
            return
        actions = (ShelfAction.SCANNED, ShelfAction.SCANNED_SOLD_OUT) if page.is_sold_out else (ShelfAction.SCANNED,)
        self._scans.count(page.store_id, [gtin14], *actions)
        await self._scans.tell_if_due(self._in_thread)

    def _address(self, asked: Asked) -> ShelfAddress:
        try:
            return read_address(asked.raw_path, asked.request.url.query)
        except AddressRefused as refused:
            raise Problem(refused.status, "malformed" if refused.status == 400 else "no_page") from refused

    async def _make(self, asked: PageAsked, before: KeptPage | None, fresh: str) -> KeptPage:
        was = PageBefore(before.told, before.made_at) if before is not None else None
        try:
            made = await self._make_page(asked, was, fresh)
        except NotElsewhere:
            made = await self._make_here(asked, was, fresh)
        if made is not None:
            return made
        assert before is not None
        return before

    async def _make_here(self, asked: PageAsked, before: PageBefore | None, fresh: str) -> KeptPage | None:
        return await self._in_thread(self._maker.make, asked, before, fresh)

    async def _links(self, asked: Asked, address: ShelfAddress, link_type: str | None) -> Response:
        find = partial(self._source.find, address.gtin14, stem=address.stem, now=self._now())
        found = await self._in_thread(find)
        if found is None:
            raise Problem(404, "unknown", gtin=address.gtin14)
        links = links_of(found, address.path, address.gtin14, self._site)
        headers = {"link": link_header(address.path, self._site), "vary": VARY, **CORS}
        if is_whole_set(link_type, asked.request.headers.get("accept", "")):
            content = linkset(found.product, address.path, links, self._site)
            return self._plain(asked, content, LINKSET_TYPE, headers)
        target = target_of(link_type or "", links, asked.query)
        if target is None:
            raise Problem(404, "no_page")
        return self._answers.redirect(asked.request, target, secure=asked.secure, status=307, **headers)

    # Files.

    async def _picture(self, asked: Asked, rest: str) -> Response:
        width, _, name = rest.partition("/")
        if not (width.isascii() and width.isdecimal() and len(width) <= 4) or PurePosixPath(name).name != name:
            raise Problem(404, "no_page")
        shown = await self._in_thread(partial(self._pictures.get, unquote(name), int(width)))
        if shown is None:
            raise Problem(404, "no_page")
        return self._plain(asked, shown.content, shown.media_type, {"cache-control": PICTURE_KEPT})

    def _plain(self, asked: Asked, content: bytes, media_type: str, headers: dict[str, str]) -> Response:
        told = {"cache-control": "public, max-age=60", "etag": entity_tag(content), **headers}
        return self._answers.of(asked.request, content, media_type=media_type, secure=asked.secure, headers=told)

    # Whatever is answered.

    def _problem(self, asked: Asked, problem: Problem) -> Response:
        content = problem_page(
            self._renderer,
            self._site,
            problem=problem.name,
            path=asked.own_path if _can_be_opened(asked) else "/shelf/saved",
            stem=asked.stem,
            gtin=problem.gtin,
            voice=asked.voice,
            now=self._now(),
        )
        headers = {"cache-control": NEVER_KEPT, **problem.headers}
        return self._answers.page(asked, content, headers=headers, status=problem.status)

    async def _freshness(self, stem: str | None) -> str:
        """In a thread of its own: pages that are kept do not wait for those that are made."""
        if self._asking is None:
            self._asking = anyio.CapacityLimiter(1)
        return await anyio.to_thread.run_sync(self._source.freshness, stem, limiter=self._asking)

    async def _in_thread(self, work: Callable[..., T], *args: Any) -> T:
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(self._threads)
        return await anyio.to_thread.run_sync(work, *args, limiter=self._limiter)


def _cost(path: str) -> float:
    """What a request counts for in the limit."""
    if is_consent_path(path):
        return CONSENT_COST
    return PICTURE_COST if path.startswith(PICTURES) else 1.0


def _can_be_opened(asked: Asked) -> bool:
    """Whether the address can be opened again in another language."""
    return asked.request.method in ("GET", "HEAD") or is_consent_path(asked.request.url.path)

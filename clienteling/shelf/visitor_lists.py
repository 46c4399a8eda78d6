"""The pages of several products: the visitor's own list, what stands side by side, and the list under a code."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

from starlette.responses import Response

from clienteling.shelf.address import checked_stem, is_gtin14
from clienteling.shelf.answers import NEVER_KEPT, Answers
from clienteling.shelf.asked import spoken
from clienteling.shelf.handing_over import (
    MAKING_COST,
    CodeMade,
    DeskFull,
    HandoverDesk,
    code_cookie,
    handover_page,
    read_code,
)
from clienteling.shelf.limits import RateLimit
from clienteling.shelf.links import MAX_COMPARED
from clienteling.shelf.list_pages import compare_page, saved_page
from clienteling.shelf.rendering import Renderer
from clienteling.shelf.requests import Asked, Problem, form_pairs
from clienteling.shelf.saved_list import is_own_form, read_saved, set_cookie, with_saved
from clienteling.shelf.scans import PageScans
from clienteling.shelf.site import ShelfSite
from clienteling.shelf.source import ShelfSource
from sync.protocol.bodies.shelf_figures import ShelfAction

T = TypeVar("T")

HANDOVER: Final = "/shelf/handover"
_NOTICES: Final = {
    "saved": "shelf.saved",
    "full": "shelf.saved_full",
    "removed": "shelf.removed",
    "no_store": "shelf.handover_no_store",
    "no_code": "shelf.handover_no_code",
}


class InThread(Protocol):
    """Runs what asks the source, off the loop."""

    def __call__(self, work: Callable[..., T], *args: Any) -> Awaitable[T]: ...


class VisitorLists:
    """Belongs to one event loop, as the app it is part of."""

    def __init__(
        self,
        site: ShelfSite,
        source: ShelfSource,
        *,
        renderer: Renderer,
        answers: Answers,
        limit: RateLimit,
        desk: HandoverDesk | None,
        scans: PageScans | None,
        now: Callable[[], datetime],
        in_thread: InThread,
    ) -> None:
        self._site, self._source, self._desk, self._scans = site, source, desk, scans
        self._renderer, self._answers, self._limit = renderer, answers, limit
        self._now, self._in_thread = now, in_thread

    async def saved(self, asked: Asked) -> Response:
        """The saved products."""
        gtins = read_saved(asked.request.headers.get("cookie", ""))
        make = partial(
            saved_page,
            self._renderer,
            self._site,
            stem=asked.stem,
            voice=asked.voice,
            notice=_NOTICES.get(asked.values.get("done", ""), ""),
            can_hand_over=self._desk is not None,
        )
        return await self._list_page(asked, tuple(reversed(gtins)), make)

    async def compare(self, asked: Asked) -> Response:
        """Up to three side by side."""
        gtins = dict.fromkeys(value for name, value in asked.query if name == "gtin" and is_gtin14(value))
        make = partial(compare_page, self._renderer, self._site, stem=asked.stem, voice=asked.voice)
        return await self._list_page(asked, tuple(gtins)[:MAX_COMPARED], make)

    async def _list_page(self, asked: Asked, gtins: Sequence[str], make: Callable[..., bytes]) -> Response:
        def made() -> bytes:
            now = self._now()
            found = [(gtin, self._source.find(gtin, stem=asked.stem, now=now)) for gtin in gtins]
            return make([(gtin, one) for gtin, one in found if one is not None], now=now)

        return self._answers.page(asked, await self._in_thread(made), headers={"cache-control": NEVER_KEPT})

    async def save(self, asked: Asked) -> Response:
        """Takes one up, and leads to the list."""
        form = await self._form(asked)
        gtin14, stem = form.get("gtin", ""), checked_stem(form.get("store", ""))
        if not is_gtin14(gtin14):
            raise Problem(400, "malformed")
        found = await self._in_thread(partial(self._source.find, gtin14, stem=stem, now=self._now()))
        if found is None:
            raise Problem(404, "unknown", gtin=gtin14)
        before = read_saved(asked.request.headers.get("cookie", ""))
        saved = with_saved(before, gtin14)
        if self._scans is not None and found.store is not None and gtin14 not in before:
            self._scans.count(found.store.id, [gtin14], ShelfAction.SAVED)
        done = "full" if set(before) - set(saved) else "saved"
        return self._back_to_list(asked, form, saved, done)

    async def remove(self, asked: Asked) -> Response:
        """Takes one or all off, and leads to the list."""
        form = await self._form(asked)
        before = read_saved(asked.request.headers.get("cookie", ""))
        gone = form.get("gtin", "")
        left = () if gone == "all" else tuple(one for one in before if one != gone)
        return self._back_to_list(asked, form, left, "removed")

    async def _form(self, asked: Asked) -> dict[str, str]:
        """The fields of a form of ours. Raises Problem for one of another site, and for one that is too large."""
        request = asked.request
        origin = request.headers.get("origin", "")
        own = (request.headers.get("host", ""), urlsplit(self._site.base_url).netloc)
        if not any(is_own_form(origin, host) for host in own):
            raise Problem(403, "foreign_form")
        return dict(await form_pairs(request))

    def _back_to_list(self, asked: Asked, form: dict[str, str], gtins: tuple[str, ...], done: str) -> Response:
        location = f"/shelf/saved?{urlencode([*_own_pairs(form), ('done', done)])}"
        cookie = set_cookie(gtins, secure=asked.secure)
        headers = {"cache-control": NEVER_KEPT, "set-cookie": cookie}
        return self._answers.redirect(asked.request, location, secure=asked.secure, status=303, **headers)

    async def hand_over(self, asked: Asked) -> Response:
        """Makes a code unless this very list has one, and leads to it; back to the list where no store is known."""
        form = await self._form(asked)
        now, cookies = self._now(), asked.request.headers.get("cookie", "")
        gtins, stem = read_saved(cookies), checked_stem(form.get("store", ""))
        made, location = await self._good_code(cookies, gtins, stem, now), HANDOVER
        if made is None:
            wait_s = self._limit.wait_s(asked.client, cost=MAKING_COST)
            if wait_s:
                raise Problem(429, "busy", **{"retry-after": str(wait_s)})
            try:
                made = await self._in_thread(self._make_code, gtins, stem, now)
            except DeskFull:
                return self._back_to_list(asked, form, gtins, "no_code")
        pairs = _own_pairs(form)
        if made is None:
            location = "/shelf/saved"
            pairs.append(("done", "no_store" if gtins else "nothing"))
        headers = {"cache-control": NEVER_KEPT}
        if made is not None:
            headers["set-cookie"] = code_cookie(made, gtins, stem, secure=asked.secure, now=now)
        location = f"{location}?{urlencode(pairs)}" if pairs else location
        return self._answers.redirect(asked.request, location, secure=asked.secure, status=303, **headers)

    async def _good_code(self, cookies: str, gtins: Sequence[str], stem: str | None, now: datetime) -> CodeMade | None:
        """The code of this very list, unless an associate has used it up."""
        made = read_code(cookies, gtins, stem, now=now)
        if made is None or self._desk is None or await self._in_thread(self._desk.is_taken, made.code):
            return None
        return made

    def _make_code(self, gtins: Sequence[str], stem: str | None, now: datetime) -> CodeMade | None:
        """In a thread."""
        found = [one for gtin in gtins if (one := self._source.find(gtin, stem=stem, now=now)) is not None]
        store = next((one.store for one in found if one.store is not None), None)
        if store is None or self._desk is None:
            return None
        made = self._desk.make(store, [(one.product.id, one.variant_id or None) for one in found], now=now)
        if self._scans is not None:
            self._scans.count(store.id, gtins, ShelfAction.HANDED_OVER)
        return made

    async def code(self, asked: Asked) -> Response:
        """The code, where this list has one; else back to the list."""
        cookies = asked.request.headers.get("cookie", "")
        gtins = read_saved(cookies)
        made = await self._good_code(cookies, gtins, asked.stem, self._now())
        if made is None:
            location = "/shelf/saved" + (f"?{urlencode([('store', asked.stem)])}" if asked.stem else "")
            headers = {"cache-control": NEVER_KEPT}
            return self._answers.redirect(asked.request, location, secure=asked.secure, status=303, **headers)
        make = partial(handover_page, self._renderer, self._site, made=made, stem=asked.stem, voice=asked.voice)
        return await self._list_page(asked, gtins, make)


def _own_pairs(form: dict[str, str]) -> list[tuple[str, str]]:
    """What the page after a form keeps in its address: the store, and the language where it was chosen."""
    stem, voice = checked_stem(form.get("store", "")), spoken(form, "")
    return [*([("store", stem)] if stem else []), *([("lang", voice.locale)] if voice.chosen else [])]

"""The page on which customers answer, on a phone of their own, what they agree to: scanned off an associate's tablet.

    GET  /shelf/consent/<token>   the questions, in published words; looking changes nothing
    POST the same address         the answers, once; sent again they are told and not recorded again

Nothing about the customer is on it, so that whoever else opens the link learns nothing. There is no cookie and no
account: all that lets somebody answer is the token in the address, which no other site knows, so that no form of
another site can (CSRF has nothing to ride on), and a form needs no token of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, Protocol

from starlette.responses import Response

from clienteling.shelf.answers import NEVER_KEPT, Answers
from clienteling.shelf.asked import Spoken
from clienteling.shelf.links import PageLinks
from clienteling.shelf.product_page import formats_for
from clienteling.shelf.rendering import Renderer
from clienteling.shelf.requests import Asked, Problem, form_pairs
from clienteling.shelf.site import ShelfSite
from clienteling.shelf.visitor_lists import InThread
from sync.protocol.consent_links import CONSENT_PATH
from sync.protocol.consent_texts import consent_text, text_before

_YES, _NO = "yes", "no"

Question = tuple[str, str]
"""Purpose and channel."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What a link asks, in words of that version, and the store that asks."""

    asked: tuple[Question, ...]
    text_version: str
    store_name: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What became of an answer. `counts`: False where something the customer said meanwhile stands against it."""

    purpose: str
    channel: str
    granted: bool
    counts: bool


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """What became of the answers to a link, which asked in words of that version."""

    answers: tuple[KeptAnswer, ...]
    text_version: str


class LinkRefused(Exception):
    """A link that leads nowhere, or answers that it does not take. `why`: unknown, over, used, foreign, nothing."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class ConsentDesk(Protocol):
    """Where links are known. Both raise LinkRefused, and ShelfUnavailable where nobody can be asked now."""

    def questions(self, token: str, *, now: datetime) -> Questions:
        """What the link asks, of one that can still be answered."""
        ...

    def answer(self, token: str, answers: Mapping[Question, bool], *, language: str, now: datetime) -> KeptAnswers:
        """What became of the answers, which were read in that language."""
        ...


_STATUSES: Final = {"unknown": 404, "over": 410, "used": 410, "foreign": 422}


class OwnPhone:
    """Belongs to one event loop, as the app it is part of."""

    def __init__(
        self,
        site: ShelfSite,
        *,
        renderer: Renderer,
        answers: Answers,
        desk: ConsentDesk | None,
        now: Callable[[], datetime],
        in_thread: InThread,
    ) -> None:
        """`desk`: None where no links are known, as on a hub."""
        self._site, self._renderer, self._answers = site, renderer, answers
        self._desk, self._now, self._in_thread = desk, now, in_thread

    async def answer(self, asked: Asked) -> Response:
        """The page, or what became of the answers. Raises Problem."""
        method = asked.request.method
        if method not in ("GET", "HEAD", "POST"):
            raise Problem(405, "method", allow="GET, HEAD, POST")
        if self._desk is None:
            raise Problem(404, "consent_elsewhere")
        token = asked.request.url.path[len(CONSENT_PATH) :]
        try:
            if method == "POST":
                return await self._keep(self._desk, asked, token)
            return await self._questions(self._desk, asked, token)
        except LinkRefused as refused:
            raise Problem(_STATUSES[refused.why], f"consent_{refused.why}") from refused

    async def _questions(self, desk: ConsentDesk, asked: Asked, token: str, *, is_empty: bool = False) -> Response:
        found = await self._in_thread(partial(desk.questions, token, now=self._now()))
        locale = asked.voice.locale
        lines = [_Line(*one, consent_text(found.text_version, locale, *one)) for one in found.asked]
        told = {
            "about": text_before(found.text_version, locale),
            "groups": self._groups(lines, locale),
            "is_empty": is_empty,
            "store": found.store_name,
        }
        return self._page(asked, "consent", told, status=422 if is_empty else 200)

    def _groups(self, lines: Sequence["_Line"], locale: str) -> list[tuple[str, list["_Line"]]]:
        """The questions of each purpose under its heading."""
        text_or = self._site.texts[locale].text_or
        return [
            (text_or(f"consent.about_{purpose}", "consent.about_other"), list(group))
            for purpose, group in groupby(lines, key=attrgetter("purpose"))
        ]

    async def _keep(self, desk: ConsentDesk, asked: Asked, token: str) -> Response:
        answers = read_answers(await form_pairs(asked.request))
        locale = asked.voice.locale
        try:
            kept = await self._in_thread(partial(desk.answer, token, answers, language=locale, now=self._now()))
        except LinkRefused as refused:
            if refused.why != "nothing":
                raise
            return await self._questions(desk, asked, token, is_empty=True)
        version = kept.text_version
        lines = [(one, consent_text(version, locale, one.purpose, one.channel)) for one in kept.answers]
        return self._page(asked, "consent_kept", {"lines": lines})

    def _page(self, asked: Asked, template: str, told: Mapping[str, Any], *, status: int = 200) -> Response:
        formats = formats_for(None, self._site, asked.voice.locale)
        # The language that the questions are read in goes with the answers, whether it was chosen or the phone's.
        voice = Spoken(asked.voice.locale, chosen=True)
        links = PageLinks(
            path=asked.own_path, stem=None, voice=voice, formats=formats, now=self._now(), shows_saved=False
        )
        title = formats.translator.text(f"shelf.{template}_title")
        content = self._renderer.render(template, voice.locale, page=links, f=formats, title=title, **told)
        return self._answers.page(asked, content, headers={"cache-control": NEVER_KEPT}, status=status)


@dataclass(frozen=True, slots=True)
class _Line:
    """A question on the page."""

    purpose: str
    channel: str
    words: str


def read_answers(pairs: Sequence[tuple[str, str]]) -> dict[Question, bool]:
    """The answers of a form: `<purpose>-<channel>` yes or no. Raises LinkRefused for anything else, or one twice."""
    answers: dict[Question, bool] = {}
    for name, value in pairs:
        purpose, hyphen, channel = name.partition("-")
        question = purpose, channel
        if not hyphen or value not in (_YES, _NO) or question in answers:
            raise LinkRefused("foreign")
        answers[question] = value == _YES
    return answers

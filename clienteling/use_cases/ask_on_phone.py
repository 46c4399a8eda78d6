"""Have a customer answer what they agree to on a phone of their own: a link from the server, as a symbol to scan.

The server is asked in the name of the associate who is signed in, because it is the server that the phone reaches. The
answers come as every other record does, `confirmed_by` the link.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from clienteling.domain.asked import Asked
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.domain.views import ConsentView, PhoneLink
from clienteling.use_cases.manage import code_picture
from sync.protocol.bodies.people import MAX_SEEN_OTHERS
from sync.protocol.consent_links import ConsentLinkReply, ConsentLinkRequest, ConsentQuestion
from sync.protocol.consent_texts import CURRENT, PUBLISHED, consent_text
from sync.protocol.times import Clock

T = TypeVar("T")


class LinksApi(Protocol):
    """What the server answers to an associate who asks a customer."""

    async def consent_link(self, request: ConsentLinkRequest) -> ConsentLinkReply: ...


class AskAs(Protocol):
    """Has the engine ask the server in an associate's name. Returns at once."""

    def __call__(self, associate_id: str, work: Callable[[LinksApi], Awaitable[T]], /) -> Signal[Asked[T]]: ...


class AskOnPhone(Protocol):
    """A link for the questions that the screen shows. Raises ValidationFailed (consent_link.unsent)."""

    def __call__(
        self, customer_id: str, consents: Sequence[ConsentView], *, author_id: str
    ) -> Signal[Asked[PhoneLink]]: ...


@dataclass(frozen=True, slots=True)
class AskingOnPhones:
    """The service over one engine."""

    ask: AskAs
    now: Clock

    def link(self, customer_id: str, consents: Sequence[ConsentView], *, author_id: str) -> Signal[Asked[PhoneLink]]:
        """See `AskOnPhone`. While an answer of this device is on its way the server would not know what was seen."""
        if any(one.pending for one in consents):
            raise ValidationFailed("answers", "consent_link.unsent")
        request = ConsentLinkRequest(customer_id=customer_id, questions=[_question(one) for one in _asked(consents)])

        async def work(api: LinksApi) -> PhoneLink:
            reply = await api.consent_link(request)
            ends_at = self.now() + timedelta(seconds=reply.ends_in_s)
            # In upper case the symbol is smaller (`labels.symbol`), and leads to the same page.
            symbol = code_picture(reply.url.upper())
            return PhoneLink(reply.link_id, reply.url, symbol, urlsplit(reply.url).hostname or "", ends_at)

        return self.ask(author_id, work)


def _asked(consents: Sequence[ConsentView]) -> list[ConsentView]:
    """Those that can be asked today, in whatever language the phone speaks."""
    languages = PUBLISHED[CURRENT]
    return [one for one in consents if all(consent_text(CURRENT, each, one.purpose, one.channel) for each in languages)]


def _question(one: ConsentView) -> ConsentQuestion:
    return ConsentQuestion.model_validate(
        {
            "purpose": one.purpose,
            "channel": one.channel,
            "seen_event_id": one.event_id,
            "seen_others": list(one.to_name[:MAX_SEEN_OTHERS]),
        }
    )

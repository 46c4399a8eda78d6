"""A link for a customer's own phone names what the screen showed, and waits while an answer is still on its way."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from clienteling.domain.asked import Asked
from clienteling.domain.consent_rules import ASKED, with_never_asked
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.domain.views import ConsentView
from clienteling.online_asking import answer_of
from clienteling.use_cases.ask_on_phone import AskingOnPhones, LinksApi
from sync.protocol.bodies.people import MAX_SEEN_OTHERS
from sync.protocol.consent_links import ConsentLinkReply, ConsentLinkRequest
from sync.protocol.ids import rule_id
from tests.support.fakes import START_AT, FakeClock

SITI, RINA, EVENT = rule_id("siti"), rule_id("rina"), rule_id("event")
EMAIL = ConsentView("marketing", "email", False, START_AT, EVENT)


class Server:
    """What was asked, in whose name."""

    def __init__(self) -> None:
        self.requests: list[ConsentLinkRequest] = []
        self.asked_as: list[str] = []

    async def consent_link(self, request: ConsentLinkRequest) -> ConsentLinkReply:
        self.requests.append(request)
        url = "https://toko.example/shelf/consent/QIBWIYLS"
        return ConsentLinkReply(link_id=rule_id("link"), url=url, ends_in_s=600)

    def ask(self, associate_id: str, work: Callable[[LinksApi], Awaitable[Any]], /) -> Signal[Asked[Any]]:
        self.asked_as.append(associate_id)
        return Signal(asyncio.run(answer_of(work(self))))


def test_the_link_asks_what_the_screen_asks_with_what_it_showed() -> None:
    server, others = Server(), tuple(rule_id(str(number)) for number in range(30))
    asking = AskingOnPhones(server.ask, FakeClock())
    known = with_never_asked((EMAIL, ConsentView("marketing", "any", True, START_AT, EVENT)))
    known = tuple(replace(one, to_name=others) if one.event_id == EVENT else one for one in known)
    link = asking.link(SITI, known, author_id=RINA).value.value
    assert link is not None
    assert (link.id, link.host, link.ends_at) == (
        rule_id("link"),
        "toko.example",
        FakeClock()() + timedelta(minutes=10),
    )
    assert server.asked_as == [RINA]
    (request,) = server.requests
    assert [(one.purpose, one.channel) for one in request.questions] == list(ASKED)
    seen = {(one.purpose, one.channel): one for one in request.questions}
    assert seen["marketing", "email"].seen_event_id == EVENT
    assert len(seen["marketing", "email"].seen_others) == MAX_SEEN_OTHERS
    assert seen["marketing", "sms"].seen_others == [EVENT]


def test_while_an_answer_of_this_device_is_on_its_way_no_link_is_asked_for() -> None:
    server = Server()
    asking = AskingOnPhones(server.ask, FakeClock())
    with pytest.raises(ValidationFailed) as caught:
        asking.link(SITI, (replace(EMAIL, pending=True),), author_id=RINA)
    assert caught.value.code == "consent_link.unsent"
    assert server.asked_as == []

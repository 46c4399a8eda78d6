"""Links for the phones of a fake shop's customers, and the answers that come by them. For tests only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from clienteling.domain.asked import Asked, AskedStage
from clienteling.domain.signals import Signal
from clienteling.domain.views import ConsentEventView, ConsentView, PhoneLink
from clienteling.use_cases.manage import code_picture
from tests.support.fakes import START_AT

ADDRESS = "https://toko.example/shelf/consent/QIBWIYLSGAXDOYLTNE2GSZLYMQ"


@dataclass
class FakePhone:
    """`asked`: for whom, with which questions and in whose name. `answer`: what the server says in place of a link."""

    answer: Asked[PhoneLink] | None = None
    asked: list[tuple[str, tuple[tuple[str, str, str | None], ...], str]] = field(default_factory=list)

    def ask(self, customer_id: str, consents: Sequence[ConsentView], *, author_id: str) -> Signal[Asked[PhoneLink]]:
        questions = tuple((one.purpose, one.channel, one.event_id) for one in consents)
        self.asked.append((customer_id, questions, author_id))
        number = len(self.asked)
        link = PhoneLink(
            f"link-{number}",
            f"{ADDRESS}{number}",
            code_picture(f"{ADDRESS}{number}".upper()),
            "toko.example",
            START_AT + timedelta(minutes=10),
        )
        return Signal(self.answer or Asked(AskedStage.ANSWERED, link))


def from_phone(link_id: str, purpose: str, channel: str, *, granted: bool) -> ConsentEventView:
    """An answer that came by a link."""
    return ConsentEventView(
        f"event-{purpose}-{channel}", purpose, channel, granted, START_AT, "Rina", "Toko Bandung", "own_phone", "id",
        confirmed_by=link_id,
    )  # fmt: skip

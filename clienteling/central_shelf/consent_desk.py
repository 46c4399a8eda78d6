"""Where the central server's page finds the links that customers answer on phones of their own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from clienteling.shelf.own_phone import KeptAnswer, KeptAnswers, LinkRefused, Question, Questions
from clienteling.shelf.source import ShelfUnavailable
from sync.central_api.consent_links import answer_consent_link, read_consent_link
from sync.central_api.database import CentralDatabase
from sync.central_api.errors import ConsentLinkRefused, DatabaseBusy

_WHY: Final = {
    "consent_link.unknown": "unknown",
    "consent_link.over": "over",
    "consent_link.used": "used",
    "consent_link.foreign": "foreign",
    "consent.nothing_answered": "nothing",
}


class CentralConsentDesk:
    """A `ConsentDesk` over the central database."""

    def __init__(self, database: CentralDatabase) -> None:
        self._database = database

    def questions(self, token: str, *, now: datetime) -> Questions:
        with _translating():
            found = read_consent_link(self._database, token, now=now)
        return Questions(found.questions, found.text_version, found.store_name)

    def answer(self, token: str, answers: Mapping[Question, bool], *, language: str, now: datetime) -> KeptAnswers:
        with _translating():
            found = answer_consent_link(self._database, token, answers, language=language, now=now)
        kept = (KeptAnswer(one.purpose, one.channel, one.granted, not one.refused) for one in found.kept)
        return KeptAnswers(tuple(kept), found.text_version)


@contextmanager
def _translating() -> Iterator[None]:
    """Inside, what goes wrong is said in the page's words."""
    try:
        yield
    except ConsentLinkRefused as error:
        raise LinkRefused(_WHY[error.code]) from error
    except (DatabaseBusy, SQLAlchemyError) as error:
        raise ShelfUnavailable from error

"""Links by which customers answer on a phone of their own what an associate asks them (`shelf.own_phone` is the page).

A link is for one customer, the store and the associate who asked. Its token is 160 random bits, of which the SHA-256 is
kept; it holds HOLDS_FOR as the other one-time codes, and is answered once: the same answers sent again are told what
became of them and change nothing. A new link ends the one before. One whose device was revoked, or whose associate no
longer works there, is over.

An answer is a `consent.record` as a device would push it, under the same rules: it names what the customer was shown
when the link was made, so that a withdrawal which came meanwhile stands.
"""

import base64
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Row

from sync.central_api.access_tables import CONSENT_LINK, DEVICE
from sync.central_api.actors import Actors
from sync.central_api.associate_keys import Associate, find_associate
from sync.central_api.audit import append_own
from sync.central_api.bulk import among
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import Registration
from sync.central_api.errors import ConsentLinkRefused, CustomerUnknown
from sync.central_api.import_records import read_stores
from sync.central_api.one_time_codes import HOLDS_FOR, code_hash, codes_over, holds, locked_code
from sync.central_api.principal import Principal
from sync.central_api.push import take_entries
from sync.central_api.tables import SCOPE_ROW, SYNC_IDENTITY
from sync.central_api.tokens import RandomBytes
from sync.central_api.transactions import write_transaction
from sync.protocol.audit import AuditKind
from sync.protocol.consent_links import CONSENT_PATH, OWN_PHONE, ConsentLinkRequest, ConsentQuestion
from sync.protocol.consent_texts import CURRENT, PUBLISHED, consent_text
from sync.protocol.ids import rule_id, uuid7
from sync.protocol.kinds import Kind
from sync.protocol.mutations.consent import CONSENT_RECORD
from sync.protocol.roles import Permission
from sync.protocol.times import to_wire
from sync.protocol.wire import EntryMessage, RowState, VerdictStatus

TOKEN_BYTES: Final = 20

Asked = tuple[str, str]
"""Purpose and channel."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link, which is told once and kept nowhere."""

    id: str
    path: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class OpenLink:
    """What a link asks, in words of that version, and in whose name. Nothing of it is about the customer."""

    questions: tuple[Asked, ...]
    text_version: str
    store_name: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that came by a link. `refused`: the message key of why it does not count, "" where it does."""

    purpose: str
    channel: str
    granted: bool
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of the answers to a link, in the order of its questions, which are in words of that version."""

    kept: tuple[Kept, ...]
    text_version: str


def make_consent_link(
    database: CentralDatabase,
    principal: Principal,
    request: ConsentLinkRequest,
    *,
    now: datetime,
    random_bytes: RandomBytes,
) -> MadeLink:
    """A link for a customer whom the associate's device has. `random_bytes` decides whether it can be guessed.

    Raises Forbidden, CustomerUnknown, ConsentLinkRefused (consent_link.not_asked), DatabaseBusy.
    """
    registration = principal.registration
    principal.require(Permission.SERVE, registration.store_id)
    _require_published(request.questions)
    token = base64.b32encode(random_bytes(TOKEN_BYTES)).decode()
    link_id, ends_at = uuid7(now), now + HOLDS_FOR
    row = {
        "code_hash": code_hash(token), "id": link_id, "customer_id": request.customer_id,
        "store_id": registration.store_id, "registration_id": registration.id,
        "associate_id": principal.associate_id, "text_version": CURRENT,
        "questions": orjson.dumps([one.model_dump() for one in request.questions]).decode(),
        "made_at": now, "ends_at": ends_at, "answered_at": None, "outcome": "",
    }  # fmt: skip

    def make(connection: Connection) -> MadeLink:
        _require_seen(connection, registration, request.customer_id)
        table = CONSENT_LINK.c
        earlier = table.customer_id == request.customer_id, table.answered_at.is_(None)
        connection.execute(sa.delete(CONSENT_LINK).where(*earlier))
        connection.execute(sa.insert(CONSENT_LINK).values(row))
        _note(connection, AuditKind.CONSENT_LINK_MADE, row, {"questions": len(request.questions)}, now)
        return MadeLink(link_id, CONSENT_PATH + token, ends_at)

    made = write_transaction(database, make)
    _log.info("consent link made", extra={"questions": len(request.questions)})
    return made


def read_consent_link(database: CentralDatabase, token: str, *, now: datetime) -> OpenLink:
    """What a link that can still be answered asks; changes nothing. Raises ConsentLinkRefused, DBAPIError."""
    with database.reading() as connection:
        query = sa.select(CONSENT_LINK).where(CONSENT_LINK.c.code_hash == code_hash(token))
        row = connection.execute(query).one_or_none()
        if row is None:
            raise ConsentLinkRefused
        _require_open(connection, row, now)
        if row.answered_at is not None:
            raise ConsentLinkRefused("consent_link.used")
        store = read_stores(connection).get(row.store_id, {})
    asked = tuple((one.purpose, one.channel) for one in _questions(row))
    return OpenLink(asked, row.text_version, str(store.get("name", "")))


def answer_consent_link(
    database: CentralDatabase, token: str, answers: Mapping[Asked, bool], *, language: str, now: datetime
) -> Answered:
    """What became of the answers; nothing is written where any was not asked.

    `language`: in which the questions were read. Raises ConsentLinkRefused, DatabaseBusy.
    """

    def answer(connection: Connection) -> Answered:
        row = locked_code(connection, CONSENT_LINK, token)
        if row is None:
            raise ConsentLinkRefused
        associate = _require_open(connection, row, now)
        if row.answered_at is not None:
            return Answered(_same_again(row, answers), row.text_version)
        questions = _answered(row, answers, language)
        given = [answers[one.purpose, one.channel] for one in questions]
        told = {"yes": sum(given), "no": len(given) - sum(given)}
        _note(connection, AuditKind.CONSENT_LINK_ANSWERED, row._mapping, told, now)
        kept = _record(connection, row, associate, questions, given, language=language, now=now)
        outcome = orjson.dumps([[one.purpose, one.channel, one.granted, one.refused] for one in kept]).decode()
        this = sa.update(CONSENT_LINK).where(CONSENT_LINK.c.code_hash == row.code_hash)
        connection.execute(this.values(answered_at=now, outcome=outcome))
        return Answered(kept, row.text_version)

    with database.reading() as connection:  # whoever has no link is not to wait for writers, nor keep them waiting
        _require_known(connection, token)
    answered = write_transaction(database, answer)
    _log.info("consent link answered", extra={"answers": len(answered.kept)})
    return answered


def end_consent_links(database: CentralDatabase, now: datetime) -> int:
    """How many links that are over went. Safe at any time. Raises DatabaseBusy."""
    over = codes_over(CONSENT_LINK, now)
    return write_transaction(database, lambda connection: connection.execute(over).rowcount)


def _require_known(connection: Connection, token: str) -> None:
    """Nothing; somebody made that link. Raises ConsentLinkRefused."""
    made = sa.select(CONSENT_LINK.c.id).where(CONSENT_LINK.c.code_hash == code_hash(token))
    if connection.execute(made).first() is None:
        raise ConsentLinkRefused


def _require_published(questions: Sequence[ConsentQuestion]) -> None:
    """Nothing; each is asked once, and has words of today in every language. Raises ConsentLinkRefused."""
    asked = [(one.purpose, one.channel) for one in questions]
    worded = (consent_text(CURRENT, language, *one) for one in asked for language in PUBLISHED[CURRENT])
    if len(set(asked)) < len(asked) or not all(worded):
        raise ConsentLinkRefused("consent_link.not_asked")


def _require_seen(connection: Connection, registration: Registration, customer_id: str) -> None:
    """Nothing; the device has the customer. Raises CustomerUnknown, as if there were none."""
    table = SCOPE_ROW.c
    seen = sa.select(table.id).where(
        among(connection, table.scope, registration.grants),
        table.kind == Kind.CUSTOMER.value,
        table.id == customer_id,
        table.state == RowState.LIVE.value,
    )
    if connection.execute(seen.limit(1)).first() is None:
        raise CustomerUnknown


def _require_open(connection: Connection, row: Row[Any], now: datetime) -> Associate:
    """The associate who asked, of a link that holds. Raises ConsentLinkRefused."""
    revoked = sa.select(DEVICE.c.revoked_at).where(DEVICE.c.id == row.registration_id)
    associate = find_associate(connection, row.associate_id)
    if not holds(row.ends_at, now):
        raise ConsentLinkRefused("consent_link.used" if row.answered_at is not None else "consent_link.over")
    if associate is None or not associate.works_at(row.store_id) or connection.execute(revoked).scalar() is not None:
        raise ConsentLinkRefused("consent_link.over")
    return associate


def _questions(row: Row[Any]) -> list[ConsentQuestion]:
    return [ConsentQuestion.model_validate(one) for one in orjson.loads(row.questions)]


def _answered(row: Row[Any], answers: Mapping[Asked, bool], language: str) -> list[ConsentQuestion]:
    """The questions that are answered. Raises ConsentLinkRefused where one was not asked, or not in that language."""
    questions = _questions(row)
    asked = {(one.purpose, one.channel) for one in questions}
    if not answers.keys() <= asked or language not in PUBLISHED[row.text_version]:
        raise ConsentLinkRefused("consent_link.foreign")
    if not answers:
        raise ConsentLinkRefused("consent.nothing_answered")
    return [one for one in questions if (one.purpose, one.channel) in answers]


def _same_again(row: Row[Any], answers: Mapping[Asked, bool]) -> tuple[Kept, ...]:
    """What became of the answers, sent again: a double tap, a page loaded again. Raises ConsentLinkRefused."""
    kept = tuple(Kept(*one) for one in orjson.loads(row.outcome))
    if {(one.purpose, one.channel): one.granted for one in kept} != dict(answers):
        raise ConsentLinkRefused("consent_link.used")
    return kept


def _record(
    connection: Connection,
    row: Row[Any],
    associate: Associate,
    questions: Sequence[ConsentQuestion],
    given: Sequence[bool],
    *,
    language: str,
    now: datetime,
) -> tuple[Kept, ...]:
    """The answers decided and written, numbers last."""
    device_id = rule_id("customers' phones", row.registration_id)
    entries = [
        _entry(row, associate, one, granted=granted, language=language, now=now)
        for one, granted in zip(questions, given, strict=True)
    ]
    verdicts = take_entries(
        connection,
        Registration(row.registration_id, row.store_id, None),
        entries,
        device_id=device_id,
        actors=Actors({associate.id: associate.role}),
        now=now,
    )
    # Nobody asks for these verdicts again: the link keeps what became of its answers.
    settled = sa.update(SYNC_IDENTITY).where(SYNC_IDENTITY.c.device_id == device_id)
    connection.execute(settled.values(settled_n=SYNC_IDENTITY.c.last_n))
    refused = [one.code or "" if one.status == VerdictStatus.REJECTED else "" for one in verdicts]
    answers = zip(questions, given, refused, strict=True)
    return tuple(Kept(one.purpose, one.channel, granted, why) for one, granted, why in answers)


def _entry(
    row: Row[Any], associate: Associate, question: ConsentQuestion, *, granted: bool, language: str, now: datetime
) -> EntryMessage:
    about = row.id, question.purpose, question.channel
    args = {
        "event_id": rule_id("answer on a phone", *about), "customer_id": row.customer_id,
        "purpose": question.purpose, "channel": question.channel, "granted": granted,
        "seen_event_id": question.seen_event_id, "at": to_wire(now), "text_version": row.text_version,
        "language": language, "store_id": row.store_id, "seen_others": question.seen_others if granted else [],
        "proof": {"method": OWN_PHONE, "author_name": associate.name, "confirmation_id": row.id},
    }  # fmt: skip
    return EntryMessage(
        n=1,
        uuid=rule_id("entry from a phone", *about),
        name=CONSENT_RECORD.name,
        version=CONSENT_RECORD.version,
        args=args,
        actor=associate.id,
        at=to_wire(now),
    )


def _note(
    connection: Connection, kind: AuditKind, row: Mapping[Any, Any], told: Mapping[str, int], now: datetime
) -> None:
    details = {"link": row["id"], "store": row["store_id"], "device": row["registration_id"], **told}
    append_own(connection, kind, actor=row["associate_id"], customer_id=row["customer_id"], details=details, now=now)

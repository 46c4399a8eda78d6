"""Keep what a customer agreed to, or took back, with the proof of it; and tell it again.

Proof is who answered what, where, when, to whom, how, and in which words and language; a signature where one was drawn.
Source of the duty: UU 27/2022 (UU PDP), article 24.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from clienteling.domain.access import Access
from clienteling.domain.consent_rules import ANY, CHANNELS_OF
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.signature import is_kept_drawing
from clienteling.domain.views import ConsentAnswer, ConsentEventView, ConsentMethod
from clienteling.store.queries_consents import consent_events, everybody_who_is, refused_event
from clienteling.store.replica import LocalStore
from clienteling.use_cases.note_access import note_access
from clienteling.use_cases.who_and_where import author_name, here, must_be_known
from sync.protocol.bodies.people import MAX_SEEN_OTHERS
from sync.protocol.consent_texts import CURRENT, consent_text, text_before
from sync.protocol.mutations.consent import CONSENT_RECORD
from sync.protocol.times import Clock, to_wire

_PENDING_READ: Final = 1_000


def asked_now(purpose: str, channel: str, language: str) -> str:
    """The question as it is asked today; "" where nobody asks it in that language."""
    return consent_text(CURRENT, language, purpose, channel)


def told_before(language: str) -> str:
    """What is told before today's questions."""
    return text_before(CURRENT, language)


def record_consent(
    store: LocalStore,
    customer_id: str,
    *,
    purpose: str,
    channel: str,
    granted: bool,
    seen_event_id: str | None,
    author_id: str,
    language: str,
    now: Clock,
    new_id: Callable[[], str],
    to_name: Sequence[str] = (),
    method: ConsentMethod = ConsentMethod.SPOKEN,
) -> None:
    """Record one answer that an associate heard or read. A withdrawal always takes effect.

    `seen_event_id` is the latest event the screen showed, `to_name` those of other ledgers that it took into account.
    On disk and visible when this returns. Raises ValidationFailed(consent.unknown_purpose, consent.unknown_channel,
    author.missing, device.no_store), NotFound(customer.not_here).
    """
    answer = ConsentAnswer(purpose, channel, granted, seen_event_id, tuple(to_name))
    proof = {"method": method.value}
    _record(store, customer_id, (answer,), proof, author_id=author_id, language=language, now=now, new_id=new_id)


def confirm_consents(
    store: LocalStore,
    customer_id: str,
    answers: Sequence[ConsentAnswer],
    *,
    drawing: str,
    author_id: str,
    language: str,
    now: Clock,
    new_id: Callable[[], str],
) -> None:
    """Record the answers that the customer gave on this device by themselves, each as an event of its own.

    `drawing`: their signature as `signature.path_of` gives it, "" where they confirmed by a press. Nothing is written
    where any answer is wrong. Raises as `record_consent` does, and ValidationFailed(consent.nothing_answered,
    consent.no_signature): the server would refuse an answer with a drawing that is none, a withdrawal too.
    """
    if not answers:
        raise ValidationFailed("answers", "consent.nothing_answered")
    if drawing and not is_kept_drawing(drawing):
        raise ValidationFailed("drawing", "consent.no_signature")
    method = ConsentMethod.SIGNED if drawing else ConsentMethod.CONFIRMED
    proof = {"method": method.value, "drawing": drawing, "confirmation_id": new_id()}
    _record(store, customer_id, answers, proof, author_id=author_id, language=language, now=now, new_id=new_id)


def consent_ledger(store: LocalStore, customer_id: str) -> tuple[ConsentEventView, ...]:
    """Every answer of this customer that this device knows, newest first, those that do not count among them."""
    pending = {str(one.args.get("event_id")) for one in store.pending(_PENDING_READ)}
    refused = [one for one in store.attention() if one.entry.name == CONSENT_RECORD.name]
    with store.reading() as connection:
        events = consent_events(connection, customer_id, pending=pending)
        people = everybody_who_is(connection, customer_id)
        found = (one for one in refused if one.entry.args.get("customer_id") in people)
        do_not_count = tuple(
            refused_event(connection, one.entry.args, actor=one.entry.actor, code=one.code or f"mutation.{one.verdict}")
            for one in found
        )
    return (*reversed(do_not_count), *events)


def _record(
    store: LocalStore,
    customer_id: str,
    answers: Sequence[ConsentAnswer],
    proof: dict[str, Any],
    *,
    author_id: str,
    language: str,
    now: Clock,
    new_id: Callable[[], str],
) -> None:
    for answer in answers:
        _must_be_asked(answer)
    with store.reading() as connection:
        must_be_known(connection, customer_id)
        name, store_id = author_name(connection, author_id), here(connection)
    at = now()
    for answer in answers:
        asked = asked_now(answer.purpose, answer.channel, language)
        args = {
            "event_id": new_id(),
            "customer_id": customer_id,
            "purpose": answer.purpose,
            "channel": answer.channel,
            "granted": answer.granted,
            "seen_event_id": answer.seen_event_id,
            "at": to_wire(at),
            "text_version": CURRENT if asked else "",
            "language": language,
            "store_id": store_id,
            "seen_others": list(answer.to_name[:MAX_SEEN_OTHERS]) if answer.granted else [],
            "proof": {**proof, "author_name": name},
        }
        store.write(CONSENT_RECORD.name, CONSENT_RECORD.version, args, actor=author_id, at=at)
        told: dict[str, str | int] = {
            "purpose": answer.purpose,
            "channel": answer.channel,
            "granted": int(answer.granted),
        }
        note_access(store, Access.CONSENTED, author_id=author_id, customer_id=customer_id, now=now, **told)


def _must_be_asked(answer: ConsentAnswer) -> None:
    if answer.purpose not in CHANNELS_OF:
        raise ValidationFailed("purpose", "consent.unknown_purpose")
    if answer.channel not in (*CHANNELS_OF[answer.purpose], ANY):
        raise ValidationFailed("channel", "consent.unknown_channel")

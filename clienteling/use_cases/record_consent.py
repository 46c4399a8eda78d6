"""Keep what a customer agreed to, or took back."""

from collections.abc import Callable

from clienteling.domain.access import Access
from clienteling.domain.consent_rules import ANY, CHANNELS_OF
from clienteling.domain.errors import ValidationFailed
from clienteling.store.replica import LocalStore
from clienteling.use_cases.note_access import note_access
from clienteling.use_cases.who_and_where import author_name, here, must_be_known
from sync.protocol.consent_texts import CURRENT, consent_text
from sync.protocol.times import Clock, to_wire


def asked_now(purpose: str, channel: str, language: str) -> str:
    """The question as it is asked today; "" where nobody asks it in that language."""
    return consent_text(CURRENT, language, purpose, channel)


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
) -> None:
    """Record one answer; `seen_event_id` is the latest event the screen showed. A withdrawal always takes effect.

    On disk and visible when this returns. Raises ValidationFailed(consent.unknown_purpose, consent.unknown_channel,
    author.missing, device.no_store), NotFound(customer.not_here).
    """
    if purpose not in CHANNELS_OF:
        raise ValidationFailed("purpose", "consent.unknown_purpose")
    if channel not in (*CHANNELS_OF[purpose], ANY):
        raise ValidationFailed("channel", "consent.unknown_channel")
    with store.reading() as connection:
        must_be_known(connection, customer_id)
        author_name(connection, author_id)
        store_id = here(connection)
    at = now()
    args = {
        "event_id": new_id(),
        "customer_id": customer_id,
        "purpose": purpose,
        "channel": channel,
        "granted": granted,
        "seen_event_id": seen_event_id,
        "at": to_wire(at),
        "text_version": CURRENT,
        "language": language,
        "store_id": store_id,
    }
    store.write("consent.record", 1, args, actor=author_id, at=at)
    answer: dict[str, str | int] = {"purpose": purpose, "channel": channel, "granted": int(granted)}
    note_access(store, Access.CONSENTED, author_id=author_id, customer_id=customer_id, now=now, **answer)

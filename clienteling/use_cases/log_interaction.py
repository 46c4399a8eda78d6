"""An associate keeps that they spoke with a customer, and how."""

from collections.abc import Callable

from clienteling.domain.serving_rules import CHANNELS, DIRECTIONS, one_of, valid_words
from clienteling.store.replica import LocalStore
from clienteling.use_cases.who_and_where import author_name, here, must_be_known
from sync.protocol.mutations.interactions import INTERACTION_LOG
from sync.protocol.times import Clock, to_wire


def log_interaction(
    store: LocalStore,
    customer_id: str,
    *,
    channel: str,
    direction: str,
    author_id: str,
    now: Clock,
    new_id: Callable[[], str],
    summary: str = "",
) -> str:
    """Keep that somebody spoke with a customer now; returns the new interaction's id.

    `channel`: store, phone, whatsapp, email; `direction`: in, out; `summary` "" to 4,000 characters. On disk and
    visible when this returns. Raises ValidationFailed(serving.choice_unknown, text.too_long, text.bad_character,
    author.missing, device.no_store), NotFound(customer.not_here).
    """
    kept = {
        "channel": one_of("channel", channel, CHANNELS),
        "direction": one_of("direction", direction, DIRECTIONS),
        "summary": valid_words("summary", summary),
    }
    with store.reading() as connection:
        must_be_known(connection, customer_id)
        store_id, name = here(connection), author_name(connection, author_id)
    interaction_id, at = new_id(), now()
    args = {
        "interaction_id": interaction_id,
        "customer_id": customer_id,
        "store_id": store_id,
        **kept,
        "author_name": name,
        "at": to_wire(at),
    }
    store.write(INTERACTION_LOG.name, INTERACTION_LOG.version, args, actor=author_id, at=at)
    return interaction_id

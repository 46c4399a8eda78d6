"""Keep what a customer likes, wears, or wants to be asked."""

from clienteling.domain.contact_rules import valid_preference
from clienteling.store.replica import LocalStore
from clienteling.use_cases.who_and_where import author_name, must_be_known
from sync.protocol.times import Clock


def set_preference(
    store: LocalStore, customer_id: str, key: str, *, seen: str, new: str, author_id: str, now: Clock
) -> None:
    """Set one preference; `seen` is what the form showed, "" as `new` takes it back. Unchanged: nothing is written.

    On disk and visible when this returns. Raises ValidationFailed(preference.key_invalid, text.too_long,
    text.bad_character, author.missing), NotFound.
    """
    value = valid_preference(key, new)
    with store.reading() as connection:
        must_be_known(connection, customer_id)
        author_name(connection, author_id)
    if value != seen:
        args = {"customer_id": customer_id, "key": key, "value": [seen, value]}
        store.write("preference.set", 1, args, actor=author_id, at=now())

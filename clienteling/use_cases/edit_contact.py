"""Change how a customer is named and reached, and what they wear and like, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from clienteling.domain.contact_rules import (
    MAX_FIELD_CHARACTERS,
    tidy,
    valid_birthday,
    valid_email,
    valid_language,
    valid_name,
    valid_preference,
)
from clienteling.domain.errors import NotFound, ValidationFailed, refuse_wrong
from clienteling.store.queries_records import bodies, body, store_day
from clienteling.store.replica import LocalStore
from clienteling.use_cases.who_and_where import author_name
from sync.protocol.kinds import Body, Kind
from sync.protocol.phones import DEFAULT_REGION, e164
from sync.protocol.times import Clock

EDITABLE = frozenset({"name", "salutation", "phone", "email", "birthday", "language", "city", "home_store_id"})


PREFERENCE: Final = "preference:"
"""What the name of a form's field begins with where it holds a preference; the preference's key follows."""


def edit_contact(
    store: LocalStore,
    customer_id: str,
    fields: Mapping[str, tuple[str, str]],
    *,
    author_id: str,
    now: Clock,
    region: str = DEFAULT_REGION,
) -> None:
    """Change the fields given as {field: (seen, new)}, where `seen` is what the form showed; "" forgets a value.

    A field is one of EDITABLE, or PREFERENCE and a preference's key. All are judged before anything is written. A phone
    is kept as E.164 beside what was typed. Fields that stay as they were seen are not written; where none is left
    nothing is. On disk and visible when this returns. Raises ValidationFailed for all wrong fields together (field is
    the form's: name_empty, phone_invalid, email_invalid, birthday_invalid, birthday_in_future, language_invalid,
    store_unknown, field_unknown under `contact.`, preference.key_invalid, text.too_long, text.bad_character), or
    ValidationFailed(author.missing), NotFound(customer.not_here).
    """
    with store.reading() as connection:
        found = body(connection, Kind.CUSTOMER, customer_id)
        if found is None:
            raise NotFound("customer.not_here")
        author_name(connection, author_id)
        today = store_day(connection, now())
        new_store_id = fields.get("home_store_id", ("", ""))[1]
        store_known = not new_store_id or new_store_id in bodies(connection, Kind.LOCATION, (new_store_id,))
    judged = _judged(fields, _Known(found, today, region, store_known))
    if judged.contact:
        args = {"customer_id": customer_id, "fields": judged.contact}
        store.write("contact.edit", 1, args, actor=author_id, at=now())
    for key, value in judged.preferences.items():
        preference = {"customer_id": customer_id, "key": key, "value": value}
        store.write("preference.set", 1, preference, actor=author_id, at=now())


@dataclass(frozen=True, slots=True)
class _Known:
    """What fields are judged by: the customer's record, the store's day, and whether a new home store is known."""

    customer: Body
    today: date
    region: str
    store_known: bool


@dataclass(frozen=True, slots=True)
class _Judged:
    """[seen, new] of what differs, by the stored field's name and by the preference's key."""

    contact: dict[str, list[str | None]]
    preferences: dict[str, list[str | None]]


def _judged(fields: Mapping[str, tuple[str, str]], known: _Known) -> _Judged:
    """What is to be written. Raises ValidationFailed for all wrong fields together."""
    judged = _Judged({}, {})
    wrong: list[ValidationFailed] = []
    for field, (seen, new) in sorted(fields.items()):
        try:
            if field.startswith(PREFERENCE):
                key = field.removeprefix(PREFERENCE)
                judged.preferences.update(_edited_preference(key, seen, new))
            else:
                judged.contact.update(_edited(field, seen, new, known))
        except ValidationFailed as error:
            wrong.append(error if error.field == field else ValidationFailed(field, error.code, **error.fields))
    refuse_wrong(wrong)
    return judged


def _edited_preference(key: str, seen: str, new: str) -> dict[str, list[str | None]]:
    value = valid_preference(key, new)
    return {} if value == seen else {key: [seen, value]}


def _edited(field: str, seen: str, new: str, known: _Known) -> dict[str, list[str | None]]:
    """[seen, new] of every stored field that the form's field changes."""
    match field:
        case "phone":
            return _edited_phone(seen, new, known.customer, known.region)
        case "name":
            kept = valid_name(new)
        case "email":
            kept = valid_email(new)
        case "birthday":
            kept = valid_birthday(new, today=known.today)
        case "language":
            kept = valid_language(new)
        case "home_store_id" if not known.store_known:
            raise ValidationFailed(field, "contact.store_unknown")
        case _ if field in EDITABLE:
            kept = " ".join(tidy(field, new, most=MAX_FIELD_CHARACTERS).split())
        case _:
            raise ValidationFailed(field, "contact.field_unknown")
    if kept == seen:
        return {}
    if field == "home_store_id":  # its absence is null on the wire
        return {field: [seen or None, kept or None]}
    return {field: [seen, kept]}


def _edited_phone(seen: str, new: str, found: Body, region: str) -> dict[str, list[str | None]]:
    """The number and what was typed. `seen` may be either, as the form showed it."""
    typed = tidy("phone", new, most=MAX_FIELD_CHARACTERS)
    number = e164(typed, region=region) if typed else ""
    if typed and not number:
        raise ValidationFailed("phone", "contact.phone_invalid")
    seen_number = e164(seen, region=region) or seen
    if number == seen_number:
        return {}
    seen_typed: str = found.get("phone_typed") or ""
    edits: dict[str, list[str | None]] = {"phone": [seen_number, number]}
    if typed != seen_typed:
        edits["phone_typed"] = [seen_typed, typed]
    return edits

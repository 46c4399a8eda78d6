"""Look-up: from what is typed to at most fifty customers, best first, without sorting all that fit.

Sources are asked one after the other and each stops at what is still missing: exact keys; customers seen at this store
in 90 days, newest first; all customers in row order; beginnings of e-mails and card numbers; and where no name fits,
names with one typing mistake. Names as typed come before names spelled otherwise.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from clienteling.domain.views import LookupRow, MatchReason
from clienteling.store import name_index
from clienteling.store.ask import ask, ask_column, json_list
from sync.protocol.column_types import EPOCH
from sync.protocol.search_keys import Typed, TypedWord, exact_keys, near_misses, read_typed
from sync.protocol.times import to_microseconds

MAX_ROWS = 50
SEEN_LATELY = timedelta(days=90)
_MAX_NEAR_WORDS = 40
_MAX_TAILS = 300
_MAX_EMAILS = 2_000
_LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class _Asked:
    connection: Connection
    typed: Typed
    newest_place: int
    """Only places up to here were seen within SEEN_LATELY."""


_Found = Iterator[tuple[MatchReason, int]]
_Source = Callable[[_Asked, int], _Found]


def look_up(
    connection: Connection, text: str, limit: int, *, store_id: str | None, now: datetime
) -> tuple[tuple[LookupRow, ...], bool]:
    """The customers that fit, best first, at most `limit` (and MAX_ROWS), and whether more fit."""
    wanted = min(limit, MAX_ROWS) + 1
    typed = read_typed(text)
    asked = _Asked(connection, typed, name_index.place_of(to_microseconds(now - SEEN_LATELY)))
    found: dict[int, MatchReason] = {}
    _gather(asked, _sources(typed), found, wanted)
    if MatchReason.NAME not in found.values() and not typed.tail_with_name:
        _gather(asked, (_unfinished_names, _similar_names), found, wanted)
    rows = lookup_rows(connection, found, store_id=store_id)
    return rows[: wanted - 1], len(rows) >= wanted


def _gather(asked: _Asked, sources: Iterable[_Source], found: dict[int, MatchReason], wanted: int) -> None:
    """Ask one source after the other until `found` is full; nobody is found twice."""
    for source in sources:
        # Who was found already may come again: ask for as many more.
        for why, row in source(asked, wanted + len(found)):
            if len(found) >= wanted:
                return
            found.setdefault(row, why)


def lookup_rows(
    connection: Connection, found: dict[int, MatchReason], *, store_id: str | None
) -> tuple[LookupRow, ...]:
    """One row for each person, in the order given; a customer merged into another is shown as the other."""
    if not found:
        return ()
    by_asked: dict[int, LookupRow] = {}
    for row, *columns, last_at in ask(connection, _ROWS, (json_list(found), store_id)):
        if row not in by_asked:
            customer_id, name, salutation, phone, email, city, number, tier, home_store = columns
            by_asked[row] = LookupRow(
                customer_id=customer_id,
                name=name,
                salutation=salutation,
                phone=phone,
                email=email,
                loyalty_number=number or "",
                home_store=home_store or "",
                last_visit_at=None if last_at is None else EPOCH + timedelta(microseconds=last_at),
                tier=tier or "",
                why=found[row],
                city=city,
            )
    people = {by_asked[row].customer_id: by_asked[row] for row in reversed(found) if row in by_asked}
    return tuple(reversed(people.values()))


def rows_of_customers(connection: Connection, customer_ids: Sequence[str]) -> dict[str, int]:
    """Row numbers for `lookup_rows`, in the order given; ids that are not here are left out."""
    asked = json_list(customer_ids)
    by_id = dict(
        ask(connection, "SELECT id, row FROM customer_entry WHERE id IN (SELECT value FROM json_each(?))", (asked,))
    )
    return {one: by_id[one] for one in customer_ids if one in by_id}


_ROWS = """
WITH person AS (
  SELECT asked.value AS asked, entry.*
  FROM json_each(?) AS asked
  JOIN customer_entry AS named ON named.row = asked.value
  JOIN customer_entry AS entry
    ON entry.row = coalesce((SELECT row FROM customer_entry WHERE id = named.alias_of), named.row)
)
SELECT person.asked, person.id, person.name, person.salutation, person.phone, person.email, person.city,
       account.number, account.tier,
       (SELECT json_extract(body, '$.name') FROM record WHERE kind = 'location' AND id = person.home_store_id),
       (SELECT max(happened_at) FROM customer_child WHERE customer_id = person.id AND location_id = ?)
FROM person LEFT JOIN loyalty AS account ON account.customer_id = person.id
"""


def _sources(typed: Typed) -> Iterator[_Source]:
    yield _exact_keys
    if typed.looks_like_key:
        yield from (_phones, _email_beginnings, _unfinished_emails, _loyalty_beginnings)
    if typed.tail_with_name:
        yield _names_with_tail
        yield _loyalty_beginnings
        return
    if typed.readings:
        yield from (_seen_lately, _all_names, _other_readings)
    if not typed.looks_like_key:
        yield from (_email_beginnings, _loyalty_beginnings)


def _exact_keys(asked: _Asked, limit: int) -> _Found:
    for kind, key in exact_keys(asked.typed):
        for row in ask_column(asked.connection, _KEY, (kind, key, limit)):
            yield MatchReason(kind), row


_KEY = """
SELECT entry.row FROM customer_key AS known JOIN customer_entry AS entry ON entry.id = known.customer_id
WHERE known.key_kind = ? AND known.key = ? LIMIT ?
"""
_KEY_BEGINNING = """
SELECT entry.row FROM customer_key AS known JOIN customer_entry AS entry ON entry.id = known.customer_id
WHERE known.key_kind = ? AND known.key >= ? AND known.key < ? LIMIT ?
"""


def _beginning(asked: _Asked, kind: str, key: str, limit: int) -> Iterable[int]:
    return ask_column(asked.connection, _KEY_BEGINNING, (kind, key, key + _LAST_CHARACTER, limit))


def _phones(asked: _Asked, limit: int) -> _Found:
    """By the last digits, and by the first; a number typed from its trunk or country code is meant from the front."""
    typed = asked.typed
    from_front = [("phone", beginning) for beginning in typed.phone_beginnings]
    from_end = [("tail", typed.tail)] if typed.tail else []
    for kind, key in (*from_front, *from_end) if typed.from_front else (*from_end, *from_front):
        for row in _beginning(asked, kind, key, limit):
            yield MatchReason.PHONE, row


def _email_beginnings(asked: _Asked, limit: int) -> _Found:
    if asked.typed.email:
        for row in _beginning(asked, "email", asked.typed.email, limit):
            yield MatchReason.EMAIL, row


def _unfinished_emails(asked: _Asked, limit: int) -> _Found:
    """`siti@` on the way to `siti.rahmawati@...`: both sides of the sign are beginnings."""
    local_part, sign, host = asked.typed.email.partition("@")
    if local_part and sign:
        bounds = (local_part, local_part + _LAST_CHARACTER, _MAX_EMAILS)
        for row in ask_column(asked.connection, _EMAIL_PARTS, (*bounds, f"@{host}", limit)):
            yield MatchReason.EMAIL, row


_EMAIL_PARTS = """
SELECT entry.row FROM
(SELECT key, customer_id FROM customer_key WHERE key_kind = 'email' AND key >= ? AND key < ? LIMIT ?) AS known
JOIN customer_entry AS entry ON entry.id = known.customer_id
WHERE instr(known.key, ?) LIMIT ?
"""


def _loyalty_beginnings(asked: _Asked, limit: int) -> _Found:
    if asked.typed.loyalty:
        for row in _beginning(asked, "loyalty", asked.typed.loyalty, limit):
            yield MatchReason.LOYALTY, row


def _names_with_tail(asked: _Asked, limit: int) -> _Found:
    tails = ask(
        asked.connection,
        "SELECT entry.row, entry.tokens FROM customer_key AS known JOIN customer_entry AS entry"
        " ON entry.id = known.customer_id WHERE known.key_kind = 'tail' AND known.key >= ? AND known.key < ? LIMIT ?",
        (asked.typed.tail_with_name, asked.typed.tail_with_name + _LAST_CHARACTER, _MAX_TAILS),
    )
    for reading in asked.typed.readings:
        for row, tokens in tails:
            if all(any(word.fits(token) for token in tokens.split()) for word in reading):
                yield MatchReason.PHONE, row


def _seen_lately(asked: _Asked, limit: int) -> _Found:
    """Those seen here within SEEN_LATELY, newest first, names as typed before names spelled otherwise."""
    reading = asked.typed.readings[0]
    texts = [[*(f" {one}" for one in word.beginnings), *(f" {one} " for one in _whole(word))] for word in reading]
    terms = " AND ".join(f"({' OR '.join(['instr(tokens, ?)'] * len(one))})" for one in texts)
    # S608: only the number of fixed terms varies, what was typed is in the parameters.
    statement = f"SELECT customer_row, tokens FROM seen_here WHERE place <= ? AND {terms} ORDER BY place LIMIT ?"  # noqa: S608
    seen = ask(asked.connection, statement, (asked.newest_place, *(one for some in texts for one in some), limit))
    for row, _ in sorted(seen, key=lambda one: not _as_typed(reading, one[1])):
        yield MatchReason.NAME, row


_ALL = "SELECT rowid FROM name_search WHERE name_search MATCH ? ORDER BY rowid LIMIT ?"


def _all_names(asked: _Asked, limit: int) -> _Found:
    """All customers in row order. Names as typed come first where there are more than can be shown."""
    as_typed, spelled = _as_typed_and_spelled(asked.typed.readings[0])
    rows = ask_column(asked.connection, _ALL, (spelled, limit))
    if len(rows) >= limit and as_typed != spelled:
        rows = [*ask_column(asked.connection, _ALL, (as_typed, limit)), *rows]
    for row in rows:
        yield MatchReason.NAME, row


def _other_readings(asked: _Asked, limit: int) -> _Found:
    for reading in asked.typed.readings[1:]:
        expression = _match(_spelled(word) for word in reading)
        for row in ask_column(asked.connection, _ALL, (expression, limit)):
            yield MatchReason.NAME, row


def _similar_names(asked: _Asked, limit: int) -> _Found:
    for reading in asked.typed.readings:
        near = [_near(asked.connection, word) for word in reading]
        if not any(near):
            continue
        terms = [
            (*_spelled(word), *(_begins(one) for one in others)) for word, others in zip(reading, near, strict=True)
        ]
        for row in ask_column(asked.connection, _ALL, (_match(terms), limit)):
            yield MatchReason.SIMILAR_NAME, row


def _near(connection: Connection, word: TypedWord) -> tuple[str, ...]:
    """Beginnings of names there are, one typing mistake away from the word."""
    spellings = (word.plain, *(one for one in word.beginnings if one != word.plain))
    misses = list({miss for one in spellings for miss in near_misses(one)})
    if not misses:
        return ()
    return tuple(ask_column(connection, _WORDS_THERE, (json_list(misses), _LAST_CHARACTER, _MAX_NEAR_WORDS)))


_WORDS_THERE = """
SELECT value FROM json_each(?) WHERE EXISTS
(SELECT 1 FROM name_word WHERE word >= value AND word < value || ?) LIMIT ?
"""


def _unfinished_names(asked: _Asked, limit: int) -> _Found:
    for reading in asked.typed.readings[:1]:
        last = reading[-1]
        if last.unfinished:
            terms = [*(_spelled(word) for word in reading[:-1]), tuple(_begins(one) for one in last.unfinished)]
            for row in ask_column(asked.connection, _ALL, (_match(terms), limit)):
                yield MatchReason.NAME, row


def _as_typed(reading: tuple[TypedWord, ...], tokens: str) -> bool:
    return all(f" {word.plain}" in tokens for word in reading)


def _whole(word: TypedWord) -> tuple[str, ...]:
    return tuple(one for one in word.whole if not one.startswith(word.beginnings))


def _as_typed_and_spelled(reading: tuple[TypedWord, ...]) -> tuple[str, str]:
    return _match((_begins(word.plain),) for word in reading), _match(_spelled(word) for word in reading)


def _spelled(word: TypedWord) -> tuple[str, ...]:
    begins = tuple(_begins(one) for one in word.beginnings)
    return (*begins, *(f'"{one}"' for one in _whole(word)))


def _begins(word: str) -> str:
    return f'"{word}"*'


def _match(terms: Iterable[tuple[str, ...]]) -> str:
    """The full-text expression: one of each tuple's terms, of every tuple. Words hold letters and digits only."""
    return " AND ".join(one[0] if len(one) == 1 else f"({' OR '.join(one)})" for one in terms)

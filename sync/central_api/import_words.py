"""What a source says of its records: each word read, compared with its last one, and what it comes to. Writes nothing.

A record is compared with what the same source said in its last import, not with what stands here: so a second run of
the same stream changes nothing, and what people changed here stays (design: Conflicts, import).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import Row, among
from sync.central_api.merging import merge_import
from sync.central_api.record_store import Stored, erased_among
from sync.central_api.suppression import barred
from sync.central_api.tables import IMPORTED
from sync.protocol.bodies import BODY_MODELS, customers_of
from sync.protocol.bodies.purchases import pseudonymous_order
from sync.protocol.importing import ImportedRecord, Refusal
from sync.protocol.kinds import DOWN_ONLY_KINDS, Body, Kind, RecordKey
from sync.protocol.mutations.orders import still_claimed
from sync.protocol.stock_level import is_counted_later
from sync.protocol.times import to_wire


class Fate(StrEnum):
    """What became of a record of the stream. `older`: stock that was counted later than the stream says, left alone."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    OLDER = "older"
    ENDED = "ended"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Word:
    """What the source says of one record: the whole body, its JSON text and hash."""

    body: Body
    text: str
    body_hash: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One chunk's counts and refusals, kept by the run only once its transaction is through."""

    fates: Counter[tuple[str, Fate]]
    refusals: list[tuple[Refusal, str]]
    barred: dict[str, str] = field(default_factory=dict)
    """Customers who were erased and come under another id, with what told so (`suppression`)."""


def _whole_body(record: ImportedRecord, source: str) -> Body:
    model = BODY_MODELS[record.kind]
    body = {**record.body, "id": record.record_id(source)}
    for name, value in (("source", source), ("external_ref", record.external_ref)):
        if name in model.model_fields and not body.get(name):
            body[name] = value
    return model.model_validate(body).to_body()


def read_word(record: ImportedRecord, source: str) -> tuple[RecordKey, Word]:
    """The record's key and its body, checked and completed. Raises ValueError or TypeError where it is no such body."""
    whole = record.body if record.checked else _whole_body(record, source)
    return RecordKey(record.kind, whole["id"]), _word(whole)


def _word(whole: Body) -> Word:
    text = orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)
    return Word(whole, text.decode(), blake2b(text, digest_size=16).hexdigest())


def _read_last(connection: Connection, source: str, keys: Iterable[RecordKey]) -> dict[RecordKey, Row]:
    """What the source said of each record in the last import that had it: hash, body text and run."""
    ids: dict[str, list[str]] = {}
    for key in keys:
        ids.setdefault(key.kind, []).append(key.id)
    found: dict[RecordKey, Row] = {}
    for kind, of_kind in ids.items():
        query = sa.select(IMPORTED.c.id, IMPORTED.c.body_hash, IMPORTED.c.body, IMPORTED.c.run)
        query = query.where(
            IMPORTED.c.source == source, IMPORTED.c.kind == kind, among(connection, IMPORTED.c.id, of_kind)
        )
        for record_id, body_hash, body, run in connection.execute(query):
            found[RecordKey(kind, record_id)] = {"body_hash": body_hash, "body": body, "run": run}
    return found


def read_words(
    connection: Connection, chunk: list[ImportedRecord], outcome: Outcome, *, source: str, run: int
) -> tuple[dict[RecordKey, Word], dict[RecordKey, Row]]:
    """The chunk's records that can be taken, and what the source said of them before; the rest are refused.

    `run`: the number of this import; a record that it has had already is refused, and so is whatever is about a
    customer who was erased, but for orders: the books need them, without whose they are.
    """
    words: dict[RecordKey, Word] = {}
    places: dict[RecordKey, ImportedRecord] = {}
    for record in chunk:
        try:
            key, word = read_word(record, source)
        except (ValueError, TypeError, KeyError):
            outcome.refusals.append((Refusal(record.file, record.line, "import.invalid_body"), record.kind))
            continue
        if key in words:
            outcome.refusals.append((Refusal(record.file, record.line, "import.duplicate"), record.kind))
            continue
        words[key] = word
        places[key] = record
    last = _read_last(connection, source, words)
    customers = {key: customers_of(key, word.body) for key, word in words.items()}
    named = {one for of_word in customers.values() for one in of_word}
    erased = erased_among(connection, named)
    outcome.barred.update(barred(connection, {key: word.body for key, word in words.items()}, named))
    for key, place in places.items():
        again = key in last and last[key]["run"] == run
        code = "import.duplicate" if again else _gone(customers[key], erased, outcome.barred)
        if code is not None and not again and key.kind == Kind.ORDER:
            words[key] = _word(pseudonymous_order(words[key].body))
        elif code is not None:
            outcome.refusals.append((Refusal(place.file, place.line, code), key.kind))
            del words[key]
    return words, last


def _gone(customers: Iterable[str], erased: Collection[str], barred_now: Collection[str]) -> str | None:
    """Why nothing is taken over about these customers, or None where nobody of them was erased."""
    if any(one in erased for one in customers):
        return "import.erased"
    return "import.suppressed" if any(one in barred_now for one in customers) else None


@dataclass(frozen=True, slots=True)
class Decided:
    """What one record's new word comes to: a new body (None: none), conflicts, and the fate to count."""

    fate: Fate
    body: Body | None = None
    conflicts: Mapping[RecordKey, Body] = field(default_factory=dict)


def differing_words(words: Mapping[RecordKey, Word], last: Mapping[RecordKey, Row]) -> dict[RecordKey, Word]:
    """Those that say something else than the source said last; the others change nothing."""
    return {key: word for key, word in words.items() if key not in last or last[key]["body_hash"] != word.body_hash}


def with_later_counts(said: Body, known: Body, now: datetime) -> Body:
    """The stock as said, but for levels that are known from a later count. Pure.

    One that says it was counted after `now` is not believed: a wrong clock would bar every import to come.
    """
    until = to_wire(now)
    later = {
        place_id: level
        for place_id, level in known["levels"].items()
        if place_id in said["levels"]
        and is_counted_later(level, said["levels"][place_id]["as_of"])
        and not is_counted_later(level, until)
    }
    return {**said, "levels": {**said["levels"], **later}}


def _decide_stock(said: Body, current: Body | None, now: datetime) -> Decided:
    if current is None:
        return Decided(Fate.CREATED, said)
    if said == current:
        return Decided(Fate.UNCHANGED)
    new = with_later_counts(said, current, now)
    return Decided(Fate.OLDER) if new == current else Decided(Fate.CHANGED, new)


def decide_import(
    key: RecordKey, source: str, word: Word, last: Row | None, stored: Stored | None, *, now: datetime
) -> Decided:
    """The change that a differing word makes. Pure.

    What a person removed comes back only if it is a wishlist item or the platform's own.
    """
    current = stored.body if stored is not None and stored.is_live else None
    fate = Fate.CREATED if current is None else Fate.CHANGED
    if key.kind == Kind.STOCK:
        return _decide_stock(word.body, current, now)
    if key.kind in DOWN_ONLY_KINDS:
        new = still_claimed(word.body, current) if key.kind == Kind.ORDER else word.body
        return Decided(Fate.UNCHANGED) if current == new else Decided(fate, new)
    if stored is not None and current is None and key.kind != Kind.WISHLIST_ITEM:
        return Decided(Fate.UNCHANGED)
    last_body: Body | None = orjson.loads(last["body"]) if last is not None and last["body"] else None
    merged = merge_import(key, source, last_body, word.body, current)
    if merged.body == current:
        return Decided(Fate.CHANGED if merged.conflicts else Fate.UNCHANGED, None, merged.conflicts)
    return Decided(fate, merged.body, merged.conflicts)


def decide_words(
    words: Iterable[RecordKey],
    differing: Mapping[RecordKey, Word],
    source: str,
    last: Mapping[RecordKey, Row],
    stored: Mapping[RecordKey, Stored],
    *,
    now: datetime,
) -> Iterator[tuple[RecordKey, Decided]]:
    """What each of a chunk's words comes to. Pure."""
    for key in words:
        if key in differing:
            yield key, decide_import(key, source, differing[key], last.get(key), stored.get(key), now=now)
        else:
            yield key, Decided(Fate.UNCHANGED)

"""What customers agreed to: where each ledger stands, for one customer or for many at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from heapq import merge
from typing import Any

import orjson
from sqlalchemy import Connection

from clienteling.catalogue.fields import moment
from clienteling.domain.consent_rules import MARKETING, SERVICE, addresses_of, reach
from clienteling.domain.views import ConsentEventView, ConsentView
from clienteling.store.ask import ask, ask_column, json_list
from clienteling.store.queries_records import bodies, body, location_names
from clienteling.store.queries_records import pending as pending_of
from sync.protocol.bodies.people import RESTRICTED
from sync.protocol.column_types import EPOCH
from sync.protocol.consent_texts import consent_text
from sync.protocol.kinds import Body, Kind
from sync.protocol.mutations.consent import effective_consent

_LEDGERS = """
  WITH wanted AS (SELECT value AS id FROM json_each(?)),
  people AS (
    SELECT id, id AS stands FROM wanted UNION ALL
    SELECT entry.id, entry.alias_of FROM wanted
      CROSS JOIN customer_entry AS entry INDEXED BY ix_customer_entry_alias_of ON entry.alias_of = wanted.id
  )
  SELECT people.stands, record.body FROM people
    CROSS JOIN customer_child AS child ON child.customer_id = people.id AND child.kind = 'consent'
    CROSS JOIN record ON record.kind = child.kind AND record.id = child.id
  ORDER BY people.id <> people.stands, record.id
"""
"""CROSS JOIN and INDEXED BY keep SQLite to this way; left to itself it reads every consent, or every customer."""


def ledgers_of(connection: Connection, customer_ids: Iterable[str]) -> dict[str, list[Body]]:
    """By customer, the ledgers of all who are that person now: their own first, then those of whom was merged in."""
    found: dict[str, list[Body]] = {one: [] for one in customer_ids}
    if not found:
        return found
    for customer_id, text in ask(connection, _LEDGERS, (json_list(found),)):
        found[customer_id].append(orjson.loads(text))
    return found


def consent_views(ledgers: Sequence[Body], *, waiting: frozenset[str] = frozenset()) -> tuple[ConsentView, ...]:
    """Where each ledger stands, in the order given; `waiting`: ids of those changed here and not yet at the server."""
    views = []
    for one in ledgers:
        event = effective_consent(one.get("events") or [])
        if event is not None:
            views.append(
                ConsentView(
                    one["purpose"],
                    one["channel"],
                    bool(event["granted"]),
                    moment(event, "at"),
                    event.get("event_id"),
                    one["id"] in waiting,
                    saw=tuple(event.get("seen_others") or ()),
                )
            )
    return tuple(views)


def consents_of_one(connection: Connection, customer_id: str) -> tuple[ConsentView, ...]:
    """Where each ledger of one customer stands, with what waits to be sent."""
    ledgers = ledgers_of(connection, (customer_id,))[customer_id]
    return consent_views(ledgers, waiting=pending_of(connection, Kind.CONSENT, [one["id"] for one in ledgers]))


def consents_of(connection: Connection, customer_ids: Iterable[str]) -> dict[str, tuple[ConsentView, ...]]:
    """By customer, where each of their ledgers stands."""
    return {one: consent_views(ledgers) for one, ledgers in ledgers_of(connection, customer_ids).items()}


def refused_for_service(connection: Connection, customer_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By customer, the channels by which they are not to be contacted, not even about what they asked for."""
    found = consents_of(connection, customer_ids)
    restricted = restricted_among(connection, found)
    return {
        one: reach(consents, SERVICE, addresses=(), asked_for=True, restricted=one in restricted).not_by
        for one, consents in found.items()
    }


def restricted_among(connection: Connection, customer_ids: Iterable[str]) -> frozenset[str]:
    """Those of the customers who asked that what is known of them be kept and not used."""
    found = bodies(connection, Kind.CUSTOMER, customer_ids)
    return frozenset(one for one, person in found.items() if person.get(RESTRICTED))


def reach_for_offers(connection: Connection, people: Mapping[str, Body]) -> dict[str, tuple[str, ...]]:
    """By customer, the channels by which offers may be told; those who agreed to none that can be used are left out."""
    found = {}
    for one, consents in consents_of(connection, people).items():
        person = people[one]
        phone, email = person.get("phone") or person.get("phone_typed") or "", person.get("email") or ""
        addresses = addresses_of(phone=phone, email=email)
        by = reach(consents, MARKETING, addresses=addresses, restricted=bool(person.get(RESTRICTED))).by
        if by:
            found[one] = by
    return found


def everybody_who_is(connection: Connection, customer_id: str) -> frozenset[str]:
    """The customer's id and those of whom was merged into them; all of them for any one of them."""
    stands = (body(connection, Kind.CUSTOMER, customer_id) or {}).get("alias_of") or customer_id
    merged = ask_column(connection, "SELECT id FROM customer_entry WHERE alias_of = ?", (stands,))
    return frozenset({customer_id, stands, *merged})


def consent_events(
    connection: Connection, customer_id: str, *, pending: Collection[str] = ()
) -> tuple[ConsentEventView, ...]:
    """All answers in all ledgers of one customer, newest first; those of one ledger always in their order of arrival.

    `pending`: ids of answers that are not at the server yet.
    """
    ledgers = ledgers_of(connection, (customer_id,))[customer_id]
    events = [event for ledger in ledgers for event in ledger.get("events") or ()]
    names = _Names(connection, events)
    newest_first = [
        [
            _event_view(ledger, one, names, pending=one["event_id"] in pending)
            for one in reversed(ledger.get("events", ()))
        ]
        for ledger in ledgers
    ]
    return tuple(merge(*newest_first, key=lambda one: one.at or EPOCH, reverse=True))


def refused_event(connection: Connection, args: Mapping[str, Any], *, actor: str | None, code: str) -> ConsentEventView:
    """An answer that the server did not take, from the args it was sent with; `code` says why."""
    event = {**args, "actor": actor or ""}
    return replace(_event_view(args, event, _Names(connection, [event])), refused=code)


class _Names:
    """Names of the places and people that events are of."""

    def __init__(self, connection: Connection, events: Sequence[Mapping[str, Any]]) -> None:
        self.places = location_names(connection, [one.get("store_id") for one in events])
        self.people = bodies(connection, Kind.ASSOCIATE, [one.get("actor") for one in events])

    def author(self, event: Mapping[str, Any]) -> str:
        """As they were called then, else as they are called now, "" where nobody knows."""
        then = (event.get("proof") or {}).get("author_name", "")
        return str(then or self.people.get(event.get("actor") or "", {}).get("name", ""))


def _event_view(
    ledger: Mapping[str, Any], event: Mapping[str, Any], names: _Names, *, pending: bool = False
) -> ConsentEventView:
    proof = event.get("proof") or {}
    purpose, channel = str(ledger["purpose"]), str(ledger["channel"])
    version, language, source = (str(event.get(name) or "") for name in ("text_version", "language", "source"))
    return ConsentEventView(
        event_id=str(event["event_id"]),
        purpose=purpose,
        channel=channel,
        granted=bool(event["granted"]),
        at=moment(event, "at"),
        by=names.author(event),
        store=names.places.get(event.get("store_id") or "", ""),
        method=str(proof.get("method") or ""),
        language=language,
        words="" if source else consent_text(version, language, purpose, channel),
        text_version=version,
        source=source,
        drawing=str(proof.get("drawing") or ""),
        pending=pending,
        confirmed_by=str(proof.get("confirmation_id") or ""),
    )

"""What customers agreed to: where each ledger stands, for one customer or for many at once."""

from collections.abc import Iterable, Sequence

import orjson
from sqlalchemy import Connection

from clienteling.catalogue.fields import moment
from clienteling.domain.views import ConsentView
from clienteling.store.ask import ask, json_list
from clienteling.store.queries_records import pending
from sync.protocol.kinds import Body, Kind
from sync.protocol.mutations.consent import effective_consent

_LEDGERS = """
  WITH wanted AS (SELECT value AS id FROM json_each(?)),
  people AS (
    SELECT id, id AS stands FROM wanted UNION
    SELECT entry.id, entry.alias_of FROM customer_entry AS entry JOIN wanted ON entry.alias_of = wanted.id
  )
  SELECT people.stands, record.body FROM people
    JOIN customer_child AS child ON child.customer_id = people.id AND child.kind = 'consent'
    JOIN record ON record.kind = child.kind AND record.id = child.id
  ORDER BY people.id <> people.stands, record.id
"""


def ledgers_of(connection: Connection, customer_ids: Iterable[str]) -> dict[str, list[Body]]:
    """By customer, the ledgers of all who are that person now: their own first, then those of whom was merged in."""
    found: dict[str, list[Body]] = {one: [] for one in customer_ids}
    for customer_id, body in ask(connection, _LEDGERS, (json_list(found),)):
        found[customer_id].append(orjson.loads(body))
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
    return consent_views(ledgers, waiting=pending(connection, Kind.CONSENT, [one["id"] for one in ledgers]))


def consents_of(connection: Connection, customer_ids: Iterable[str]) -> dict[str, tuple[ConsentView, ...]]:
    """By customer, where each of their ledgers stands."""
    return {one: consent_views(ledgers) for one, ledgers in ledgers_of(connection, customer_ids).items()}

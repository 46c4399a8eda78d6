"""Consents out of customers_extra.csv and of Shopify's own columns: an event for each `yes` and `no`.

An empty cell means never asked. A consent comes from customers_extra; for a channel about which that file says nothing
Shopify's own columns count, `no` included: people who unsubscribe there must not be written to. Such an
event has no time of its own and carries the files'; its id stays, so that the next export says nothing new.
"""

from collections.abc import Collection, Iterator, Mapping

from sync.connectors.cell_values import yes_or_no
from sync.connectors.csv_reading import Row
from sync.connectors.errors import CellRefused
from sync.connectors.known import Person
from sync.connectors.reading import FolderReading, Made
from sync.protocol.bodies.people import ConsentBody, ConsentRecord
from sync.protocol.ids import consent_id, rule_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Body, Kind

Ledger = tuple[str, str]
"""Purpose and channel: what people say yes or no to."""

SHOPIFY_CONSENTS: Mapping[Ledger, str] = {
    ("marketing", "email"): "Accepts Email Marketing",
    ("marketing", "sms"): "Accepts SMS Marketing",
}
"""To Shopify's columns."""

_EXTRA_CONSENTS: Mapping[Ledger, str] = {
    **{("marketing", channel): f"consent_marketing_{channel}" for channel in ("email", "whatsapp", "sms", "phone")},
    ("profiling", "any"): "consent_profiling",
}
"""To the columns of customers_extra."""

EXTRA_CONSENT_COLUMNS = (*_EXTRA_CONSENTS.values(), "consent_at", "consent_text_version")


def stated_consents(reading: FolderReading, row: Row, person: Person, *, since_at: str | None, language: str) -> Made:
    """The events of a row of customers_extra; a wrong time or word costs the consent it belongs to and is reported."""
    made: Made = []
    try:
        stated = reading.unshifted(row, "consent_at") if row.text("consent_at") else ""
        at = reading.moment_or_none(row, "consent_at") or since_at or reading.written_at(row.file)
    except CellRefused as problem:
        return [row.refusal(problem.reason, problem.column, kept=True)]
    for ledger, granted in _answers(row, _EXTRA_CONSENTS, made):
        event = ConsentRecord(
            event_id=_event_id(reading, person, ledger, granted=granted, stated=stated),
            granted=granted,
            at=at,
            text_version=row.text("consent_text_version"),
            language=language,
            source=reading.source,
        )
        made.append(_consent(reading, row, person, ledger, event))
    return made


def answered_ledgers(row: Row) -> frozenset[Ledger]:
    """What a row of customers_extra answers legibly."""
    return frozenset(ledger for ledger, _ in _answers(row, _EXTRA_CONSENTS, []))


def platform_consents(
    reading: FolderReading,
    row: Row,
    person: Person,
    consents_said: Mapping[str, Body],
    *,
    answered: Collection[Ledger],
) -> Made:
    """The events of a row of Shopify's, except where the extra file (`answered`) or that of an earlier import spoke of
    that channel."""
    made: Made = []
    for ledger, granted in _answers(row, SHOPIFY_CONSENTS, made):
        if ledger in answered:
            continue
        ids = {answer: _event_id(reading, person, ledger, granted=answer) for answer in (True, False)}
        said_last = consents_said.get(consent_id(person.id, *ledger), {}).get("events", ())
        if any(event["event_id"] not in ids.values() for event in said_last):
            continue
        event = ConsentRecord(
            event_id=ids[granted], granted=granted, at=reading.written_at(row.file), source=reading.source
        )
        made.append(_consent(reading, row, person, ledger, event))
    return made


def _answers(row: Row, columns: Mapping[Ledger, str], made: Made) -> Iterator[tuple[Ledger, bool]]:
    """What each cell answers; one that cannot be read is reported in `made`."""
    for ledger, column in columns.items():
        try:
            granted = yes_or_no(row.text(column), column)
        except CellRefused as problem:
            made.append(row.refusal(problem.reason, problem.column, kept=True))
            continue
        if granted is not None:
            yield ledger, granted


def _event_id(reading: FolderReading, person: Person, ledger: Ledger, *, granted: bool, stated: str = "") -> str:
    word = "yes" if granted else "no"
    return rule_id("imported-consent", reading.source, consent_id(person.id, *ledger), word, stated)


def _consent(reading: FolderReading, row: Row, person: Person, ledger: Ledger, event: ConsentRecord) -> ImportedRecord:
    purpose, channel = ledger
    body = ConsentBody(
        id=consent_id(person.id, *ledger), customer_id=person.id, purpose=purpose, channel=channel, events=[event]
    )
    return reading.record(Kind.CONSENT, f"{person.ref}/{purpose}/{channel}", body, row)

"""consent.record@1: append-only events, and what they add up to.

A withdrawal always takes effect. A grant takes effect only if its writer had seen the effective withdrawal or a later
event; else it is refused and people decide. No clock is consulted: order is the order of arrival at the server.

`seen_others` and `proof` came later and are optional. They are no new version: a server that does not know a version
refuses it, and a withdrawal must take effect at every server.
"""

from typing import Annotated

from pydantic import Field

from sync.protocol.bodies.base import Moment, Short
from sync.protocol.bodies.people import MAX_SEEN_OTHERS, ConsentBody, ConsentProof, ConsentRecord
from sync.protocol.ids import consent_id
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations.base import APPLIED, Args, Entry, Mutation, Outcome, Records, applied, rejected
from sync.protocol.wire import Id

Purpose = Annotated[str, Field(pattern="^(marketing|profiling|service|survey)$")]
Channel = Annotated[str, Field(pattern="^(email|whatsapp|sms|phone|post|any)$")]


class ConsentRecordArgs(Args):
    event_id: Id
    customer_id: Id
    purpose: Purpose
    channel: Channel
    granted: bool
    seen_event_id: Id | None = None
    at: Moment
    text_version: Short = ""
    language: Short = ""
    store_id: Id | None = None
    seen_others: Annotated[list[Id], Field(max_length=MAX_SEEN_OTHERS)] = Field(default_factory=list)
    proof: ConsentProof | None = None


def effective_consent(events: list[Body]) -> Body | None:
    """The event that holds now, or None where nobody was ever asked. `events` in order of arrival.

    Every grant in the list was accepted by the rule above, so the last event holds.
    """
    return events[-1] if events else None


def may_grant(events: list[Body], seen_event_id: str | None) -> bool:
    """Whether a grant by a writer who had seen up to `seen_event_id` may take effect after `events`."""
    withdrawals = [index for index, event in enumerate(events) if not event["granted"]]
    if not withdrawals:
        return True
    seen = next((index for index, event in enumerate(events) if event["event_id"] == seen_event_id), -1)
    return seen >= withdrawals[-1]


def _key(args: ConsentRecordArgs) -> RecordKey:
    return RecordKey(Kind.CONSENT, consent_id(args.customer_id, args.purpose, args.channel))


def _touches(args: ConsentRecordArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return RecordKey(Kind.CUSTOMER, args.customer_id), _key(args)


def _apply(records: Records, args: ConsentRecordArgs, entry: Entry) -> Outcome:
    if RecordKey(Kind.CUSTOMER, args.customer_id) not in records:
        return rejected("mutation.missing")
    key = _key(args)
    body = (
        records.get(key)
        or ConsentBody(
            id=key.id, customer_id=args.customer_id, purpose=args.purpose, channel=args.channel, events=[]
        ).to_body()
    )
    events: list[Body] = body["events"]
    if any(event["event_id"] == args.event_id for event in events):
        return APPLIED
    if args.granted and not may_grant(events, args.seen_event_id):
        return rejected("mutation.consent_withdrawn")
    event = ConsentRecord(
        event_id=args.event_id,
        granted=args.granted,
        seen_event_id=args.seen_event_id,
        at=args.at,
        text_version=args.text_version,
        language=args.language,
        actor=entry.actor or "",
        store_id=args.store_id,
        seen_others=args.seen_others,
        proof=args.proof,
    )
    return applied({key: {**body, "events": [*events, event.model_dump(mode="json")]}})


CONSENT_RECORD = Mutation("consent.record", 1, ConsentRecordArgs, _touches, _apply)

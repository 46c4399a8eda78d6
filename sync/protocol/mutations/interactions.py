"""interaction.log@1: somebody spoke with a customer, at the counter, by phone or in writing."""

from typing import Annotated

from pydantic import Field

from sync.protocol.bodies.base import Moment, Short
from sync.protocol.bodies.serving import InteractionBody
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations.base import Args, Entry, Mutation, Outcome, Records, made
from sync.protocol.wire import STORABLE, Id

MAX_SUMMARY_CHARACTERS = 4_000


class InteractionLogArgs(Args):
    """`direction`: in = the customer came, called or wrote; out = somebody here did."""

    interaction_id: Id
    customer_id: Id
    store_id: Id
    channel: Annotated[str, Field(pattern="^(store|phone|whatsapp|email)$")]
    direction: Annotated[str, Field(pattern="^(in|out)$")]
    summary: Annotated[str, Field(max_length=MAX_SUMMARY_CHARACTERS, pattern=STORABLE)] = ""
    author_name: Short = ""
    at: Moment


def _key(args: InteractionLogArgs) -> RecordKey:
    return RecordKey(Kind.INTERACTION, args.interaction_id)


def _touches(args: InteractionLogArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return RecordKey(Kind.CUSTOMER, args.customer_id), _key(args)


def _apply(records: Records, args: InteractionLogArgs, entry: Entry) -> Outcome:
    return made(
        records,
        _key(args),
        args.customer_id,
        lambda: InteractionBody(
            id=args.interaction_id,
            customer_id=args.customer_id,
            store_id=args.store_id,
            associate_id=entry.actor or "",
            associate_name=args.author_name,
            at=args.at,
            channel=args.channel,
            direction=args.direction,
            summary=args.summary,
        ),
    )


INTERACTION_LOG = Mutation("interaction.log", 1, InteractionLogArgs, _touches, _apply, _key)

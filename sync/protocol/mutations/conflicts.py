"""conflict.settle@1: a person has looked at a value that lost, and the conflict is over for everybody."""

from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations.base import APPLIED, Args, Entry, Mutation, Outcome, Records, applied, rejected
from sync.protocol.wire import Id

SETTLED = "settled"


class ConflictSettleArgs(Args):
    conflict_id: Id
    customer_id: Id


def _touches(args: ConflictSettleArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return (RecordKey(Kind.CONFLICT, args.conflict_id),)


def _apply(records: Records, args: ConflictSettleArgs, entry: Entry) -> Outcome:
    key = RecordKey(Kind.CONFLICT, args.conflict_id)
    body = records.get(key)
    if body is None:
        return rejected("mutation.missing")
    if body.get("customer_id") != args.customer_id:
        return rejected("mutation.wrong_customer")
    return APPLIED if body.get("status") == SETTLED else applied({key: {**body, "status": SETTLED}})


CONFLICT_SETTLE = Mutation("conflict.settle", 1, ConflictSettleArgs, _touches, _apply)

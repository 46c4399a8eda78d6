"""follow_up.create@1, .edit@1, .finish@1 and .reopen@1: what was promised to a customer, and that it was done.

Finishes are an observed-remove set: a reopening takes back those it names, which its writer had seen, and no other. So
done beats open whichever comes first, unless somebody who knew it was done opens it again. However often that went on,
what is open can be finished: where there are too many finishes, it is the reopening that is refused.
Source of the rule: Shapiro et al., "A comprehensive study of Convergent and Commutative Replicated Data Types", OR-Set.
"""

from typing import Annotated

from pydantic import Field

from sync.protocol.bodies.base import Day, Moment, Short
from sync.protocol.bodies.serving import FOLLOW_UP_FIELDS, Finish, FinishStatus, FollowUpBody, Subject
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations.base import APPLIED, Args, Entry, Mutation, Outcome, Records, applied, made, rejected
from sync.protocol.mutations.per_field import SeenAndNew, conflict_keys, edit_record
from sync.protocol.wire import STORABLE, Id, VerdictStatus

MAX_OUTCOME_CHARACTERS = 4_000
MAX_FINISHES = 50
"""Of one follow-up, those taken back among them: it travels whole with each change."""


class FollowUpCreateArgs(Args):
    follow_up_id: Id
    customer_id: Id
    store_id: Id
    subject: Subject
    due_on: Day
    assignee_id: Id | None = None
    assignee_name: Short = ""
    author_name: Short = ""
    at: Moment


class FollowUpEditArgs(Args):
    follow_up_id: Id
    customer_id: Id
    fields: Annotated[dict[str, SeenAndNew], Field(min_length=1, max_length=len(FOLLOW_UP_FIELDS))]


class FollowUpFinishArgs(Args):
    follow_up_id: Id
    customer_id: Id
    finish_id: Id
    status: FinishStatus
    outcome: Annotated[str, Field(max_length=MAX_OUTCOME_CHARACTERS, pattern=STORABLE)] = ""
    author_name: Short = ""
    at: Moment


class FollowUpReopenArgs(Args):
    """`finish_ids`: the finishes its writer had seen (`finishes_in_effect`)."""

    follow_up_id: Id
    customer_id: Id
    finish_ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_FINISHES)]


def finishes_in_effect(follow_up: Body) -> list[Body]:
    """The finishes nobody has taken back, in order of arrival."""
    return [one for one in follow_up.get("finishes") or () if one.get("undone_by") is None]


def with_status(follow_up: Body, finishes: list[Body]) -> Body:
    """The follow-up with these finishes, and with what they add up to.

    Open where none is in effect; done where any says so, for what was done cannot be cancelled any more.
    """
    body = {**follow_up, "finishes": finishes}
    holding = finishes_in_effect(body)
    done = [one for one in holding if one["status"] == "done"]
    last: Body = (done or holding or [{}])[-1]
    return {
        **body,
        "status": last.get("status", "open"),
        "outcome": last.get("outcome", ""),
        "done_at": last.get("at"),
        "done_by": last.get("by", ""),
        "done_by_name": last.get("by_name", ""),
    }


def _key(args: FollowUpCreateArgs | FollowUpEditArgs | FollowUpFinishArgs | FollowUpReopenArgs) -> RecordKey:
    return RecordKey(Kind.FOLLOW_UP, args.follow_up_id)


def _touches(args: FollowUpCreateArgs | FollowUpFinishArgs | FollowUpReopenArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return RecordKey(Kind.CUSTOMER, args.customer_id), _key(args)


def _create(records: Records, args: FollowUpCreateArgs, entry: Entry) -> Outcome:
    return made(
        records,
        _key(args),
        args.customer_id,
        lambda: FollowUpBody(
            id=args.follow_up_id,
            customer_id=args.customer_id,
            store_id=args.store_id,
            subject=args.subject,
            due_on=args.due_on,
            assignee_id=args.assignee_id,
            assignee_name=args.assignee_name,
            author_id=entry.actor or "",
            author_name=args.author_name,
            at=args.at,
        ),
    )


def _edit_touches(args: FollowUpEditArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return RecordKey(Kind.CUSTOMER, args.customer_id), _key(args), *conflict_keys(entry, args.fields)


def _edit(records: Records, args: FollowUpEditArgs, entry: Entry) -> Outcome:
    return edit_record(
        records, _key(args), args.customer_id, args.fields, entry, editable=FOLLOW_UP_FIELDS, model=FollowUpBody
    )


def _standing(records: Records, args: FollowUpFinishArgs | FollowUpReopenArgs) -> Body | Outcome:
    """The follow-up, or why there is none to finish or reopen."""
    body = records.get(_key(args))
    if body is None or RecordKey(Kind.CUSTOMER, args.customer_id) not in records:
        return rejected("mutation.missing")
    return body if body.get("customer_id") == args.customer_id else rejected("mutation.wrong_customer")


def _finish(records: Records, args: FollowUpFinishArgs, entry: Entry) -> Outcome:
    body = _standing(records, args)
    if isinstance(body, Outcome):
        return body
    finishes: list[Body] = body.get("finishes") or []
    if any(one["finish_id"] == args.finish_id for one in finishes):
        return APPLIED
    if len(finishes) >= MAX_FINISHES and finishes_in_effect(body):
        return rejected("mutation.follow_up_full")
    finish = Finish(
        finish_id=args.finish_id,
        status=args.status,
        outcome=args.outcome,
        at=args.at,
        by=entry.actor or "",
        by_name=args.author_name,
    )
    return applied({_key(args): with_status(body, [*finishes, finish.model_dump(mode="json")])})


def _reopen(records: Records, args: FollowUpReopenArgs, entry: Entry) -> Outcome:
    """Merged where another finish, which the writer had not seen, still holds; refused where that is all there is, and
    where it was finished too often."""
    body = _standing(records, args)
    if isinstance(body, Outcome):
        return body
    seen = [one for one in finishes_in_effect(body) if one["finish_id"] in args.finish_ids]
    if not seen:
        return rejected("mutation.finished_since") if finishes_in_effect(body) else APPLIED
    if len(body["finishes"]) >= MAX_FINISHES:
        return rejected("mutation.follow_up_full")
    undone = [{**one, "undone_by": entry.actor or ""} if one in seen else one for one in body["finishes"]]
    reopened = with_status(body, undone)
    if reopened["status"] != "open":
        return Outcome(VerdictStatus.MERGED, "mutation.finished_since", {_key(args): reopened})
    return applied({_key(args): reopened})


FOLLOW_UP_CREATE = Mutation("follow_up.create", 1, FollowUpCreateArgs, _touches, _create, _key)
FOLLOW_UP_EDIT = Mutation("follow_up.edit", 1, FollowUpEditArgs, _edit_touches, _edit)
FOLLOW_UP_FINISH = Mutation("follow_up.finish", 1, FollowUpFinishArgs, _touches, _finish)
FOLLOW_UP_REOPEN = Mutation("follow_up.reopen", 1, FollowUpReopenArgs, _touches, _reopen)

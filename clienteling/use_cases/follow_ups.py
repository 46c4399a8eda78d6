"""Promise a customer something, change the promise, keep it, or take it up again."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from clienteling.domain.errors import ValidationFailed
from clienteling.domain.serving_rules import FINISHED, one_of, valid_day, valid_subject, valid_words
from clienteling.store.queries_records import store_day
from clienteling.store.replica import LocalStore
from clienteling.use_cases.serving_edits import Fields, Judge, associate_judge, edited, filled_in, text_judge
from clienteling.use_cases.who_and_where import (
    author_name,
    here,
    must_be_known,
    record_here,
)
from sync.protocol.kinds import Body, Kind
from sync.protocol.mutations.follow_ups import (
    FOLLOW_UP_CREATE,
    FOLLOW_UP_EDIT,
    FOLLOW_UP_FINISH,
    FOLLOW_UP_REOPEN,
)
from sync.protocol.times import Clock, to_wire


def create_follow_up(
    store: LocalStore,
    customer_id: str,
    subject: str,
    due_on: str,
    *,
    author_id: str,
    now: Clock,
    new_id: Callable[[], str],
    assignee_id: str = "",
) -> str:
    """Keep a promise to a customer; returns the new follow-up's id.

    `due_on`: ISO 8601, today or later on this store's wall. `assignee_id` "": whoever is here. On disk and visible when
    this returns. Raises ValidationFailed for all wrong fields together (serving.subject_empty, serving.day_invalid,
    serving.day_past, serving.associate_unknown, text.too_long, text.bad_character), or ValidationFailed(author.missing,
    device.no_store), NotFound(customer.not_here).
    """
    at = now()
    with store.reading() as connection:
        must_be_known(connection, customer_id)
        store_id, name = here(connection), author_name(connection, author_id)
        form = {"subject": subject, "due_on": due_on, "assignee_id": assignee_id}
        kept = filled_in(form, _judges(connection, {}, at))
    follow_up_id = new_id()
    args = {
        "follow_up_id": follow_up_id,
        "customer_id": customer_id,
        "store_id": store_id,
        **kept,
        "author_name": name,
        "at": to_wire(at),
    }
    store.write(FOLLOW_UP_CREATE.name, FOLLOW_UP_CREATE.version, args, actor=author_id, at=at)
    return follow_up_id


def _judges(connection: Connection, standing: Body, at: datetime) -> dict[str, Judge]:
    return {
        "subject": text_judge("subject", valid_subject),
        "due_on": text_judge("due_on", partial(valid_day, "due_on", today=store_day(connection, at))),
        "assignee_id": associate_judge(connection, standing, "assignee_id", "assignee_name"),
    }


def edit_follow_up(store: LocalStore, follow_up_id: str, fields: Fields, *, author_id: str, now: Clock) -> None:
    """Change subject, due_on or assignee_id, given as {field: (seen, new)}; what differs is written, at once visible.

    Raises ValidationFailed for all wrong fields together (as `create_follow_up`, and serving.field_unknown), or
    ValidationFailed(author.missing), NotFound(follow_up.not_here).
    """
    at = now()
    with store.reading() as connection:
        found = record_here(connection, Kind.FOLLOW_UP, follow_up_id)
        author_name(connection, author_id)
        edits = edited(fields, _judges(connection, found, at))
    if edits:
        args = {"follow_up_id": follow_up_id, "customer_id": found["customer_id"], "fields": edits}
        store.write(FOLLOW_UP_EDIT.name, FOLLOW_UP_EDIT.version, args, actor=author_id, at=at)


def finish_follow_up(
    store: LocalStore,
    follow_up_id: str,
    *,
    author_id: str,
    now: Clock,
    new_id: Callable[[], str],
    status: str = "done",
    outcome: str = "",
) -> None:
    """It is done, or will not be (`status`: done, cancelled); `outcome`: what came of it, "" to 4,000 characters.

    Where somebody else finishes it at the same time, both outcomes are kept. On disk and visible when this returns.
    Raises ValidationFailed(serving.choice_unknown, text.too_long, text.bad_character, author.missing),
    NotFound(follow_up.not_here).
    """
    chosen, words = one_of("status", status, FINISHED), valid_words("outcome", outcome)
    with store.reading() as connection:
        found = record_here(connection, Kind.FOLLOW_UP, follow_up_id)
        name = author_name(connection, author_id)
    at = now()
    args = {
        "follow_up_id": follow_up_id,
        "customer_id": found["customer_id"],
        "finish_id": new_id(),
        "status": chosen,
        "outcome": words,
        "author_name": name,
        "at": to_wire(at),
    }
    store.write(FOLLOW_UP_FINISH.name, FOLLOW_UP_FINISH.version, args, actor=author_id, at=at)


def reopen_follow_up(
    store: LocalStore, follow_up_id: str, finish_ids: Sequence[str], *, author_id: str, now: Clock
) -> None:
    """Take it up again; `finish_ids`: the finishes that the screen showed. Another, of which this device had not
    heard, stands, and the server's answer goes to Needs attention.

    On disk and visible when this returns. Raises ValidationFailed(serving.not_finished, author.missing),
    NotFound(follow_up.not_here).
    """
    if not finish_ids:
        raise ValidationFailed("status", "serving.not_finished")
    with store.reading() as connection:
        found = record_here(connection, Kind.FOLLOW_UP, follow_up_id)
        author_name(connection, author_id)
    args = {"follow_up_id": follow_up_id, "customer_id": found["customer_id"], "finish_ids": list(finish_ids)}
    store.write(FOLLOW_UP_REOPEN.name, FOLLOW_UP_REOPEN.version, args, actor=author_id, at=now())

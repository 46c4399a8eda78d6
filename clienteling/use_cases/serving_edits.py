"""The forms of a follow-up and of an appointment: all fields judged together, then [seen, new] of what differs."""

from collections.abc import Callable, Mapping
from functools import partial

from sqlalchemy import Connection

from clienteling.domain.errors import ValidationFailed, refuse_wrong
from clienteling.use_cases.who_and_where import named_associate
from sync.protocol.kinds import Body

Fields = Mapping[str, tuple[str, str]]
"""{field: (seen, new)}, where `seen` is what the form showed; "" for nothing."""
Stored = dict[str, list[str | int | None]]
"""[seen, new] by the stored field's name."""
Judge = Callable[[str, str], Stored]


def filled_in(values: Mapping[str, str], judges: Mapping[str, Judge]) -> dict[str, str | int | None]:
    """What is to be kept of a new form. Raises ValidationFailed for all wrong fields together."""
    edits = _judged({field: ("", value) for field, value in values.items()}, judges)
    return {field: new for field, (_, new) in edits.items()}


def edited(fields: Fields, judges: Mapping[str, Judge]) -> Stored:
    """What is to be written of the fields that differ. Raises ValidationFailed for all wrong fields together."""
    return _judged({field: pair for field, pair in fields.items() if pair[0] != pair[1]}, judges)


def _judged(fields: Fields, judges: Mapping[str, Judge]) -> Stored:
    edits: Stored = {}
    wrong: list[ValidationFailed] = []
    for field, (seen, new) in sorted(fields.items()):
        judge = judges.get(field)
        try:
            if judge is None:
                raise ValidationFailed(field, "serving.field_unknown")
            edits.update(judge(seen, new))
        except ValidationFailed as error:
            wrong.append(error)
    refuse_wrong(wrong)
    return edits


def text_judge(field: str, valid: Callable[[str], str | int]) -> Judge:
    """Judges a field of its own; `valid` makes what is kept of what was typed."""

    def judge(seen: str, new: str) -> Stored:
        kept = valid(new)
        shown: str | int = int(seen) if isinstance(kept, int) and seen.isdecimal() else seen
        return {} if kept == shown else {field: [shown, kept]}

    return judge


def associate_judge(connection: Connection, standing: Body, field: str, name_field: str) -> Judge:
    """Judges who is to do it: the id, and beside it the name as it is told where that person is not known."""
    return partial(_associate, connection, standing, field, name_field)


def _associate(connection: Connection, standing: Body, field: str, name_field: str, seen: str, new: str) -> Stored:
    associate_id, name = named_associate(connection, field, new)
    return {field: [seen or None, associate_id], name_field: [standing.get(name_field, ""), name]}

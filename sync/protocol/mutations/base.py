"""What a mutation is: a named, versioned change with one definition for the device (at once) and the server (for good).

`touches(entry)` names every record `apply` may read or write. `apply(records, entry)` is pure: no clock, no randomness;
ids come in the args. It is idempotent: on records that already contain the entry it changes nothing. A domain error is
an outcome, never an exception.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from sync.protocol.bodies.base import RecordBody
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.wire import VerdictStatus

Records = Mapping[RecordKey, Body]
"""The records an entry touches that exist; a key that is absent is a record that does not exist."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing a person did. `at` is the device's clock (wire text), shown to people and never used for order."""

    device_id: str
    n: int
    uuid: str
    name: str
    version: int
    args: Mapping[str, Any]
    actor: str | None
    at: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict and the new bodies (None deletes). A rejected outcome changes nothing."""

    status: VerdictStatus
    code: str | None = None
    changes: Mapping[RecordKey, Body | None] = field(default_factory=dict)


APPLIED = Outcome(VerdictStatus.APPLIED)


def applied(changes: Mapping[RecordKey, Body | None]) -> Outcome:
    """The plain case."""
    return Outcome(VerdictStatus.APPLIED, None, changes)


def rejected(code: str) -> Outcome:
    """A refusal; `code` is a message key."""
    return Outcome(VerdictStatus.REJECTED, code)


_WRITTEN_ONCE: Final = ("customer_id", "store_id", "author_id", "at", "added_at", "requested_at", "written_at")
"""Who made a record for whom, where and when. No mutation changes these."""


def made(records: Records, key: RecordKey, customer_id: str, make: Callable[[], RecordBody]) -> Outcome:
    """The outcome of an entry that makes a record about a customer: nothing where it is there already.

    Refused with `id_taken` where another record is there under its id.
    """
    there = records.get(key)
    if there is not None:
        new = make().to_body()
        is_same = all(there.get(name) == new[name] for name in _WRITTEN_ONCE if name in new)
        return APPLIED if is_same else rejected("mutation.id_taken")
    if RecordKey(Kind.CUSTOMER, customer_id) not in records:
        return rejected("mutation.missing")
    return applied({key: make().to_body()})


class Args(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


A = TypeVar("A", bound=Args)


@dataclass(frozen=True, slots=True)
class Mutation(Generic[A]):
    """A definition. Its functions see the validated args; the entry gives uuid, device and number.

    `creates_args`: the new record that later entries may be about, where it makes one under an id of its args.
    `made_by_visitor`: a visitor of the store makes it, and so nobody who works there is its actor.
    """

    name: str
    version: int
    args_model: type[A]
    touches_args: Callable[[A, Entry], tuple[RecordKey, ...]]
    apply_args: Callable[[Records, A, Entry], Outcome]
    creates_args: Callable[[A], RecordKey] | None = None
    made_by_visitor: bool = False

    def creates(self, entry: Entry) -> RecordKey | None:
        """The record the entry is to create under an id of its args, or None."""
        if self.creates_args is None:
            return None
        try:
            return self.creates_args(self.args_model.model_validate(entry.args))
        except ValidationError:
            return None

    def touches(self, entry: Entry) -> tuple[RecordKey, ...]:
        """Keys of every record `apply` may read or write; () where the args are not valid."""
        try:
            return self.touches_args(self.args_model.model_validate(entry.args), entry)
        except ValidationError:
            return ()

    def apply(self, records: Records, entry: Entry) -> Outcome:
        """The outcome on `records`; rejected with `invalid_args` where the args are not valid."""
        try:
            args = self.args_model.model_validate(entry.args)
        except ValidationError:
            return rejected("mutation.invalid_args")
        return self.apply_args(records, args, entry)

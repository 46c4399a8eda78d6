"""Where a process may end: one list of names for histories, which cut in process, and for processes that are killed."""

from enum import StrEnum
from typing import Final

from clienteling.store.generation import Step

CALLS: Final = ("hello", "push", "pull", "verify", "rows", "snapshots", "snapshot")
STARTING: Final = "start"
"""What a server does outside calls: its schema, then the day's work."""


class AtDevice(StrEnum):
    """What a device's call has come to: all of it is on the line; all of the answer is here."""

    SENT = "sent"
    ANSWERED = "answered"


class AtServer(StrEnum):
    """What a server's call has come to. READ: a snapshot of the database was read, and nothing is answered yet;
    DECIDED: all is written, and not yet committed."""

    ARRIVED = "arrived"
    READ = "read"
    DECIDED = "decided"
    COMMITTED = "committed"
    ANSWERED = "answered"


class File(StrEnum):
    """A transaction of a device's file is written, and not yet committed."""

    OUTBOX = "outbox to commit"
    STORE = "store to commit"


def call_of(path: str) -> str:
    """The call that a request's path asks for; the files of snapshots are one."""
    _, _, called = path.partition("/v1/sync/")
    name, _, file = called.partition("/")
    return "snapshot" if file else name


def step_of(call: str, reached: AtDevice | AtServer) -> str:
    return f"{call} {reached}"


DEVICE_STEPS: Final = (*Step, *File, *(step_of(call, reached) for call in CALLS for reached in AtDevice))
SERVER_STEPS: Final = (
    *(step_of(call, reached) for call in CALLS for reached in AtServer),
    *(step_of(STARTING, reached) for reached in (AtServer.READ, AtServer.DECIDED, AtServer.COMMITTED)),
)

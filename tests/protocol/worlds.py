"""Records and entries for the tests of the pure rules, and two devices that write while the other cannot see it."""

import copy
from dataclasses import dataclass, field
from typing import Any

from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations import Entry, apply, touches
from sync.protocol.wire import VerdictStatus

CUSTOMER = "018f0000-0000-7000-8000-0000000000c1"
OTHER_CUSTOMER = "018f0000-0000-7000-8000-0000000000c2"
STORE = "018f0000-0000-7000-8000-0000000000d1"
PRODUCT = "018f0000-0000-7000-8000-0000000000e1"
AT = "2026-11-22T03:42:00Z"
BUDI = "018f0000-0000-7000-8000-0000000000f1"
ANI = "018f0000-0000-7000-8000-0000000000f2"

World = dict[RecordKey, Body]


def numbered(digit: int) -> str:
    return f"018f0000-0000-7000-8000-{digit:012x}"


def entry(
    name: str,
    args: dict[str, Any],
    *,
    n: int = 1,
    device: str = BUDI,
    uuid: int | None = None,
    actor: str | None = None,
) -> Entry:
    identity = numbered(uuid if uuid is not None else n + (0x1000 if device == ANI else 0))
    return Entry(device, n, identity, name, 1, args, actor, AT)


def world(**customer: Any) -> World:
    return {RecordKey(Kind.CUSTOMER, CUSTOMER): {"id": CUSTOMER, "name": "Siti", **customer}}


def play(records: World, *entries: Entry) -> list[VerdictStatus]:
    """Apply entries in order, changing `records`; returns the verdicts."""
    verdicts = []
    for one in entries:
        outcome = apply({key: records[key] for key in touches(one) if key in records}, one)
        verdicts.append(outcome.status)
        for key, body in outcome.changes.items():
            assert key in touches(one), "apply changed what touches did not name"
            if body is None:
                records.pop(key, None)
            else:
                records[key] = body
    return verdicts


def code_of(records: World, one: Entry) -> str | None:
    """The message key of the entry's outcome; nothing is changed."""
    return apply({key: records[key] for key in touches(one) if key in records}, one).code


@dataclass
class Tablet:
    """What a device saw of the server last, and what it wrote since."""

    device: str
    seen: World
    pending: list[Entry] = field(default_factory=list)
    n: int = 0


class TwoTablets:
    """A server and two devices. Each sees what the server had when it last synced, with its own entries on top."""

    def __init__(self, records: World) -> None:
        self.server = records
        self.tablets = [Tablet(device, copy.deepcopy(records)) for device in (BUDI, ANI)]
        self.accepted: list[Entry] = []
        self.refused: list[Entry] = []

    def screen(self, which: int) -> World:
        """What people see on a device."""
        records = copy.deepcopy(self.tablets[which].seen)
        play(records, *self.tablets[which].pending)
        return records

    def write(self, which: int, name: str, args: dict[str, Any]) -> Entry:
        tablet = self.tablets[which]
        tablet.n += 1
        made = entry(name, args, n=tablet.n, device=tablet.device)
        tablet.pending.append(made)
        return made

    def sync(self, which: int) -> None:
        """The device's entries reach the server in their order; a second time they change nothing."""
        tablet = self.tablets[which]
        for one, verdict in zip(tablet.pending, play(self.server, *tablet.pending), strict=True):
            (self.refused if verdict is VerdictStatus.REJECTED else self.accepted).append(one)
        once = copy.deepcopy(self.server)
        play(self.server, *tablet.pending)
        assert self.server == once, "an entry that is in the records already changes nothing"
        tablet.seen, tablet.pending = once, []

    def agree(self) -> World:
        """Everybody syncs; what the server has, every screen shows."""
        for which in (0, 1, 0):
            self.sync(which)
        assert self.screen(0) == self.screen(1) == self.server
        return self.server

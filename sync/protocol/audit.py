"""Who looked: entries of an audit log, the chain that holds them together, and how they go to the server.

An entry names people and records by their ids, never by names: an erasure leaves the chain whole. Each has a SHA-256
over the one before and itself, and whoever keeps a log keeps its tip: a changed entry, one that is missing, and an end
that was cut off show. A chain alone does not stop who can rewrite all of it; the tip that the server was told does.

A device's log is its own, whatever number its outbox has come to: `log_id`, and entries from 1. The server takes each
entry once by log and number.

    it has more than the device says   cut off, or the device is a copy of an older state: `broken`
    it has another entry there         rewritten, or two machines use one data directory: `broken`
    it has less than it had            it was restored: the device sends again what it still has
    it has less than the device kept   what is between is lost: the device begins anew

Where a log is broken the server says so for good (`audit verify` names the number), takes no more of it, and the device
begins a new one, with what was never sent in it and the end of the old one as its first entry.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sync.protocol.wire import MAX_NUMBER, STORABLE, Id, Message, Number, Text

MAX_AUDIT_ENTRIES = 500
"""Of one request: 150 KiB at most."""


class AuditKind(StrEnum):
    """What is kept. Either side keeps kinds it does not know."""

    LOG_BEGUN = "log.begun"
    CUSTOMER_OPENED = "customer.opened"
    LOOKED_UP = "customer.looked_up"
    CONTACT_REVEALED = "contact.revealed"
    CONSENT_RECORDED = "consent.recorded"
    CONSENT_LINK_MADE = "consent.link_made"
    CONSENT_LINK_ANSWERED = "consent.link_answered"
    EXPORTED = "exported"
    PRINTED = "printed"
    CUSTOMER_ERASED = "customer.erased"
    REQUEST_MOVED = "request.moved"
    SUPPRESSION_LIFTED = "suppression.lifted"
    LIMIT_REACHED = "limit.reached"
    LIMIT_LIFTED = "limit.lifted"
    SIGNED_IN = "associate.signed_in"
    SIGNED_OUT = "associate.signed_out"
    SIGN_IN_FAILED = "associate.sign_in_failed"
    SIGN_IN_CODE_MADE = "associate.code_made"
    SIGN_INS_ENDED = "associate.sign_ins_ended"
    ASSOCIATE_KEY_ADDED = "associate.key_added"
    DEVICE_CODE_MADE = "device.code_made"
    DEVICE_ENROLLED = "device.enrolled"
    DEVICE_RENAMED = "device.renamed"
    DEVICE_REVOKED = "device.revoked"
    QUARANTINE_TAKEN = "quarantine.taken"
    QUARANTINE_DISCARDED = "quarantine.discarded"


Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
DetailName = Annotated[str, Field(max_length=40, pattern=STORABLE)]
Detail = Annotated[str, Field(max_length=64, pattern=STORABLE)] | Annotated[int, Field(ge=0, le=MAX_NUMBER)]


class AuditEntry(Message):
    """One thing that was done. `details`: counts, fields, ids, never what was typed; `hash`: the chain up to here."""

    n: Annotated[int, Field(ge=1, le=MAX_NUMBER)]
    at: Annotated[str, Field(max_length=40, pattern=STORABLE)]
    kind: Text
    actor: Id | None = None
    customer_id: Id | None = None
    details: Annotated[dict[DetailName, Detail], Field(max_length=8)] = Field(default_factory=dict)
    hash: Hash


class AuditTip(Message):
    """The end of a log: its highest number, 0 for none, and the chain's hash there."""

    n: Number
    hash: Hash


class AuditRequest(Message):
    """Of schema 2, but a server need not know it. `entries` in order, none left out; `tip`: of the whole log."""

    schema_number: Annotated[int, Field(ge=1, le=1_000_000)]
    log_id: Id
    tip: AuditTip
    entries: Annotated[list[AuditEntry], Field(max_length=MAX_AUDIT_ENTRIES)] = Field(default_factory=list)


class AuditReply(Message):
    """`kept_n`: the server has every entry up to here. `broken`: it takes no more of this log."""

    kept_n: Number
    broken: bool = False


def first_hash(log_id: str) -> str:
    """The hash before the first entry."""
    return hashlib.sha256(f"audit log {log_id}".encode()).hexdigest()


def next_hash(
    before: str, n: int, at: str, kind: str, actor: str | None, customer_id: str | None, details: dict[str, str | int]
) -> str:
    """The chain's hash with this entry: SHA-256 over the hash before it and its canonical JSON."""
    said = json.dumps(
        [n, at, kind, actor, customer_id, details], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(bytes.fromhex(before) + said.encode()).hexdigest()


def hash_after(before: str, entry: AuditEntry) -> str:
    """The hash that `entry` must have behind `before`."""
    return next_hash(before, entry.n, entry.at, entry.kind, entry.actor, entry.customer_id, entry.details)


class Fault(StrEnum):
    """What is wrong with a chain."""

    CHANGED = "changed"
    MISSING = "missing"
    CUT_OFF = "cut_off"


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first entry that does not hold, by its number. CUT_OFF: the first that the tip counts and nobody has."""

    n: int
    fault: Fault


def first_broken(entries: Iterable[AuditEntry], *, after: AuditTip, tip: AuditTip) -> BrokenLink | None:
    """The first link of a chain that does not hold between `after` and `tip`, or None where all do."""
    n, before = after.n, after.hash
    for entry in entries:
        if entry.n != n + 1:
            return BrokenLink(n + 1, Fault.MISSING)
        if entry.hash != hash_after(before, entry):
            return BrokenLink(entry.n, Fault.CHANGED)
        n, before = entry.n, entry.hash
    if n < tip.n:
        return BrokenLink(n + 1, Fault.CUT_OFF)
    return None if (n, before) == (tip.n, tip.hash) else BrokenLink(tip.n, Fault.CHANGED)

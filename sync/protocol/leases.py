"""Leases: what a server says of an associate on a device for at most LEASE_FOR, signed, so that a device without a
network still knows who may come in, and as what.

A server is known by its Ed25519 key, whose public half a device keeps from its enrolment on; `server` is named after
it. A lease is signed as the text in which it travels, so that nothing has to be written the same way twice. Pure: the
clock and the private key are the caller's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, ValidationError

from sync.protocol.associate_proofs import is_signed
from sync.protocol.ids import rule_id
from sync.protocol.people_wire import PublicKey, SignatureHex
from sync.protocol.signing import Signer
from sync.protocol.times import from_wire
from sync.protocol.wire import STORABLE, Id, Message, Text

LEASE_FOR: Final = timedelta(hours=72)
CLOCKS_DIFFER_BY: Final = timedelta(minutes=15)
"""Between two readings of a clock that is corrected meanwhile, and between a server's clock and a device's."""
_SIGNED: Final = "clienteling lease 1\n"


class Lease(Message):
    """Who may come in on which device, as what, at which stores, from when until when."""

    server: Id
    registration_id: Id
    associate_id: Id
    role: Text
    store_ids: Annotated[list[Id], Field(max_length=1_000)]
    issued_at: Text
    not_after: Text


class SignedLease(Message):
    """`text`: the lease's JSON as it was signed."""

    text: Annotated[str, Field(max_length=60_000, pattern=STORABLE)]
    signature: SignatureHex


class LeasesRequest(Message):
    """Of schema 2, but a server need not know it."""

    schema_number: Annotated[int, Field(ge=1, le=1_000_000)]


class LeasesReply(Message):
    """`keyed`: associates who have a key on this device, or had one. Of them only those have a lease who may come in.

    `server_key`: the public half of the server's key, for a device that does not have it yet. `required`: what an
    associate without a key writes on this device is refused, also where nobody has one.
    """

    server_key: PublicKey
    keyed: Annotated[list[Id], Field(max_length=10_000, default_factory=list)]
    leases: Annotated[list[SignedLease], Field(max_length=10_000, default_factory=list)]
    required: bool = False

    @property
    def asks_for_keys(self) -> bool:
        """Whether the server takes what is written on this device from those alone whom it knows here."""
        return self.required or bool(self.keyed)


class LeaseFault(StrEnum):
    """Why a lease lets nobody in."""

    FORGED = "forged"
    """Not signed by the server that this device knows; also one that cannot be read."""
    OTHER_SERVER = "other_server"
    OTHER_DEVICE = "other_device"
    OTHER_ASSOCIATE = "other_associate"
    TOO_LONG = "too_long"
    EXPIRED = "expired"
    CLOCK_SET_BACK = "clock_set_back"


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose lease a device asks for, and of which server. `server_key`: hexadecimal."""

    server_key: str
    registration_id: str
    associate_id: str


def server_id(server_key: str) -> str:
    """The name of the server with that public key, hexadecimal."""
    return rule_id("server", server_key)


def sign_lease(lease: Lease, signer: Signer) -> SignedLease:
    """The lease as it travels."""
    text = lease.model_dump_json()
    return SignedLease(text=text, signature=signer(_SIGNED.encode() + text.encode()).hex())


def check_lease(
    signed: SignedLease, expected: Expected, *, now: datetime, heard_at: datetime | None, at_most: timedelta = LEASE_FOR
) -> Lease | LeaseFault:
    """The lease, where it holds now, else what is wrong with it.

    `heard_at`: when the device last heard of its server; a clock that is well before that, or before the lease was
    issued, was set back. `at_most`: how old a lease may be on this device, whatever it says itself.
    """
    if not is_signed(expected.server_key, _SIGNED.encode() + signed.text.encode(), signed.signature):
        return LeaseFault.FORGED
    try:
        lease = Lease.model_validate_json(signed.text)
        issued_at, not_after = from_wire(lease.issued_at), from_wire(lease.not_after)
    except (ValidationError, ValueError):
        return LeaseFault.FORGED
    said = (lease.server, lease.registration_id, lease.associate_id)
    wanted = (server_id(expected.server_key), expected.registration_id, expected.associate_id)
    faults = (LeaseFault.OTHER_SERVER, LeaseFault.OTHER_DEVICE, LeaseFault.OTHER_ASSOCIATE)
    for fault, is_it, should_be in zip(faults, said, wanted, strict=True):
        if is_it != should_be:
            return fault
    if not_after - issued_at > LEASE_FOR:
        return LeaseFault.TOO_LONG
    if now < max(issued_at, heard_at or issued_at) - CLOCKS_DIFFER_BY:
        return LeaseFault.CLOCK_SET_BACK
    return LeaseFault.EXPIRED if now >= min(not_after, issued_at + at_most) else lease

"""Messages about people on devices: their keys, the codes by which they get them, who acts, and how much they read.

All are of schema 2, and a server need not know them.
"""

from typing import Annotated

from pydantic import Field

from sync.protocol.wire import MAX_NUMBER, STORABLE, Id, Message, Number

PublicKey = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
SignatureHex = Annotated[str, Field(pattern=r"^[0-9a-f]{128}$", repr=False)]


class AssociateKeyRequest(Message):
    """Of schema 2, but a server need not know it. An associate's key on this device, signed by the device's key.

    `code` as it was typed; `proof`: by the associate's key over `associate_proofs.key_message`.
    """

    code: Annotated[str, Field(max_length=40, pattern=STORABLE, repr=False)]
    associate_id: Id
    public_key: PublicKey
    proof: SignatureHex


class AssociateKeyReply(Message):
    """Whose key that is now, and what they are.

    recovery  the store's key of this device, as it was sealed there last (`RecoveryRequest`); None where none was
    """

    associate_id: Id
    role: str
    recovery: Annotated[str | None, Field(max_length=400, repr=False)] = None


class RecoveryRequest(Message):
    """Of schema 2, but a server need not know it. The store's key as only this device can open it, in hex."""

    sealed: Annotated[str, Field(pattern=r"^[0-9a-f]{120,400}$", repr=False)]


class RecoveryReply(Message):
    """It is kept."""


class ActingRequest(Message):
    """For a token that says who acts. `proof`: by the associate's key over `associate_proofs.acting_message`.

    `created_s`: seconds since 1970 by the server's clock, as in the device's own signature.
    """

    associate_id: Id
    created_s: Annotated[int, Field(ge=0, le=MAX_NUMBER)]
    nonce: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
    proof: SignatureHex


class ActingReply(Message):
    """`token` goes with requests in the header `Acting` for so many seconds, beside the device's signature."""

    token: Annotated[str, Field(max_length=200, repr=False)]
    ends_in_s: Number


class SignInCodeRequest(Message):
    """For a code by which that associate may add a key on one device."""

    associate_id: Id


class ReadingRequest(Message):
    """Asks who opened how many customers on the devices of a store."""

    store_id: Id


class ReadingOf(Message):
    """What an associate did within the hour. `marked`: so much that somebody should ask them why."""

    associate_id: Id
    name: str
    opened: Number
    looked_up: Number
    devices: Number
    marked: bool


class ReadingReply(Message):
    """The most first."""

    readings: Annotated[list[ReadingOf], Field(max_length=10_000)]


class SignInCodeReply(Message):
    """The code, shown once and kept nowhere."""

    code: Annotated[str, Field(max_length=40, repr=False)]
    ends_in_s: Number

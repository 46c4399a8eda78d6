"""Messages about customers' requests, between a privacy officer's device and the server. By ids alone."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from sync.protocol.privacy import Delay, Proof, Refusal, RequestKind
from sync.protocol.times import from_wire
from sync.protocol.wire import STORABLE, Id, Message, Number, Text


def _wire_time(text: str) -> str:
    from_wire(text)
    return text


Moment = Annotated[str, Field(max_length=40, pattern=STORABLE), AfterValidator(_wire_time)]
MAX_PEOPLE = 50
MAX_FIELDS = 20
MAX_LISTED = 500


class OpenPrivacyRequest(Message):
    """`received_at`: where it came before it is written down."""

    kind: RequestKind
    customer_id: Id
    received_at: Moment | None = None


class PrivacyStep(Message):
    """The next step, by the name of its command, with what that needs.

    step    identity, doubt, refuse, reconsider, extend, correct, restrict, lift, withdraw or erase
    delay   of extend: why it takes longer
    also    of an erasure: other records of the same person; `others`: who looks like them and is not
    """

    step: Annotated[
        str, Field(pattern="^(identity|doubt|refuse|reconsider|extend|correct|restrict|lift|withdraw|erase)$")
    ]
    how: Proof | None = None
    reason: Refusal | None = None
    delay: Delay | None = None
    fields: Annotated[
        dict[Text, Annotated[str, Field(max_length=500, pattern=STORABLE)]], Field(max_length=MAX_FIELDS, repr=False)
    ] = Field(default_factory=dict)
    also: Annotated[list[Id], Field(max_length=MAX_PEOPLE)] = Field(default_factory=list)
    others: Annotated[list[Id], Field(max_length=MAX_PEOPLE)] = Field(default_factory=list)


class DeviceStandingMessage(Message):
    """A device and an erasure. `state`: confirmed, awaited, revoked or never_here."""

    registration_id: Id
    name: str
    store_id: str
    state: str
    confirmed_at: str | None = None
    last_seen_at: str | None = None
    revoked_at: str | None = None
    lease_ends_at: str | None = None


class LookalikeMessage(Message):
    """Who may be the same person, and why: marked, same_email, same_phone or same_loyalty."""

    customer_id: Id
    reason: str


class PrivacyRequestMessage(Message):
    """A request as it stands. `lookalikes` and `devices` are there where one is asked for by itself."""

    id: Id
    kind: str
    customer_id: Id
    also: list[Id] = Field(default_factory=list)
    others: list[Id] = Field(default_factory=list)
    regime: str
    received_at: str
    due_at: str
    extended_at: str | None = None
    extended_reason: str = ""
    state: str
    identity_how: str = ""
    ended_at: str | None = None
    refused_reason: str = ""
    devices_awaited: Number = 0
    lookalikes: list[LookalikeMessage] = Field(default_factory=list)
    devices: list[DeviceStandingMessage] = Field(default_factory=list)


class PrivacyRequestsReply(Message):
    """The open requests by their time, then the others, the latest first; at most MAX_LISTED."""

    server_time: str
    requests: list[PrivacyRequestMessage]


class DeviceMessage(Message):
    """A device of any store, for the report on one that was lost."""

    id: Id
    name: str
    store_name: str
    last_seen_at: str | None = None
    revoked_at: str | None = None


class PrivacyDevicesReply(Message):
    """Every device, those seen last first; at most MAX_LISTED."""

    devices: list[DeviceMessage]


class PrivacyDocument(Message):
    """A copy, a certificate or a breach report, as `document` names it."""

    document: dict[str, Any]

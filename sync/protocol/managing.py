"""Messages about devices, for those who manage them. JSON as `wire`; of schema 2, but a server need not know them.

Times are RFC 3339. A store's devices are told to those who may manage them there; to anybody else there are none.
"""

from typing import Annotated, Any, Final

from pydantic import Field

from sync.protocol.wire import STORABLE, Id, Message, Number, Text

MOST_ENTRIES: Final = 100
"""Of the quarantine at once: a person decides about each."""

DeviceName = Annotated[str, Field(min_length=1, max_length=80, pattern=STORABLE)]


class ManagedStore(Message):
    """A store whose devices whoever asks may manage."""

    id: Id
    name: str


class ManagedDevice(Message):
    """A registration. `signs`: it enrolled with a key. `app_version`, `platform`: "" before it told.

    waiting               changes that were still to come from it when it was last here; None before
    unconfirmed_erasures  customers it has not yet said it forgot
    """

    id: Id
    store_id: Id
    name: str
    signs: bool
    added_at: str
    last_seen_at: str | None = None
    revoked_at: str | None = None
    app_version: str = ""
    platform: str = ""
    waiting: Number | None = None
    unconfirmed_erasures: Number = 0


class ManagedDevices(Message):
    """The devices of `stores`, those in use first. `this_id`: the one that asks."""

    this_id: Id
    stores: list[ManagedStore]
    devices: list[ManagedDevice]


class CodeForDeviceRequest(Message):
    """For a code by which one device may enrol at that store. `name`: what people will call it, "" for none yet."""

    store_id: Id
    name: Annotated[str, Field(max_length=80, pattern=STORABLE)] = ""


class CodeForDeviceReply(Message):
    """The code, which is told once and kept nowhere, and for how long it holds from now."""

    code: Annotated[str, Field(max_length=40, repr=False)]
    store_name: str
    ends_in_s: Number


class DeviceRequest(Message):
    """About one registration."""

    registration_id: Id


class RenameDeviceRequest(DeviceRequest):
    name: DeviceName


class Done(Message):
    """It is done."""


class QuarantinedEntry(Message):
    """What a device had not sent when its access was taken away. `args`: the mutation's, as they came.

    refused  why the entry was refused when somebody took it over, "" before
    """

    registration_id: Id
    device_name: str
    store_id: Id
    uuid: Id
    name: Text
    args: Annotated[dict[str, Any], Field(repr=False)]
    actor: Text | None = None
    actor_name: str = ""
    at: Text
    received_at: str
    refused: str = ""


class QuarantineList(Message):
    """The first MOST_ENTRIES that wait, by device and in the order in which they were written; `count`: of all."""

    entries: list[QuarantinedEntry]
    count: Number


class SettleRequest(DeviceRequest):
    """About the entry `uuid`. `keep`: take it over, as if the device had sent it; else it is discarded."""

    uuid: Id
    keep: bool


class SettleReply(Message):
    """`refused`: why the server's rules did not take it over; it stays then. "" where it is settled."""

    refused: str = ""


class TeamKey(Message):
    """A device on which an associate has a key, and since when. `name`: the device's."""

    registration_id: Id
    name: str
    added_at: str


class TeamMember(Message):
    """An associate whom whoever asks may manage. `keys`: on devices of the stores they manage."""

    id: Id
    name: str
    role: str
    keys: list[TeamKey]


class TeamDevice(Message):
    """An enrolled device in use, and who of the store's people is ready to write there.

    asks_for_keys  what somebody without a key writes there is refused: somebody has one, or the server asks everybody
    ready          associates who have a key there
    missing        those who work at its store and have none; nobody where no key is asked for
    """

    registration_id: Id
    name: str
    store_id: Id
    asks_for_keys: bool
    ready: list[Id]
    missing: list[Id]


class Team(Message):
    """`this_id`: the device that asks."""

    members: list[TeamMember]
    devices: list[TeamDevice] = Field(default_factory=list)
    this_id: str = ""


class AssociateRequest(Message):
    """About one associate."""

    associate_id: Id


class SignInsEnded(Message):
    """On how many devices they had a key until now."""

    count: Number

"""A manager's devices, asked of the server and shown as they are there: nothing of them is kept on this device.

Each service answers at once, with a signal of how it stands: a screen never waits for the network. It is asked in the
name of the associate who is signed in, and the server decides what they may.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from clienteling.domain.asked import Asked
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.domain.views import CodeForDevice, DevicesView, DeviceView, QuarantinedView, QuarantineView
from clienteling.labels.png import png_bytes, symbol_picture
from clienteling.labels.symbol import symbol_of
from clienteling.store.queries_attention import names_of
from clienteling.store.replica import LocalStore
from clienteling.use_cases.typed_words import product_ids, typed_in
from sync.protocol.kinds import Kind
from sync.protocol.managing import (
    CodeForDeviceReply,
    CodeForDeviceRequest,
    DeviceRequest,
    Done,
    ManagedDevice,
    ManagedDevices,
    QuarantinedEntry,
    QuarantineList,
    RenameDeviceRequest,
    SettleReply,
    SettleRequest,
)
from sync.protocol.spoken_codes import enrolment_symbol, show_one_time_code
from sync.protocol.times import Clock, from_wire

T = TypeVar("T")
U = TypeVar("U")

MOST_NAME_CHARS = 80
MOST_TYPED_CHARS = 600
_MODULE_DOTS = 8
_DPI = 96


class ManagingApi(Protocol):
    """What the server answers to who may manage, who is signed in beside the device."""

    async def devices(self) -> ManagedDevices: ...

    async def code_for_device(self, request: CodeForDeviceRequest) -> CodeForDeviceReply: ...

    async def rename_device(self, request: RenameDeviceRequest) -> Done: ...

    async def revoke_device(self, request: DeviceRequest) -> Done: ...

    async def quarantine(self) -> QuarantineList: ...

    async def settle(self, request: SettleRequest) -> SettleReply: ...


class AskAs(Protocol):
    """Has the engine ask the server in an associate's name. Returns at once."""

    def __call__(self, associate_id: str, work: Callable[[ManagingApi], Awaitable[T]], /) -> Signal[Asked[T]]: ...


class RenameDevice(Protocol):
    """Raises ValidationFailed(name) before anybody is asked."""

    def __call__(self, registration_id: str, name: str, *, author_id: str) -> Signal[Asked[None]]: ...


class RevokeDevice(Protocol):
    def __call__(self, registration_id: str, *, author_id: str) -> Signal[Asked[None]]: ...


class AddDevice(Protocol):
    def __call__(self, store_id: str, name: str, *, author_id: str) -> Signal[Asked[CodeForDevice]]: ...


class Settle(Protocol):
    """`keep`: take the entry over; else it is discarded. Answers with "" or the message key of why it was refused."""

    def __call__(self, registration_id: str, uuid: str, *, keep: bool, author_id: str) -> Signal[Asked[str]]: ...


@dataclass(frozen=True, slots=True)
class ManageServices:
    """What a manager may do with devices; all by the network. The first two are asked by an associate's id."""

    devices: Callable[[str], Signal[Asked[DevicesView]]]
    quarantine: Callable[[str], Signal[Asked[QuarantineView]]]
    add_device: AddDevice
    rename_device: RenameDevice
    revoke_device: RevokeDevice
    settle: Settle


@dataclass(frozen=True, slots=True)
class Managing:
    """The services over one engine and store."""

    ask: AskAs
    store: LocalStore
    now: Clock

    def services(self) -> ManageServices:
        return ManageServices(
            self.devices, self.quarantine, self.add_device, self.rename_device, self.revoke_device, self.settle
        )

    def devices(self, author_id: str) -> Signal[Asked[DevicesView]]:
        async def work(api: ManagingApi) -> DevicesView:
            return devices_view(await api.devices())

        return self.ask(author_id, work)

    def quarantine(self, author_id: str) -> Signal[Asked[QuarantineView]]:
        async def work(api: ManagingApi) -> QuarantineView:
            return quarantine_view(self.store, await api.quarantine())

        return self.ask(author_id, work)

    def add_device(self, store_id: str, name: str, *, author_id: str) -> Signal[Asked[CodeForDevice]]:
        request = CodeForDeviceRequest(store_id=store_id, name=_named(name))

        async def work(api: ManagingApi) -> CodeForDevice:
            reply = await api.code_for_device(request)
            ends_at = self.now() + timedelta(seconds=reply.ends_in_s)
            picture = code_picture(enrolment_symbol(reply.code))
            return CodeForDevice(show_one_time_code(reply.code), picture, reply.store_name, ends_at)

        return self.ask(author_id, work)

    def rename_device(self, registration_id: str, name: str, *, author_id: str) -> Signal[Asked[None]]:
        named = _named(name)
        if not named:
            raise ValidationFailed("name", "devices.name_empty")
        request = RenameDeviceRequest(registration_id=registration_id, name=named)

        async def work(api: ManagingApi) -> None:
            await api.rename_device(request)

        return self.ask(author_id, work)

    def revoke_device(self, registration_id: str, *, author_id: str) -> Signal[Asked[None]]:
        async def work(api: ManagingApi) -> None:
            await api.revoke_device(DeviceRequest(registration_id=registration_id))

        return self.ask(author_id, work)

    def settle(self, registration_id: str, uuid: str, *, keep: bool, author_id: str) -> Signal[Asked[str]]:
        async def work(api: ManagingApi) -> str:
            request = SettleRequest(registration_id=registration_id, uuid=uuid, keep=keep)
            return (await api.settle(request)).refused

        return self.ask(author_id, work)


def _named(typed: str) -> str:
    """The name in one line. Raises ValidationFailed where it is too long."""
    name = " ".join(typed.split())
    if len(name) > MOST_NAME_CHARS:
        raise ValidationFailed("name", "devices.name_too_long", most=MOST_NAME_CHARS)
    return name


def code_picture(text: str) -> bytes:
    """The QR symbol of a text, as a PNG with its quiet zone."""
    return png_bytes(symbol_picture(symbol_of(text), _MODULE_DOTS), dpi=_DPI)


def devices_view(told: ManagedDevices) -> DevicesView:
    """What the server told, as screens show it."""
    names = {store.id: store.name for store in told.stores}
    rows = tuple(_device(one, names.get(one.store_id, ""), is_this=one.id == told.this_id) for one in told.devices)
    return DevicesView(tuple(names.items()), rows)


def _device(one: ManagedDevice, store_name: str, *, is_this: bool) -> DeviceView:
    return DeviceView(
        id=one.id,
        name=one.name,
        store_name=store_name,
        is_this=is_this,
        signs=one.signs,
        last_seen_at=_moment(one.last_seen_at),
        revoked_at=_moment(one.revoked_at),
        program=f"{one.app_version} {one.platform}".strip(),
        waiting=one.waiting,
        unconfirmed_erasures=one.unconfirmed_erasures,
    )


def quarantine_view(store: LocalStore, told: QuarantineList) -> QuarantineView:
    """The entries in words, with the names that this device knows."""
    entries = told.entries
    with store.reading() as connection:
        people = names_of(connection, Kind.CUSTOMER, [_customer_id(one) for one in entries])
        products = names_of(connection, Kind.PRODUCT, [one for entry in entries for one in product_ids(entry.args)])
    return QuarantineView(
        tuple(
            QuarantinedView(
                registration_id=one.registration_id,
                uuid=one.uuid,
                device_name=one.device_name,
                action=one.name,
                typed=_typed(one, products),
                customer_name=people.get(_customer_id(one) or "", ""),
                author_name=one.actor_name,
                at=_moment(one.at),
                refused=one.refused,
            )
            for one in entries
        ),
        more=told.count - len(entries),
    )


def _typed(one: QuarantinedEntry, products: Mapping[str, str]) -> str:
    """The words, cut where they are very long; "" where the entry is not of the form that a device of ours writes."""
    try:
        words = typed_in(one.name, one.args, products)
    except (TypeError, LookupError, AttributeError):
        return ""
    return words if len(words) <= MOST_TYPED_CHARS else words[: MOST_TYPED_CHARS - 3] + "..."


def _customer_id(one: QuarantinedEntry) -> str | None:
    customer_id = one.args.get("customer_id")
    return customer_id if isinstance(customer_id, str) else None


def _moment(text: str | None) -> datetime | None:
    try:
        return from_wire(text) if text else None
    except ValueError:  # an entry says what the device wrote
        return None

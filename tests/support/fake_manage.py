"""Devices of a fake shop as its manager sees them, and what screens asked for. For tests only."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from clienteling.domain.asked import Asked, AskedStage
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.domain.views import CodeForDevice, DevicesView, DeviceView, QuarantinedView, QuarantineView
from clienteling.use_cases.manage import ManageServices, code_picture
from tests.support.fakes import START_AT

T = TypeVar("T")

STORES = (("store-bandung", "Toko Bandung"), ("store-dago", "Toko Dago"))


def device(number: int, name: str, **changes: object) -> DeviceView:
    fields: dict[str, object] = {
        "id": f"device-{number}", "name": name, "store_name": "Toko Bandung", "is_this": False, "signs": True,
        "last_seen_at": START_AT - timedelta(minutes=5), "revoked_at": None, "program": "0.9.1 Windows", "waiting": 0,
        "unconfirmed_erasures": 0, **changes,
    }  # fmt: skip
    return DeviceView(**fields)  # type: ignore[arg-type]  # fields by name


DEVICES = (
    device(1, "Kasir depan", is_this=True),
    device(2, "Tablet lantai 1", waiting=3, unconfirmed_erasures=1, last_seen_at=START_AT - timedelta(hours=2)),
    device(3, "Tablet gudang", last_seen_at=START_AT - timedelta(days=9), program="0.8.0 Linux"),
    device(4, "", last_seen_at=None, program="", waiting=None, signs=False),
    device(
        5,
        "Tablet lama",
        last_seen_at=START_AT - timedelta(days=1),
        revoked_at=START_AT - timedelta(hours=3),
        unconfirmed_erasures=2,
    ),
)

ENTRIES = (
    QuarantinedView(
        "device-5",
        "entry-1",
        "Tablet lama",
        "note.write",
        "Suka warna lembut, cari gamis untuk Lebaran.",
        "Siti Aminah",
        "Rina",
        START_AT - timedelta(hours=4),
    ),
    QuarantinedView(
        "device-5", "entry-2", "Tablet lama", "wishlist.add", "Sepatu kulit Brantas 42", "Budi Santoso", "", None
    ),
)


@dataclass
class FakeManage:
    """What the server says. `asked`: what it was asked for, in order. `silent`: it has not answered yet."""

    devices: tuple[DeviceView, ...] = DEVICES
    stores: tuple[tuple[str, str], ...] = STORES[:1]
    entries: tuple[QuarantinedView, ...] = ENTRIES
    more: int = 0
    silent: bool = False
    refuses: dict[str, str] = field(default_factory=dict)
    """Entry -> why it is not taken over."""
    answer: Asked[object] | None = None
    """What it answers in place of anything else."""
    asked: list[tuple[object, ...]] = field(default_factory=list)
    waiting: list[Signal[Asked[object]]] = field(default_factory=list)

    def services(self) -> ManageServices:
        return ManageServices(
            devices=lambda author_id: self._told(DevicesView(self.stores, self.devices)),
            quarantine=lambda author_id: self._told(QuarantineView(self.entries, self.more)),
            add_device=self.add_device,
            rename_device=self.rename_device,
            revoke_device=self.revoke_device,
            settle=self.settle,
        )

    def _told(self, value: T) -> Signal[Asked[T]]:
        if self.silent:
            signal: Signal[Asked[T]] = Signal(Asked(AskedStage.ASKING))
            self.waiting.append(signal)  # type: ignore[arg-type]  # the test answers whatever it likes
            return signal
        return Signal(self.answer or Asked(AskedStage.ANSWERED, value))  # type: ignore[arg-type]  # no value then

    def add_device(self, store_id: str, name: str, *, author_id: str) -> Signal[Asked[CodeForDevice]]:
        self.asked.append(("add", store_id, name, author_id))
        code = f"K7M2-PXQ{len(self.asked) + 1}"
        symbol = code_picture(f"ENROL-{code.replace('-', '')}")
        return self._told(CodeForDevice(code, symbol, dict(self.stores)[store_id], START_AT + timedelta(minutes=10)))

    def rename_device(self, registration_id: str, name: str, *, author_id: str) -> Signal[Asked[None]]:
        if not name.strip():
            raise ValidationFailed("name", "devices.name_empty")
        self.asked.append(("rename", registration_id, name, author_id))
        self._change(registration_id, name=name)
        return self._told(None)

    def revoke_device(self, registration_id: str, *, author_id: str) -> Signal[Asked[None]]:
        self.asked.append(("revoke", registration_id, author_id))
        self._change(registration_id, revoked_at=START_AT)
        return self._told(None)

    def settle(self, registration_id: str, uuid: str, *, keep: bool, author_id: str) -> Signal[Asked[str]]:
        self.asked.append(("take" if keep else "discard", registration_id, uuid, author_id))
        refused = self.refuses.get(uuid, "") if keep else ""
        if not refused and self.answer is None:
            self.entries = tuple(one for one in self.entries if one.uuid != uuid)
        return self._told(refused)

    def _change(self, registration_id: str, **changes: object) -> None:
        if self.answer is None:
            self.devices = tuple(
                replace(one, **changes) if one.id == registration_id else one  # type: ignore[arg-type]
                for one in self.devices
            )

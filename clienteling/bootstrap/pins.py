"""The PINs of a device with its store open."""

from collections.abc import Mapping

from clienteling.bootstrap.device import Device
from clienteling.secrets import FOLDER_ID_FILE, device_secret
from clienteling.sign_in.slots import SLOTS_FILE, PinSlots
from clienteling.use_cases.sign_in import Door, Noted
from sync.protocol.audit import AuditKind


def pin_slots(device: Device) -> PinSlots:
    """The PINs kept beside the store, bound to its directory and to the device's secret."""
    folder = device.settings.data_dir
    path = folder / SLOTS_FILE
    id_file = folder / FOLDER_ID_FILE
    return PinSlots(
        path,
        folder_id=id_file.read_text("ascii").strip() if id_file.exists() else "",
        device_secret=lambda: device_secret(device.secrets, may_create=not path.exists()),
        now=device.now,
        today=device.services.store_today,
    )


def door_of(device: Device) -> Door:
    """By what associates come in: PINs, the last sync, and the audit log."""

    def note(what: Noted, associate_id: str, details: Mapping[str, str | int]) -> None:
        device.store.note_access(
            AuditKind(what), actor=associate_id, customer_id=None, details=details, at=device.now()
        )

    return Door(pin_slots(device), device.store.synced_at, device.now, device.settings.offline_hours, note)

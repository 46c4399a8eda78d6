"""The PINs of a device with its store open."""

from collections.abc import Mapping

from clienteling.bootstrap.device import Device
from clienteling.domain.access import Access
from clienteling.secrets import FOLDER_ID_FILE, device_secret
from clienteling.sign_in.slots import SLOTS_FILE, PinSlots
from clienteling.use_cases.note_access import note_access
from clienteling.use_cases.sign_in import Door


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

    def note(what: Access, associate_id: str, details: Mapping[str, str | int]) -> None:
        note_access(device.store, what, author_id=associate_id, customer_id=None, now=device.now, **details)

    return Door(pin_slots(device), device.store.synced_at, device.now, device.settings.offline_hours, note)

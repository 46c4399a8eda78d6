"""The PINs of a device with its store open."""

from clienteling.bootstrap.device import Device
from clienteling.secrets import FOLDER_ID_FILE, device_secret
from clienteling.sign_in.slots import SLOTS_FILE, PinSlots


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

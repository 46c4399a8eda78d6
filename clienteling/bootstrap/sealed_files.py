"""The small files beside the store that are there before it is open: PINs, and the names of those who may open it."""

from collections.abc import Callable
from datetime import date

from clienteling.secrets import FOLDER_ID_FILE, SecretStore, device_secret
from clienteling.settings import DeviceSettings
from clienteling.sign_in.names_file import NAMES_FILE, NamesFile
from clienteling.sign_in.slots import SLOTS_FILE, PinSlots
from sync.protocol.times import Clock


def slots_beside(
    settings: DeviceSettings, secrets: SecretStore, *, now: Clock, today: Callable[[], date] | None = None
) -> PinSlots:
    """The PINs of a data directory. `today`: by the store's calendar; without it, by this machine's."""
    path = settings.data_dir / SLOTS_FILE
    return PinSlots(
        path,
        folder_id=_folder_id(settings),
        device_secret=lambda: device_secret(secrets, may_create=not path.exists()),
        now=now,
        today=today or (lambda: now().astimezone().date()),
    )


def names_file(settings: DeviceSettings, secrets: SecretStore) -> NamesFile:
    """Who may open the device, for the screen that asks before it is open."""
    return NamesFile(
        settings.data_dir / NAMES_FILE,
        folder_id=_folder_id(settings),
        device_secret=lambda: device_secret(secrets, may_create=False),
    )


def _folder_id(settings: DeviceSettings) -> str:
    id_file = settings.data_dir / FOLDER_ID_FILE
    return id_file.read_text("ascii").strip() if id_file.exists() else ""

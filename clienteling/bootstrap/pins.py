"""The PINs of a device, and whether its store opens with them alone."""

from collections.abc import Callable, Mapping
from datetime import date

from clienteling.bootstrap.device import Device, is_closed
from clienteling.bootstrap.leases import LeaseFile
from clienteling.bootstrap.new_pin import NewPins
from clienteling.bootstrap.recovery import is_recoverable
from clienteling.bootstrap.signed_in import SignedIn
from clienteling.domain.access import Access
from clienteling.secrets import FOLDER_ID_FILE, STORE_KEY, SecretStore, device_secret, read_enrolment
from clienteling.settings import DeviceSettings
from clienteling.sign_in.names_file import NAMES_FILE, NamesFile
from clienteling.sign_in.slots import SLOTS_FILE, PinSlots, key_check
from clienteling.use_cases.note_access import note_access
from clienteling.use_cases.sign_in import Door
from sync.protocol.times import Clock


def pin_slots(device: Device) -> PinSlots:
    """The PINs kept beside the store, bound to its directory and to the device's secret."""
    return slots_beside(device.settings, device.secrets, now=device.now, today=device.services.store_today)


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


def new_pins(device: Device) -> NewPins:
    """PINs for codes, on a device that is open."""
    return NewPins(device.settings, device.secrets, pin_slots(device), now=device.now, store_key=device.store_key)


def keep_names(device: Device) -> None:
    """Nothing; the names of this store's associates can be asked for while the device is closed."""
    if pin_slots(device).holders():
        names_file(device.settings, device.secrets).keep(device.services.associates())


def close_under_pins(settings: DeviceSettings, secrets: SecretStore, *, now: Clock) -> bool:
    """Whether the store's key is under PINs alone now: it is taken from the keyring once that loses nothing.

    That is where somebody's PIN opens this very key, and the server keeps it sealed for the day when nobody's does
    (`recovery`). A device that has to open by itself stays as it is. Call where no store is open. Raises
    KeyringUnusable.
    """
    kept = secrets.read(STORE_KEY)
    if kept is None or settings.plain_store or settings.unattended:
        return is_closed(settings, secrets)
    check, states = key_check(bytes.fromhex(kept)), slots_beside(settings, secrets, now=now).states()
    if not is_recoverable(secrets) or all(state.key_check != check for state in states.values()):
        return False
    secrets.destroy(STORE_KEY)
    return True


def _folder_id(settings: DeviceSettings) -> str:
    id_file = settings.data_dir / FOLDER_ID_FILE
    return id_file.read_text("ascii").strip() if id_file.exists() else ""


def door_of(device: Device, signed_in: SignedIn) -> Door:
    """By what associates come in: PINs, leases or the last sync, and the audit log. `signed_in` is told of them."""

    def note(what: Access, associate_id: str, details: Mapping[str, str | int]) -> None:
        note_access(device.store, what, author_id=associate_id, customer_id=None, now=device.now, **details)

    return Door(
        pin_slots(device),
        device.store.synced_at,
        device.now,
        device.settings.offline_hours,
        note,
        new_pins(device).take if read_enrolment(device.secrets) is not None else None,
        LeaseFile(device.settings.data_dir, device.secrets).lease_of,
        came_in=lambda associate_id, keys: signed_in.came_in(associate_id, keys.signing_key),
        left=signed_in.left,
    )

"""The PINs of a device, and whether its store opens with them alone."""

from collections.abc import Mapping
from functools import partial

from clienteling.bootstrap.device import Device, is_closed
from clienteling.bootstrap.leases import LeaseFile
from clienteling.bootstrap.new_pin import NewPins
from clienteling.bootstrap.recovery import is_recoverable
from clienteling.bootstrap.sealed_files import names_file, slots_beside
from clienteling.bootstrap.signed_in import SignedIn
from clienteling.domain.access import Access
from clienteling.secrets import STORE_KEY, SecretStore, read_enrolment, store_keys
from clienteling.settings import DeviceSettings
from clienteling.sign_in.slots import PinSlots
from clienteling.use_cases.note_access import note_access
from clienteling.use_cases.sign_in import Door
from sync.protocol.times import Clock


def pin_slots(device: Device) -> PinSlots:
    """The PINs kept beside the store, bound to its directory and to the device's secret."""
    return slots_beside(device.settings, device.secrets, now=device.now, today=device.services.store_today)


def new_pins(device: Device) -> NewPins:
    """PINs for codes, on a device that is open."""
    return NewPins(
        device.settings,
        device.secrets,
        pin_slots(device),
        now=device.now,
        store_key=device.store_key,
        unsent=partial(_unsent_by_others, device),
    )


def _unsent_by_others(device: Device, associate_id: str) -> int:
    waiting = device.store.pending(device.store.waiting())
    return sum(one.actor not in (None, associate_id) for one in waiting)


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
    if secrets.read(STORE_KEY) is None or settings.plain_store or settings.unattended:
        return is_closed(settings, secrets)
    keys = store_keys(secrets, may_create=False)
    if keys.before is not None or not is_recoverable(secrets):
        return False
    slots = slots_beside(settings, secrets, now=now)
    if not slots.holds(keys.key):
        return False
    slots.forget_unsent()  # what was noted when it was closed before tells nothing of what was written since
    secrets.destroy(STORE_KEY)
    return True


def door_of(device: Device, signed_in: SignedIn) -> Door:
    """By what associates come in: PINs, leases or the last sync, and the audit log. `signed_in` is told of them."""

    def note(what: Access, associate_id: str, details: Mapping[str, str | int]) -> None:
        note_access(device.store, what, author_id=associate_id, customer_id=None, now=device.now, **details)

    leases = LeaseFile(device.settings.data_dir, device.secrets)
    return Door(
        pin_slots(device),
        device.store.synced_at,
        device.now,
        device.settings.offline_hours,
        note,
        new_pins(device).take if read_enrolment(device.secrets) is not None else None,
        leases.lease_of,
        leases.asks_for_keys,
        came_in=lambda associate_id, keys: signed_in.came_in(associate_id, keys.signing_key),
        left=signed_in.left,
    )

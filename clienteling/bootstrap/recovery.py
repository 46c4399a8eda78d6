"""The way to the store's key for the day when no PIN opens it: a receiving key, kept by the server.

Ten wrong tries take a PIN, and a person forgets one; what was written and not yet sent must not go with it. The server
keeps the private half of a receiving key (`sign_in.holders`), sealed with the device's secret, and gives it back for a
one-time code that a manager makes. Neither the server nor whoever has the device's files can open the store alone: it
takes both, and the device's secret from the keyring as well.
"""

import asyncio
from typing import Final

from clienteling.secrets import RECOVERY_KEPT, SecretStore, device_secret, read_enrolment
from clienteling.sign_in.holders import new_receiving_key, public_half
from clienteling.sign_in.sealing import SecretBox
from clienteling.sign_in.slots import PinSlots
from sync.engine.ports import RecoveryKeeper
from sync.protocol.people_wire import RecoveryRequest

_PURPOSE: Final = b"clienteling recovery 2"


def seal_for_recovery(secrets: SecretStore, private_key: bytes) -> str:
    """The private key as the server keeps it, in hex. Raises KeyringUnusable."""
    return _box(secrets).seal(private_key, _registration(secrets)).hex()


def open_recovered(secrets: SecretStore, sealed: str) -> bytes | None:
    """The private key; None where it was sealed on another device, or for another registration."""
    try:
        box = bytes.fromhex(sealed)
    except ValueError:
        return None
    return _box(secrets).unseal(box, _registration(secrets))


def note_recoverable(secrets: SecretStore, slots: PinSlots, private_key: bytes) -> None:
    """The server has it, for the registration of now; no earlier one opens anything any longer."""
    slots.keep_recovery(public_half(private_key))
    secrets.keep(RECOVERY_KEPT, _registration(secrets).decode())


def is_recoverable(secrets: SecretStore) -> bool:
    """Whether the server has it, as far as this device knows."""
    return secrets.read(RECOVERY_KEPT) == _registration(secrets).decode() != ""


async def keep_recovery(api: RecoveryKeeper, secrets: SecretStore, slots: PinSlots, store_key: bytes) -> None:
    """The server has the sealed key when this returns. Raises the errors of `sync.protocol.errors`, KeyringUnusable."""

    def make() -> tuple[bytes, str] | None:
        if is_recoverable(secrets) and slots.holds(store_key):
            return None
        private, public = new_receiving_key()
        slots.give_recovery(public, store_key)  # before the server has it: an earlier one opens it until then
        return private, seal_for_recovery(secrets, private)

    made = await asyncio.to_thread(make)
    if made is not None:
        private, sealed = made
        await api.keep_recovery(RecoveryRequest(sealed=sealed))
        await asyncio.to_thread(note_recoverable, secrets, slots, private)


def _registration(secrets: SecretStore) -> bytes:
    enrolment = read_enrolment(secrets)
    return enrolment.registration_id.encode() if enrolment is not None else b""


def _box(secrets: SecretStore) -> SecretBox:
    return SecretBox(device_secret(secrets, may_create=False), _PURPOSE)

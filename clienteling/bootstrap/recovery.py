"""The store's key, kept by the server for the day when no PIN opens it: sealed, so that it takes the device to open it.

Ten wrong tries take a PIN, and a person forgets one; what was written and not yet sent must not go with it. The server
gives the sealed key back for a one-time code that a manager makes. Neither the server nor whoever has the device's
files can open it alone: it takes the device's secret from the keyring as well.
"""

import asyncio
from typing import Final

from clienteling.secrets import RECOVERY_KEPT, SecretStore, device_secret, read_enrolment
from clienteling.sign_in.sealing import SecretBox
from sync.engine.ports import RecoveryKeeper
from sync.protocol.people_wire import RecoveryRequest

_PURPOSE: Final = b"clienteling recovery 1"


def seal_for_recovery(secrets: SecretStore, store_key: bytes) -> str:
    """The store's key as the server keeps it, in hex. Raises KeyringUnusable."""
    return _box(secrets).seal(store_key, _registration(secrets)).hex()


def open_recovered(secrets: SecretStore, sealed: str) -> bytes | None:
    """The store's key; None where it was sealed on another device, or for another registration."""
    try:
        box = bytes.fromhex(sealed)
    except ValueError:
        return None
    return _box(secrets).unseal(box, _registration(secrets))


def note_recoverable(secrets: SecretStore) -> None:
    """The server has it, for the registration of now."""
    secrets.keep(RECOVERY_KEPT, _registration(secrets).decode())


def is_recoverable(secrets: SecretStore) -> bool:
    """Whether the server has it, as far as this device knows."""
    return secrets.read(RECOVERY_KEPT) == _registration(secrets).decode() != ""


async def keep_recovery(api: RecoveryKeeper, secrets: SecretStore, store_key: bytes) -> None:
    """The server has the sealed key when this returns. Raises the errors of `sync.protocol.errors`, KeyringUnusable."""
    if not await asyncio.to_thread(is_recoverable, secrets):
        sealed = await asyncio.to_thread(seal_for_recovery, secrets, store_key)
        await api.keep_recovery(RecoveryRequest(sealed=sealed))
        await asyncio.to_thread(note_recoverable, secrets)


def _registration(secrets: SecretStore) -> bytes:
    enrolment = read_enrolment(secrets)
    return enrolment.registration_id.encode() if enrolment is not None else b""


def _box(secrets: SecretStore) -> SecretBox:
    return SecretBox(device_secret(secrets, may_create=False), _PURPOSE)

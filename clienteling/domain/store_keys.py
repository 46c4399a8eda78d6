"""The key of a device's local store, and the one before it while its files go from that one to this."""

import hmac
from dataclasses import dataclass, field
from typing import Final

KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class StoreKeys:
    """`before`: None, but from the moment when a change of the key is certain until every file has this one."""

    key: bytes = field(repr=False)
    before: bytes | None = field(default=None, repr=False)

    def packed(self) -> bytes:
        """One key or two, the newest first."""
        return self.key + (self.before or b"")


def unpack_keys(content: bytes) -> StoreKeys:
    """What `packed` gave. Raises ValueError."""
    if len(content) not in (KEY_BYTES, 2 * KEY_BYTES):
        raise ValueError("neither one key nor two")
    return StoreKeys(content[:KEY_BYTES], content[KEY_BYTES:] or None)


def key_check(key: bytes) -> bytes:
    """By these 32 bytes it is seen whether somebody has that key, and nothing of the key."""
    return hmac.digest(key, b"clienteling key check 1", "sha256")

"""Another key for the store: of whoever had the old one nobody can read what is written from then on.

It is due once somebody's PIN was removed from the device, and whenever somebody asks for it; it is done while the store
is closed, in seconds. Nobody's PIN is needed: the new key is sealed to all who are to have it (`sign_in.holders`).
"""

import logging
import secrets as random_bytes
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from clienteling.bootstrap.sealed_files import slots_beside
from clienteling.domain.errors import StoreUnusable
from clienteling.domain.store_keys import KEY_BYTES, StoreKeys
from clienteling.secrets import STORE_KEY, KeyringUnusable, SecretStore, keep_store_keys
from clienteling.settings import DeviceSettings
from clienteling.sign_in.slots import PinSlots
from clienteling.store.key_change import change_key, finish_key_change
from sync.protocol.times import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeyChange:
    """Of one data directory whose engine's lock is the caller's."""

    settings: DeviceSettings
    secrets: SecretStore
    now: Clock
    new_key: Callable[[int], bytes] = random_bytes.token_bytes

    def settled(self, keys: StoreKeys) -> bytes:
        """The store's key, once every file has it: a change that was cut short is finished, or else stays due.

        Raises StoreInUse where another process holds a file, WrongKey, KeyringUnusable.
        """
        if keys.before is None:
            return keys.key
        key = finish_key_change(self.settings.data_dir, keys, done=lambda key: self._give(StoreKeys(key)))
        if key == keys.before:
            self._slots().ask_key_change()
        return key

    def change(self, key: bytes) -> bytes:
        """The store's new key. Raises what `store.key_change.change_key` raises, and KeyringUnusable."""
        new = self.new_key(KEY_BYTES)
        change_key(
            self.settings.data_dir,
            StoreKeys(new, key),
            both_kept=lambda: self._give(StoreKeys(new, key)),
            done=lambda: self._give(StoreKeys(new)),
        )
        log.info("the store is under another key")
        return new

    def is_due(self) -> bool:
        """Whether somebody's PIN was removed, or somebody asked for it. Reads no key."""
        return not self.settings.plain_store and self._slots().key_change_due() is not None

    def change_if_due(self, key: bytes) -> bytes:
        """The store's key afterwards. What goes wrong is told to the log: the change stays due."""
        if not self.is_due():
            return key
        try:
            return self.change(key)
        except (StoreUnusable, KeyringUnusable) as error:
            log.warning("the store's key is not changed yet", extra={"code": error.code})
        except (OSError, sqlite3.Error) as error:  # no room for the small files beside the store
            log.warning("the store's key is not changed yet", extra={"kind": type(error).__name__})
        return key

    def _give(self, keys: StoreKeys) -> None:
        if self.secrets.read(STORE_KEY) is not None:  # first: what it holds opens the store without anybody
            keep_store_keys(self.secrets, keys)
        self._slots().give_keys(keys)

    def _slots(self) -> PinSlots:
        return slots_beside(self.settings, self.secrets, now=self.now)

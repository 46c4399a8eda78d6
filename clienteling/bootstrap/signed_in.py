"""Who is signed in on this device, with the key by which each acts at the server; in memory, until they have left."""

import secrets
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clienteling.domain.asked import Asked, AskedStage
from clienteling.domain.signals import Signal
from clienteling.engine_host import EngineHost
from clienteling.switchable_api import SwitchableApi
from sync.client.managing_api import Acting, ManagingCalls
from sync.protocol.signing import NONCE_BYTES, nonce_of

T = TypeVar("T")

NO_KEY = "acting.no_key"
"""Nobody is signed in with a PIN: the server cannot know who asks."""


class SignedIn:
    """Any thread. Somebody who came in twice is here until they have left twice."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside: dict[str, list[Acting]] = {}

    def came_in(self, associate_id: str, signing_key: bytes) -> None:
        """They act by this key, 32 bytes, from now on."""
        key = Ed25519PrivateKey.from_private_bytes(signing_key)
        acting = Acting(associate_id, key.sign, lambda: nonce_of(secrets.token_bytes(NONCE_BYTES)))
        with self._lock:
            self._inside.setdefault(associate_id, []).append(acting)

    def left(self, associate_id: str) -> None:
        """One of their sessions is over; with the last one the key is forgotten."""
        with self._lock:
            sessions = self._inside.get(associate_id, [])
            if sessions:
                sessions.pop(0)
            if not sessions:
                self._inside.pop(associate_id, None)

    def acting(self, associate_id: str) -> Acting | None:
        """The associate as the one who acts; None where they are not signed in by a key."""
        with self._lock:
            sessions = self._inside.get(associate_id, [])
            return sessions[-1] if sessions else None

    def ask(
        self, engine: EngineHost, associate_id: str, work: Callable[[ManagingCalls], Awaitable[T]]
    ) -> Signal[Asked[T]]:
        """How the question stands, asked by the engine in that associate's name."""
        acting = self.acting(associate_id)
        if acting is None:
            return Signal(Asked(AskedStage.FAILED, code=NO_KEY))

        async def in_their_name(api: SwitchableApi) -> T:
            return await work(ManagingCalls(api, acting))

        return engine.ask(in_their_name)

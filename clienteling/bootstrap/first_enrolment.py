"""A device that has not enrolled yet: the first screen asks for server and code, and the app opens behind it.

The program goes on as it would after a start: the store is made, the engine begins, and the screens come in the same
window.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

import httpx

from clienteling.bootstrap.credentials import is_web_address
from clienteling.bootstrap.enrolment import take_code
from clienteling.bootstrap.running import Running
from clienteling.domain.brand import Brand
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.loopback import leaves_unencrypted
from clienteling.settings import DeviceSettings
from clienteling.use_cases.front_door import FirstDoor
from clienteling.use_cases.services import Services
from sync.protocol.errors import EnrolmentLimited, EnrolmentRefused, SyncError
from sync.protocol.times import Clock

Opening = Callable[[DeviceSettings], AbstractContextManager[Running]]
"""What opens the device that has enrolled, and closes it at the block's end."""


class FirstEnrolment:
    """Enrols once. Thread-safe; the program has the data directory to itself. `close` it at the program's end."""

    def __init__(
        self,
        settings: DeviceSettings,
        opening: Opening,
        *,
        now: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.opened: Signal[Services | None] = Signal(None)
        self._settings, self._opening, self._now, self._transport = settings, opening, now, transport
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self.running: Running | None = None

    def door(self, brand: Brand) -> FirstDoor:
        return FirstDoor(brand, self.opened, self._settings.central_url, self.enrol)

    def enrol(self, server: str, code: str) -> None:
        """The device is enrolled and open when this returns; somebody else's press meanwhile changes nothing."""
        with self._lock:
            if self.running is not None:
                return
            settings = self._settings.model_copy(update={"central_url": self._address(server)})
            try:
                take_code(settings, code, now=self._now, transport=self._transport)
            except (EnrolmentRefused, EnrolmentLimited) as refused:
                raise ValidationFailed("code", refused.code) from refused
            except SyncError as error:
                raise ValidationFailed("server", _why(error)) from error
            self.running = self._stack.enter_context(self._opening(settings))
            self.opened.publish(self.running.services)

    def _address(self, typed: str) -> str:
        """The address as it is kept; https where nothing else is said. Raises ValidationFailed(server)."""
        address = typed.strip()
        if address and "://" not in address:
            address = f"https://{address}"
        if not is_web_address(address):
            raise ValidationFailed("server", "first.bad_address")
        if leaves_unencrypted(address) and not self._settings.plain_http:
            raise ValidationFailed("server", "first.plain_address")
        return address.rstrip("/")

    def close(self) -> None:
        """The device is closed, where it was open."""
        with self._lock:
            self.opened.publish(None)
            self._stack.close()
            self.running = None


def _why(error: SyncError) -> str:
    return "first.no_server" if error.code == "sync.unreachable" else error.code

"""Who works here now: a PIN of six digits on a device that several share, also without a network.

PINs are in force on a device once there is one: whoever has none cannot come in there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from clienteling.domain.errors import ValidationFailed
from clienteling.domain.offline_lease import MOST_HOURS, refuse_ended
from sync.protocol.times import Clock

IDLE_LOCK_S: Final = 120


class Pins(Protocol):
    """The PINs of this device, and what they open."""

    def holders(self) -> frozenset[str]: ...

    def open(self, associate_id: str, pin: str) -> bytes: ...

    def change_pin(self, associate_id: str, pin: str, new_pin: str) -> None: ...


class ChangePin(Protocol):
    def __call__(self, associate_id: str, *, pin: str, new_pin: str, again: str) -> None: ...


@dataclass(frozen=True, slots=True)
class SignInServices:
    """What screens may do with PINs. All may take a second; call them in a thread.

    holders     ids of the associates who have one; empty where PINs are not in force
    sign_in     raises PinWrong, PinWaits, PinGone, PinExpired, LeaseEnded
    change_pin  raises the same, and ValidationFailed
    idle_s      after so long without a touch the screen is locked
    """

    holders: Callable[[], frozenset[str]]
    sign_in: Callable[[str, str], None]
    change_pin: ChangePin
    idle_s: float


def sign_in_services(
    pins: Pins,
    *,
    synced_at: Callable[[], datetime | None],
    now: Clock,
    idle_s: float = IDLE_LOCK_S,
    lease_hours: int = MOST_HOURS,
) -> SignInServices:
    """The services over the device's PINs. `synced_at`: when the device last heard of its server."""
    let_in = partial(sign_in, pins, synced_at=synced_at, now=now, lease_hours=lease_hours)
    return SignInServices(pins.holders, let_in, partial(change_pin, pins), idle_s)


def sign_in(
    pins: Pins,
    associate_id: str,
    pin: str,
    *,
    synced_at: Callable[[], datetime | None],
    now: Clock,
    lease_hours: int,
) -> None:
    """Nothing, where the PIN is theirs, and the server was heard of not longer than `lease_hours` ago.

    Raises PinWrong, PinWaits, PinGone, PinExpired; LeaseEnded only to whoever has the PIN.
    """
    pins.open(associate_id, pin)
    refuse_ended(synced_at(), now(), hours=lease_hours)


def change_pin(pins: Pins, associate_id: str, *, pin: str, new_pin: str, again: str) -> None:
    """The new PIN holds when this returns; `again` is it typed once more.

    Raises ValidationFailed(pin.six_digits, pin.too_easy, pin.not_the_same), and what `sign_in` raises.
    """
    if new_pin != again:
        raise ValidationFailed("again", "pin.not_the_same")
    pins.change_pin(associate_id, pin, new_pin)

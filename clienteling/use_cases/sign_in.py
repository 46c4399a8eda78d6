"""Who works here now: a PIN of six digits on a device that several share, also without a network.

PINs are in force on a device once there is one: whoever has none cannot come in there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from clienteling.domain.errors import ValidationFailed

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
    sign_in     raises PinWrong, PinWaits, PinGone, PinExpired
    change_pin  raises the same, and ValidationFailed
    idle_s      after so long without a touch the screen is locked
    """

    holders: Callable[[], frozenset[str]]
    sign_in: Callable[[str, str], None]
    change_pin: ChangePin
    idle_s: float


def sign_in_services(pins: Pins, *, idle_s: float = IDLE_LOCK_S) -> SignInServices:
    """The services over the device's PINs."""
    return SignInServices(pins.holders, partial(sign_in, pins), partial(change_pin, pins), idle_s)


def sign_in(pins: Pins, associate_id: str, pin: str) -> None:
    """Nothing, where the PIN is theirs. Raises PinWrong, PinWaits, PinGone, PinExpired."""
    pins.open(associate_id, pin)


def change_pin(pins: Pins, associate_id: str, *, pin: str, new_pin: str, again: str) -> None:
    """The new PIN holds when this returns; `again` is it typed once more.

    Raises ValidationFailed(pin.six_digits, pin.too_easy, pin.not_the_same), and what `sign_in` raises.
    """
    if new_pin != again:
        raise ValidationFailed("again", "pin.not_the_same")
    pins.change_pin(associate_id, pin, new_pin)

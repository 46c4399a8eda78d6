"""Who works here now: a PIN of six digits on a device that several share, also without a network.

PINs are in force on a device once there is one: whoever has none cannot come in there.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from clienteling.domain.access import Access
from clienteling.domain.errors import LeaseEnded, SignInRefused, ValidationFailed
from clienteling.domain.offline_lease import MOST_HOURS, refuse_ended
from sync.protocol.leases import Lease
from sync.protocol.times import Clock

IDLE_LOCK_S: Final = 120
MOST_S: Final = 12 * 3600
"""A shift, and time to close the till."""


NO_LEASE: Final = "sign_in.no_lease"
NO_KEY: Final = "sign_in.no_key"
"""Codes of LeaseEnded for those whose work the server would not take."""
NOBODY: Final = ""
"""Who holds the PINs of a device on which nobody has one, and nobody comes in without."""


class Keys(Protocol):
    """What a PIN opens."""

    @property
    def store_key(self) -> bytes: ...

    @property
    def signing_key(self) -> bytes: ...


class Pins(Protocol):
    """The PINs of this device, and what they open."""

    def holders(self) -> frozenset[str]: ...

    def open(self, associate_id: str, pin: str) -> Keys: ...

    def change_pin(self, associate_id: str, pin: str, new_pin: str) -> None: ...


class ChangePin(Protocol):
    def __call__(self, associate_id: str, *, pin: str, new_pin: str, again: str) -> None: ...


class NewPin(Protocol):
    def __call__(self, associate_id: str, *, code: str, pin: str, again: str) -> None: ...


TakeCode = Callable[[str, str, str], None]
"""Gives an associate a PIN for a code that a manager made. Raises ValidationFailed, SignInRefused, DeviceNotSetUp."""


Note = Callable[[Access, str, Mapping[str, str | int]], None]
"""Keeps what happened, to which associate, and why. Raises where it cannot."""


def unnoted(what: Access, associate_id: str, details: Mapping[str, str | int]) -> None:
    """For a device that keeps no log."""


@dataclass(frozen=True, slots=True)
class SignInServices:
    """What screens may do with PINs. All may take a second; call them in a thread.

    holders     ids of the associates who have one, NOBODY's where none has and everybody needs one; empty where PINs
                are not in force
    sign_in     raises PinWrong, PinWaits, PinGone, PinExpired, LeaseEnded
    confirm     the same PIN once more, of somebody who is in; raises what `sign_in` raises
    may_stay    whether somebody who is in may go on: not once their PIN was removed, or the server has said that it
                takes nothing of theirs
    sign_out    raises where it cannot be noted; who left has left all the same
    change_pin  raises what `sign_in` raises, and ValidationFailed
    new_pin     for a code that a manager made; needs the network. Raises SignInRefused, ValidationFailed,
                DeviceNotSetUp; None where the device's server makes no codes
    idle_s      after so long without a touch the screen is locked
    most_s      and so long after the PIN, whatever is touched
    """

    holders: Callable[[], frozenset[str]]
    sign_in: Callable[[str, str], None]
    confirm: Callable[[str, str], None]
    sign_out: Callable[[str], None]
    change_pin: ChangePin
    idle_s: float
    new_pin: NewPin | None = None
    most_s: float = MOST_S
    may_stay: Callable[[str], bool] = lambda associate_id: True


class LeaseOf(Protocol):
    """The lease by which an associate may come in now; None where the server takes what anybody writes.

    Raises LeaseEnded for one who has a key, or had one, and no lease that holds; and for one without a key where the
    server asks for keys.
    """

    def __call__(self, associate_id: str, *, now: datetime, heard_at: datetime | None, hours: int) -> Lease | None: ...


def unleased(associate_id: str, *, now: datetime, heard_at: datetime | None, hours: int) -> Lease | None:
    """For a device that has no leases."""
    return None


@dataclass(frozen=True, slots=True)
class Door:
    """What signing in goes by.

    synced_at    when the device last heard of its server
    came_in      is told of whoever came in, with what their PIN opened; `left` of whoever left
    lease_hours  for how long after that it lets people in
    take_code    None where the device's server makes no codes
    lease_of     what the server said of those who have a key here
    asks_for_keys  whether it takes nothing here from anybody else
    """

    pins: Pins
    synced_at: Callable[[], datetime | None]
    now: Clock
    lease_hours: int = MOST_HOURS
    note: Note = unnoted
    take_code: TakeCode | None = None
    lease_of: LeaseOf = unleased
    asks_for_keys: Callable[[], bool] = lambda: False
    came_in: Callable[[str, Keys], None] = lambda associate_id, keys: None
    left: Callable[[str], None] = lambda associate_id: None


def sign_in_services(door: Door, *, idle_s: float = IDLE_LOCK_S) -> SignInServices:
    """The services over the device's PINs."""
    return SignInServices(
        partial(holders, door),
        partial(sign_in, door),
        partial(confirm, door),
        partial(sign_out, door),
        partial(change_pin, door),
        idle_s,
        partial(new_pin, door, door.take_code) if door.take_code is not None else None,
        may_stay=partial(may_stay, door),
    )


def holders(door: Door) -> frozenset[str]:
    """Ids of those who have a PIN here; NOBODY's where none has, and the server takes nothing from whom it does not
    know here."""
    return door.pins.holders() or (frozenset({NOBODY}) if door.asks_for_keys() else frozenset())


def may_stay(door: Door, associate_id: str) -> bool:
    """Whether their PIN is still there where PINs are needed, and what they write here is taken, as far as the server
    has told; how long ago is no matter."""
    known = holders(door)
    if known and associate_id not in known:
        return False
    try:
        door.lease_of(associate_id, now=door.now(), heard_at=door.synced_at(), hours=door.lease_hours)
    except LeaseEnded as ended:
        return ended.code not in (NO_KEY, NO_LEASE)
    return True


def sign_in(door: Door, associate_id: str, pin: str) -> None:
    """Nothing, where the PIN is theirs, the server was heard of lately, and the log says that they came in.

    Raises PinWrong, PinWaits, PinGone, PinExpired; LeaseEnded only to whoever has the PIN.
    """
    with _failures_noted(door, associate_id):
        keys = door.pins.open(associate_id, pin)
        refuse_unleased(door, associate_id)
    door.note(Access.SIGNED_IN, associate_id, {})
    door.came_in(associate_id, keys)


def confirm(door: Door, associate_id: str, pin: str) -> None:
    """Nothing, where the PIN is theirs. Raises PinWrong, PinWaits, PinGone, PinExpired."""
    with _failures_noted(door, associate_id):
        door.pins.open(associate_id, pin)


def refuse_unleased(door: Door, associate_id: str) -> None:
    """Nothing, where they may come in now: by their lease, or where nobody needs a key by the last sync.

    Raises LeaseEnded.
    """
    synced_at, now = door.synced_at(), door.now()
    if door.lease_of(associate_id, now=now, heard_at=synced_at, hours=door.lease_hours) is None:
        refuse_ended(synced_at, now, hours=door.lease_hours)


def sign_out(door: Door, associate_id: str) -> None:
    """The log says that they left."""
    door.left(associate_id)
    door.note(Access.SIGNED_OUT, associate_id, {})


def change_pin(door: Door, associate_id: str, *, pin: str, new_pin: str, again: str) -> None:
    """The new PIN holds when this returns; `again` is it typed once more.

    Raises ValidationFailed(pin.six_digits, pin.too_easy, pin.not_the_same), and what `sign_in` raises.
    """
    if new_pin != again:
        raise ValidationFailed("again", "pin.not_the_same")
    with _failures_noted(door, associate_id):
        door.pins.change_pin(associate_id, pin, new_pin)


def new_pin(door: Door, take_code: TakeCode, associate_id: str, *, code: str, pin: str, again: str) -> None:
    """The PIN is theirs when this returns; `again` is it typed once more. The log says who could not.

    Raises ValidationFailed(pin.six_digits, pin.too_easy, pin.not_the_same), SignInRefused, DeviceNotSetUp.
    """
    if pin != again:
        raise ValidationFailed("again", "pin.not_the_same")
    with _failures_noted(door, associate_id):
        take_code(associate_id, code, pin)


@contextmanager
def _failures_noted(door: Door, associate_id: str) -> Iterator[None]:
    try:
        yield
    except SignInRefused as refused:
        door.note(Access.SIGN_IN_FAILED, associate_id, {"code": refused.code})
        raise

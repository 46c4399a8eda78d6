"""A device that is closed: its store opens with an associate's PIN, and closes when the last of them has left.

Until then there is nothing to show but names, and nothing in memory that would open the store.
"""

from collections.abc import Callable
from dataclasses import dataclass

from clienteling.domain.brand import Brand
from clienteling.domain.signals import Signal
from clienteling.domain.views import AssociateView
from clienteling.use_cases.resolve_scan import decode_frame
from clienteling.use_cases.services import Services
from clienteling.use_cases.sign_in import NewPin
from sync.protocol.spoken_codes import ENROLMENT_PREFIX


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """What the first screen of a closed device may do. All but `opened` may take seconds; call them in a thread.

    opened   the services while the device is open, None while it is closed
    names    of those who have a PIN here
    come_in  opens the device for this associate's PIN; `visitor` names the session that is in from then on. Raises
             PinWrong, PinWaits, PinGone, PinExpired, LeaseEnded, and what opening the store raises
    leave    that session is out; the device closes behind the last one
    new_pin  a PIN for a code that a manager made, also while the device is closed
    """

    brand: Brand
    opened: Signal[Services | None]
    names: Callable[[], tuple[AssociateView, ...]]
    come_in: Callable[[str, str, int], None]
    leave: Callable[[int], None]
    new_pin: NewPin


def enrolment_codes(frame: bytes, thorough: bool) -> tuple[str, ...]:
    """Those in view: a label or a card beside them is not taken for one."""
    return tuple(one for one in decode_frame(frame, thorough) if one.startswith(ENROLMENT_PREFIX))


@dataclass(frozen=True, slots=True)
class FirstDoor:
    """What the first screen of a device may do that has not enrolled yet.

    opened  the services from the enrolment on, None before
    server  the address of the central profile API, where somebody has named it
    enrol   takes an address and a code, asks the server, and opens the device. Takes seconds; call it in a thread.
            Raises ValidationFailed of `server` or `code`, and what opening the store raises
    decode  the enrolment codes in a camera's picture
    """

    brand: Brand
    opened: Signal[Services | None]
    server: str
    enrol: Callable[[str, str], None]
    decode: Callable[[bytes, bool], tuple[str, ...]] = enrolment_codes

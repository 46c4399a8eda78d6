"""PINs for tests: real ones, whose tries cost next to nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from clienteling.sign_in.sealing import Cost
from clienteling.sign_in.slots import SLOTS_FILE, PinSlots
from tests.support.fake_services import ASSOCIATES
from tests.support.fakes import FakeClock

CHEAP: Final = Cost(memory_kib=8, passes=1, lanes=1)
RINA, DEDI = ASSOCIATES[0], ASSOCIATES[1]
PIN, OTHER, WRONG = "739154", "204867", "555444"
KEY: Final = bytes(range(32))
SECRET: Final = b"s" * 32


def slots_in(
    folder: Path, clock: FakeClock, *, device_secret: Callable[[], bytes] = lambda: SECRET, folder_id: str = "a1b2"
) -> PinSlots:
    """The PINs of a data directory, none at first."""
    return PinSlots(
        folder / SLOTS_FILE,
        folder_id=folder_id,
        device_secret=device_secret,
        now=clock,
        today=lambda: clock().date(),
        cost=CHEAP,
    )


def pins_of_two(folder: Path, clock: FakeClock) -> PinSlots:
    """Rina's PIN is `PIN`, Dedi's `OTHER`; both open `KEY`."""
    slots = slots_in(folder, clock)
    slots.set_pin(RINA.id, PIN, KEY)
    slots.set_pin(DEDI.id, OTHER, KEY)
    return slots

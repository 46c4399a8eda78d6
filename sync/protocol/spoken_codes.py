"""Codes that people read aloud and type: which characters they are made of, how long they are, and a new one.

The side that prints them and the side that reads them must agree.
"""

from random import Random
from typing import Final

SPOKEN_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters that are not taken for one another: no 0, O, 1, I, L."""

HANDOVER_CHARS: Final = 6
HANDOVER_PREFIX: Final = "SERAH"
"""Before a hyphen and the code in its QR symbol."""
ENROLMENT_CHARS: Final = 8


def new_spoken_code(chars: int, random: Random) -> str:
    """A code of so many characters, each as likely as any other; `random` decides whether it can be guessed."""
    return "".join(random.choice(SPOKEN_ALPHABET) for _ in range(chars))

"""Codes that people read aloud and type: which characters they are made of, how long they are, and a new one.

The side that prints them and the side that reads them must agree.
"""

import re
from random import Random
from typing import Final

SPOKEN_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters that are not taken for one another: no 0, O, 1, I, L."""

HANDOVER_CHARS: Final = 6
HANDOVER_PREFIX: Final = "SERAH"
"""Before a hyphen and the code in its QR symbol."""
ENROLMENT_PREFIX: Final = "ENROL"
ENROLMENT_CHARS: Final = 8


def new_spoken_code(chars: int, random: Random) -> str:
    """A code of so many characters, each as likely as any other; `random` decides whether it can be guessed."""
    return "".join(random.choice(SPOKEN_ALPHABET) for _ in range(chars))


_ENROLMENT: Final = re.compile(rf"[{SPOKEN_ALPHABET}]{{{ENROLMENT_CHARS}}}")
_BETWEEN: Final = re.compile(r"[\s-]")


def read_enrolment_code(typed: str) -> str | None:
    """The code's one form, however it was typed or scanned: `enrol-k7m2 pxqr` is `K7M2PXQR`. None where it is none.

    What is misread for another character is seen here, because neither 0 nor O, 1, I or L is in any code.
    """
    upper = typed.strip().upper() if typed.isascii() else ""
    begins = upper.startswith(ENROLMENT_PREFIX)
    compact = _BETWEEN.sub("", upper[len(ENROLMENT_PREFIX) :] if begins else upper)
    found = _ENROLMENT.fullmatch(compact)
    return compact if found else None


def show_enrolment_code(code: str) -> str:
    """The code in two halves, as people read it aloud."""
    half = ENROLMENT_CHARS // 2
    return f"{code[:half]}-{code[half:]}"


def enrolment_symbol(code: str) -> str:
    """What the code's QR symbol holds."""
    return f"{ENROLMENT_PREFIX}-{code}"

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
ONE_TIME_CHARS: Final = 8
"""Of codes that are taken once: a device's to enrol, an associate's to sign in."""


def new_spoken_code(chars: int, random: Random) -> str:
    """A code of so many characters, each as likely as any other; `random` decides whether it can be guessed."""
    return "".join(random.choice(SPOKEN_ALPHABET) for _ in range(chars))


_ONE_TIME: Final = re.compile(rf"[{SPOKEN_ALPHABET}]{{{ONE_TIME_CHARS}}}")
_BETWEEN: Final = re.compile(r"[\s-]")


def read_enrolment_code(typed: str) -> str | None:
    """The code's one form, however it was typed or scanned: `enrol-k7m2 pxqr` is `K7M2PXQR`. None where it is none.

    What is misread for another character is seen here, because neither 0 nor O, 1, I or L is in any code.
    """
    upper = typed.strip().upper() if typed.isascii() else ""
    begins = upper.startswith(ENROLMENT_PREFIX)
    return read_one_time_code(upper[len(ENROLMENT_PREFIX) :] if begins else upper)


def read_one_time_code(typed: str) -> str | None:
    """The code's one form, without anything before it. None where it is none."""
    compact = _BETWEEN.sub("", typed.upper()) if typed.isascii() else ""
    return compact if _ONE_TIME.fullmatch(compact) else None


def show_one_time_code(code: str) -> str:
    """The code in two halves, as people read it aloud."""
    half = ONE_TIME_CHARS // 2
    return f"{code[:half]}-{code[half:]}"


def enrolment_symbol(code: str) -> str:
    """What the code's QR symbol holds."""
    return f"{ENROLMENT_PREFIX}-{code}"

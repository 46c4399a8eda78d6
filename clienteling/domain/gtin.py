"""GTINs of 14 digits: their check digit, and how people read them.

Source: GS1 General Specifications 7.9 (check digits), 3.3 (GTIN-8, -12 and -13 are filled up with zeros at the left).
"""

from typing import Final

_PRINTED_LENGTHS: Final = (8, 12, 13)


def has_right_check_digit(gtin: str) -> bool:
    """Whether these are 14 digits, the last of which is the check digit of those before it."""
    if len(gtin) != 14 or not (gtin.isascii() and gtin.isdecimal()):
        return False
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(gtin[:-1]))
    return (10 - total % 10) % 10 == int(gtin[-1])


def printed_gtin(gtin: str) -> str:
    """The number as it stands below a barcode: 8, 12 or 13 digits where it is one of those, else all 14."""
    for length in _PRINTED_LENGTHS:
        if len(gtin) == 14 and not gtin[:-length].strip("0"):
            return gtin[-length:]
    return gtin

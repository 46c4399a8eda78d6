"""What of a phone number may stand beside a name without giving the number away, and what of it is dialled."""

import re
from typing import Final

_BETWEEN_DIGITS: Final = re.compile(r"[\s().-]")
_DIALLED: Final = re.compile(r"\+?[0-9]{3,15}")


def dialled(phone: str) -> str:
    """The number for a `tel:` address (RFC 3966), "" for a text that has more in it than a number."""
    plain = _BETWEEN_DIGITS.sub("", phone)
    return plain if _DIALLED.fullmatch(plain) else ""


def last_digits(phone: str) -> str:
    """The last four digits, which tell people of one name apart; "" for fewer than four."""
    digits = "".join(one for one in phone if one.isdigit())
    return digits[-4:] if len(digits) >= 4 else ""

"""GS1 numbers and application identifiers: check digits, GTIN-14, element strings.

`biip` holds the table of application identifiers and their patterns. It is lenient in places, which this module closes:
it reports a wrong check digit beside the result instead of refusing, and knows no check digit for 253, 255, 402, 8003,
8006, 8013, 8017, 8018 and 8026; `\\d` in its patterns takes any script's digits.
Source: GS1 General Specifications 7.9 (check digits and check character pairs), 7.8 (element strings); the parts that
carry a check digit are those marked `csum` in the GS1 Barcode Syntax Dictionary.
"""

import re
from collections.abc import Iterable

from biip import ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gs1_application_identifiers import GS1ApplicationIdentifier
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message
from biip.upc import Upc

from clienteling.scanning.errors import ScanError, ScanRefused

GTIN_LENGTHS = (8, 12, 13, 14)

_CHECKED_PART: dict[str, slice] = {
    **dict.fromkeys(("00", "8017", "8018"), slice(0, 18)),
    **dict.fromkeys(("01", "02", "03", "8006", "8026"), slice(0, 14)),
    **dict.fromkeys((str(ai) for ai in range(410, 418)), slice(0, 13)),
    **dict.fromkeys(("253", "255"), slice(0, 13)),
    "402": slice(0, 17),
    "8003": slice(1, 14),  # after the leading zero
}

_CSET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_CSET_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)

MAX_ELEMENTS_CHARS = 1_000
"""Far more than a barcode in a shop holds. `biip` takes time with the square of the length."""

_BRACKETED_AI = re.compile(r"\(([0-9]{2,4})\)")


def is_digits(text: str) -> bool:
    """Whether the text is digits 0-9 only, and at least one; other scripts' digits are not."""
    return text.isascii() and text.isdecimal()


def has_valid_check_digit(text: str) -> bool:
    """Whether the last of two or more digits is the GS1 check digit of those before it."""
    return len(text) >= 2 and is_digits(text) and int(text[-1]) == gs1_standard_check_digit(text[:-1])


def gtin14(text: str) -> str:
    """The 14-digit GTIN of an EAN-8, UPC-A, EAN-13, GTIN-14 or, failing the first, an eight-digit UPC-E.

    `02345673` is read as the GTIN-8 it validly is, although it would be a UPC-E too. Raises ScanRefused.
    """
    if not is_digits(text) or len(text) not in GTIN_LENGTHS:
        raise ScanRefused(ScanError.WRONG_LENGTH)
    gtin = text.zfill(14) if has_valid_check_digit(text) else upc_e_gtin14(text)
    if gtin is None:
        raise ScanRefused(ScanError.WRONG_CHECK_DIGIT)
    return gtin


def upc_e_gtin14(text: str) -> str | None:
    """The 14-digit GTIN that eight digits shorten as UPC-E, None where they are none.

    More than half of all UPC-E numbers are a valid GTIN-8 too, so a scanner that sends eight digits leaves it open.
    """
    if len(text) != 8 or not is_digits(text):
        return None
    try:
        return Upc.parse(text).as_upc_a().zfill(14)
    except ParseError:
        return None


def is_known_ai(ai: str) -> bool:
    """Whether GS1 assigns this application identifier."""
    try:
        return is_digits(ai) and GS1ApplicationIdentifier.extract(ai).ai == ai
    except ParseError:
        return False


def checked_element(ai: str, value: str) -> tuple[str, str]:
    """The pair, once the identifier is known and the value has its characters, length, date and check digit right.

    Raises ScanRefused.
    """
    if not is_known_ai(ai):
        raise ScanRefused(ScanError.UNKNOWN_AI)
    if not value.isascii():
        raise ScanRefused(ScanError.BAD_AI_VALUE)
    try:
        element = GS1ElementString.parse(ai + value)
    except ParseError as exc:
        raise ScanRefused(ScanError.BAD_AI_VALUE) from exc
    return _with_right_check_digit(ai, element.value)


def bracketed_elements(text: str) -> tuple[tuple[str, str], ...]:
    """The elements of a printed line such as `(01)09521234543213(10)ABC`. Raises ScanRefused."""
    _refuse_too_long(text)
    before, *parts = _BRACKETED_AI.split("".join(text.split()))
    if before or not parts:
        raise ScanRefused(ScanError.BAD_AI_VALUE)
    return _without_duplicates(checked_element(ai, value) for ai, value in zip(parts[::2], parts[1::2], strict=True))


def barcode_elements(text: str) -> tuple[tuple[str, str], ...]:
    """The elements of what a GS1 barcode carries: identifiers and values run together, separated by GS (U+001D).

    Raises ScanRefused.
    """
    _refuse_too_long(text)
    if not text.isascii():
        raise ScanRefused(ScanError.BAD_AI_VALUE)
    try:
        message = GS1Message.parse(text)
    except ParseError as exc:
        raise ScanRefused(ScanError.BAD_AI_VALUE) from exc
    if not message.element_strings:
        raise ScanRefused(ScanError.BAD_AI_VALUE)
    return _without_duplicates(_with_right_check_digit(part.ai.ai, part.value) for part in message.element_strings)


def gtin_of(ais: Iterable[tuple[str, str]]) -> str | None:
    """The product's GTIN (identifier 01) among the elements."""
    return next((value for ai, value in ais if ai == "01"), None)


def check_character_pair(text: str) -> str:
    """The two check characters of a Global Model Number, for the text before them (23 characters at most)."""
    weighted = sum(_CSET_82.index(char) * prime for char, prime in zip(reversed(text), _PRIMES, strict=False))
    remainder = weighted % 1021
    return _CSET_32[remainder >> 5] + _CSET_32[remainder & 31]


def _refuse_too_long(elements: str) -> None:
    if len(elements) > MAX_ELEMENTS_CHARS:
        raise ScanRefused(ScanError.TOO_LONG)


def _with_right_check_digit(ai: str, value: str) -> tuple[str, str]:
    part = _CHECKED_PART.get(ai)
    if part is not None and not has_valid_check_digit(value[part]):
        raise ScanRefused(ScanError.WRONG_CHECK_DIGIT)
    if ai == "8013" and (len(value) < 3 or check_character_pair(value[:-2]) != value[-2:]):
        raise ScanRefused(ScanError.WRONG_CHECK_DIGIT)
    return ai, value


def _without_duplicates(elements: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """All the elements in order; a scanner may repeat one with the same value, not with another."""
    kept: dict[str, str] = {}
    for ai, value in elements:
        if kept.setdefault(ai, value) != value:
            raise ScanRefused(ScanError.DUPLICATE_AI)
    return tuple(kept.items())

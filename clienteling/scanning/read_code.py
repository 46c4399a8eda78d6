"""From whatever was scanned, typed or decoded to what it means: one function for camera, picture, wedge and keyboard.

Order of the questions, the first that fits wins: our own short codes, GS1 barcodes that say so (a symbology identifier,
FNC1, brackets), addresses, codes made for other programs, digits, and last, text that may be the retailer's own SKU.
Nothing is ever opened; a link is only read.
"""

import re
import unicodedata
from dataclasses import replace

from biip.symbology import GS1Symbology

from clienteling.domain.codes import MAX_CODE_CHARS, ScanKind, ScannedCode
from clienteling.scanning.code_rules import CodeRules
from clienteling.scanning.digital_link import DigitalLink, link_host, parse_strict, parse_tolerant
from clienteling.scanning.errors import ScanError, ScanRefused
from clienteling.scanning.gs1_values import (
    barcode_elements,
    bracketed_elements,
    gtin14,
    gtin_of,
    has_valid_check_digit,
    is_digits,
    upc_e_gtin14,
)
from sync.protocol.spoken_codes import HANDOVER_CHARS, ONE_TIME_CHARS, SPOKEN_ALPHABET

_BLANKS = " \t\r\n\ufeff"
"""What scanners and clipboards put around a code. Not `str.strip()`: that takes GS (U+001D) away, which means FNC1."""

_SYMBOLOGY = re.compile(r"\](?P<name>[A-Za-z][0-9A-Za-z])(?P<content>.*)", re.ASCII | re.DOTALL)
_UNSEEN_OR_MARK = re.compile(r"(?:\][A-Za-z][0-9A-Za-z]|\W)*")
_WEB_ADDRESS = re.compile(r"(?:https?:|www\.)", re.IGNORECASE | re.ASCII)
_ANY_ADDRESS = re.compile(r"(?P<scheme>[A-Z][A-Z0-9+.-]{1,31})://", re.IGNORECASE | re.ASCII)
_SPACED_DIGITS = re.compile(r"[0-9](?:[ -]?[0-9])*", re.ASCII)
_UNMARKED_ELEMENTS = re.compile(r"01(?P<gtin>[0-9]{14})|00(?P<sscc>[0-9]{18})\Z", re.ASCII)
_MAYBE_SKU = re.compile(r"[0-9A-Za-z][ -~]{0,63}", re.ASCII)
_CARD_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{3,39}", re.ASCII)

_OTHER_PROGRAMS: tuple[tuple[str, ScanError], ...] = (
    ("WIFI:", ScanError.WIFI_NETWORK),
    ("BEGIN:VCARD", ScanError.CONTACT_CARD),
    ("MECARD:", ScanError.CONTACT_CARD),
    ("BIZCARD:", ScanError.CONTACT_CARD),
    ("OTPAUTH:", ScanError.ONE_TIME_PASSWORD),
    ("OTPAUTH-MIGRATION:", ScanError.ONE_TIME_PASSWORD),
    *(
        (f"{scheme}:", ScanError.FOREIGN_LINK)
        for scheme in (
            *("MAILTO", "MATMSG", "TEL", "SMS", "SMSTO", "MMSTO", "WHATSAPP", "GEO", "BEGIN"),
            *("FILE", "DATA", "BLOB", "ABOUT", "JAVASCRIPT", "VBSCRIPT", "INTENT", "MARKET", "URN"),
            *("UPI", "BITCOIN", "ETHEREUM", "FIDO", "DPP"),
        )
    ),
)
"""How codes for other programs begin, in upper case. What they hold can be secret, so only the name is kept."""

_NOT_A_DIGITAL_LINK = (ScanError.BAD_LINK, ScanError.NO_GS1_KEY, ScanError.UNKNOWN_AI)


def read_code(text: str, *, rules: CodeRules) -> ScannedCode:
    """What the text means; never raises, whatever the text.

    A hand-over code typed without its prefix, and digits that fail their check digit, may still be the retailer's SKU:
    where `value` leads nowhere the caller looks that up. Text that may be a SKU is `unknown` without an error.
    """
    stripped = text.strip(_BLANKS)
    try:
        _refuse_unreadable(stripped)
        code = _read(stripped, rules)
    except ScanRefused as refused:
        code = ScannedCode(input=text, kind=ScanKind.UNKNOWN, error=refused.error)
    if code.kind is ScanKind.UNKNOWN and code.value is None:
        code = _secret_of_another_program(stripped) or code
    return replace(code, input=text)


def read_digital_link(text: str, *, rules: CodeRules) -> ScannedCode:
    """What the text means as a Digital Link in strict form and nothing else; never raises."""
    try:
        return _linked(text, parse_strict(text), rules)
    except ScanRefused as refused:
        is_address = _WEB_ADDRESS.match(text) is not None
        foreign = is_address and link_host(text[:MAX_CODE_CHARS]) not in rules.own_hosts
        return ScannedCode(input=text, kind=ScanKind.UNKNOWN, error=refused.error, foreign_host=foreign)


def _refuse_unreadable(text: str) -> None:
    if not text:
        raise ScanRefused(ScanError.EMPTY)
    if len(text) > MAX_CODE_CHARS:
        raise ScanRefused(ScanError.TOO_LONG)
    if text.isascii() and text.isprintable():
        return
    categories = {unicodedata.category(character) for character in text if character not in "\t\r\n\x1d"}
    if "Cs" in categories:
        raise ScanRefused(ScanError.NOT_TEXT)
    if "Cc" in categories:
        raise ScanRefused(ScanError.CONTROL_CHARACTER)
    if "Cf" in categories:
        raise ScanRefused(ScanError.HIDDEN_CHARACTER)


def _read(text: str, rules: CodeRules) -> ScannedCode:
    return (
        _own_short_code(text, rules)
        or _marked_barcode(text, rules)
        or _address(text, rules)
        or _other_program(text)
        or _digits(text)
        or _unmarked_barcode(text)
        or _maybe_sku(text)
    )


def _own_short_code(text: str, rules: CodeRules) -> ScannedCode | None:
    if not text.isascii():  # ß in upper case is SS
        return None
    upper = text.upper()
    compact = "".join(upper.split())
    for prefix, length, kind, error in (
        (rules.handover_prefix, HANDOVER_CHARS, ScanKind.HANDOVER, ScanError.BAD_HANDOVER_CODE),
        (rules.enrolment_prefix, ONE_TIME_CHARS, ScanKind.ENROLMENT, ScanError.BAD_ENROLMENT_CODE),
    ):
        spoken = compact.removeprefix(prefix.upper()).removeprefix("-")
        if len(compact) >= len(prefix) + length and compact.startswith(prefix.upper()) and _is_spoken(spoken, length):
            return ScannedCode(input=text, kind=kind, value=spoken)
        if upper.startswith(f"{prefix.upper()}-"):
            return ScannedCode(input=text, kind=ScanKind.UNKNOWN, error=error, value=text)
    if _is_spoken(upper, HANDOVER_CHARS):
        return ScannedCode(input=text, kind=ScanKind.HANDOVER, value=upper)
    if compact.startswith(rules.loyalty_prefixes) and _CARD_NUMBER.fullmatch(compact):
        return ScannedCode(input=text, kind=ScanKind.LOYALTY, value=compact)
    return None


def _is_spoken(text: str, length: int) -> bool:
    return len(text) == length and all(character in SPOKEN_ALPHABET for character in text)


def _marked_barcode(text: str, rules: CodeRules) -> ScannedCode | None:
    """A barcode that says what it is: ISO/IEC 15424 identifier, FNC1 as GS, or brackets as printed below the bars."""
    marked = _SYMBOLOGY.fullmatch(text)
    if marked is not None:
        return _with_symbology(marked["name"], marked["content"].strip(_BLANKS), rules)
    if text.startswith("(") and text[1:3].isdigit():
        return _elements(text, bracketed_elements(text))
    if "\x1d" in text:
        return _elements(text, barcode_elements(text))
    return None


def _with_symbology(name: str, content: str, rules: CodeRules) -> ScannedCode:
    _refuse_unreadable(content)
    if _WEB_ADDRESS.match(content):
        return _read(content, rules)
    try:
        symbology = GS1Symbology(name)
    except ValueError:
        return _read(content, rules) if not content.startswith("]") else _unknown(content)
    if symbology in GS1Symbology.with_gs1_messages():
        return _elements(content, barcode_elements(content))
    if symbology in GS1Symbology.with_gtin():
        if symbology is GS1Symbology.EAN_13_WITH_ADD_ON:
            content = content[:13]
        if symbology is GS1Symbology.EAN_8 and not has_valid_check_digit(content):  # which UPC-E would forgive
            raise ScanRefused(ScanError.WRONG_CHECK_DIGIT)
        return _product(content, gtin14(content))
    return _unknown(content)


def _address(text: str, rules: CodeRules) -> ScannedCode | None:
    if not _WEB_ADDRESS.match(text):
        return None
    uri = f"http://{text}" if text[:4].lower() == "www." else text
    host = link_host(uri)
    own = host in rules.own_hosts
    try:
        return _linked(text, parse_tolerant(uri), rules)
    except ScanRefused as refused:
        error = refused.error
    if own and error is not ScanError.NO_GS1_KEY:
        return ScannedCode(input=text, kind=ScanKind.UNKNOWN, error=error)
    if not own and error in _NOT_A_DIGITAL_LINK:
        error = ScanError.FOREIGN_LINK
    return ScannedCode(input=text, kind=ScanKind.FOREIGN_LINK, foreign_host=not own, error=error, value=host)


def _linked(text: str, link: DigitalLink, rules: CodeRules) -> ScannedCode:
    return replace(_elements(text, link.ais), foreign_host=link.host not in rules.own_hosts)


def _secret_of_another_program(text: str) -> ScannedCode | None:
    """A code that cannot be read whole and yet says whose it is: a Wi-Fi's name or a person's may hold any character.

    Named all the same, because of what has a name only that is shown.
    """
    begins = _UNSEEN_OR_MARK.match(text)
    return _named_program(text[begins.end() if begins is not None else 0 :])


def _named_program(text: str) -> ScannedCode | None:
    upper = text[:32].upper()
    for beginning, error in _OTHER_PROGRAMS:
        if upper.startswith(beginning):
            return ScannedCode(input=text, kind=ScanKind.FOREIGN_LINK, error=error, value=beginning.rstrip(":"))
    return None


def _other_program(text: str) -> ScannedCode | None:
    named = _named_program(text)
    if named is not None:
        return named
    address = _ANY_ADDRESS.match(text)
    if address is not None:
        return ScannedCode(
            input=text, kind=ScanKind.FOREIGN_LINK, error=ScanError.FOREIGN_LINK, value=address["scheme"].upper()
        )
    if text.startswith("000201") and len(text) > 50:  # EMVCo merchant-presented payment, in Indonesia QRIS
        return ScannedCode(input=text, kind=ScanKind.UNKNOWN, error=ScanError.PAYMENT_CODE)
    return None


def _digits(text: str) -> ScannedCode | None:
    if not _SPACED_DIGITS.fullmatch(text):
        return None
    digits = text.replace(" ", "").replace("-", "")
    if len(digits) < 8:
        return ScannedCode(input=text, kind=ScanKind.UNKNOWN, value=text)
    try:
        elements = _unmarked_barcode(digits) if len(digits) > 14 else None
        if elements is not None:
            return elements
        product = _product(text, gtin14(digits))
        also = upc_e_gtin14(digits)
        return product if also in (None, product.gtin) else replace(product, value=also)
    except ScanRefused as refused:
        return ScannedCode(input=text, kind=ScanKind.UNKNOWN, error=refused.error, value=text[:64])


def _unmarked_barcode(text: str) -> ScannedCode | None:
    """An element string whose scanner left the symbology identifier out, known by a GTIN or SSCC at its beginning."""
    match = _UNMARKED_ELEMENTS.match(text)
    if match is None or (not is_digits(text) and not has_valid_check_digit(match["gtin"] or match["sscc"])):
        return None
    return _elements(text, barcode_elements(text))


def _maybe_sku(text: str) -> ScannedCode:
    if not _MAYBE_SKU.fullmatch(text):
        return _unknown(text)
    return ScannedCode(input=text, kind=ScanKind.UNKNOWN, value=text)


def _elements(text: str, ais: tuple[tuple[str, str], ...]) -> ScannedCode:
    gtin = gtin_of(ais)
    return ScannedCode(input=text, kind=ScanKind.GS1 if gtin is None else ScanKind.PRODUCT, gtin=gtin, ais=ais)


def _product(text: str, gtin: str) -> ScannedCode:
    return ScannedCode(input=text, kind=ScanKind.PRODUCT, gtin=gtin)


def _unknown(text: str) -> ScannedCode:
    return ScannedCode(input=text, kind=ScanKind.UNKNOWN, error=ScanError.UNKNOWN)

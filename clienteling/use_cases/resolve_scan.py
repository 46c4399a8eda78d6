"""What a scanned, typed or photographed code leads to on this device. Nothing is ever opened.

Some texts can be two things. `kemeja` is six characters of the hand-over alphabet, and the word for a shirt. The reader
keeps calling it a hand-over code, by its form; here, where products are known, it is decided: what begins with the
hand-over prefix or came out of a symbol that says so is one. Bare characters are first a SKU, then a card, then the
code of a list that somebody saved, then words of a product's name if any product has them, and a code of no list that
is here only when nothing of this fits. The same goes for text of no form at all. Whatever carries a check digit is
never taken for a name. What is found says the code's kind.

The readers load at the first scan, or when `warm_up` says so: they take most of a second, which no start needs.
"""

from dataclasses import replace
from importlib import import_module
from typing import assert_never

from sqlalchemy import Connection

from clienteling.domain.codes import ScanKind, ScannedCode
from clienteling.domain.errors import ValidationFailed
from clienteling.scanning.code_rules import CodeRules
from clienteling.scanning.errors import ScanRefused
from clienteling.store.queries_handovers import find_handover
from clienteling.store.queries_product import customer_by_loyalty, matches_products, variant_by_gtin, variant_by_sku
from clienteling.store.replica import LocalStore
from clienteling.use_cases.answers import ScanAnswer
from sync.protocol.search_keys import loyalty_key


def resolve_scan(store: LocalStore, text: str, *, rules: CodeRules) -> ScanAnswer:
    """What the code means here: a product with its variant, a customer, or the code alone; never raises."""
    from clienteling.scanning.read_code import read_code

    code = read_code(text, rules=rules)
    with store.reading() as connection:
        return _resolved(connection, code)


def warm_up() -> None:
    """Load the readers now, so that the first scan does not wait for them."""
    for name in ("image_decode", "read_code"):
        import_module(f"clienteling.scanning.{name}")


def decode_picture(picture: bytes) -> tuple[str, ...]:
    """The texts of all codes in the picture, () where there is none.

    Blocks for some ten milliseconds. Raises ValidationFailed(scan.not_a_picture, scan.picture_too_large).
    """
    return decode_frame(picture, True)


def decode_frame(frame: bytes, thorough: bool) -> tuple[str, ...]:
    """The same for one picture of a camera that gives many: a quick look, unless this is one to look at thoroughly."""
    from clienteling.scanning import image_decode

    try:
        return tuple(image_decode.decode_picture(frame, thorough=thorough))
    except ScanRefused as refused:
        raise ValidationFailed("picture", str(refused.code)) from refused


def _resolved(connection: Connection, code: ScannedCode) -> ScanAnswer:
    match code.kind:
        case ScanKind.PRODUCT | ScanKind.GS1:
            return _product(connection, code)
        case ScanKind.LOYALTY:
            return _card_or_number(connection, code, code.value or "")
        case ScanKind.UNKNOWN | ScanKind.HANDOVER:
            return _retailers_own(connection, code)
        case ScanKind.ENROLMENT | ScanKind.FOREIGN_LINK:
            return ScanAnswer(code)
        case _:
            assert_never(code.kind)


def _product(connection: Connection, code: ScannedCode) -> ScanAnswer:
    """By GTIN; `value` is the second GTIN that eight digits can be.

    Digits alone that name no product here may be a SKU or a card: one number in ten passes the check digit by chance.
    """
    found = variant_by_gtin(connection, code.gtin) if code.gtin else None
    if found is None and code.value:
        found = variant_by_gtin(connection, code.value)
    if found is not None:
        return ScanAnswer(code, product_id=found[0], variant_id=found[1])
    digits = code.input.strip(" \t\r\n\ufeff")
    if code.ais is not None or not digits[:1].isdecimal():
        return ScanAnswer(code)
    return _card_or_number(connection, code, digits)


def _card_or_number(connection: Connection, code: ScannedCode, text: str) -> ScanAnswer:
    """By the retailer's own number or a card's, whichever is here; the code alone where neither is."""
    customer_id = customer_by_loyalty(connection, loyalty_key(text))
    found = variant_by_sku(connection, text)
    if customer_id is not None and (found is None or code.kind is ScanKind.LOYALTY):
        card = replace(code, kind=ScanKind.LOYALTY, gtin=None, error=None, value=text)
        return ScanAnswer(card, customer_id=customer_id)
    if found is not None:
        product = replace(code, kind=ScanKind.PRODUCT, error=None)
        return ScanAnswer(product, product_id=found[0], variant_id=found[1])
    return ScanAnswer(code)


def _retailers_own(connection: Connection, code: ScannedCode) -> ScanAnswer:
    """Text that may be the retailer's SKU, or a card number of no known form. What is hostile has no `value`."""
    if not code.value:
        return ScanAnswer(code)
    answer = _card_or_number(connection, code, code.value)
    if answer.product_id is not None or answer.customer_id is not None:
        return answer
    handover_id = find_handover(connection, code.value) if code.kind is ScanKind.HANDOVER else None
    if handover_id is not None:
        return ScanAnswer(code, handover_id=handover_id)
    return ScanAnswer(code, is_product_name=_may_be_a_name(code) and matches_products(connection, code.value))


def _may_be_a_name(code: ScannedCode) -> bool:
    """Whether nothing about the text says that it is a code: no mark, and no code of a known form gone wrong."""
    return code.error is None and code.input.strip().upper() == (code.value or "").upper()

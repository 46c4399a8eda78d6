"""What a scanned, typed or photographed code leads to on this device. Nothing is ever opened.

The readers load at the first scan, or when `warm_up` says so: they take most of a second, which no start needs.
"""

from importlib import import_module
from typing import assert_never

from sqlalchemy import Connection

from clienteling.domain.codes import ScanKind, ScannedCode
from clienteling.domain.errors import ValidationFailed
from clienteling.scanning.code_rules import CodeRules
from clienteling.scanning.errors import ScanRefused
from clienteling.store.queries_product import customer_by_loyalty, variant_by_gtin, variant_by_sku
from clienteling.store.replica import LocalStore
from clienteling.use_cases.services import ScanAnswer
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
    from clienteling.scanning import image_decode

    try:
        return tuple(image_decode.decode_picture(picture))
    except ScanRefused as refused:
        raise ValidationFailed("picture", str(refused.code)) from refused


def _resolved(connection: Connection, code: ScannedCode) -> ScanAnswer:
    match code.kind:
        case ScanKind.PRODUCT | ScanKind.GS1:
            return _product(connection, code)
        case ScanKind.LOYALTY:
            customer_id = customer_by_loyalty(connection, loyalty_key(code.value or ""))
            return ScanAnswer(code, customer_id=customer_id)
        case ScanKind.UNKNOWN | ScanKind.HANDOVER:
            return _retailers_own(connection, code)
        case ScanKind.ENROLMENT | ScanKind.FOREIGN_LINK:
            return ScanAnswer(code)
        case _:
            assert_never(code.kind)


def _product(connection: Connection, code: ScannedCode) -> ScanAnswer:
    """By GTIN; `value` is the second GTIN that eight digits can be, or the digits as the retailer's own number."""
    found = variant_by_gtin(connection, code.gtin) if code.gtin else None
    if found is None and code.value:
        found = variant_by_gtin(connection, code.value) or variant_by_sku(connection, code.value)
    if found is None:
        return ScanAnswer(code)
    return ScanAnswer(code, product_id=found[0], variant_id=found[1])


def _retailers_own(connection: Connection, code: ScannedCode) -> ScanAnswer:
    """Text that may be the retailer's SKU, or a card number of no known form. What is hostile has no `value`."""
    if not code.value:
        return ScanAnswer(code)
    found = variant_by_sku(connection, code.value)
    if found is not None:
        return ScanAnswer(code, product_id=found[0], variant_id=found[1])
    return ScanAnswer(code, customer_id=customer_by_loyalty(connection, loyalty_key(code.value)))

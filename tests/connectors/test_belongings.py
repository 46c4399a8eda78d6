"""Wishlists, carts, vouchers and enquiries."""

from pathlib import Path

from sync.protocol.kinds import Kind
from tests.connectors.folders import (
    BANDUNG,
    KM_M,
    SITI,
    SUHARTI,
    make_folder,
    read,
)


def test_a_wishlist_item_names_its_variant(tmp_path: Path) -> None:
    rows = [
        {"customer_id": "101", "sku": "KM-M", "added_at": "2026-11-01T00:00:00Z", "channel": "shelf"},
        {"customer_id": "", "email": "siti@surel.example", "sku": "KM-M", "added_at": "2026-11-01T07:00:00+07:00"},
        {"customer_id": "101", "sku": "OLD", "added_at": "2026-11-01T00:00:00Z"},
        {"customer_id": "999", "sku": "KM-M", "added_at": "2026-11-01T00:00:00Z"},
        {"customer_id": "101", "sku": "", "added_at": "2026-11-01T00:00:00Z"},
    ]
    result = read(make_folder(tmp_path, wishlists=rows))
    item = result.one(Kind.WISHLIST_ITEM)
    assert (item["customer_id"], item["variant_id"], item["channel"]) == (SITI, KM_M, "shelf")
    assert [(line, reason) for _, line, reason in result.reasons] == [
        (3, "duplicate_id"), (4, "unknown_sku"), (5, "unknown_customer"), (6, "missing_value"),
    ]  # fmt: skip


def cart(**cells: str) -> dict[str, str]:
    """A cart's row."""
    row = {"cart_id": "c1", "customer_id": "101", "updated_at": "2026-11-21T20:00:00+07:00", "sku": "KM-M",
           "quantity": "1", "price": "299000.00", "currency": "IDR"}  # fmt: skip
    return row | cells


def test_a_cart_has_its_lines_and_one_without_any_is_refused(tmp_path: Path) -> None:
    rows = [
        cart(), cart(sku="VAS", price="150000.00"), cart(sku="OLD"), cart(quantity="0"),
        cart(cart_id="c2", sku="OLD"), cart(cart_id="c3", customer_id="999"), cart(),
    ]  # fmt: skip
    result = read(make_folder(tmp_path, carts=rows))
    lines = result.one(Kind.OPEN_CART)["lines"]
    assert [(each["sku"], each["price_minor"]) for each in lines] == [("KM-M", 29_900_000), ("VAS", 15_000_000)]
    assert [(line, reason) for _, line, reason in result.reasons] == [
        (4, "unknown_sku"), (5, "bad_quantity"), (6, "unknown_sku"), (7, "unknown_customer"), (8, "rows_apart"),
    ]  # fmt: skip


def test_vouchers_and_enquiries_belong_to_their_customer(tmp_path: Path) -> None:
    voucher = {"code": "HBD", "customer_id": "101", "name": "Ulang tahun", "value": "50000.00", "currency": "IDR",
               "expires_at": "2026-11-30", "status": ""}  # fmt: skip
    enquiry = {"enquiry_id": "E1", "customer_id": "101", "kind": "complaint", "subject": "Jahitan lepas", "status": "",
               "opened_at": "2026-11-20T01:00:00Z", "location": "Bandung", "order": "#1001"}  # fmt: skip
    result = read(
        make_folder(
            tmp_path,
            vouchers=[voucher, voucher | {"customer_id": "102"}, voucher, voucher | {"code": "X", "status": "lost"}],
            enquiries=[enquiry, enquiry | {"enquiry_id": "E2", "location": "Nowhere"}, enquiry],
        )
    )
    assert [each["customer_id"] for each in result.of(Kind.VOUCHER).values()] == [SITI, SUHARTI]
    assert result.of(Kind.VOUCHER)["HBD/101"]["value_minor"] == 5_000_000
    first, second = result.of(Kind.ENQUIRY).values()
    assert (first["topic"], first["status"], first["location_id"]) == ("complaint", "open", BANDUNG)
    assert (second["location_id"], second["order_number"]) == (None, "#1001")
    assert result.reasons == [
        ("vouchers.csv", 4, "duplicate_id"), ("vouchers.csv", 5, "bad_choice"),
        ("enquiries.csv", 3, "unknown_location"), ("enquiries.csv", 4, "duplicate_id"),
    ]  # fmt: skip

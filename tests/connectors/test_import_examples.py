"""The documented examples are what they say: every till's file is read whole by the mapping beside it."""

from pathlib import Path

import pytest

from sync.connectors.mapping import read_mapping
from sync.protocol.kinds import Kind
from tests.connectors.folders import Read
from tests.connectors.mapped_folders import read_mapped
from tests.connectors.workbooks import SHOPEE_ORDERS, write_workbook

EXAMPLES = Path(__file__).parents[2] / "assets" / "import_examples"


def example(name: str) -> Read:
    if name == "shopee":
        pytest.importorskip("python_calamine", reason="python-calamine is not installed")
    return read_mapped(EXAMPLES / name, read_mapping(EXAMPLES / name / "mapping.toml"))


def totals(read: Read) -> dict[str, int]:
    """Each order's total in whole rupiah."""
    return {ref: body["total_minor"] // 100 for ref, body in read.of(Kind.ORDER).items()}


@pytest.mark.parametrize("name", ["tokopedia", "shopee"])
def test_a_marketplaces_masked_orders_are_all_read_and_nobodys(name: str) -> None:
    read = example(name)
    assert {reason for _, _, reason in read.reasons} == {"unknown_sku"}
    assert {body["channel"] for body in read.of(Kind.ORDER).values()} == {name.capitalize()}
    assert {body["customer_id"] for body in read.of(Kind.ORDER).values()} == {None}
    assert read.of(Kind.CUSTOMER) == {}
    assert "*" not in repr(read.bodies)


def test_tokopedias_orders_before_and_after_the_move_have_their_totals_and_lines() -> None:
    read = example("tokopedia")
    assert totals(read) == {
        "INV/20261003/MPL/4100000001": 516_000, "INV/20261004/MPL/4100000002": 565_000,
        "INV/20261005/MPL/4100000003": 209_000, "580000000000000001": 329_000,
    }  # fmt: skip
    orders = read.of(Kind.ORDER)
    assert len(orders["INV/20261003/MPL/4100000001"]["lines"]) == 2
    assert orders["INV/20261005/MPL/4100000003"]["cancelled_at"] == "2026-10-06T02:00:00Z"
    assert orders["580000000000000001"]["lines"][0]["name"] == "Kemeja Linen - Biru, M"


def test_shopees_workbook_is_the_one_its_rows_make(tmp_path: Path) -> None:
    made = write_workbook(tmp_path / "made.xlsx", SHOPEE_ORDERS).read_bytes()
    assert (EXAMPLES / "shopee" / "Order.all.20261001_20261031.xlsx").read_bytes() == made
    read = example("shopee")
    assert totals(read) == {"261003ABCD1234": 506_000, "261004WXYZ9876": 1_265_000}
    assert [body["cancelled_at"] is None for body in read.of(Kind.ORDER).values()] == [True, False]


def test_mokas_receipts_items_stock_and_members_fit_together() -> None:
    read = example("moka")
    assert read.reasons == [("Customers_Nov_2026.csv", 3, "masked_name")]
    assert totals(read) == {"7K2MXA": 504_000, "7K2MXB": 375_000, "7K2MXC": 189_000}
    siti = next(body for body in read.of(Kind.CUSTOMER).values() if body["name"] == "Siti Rahmawati")
    owners = {ref: body["customer_id"] for ref, body in read.of(Kind.ORDER).items()}
    assert owners == {"7K2MXA": siti["id"], "7K2MXB": None, "7K2MXC": None}
    assert {line["product_id"] is None for body in read.of(Kind.ORDER).values() for line in body["lines"]} == {False}
    assert len(read.of(Kind.STOCK)) == 4

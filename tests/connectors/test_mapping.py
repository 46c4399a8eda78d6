"""mapping.toml is checked whole before a row is read, and names the place that is wrong."""

from pathlib import Path

import pytest

from sync.connectors.errors import MappingRefused
from sync.connectors.mapped_rows import CUSTOMER_EXTRAS, answers_of
from sync.connectors.mapping import FIELDS, FileKind, ImportMapping, read_mapping

GOOD = """
source = "pasar"
[[files]]
name = "Orders-*.csv"
kind = "orders"
[files.columns]
number = "No"
placed_at = ["Date + Time", "Tanggal"]
sku = "SKU"
price = "Harga"
"""


def mapping_from(text: str, folder: Path) -> ImportMapping:
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def refusal(text: str, folder: Path) -> tuple[str, str]:
    with pytest.raises(MappingRefused) as told:
        mapping_from(text, folder)
    return told.value.code, told.value.where


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    mapping = mapping_from(GOOD, tmp_path)
    (file,) = mapping.files
    assert (mapping.currency, mapping.time_zone, file.dates, file.decimal_mark) == ("IDR", "Asia/Jakarta", "iso", None)
    assert file.columns["number"] == ("No",)
    assert file.matches("orders-2026.CSV")
    assert not file.matches("old-orders-2026.csv")


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (('source = "pasar"', ""), "missing_setting", "source"),
        (('source = "pasar"', 'source = "Pasar Baru"'), "bad_value", "source"),
        (('kind = "orders"', 'kind = "order"'), "bad_value", "files 1, kind"),
        (('kind = "orders"', 'kind = "orders"\ndate = "x"'), "unknown_setting", "files 1, date"),
        (('kind = "orders"', 'kind = "orders"\ndates = "US"'), "bad_value", "files 1, dates"),
        (('kind = "orders"', 'kind = "orders"\ncurrency = "rp"'), "bad_value", "files 1, currency"),
        (('kind = "orders"', 'kind = "orders"\ntime_zone = "Mars/Base"'), "bad_value", "files 1, time_zone"),
        (('kind = "orders"', 'kind = "orders"\nencoding = "utf-99"'), "bad_value", "files 1, encoding"),
        (('name = "Orders-*.csv"', 'name = "../orders.csv"'), "bad_value", "files 1, name"),
        (('sku = "SKU"', 'skuu = "SKU"'), "unknown_field", "files 1, columns, skuu"),
        (('number = "No"', ""), "missing_field", "files 1, columns, number"),
        (('price = "Harga"', ""), "missing_field", "files 1, columns, price | line_total"),
        (('price = "Harga"', "price = []"), "bad_value", "files 1, columns, price"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_where(
    change: tuple[str, str], code: str, where: str, tmp_path: Path
) -> None:
    assert refusal(GOOD.replace(*change), tmp_path) == (f"mapping.{code}", where)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    assert refusal("this is no mapping", tmp_path) == ("mapping.not_toml", "mapping.toml")


def test_stock_needs_a_place_from_a_column_or_for_all_rows(tmp_path: Path) -> None:
    stock = 'source = "p"\n[[files]]\nname = "s.csv"\nkind = "stock"\n{}\n[files.columns]\nsku = "S"\non_hand = "N"\n'
    assert refusal(stock.format(""), tmp_path) == ("mapping.missing_field", "files 1, location")
    assert mapping_from(stock.format('location = "Bandung"'), tmp_path).files[0].location == "Bandung"


def test_every_field_answers_to_a_heading() -> None:
    for kind in FileKind:
        answered = set(answers_of(kind)) | (set(CUSTOMER_EXTRAS) if kind is FileKind.CUSTOMERS else set())
        assert answered == FIELDS[kind]

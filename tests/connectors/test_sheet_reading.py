"""Excel workbooks: the same rows as CSV gives, numbers and dates as such, nothing that would not fit into memory."""

from datetime import datetime
from pathlib import Path

import pytest

from sync.connectors.mapped_files import MappedFile
from sync.connectors.sheet_reading import SheetRefused, cell_text, refuse_too_large
from sync.protocol.kinds import Kind
from tests.connectors.folders import Read
from tests.connectors.mapped_folders import mapping_of, orders, put, read_mapped, refused, table
from tests.connectors.workbooks import Cell, write_sheet_xml, write_workbook

pytest.importorskip("python_calamine", reason="python-calamine is not installed")

HEADING = ("Nomor", "Tanggal", "Barang", "SKU", "Jumlah", "Harga", "Total", "Nama", "Telepon", "Surel")
TEXTS = ("A1", "2026-04-03 14:05", "Kemeja", "KM", "2", "299.000", "598.000", "S**i", "0812****11", "")
TYPED: tuple[Cell, ...] = (
    "A1", datetime.fromisoformat("2026-04-03T14:05"), "Kemeja", "KM", 2, 299000, 598000.0, "S**i", "0812****11", None,
)  # fmt: skip


def read_sheet(folder: Path, *rows: tuple[Cell, ...], **settings: object) -> Read:
    folder.mkdir(exist_ok=True)
    write_workbook(folder / "orders.xlsx", rows)
    return read_mapped(folder, mapping_of(orders(name="orders.*", **settings)))


def test_a_workbook_says_what_the_same_rows_say_as_csv(tmp_path: Path) -> None:
    sheets = [read_sheet(tmp_path / name, HEADING, row) for name, row in (("texts", TEXTS), ("typed", TYPED))]
    put(tmp_path / "csv", orders=table("|".join(HEADING), "|".join(TEXTS)))
    told = read_mapped(tmp_path / "csv", mapping_of(orders(name="orders.*"))).of(Kind.ORDER)
    assert [read.of(Kind.ORDER) for read in sheets] == [told, told]
    assert told["A1"]["placed_at"] == "2026-04-03T07:05:00Z"


def test_lines_are_the_sheets_own_and_titles_and_blank_rows_are_passed_over(tmp_path: Path) -> None:
    read = read_sheet(tmp_path, ("Laporan",), (), HEADING, (), TYPED)
    assert [(one.line, one.reason) for one in read.refusals] == [(5, "import.unknown_sku")]


def test_an_order_number_of_which_the_workbook_has_lost_digits_is_refused(tmp_path: Path) -> None:
    read = read_sheet(tmp_path, HEADING, (580000000000000123, *TYPED[1:]))
    assert read.of(Kind.ORDER) == {}
    assert refused(read) == [(2, "lost_digits", "Nomor")]


def test_an_order_number_and_a_phone_that_became_numbers_keep_their_digits(tmp_path: Path) -> None:
    row = (41000001, *TYPED[1:7], "Siti", 81200001111, None)
    read = read_sheet(tmp_path, HEADING, row)
    assert list(read.of(Kind.ORDER)) == ["41000001"]
    assert [guest["phone"] for guest in read.of(Kind.CUSTOMER).values()] == ["+6281200001111"]


@pytest.mark.parametrize(
    ("value", "text"), [(1.5, "1,5"), (2.0, "2"), (True, "yes"), (None, ""), (1e15, "1.000000E+15"), ("x", "x")]
)
def test_cells_are_written_as_the_mapping_reads_them(value: object, text: str) -> None:
    assert cell_text(value, ",") == text


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"Nomor,Tanggal\n"])
def test_a_workbook_that_is_none_is_refused_and_stops_nothing(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "orders.xlsx").write_bytes(content)
    put(tmp_path, orders=table("|".join(HEADING), "|".join(TEXTS)))
    read = read_mapped(tmp_path, mapping_of(orders(name="orders.*")))
    assert list(read.of(Kind.ORDER)) == ["A1"]
    assert ("orders.xlsx", "import.bad_sheet") in [(one.file, one.reason) for one in read.refusals]


def test_a_cell_at_the_far_corner_is_refused_before_it_asks_for_memory(tmp_path: Path) -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    write_sheet_xml(tmp_path / "orders.xlsx", f"<sheetData>{cells}</sheetData>")
    assert refused(read_mapped(tmp_path, mapping_of(orders(name="orders.*")))) == [(1, "sheet_too_large", "")]


def test_a_packed_sheet_that_would_unpack_beyond_the_bound_is_refused(tmp_path: Path) -> None:
    path = write_sheet_xml(tmp_path / "orders.xlsx", " " * 3_000_000)
    mapping = mapping_of(orders(name="orders.*"))
    assert path.stat().st_size < 10_000
    with pytest.raises(SheetRefused):
        refuse_too_large(MappedFile(path, mapping.files[0], mapping), most_unpacked_bytes=2_000_000)


def test_a_sheet_is_found_by_its_name_and_an_unknown_one_is_told(tmp_path: Path) -> None:
    assert list(read_sheet(tmp_path / "known", HEADING, TYPED, sheet="orders").of(Kind.ORDER)) == ["A1"]
    assert refused(read_sheet(tmp_path / "other", HEADING, TYPED, sheet="returns")) == [(1, "no_such_sheet", "")]


def test_a_missing_column_of_a_sheet_names_the_row_it_was_looked_for_in(tmp_path: Path) -> None:
    read = read_sheet(tmp_path, ("Judul",), tuple(word if word != "Tanggal" else "Kapan" for word in HEADING), TYPED)
    assert refused(read) == [(2, "missing_column", "Tanggal")]

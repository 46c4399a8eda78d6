"""The tolerant reader: dialects, encodings, and rows that are none."""

import csv
import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.connectors.csv_reading import (
    MAX_CELL_CHARACTERS,
    MAX_LINE_CHARACTERS,
    MAX_ROW_CHARACTERS,
    Columns,
    Row,
    Table,
)
from sync.connectors.errors import CellRefused
from sync.protocol.importing import Refusal

COLUMNS = Columns(("name",), ("city", "note"))


def read(
    path: Path, raw: bytes | str, columns: Columns = COLUMNS
) -> tuple[list[dict[str, str]], list[tuple[int, str]], bool]:
    """Rows as dictionaries, refusals as (line, reason), and whether the file was whole."""
    file = path / "x.csv"
    file.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    rows: list[dict[str, str]] = []
    refused: list[tuple[int, str]] = []
    with Table(file, columns) as table:
        for each in table:
            if isinstance(each, Refusal):
                refused.append((each.line, each.reason.removeprefix("import.")))
            else:
                rows.append({column: each.text(column) for column in columns.read})
        return rows, refused, table.whole


@pytest.mark.parametrize(
    "raw",
    [
        "name,city,note\nSiti,Bandung,a\nBudi,Denpasar,b\n",
        "\ufeffname,city,note\nSiti,Bandung,a\nBudi,Denpasar,b\n",
        "name;city;note\r\nSiti;Bandung;a\r\nBudi;Denpasar;b\r\n",
        "name\tcity\tnote\rSiti\tBandung\ta\rBudi\tDenpasar\tb\r",
        'sep=;\r\n"name";"city";"note"\r\n"Siti";"Bandung";"a"\r\n\r\nBudi;Denpasar;b',
        "NOTE, City ,  Name \na,Bandung,Siti\nb,Denpasar,Budi\n",
        "name,city,note\nSiti,Bandung,a\nBudi,Denpasar,b\n".encode("utf-16"),
        "name,city,note\n,,\nSiti, Bandung ,a,,\nBudi,Denpasar,b\n\n",
    ],
    ids=["plain", "BOM", "semicolons and CRLF", "tabs and CR", "sep line", "order and capitals", "UTF-16", "blanks"],
)
def test_every_dialect_reads_the_same(tmp_path: Path, raw: str | bytes) -> None:
    rows, refused, whole = read(tmp_path, raw)
    assert rows == [
        {"name": "Siti", "city": "Bandung", "note": "a"},
        {"name": "Budi", "city": "Denpasar", "note": "b"},
    ]
    assert (refused, whole) == ([], True)


CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00\ufeff"), max_size=30)


@given(
    cells=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_writer_writes_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    cells: list[tuple[str, str]],
    delimiter: str,
    line_end: str,
    encoding: str,
) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerow(("name", "note"))
    writer.writerows(cells)
    rows, refused, whole = read(tmp_path_factory.mktemp("csv"), stream.getvalue().encode(encoding))
    said = [[unicodedata.normalize("NFC", cell).strip() for cell in pair] for pair in cells if any(pair)]
    assert [(row["name"], row["note"]) for row in rows] == [(" ".join(name.split()), note) for name, note in said]
    assert (refused, whole) == ([], True)


@given(raw=st.binary(max_size=400))
def test_no_bytes_stop_the_reader(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("csv")
    file = folder / "x.csv"
    file.write_bytes(b"name,city\n" + raw)
    with Table(file, COLUMNS) as table:
        for row in table:
            assert 1 < row.line <= raw.count(b"\n") + raw.count(b"\r") + 2


def test_a_line_in_windows_1252_is_read_and_the_rest_stays_utf8(tmp_path: Path) -> None:
    raw = b"name\n" + "Renée\n".encode() + "René\n".encode("cp1252") + "Łukasz\n".encode() + b"\x81\n"
    rows, refused, whole = read(tmp_path, raw)
    assert [row["name"] for row in rows] == ["Renée", "René", "Łukasz", "\ufffd"]
    assert (refused, whole) == ([(3, "not_utf8")], True)


def test_text_is_composed_and_trimmed(tmp_path: Path) -> None:
    assert read(tmp_path, "name\n\u00a0 Rene\u0301e \n")[0][0]["name"] == "Ren\u00e9e"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "no_heading"),
        ("\n\n", "no_heading"),
        ("city\nBandung\n", "missing_column"),
        ("name,city,city\nSiti,A,B\n", "doubled_column"),
        (b"PK\x03\x04\x00\x00\xff\xfe\x00", "missing_column"),
        ("x" * (MAX_LINE_CHARACTERS + 5), "no_heading"),
    ],
)
def test_a_heading_that_cannot_be_used_refuses_the_file_once(tmp_path: Path, raw: str | bytes, reason: str) -> None:
    assert read(tmp_path, raw) == ([], [(1, reason)], False)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("city\n")
    with Table(tmp_path / "x.csv", COLUMNS) as table:
        assert list(table) == [Refusal("x.csv", 1, "import.missing_column", "name")]


def test_a_doubled_column_that_nobody_reads_is_no_matter(tmp_path: Path) -> None:
    assert read(tmp_path, "name,x,x\nSiti,1,2\n")[1:] == ([], True)


def test_a_cut_last_line_is_refused(tmp_path: Path) -> None:
    rows, refused, whole = read(tmp_path, "name,city,note\nSiti,Bandung,a\nBudi,Den")
    assert [row["name"] for row in rows] == ["Siti"]
    assert (refused, whole) == ([(3, "row_cut")], False)


def test_a_short_line_within_the_file_has_empty_cells(tmp_path: Path) -> None:
    rows, refused, whole = read(tmp_path, "name,city,note\nSiti\nBudi,Denpasar,b\n")
    assert rows[0] == {"name": "Siti", "city": "", "note": ""}
    assert (refused, whole) == ([], True)


def test_a_file_cut_within_quotes_loses_that_row_only(tmp_path: Path) -> None:
    rows, refused, whole = read(tmp_path, 'name,city,note\nSiti,Bandung,a\nBudi,Denpasar,"half a')
    assert [row["name"] for row in rows] == ["Siti"]
    assert (refused, whole) == ([(3, "row_cut")], False)


def test_a_stray_quote_does_not_swallow_the_rest(tmp_path: Path) -> None:
    rows, refused, _ = read(tmp_path, 'name,city\nSiti,"Bandung\nBudi,Denpasar\nAyu,Surabaya\n')
    assert [row["name"] for row in rows] == ["Budi", "Ayu"]
    assert refused == [(2, "row_cut")]


def test_a_row_of_several_lines_counts_its_first(tmp_path: Path) -> None:
    raw = 'name,city,note\nSiti,Bandung,"one\ntwo\nthree"\nBudi,Denpasar,b,too many\n'
    rows, refused, _ = read(tmp_path, raw)
    assert rows[0]["note"] == "one\ntwo\nthree"
    assert refused == [(5, "too_many_cells")]


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_beyond_all_bounds_costs_its_row(tmp_path: Path, quote: str) -> None:
    huge = quote + "x" * (MAX_CELL_CHARACTERS + 10) + quote
    rows, refused, _ = read(tmp_path, f"name,city\nSiti,{huge}\nBudi,Denpasar\n")
    assert [row["name"] for row in rows] == ["Budi"]
    assert refused == [(2, "row_too_long")]


def test_a_line_beyond_all_bounds_is_passed_over(tmp_path: Path) -> None:
    raw = "name,city\nSiti," + "x," * MAX_LINE_CHARACTERS + "\nBudi,Denpasar\n"
    rows, refused, _ = read(tmp_path, raw)
    assert [row["name"] for row in rows] == ["Budi"]
    assert refused == [(2, "row_too_long")]


def test_a_row_that_quotes_hold_together_for_ever_is_given_up(tmp_path: Path) -> None:
    line = "x" * 996 + '","\n'
    lines = '"' + line * (MAX_ROW_CHARACTERS // len(line) + 10)
    with Table(_written(tmp_path, "name,city\nSiti," + lines), Columns(("name",))) as table:
        first = next(iter(table))
    assert isinstance(first, Refusal)
    assert first.reason == "import.row_too_long"


def _written(folder: Path, text: str) -> Path:
    path = folder / "x.csv"
    path.write_text(text)
    return path


def test_a_cell_of_one_megabyte_is_refused_where_it_is_read_and_harmless_where_not(tmp_path: Path) -> None:
    huge = "x" * 1_000_000
    path = _written(tmp_path, f"name,city,unread\nSiti,Bandung,{huge}\nBudi,{huge},\n")
    with Table(path, COLUMNS) as table:
        siti, budi = (row for row in table if isinstance(row, Row))
        assert siti.text("city") == "Bandung"
        with pytest.raises(CellRefused) as refused:
            budi.text("city")
    assert (refused.value.reason, refused.value.column) == ("import.too_long", "city")
    assert "x" * 100 not in str(refused.value)


def test_nul_in_a_cell_is_refused(tmp_path: Path) -> None:
    with Table(_written(tmp_path, "name\nSi\x00ti\n"), COLUMNS) as table:
        (row,) = (row for row in table if isinstance(row, Row))
        with pytest.raises(CellRefused, match=r"import\.bad_text"):
            row.text("name")


@pytest.mark.parametrize("typed", ["0812", "'0812", '="0812"', " 0812 "])
def test_a_code_loses_the_spreadsheets_armour(tmp_path: Path, typed: str) -> None:
    with Table(_written(tmp_path, "name\n" + '"' + typed.replace('"', '""') + '"\n'), COLUMNS) as table:
        (row,) = (row for row in table if isinstance(row, Row))
        assert row.code("name") == "0812"


def test_progress_reaches_the_end_of_the_file(tmp_path: Path) -> None:
    path = _written(tmp_path, "name\n" + "Siti\n" * 5_000)
    told: list[int] = []
    with Table(path, COLUMNS, on_bytes=told.append) as table:
        assert sum(1 for _ in table) == 5_000
    assert told == sorted(told)
    assert len(told) == 6
    assert told[-1] == path.stat().st_size

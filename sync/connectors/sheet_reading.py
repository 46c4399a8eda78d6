"""Excel workbooks (.xlsx) as tables of text cells, read by `python-calamine`.

The reader holds a sheet as one rectangle in memory, so that a single cell at the far corner would ask for gigabytes:
the sheet's own XML is looked through first, a chunk at a time, and a sheet beyond MAX_CELLS is refused with the advice
to save it as CSV. Cells that are numbers or dates are written in the forms that the mapping of their file takes.
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import Any

from sync.connectors.csv_reading import OnBytes, Row, clean
from sync.connectors.errors import CellRefused
from sync.connectors.mapped_files import MOST_HEADING_LINES, MappedFile, heading_position
from sync.connectors.mapped_rows import MappedRow
from sync.protocol.importing import Refusal

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
MAX_CELLS = 2_500_000
"""About 260 MB in the reader: 100,000 rows of 25 columns."""

_CHUNK = 1024 * 1024
_PLACE = re.compile(rb'<(?:\w+:)?c [^>]{0,200}?r="([A-Z]{1,3})(\d{1,7})"')
_LONGEST_PLACE = 256


class SheetRefused(Exception):
    """The workbook cannot be read. `reason` is a message key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def refuse_too_large(file: MappedFile, *, most_unpacked_bytes: int = MAX_UNPACKED_BYTES) -> None:
    """Raises SheetRefused where the workbook would not fit into memory."""
    if file.path.stat().st_size > MAX_FILE_BYTES:
        raise SheetRefused("import.sheet_too_large")
    unpacked = 0
    try:
        with zipfile.ZipFile(file.path) as workbook:
            for member in workbook.infolist():
                is_sheet = member.filename.startswith("xl/worksheets/")
                for size, cells in _sizes(workbook, member, is_sheet=is_sheet):
                    unpacked += size
                    if unpacked > most_unpacked_bytes or cells > MAX_CELLS:
                        raise SheetRefused("import.sheet_too_large")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise SheetRefused("import.bad_sheet") from error


def _sizes(workbook: zipfile.ZipFile, member: zipfile.ZipInfo, *, is_sheet: bool) -> Iterator[tuple[int, int]]:
    """For each chunk its size, and how many cells the rectangle has that holds all cells so far."""
    tail = b""
    low, high = [1 << 30, 1 << 30], [0, 0]
    with workbook.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            if is_sheet:
                for letters, digits in _PLACE.findall(tail + chunk):
                    place = (_column_number(letters), int(digits))
                    low = [min(one, other) for one, other in zip(low, place, strict=True)]
                    high = [max(one, other) for one, other in zip(high, place, strict=True)]
                tail = chunk[-_LONGEST_PLACE:]
            yield len(chunk), max(0, high[0] - low[0] + 1) * max(0, high[1] - low[1] + 1)


def _load(file: MappedFile) -> Any:
    """The sheet that the mapping names, else the first."""
    try:
        import python_calamine
    except ModuleNotFoundError as error:
        raise SheetRefused("import.no_sheet_reader") from error
    try:
        workbook = python_calamine.load_workbook(str(file.path))
        names = workbook.sheet_names
        wanted = file.entry.sheet
        if not names or (wanted and wanted not in names):
            raise SheetRefused("import.no_such_sheet")
        return workbook.get_sheet_by_name(wanted or names[0])
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise SheetRefused("import.bad_sheet") from error


def cell_text(value: object, decimal_mark: str | None) -> str:
    """A cell as the person sees it in figures; times as ISO, which any mapping takes.

    Of a number beyond 15 digits the workbook itself has lost some: it stays in scientific form, for `lost_digits`.
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _number_text(value, decimal_mark)
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat(timespec="seconds")
        case timedelta():
            return str(value)
        case _:
            return str(value)


def _number_text(value: float, decimal_mark: str | None) -> str:
    if abs(value) >= 1e15:
        return f"{value:.6E}"
    if float(value).is_integer():
        return str(int(value))
    text = f"{value:.10f}".rstrip("0")
    return text.replace(".", decimal_mark or ".")


def sheet_rows(file: MappedFile, *, on_bytes: OnBytes | None) -> Iterator[Row | Refusal]:
    """One sheet under one entry of the mapping, as `MappedRow`s; `line` is the sheet's row number."""
    try:
        refuse_too_large(file)
        sheet = _load(file)
    except SheetRefused as refused:
        yield Refusal(file.path.name, 1, refused.reason)
        return
    texts = ([cell_text(cell, file.entry.decimal_mark) for cell in cells] for cells in sheet.iter_rows())
    yield from _rows(file, enumerate(texts, start=1))
    if on_bytes is not None:
        on_bytes(file.path.stat().st_size)


def _rows(file: MappedFile, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row | Refusal]:
    name, entry = file.path.name, file.entry
    first = list(islice(rows, entry.heading_row or MOST_HEADING_LINES))
    position = heading_position([cells for _, cells in first], entry) if first else 0
    if position >= len(first) or not any(any(cells) for _, cells in first):
        yield Refusal(name, 1, "import.no_heading")
        return
    line, headings = first[position]
    try:
        plan = file.plan([clean(cell) for cell in headings])
    except CellRefused as refused:
        yield Refusal(name, line, refused.reason, refused.column)
        return
    below = islice(chain(first[position + 1 :], rows), entry.rows_after_heading, None)
    yield from (MappedRow(name, line, cells, plan) for line, cells in below if any(cells))

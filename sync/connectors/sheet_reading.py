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
from types import TracebackType
from typing import Any

from sync.connectors.csv_reading import OnBytes, Row, clean
from sync.connectors.errors import CellRefused
from sync.connectors.mapped_files import MOST_HEADING_LINES, MappedFile, best_heading
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


class MappedSheet:
    """One sheet under one entry of the mapping; its rows are `MappedRow`s, `line` is the sheet's row number."""

    def __init__(self, file: MappedFile, *, on_bytes: OnBytes | None) -> None:
        self.file = file.path.name
        self.headings: list[str] = []
        self._mapped = file
        self._on_bytes = on_bytes

    @property
    def usable(self) -> bool:
        return True

    def add_column(self, column: str, position: int) -> None:
        """Nothing: no heading of these files is the name of a place."""

    def __enter__(self) -> "MappedSheet":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    def __iter__(self) -> Iterator[Row | Refusal]:
        try:
            refuse_too_large(self._mapped)
            sheet = _load(self._mapped)
        except SheetRefused as refused:
            yield Refusal(self.file, 1, refused.reason)
            return
        yield from self._rows(enumerate(self._texts(sheet), start=1))
        if self._on_bytes is not None:
            self._on_bytes(self._mapped.path.stat().st_size)

    def _texts(self, sheet: Any) -> Iterator[list[str]]:
        mark = self._mapped.entry.decimal_mark
        for cells in sheet.iter_rows():
            yield [cell_text(cell, mark) for cell in cells]

    def _rows(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row | Refusal]:
        entry = self._mapped.entry
        first = list(islice(rows, entry.heading_row or MOST_HEADING_LINES))
        if not any(any(cells) for _, cells in first):
            yield Refusal(self.file, 1, "import.no_heading")
            return
        position = entry.heading_row - 1 if entry.heading_row else best_heading([cells for _, cells in first], entry)
        if position >= len(first):
            yield Refusal(self.file, 1, "import.no_heading")
            return
        self.headings = [clean(cell) for cell in first[position][1]]
        try:
            plan = self._mapped.plan(self.headings)
        except CellRefused as refused:
            yield Refusal(self.file, first[position][0], refused.reason, refused.column)
            return
        below = islice(chain(first[position + 1 :], rows), entry.rows_after_heading, None)
        yield from (MappedRow(self.file, line, cells, plan) for line, cells in below if any(cells))

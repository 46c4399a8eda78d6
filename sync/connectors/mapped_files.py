"""Mapped files as tables: CSV in any common form by the tokenizer of `csv_reading`, Excel by `sheet_reading`.

The heading is looked for: exports have titles and notes above it. Of the first 30 lines the one that has most of the
mapping's headings counts, unless the mapping says which it is. Several files that one entry means are read from the
last name to the first, so that of two exports that overlap the newer speaks first.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from sync.connectors.csv_reading import DELIMITERS, Columns, OnBytes, Row, Table, clean
from sync.connectors.errors import CellRefused
from sync.connectors.foreign_cells import is_masked
from sync.connectors.mapped_rows import (
    CUSTOMER_EXTRAS,
    EXTRA_FIELDS,
    MappedRow,
    RowPlan,
    answers_of,
    plan_for,
    score,
)
from sync.connectors.mapping import FileKind, FileMapping, ImportMapping
from sync.protocol.importing import Refusal

MOST_HEADING_LINES = 30
_DELIMITERS = (*DELIMITERS, "|")
SHEET_SUFFIXES = frozenset({".xlsx", ".xlsm"})
TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})


@dataclass(frozen=True, slots=True)
class MappedFile:
    """A file of the folder and what the mapping says of it. `extras`: read as `customers_extra.csv`."""

    path: Path
    entry: FileMapping
    mapping: ImportMapping
    extras: bool = False

    def plan(self, headings: Sequence[str]) -> RowPlan:
        """The plan of its rows. Raises CellRefused."""
        return plan_for(headings, self.entry, self.mapping, extras=self.extras)


def files_of(folder: Path, mapping: ImportMapping, kind: FileKind, *, extras: bool = False) -> list[MappedFile]:
    """The folder's files of a kind, from the last name to the first. `extras`: those with columns of that sort."""
    found: list[MappedFile] = []
    for path in sorted(mappable_files(folder), key=lambda path: path.name, reverse=True):
        entry = mapping.entry_of(path.name, kind)
        if entry is not None and (not extras or EXTRA_FIELDS & entry.columns.keys()):
            found.append(MappedFile(path, entry, mapping, extras))
    return found


def mappable_files(folder: Path) -> list[Path]:
    """Every file of the folder that could hold a table; what a spreadsheet locks (`~$x.xlsx`) is none."""
    suffixes = SHEET_SUFFIXES | TEXT_SUFFIXES
    return [
        path
        for path in folder.iterdir()
        if path.suffix.casefold() in suffixes and not path.name.startswith(("~$", ".")) and path.is_file()
    ]


def heading_position(rows: Sequence[Sequence[str]], entry: FileMapping) -> int:
    """Which of a file's first rows is the heading: the one the mapping says, else the first with most of its fields."""
    if entry.heading_row is not None:
        return entry.heading_row - 1
    return max(range(len(rows)), key=lambda number: (score(rows[number], entry), -number))


class MappedCsv(Table):
    """One CSV file under one entry of the mapping; its rows are `MappedRow`s."""

    def __init__(self, file: MappedFile, *, on_bytes: OnBytes | None) -> None:
        self._mapped = file
        self._plan: RowPlan | None = None
        encoding = None if file.entry.encoding == "auto" else file.entry.encoding
        super().__init__(file.path, Columns(()), on_bytes=on_bytes, encoding=encoding)

    def _open(self, columns: Columns) -> None:
        entry = self._mapped.entry
        lines = self._lines.peek(entry.heading_row or MOST_HEADING_LINES)
        if not any(line.strip() for line in lines):
            self._refuse("import.no_heading", "")
            return
        marks = _DELIMITERS if entry.delimiter == "auto" else (entry.delimiter,)
        cut = {mark: [_cut(line, mark) for line in lines] for mark in marks}
        best = {mark: heading_position(rows, entry) for mark, rows in cut.items()}
        self._delimiter = max(marks, key=lambda mark: score(cut[mark][min(best[mark], len(lines) - 1)], entry))
        self._take_heading(best[self._delimiter])

    def _take_heading(self, position: int) -> None:
        for _ in range(position):
            next(self._lines, "")
        reader = csv.reader(self._lines, delimiter=self._delimiter)
        try:
            self._lines.begin_row()
            self.headings = [clean(cell) for cell in next(reader, [])]
            self._plan = self._mapped.plan(self.headings)
            for _ in range(self._mapped.entry.rows_after_heading):
                self._lines.begin_row()
                next(reader, [])
        except CellRefused as refused:
            self._refuse(refused.reason, refused.column)
        except csv.Error:
            self._refuse("import.no_heading", "")
        self._lines.exhausted = False

    def _made_row(self, line: int, cells: list[str]) -> Row:
        assert self._plan is not None
        return MappedRow(self.file, line, cells, self._plan)


def _cut(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return []


OnBytesOf = Callable[[Path], OnBytes | None]


def _rows_of(file: MappedFile, *, on_bytes: OnBytes | None) -> Iterator[Row | Refusal]:
    if file.path.suffix.casefold() in SHEET_SUFFIXES:
        from sync.connectors.sheet_reading import sheet_rows

        yield from sheet_rows(file, on_bytes=on_bytes)
        return
    with MappedCsv(file, on_bytes=on_bytes) as table:
        yield from table


@dataclass(slots=True)
class MappedTable:
    """All files of one kind as one table. What was refused of a file before is not told again where `is_second`."""

    file: str
    files: list[MappedFile]
    on_bytes_of: OnBytesOf
    is_second: bool = False
    headings: list[str] = field(init=False)

    def __post_init__(self) -> None:
        kind = self.files[0].entry.kind
        answers = CUSTOMER_EXTRAS if self.files[0].extras else answers_of(kind)
        self.headings = [answer.heading for answer in answers.values()]

    @property
    def usable(self) -> bool:
        return True

    def add_column(self, column: str, position: int) -> None:
        """Nothing: no heading of these files is the name of a place."""

    def __iter__(self) -> Iterator[Row | Refusal]:
        for file in self.files:
            for read in _rows_of(file, on_bytes=self.on_bytes_of(file.path)):
                if isinstance(read, MappedRow):
                    yield from self._row(read)
                elif not self.is_second:
                    yield read

    def _row(self, row: MappedRow) -> Iterator[Row | Refusal]:
        match row.plan.entry.kind:
            case FileKind.CUSTOMERS:
                if not self.files[0].extras or _says_more(row):
                    yield from _told(_unmasked(row)) if self.is_second else _unmasked(row)
            case FileKind.ORDERS | FileKind.PRODUCTS | FileKind.STOCK:
                yield row
            case _ as never:
                assert_never(never)


def _unmasked(row: MappedRow) -> Iterator[Row | Refusal]:
    """The row, and what of it is masked; nobody becomes a customer by a masked name."""
    for column in ("First Name", "Last Name"):
        if is_masked(row.raw(column)):
            yield row.refusal("import.masked_name", column)
            return
    yield row
    for column in ("Email", "Phone"):
        if is_masked(row.raw(column)):
            yield row.refusal("import.masked_cell", column, kept=True)


_NAMES_SOMEBODY = ("customer_id", "email", "phone")
_NOT_MORE = frozenset({*_NAMES_SOMEBODY, "First Name", "Last Name"})


def _says_more(row: MappedRow) -> bool:
    """Whether a row read as `customers_extra.csv` names somebody and says anything of them."""
    if not any(row.raw(column) for column in _NAMES_SOMEBODY):
        return False
    return any(row.raw(column) for column in row.plan.cells if column not in _NOT_MORE)


def _told(items: Iterator[Row | Refusal]) -> Iterator[Row]:
    return (item for item in items if isinstance(item, Row))

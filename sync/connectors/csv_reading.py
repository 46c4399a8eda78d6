"""A tolerant reader of CSV tables: it yields rows and refusals, streams, and nothing in a file can stop it.

It takes UTF-8 with or without BOM, UTF-16 with BOM, single lines in Windows-1252, commas, semicolons or tabs, any line
end, and rows shorter than the heading. Columns are found by name, whatever their order and capitals. One row is in
memory at a time, and no cell, line or row may grow without end.

Quoting follows RFC 4180 as Python's `csv` reads it. A quote that is never closed would swallow the rest of the file:
there the row in which it opens is refused and reading goes on at the line after it.
"""

import csv
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Protocol

from sync.connectors.errors import CellRefused
from sync.protocol.importing import Refusal

MAX_CELL_CHARACTERS = 2 * 1024 * 1024
"""What the tokenizer takes; a longer cell costs its row. What a field may hold is far less and judged at the field."""

MAX_LINE_CHARACTERS = 4 * 1024 * 1024
MAX_ROW_CHARACTERS = 8 * 1024 * 1024
MAX_TEXT_CHARACTERS = 20_000
DELIMITERS = (",", ";", "\t")
PROGRESS_EVERY_ROWS = 1_000

NAME_COLUMNS = frozenset(
    {
        "Billing City", "Billing Name", "Default Address City", "Employee", "First Name", "Last Name", "Lineitem name",
        "Location", "Product Category", "Shipping City", "Shipping Name", "Source", "Tags", "Title", "Type", "Vendor",
        *(f"Option{number} {part}" for number in (1, 2, 3) for part in ("Name", "Value")),
        "city", "name", "name_en", "reviewer_name", "salutation", "tier", "title",
        "size_bottom", "size_shoe", "size_top",
    }
)  # fmt: skip
"""Headings of cells that name a person, a place or a thing. A name is one line, however many its cell has."""

OnBytes = Callable[[int], None]

_NOT_UTF8 = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Columns:
    """The headings of one kind of file: without `required` the file is of no use, `used` are read where they are."""

    required: tuple[str, ...]
    used: tuple[str, ...] = ()

    @property
    def read(self) -> tuple[str, ...]:
        """All headings whose cells are read."""
        return (*self.required, *self.used)


def heading_key(heading: str) -> str:
    """A heading as it is compared: one space between words, without capitals."""
    return " ".join(unicodedata.normalize("NFC", heading).split()).casefold()


def clean(cell: str) -> str:
    """The cell as NFC text without blanks around it."""
    return unicodedata.normalize("NFC", cell).strip()


def one_line(text: str) -> str:
    """The text with single blanks for whatever white space is in it."""
    return " ".join(text.split())


class Row:
    """One row of a table, its cells found by heading. `line` is the physical line it begins on."""

    __slots__ = ("_cells", "_positions", "file", "line")

    def __init__(self, file: str, line: int, cells: list[str], positions: dict[str, int]) -> None:
        self.file = file
        self.line = line
        self._cells = cells
        self._positions = positions

    def text(self, column: str, *, limit: int = MAX_TEXT_CHARACTERS) -> str:
        """The cell's text, "" where it is empty or not in the file; a name as one line, other texts with their lines.

        Raises CellRefused: too long, or NUL in it.
        """
        position = self._positions.get(column)
        if position is None or position >= len(self._cells):
            return ""
        cell = self._cells[position]
        if len(cell) > limit or "\x00" in cell:
            raise CellRefused("import.too_long" if len(cell) > limit else "import.bad_text", column)
        text = cell.strip() if cell.isascii() else clean(cell)
        return one_line(text) if column in NAME_COLUMNS else text

    def required(self, column: str) -> str:
        """The cell's text. Raises CellRefused where there is none."""
        text = self.text(column)
        if not text:
            raise CellRefused("import.missing_value", column)
        return text

    def code(self, column: str) -> str:
        """A number or code as text, without the `'` or `="..."` that tell a spreadsheet to leave it alone."""
        text = self.text(column)
        if text.startswith('="') and text.endswith('"'):
            text = text[2:-1]
        return text.removeprefix("'").strip()

    @property
    def place(self) -> tuple[str, int]:
        """File and line: what tells this row from every other."""
        return self.file, self.line

    @property
    def characters(self) -> int:
        """How much text the row holds, cells that nobody reads included."""
        return len("".join(self._cells))

    def has(self, column: str) -> bool:
        """Whether the file has this column at all."""
        return column in self._positions

    def refusal(self, reason: str, column: str = "", *, kept: bool = False) -> Refusal:
        """A refusal that names this row."""
        return Refusal(self.file, self.line, reason, column, kept)


class _LineTooLong(Exception):
    """A physical line beyond MAX_LINE_CHARACTERS; it has been passed over."""


class _RowTooLong(Exception):
    """The lines of one row, held together by quotes, are beyond MAX_ROW_CHARACTERS."""


class _Lines:
    """The physical lines of a file for `csv.reader`, with the lines of the row being read, to be gone back to."""

    def __init__(self, stream: TextIOWrapper) -> None:
        self._stream = stream
        self._again: deque[str | None] = deque()
        # None: a line that was too long, told when its turn comes.
        self._row: list[str] = []
        self._row_characters = 0
        self.line = 0
        self.exhausted = False
        self.cut = False
        self.foreign_line = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._fresh()
        if line is None:
            self.line += 1
            raise _LineTooLong
        if not line:
            self.exhausted = True
            raise StopIteration
        self.line += 1
        self._row.append(line)
        self._row_characters += len(line)
        if self._row_characters > MAX_ROW_CHARACTERS:
            raise _RowTooLong
        self.cut = not line.endswith(("\n", "\r"))
        return line

    def _fresh(self) -> str:
        line = self._stream.readline(MAX_LINE_CHARACTERS)
        if len(line) == MAX_LINE_CHARACTERS and not line.endswith(("\n", "\r")):
            while line and not line.endswith(("\n", "\r")):
                line = self._stream.readline(MAX_LINE_CHARACTERS)
            self.line += 1
            raise _LineTooLong
        if not line.isascii() and _NOT_UTF8.search(line):
            self.foreign_line = self.foreign_line or self.line + 1
            raw = line.encode("utf-8", "surrogateescape")
            return raw.decode("cp1252", "replace")
        return line

    def begin_row(self) -> None:
        """Forget the lines of the row before."""
        self._row.clear()
        self._row_characters = 0

    def peek(self, count: int) -> list[str]:
        """The next lines, at most `count`, left to be read; a line too long to be read ends them."""
        lines: list[str] = []
        begun = self.line
        try:
            while len(lines) < count and (line := self._fresh()):
                self.line += 1
                lines.append(line)
            self._again.extend(lines)
        except _LineTooLong:
            self._again.extend([*lines, None])
        self.line = begun
        return lines

    def go_back_to_second_line(self) -> None:
        """Read again all lines of this row but its first."""
        self._again.extendleft(reversed(self._row[1:]))
        self.line -= len(self._row) - 1
        self._row.clear()


@dataclass(slots=True)
class _Heading:
    delimiter: str
    cells: list[str]


def _encoding(binary: BinaryIO) -> str:
    start = binary.read(3)
    binary.seek(0)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "utf-8-sig" if start.startswith(b"\xef\xbb\xbf") else "utf-8"


def _text_stream(binary: BinaryIO, stated: str | None) -> TextIOWrapper:
    encoding = stated or _encoding(binary)
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    return TextIOWrapper(binary, encoding=encoding, errors=errors, newline="")


def _heading(lines: _Lines, columns: Columns) -> _Heading | None:
    """The heading, cut by the delimiter under which most known columns appear; None where the file is empty."""
    line = next(lines, "")
    if line.casefold().startswith("sep="):
        line = next(lines, "")
    if not line.strip():
        return None
    known = {heading_key(column) for column in columns.read}
    attempts = [_Heading(mark, next(csv.reader([line], delimiter=mark))) for mark in DELIMITERS]
    return max(attempts, key=lambda attempt: len(known & {heading_key(cell) for cell in attempt.cells}))


class ReadableTable(Protocol):
    """What the readers of one kind of file need of a table, wherever its rows come from."""

    file: str
    headings: list[str]

    @property
    def usable(self) -> bool:
        """Whether the heading has what is needed."""
        ...

    def add_column(self, column: str, position: int) -> None:
        """Give the cell at `position` a name."""
        ...

    def __iter__(self) -> Iterator[Row | Refusal]: ...


class Table:
    """One file as rows. `headings` are known after opening; `whole` is False once a row could not be read.

    Use it as a context manager; iterating yields each row, or the refusal of what was no row. `encoding` None: found
    by the file's first bytes.
    """

    def __init__(
        self, path: Path, columns: Columns, *, on_bytes: OnBytes | None = None, encoding: str | None = None
    ) -> None:
        csv.field_size_limit(MAX_CELL_CHARACTERS)
        self.file = path.name
        self.whole = True
        self._on_bytes = on_bytes
        self._binary: BinaryIO = path.open("rb")
        self._stream = _text_stream(self._binary, encoding)
        self._lines = _Lines(self._stream)
        self._refused: Refusal | None = None
        self._delimiter = ","
        self.headings: list[str] = []
        self._positions: dict[str, int] = {}
        self._open(columns)

    def _open(self, columns: Columns) -> None:
        try:
            heading = _heading(self._lines, columns)
        except (csv.Error, _LineTooLong):
            heading = None
        if heading is None:
            self._refuse("import.no_heading", "")
            return
        self._delimiter = heading.delimiter
        self.headings = [one_line(clean(cell)) for cell in heading.cells]
        keys = [heading_key(cell) for cell in heading.cells]
        for column in columns.read:
            count = keys.count(heading_key(column))
            if count > 1:
                self._refuse("import.doubled_column", column)
                return
            if count == 0 and column in columns.required:
                self._refuse("import.missing_column", column)
                return
            if count:
                self._positions[column] = keys.index(heading_key(column))

    def _refuse(self, reason: str, column: str) -> None:
        self.whole = False
        self._refused = Refusal(self.file, 1, reason, column)

    @property
    def usable(self) -> bool:
        """Whether the heading has what is needed."""
        return self._refused is None

    def add_column(self, column: str, position: int) -> None:
        """Give the cell at `position` a name (for files whose headings are names of places)."""
        self._positions[column] = position

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def __iter__(self) -> Iterator[Row | Refusal]:
        if self._refused is not None:
            yield self._refused
            return
        reader = csv.reader(self._lines, delimiter=self._delimiter)
        count = 0
        while (read := self._next(reader)) is not None:
            if isinstance(read, Refusal):
                self.whole = False
                yield read
            elif read.line:
                yield read
            count += 1
            if count % PROGRESS_EVERY_ROWS == 0:
                self._report_bytes()
        self._report_bytes()
        if self._lines.foreign_line:
            yield Refusal(self.file, self._lines.foreign_line, "import.not_utf8", kept=True)

    def _report_bytes(self) -> None:
        if self._on_bytes is not None:
            self._on_bytes(self._binary.tell())

    def _next(self, reader: "Iterator[list[str]]") -> Row | Refusal | None:
        """The next row (line 0 where it is blank) or refusal; None at the end."""
        self._lines.begin_row()
        line = self._lines.line + 1
        try:
            cells = next(reader)
        except StopIteration:
            return None
        except _LineTooLong:
            return Refusal(self.file, line, "import.row_too_long")
        except (csv.Error, _RowTooLong):
            self._lines.go_back_to_second_line()
            return Refusal(self.file, line, "import.row_too_long")
        if self._lines.exhausted:
            self._lines.exhausted = False
            self._lines.go_back_to_second_line()
            return Refusal(self.file, line, "import.row_cut")
        return self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> Row | Refusal:
        width = len(self.headings)
        if not any(cells):
            return Row(self.file, 0, [], self._positions)
        if len(cells) < width and self._lines.cut:
            return Refusal(self.file, line, "import.row_cut")
        if any(cells[width:]):
            return Refusal(self.file, line, "import.too_many_cells")
        return self._made_row(line, cells)

    def _made_row(self, line: int, cells: list[str]) -> Row:
        return Row(self.file, line, cells, self._positions)

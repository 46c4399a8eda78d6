"""What every reader of a file shares: the folder's settings, what is known so far, and the loop over rows.

A reader gives a function that makes records of one row (or of the rows of one order). The loop turns whatever that
function refuses into one Refusal for the row, so that a bad row costs itself and nothing else.

Rows pass in portions, so that what they name can be asked of earlier imports some hundred at a time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from sync.connectors.cell_values import wire_moment
from sync.connectors.csv_reading import Columns, ReadableTable, Row, Table
from sync.connectors.errors import CellRefused
from sync.connectors.known import KnownCustomers, KnownPlaces, KnownProducts, NothingKnown
from sync.protocol.bodies.base import RecordBody
from sync.protocol.ids import imported_id
from sync.protocol.importing import ImportedRecord, KnownRecords, Refusal
from sync.protocol.kinds import Body, Kind
from sync.protocol.search_keys import email_key, phone_key
from sync.protocol.stock_level import is_counted_later
from sync.protocol.times import to_wire

Item = ImportedRecord | Refusal
Made = list[Item]

MAX_GROUP_ROWS = 10_000
PORTION_ITEMS = 500
PORTION_CHARACTERS = 4 * 1024 * 1024
"""A portion ends after so many rows, orders or carts, or before that after so much text."""

Expect = Callable[[list[Row]], None]
"""Gets the next rows before records are made of them, to ask for what they name."""

T = TypeVar("T")


def _expect_nothing(rows: list[Row]) -> None:
    return None


CUSTOMER_COLUMNS = ("customer_id", "email", "phone")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one file has been read, in bytes."""

    file: str
    read_bytes: int
    file_bytes: int


OnProgress = Callable[[Progress], None]


@dataclass(slots=True)
class FolderReading:
    """One run over one folder. All times are moved by `shift`; `currency` is the shop's, for price lists.

    `as_of`: when the files were written, unmoved; None for each file's own time.
    `now`: nothing said earlier with a later time is believed; None where every time is.
    """

    folder: Path
    source: str
    zone: ZoneInfo
    shift: timedelta
    as_of: datetime | None
    currency: str
    known: KnownRecords = field(default_factory=NothingKnown)
    on_progress: OnProgress | None = None
    now: datetime | None = None
    customers: KnownCustomers = field(init=False)
    places: KnownPlaces = field(init=False)
    products: KnownProducts = field(init=False)
    _written_at: dict[str, str] = field(init=False, default_factory=dict)
    joined_at: dict[str, str] = field(default_factory=dict)
    """Since when each customer is one, by reference: the time of what the platform says of them without a time."""

    def __post_init__(self) -> None:
        self.customers = KnownCustomers(self.source, self.known)
        self.places = KnownPlaces(self.known)
        self.products = KnownProducts(self.source, self.known)

    def written_at(self, file: str) -> str:
        """When that file was written, in whole seconds, for what carries no time of its own."""
        if file not in self._written_at:
            at = self.as_of or datetime.fromtimestamp((self.folder / file).stat().st_mtime, UTC)
            self._written_at[file] = to_wire(at.astimezone(UTC).replace(microsecond=0) + self.shift)
        return self._written_at[file]

    def counted_since(self, level: Mapping[str, Any], as_of: str) -> bool:
        """Whether this stock, as it was said earlier, was counted after `as_of`; one from a time to come was not."""
        if self.now is not None and is_counted_later(level, to_wire(self.now)):
            return False
        return is_counted_later(level, as_of)

    def id_of(self, kind: Kind | str, ref: str) -> str:
        """The id of a record of this source."""
        return imported_id(self.source, kind, ref)

    def moment(self, row: Row, column: str) -> str:
        """A cell's time as wire text, shifted. Raises CellRefused where it is empty or no time."""
        return wire_moment(row.required(column), column, self.zone, shift=self.shift)

    def moment_or_none(self, row: Row, column: str) -> str | None:
        """The same, None for an empty cell."""
        return self.moment(row, column) if row.text(column) else None

    def unshifted(self, row: Row, column: str) -> str:
        """A cell's time as the file means it: what ids are made of, so that a shift changes no id."""
        return wire_moment(row.required(column), column, self.zone)

    def has(self, file: str) -> bool:
        """Whether the folder has that file."""
        return (self.folder / file).is_file()

    @contextmanager
    def table(self, file: str, columns: Columns, *, quiet: bool = False) -> Iterator[ReadableTable | None]:
        """The file opened, None where there is none. `quiet` reads report no progress: they are not the main pass."""
        path = self.folder / file
        if not path.is_file():
            yield None
            return
        with Table(path, columns, on_bytes=None if quiet else self._on_bytes(path)) as table:
            yield table

    def _on_bytes(self, path: Path) -> Callable[[int], None] | None:
        on_progress = self.on_progress
        if on_progress is None:
            return None
        size = path.stat().st_size
        return lambda read_bytes: on_progress(Progress(path.name, read_bytes, size))

    def rows(
        self, file: str, columns: Columns, make: Callable[[Row], Made], *, expect: Expect = _expect_nothing
    ) -> Iterator[Item]:
        """The records of a file in which each row stands for itself. `expect` sees each portion before its rows."""
        with self.table(file, columns) as table:
            for portion in in_portions(table or (), lambda read: read.characters if isinstance(read, Row) else 0):
                expect([read for read in portion if isinstance(read, Row)])
                for read in portion:
                    if isinstance(read, Refusal):
                        yield read
                    else:
                        yield from guarded(read, partial(make, read))

    def groups(
        self,
        file: str,
        columns: Columns,
        key: str,
        make: Callable[[list[Row]], Made],
        *,
        expect: Expect = _expect_nothing,
    ) -> Iterator[Item]:
        """The records of a file in which rows that stand together and share `key` are one thing.

        `expect` sees the first rows of each portion. Rows of a key that was finished earlier are refused: whatever they
        add would replace what is there.
        """
        finished: set[int] = set()
        with self.table(file, columns) as table:
            for portion in in_portions(self.grouped(table or (), key), _characters_of_group):
                expect([group[0] for group in portion if not isinstance(group, Refusal)])
                for group in portion:
                    if isinstance(group, Refusal):
                        yield group
                    elif self._is_apart(group, key, finished):
                        yield from (row.refusal("import.rows_apart", key) for row in group)
                    else:
                        yield from guarded(group[0], partial(make, group))

    def grouped(self, table: ReadableTable | tuple[()], key: str) -> Iterator[list[Row] | Refusal]:
        """The rows of each thing: those that stand together and share `key`."""
        return _grouped(table, key)

    @staticmethod
    def _is_apart(group: list[Row], key: str, finished: set[int]) -> bool:
        """Whether the group's key was finished earlier; if not, it is from now on."""
        name = hash(group[0].code(key))
        is_apart = name in finished
        finished.add(name)
        return is_apart

    def expect_customers(self, rows: Iterable[Row]) -> None:
        """Ask for the people of earlier imports whom rows of ours name, by platform id, e-mail or phone."""
        named = [(code_of(row, "customer_id"), email_key(text_of(row, "email")), code_of(row, "phone")) for row in rows]
        self.customers.expect(refs=[ref for ref, _, _ in named], emails=[email for _, email, _ in named])
        open_phones = [
            phone
            for ref, email, phone in named
            if phone and not self.customers.by_ref(ref) and not self.customers.by_email(email, guests=True)
        ]
        self.customers.expect(phones=[phone_key(phone) for phone in open_phones])

    def last_words(self, kind: Kind, refs: Iterable[str]) -> dict[str, Body]:
        """What earlier imports said last of the records of these references, by reference."""
        ids = {self.id_of(kind, ref): ref for ref in refs if ref}
        said: Mapping[str, Body] = self.known.last_words(kind, ids) if ids else {}
        return {ids[record_id]: body for record_id, body in said.items()}

    def record(self, kind: Kind, ref: str, body: RecordBody, row: Row, *, checked: bool = False) -> ImportedRecord:
        """A finished record with the row it comes from. `checked`: nothing was put into the body past its model."""
        return ImportedRecord(kind, ref, body.to_body(), row.file, row.line, checked)


def code_of(row: Row, column: str) -> str:
    """The cell's code, "" where it cannot be read: whoever makes the record says so."""
    try:
        return row.code(column)
    except CellRefused:
        return ""


def text_of(row: Row, column: str) -> str:
    """The same for the cell's text."""
    try:
        return row.text(column)
    except CellRefused:
        return ""


def in_portions(items: Iterable[T], characters: Callable[[T], int]) -> Iterator[list[T]]:
    """The items in lists that are bounded in number and in text."""
    portion: list[T] = []
    held = 0
    for item in items:
        portion.append(item)
        held += characters(item)
        if len(portion) >= PORTION_ITEMS or held >= PORTION_CHARACTERS:
            yield portion
            portion, held = [], 0
    if portion:
        yield portion


def _characters_of_group(group: list[Row] | Refusal) -> int:
    return 0 if isinstance(group, Refusal) else sum(row.characters for row in group)


def guarded(row: Row, make: Callable[[], Made]) -> Made:
    """What `make` gives, or one refusal of the row where a cell or a rule of the record stopped it."""
    try:
        return make()
    except CellRefused as refused:
        return [row.refusal(refused.reason, refused.column)]
    except ValidationError as error:
        return [_invalid(row, error)]


def _invalid(row: Row, error: ValidationError) -> Refusal:
    """A row whose record breaks a rule of its model; `column` is the record's field."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    reason = "import.too_long" if first["type"] == "string_too_long" else "import.bad_value"
    return row.refusal(reason, str(first["loc"][0]) if first["loc"] else "")


def named_rows(table: Iterable[Row | Refusal], key: str) -> Iterator[tuple[str, Row] | Refusal]:
    """Each row behind what its `key` calls the thing it is of; a refusal of what was no row or names nothing."""
    for read in table:
        if isinstance(read, Refusal):
            yield read
            continue
        try:
            name = read.code(key)
        except CellRefused as refused:
            yield read.refusal(refused.reason, refused.column)
            continue
        yield (name, read) if name else read.refusal("import.missing_value", key)


def _grouped(table: Iterable[Row | Refusal], key: str) -> Iterator[list[Row] | Refusal]:
    group: list[Row] = []
    group_name = ""
    for named in named_rows(table, key):
        if isinstance(named, Refusal):
            yield named
            continue
        name, row = named
        if group and name != group_name:
            yield group
            group = []
        group_name = name
        if len(group) >= MAX_GROUP_ROWS:
            yield row.refusal("import.too_many_rows", key)
            continue
        group.append(row)
    if group:
        yield group


class Once:
    """Remembers references by their hash, to find the second row that claims to be the same thing."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def claim(self, column: str, *parts: str) -> None:
        """Raises CellRefused where these parts came before."""
        claimed = hash(parts)
        if claimed in self._seen:
            raise CellRefused("import.duplicate_id", column)
        self._seen.add(claimed)


def listed(text: str) -> list[str]:
    """The words of a cell that are separated by `;`."""
    return [word for part in text.split(";") if (word := part.strip())]

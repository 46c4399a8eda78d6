"""A folder of any till's or marketplace's files, and what mapping.toml says of them -> one stream, as of Shopify's.

The files are read by the readers of Shopify's files (`mapped_rows` says how), so that all their rules hold: whose an
order is, what becomes of a bad row, that a second run changes nothing. Beside the mapped files the folder may hold
`locations.csv`, `associates.csv`, `pickups.csv` and `products_extra.csv` in our own form. A file that neither the
mapping nor we know is refused (`unmapped_file`), so that none is left out unseen.

Where this differs from Shopify's files:

- Rows of one order or product need not stand together. Rows of one order number that name two times are two orders of
  a till that counts anew: all are refused (`rows_disagree`); `number_prefix` or another column is the way out.
- Of an order or product in two files of one entry, the file with the last name counts (exports that overlap); of a
  customer or a stock level the other row is refused (`duplicate_id`).
- A doubled column is refused (`doubled_column`) unless the mapping says which one: `Harga#2`.
- `03/04/2026` without the mapping's word on it: the row is refused (`date_order_not_stated`).
- A masked buyer (`B***i`, `+62812****34`): of their order nothing of the buyer counts but the platform's id of a
  customer we know; the order is nobody's until somebody claims it. A customers file's masked name: the row is refused
  (`masked_name`); a masked phone or e-mail is left out (`masked_cell`, kept).
- Stock of places or goods that the files do not name stays as it was said last. Nothing ends by being left out.
- A workbook that is none, is locked, or has no such sheet (`bad_sheet`, `no_such_sheet`), or would not fit into memory
  (`sheet_too_large`): the file is refused.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sync.connectors.csv_reading import Columns, ReadableTable, Row
from sync.connectors.customers import CUSTOMERS_FILE, read_customers, read_notes
from sync.connectors.customers import EXTRA_FILE as CUSTOMERS_EXTRA_FILE
from sync.connectors.inventory import INVENTORY_FILE, read_inventory
from sync.connectors.known import NothingKnown
from sync.connectors.locations import ASSOCIATES_FILE, LOCATIONS_FILE, read_associates, read_locations
from sync.connectors.mapped_files import MappedTable, files_of, mappable_files
from sync.connectors.mapped_groups import brought_together
from sync.connectors.mapping import FileKind, ImportMapping
from sync.connectors.orders import ORDERS_FILE, PICKUPS_FILE, read_orders
from sync.connectors.products import EXTRA_FILE as PRODUCTS_EXTRA_FILE
from sync.connectors.products import PRODUCTS_FILE, read_products
from sync.connectors.reading import FolderReading, Item, OnProgress
from sync.protocol.importing import KnownRecords, Refusal

_MAPPED = {
    ORDERS_FILE: FileKind.ORDERS,
    PRODUCTS_FILE: FileKind.PRODUCTS,
    INVENTORY_FILE: FileKind.STOCK,
    CUSTOMERS_FILE: FileKind.CUSTOMERS,
    CUSTOMERS_EXTRA_FILE: FileKind.CUSTOMERS,
}
"""The files of Shopify's, and our extra one, that mapped files stand for."""

OWN_FILES = frozenset({LOCATIONS_FILE, ASSOCIATES_FILE, PICKUPS_FILE, PRODUCTS_EXTRA_FILE})
"""Files in our own form that may lie beside them."""

_READERS: tuple[Callable[[FolderReading], Iterator[Item]], ...] = (
    read_locations,
    read_associates,
    read_products,
    read_customers,
    read_orders,
    read_inventory,
    read_notes,
)


@dataclass(slots=True, kw_only=True)
class MappedReading(FolderReading):
    """One run over one folder whose files the mapping explains."""

    mapping: ImportMapping

    def has(self, file: str) -> bool:
        if file in _MAPPED:
            return bool(files_of(self.folder, self.mapping, _MAPPED[file], extras=file == CUSTOMERS_EXTRA_FILE))
        return file in OWN_FILES and self.mapping.entry_of(file) is None and FolderReading.has(self, file)

    @contextmanager
    def table(self, file: str, columns: Columns, *, quiet: bool = False) -> Iterator[ReadableTable | None]:
        if file not in _MAPPED:
            with FolderReading.table(self, file, columns, quiet=quiet) as table:
                yield table if self.has(file) else None
            return
        extras = file == CUSTOMERS_EXTRA_FILE
        files = files_of(self.folder, self.mapping, _MAPPED[file], extras=extras)
        on_bytes_of = (lambda path: None) if quiet or extras else self._on_bytes
        yield MappedTable(file, files, on_bytes_of, is_second=extras) if files else None

    def grouped(self, table: ReadableTable | tuple[()], key: str) -> Iterator[list[Row] | Refusal]:
        return (
            brought_together(table, key) if isinstance(table, MappedTable) else FolderReading.grouped(self, table, key)
        )


def read_mapped_folder(
    folder: Path,
    mapping: ImportMapping,
    *,
    as_of: datetime | None = None,
    known: KnownRecords | None = None,
    on_progress: OnProgress | None = None,
    now: datetime | None = None,
) -> Iterator[Item]:
    """Everything the folder's files say, streamed. `known`: what earlier imports said.

    `as_of`: when the files were written, None for each file's own time. `now`: nothing known with a later time is
    believed.

    Raises NotADirectoryError at once, and OSError where the disk is full of the rows kept for sorting.
    """
    if not folder.is_dir():
        raise NotADirectoryError(folder)
    priced = next((entry.currency for entry in mapping.of_kind(FileKind.PRODUCTS) if entry.currency), None)
    reading = MappedReading(
        folder=folder,
        source=mapping.source,
        zone=ZoneInfo(mapping.time_zone),
        shift=timedelta(),
        as_of=as_of,
        currency=priced or mapping.currency,
        known=known or NothingKnown(),
        on_progress=on_progress,
        now=now,
        mapping=mapping,
    )
    return _items(reading)


def _items(reading: MappedReading) -> Iterator[Item]:
    for path in sorted(mappable_files(reading.folder)):
        if reading.mapping.entry_of(path.name) is None and path.name not in OWN_FILES:
            yield Refusal(path.name, 1, "import.unmapped_file")
    for read in _READERS:
        yield from read(reading)


def mapped_files(folder: Path, mapping: ImportMapping) -> list[Path]:
    """The files of the folder that the mapping means."""
    return [path for path in mappable_files(folder) if mapping.entry_of(path.name) is not None]

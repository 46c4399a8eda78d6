"""Small folders of other systems' files, and their reading back through a mapping."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sync.connectors.mapped_csv import read_mapped_folder
from sync.connectors.mapping import ImportMapping
from sync.protocol.importing import KnownRecords
from tests.connectors.folders import AS_OF, Read

ORDER_COLUMNS = {
    "number": "Nomor", "placed_at": "Tanggal", "item_name": "Barang", "sku": "SKU", "quantity": "Jumlah",
    "price": "Harga", "total": "Total", "buyer_name": "Nama", "buyer_phone": "Telepon", "buyer_email": "Surel",
}  # fmt: skip
STOCK_COLUMNS = {"sku": "SKU", "on_hand": "Stok", "location": "Toko"}
PRODUCT_COLUMNS = {"name": "Produk", "sku": "SKU", "price": "Harga", "option_1": "Ukuran"}
CUSTOMER_COLUMNS = {"id": "ID", "name": "Nama", "phone": "Telepon", "email": "Surel", "birthday": "Lahir"}


def entry(kind: str, columns: Mapping[str, Any], name: str | None = None, **settings: Any) -> dict[str, Any]:
    """One `[[files]]` entry."""
    return {"name": name or f"{kind}*.csv", "kind": kind, "columns": dict(columns), **settings}


def orders(**settings: Any) -> dict[str, Any]:
    """The entry of `orders*.csv`; dates day first, comma decimals."""
    columns = ORDER_COLUMNS | settings.pop("columns", {})
    return entry("orders", {name: one for name, one in columns.items() if one},
                 **{"dates": "day_first", "decimal_mark": ",", "channel": "Pasar", **settings})  # fmt: skip


def mapping_of(*entries: dict[str, Any], **settings: Any) -> ImportMapping:
    """A mapping of these entries."""
    return ImportMapping.model_validate({"source": "pasar", "files": list(entries), **settings})


def table(*rows: str, delimiter: str = ",") -> str:
    """Rows given as `a|b|c`, as CSV."""
    return "".join(delimiter.join(row.split("|")) + "\n" for row in rows)


def put(folder: Path, **files: str | bytes) -> Path:
    """Writes `name.csv` for each; an underscore in a name stays."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def read_mapped(folder: Path, mapping: ImportMapping, *, known: KnownRecords | None = None) -> Read:
    """The whole folder; every body is checked against its model and no record comes twice."""
    result = Read()
    for item in read_mapped_folder(folder, mapping, as_of=AS_OF, known=known):
        result.keep(item, source=mapping.source)
    return result


def refused(read: Read) -> list[tuple[int, str, str]]:
    """Line, reason and column of what was refused, or kept without a cell."""
    return [(one.line, one.reason.removeprefix("import."), one.column) for one in read.refusals]

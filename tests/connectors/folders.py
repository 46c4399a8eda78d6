"""Small literal import folders for the connector's tests, and their reading back as records by kind."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sync.connectors.shopify_csv import DEFAULT_SOURCE, FolderStream, read_folder
from sync.protocol.bodies import BODY_MODELS
from sync.protocol.ids import imported_id, stock_id
from sync.protocol.importing import ImportedRecord, Refusal
from sync.protocol.kinds import Body, Kind

AS_OF = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SITI = imported_id("shopify", Kind.CUSTOMER, "101")
SUHARTI = imported_id("shopify", Kind.CUSTOMER, "102")
BANDUNG = imported_id("shopify", Kind.LOCATION, "BDG")
KM_M = imported_id("shopify", "variant", "KM-M")

LOCATIONS = [
    {"name": "Bandung", "code": "BDG", "kind": "store", "city": "Bandung", "time_zone": "Asia/Jakarta",
     "latitude": "-6.9", "longitude": "107.6"},
    {"name": "Denpasar", "code": "DPS", "kind": "store", "city": "Denpasar", "time_zone": "Asia/Makassar",
     "latitude": "-8.67", "longitude": "115.2"},
    {"name": "Gudang", "code": "GDG", "kind": "warehouse"},
    {"name": "Toko Online", "code": "WEB", "kind": "web", "latitude": "0", "longitude": "0"},
]  # fmt: skip
PRODUCTS = [
    {"Handle": "kemeja", "Title": "Kemeja Linen", "Option1 Name": "Ukuran", "Option1 Value": "M", "Variant SKU": "KM-M",
     "Variant Price": "299000.00", "Variant Barcode": "4006381333931", "Type": "Kemeja", "Status": "active"},
    {"Handle": "kemeja", "Title": "", "Option1 Value": "L", "Variant SKU": "KM-L", "Variant Price": "299000.00"},
    {"Handle": "vas", "Title": "Vas", "Option1 Name": "Title", "Option1 Value": "Default Title", "Variant SKU": "VAS",
     "Variant Price": "150000.00"},
]  # fmt: skip
CUSTOMERS = [
    {"Customer ID": "'101", "First Name": "Siti", "Last Name": "Rahmawati", "Email": "siti@surel.example",
     "Phone": "'+6281200001111", "Default Address City": "Bandung", "Note": "Suka linen."},
    {"Customer ID": "102", "First Name": "", "Last Name": "Suharti", "Email": "suharti@surel.example",
     "Phone": "0812-0000-2222"},
]  # fmt: skip


def order_row(**cells: str) -> dict[str, str]:
    """An order's first row with sensible cells; spaces in names as underscores (`Created_at`)."""
    row = {
        "Name": "#1001", "Email": "siti@surel.example", "Currency": "IDR", "Subtotal": "299000.00", "Shipping": "0.00",
        "Taxes": "29630.63", "Total": "299000.00", "Created at": "2024-05-01 10:11:12 +0700", "Lineitem quantity": "1",
        "Lineitem name": "Kemeja Linen - M", "Lineitem price": "299000.00", "Lineitem sku": "KM-M", "Source": "web",
        "Location": "", "Employee": "", "Phone": "", "Billing Name": "Siti Rahmawati", "Billing Phone": "",
        "Financial Status": "paid", "Fulfillment Status": "fulfilled", "Cancelled at": "", "Refunded Amount": "0.00",
        "Discount Amount": "", "Lineitem discount": "", "Notes": "", "Billing City": "Bandung",
    }  # fmt: skip
    return row | {name.replace("_", " "): value for name, value in cells.items()}


def line_row(name: str, **cells: str) -> dict[str, str]:
    """A further row of an order: its name and one line item."""
    line = {"Lineitem quantity": "2", "Lineitem name": "Vas", "Lineitem price": "150000.00", "Lineitem sku": "VAS"}
    return {"Name": name} | line | {column.replace("_", " "): value for column, value in cells.items()}


def csv_text(rows: Iterable[Mapping[str, str]], *, delimiter: str = ",", line_end: str = "\n") -> str:
    """The rows as CSV under the headings that any of them has."""
    gathered = list(rows)
    headings = list(dict.fromkeys(heading for row in gathered for heading in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, headings, restval="", delimiter=delimiter, lineterminator=line_end)
    writer.writeheader()
    writer.writerows(gathered)
    return stream.getvalue()


def make_folder(path: Path, **files: Iterable[Mapping[str, str]] | str | bytes | None) -> Path:
    """A folder with the shop's locations, products and customers, and the given files (None leaves one out)."""
    path.mkdir(exist_ok=True)
    shop: dict[str, Any] = {"locations": LOCATIONS, "products_export": PRODUCTS, "customers_export": CUSTOMERS}
    for name, content in (shop | files).items():
        if content is None:
            continue
        raw = content if isinstance(content, bytes | str) else csv_text(content)
        (path / f"{name}.csv").write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return path


@dataclass(slots=True)
class Read:
    """A folder as it was read: bodies by kind and reference, and the refusals.

    `order`: the kinds as the stream first named them; `checked_kinds`: those whose records say they were checked.
    """

    bodies: dict[Kind, dict[str, Body]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    order: list[Kind] = field(default_factory=list)
    complete_kinds: set[Kind] = field(default_factory=set)
    checked_kinds: set[Kind] = field(default_factory=set)

    def keep(self, item: ImportedRecord | Refusal, *, source: str) -> None:
        """Take one item of the stream in; no record may come twice."""
        if isinstance(item, Refusal):
            self.refusals.append(item)
            return
        if item.checked:
            _assert_whole(item, source)
            self.checked_kinds.add(item.kind)
        else:
            BODY_MODELS[item.kind].model_validate(item.body)
        of_kind = self.bodies.setdefault(item.kind, {})
        assert item.external_ref not in of_kind
        of_kind[item.external_ref] = item.body
        if item.kind not in self.order:
            self.order.append(item.kind)

    def of(self, kind: Kind) -> dict[str, Body]:
        """Bodies of a kind by external reference."""
        return self.bodies.get(kind, {})

    def one(self, kind: Kind) -> Body:
        """The only body of a kind."""
        (body,) = self.of(kind).values()
        return body

    @property
    def reasons(self) -> list[tuple[str, int, str]]:
        """File, line and reason of each refusal, without the common prefix."""
        return [(each.file, each.line, each.reason.removeprefix("import.")) for each in self.refusals]


def read(folder: Path, **options: Any) -> Read:
    """The whole folder; every body is checked against its model and every record's reference is its own."""
    settings: dict[str, Any] = {"as_of": AS_OF, "default_time_zone": "Asia/Jakarta"}
    stream: FolderStream = read_folder(folder, **settings | options)
    result = Read(complete_kinds=stream.complete_kinds)
    for item in stream:
        result.keep(item, source=options.get("source", DEFAULT_SOURCE))
    return result


def _assert_whole(record: ImportedRecord, source: str) -> None:
    """A record that says it was checked is not put through its model by an import: it must be what the model makes."""
    body = record.body
    assert BODY_MODELS[record.kind].model_validate(body).to_body() == body
    assert (body["source"], body["external_ref"]) == (source, record.external_ref)
    by_rule = stock_id(body["store_id"], body["variant_id"]) if record.kind == Kind.STOCK else None
    assert body["id"] == (by_rule or imported_id(source, record.kind, record.external_ref))

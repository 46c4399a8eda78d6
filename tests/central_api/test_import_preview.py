"""A dry run counts what the import itself then does, on SQLite and PostgreSQL, and writes nothing."""

from pathlib import Path

import sqlalchemy as sa

from sync.central_api.database import is_current, sqlite_url
from sync.central_api.import_preview import preview_records
from sync.central_api.import_records import ImportResult
from sync.central_api.tables import METADATA
from sync.protocol.importing import ImportedRecord, Refusal
from sync.protocol.kinds import Kind
from tests.central_api.retailer import BANDUNG, SITI, SOURCE, Central, customer, order, record, small_retailer


def preview(central: Central, *records: ImportedRecord | Refusal, source: str = SOURCE) -> ImportResult:
    return preview_records(central.database, records, source=source, now=central.clock)


def everything(central: Central) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with central.database.reading() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for name, table in METADATA.tables.items()
        }


CHANGES: list[ImportedRecord | Refusal] = [
    *small_retailer()[:5],
    customer("siti", "Siti Rahayu", phone="+6281234567890", email="baru@example.id", home_store_id=BANDUNG),
    customer("made", "Made", phone="+6281299999999"),
    order("#1", SITI, BANDUNG, "2026-11-01T00:00:00Z"),
    order("#1", SITI, BANDUNG, "2026-11-02T00:00:00Z"),
    record(Kind.ORDER, "#2", number="#2"),
    Refusal("orders.csv", 7, "import.bad_date", "Tanggal"),
    Refusal("orders.csv", 8, "import.unknown_sku", "SKU", kept=True),
]


def test_a_dry_run_counts_what_the_import_then_does(central: Central) -> None:
    foretold = preview(central, *CHANGES)
    done = central.take(*CHANGES)
    assert foretold == done
    assert (done.created, done.changed, done.unchanged, done.refused, done.kept) == (2, 1, 5, 3, 1)


def test_a_dry_run_after_the_import_sees_nothing_new(central: Central) -> None:
    central.take(*CHANGES)
    foretold = preview(central, *CHANGES)
    assert (foretold.created, foretold.changed) == (0, 0)
    assert foretold == central.take(*CHANGES)


def test_a_dry_run_writes_nothing(central: Central) -> None:
    before = everything(central)
    preview(central, *CHANGES)
    preview(central, *CHANGES, source="another")
    assert everything(central) == before


def test_a_change_that_people_made_stands_in_the_dry_run_too(central: Central) -> None:
    device = central.device()
    edit = {"customer_id": SITI, "fields": {"email": ["siti@example.id", "ditoko@example.id"]}}
    assert device.push(device.entry("contact.edit", edit)) == [("applied", None)]
    assert preview(central, *CHANGES).by_kind == central.take(*CHANGES).by_kind


def test_repeats_are_found_across_portions(central: Central) -> None:
    many = [order(f"#{number % 700}", None, None, "2026-11-01T00:00:00Z") for number in range(1_400)]
    foretold = preview(central, *many)
    assert foretold == central.take(*many)
    assert (foretold.created, foretold.refused) == (700, 700)


def test_every_refusal_is_told_however_many_are_kept(central: Central) -> None:
    told: list[Refusal] = []
    rows = (Refusal("orders.csv", line, "import.bad_date") for line in range(10_500))
    result = preview_records(central.database, rows, source=SOURCE, now=central.clock, on_refusal=told.append)
    assert (len(told), result.refused, len(result.refusals)) == (10_500, 10_500, 10_000)


def test_where_there_is_no_database_none_is_made(tmp_path: Path) -> None:
    assert is_current(sqlite_url(tmp_path / "none.db")) is None
    assert not (tmp_path / "none.db").exists()

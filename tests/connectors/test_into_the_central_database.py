"""A folder taken into a central database: what a second run, a newer export and a change of mind come to."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sync.central_api.database import CentralDatabase, migrate, sqlite_url
from sync.central_api.import_records import ImportResult, import_records
from sync.connectors.shopify_csv import read_folder
from sync.protocol.kinds import Kind
from tests.connectors.folders import AS_OF, CUSTOMERS, make_folder, order_row


@pytest.fixture
def database(tmp_path: Path) -> Iterator[CentralDatabase]:
    """An empty central database on SQLite."""
    url = sqlite_url(tmp_path / "central.db")
    migrate(url)
    opened = CentralDatabase(url)
    yield opened
    opened.close()


def take(database: CentralDatabase, folder: Path, *, days_later: int = 0) -> ImportResult:
    """One import of the folder, exported that many days later."""
    as_of = AS_OF + timedelta(days=days_later)
    stream = read_folder(folder, as_of=as_of, default_time_zone="Asia/Jakarta")
    return import_records(database, stream, source="shopify", now=lambda: as_of, complete_kinds=stream.complete_kinds)


def shop(path: Path, *, mail: str = "yes", wished: tuple[str, ...] = ("KM-M", "VAS")) -> Path:
    """A folder with something of everything that carries no time of its own."""
    return make_folder(
        path,
        customers_export=[each | {"Accepts Email Marketing": mail} for each in CUSTOMERS],
        customers_extra=[{"customer_id": "101", "customer_since": "2021-03-04", "consent_marketing_email": "no"}],
        orders_export=[order_row(), order_row(Name="#2", Email="tamu@x.example")],
        inventory_export=[{"SKU": "KM-M", "Bandung": "2", "Denpasar": "1"}],
        wishlists=[{"customer_id": "101", "sku": sku, "added_at": "2026-11-01"} for sku in wished],
    )


def test_a_second_run_of_the_same_files_changes_nothing(tmp_path: Path, database: CentralDatabase) -> None:
    first = take(database, shop(tmp_path / "shop"))
    second = take(database, tmp_path / "shop")
    assert (first.created > 15, first.refused) == (True, 0)
    assert (second.created, second.changed, second.ended, second.refused) == (0, 0, 0, 0)
    assert second.unchanged == first.created


def test_a_newer_export_of_the_same_things_restamps_stock_alone(tmp_path: Path, database: CentralDatabase) -> None:
    take(database, shop(tmp_path / "shop"))
    later = take(database, tmp_path / "shop", days_later=1)
    assert {kind for kind, fates in later.by_kind.items() if fates.keys() - {"unchanged"}} == {Kind.STOCK}
    assert (later.created, later.ended, later.refused) == (0, 0, 0)


def test_a_change_of_mind_on_the_platform_is_recorded_every_time(tmp_path: Path, database: CentralDatabase) -> None:
    for day, mail in enumerate(["yes", "no", "yes", "no", "yes", "no"]):
        result = take(database, shop(tmp_path / "shop", mail=mail), days_later=day)
        assert len(result.by_kind[Kind.CONSENT].keys() - {"unchanged"}) == 1


def test_a_wish_that_left_the_file_has_ended(tmp_path: Path, database: CentralDatabase) -> None:
    take(database, shop(tmp_path / "shop"))
    assert take(database, shop(tmp_path / "shop", wished=("VAS",))).ended == 1
    (tmp_path / "shop" / "wishlists.csv").unlink()
    assert take(database, tmp_path / "shop").ended == 0

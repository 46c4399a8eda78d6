"""How an import treats SQLite's write-ahead log."""

from collections.abc import Iterator
from pathlib import Path

from sync.central_api.database import CentralDatabase, migrate, sqlite_url
from sync.central_api.import_records import import_records
from sync.protocol.importing import ImportedRecord


def test_the_log_is_copied_back_as_usual_once_an_import_has_ended(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "central.db")
    migrate(url)
    seen: list[int] = []

    def stream(database: CentralDatabase) -> Iterator[ImportedRecord]:
        yield from ()
        seen.append(checkpoint_pages(database))

    with CentralDatabase(url) as database:
        usual = checkpoint_pages(database)
        import_records(database, stream(database), source="shop")
        assert checkpoint_pages(database) == usual
    assert seen[0] > usual


def checkpoint_pages(database: CentralDatabase) -> int:
    with database.writing() as connection:
        return int(connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one())

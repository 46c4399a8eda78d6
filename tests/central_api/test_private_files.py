"""The server's SQLite file holds people's addresses: it is made for its user alone."""

from pathlib import Path

from sync.central_api.database import CentralDatabase, migrate, sqlite_url
from tests.support.modes import mode_of


def test_a_new_database_file_and_its_log_are_readable_by_their_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "server" / "central.db"
    migrate(sqlite_url(path))
    with CentralDatabase(sqlite_url(path)) as database, database.reading():
        modes = {mode_of(file) for file in path.parent.iterdir()}
    assert modes in ({0o600}, {None})
    assert mode_of(path.parent) in (0o700, None)

"""The server's SQLite file holds people's addresses: it is made for its user alone."""

import os
import stat
from pathlib import Path

from sync.central_api.database import CentralDatabase, migrate, sqlite_url


def test_a_new_database_file_and_its_log_are_readable_by_their_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "server" / "central.db"
    migrate(sqlite_url(path))
    with CentralDatabase(sqlite_url(path)) as database, database.reading():
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    if os.name == "posix":
        assert set(modes.values()) == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_database_that_is_there_keeps_its_content(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "central.db")
    migrate(url)
    before = (tmp_path / "central.db").stat().st_size
    migrate(url)
    assert (tmp_path / "central.db").stat().st_size == before > 0

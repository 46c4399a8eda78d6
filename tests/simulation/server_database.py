"""Where a history's server keeps everything: a SQLite file, or a database of a real PostgreSQL cluster.

Both are put back as they were at once: a file is copied over, a database is cloned from another of its cluster.
"""

import shutil
import zlib
from pathlib import Path
from typing import Protocol

from sync.central_api.database import CentralDatabase, sqlite_url
from sync.central_api.tables import METADATA
from tests.support.postgresql import PostgresqlServer


class ServerDatabase(Protocol):
    """Nobody is connected to it while it is saved or put back. A copy has the name of a path."""

    url: str

    def save(self, copy: Path) -> None:
        """A backup: the whole database."""

    def put_back(self, copy: Path) -> None:
        """What was saved, in the database's place."""

    def forget(self, copy: Path) -> None:
        """A copy that nobody needs any more goes."""

    def written(self, database: CentralDatabase) -> dict[str, int]:
        """What is the same as before only if nothing was written since."""

    def close(self) -> None:
        """All of it goes."""


class SqliteFile:
    """The file `central.db` in a folder; its copies are files."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "central.db"
        self.log = self.path.with_name(f"{self.path.name}-wal")
        self.url = sqlite_url(self.path)

    def save(self, copy: Path) -> None:
        shutil.copyfile(self.path, copy)

    def put_back(self, copy: Path, log: bytes = b"") -> None:
        """What was saved, with what its write-ahead log holds."""
        for suffix in ("-wal", "-shm"):
            self.path.with_name(f"{self.path.name}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(copy, self.path)
        if log:
            self.log.write_bytes(log)

    def forget(self, copy: Path) -> None:
        copy.unlink(missing_ok=True)

    def written(self, database: CentralDatabase) -> dict[str, int]:
        return {str(path): zlib.crc32(path.read_bytes()) for path in (self.path, self.log) if path.exists()}

    def close(self) -> None:
        """The folder goes with whoever made it."""


class PostgresqlDatabase:
    """A database of a cluster; its copies are databases beside it."""

    def __init__(self, server: PostgresqlServer) -> None:
        self._server = server
        self._name = server.new_name()
        self._copies: dict[Path, str] = {}
        server.create(self._name)
        self.url = server.url_of(self._name)

    def save(self, copy: Path) -> None:
        self.forget(copy)
        name = self._server.new_name()
        self._server.create(name, self._name)
        self._copies[copy] = name

    def put_back(self, copy: Path) -> None:
        self._server.drop(self._name)
        self._server.create(self._name, self._copies[copy])

    def forget(self, copy: Path) -> None:
        if copy in self._copies:
            self._server.drop(self._copies.pop(copy))

    def written(self, database: CentralDatabase) -> dict[str, int]:
        """Every table's rows, in words and by the transactions that wrote them: others may use the same cluster."""
        with database.reading() as connection:
            rows = connection.exec_driver_sql(_ROWS_OF_ALL).all()
        return {name: zlib.crc32(repr(told).encode()) for name, *told in rows}

    def close(self) -> None:
        for copy in list(self._copies):
            self.forget(copy)
        self._server.drop(self._name)


_ROWS_OF_ALL = " UNION ALL ".join(
    f"SELECT '{table.name}', count(*), sum(hashtextextended(one::text, 0)), max(one.xmin::text::bigint) "
    f"FROM {table.name} AS one"
    for table in METADATA.sorted_tables
)

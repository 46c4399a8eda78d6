"""One encrypted SQLite file: one writer, at most three readers, migrations, and errors a person can be told.

The only module that knows the driver. SQLCipher through `sqlcipher3`: the raw key is the first thing a connection says,
then its log is silenced (it would write a line for every bad page). `isolation_level=None` and our own BEGIN IMMEDIATE,
because the driver's implicit transactions do not cover DDL and savepoints. Parameters are never in an error's text.
"""

import os
import shutil
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import closing, contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import Any, Final

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DatabaseError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import LRUCache

from clienteling.store.errors import StoreBusy, StoreTooNew, translated

BUSY_TIMEOUT_MS: Final = 5_000
MAX_READERS: Final = 3
READER_WAIT_S: Final = 10.0
_WRITER_CACHE_KIB: Final = 16_384
_READER_CACHE_KIB: Final = 8_192
_KEPT_LOG_BYTES: Final = 16 * 1024 * 1024
_ROOM_BYTES: Final = 64 * 1024
"""What opening a file takes at least: 32 KiB for the index of its log."""
_MIGRATIONS: Final = Path(__file__).parent / "migrations"


class Plaintext(Enum):
    """In place of a key: the files are readable by anyone. A development switch asks for it, nothing else does."""

    FOR_DEVELOPMENT = "plaintext"


StoreKey = bytes | Plaintext
"""32 random bytes, or the development switch."""


class Schema(Enum):
    """Which migrations a file has."""

    STORE = "store_versions"
    OUTBOX = "outbox_versions"

    @property
    def number(self) -> int:
        """The newest schema this program knows: migrations are named `<number>_<subject>.py`."""
        numbers = (path.name[:4] for path in (_MIGRATIONS / self.value).glob("[0-9]*.py"))
        return max(int(number) for number in numbers)


def raw_key(key: StoreKey) -> bytes | None:
    """The bytes, or None for plaintext. Raises ValueError for a key that is not 32 bytes."""
    if isinstance(key, Plaintext):
        return None
    if len(key) != 32:
        raise ValueError("a store key is 32 bytes")
    return key


class Database:
    """An open file. Close it; a transaction that ends in an exception is rolled back."""

    def __init__(self, path: Path, key: StoreKey, schema: Schema) -> None:
        """Opens and migrates `path`, or makes it. Raises StoreTooNew, StoreDamaged; a refused file is not changed."""
        self.path = path
        self._write_lock = threading.Lock()
        self._refuse_newer(key, schema)
        self._writer = _engine(path, key, _WRITER_PRAGMAS, begin="BEGIN IMMEDIATE", connections=1)
        self._readers = _engine(path, key, _READER_PRAGMAS, begin="BEGIN", connections=MAX_READERS)
        try:
            self._migrate(schema)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def writing(self, *, waits_for_disk: bool = True) -> Iterator[Connection]:
        """A transaction that nobody else writes beside; committed at the end.

        Not waiting for the disk, a power cut may take it back, with all that was written since; the end of a process
        cannot. What is written later and waits makes it last too.
        """
        with self._write_lock, self._translating(), self._writer.connect() as connection:
            if not waits_for_disk:
                _say(connection, "PRAGMA synchronous=NORMAL")
            try:
                with connection.begin():
                    yield connection
            finally:
                if not waits_for_disk:
                    _say(connection, "PRAGMA synchronous=FULL")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot; writing through it fails."""
        with self._translating(), self._readers.connect() as connection:
            yield connection

    @property
    def readers_out(self) -> int:
        """How many snapshots are open now."""
        return _pool(self._readers).checkedout()

    def clear_log(self) -> bool:
        """Whether the write-ahead log is empty now, so that what was deleted is in no file. A reader may prevent it."""
        with self._write_lock, self._translating(), self._writer.connect() as connection:
            cursor = connection.connection.cursor()
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                row = cursor.fetchone()
            finally:
                cursor.close()
            return row is not None and row[0] == 0

    def close(self) -> None:
        self._readers.dispose()
        self._writer.dispose()

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            other = translated(error, file=self.path.name, has_room=_has_room(self.path.parent))
            if other is error:
                raise
            raise other from error
        except NoConnectionLeft as error:
            raise StoreBusy(file=self.path.name) from error

    def _refuse_newer(self, key: StoreKey, schema: Schema) -> None:
        if not self.path.exists() or self.path.stat().st_size == 0:
            _make_private_file(self.path)
            return
        with self._translating():
            refuse_newer(self.path, key, schema)

    def _migrate(self, schema: Schema) -> None:
        with self._write_lock, self._translating(), self._writer.connect() as connection:
            found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            connection.rollback()
            if found < schema.number:
                migrate(connection, schema)


@contextmanager
def inspecting(path: Path, key: StoreKey) -> Iterator[Connection]:
    """A look into a file that may be damaged; it is not changed, and the driver's errors pass through."""
    engine = _engine(path, key, (), begin="BEGIN", connections=1, read_only=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def refuse_newer(path: Path, key: StoreKey, schema: Schema) -> None:
    """Raises StoreTooNew for a file of a newer program; the driver's errors of a damaged one pass through."""
    with inspecting(path, key) as connection:
        found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    if found > schema.number:
        raise StoreTooNew(file=path.name, found=found, known=schema.number)


def cipher_version() -> str:
    """SQLCipher's version, "" where the driver was built without it and would write readable files."""
    connection = driver.connect(":memory:")
    try:
        row = connection.execute("PRAGMA cipher_version").fetchone()
    finally:
        connection.close()
    return row[0] if row else ""


def is_sound(path: Path, key: StoreKey) -> bool:
    """Whether every page of the file can be read and passes its check. Reads the whole file."""
    try:
        with inspecting(path, key) as connection:
            return bool(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() == "ok")
    except DatabaseError:
        return False


def stop_write_ahead_log(path: Path, key: bytes) -> None:
    """Nothing; the file's write-ahead log is in it now, and gone. The next writer begins one.

    Raises StoreBusy where anybody else has the file open, and what damaged files raise.
    """
    with _alone(path, key) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").fetchone()


def rekey(path: Path, key: bytes, new_key: bytes) -> None:
    """Put every page under the new key. For a copy: a process that is killed meanwhile leaves a broken file.

    Raises DiskFull. https://www.zetetic.net/sqlcipher/sqlcipher-api/#rekey
    """
    with _alone(path, key, "journal_mode=OFF", "synchronous=OFF") as connection:
        connection.execute(f"PRAGMA rekey=\"x'{new_key.hex()}'\"")


@contextmanager
def _alone(path: Path, key: bytes, *pragmas: str) -> Iterator[Any]:
    """A connection of the driver's own, for what no transaction can hold; its errors are translated."""
    try:
        with closing(_connect(f"{path.absolute().as_uri()}?mode=rw", key, pragmas)) as connection:
            yield connection
    except driver.DatabaseError as error:
        wrapped = DatabaseError(None, None, error)
        raise translated(wrapped, file=path.name, has_room=_has_room(path.parent)) from error


def migrate(connection: Connection, schema: Schema) -> None:
    """Bring the file to the newest schema, one transaction for each migration."""
    from alembic import command  # 100 ms to import, needed once in the life of a file
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("version_locations", str(_MIGRATIONS / schema.value))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


_WRITER_PRAGMAS: Final = (
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "fullfsync=1",
    "checkpoint_fullfsync=1",
    f"cache_size=-{_WRITER_CACHE_KIB}",
    "secure_delete=ON",
    f"journal_size_limit={_KEPT_LOG_BYTES}",
)
_READER_PRAGMAS: Final = (f"busy_timeout={BUSY_TIMEOUT_MS}", f"cache_size=-{_READER_CACHE_KIB}", "query_only=ON")


class _Dialect(SQLiteDialect_pysqlite):
    """SQLite whose transactions begin with `begin`; all are equal, so that statements compiled for one serve all.

    An open store has four engines, and a statement takes as long to compile as to run thirty times.
    """

    supports_statement_cache = True

    def __init__(self, begin: str = "BEGIN", **arguments: Any) -> None:
        super().__init__(**arguments)
        self._begin = begin

    def __eq__(self, other: object) -> bool:
        return type(other) is _Dialect

    def __hash__(self) -> int:
        return hash(_Dialect)

    def do_begin(self, dbapi_connection: Any) -> None:
        """Nothing; raises the driver's errors, which SQLAlchemy translates."""
        dbapi_connection.execute(self._begin)


_DIALECT: Final = "clienteling_sqlcipher"
COMPILED: Final[MutableMapping[Any, Any]] = LRUCache(500)
registry.register(_DIALECT, __name__, _Dialect.__name__)


def _engine(
    path: Path,
    key: StoreKey,
    pragmas: tuple[str, ...],
    *,
    begin: str,
    connections: int,
    read_only: bool = False,
) -> Engine:
    """An engine whose connections are keyed and whose transactions begin with `begin`."""

    def connect() -> Any:
        mode = "ro" if read_only else "rw"
        return _connect(f"{path.absolute().as_uri()}?mode={mode}", key, pragmas)

    return create_engine(
        f"{_DIALECT}://",
        module=driver,
        begin=begin,
        creator=connect,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=READER_WAIT_S,
        hide_parameters=True,
        execution_options={"compiled_cache": COMPILED},
    )


def _connect(uri: str, key: StoreKey, pragmas: tuple[str, ...]) -> Any:
    connection = driver.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        secret = raw_key(key)
        if secret is not None:
            connection.execute(f"PRAGMA key=\"x'{secret.hex()}'\"")
            connection.execute("PRAGMA cipher_log_level=NONE")
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def _say(connection: Connection, pragma: str) -> None:
    """To the driver, outside any transaction."""
    connection.connection.cursor().execute(pragma).close()


def _pool(engine: Engine) -> QueuePool:
    pool = engine.pool
    assert isinstance(pool, QueuePool)
    return pool


def _has_room(folder: Path) -> bool:
    return shutil.disk_usage(folder).free >= _ROOM_BYTES


def _make_private_file(path: Path) -> None:
    """An empty file that only this user reads; SQLite gives its logs the same mode."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))

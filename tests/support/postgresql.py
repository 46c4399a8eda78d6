"""Real PostgreSQL for tests: one cluster in a run, one migrated template in a worker, one clone in a test.

`build_scripts/test.py` starts the cluster and hands its address over in CLIENTELING_TEST_POSTGRESQL. Where pytest is
started by hand, each worker starts a cluster of its own on first use. A missing server fails the tests that need it.

Fixtures: `postgresql_url` (a migrated database without rows), `central_database_url` (the test runs twice: migrated
SQLite file, migrated PostgreSQL).
"""

import os
import shutil
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from build_scripts.postgresql_server import ADDRESS_VARIABLE, MISSING, ServerFailed, find_binaries, running_server
from tests.support.log_canary import CANARIES


@dataclass(slots=True)
class PostgresqlServer:
    """A running cluster; makes, clones and drops databases in it.

    `prefix` keeps the databases of processes that share a cluster apart.
    """

    url: str
    prefix: str
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def url_of(self, database: str) -> str:
        """The SQLAlchemy address of one database."""
        return make_url(self.url).set(database=database).render_as_string(hide_password=False)

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """The address of a new database, dropped afterwards with whatever is still connected to it."""
        name = self.new_name()
        self.create(name, template)
        try:
            yield self.url_of(name)
        finally:
            self.drop(name)

    def new_name(self) -> str:
        """A name that no database of this cluster has."""
        return f"{self.prefix}_{next(self._numbers)}"

    def create(self, name: str, template: str | None = None) -> None:
        """Make a database, the copy of another that nobody is connected to."""
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template or "template0")
            )
        )

    def drop(self, name: str) -> None:
        """The database goes, with whatever is still connected to it."""
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def execute(self, statement: sql.Composed) -> None:
        """Nothing; runs one statement of administration outside a transaction."""
        with psycopg.connect(libpq_url(self.url), autocommit=True) as connection:
            connection.execute(statement)


def libpq_url(sqlalchemy_url: str) -> str:
    """The same address in the form that psycopg and libpq take."""
    return make_url(sqlalchemy_url).set(drivername="postgresql").render_as_string(hide_password=False)


def database_name(sqlalchemy_url: str) -> str:
    """The database of an address."""
    name = make_url(sqlalchemy_url).database
    assert name is not None
    return name


def migrate(database_url: str) -> None:
    """Brings the database to the central API's schema, which is loaded only where a test needs it."""
    from sync.central_api import database

    database.migrate(database_url)


@contextmanager
def cluster_url() -> Iterator[str]:
    """The address of the run's cluster, or of one started for this process. Raises ServerFailed where there is none."""
    given = os.environ.get(ADDRESS_VARIABLE)
    if given:
        yield given
        return
    binaries = find_binaries(Path(sysconfig.get_path("purelib")))
    if binaries is None:
        raise ServerFailed(MISSING)
    with running_server(binaries) as url:
        yield url


def log_files(url: str) -> list[Path]:
    """What the cluster itself logs, where it is one of ours and can be read."""
    with psycopg.connect(libpq_url(url)) as connection:
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    log = Path(folder).parent / "log"
    return [log] if os.access(log, os.R_OK) else []


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """The cluster that this worker's databases are made in. Fails the test where there is none."""
    try:
        with cluster_url() as url:
            CANARIES.more_files.update(log_files(url))
            yield PostgresqlServer(url=url, prefix=f"test_{os.getpid()}")
    except ServerFailed as error:
        pytest.fail(f"PostgreSQL did not start: {error}", pytrace=False)


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """The name of a database with every migration applied, to be cloned."""
    with postgresql_server.database() as url:
        migrate(url)
        yield database_name(url)


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer, migrated_postgresql: str) -> Iterator[str]:
    """The address of a database of this test's own: every migration applied, no rows."""
    with postgresql_server.database(migrated_postgresql) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every migration applied, to be copied."""
    path = tmp_path_factory.mktemp("central") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite_file: Path) -> str:
    """The address of a SQLite file of this test's own: every migration applied, no rows."""
    path = tmp_path / "central.db"
    shutil.copyfile(migrated_sqlite_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def central_database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated central database without rows; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url

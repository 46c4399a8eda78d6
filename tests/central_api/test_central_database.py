"""The schema: migrations make what the tables say, on both databases, in one transaction, and never go back."""

from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import OperationalError

from sync.central_api.database import CentralDatabase, migrate, sqlite_url
from sync.central_api.errors import DatabaseNewer
from sync.central_api.tables import METADATA, SETTING
from sync.protocol import records


def test_migrations_make_the_tables_that_the_code_uses(central_database_url: str) -> None:
    with CentralDatabase(central_database_url) as database, database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_the_shared_bases_give_every_column_of_theirs_to_the_central_tables() -> None:
    for base, name in (
        (records.RecordBase, "record"),
        (records.ScopeRowBase, "scope_row"),
        (records.CustomerKeyBase, "customer_key"),
        (records.CustomerChildBase, "customer_child"),
    ):
        table = METADATA.tables[name]
        assert set(base.model_fields) <= set(table.c.keys())
        keys = {field for field, about in base.model_fields.items() if getattr(about, "primary_key", False) is True}
        assert keys <= {column.name for column in table.primary_key}


def test_migrating_twice_keeps_epoch_and_key(central_database_url: str) -> None:
    def settings() -> list[tuple[str, str]]:
        with CentralDatabase(central_database_url) as database, database.reading() as connection:
            return sorted((row.name, row.value) for row in connection.execute(sa.select(SETTING)))

    before = settings()
    migrate(central_database_url)
    assert settings() == before
    assert len(dict(before)["cursor_key"]) == 64


def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(central_database_url: str) -> None:
    with CentralDatabase(central_database_url) as database, database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNewer):
        migrate(central_database_url)
    with CentralDatabase(central_database_url) as database, database.reading() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"


def test_a_new_file_gets_its_folder(tmp_path: Path) -> None:
    migrate(sqlite_url(tmp_path / "deep" / "er" / "central.db"))
    assert (tmp_path / "deep" / "er" / "central.db").exists()


def test_a_failed_block_leaves_nothing_behind(central_database_url: str) -> None:
    with CentralDatabase(central_database_url) as database:
        with suppress(RuntimeError), database.writing() as connection:
            connection.execute(sa.insert(SETTING).values(name="x", value="y"))
            connection.execute(sa.text("CREATE TABLE half (a int)"))
            raise RuntimeError
        with database.reading() as connection:
            assert connection.execute(sa.select(SETTING).where(SETTING.c.name == "x")).all() == []
            assert "half" not in sa.inspect(connection).get_table_names()


def test_a_reading_block_sees_one_moment(central_database_url: str) -> None:
    names = sa.select(sa.func.count()).select_from(SETTING)
    with CentralDatabase(central_database_url) as database, database.reading() as reader:
        before = reader.execute(names).scalar_one()
        with database.writing() as writer:
            writer.execute(sa.insert(SETTING).values(name="x", value="y"))
        assert reader.execute(names).scalar_one() == before


@pytest.mark.postgresql
def test_a_commit_waits_for_the_disk_where_the_server_would_not(postgresql_url: str) -> None:
    asked = "SELECT current_setting('synchronous_commit')"
    plain = sa.create_engine(sa.make_url(postgresql_url).set(drivername="postgresql+psycopg"))
    with plain.connect() as connection:
        assert connection.exec_driver_sql(asked).scalar_one() == "off"
    plain.dispose()
    with CentralDatabase(postgresql_url) as database, database.writing() as writing, database.reading() as reading:
        assert [one.exec_driver_sql(asked).scalar_one() for one in (writing, reading)] == ["on", "on"]


@pytest.mark.postgresql
def test_a_connection_in_use_when_the_database_closes_is_closed_when_it_comes_back(postgresql_url: str) -> None:
    database = CentralDatabase(postgresql_url)
    with database.reading() as connection:
        database.close()
        driver = connection.connection.driver_connection
        assert connection.execute(sa.select(1)).scalar_one() == 1
    assert driver is not None
    assert driver.closed


@pytest.mark.postgresql
def test_a_reading_block_cannot_write(postgresql_url: str) -> None:
    write = sa.insert(SETTING).values(name="x", value="y")
    with (
        CentralDatabase(postgresql_url) as database,
        database.reading() as connection,
        pytest.raises(sa.exc.InternalError, match="read-only"),
    ):
        connection.execute(write)


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "central.db"
    path.write_bytes(b"this is a photograph, not a database" * 200)
    with pytest.raises((sa.exc.DatabaseError, OperationalError)):
        migrate(sqlite_url(path))
    assert path.read_bytes().startswith(b"this is a photograph")


def test_an_error_of_the_database_repeats_nothing_of_what_was_written(central_database_url: str) -> None:
    write = sa.insert(SETTING).values(name="epoch", value="Siti Rahayu")
    with CentralDatabase(central_database_url) as database:
        with pytest.raises(sa.exc.IntegrityError) as raised, database.writing() as connection:
            connection.execute(write)
        assert "Siti Rahayu" not in str(raised.value)

"""Opening: keys, damage, newer files, locks; what is refused stays as it is."""

import hashlib
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.exc import OperationalError

from clienteling.store.asking_side import AskingSide
from clienteling.store.database import COMPILED, Database, Plaintext, Schema, inspecting
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.errors import StoreBusy, StoreDamaged, StoreInUse, StoreTooNew, WrongKey
from clienteling.store.recovery import recover
from clienteling.store.tables import OUTBOX_REGISTRY, RECORD, STORE_REGISTRY
from sync.protocol.kinds import Body, RecordKey
from tests.store.devices import KEY, Device, customer
from tests.store.model_server import STORE, ModelServer

SITI, SITI_BODY = customer("Siti")
OTHER_KEY = bytes(32)


def contents(folder: Path) -> dict[str, str]:
    """What every file that lasts holds."""
    paths = (path for path in folder.iterdir() if path.suffix != ".lock" and not path.name.endswith(("-shm", "-wal")))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture
def filled(device: Device, server: ModelServer) -> Device:
    """A closed device with one customer and one pending note."""
    server.put(SITI, SITI_BODY)
    server.join(STORE, SITI.id)
    device.sync(server)
    device.note(SITI.id, "canary words")
    device.store.close()
    return device


def test_another_key_is_refused_as_such_and_the_files_stay(filled: Device) -> None:
    before = contents(filled.folder)
    filled.key = OTHER_KEY
    with pytest.raises(WrongKey):
        filled.open()
    assert contents(filled.folder) == before


@pytest.mark.parametrize("name", ["store-1.db", "outbox.db"])
def test_a_damaged_file_is_refused_as_such_and_stays(filled: Device, name: str) -> None:
    path = filled.folder / name
    path.write_bytes(b"not a database" * 1_000)
    before = contents(filled.folder)
    with pytest.raises(StoreDamaged) as refusal:
        filled.open()
    assert refusal.value.fields["file"] == name
    assert contents(filled.folder) == before


def test_one_flipped_bit_is_found_when_its_page_is_read(filled: Device) -> None:
    path = filled.folder / "store-1.db"
    content = bytearray(path.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 + 100] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        filled.open()


@pytest.mark.parametrize("name", ["store-1.db", "outbox.db"])
def test_a_file_of_a_newer_program_is_refused_and_stays(filled: Device, name: str) -> None:
    schema = Schema.STORE if name.startswith("store") else Schema.OUTBOX
    database = Database(filled.folder / name, KEY, schema)
    with database.writing() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 9000")
    database.close()
    before = contents(filled.folder)
    with pytest.raises(StoreTooNew) as refusal:
        filled.open()
    assert refusal.value.fields == {"file": name, "found": 9000, "known": schema.number}
    assert contents(filled.folder) == before


def test_no_file_shows_what_it_holds(filled: Device) -> None:
    for path in filled.folder.iterdir():
        content = path.read_bytes()
        assert b"canary" not in content
        assert b"Siti" not in content
        assert b"CREATE TABLE" not in content


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_only_this_user_may_read_the_files(device: Device) -> None:
    for path in device.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_plaintext_is_for_the_development_switch_alone(tmp_path: Path, device: Device) -> None:
    plain = Device(tmp_path / "plain", key=Plaintext.FOR_DEVELOPMENT)
    plain.note(SITI.id, "canary words")
    plain.store.close()
    assert any(b"canary" in path.read_bytes() for path in plain.folder.iterdir())
    plain.key = KEY
    with pytest.raises(WrongKey):
        plain.open()
    device.store.close()
    device.key = Plaintext.FOR_DEVELOPMENT
    with pytest.raises(WrongKey):
        device.open()
    with pytest.raises(ValueError, match="32 bytes"):
        Device(tmp_path / "short", key=b"short")


def test_one_engine_for_one_data_directory(device: Device) -> None:
    folder = DeviceFolder(device.folder)
    with folder.engine_lock():
        with pytest.raises(StoreInUse), DeviceFolder(device.folder).engine_lock():
            pass
        device.restart()
    with DeviceFolder(device.folder).engine_lock():
        pass


def test_a_pointer_moves_whole_or_not_at_all(device: Device) -> None:
    folder = DeviceFolder(device.folder)
    folder.point_to(12)
    assert folder.current_generation() == 12
    assert not list(device.folder.glob("*.part"))
    (device.folder / "current-store").write_bytes(b"\xff")
    with pytest.raises(StoreDamaged):
        folder.current_generation()


def test_a_failed_transaction_leaves_nothing_not_even_tables(device: Device) -> None:
    database = device.store._database

    def fail_half_way() -> None:
        with database.writing() as connection:
            connection.exec_driver_sql("CREATE TABLE left_over (x)")
            connection.execute(RECORD.insert(), {"kind": "k", "id": "i", "version": 1, "body": "{}"})
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'left_over'").first() is None
        assert connection.execute(RECORD.select()).first() is None


def test_readers_cannot_write_and_see_one_snapshot(device: Device) -> None:
    insert = RECORD.insert().values(kind="k", id="i", version=1, body="{}")
    with device.store.reading() as connection, pytest.raises(OperationalError):
        connection.execute(insert)
    with device.store.reading() as connection:
        assert connection.execute(RECORD.select()).first() is None
        with device.store._database.writing() as writer:
            writer.execute(insert)
        assert connection.execute(RECORD.select()).first() is None
    with device.store.reading() as connection:
        assert connection.execute(RECORD.select()).first() is not None


def test_errors_of_the_database_name_no_values(device: Device) -> None:
    with device.store._database.writing() as connection, pytest.raises(Exception) as failure:
        connection.execute(RECORD.insert(), {"kind": None, "id": "canary words", "version": 1, "body": "{}"})
    assert "canary" not in str(failure.value)


@pytest.mark.parametrize("schema", list(Schema))
def test_migrations_make_the_tables_that_the_code_knows(tmp_path: Path, schema: Schema) -> None:
    registry = STORE_REGISTRY if schema is Schema.STORE else OUTBOX_REGISTRY
    database = Database(tmp_path / "fresh.db", KEY, schema)
    with database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, parents: name != "alembic_version"}
        )
        assert compare_metadata(context, registry.metadata) == []
        assert connection.exec_driver_sql("PRAGMA user_version").scalar_one() == schema.number
    database.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "fresh.db"
    database = Database(path, KEY, Schema.OUTBOX)
    database.close()
    database = Database(path, KEY, Schema.OUTBOX)
    with database.writing() as connection:
        for table in (
            "attention",
            "entry",
            "identity",
            "erased",
            "printed_label",
            "erasure_open",
            "audit_log",
            "audit_entry",
            "alembic_version",
        ):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("CREATE TABLE attention (x)")
        connection.exec_driver_sql("PRAGMA user_version = 0")
    database.close()
    with pytest.raises(OperationalError):
        Database(path, KEY, Schema.OUTBOX)
    with inspecting(path, KEY) as connection:
        remaining = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    assert [name for name in remaining if name != "alembic_version"] == ["attention"]
    assert version == 0


def test_tables_for_asking_are_filled_again_when_their_definition_changes(device: Device, server: ModelServer) -> None:
    server.put(SITI, SITI_BODY)
    server.join(STORE, SITI.id)
    device.sync(server)
    unpacked: list[RecordKey] = []
    searches: list[bool] = []

    def unpack(connection: Connection, changes: Sequence[tuple[RecordKey, Body | None]]) -> None:
        unpacked.extend(key for key, _ in changes)

    device.asking = AskingSide(unpack, lambda connection: searches.append(True), revision=2, metadata=MetaData())
    device.restart()
    assert (unpacked, searches) == ([SITI], [True])
    device.restart()
    assert (unpacked, searches) == ([SITI], [True])


def test_a_damaged_store_is_set_aside_and_starts_empty_with_what_waits(filled: Device, server: ModelServer) -> None:
    (filled.folder / "store-1.db").write_bytes(b"garbage" * 5_000)
    found = recover(filled.folder, filled.key, now=filled.clock, new_id=filled.new_id)
    assert found.outbox_kept_at is None
    assert found.store_kept_at is not None
    assert found.store_kept_at.read_bytes() == b"garbage" * 5_000
    filled.store = filled.open()
    assert filled.store.waiting() == 1
    assert filled.bodies() == {}
    filled.sync(server)
    assert filled.notes() == ["canary words"]
    assert filled.store.waiting() == 0


def test_an_empty_store_after_damage_does_not_apply_what_is_acknowledged(device: Device, server: ModelServer) -> None:
    server.put(SITI, SITI_BODY)
    server.join(STORE, SITI.id)
    device.sync(server)
    device.note(SITI.id, "acknowledged")
    device.sync(server)
    device.note(SITI.id, "pending")
    device.store.close()
    (device.folder / "store-1.db").write_bytes(b"garbage" * 5_000)
    recover(device.folder, device.key, now=device.clock, new_id=device.new_id)
    device.store = device.open()
    at = device.store.current().position()
    assert (at.acked_n, at.applied_n) == (1, 2)
    device.pull_page(server)
    assert device.notes() == ["acknowledged", "pending"]


def test_a_damaged_outbox_keeps_what_can_be_read_under_a_new_identity(device: Device, server: ModelServer) -> None:
    server.put(SITI, SITI_BODY)
    server.join(STORE, SITI.id)
    device.sync(server)
    old_id = device.store.device_id()
    for n in range(40):
        device.note(SITI.id, f"note {n} " + "x" * 500)
    device.push(server, limit=5)
    device.store._outbox_database.clear_log()
    device.store.close()
    path = device.folder / "outbox.db"
    content = bytearray(path.read_bytes())
    content[-4096 * 3 + 50] ^= 1
    path.write_bytes(content)
    found = recover(device.folder, device.key, now=device.clock, new_id=device.new_id)
    assert found.store_kept_at is None
    assert found.outbox_kept_at is not None
    assert 20 <= found.salvaged < 40
    device.store = device.open()
    assert device.store.device_id() != old_id
    assert device.store.waiting() == found.salvaged
    device.sync(server)
    assert len(device.notes()) >= found.salvaged
    assert device.bodies() == {key: body for key, (_, body) in server.projection().items()}


def test_recovery_leaves_sound_files_alone(filled: Device) -> None:
    before = contents(filled.folder)
    found = recover(filled.folder, filled.key, now=filled.clock, new_id=filled.new_id)
    assert (found.store_kept_at, found.outbox_kept_at, found.salvaged) == (None, None, 0)
    assert contents(filled.folder) == before


def test_a_writer_has_the_file_from_its_first_moment(device: Device) -> None:
    other = Database(device.store._database.path, KEY, Schema.STORE)
    with device.store._database.writing(), other._writer.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA busy_timeout=0")
        with pytest.raises(Exception, match="locked"):
            cursor.execute("BEGIN IMMEDIATE")
        cursor.close()
    other.close()


def test_a_writer_that_waits_too_long_is_told_that_the_store_is_busy(device: Device) -> None:
    other = Database(device.store._database.path, KEY, Schema.STORE)
    with other._writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
    with device.store._database.writing(), pytest.raises(StoreBusy), other.writing():
        pass
    other.close()


def test_another_store_compiles_no_statement_again(tmp_path: Path) -> None:
    for name in ("first", "second"):
        known = set(COMPILED)
        device = Device(tmp_path / name)
        device.note(SITI.id)
        device.restart()
        device.store.close()
    migrations = "alembic_version"
    assert [str(one) for key, one in COMPILED.items() if key not in known and migrations not in str(one)] == []

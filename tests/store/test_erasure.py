"""Erasure reaches every file of the store: looked for in files that are, for once, not encrypted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clienteling.domain.errors import NotFound
from clienteling.store.database import Plaintext
from clienteling.store.generation import Step
from clienteling.store.tables import RECORD
from clienteling.store.unpack import ASKING
from sync.protocol.audit import AuditKind
from tests.store.devices import Device, customer
from tests.store.model_server import STORE, ModelServer

NAME, NOTE = "Zulkarnaen", "prefers quiet mornings"
PERSON, BODY = customer(NAME, email="zulkarnaen@example.com", phone="+6281200011122")
CANARIES = (b"zulkarnaen", b"quiet mornings", b"81200011122")


def found_in_files(folder: Path) -> list[str]:
    """Files that still hold something of the erased customer."""
    contents = ((path.name, path.read_bytes().lower()) for path in sorted(folder.iterdir()))
    return [name for name, content in contents if any(canary in content for canary in CANARIES)]


@pytest.mark.parametrize("pending", [True, False])
def test_an_erased_customer_is_in_no_file(tmp_path: Path, server: ModelServer, pending: bool) -> None:
    device = Device(tmp_path / "plain", key=Plaintext.FOR_DEVELOPMENT, asking=ASKING)
    server.put(PERSON, BODY)
    server.join(STORE, PERSON.id)
    for name in ("Siti", "Budi"):
        key, body = customer(name)
        server.put(key, body)
        server.join(STORE, key.id)
    device.sync(server)
    device.note(PERSON.id, NOTE)
    if not pending:
        device.sync(server)
    (device.folder / "store-0.db.damaged-20261101T000000Z").write_bytes(b"Zulkarnaen")
    assert found_in_files(device.folder)
    server.purge(PERSON.id)
    device.pull_page(server)
    assert found_in_files(device.folder) == []
    assert device.names() == ["Budi", "Siti"]
    assert [details for details, _ in confirmed(device)] == [{"version": 2, "epoch": server.epoch}]
    device.store.close()


def confirmed(device: Device) -> list[tuple[dict[str, str | int], str]]:
    """What the device's audit log says of the person's erasure."""
    about = device.store.audit.about(PERSON.id)
    return [(entry.details, entry.at) for entry in about if entry.kind == AuditKind.CUSTOMER_ERASED]


@pytest.fixture
def knowing(tmp_path: Path, server: ModelServer) -> Iterator[Device]:
    """A device that holds the person and a note about them, in files that can be read."""
    made = Device(tmp_path / "plain", key=Plaintext.FOR_DEVELOPMENT, asking=ASKING)
    server.put(PERSON, BODY)
    server.join(STORE, PERSON.id)
    made.sync(server)
    made.note(PERSON.id, NOTE)
    made.sync(server)
    yield made
    made.store.close()


def test_an_erasure_is_confirmed_once(knowing: Device, server: ModelServer) -> None:
    server.purge(PERSON.id)
    for _ in range(3):
        knowing.sync(server)
    assert len(confirmed(knowing)) == 1


def test_nothing_is_confirmed_while_somebody_reads_what_was_there(knowing: Device, server: ModelServer) -> None:
    server.purge(PERSON.id)
    with knowing.store.reading() as connection:
        connection.execute(RECORD.select()).first()
        knowing.sync(server)
        assert found_in_files(knowing.folder)
        assert confirmed(knowing) == []
    knowing.sync(server)
    assert found_in_files(knowing.folder) == []
    assert len(confirmed(knowing)) == 1


def test_nothing_is_confirmed_while_another_file_of_rows_is_there(knowing: Device, server: ModelServer) -> None:
    other = knowing.folder / "store-7.db"
    other.write_bytes(NAME.encode())
    server.purge(PERSON.id)
    knowing.pull_page(server)
    assert confirmed(knowing) == []
    knowing.sync(server)
    assert (other.exists(), len(confirmed(knowing))) == (False, 1)


@pytest.mark.parametrize("step", [Step.PURGED_ERASED, Step.PAGE_KEPT])
def test_a_confirmation_survives_a_cut_behind_the_erasure(knowing: Device, server: ModelServer, step: Step) -> None:
    server.purge(PERSON.id)
    with knowing.cut(step):
        knowing.sync(server)
    assert confirmed(knowing) == []
    knowing.sync(server)
    assert found_in_files(knowing.folder) == []
    assert len(confirmed(knowing)) == 1


def test_an_erasure_that_comes_with_a_new_store_file_is_confirmed_once_that_is_in_use(
    knowing: Device, server: ModelServer
) -> None:
    server.purge(PERSON.id)
    server.backup()
    server.restore()
    knowing.sync(server)
    assert found_in_files(knowing.folder) == []
    assert [details["epoch"] for details, _ in confirmed(knowing)][-1] == server.epoch


class StillOnScreen(Device):
    """Somebody writes a note in the moment between the outbox and the rows being rid of the customer."""

    def _after_step(self, step: Step) -> None:
        super()._after_step(step)
        if step is Step.PURGED_ERASED:
            with pytest.raises(NotFound):
                self.note(PERSON.id, NOTE)


def test_nothing_is_written_about_an_erased_customer_while_the_rows_are_still_there(
    tmp_path: Path, server: ModelServer
) -> None:
    device = StillOnScreen(tmp_path / "plain", key=Plaintext.FOR_DEVELOPMENT, asking=ASKING)
    server.put(PERSON, BODY)
    server.join(STORE, PERSON.id)
    device.sync(server)
    server.purge(PERSON.id)
    device.sync(server)
    assert Step.PURGED_ERASED in device.steps
    assert device.store.waiting() == 0
    assert found_in_files(device.folder) == []
    device.store.close()

"""Erasure reaches every file of the store: looked for in files that are, for once, not encrypted."""

from pathlib import Path

import pytest

from clienteling.domain.errors import NotFound
from clienteling.store.database import Plaintext
from clienteling.store.generation import Step
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
    assert [entry.kind for entry in device.store.audit.about(PERSON.id)] == [AuditKind.CUSTOMER_ERASED]
    device.store.close()


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

"""Many long entries at once: no push is larger than a server takes, or it would be refused again and again."""

from pathlib import Path

from sync.protocol.mutations.notes import MAX_NOTE_CHARACTERS
from sync.protocol.wire import MAX_PUSH_BYTES, PushReply, PushRequest
from tests.store.devices import Device, customer
from tests.store.model_server import STORE, ModelServer

SITI, SITI_BODY = customer("Siti")
COUNT = 400


class WeighingServer(ModelServer):
    """Knows how large what it was sent is, in bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self.put(SITI, SITI_BODY)
        self.join(STORE, SITI.id)

    async def push(self, request: PushRequest) -> PushReply:
        self.sizes.append(len(request.model_dump_json().encode()))
        return await super().push(request)


def test_entries_that_are_more_than_one_push_may_hold_go_up_in_several(tmp_path: Path) -> None:
    device, server = Device(tmp_path / "device"), WeighingServer()
    device.sync(server)
    args = {
        "customer_id": SITI.id, "text": "\x01" * MAX_NOTE_CHARACTERS, "store_id": STORE.removeprefix("store:"),
        "written_at": "2026-11-22T03:42:00Z",
    }  # fmt: skip
    append = device.store._shared.outbox.append
    for _ in range(COUNT):
        append(device.new_id(), "note.write", 1, args={**args, "note_id": device.new_id()}, actor="a", at="")
    device.sync(server)
    assert sum(server.sizes) > MAX_PUSH_BYTES
    assert max(server.sizes) <= MAX_PUSH_BYTES
    assert device.store.waiting() == 0
    assert len(device.notes()) == COUNT
    device.store.close()

"""A disk that said it had kept what it then lost: the outbox is older than the rows made from it."""

import shutil

from clienteling.store.generation import Step
from tests.store.devices import Device, customer
from tests.store.model_server import STORE, ModelServer

SITI, SITI_BODY = customer("Siti")


def keep_outbox(device: Device) -> None:
    """A copy of the outbox as it is now, beside the device's folder."""
    device.store.close()
    shutil.copyfile(device.folder / "outbox.db", device.folder.with_suffix(".outbox"))
    device.restart()


def lose_what_came_since(device: Device) -> None:
    device.store.close()
    shutil.copyfile(device.folder.with_suffix(".outbox"), device.folder / "outbox.db")
    device.restart()


def test_what_no_outbox_has_any_more_goes_from_the_rows(device: Device, server: ModelServer) -> None:
    server.put(SITI, SITI_BODY)
    server.join(STORE, SITI.id)
    device.sync(server)
    device.note(SITI.id, "kept")
    keep_outbox(device)
    device.note(SITI.id, "lost")
    lose_what_came_since(device)
    assert device.notes() == ["kept"]
    assert device.note(SITI.id, "written after").n == 2
    assert device.notes() == ["kept", "written after"]
    device.sync(server)
    assert device.notes() == ["kept", "written after"]
    assert device.store.waiting() == 0
    assert not device.bases()


def test_refusal_that_the_outbox_lost_is_asked_for_again(device: Device, server: ModelServer) -> None:
    server.put(SITI, SITI_BODY)
    server.join(STORE, SITI.id)
    refused = device.note(SITI.id, "refused")
    server.refuse.add(refused.uuid)
    keep_outbox(device)
    device.note(SITI.id, "applied")
    device.sync(server)
    lose_what_came_since(device)
    assert device.store.attention() == ()
    assert device.sync(server).new_identity
    assert [item.entry.uuid for item in device.store.attention()] == [refused.uuid]
    assert device.notes() == ["applied"]


def test_refused_text_is_kept_until_the_outbox_holds_the_refusal(device: Device, server: ModelServer) -> None:
    server.put(SITI, SITI_BODY)
    server.join(STORE, SITI.id)
    refused = device.note(SITI.id, "refused")
    server.refuse.add(refused.uuid)
    with device.cut(Step.EARLY_VERDICTS_KEPT):
        device.sync(server)
    keep_outbox(device)
    device.note(SITI.id, "applied")
    device.sync(server)
    lose_what_came_since(device)
    device.sync(server)
    (shown,) = device.store.attention()
    assert shown.entry.args["text"] == "refused"

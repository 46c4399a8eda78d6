"""Writes: the outbox first, then the rows; what cannot be shown here waits."""

from datetime import timedelta

import pytest

from clienteling.domain.errors import ValidationFailed
from clienteling.store.errors import StoreMisused
from clienteling.store.generation import Step
from clienteling.store.tables import ENTRY
from sync.protocol.ids import consent_id
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations import VOID
from sync.protocol.wire import VerdictStatus
from tests.store.devices import Device, customer
from tests.store.model_server import STORE, ModelServer

SITI, SITI_BODY = customer("Siti")


def know(server: ModelServer, *, name: str = "Siti") -> None:
    key, body = customer(name)
    server.put(key, body)
    server.join(STORE, key.id)


def outbox_rows(device: Device) -> list[tuple[int, str, str]]:
    with device.store._shared.outbox.reading() as connection:
        return [(row.n, row.name, row.args) for row in connection.execute(ENTRY.select().order_by(ENTRY.c.n))]


def test_a_note_is_visible_as_soon_as_it_is_written(device: Device, server: ModelServer) -> None:
    know(server)
    device.sync(server)
    device.note(SITI.id)
    assert device.notes() == ["likes linen"]
    assert device.store.waiting() == 1


def test_a_note_kept_before_the_power_went_is_shown_at_the_next_start(device: Device, server: ModelServer) -> None:
    know(server)
    device.sync(server)
    with device.cut(Step.ENTRY_KEPT):
        device.note(SITI.id)
    assert device.notes() == ["likes linen"]
    assert device.sync(server).pushed == 1
    assert device.notes() == ["likes linen"]


def test_numbers_go_on_after_entries_have_lost_their_text(device: Device, server: ModelServer) -> None:
    know(server)
    device.sync(server)
    assert [device.note(SITI.id).n, device.note(SITI.id).n] == [1, 2]
    device.sync(server)
    device.restart()
    assert device.note(SITI.id).n == 3


def test_an_entry_about_a_customer_who_is_not_here_waits_and_is_shown_when_they_arrive(
    device: Device, server: ModelServer
) -> None:
    device.note(SITI.id)
    assert device.notes() == []
    know(server)
    device.pull_page(server)
    assert device.notes() == ["likes linen"]
    assert device.store.waiting() == 1


def test_a_form_the_server_would_refuse_is_refused_before_it_is_kept(device: Device) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        device.note(SITI.id, "")
    assert refusal.value.field == "text"
    with pytest.raises(ValidationFailed):
        device.note(SITI.id, "nul \x00")
    with pytest.raises(StoreMisused):
        device.store.write("note.unheard_of", 1, {}, actor=None, at=device.clock())
    assert outbox_rows(device) == []


def test_every_change_is_published_once_it_is_kept(device: Device, server: ModelServer) -> None:
    know(server)
    device.sync(server)
    heard: list[list[str]] = []
    device.store.changed.subscribe(lambda count: heard.append(device.notes()))
    device.note(SITI.id)
    assert heard == [["likes linen"]]
    device.sync(server)
    told = len(heard)
    device.sync(server)
    assert len(heard) == told


def test_an_idle_device_writes_nothing(device: Device, server: ModelServer) -> None:
    know(server)
    device.sync(server)
    device.sync(server)
    before = {path.name: path.stat().st_size for path in device.folder.glob("*-wal")}
    device.sync(server)
    assert {path.name: path.stat().st_size for path in device.folder.glob("*-wal")} == before


def test_the_time_of_the_last_sync_survives_a_restart(device: Device, server: ModelServer) -> None:
    assert device.store.synced_at() is None
    device.sync(server)
    assert device.store.synced_at() == device.clock()
    later = device.clock.advance(timedelta(minutes=1))
    device.sync(server)
    device.restart()
    assert device.store.synced_at() == later


def test_a_refused_note_leaves_the_rows_and_waits_for_a_person(device: Device, server: ModelServer) -> None:
    know(server)
    device.sync(server)
    entry = device.note(SITI.id)
    server.refuse.add(entry.uuid)
    device.sync(server)
    assert device.notes() == []
    assert device.store.waiting() == 0
    (item,) = device.store.attention()
    assert (item.verdict, item.code) == (VerdictStatus.REJECTED, "mutation.refused")
    assert item.entry.args["text"] == "likes linen"
    assert outbox_rows(device) == [(1, VOID, "{}")]
    device.restart()
    assert device.store.settle(entry.uuid)
    assert not device.store.settle(entry.uuid)
    assert device.store.attention() == ()


def test_a_refusal_and_what_depended_on_it_share_a_record(device: Device, server: ModelServer) -> None:
    know(server)
    device.sync(server)
    first, second = device.contact(SITI.id, "city", None, "Bandung"), device.contact(SITI.id, "city", "Bandung", "Solo")
    server.refuse.update({first.uuid, second.uuid})
    device.sync(server)
    one, two = device.store.attention()
    assert SITI in one.keys
    assert SITI in two.keys


def test_a_merged_edit_is_shown_to_people(device: Device, server: ModelServer) -> None:
    know(server)
    device.sync(server)
    server.put(SITI, {**SITI_BODY, "city": "Medan"})
    device.contact(SITI.id, "city", None, "Bandung")
    device.sync(server)
    (item,) = device.store.attention()
    assert item.verdict is VerdictStatus.MERGED
    assert device.bodies()[SITI]["city"] == "Bandung"


def test_acknowledged_entries_keep_their_text_for_fourteen_days(device: Device, server: ModelServer) -> None:
    know(server)
    device.sync(server)
    device.note(SITI.id)
    device.sync(server)
    device.clock.advance(timedelta(days=13, hours=23))
    device.restart()
    assert [name for _, name, _ in outbox_rows(device)] == ["note.write"]
    device.clock.advance(timedelta(hours=1))
    device.restart()
    assert outbox_rows(device) == [(1, VOID, "{}")]
    assert device.notes() == ["likes linen"]


def test_verdicts_of_a_push_decide_nothing(device: Device, server: ModelServer) -> None:
    know(server)
    device.sync(server)
    device.note(SITI.id)
    reply = server.take(device.store.device_id(), list(device.store.pending(10)))
    device.store.note_verdicts(reply.verdicts)
    assert device.store.waiting() == 1
    assert device.store.current().position().settled_n == 0


def test_pending_entries_go_up_in_order_and_in_parts(device: Device) -> None:
    for _ in range(5):
        device.note(SITI.id)
    assert [message.n for message in device.store.pending(2)] == [1, 2]
    assert [message.n for message in device.store.pending(10, after_n=3)] == [4, 5]


def test_a_body_no_rule_foresaw_blocks_nothing(device: Device, server: ModelServer) -> None:
    know(server)
    ledger = RecordKey(Kind.CONSENT, consent_id(SITI.id, "marketing", "email"))
    server.put(ledger, {"customer_id": SITI.id, "made_by": "a later version"})
    device.sync(server)
    args = {
        "event_id": device.new_id(),
        "customer_id": SITI.id,
        "purpose": "marketing",
        "channel": "email",
        "granted": False,
        "at": "2026-11-22T03:42:00Z",
    }
    device.store.write("consent.record", 1, args, actor="associate", at=device.clock())
    device.note(SITI.id)
    assert device.bodies()[ledger]["made_by"] == "a later version"
    assert device.notes() == ["likes linen"]
    assert device.store.waiting() == 2

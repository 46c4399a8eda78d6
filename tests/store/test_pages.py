"""Pull pages: rows, memberships, base and entries, the acknowledgement, digests."""

import pytest

from clienteling.store.generation import Step
from clienteling.store.tables import META, RECORD, ROW_SCOPE, SCOPE_DIGEST
from sync.protocol.digest import digest_of
from sync.protocol.errors import DeviceForked, MustRefetch
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.wire import Ack, Verdict, VerdictStatus
from tests.store.devices import Device, customer
from tests.store.model_server import OTHER, STORE, ModelServer

SITI, SITI_BODY = customer("Siti")
BUDI, BUDI_BODY = customer("Budi")


@pytest.fixture
def synced(device: Device, server: ModelServer) -> Device:
    """A device that holds Siti."""
    server.put(SITI, SITI_BODY)
    server.join(STORE, SITI.id)
    device.sync(server)
    return device


def own_digest(device: Device, scope: str) -> tuple[str, int]:
    (found,) = [row for row in device.table(SCOPE_DIGEST) if row.scope == scope]
    return found.total, found.live_count


def test_a_row_of_a_record_with_pending_entries_goes_beneath_them(synced: Device, server: ModelServer) -> None:
    synced.contact(SITI.id, "city", None, "Bandung")
    server.put(SITI, {**SITI_BODY, "email": "siti@example.com"})
    synced.pull_page(server)
    assert synced.bodies()[SITI]["city"] == "Bandung"
    assert synced.bodies()[SITI]["email"] == "siti@example.com"
    assert synced.bases() == synced.touched()


def test_an_acknowledged_entry_without_a_row_is_taken_back(synced: Device, server: ModelServer) -> None:
    entry = synced.contact(SITI.id, "city", None, "Bandung")
    server.refuse.add(entry.uuid)
    synced.push(server)
    synced.pull_page(server)
    assert "city" not in synced.bodies()[SITI]
    assert synced.bases() == set()
    assert synced.touched() == set()


def test_an_acknowledgement_counts_on_the_last_page_only(synced: Device, server: ModelServer) -> None:
    server.page_rows = 1
    synced.note(SITI.id)
    server.put(BUDI, BUDI_BODY)
    server.join(STORE, BUDI.id)
    synced.push(server)
    page = synced.pull_page(server)
    assert not page.last_page
    assert synced.store.waiting() == 1
    synced.pull_page(server)
    assert synced.store.waiting() == 0
    assert synced.notes() == ["likes linen"]


def test_an_entry_written_while_pages_come_is_not_acknowledged_with_them(synced: Device, server: ModelServer) -> None:
    synced.note(SITI.id, "first")
    synced.push(server)
    page = server.page(synced.request())
    synced.note(SITI.id, "second")
    synced.store.current().apply_page(page)
    assert synced.notes() == ["first", "second"]
    assert synced.store.waiting() == 1


def test_a_record_goes_with_its_last_membership(synced: Device, server: ModelServer) -> None:
    server.join(OTHER, SITI.id)
    synced.sync(server)
    server.leave(STORE, SITI.id)
    synced.sync(server)
    assert synced.names() == ["Siti"]
    server.leave(OTHER, SITI.id)
    synced.sync(server)
    assert synced.names() == []
    assert synced.scopes() == set()


def test_a_record_that_left_waits_for_its_pending_entries(synced: Device, server: ModelServer) -> None:
    entry = synced.note(SITI.id)
    server.leave(STORE, SITI.id)
    synced.pull_page(server)
    assert (synced.names(), synced.notes()) == (["Siti"], ["likes linen"])
    assert synced.scopes() == set()
    server.refuse.add(entry.uuid)
    synced.sync(server)
    assert (synced.names(), synced.notes()) == ([], [])


def test_a_deleted_record_goes_at_once_and_its_entries_wait(synced: Device, server: ModelServer) -> None:
    synced.note(SITI.id)
    server.delete(SITI)
    synced.pull_page(server)
    assert (synced.names(), synced.notes()) == ([], [])
    assert synced.store.waiting() == 1
    synced.sync(server)
    (item,) = synced.store.attention()
    assert item.code == "mutation.missing"


def test_erasure_does_not_wait_for_pending_entries(synced: Device, server: ModelServer) -> None:
    entry = synced.note(SITI.id, "secret words")
    server.purge(SITI.id)
    synced.pull_page(server)
    assert synced.bodies() == {}
    assert synced.bases() == set()
    assert synced.touched() == set()
    (message,) = synced.store.pending(10)
    assert (message.n, message.uuid, message.name, message.args) == (1, entry.uuid, "void", {})
    synced.sync(server)
    assert synced.store.waiting() == 0


def test_erasure_reaches_entries_in_needs_attention(synced: Device, server: ModelServer) -> None:
    entry = synced.note(SITI.id, "secret words")
    server.refuse.add(entry.uuid)
    synced.sync(server)
    assert synced.store.attention()
    server.purge(SITI.id)
    synced.sync(server)
    assert synced.store.attention() == ()


def test_erasure_cut_off_half_way_is_finished_by_the_next_page(synced: Device, server: ModelServer) -> None:
    synced.note(SITI.id, "secret words")
    server.purge(SITI.id)
    with synced.cut(Step.PURGED_ERASED):
        synced.pull_page(server)
    synced.pull_page(server)
    assert synced.bodies() == {}
    assert synced.bases() == set()


def test_verdicts_are_kept_before_the_store_forgets_the_entries(synced: Device, server: ModelServer) -> None:
    entry = synced.note(SITI.id)
    server.refuse.add(entry.uuid)
    synced.push(server)
    with synced.cut(Step.VERDICTS_KEPT):
        synced.pull_page(server)
    assert len(synced.store.attention()) == 1
    assert synced.store.current().position().settled_n == 1
    synced.pull_page(server)
    assert len(synced.store.attention()) == 1
    assert synced.notes() == []


def test_marks_that_were_cut_off_are_made_at_the_next_start(synced: Device, server: ModelServer) -> None:
    synced.note(SITI.id)
    synced.push(server)
    with synced.cut(Step.PAGE_KEPT):
        synced.pull_page(server)
    assert synced.store._shared.outbox.highest_acknowledged() == 1


def test_cursor_and_digest_are_stored_with_the_rows(synced: Device, server: ModelServer) -> None:
    server.put(BUDI, BUDI_BODY)
    server.join(STORE, BUDI.id)
    synced.note(SITI.id)
    synced.push(server)
    with synced.cut(Step.VERDICTS_KEPT):
        synced.pull_page(server)
    assert synced.names() == ["Siti"]
    synced.pull_page(server)
    assert synced.names() == ["Budi", "Siti"]
    ours = server.digest(STORE)
    assert own_digest(synced, STORE) == (str(ours.total), ours.count)


def test_the_same_page_twice_changes_nothing(synced: Device, server: ModelServer) -> None:
    server.put(BUDI, BUDI_BODY)
    server.join(STORE, BUDI.id)
    page = server.page(synced.request())
    synced.store.current().apply_page(page)
    rows, digest = synced.rows(), own_digest(synced, STORE)
    assert synced.store.current().apply_page(page).changed == 0
    assert (synced.rows(), own_digest(synced, STORE)) == (rows, digest)


def test_a_scope_that_is_fetched_again_loses_what_the_server_does_not_have(synced: Device, server: ModelServer) -> None:
    stray = RecordKey(Kind.CUSTOMER, BUDI.id)
    with synced.store._database.writing() as connection:
        connection.execute(RECORD.insert(), {"kind": stray.kind, "id": stray.id, "version": 1, "body": "{}"})
        connection.execute(
            ROW_SCOPE.insert(), {"scope": STORE, "kind": stray.kind, "id": stray.id, "version": 1, "stale": False}
        )
        connection.execute(SCOPE_DIGEST.update().where(SCOPE_DIGEST.c.scope == STORE).values(total="7", live_count=2))
    server.put(SITI, {**SITI_BODY, "city": "Solo"})
    page = server.page(synced.request())
    assert synced.store.current().apply_page(page).mismatched == (STORE,)
    synced.store.current().refetch([STORE])
    assert synced.store.current().position().refetch == (STORE,)
    synced.restart()
    assert synced.store.current().position().refetch == (STORE,)
    synced.pull_page(server)
    assert synced.store.current().position().refetch == ()
    assert synced.names() == ["Siti"]
    assert own_digest(synced, STORE) == (str(server.digest(STORE).total), 1)


def test_a_refetch_spread_over_pages_is_asked_for_once(synced: Device, server: ModelServer) -> None:
    for name in ("Ani", "Budi", "Citra"):
        key, body = customer(name)
        server.put(key, body)
        server.join(STORE, key.id)
    synced.sync(server)
    synced.store.current().refetch([STORE])
    server.page_rows = 1
    pages = [synced.pull_page(server) for _ in range(4)]
    assert [page.last_page for page in pages] == [False, False, False, True]
    assert synced.names() == ["Ani", "Budi", "Citra", "Siti"]
    assert synced.store.current().position().refetch == ()


def test_a_damaged_body_is_mended_when_its_scope_is_fetched_again(synced: Device, server: ModelServer) -> None:
    with synced.store._database.writing() as connection:
        connection.execute(RECORD.update().values(body='{"name":"?"}'))
    synced.store.current().refetch([STORE])
    synced.pull_page(server)
    assert synced.names() == ["Siti"]


def test_a_scope_that_is_no_longer_granted_leaves_whole(synced: Device, server: ModelServer) -> None:
    server.put(BUDI, BUDI_BODY)
    server.join(OTHER, BUDI.id)
    server.join(OTHER, SITI.id)
    synced.sync(server)
    assert synced.names() == ["Budi", "Siti"]
    server.granted.remove(OTHER)
    synced.sync(server)
    assert synced.names() == ["Siti"]
    assert {scope for scope, _ in synced.scopes()} == {STORE}
    assert {row.scope for row in synced.table(SCOPE_DIGEST)} == {STORE}


def test_an_acknowledgement_of_numbers_never_given_is_a_forked_device(synced: Device, server: ModelServer) -> None:
    before = synced.rows()
    page = server.page(synced.request()).model_copy(update={"ack": Ack(n=1)})
    with pytest.raises(DeviceForked):
        synced.store.current().apply_page(page)
    assert synced.rows() == before
    assert synced.store.current().position().settled_n == 0


def test_a_verdict_on_another_entry_under_our_number_is_a_forked_device(synced: Device, server: ModelServer) -> None:
    synced.note(SITI.id)
    other = Verdict(n=1, uuid=synced.new_id(), status=VerdictStatus.REJECTED, code="x")
    page = server.page(synced.request()).model_copy(update={"ack": Ack(n=1, verdicts=[other])})
    with pytest.raises(DeviceForked):
        synced.store.current().apply_page(page)
    assert synced.store.waiting() == 1
    assert synced.store.attention() == ()


def test_an_acknowledgement_of_another_entry_under_our_number_is_a_forked_device(
    synced: Device, server: ModelServer
) -> None:
    page = server.page(synced.request()).model_copy(update={"ack": Ack(n=1, uuid=synced.new_id())})
    synced.note(SITI.id, "written while the page was on its way")
    with pytest.raises(DeviceForked):
        synced.store.current().apply_page(page)
    assert synced.store.waiting() == 1


def test_a_page_of_a_restored_server_is_not_stored(synced: Device, server: ModelServer) -> None:
    synced.note(SITI.id)
    synced.sync(server)
    page = server.page(synced.request())
    with pytest.raises(MustRefetch):
        synced.store.current().apply_page(page.model_copy(update={"epoch": synced.new_id()}))
    with pytest.raises(MustRefetch):
        synced.store.current().apply_page(page.model_copy(update={"ack": Ack(n=0)}))
    with pytest.raises(MustRefetch):
        synced.store.current().apply_page(page.model_copy(update={"must_refetch": [STORE]}))


def test_a_record_in_two_scopes_is_written_once(synced: Device, server: ModelServer) -> None:
    server.put(BUDI, BUDI_BODY)
    server.join(STORE, BUDI.id)
    server.join(OTHER, BUDI.id)
    page = server.page(synced.request())
    assert len([row for row in page.changes if row.id == BUDI.id]) == 2
    assert synced.store.current().apply_page(page).changed == 1


def test_grants_are_known_before_the_rows_are_unpacked(synced: Device, server: ModelServer) -> None:
    (meta,) = synced.table(META)
    assert meta.grants == server.granted


def test_the_store_digest_is_the_digest_of_its_memberships(synced: Device, server: ModelServer) -> None:
    rows = [row for row in synced.table(ROW_SCOPE) if row.scope == STORE]
    whole = digest_of((row.kind, row.id, row.version) for row in rows)
    assert own_digest(synced, STORE) == (str(whole.total), whole.count)


def test_a_revoked_scope_leaves_what_pending_entries_need(synced: Device, server: ModelServer) -> None:
    synced.note(SITI.id)
    server.granted.remove(STORE)
    synced.pull_page(server)
    assert synced.scopes() == set()
    assert (synced.names(), synced.notes()) == (["Siti"], ["likes linen"])
    synced.sync(server)
    assert (synced.names(), synced.notes()) == ([], [])


def test_an_acknowledged_entry_that_is_not_shown_yet_is_not_forgotten(synced: Device, server: ModelServer) -> None:
    synced.contact(SITI.id, "city", None, "Solo")
    args = {"customer_id": SITI.id, "fields": {"city": ["Solo", "Ubud"]}}
    outbox = synced.store._shared.outbox  # another process: kept, pushed, and stopped before it caught up
    outbox.append(synced.new_id(), "contact.edit", 1, args=args, actor=None, at="2026-11-22T03:42:00Z")
    synced.push(server)
    synced.store.current().apply_page(server.page(synced.request()))
    at = synced.store.current().position()
    assert (at.acked_n, at.applied_n, at.settled_n) == (1, 1, 2)
    synced.sync(server)
    at = synced.store.current().position()
    assert (at.acked_n, at.applied_n) == (2, 2)
    assert synced.bodies()[SITI]["city"] == "Ubud"

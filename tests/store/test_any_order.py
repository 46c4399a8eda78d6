"""One device and a server of dictionaries in any order of events, with the power cut after any durable step.

Held after every event: the rows are the server's rows as far as they came, with every pending entry on top; memberships
and digests agree with the rows. Held at the end, once all is healed and synced: the device shows what the server has in
its scopes, nothing waits, and no entry was lost or applied twice.
The shape is vdirsyncer's state machine over stores (`tests/unit/sync/test_sync.py`).
"""

import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from clienteling.domain.errors import NotFound
from clienteling.store.generation import Step
from sync.protocol.errors import SyncError
from sync.protocol.ids import preference_id
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations import VOID
from tests.store.devices import Devices, PowerCut, customer
from tests.store.invariants import (
    read_files,
    require_base_and_pending,
    require_digests_of_memberships,
    require_memberships,
    require_own_numbers,
)
from tests.store.model_server import OTHER, STORE, STORE_ID, ModelServer

NAMES = ("Siti", "Budi", "Made")
CUSTOMERS = {name: customer(name) for name in NAMES}
WORDS = st.sampled_from(["linen", "batik", ""])
CITIES = st.sampled_from(["Solo", "Medan", "Ubud"])

_folder = tempfile.TemporaryDirectory(prefix="any-order-")
_devices = Devices(Path(_folder.name))


class AnyOrder(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.server = ModelServer()
        self.device = _devices()
        self.written: set[str] = set()
        self.lost_by_restore = False
        self.erased: set[str] = set()
        self.once_erased: set[str] = set()

    @initialize()
    def begin(self) -> None:
        for name in NAMES[:2]:
            self.arrives(name)
        self.device.sync(self.server)

    # What people do.

    def _write(self, name: str, args: Mapping[str, object]) -> None:
        try:
            entry = self.device.store.write(name, 1, args, actor="associate", at=self.device.clock())
        except NotFound:
            assert args["customer_id"] in self.once_erased
        else:
            self.written.add(entry.uuid)

    @rule(name=st.sampled_from(NAMES))
    def writes_a_note(self, name: str) -> None:
        try:
            self.written.add(self.device.note(CUSTOMERS[name][0].id).uuid)
        except NotFound:
            assert CUSTOMERS[name][0].id in self.once_erased

    @rule(name=st.sampled_from(NAMES), city=CITIES, sees=st.booleans())
    def edits_a_city(self, name: str, city: str, sees: bool) -> None:
        key = CUSTOMERS[name][0]
        seen = self.device.bodies().get(key, {}).get("city") if sees else "something older"
        self._write("contact.edit", {"customer_id": key.id, "fields": {"city": [seen, city]}})

    @rule(name=st.sampled_from(NAMES), words=WORDS)
    def sets_a_preference(self, name: str, words: str) -> None:
        key = CUSTOMERS[name][0]
        known = self.device.bodies().get(RecordKey(Kind.PREFERENCE, preference_id(key.id, "fabric")), {})
        self._write(
            "preference.set", {"customer_id": key.id, "key": "fabric", "value": [known.get("value", ""), words]}
        )

    @rule(name=st.sampled_from(NAMES))
    def adds_a_wish(self, name: str) -> None:
        args = {
            "item_id": self.device.new_id(),
            "customer_id": CUSTOMERS[name][0].id,
            "product_id": STORE_ID,
            "added_at": "2026-11-22T03:42:00Z",
        }
        self._write("wishlist.add", args)

    @rule(name=st.sampled_from(NAMES))
    def removes_all_wishes(self, name: str) -> None:
        customer_id = CUSTOMERS[name][0].id
        items = [
            key.id
            for key, body in self.device.bodies().items()
            if key.kind == Kind.WISHLIST_ITEM and body["customer_id"] == customer_id
        ]
        if items:
            self._write("wishlist.remove", {"customer_id": customer_id, "item_ids": items})

    @rule()
    def settles_everything(self) -> None:
        for item in self.device.store.attention():
            assert self.device.store.settle(item.entry.uuid)

    # What happens elsewhere.

    @rule(name=st.sampled_from(NAMES))
    def arrives(self, name: str) -> None:
        key, body = CUSTOMERS[name]
        if key not in self.server.state.records:
            self.server.put(key, body)
            self.erased.discard(key.id)
        self.server.join(STORE, key.id)

    @rule(name=st.sampled_from(NAMES), scope=st.sampled_from([STORE, OTHER]))
    def joins(self, name: str, scope: str) -> None:
        self.server.join(scope, CUSTOMERS[name][0].id)

    @rule(name=st.sampled_from(NAMES), scope=st.sampled_from([STORE, OTHER]))
    def leaves(self, name: str, scope: str) -> None:
        self.server.leave(scope, CUSTOMERS[name][0].id)

    @rule(name=st.sampled_from(NAMES), city=CITIES)
    def is_edited_elsewhere(self, name: str, city: str) -> None:
        key, _ = CUSTOMERS[name]
        if key in self.server.state.records:
            self.server.put(key, {**self.server.state.records[key][1], "city": city, "written_by": {}})

    @rule(name=st.sampled_from(NAMES))
    def is_deleted(self, name: str) -> None:
        key, _ = CUSTOMERS[name]
        if key in self.server.state.records:
            self.server.delete(key)

    @rule(name=st.sampled_from(NAMES))
    def is_erased(self, name: str) -> None:
        self.server.purge(CUSTOMERS[name][0].id)
        self.erased.add(CUSTOMERS[name][0].id)
        self.once_erased.add(CUSTOMERS[name][0].id)

    @rule()
    def the_next_entry_is_refused(self) -> None:
        for message in self.device.store.pending(1):
            self.server.refuse.add(message.uuid)

    @rule(granted=st.booleans())
    def the_other_scope_is_granted_or_not(self, granted: bool) -> None:
        self.server.granted = [scope for scope in self.server.granted if scope != OTHER]
        if granted:
            self.server.granted.append(OTHER)

    @rule()
    def is_backed_up(self) -> None:
        self.server.backup()

    @rule()
    def is_restored(self) -> None:
        if self.server.restore():
            self.lost_by_restore = True
            self.erased.clear()

    # What the engine does.

    @rule(rows=st.integers(1, 4))
    def pulls_a_page(self, rows: int) -> None:
        self.server.page_rows = rows
        try:
            self.device.pull_page(self.server)
        except SyncError:
            pass
        finally:
            self.server.page_rows = 1_000

    @rule(limit=st.integers(1, 3))
    def pushes_and_loses_the_answer(self, limit: int) -> None:
        with suppress(SyncError):
            self.device.push(self.server, limit)

    @rule(rows=st.integers(1, 4))
    def syncs(self, rows: int) -> None:
        self.server.page_rows = rows
        self.device.sync(self.server)
        self.server.page_rows = 1_000

    @rule(step=st.sampled_from(list(Step)), rows=st.integers(1, 4))
    def syncs_until_the_power_goes(self, step: Step, rows: int) -> None:
        self.server.page_rows = rows
        with self.device.cut(step):
            self.device.sync(self.server)
        self.server.page_rows = 1_000

    @rule(name=st.sampled_from(NAMES), step=st.sampled_from([Step.ENTRY_KEPT, Step.CAUGHT_UP]))
    def writes_until_the_power_goes(self, name: str, step: Step) -> None:
        before = self.device.store.current().position().next_n
        try:
            with self.device.cut(step):
                self.device.note(CUSTOMERS[name][0].id)
        except NotFound:
            assert CUSTOMERS[name][0].id in self.once_erased
            return
        assert self.device.store.current().position().next_n == before + 1

    @rule(step=st.none() | st.sampled_from(list(Step)))
    def fills_a_new_store(self, step: Step | None) -> None:
        self.device.cut_after = step
        try:
            replica = self.device.store.begin_new_store()
            while True:
                at = replica.position()
                request = self.device.request().model_copy(
                    update={"cursor": at.cursor, "settled_n": at.settled_n, "refetch": list(at.refetch)}
                )
                page = self.server.page(request)
                replica.apply_page(page)
                if page.last_page:
                    break
            self.device.store.switch_to_new_store()
        except (PowerCut, SyncError):
            pass
        self.device.restart()

    @rule()
    def takes_a_new_identity(self) -> None:
        self.written -= {message.uuid for message in self.device.store.pending(10_000) if message.name == VOID}
        self.device.store.new_identity()

    @rule()
    def restarts(self) -> None:
        self.device.restart()

    # What always holds.

    @invariant()
    def rows_are_the_servers_with_pending_entries_on_top(self) -> None:
        require_base_and_pending(read_files(self.device), may_be_erased=True)

    @invariant()
    def every_entry_is_applied_or_tried(self) -> None:
        files = read_files(self.device)
        require_own_numbers(files)
        assert files.applied_n == files.next_n - 1

    @invariant()
    def records_are_here_by_membership_or_wait_for_entries(self) -> None:
        files = read_files(self.device)
        require_memberships(files)
        gone = {key for _, key in files.members} - files.rows.keys() - files.bases.keys()
        assert not gone or not self._whole()

    @invariant()
    def digests_are_those_of_the_memberships(self) -> None:
        require_digests_of_memberships(read_files(self.device))

    @precondition(lambda self: self._whole())
    @invariant()
    def nothing_of_an_erased_customer_is_left(self) -> None:
        for key, body in self.device.bodies().items():
            assert self.erased.isdisjoint({key.id, body.get("customer_id")})

    def _whole(self) -> bool:
        """Whether the device has everything the server has."""
        page = self.server.page(self.device.request().model_copy(update={"refetch": []}))
        return page.last_page and not page.changes and not page.revoked and not page.must_refetch

    def teardown(self) -> None:
        try:
            self.device.restart()
            self.server.page_rows = 3
            self.device.sync(self.server)
            assert self.device.rows() == self.server.projection()
            assert self.device.store.waiting() == 0
            assert self.device.bases() == set()
            if not self.lost_by_restore:
                assert self.written <= set(self.server.state.uuids)
        finally:
            self.device.store.close()


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=10,
    stateful_step_count=25,
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # shrinking opens hundreds of stores: minutes on a small machine
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

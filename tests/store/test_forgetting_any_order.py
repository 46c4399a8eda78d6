"""Leaving by age amid everything else, in any order: nothing written is lost, and the server has the last word."""

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clienteling.store.unpack import ASKING
from sync.protocol.kinds import Kind
from sync.protocol.serving_signs import MEMBER_FOR
from tests.store.devices import Device, customer
from tests.store.invariants import (
    read_files,
    require_base_and_pending,
    require_digests_of_memberships,
    require_memberships,
    require_own_numbers,
)
from tests.store.model_server import OTHER, STORE
from tests.store.test_forgetting import LOOK_UPS, Server, order

PEOPLE = [customer(name)[0] for name in ("Siti", "Budi", "Dewi")]
WHO = st.integers(0, len(PEOPLE) - 1)
DEEDS = st.one_of(
    st.tuples(st.sampled_from(("look up", "end", "join", "leave", "change", "note", "refused note", "pin")), WHO),
    st.tuples(st.sampled_from(("sync", "forget", "restart", "settle")), st.just(0)),
    st.tuples(st.just("pass"), st.sampled_from((1, 5, 23, 25, 24 * 40))),
    st.tuples(st.just("clock wrong"), st.sampled_from((-24 * 365, -3, 3, 24 * 3_650))),
)


class World:
    """A device, its server, and whatever happens to both."""

    def __init__(self, folder: Path) -> None:
        self.device = Device(folder, asking=ASKING)
        self.server = Server()
        self.pinned: list[str] = []
        self.notes = 0
        for number, key in enumerate(PEOPLE):
            self.server.put(key, {"name": f"Person {number}"})
            self.server.join(OTHER, key.id)
            self.server.join(STORE, key.id)
            order(self.server, key, f"000{number}", ago=MEMBER_FOR - timedelta(days=10 * number + 1))
        self.device.sync(self.server)

    def do(self, deed: str, number: int) -> None:
        device, server = self.device, self.server
        match deed:
            case "look up":
                server.leave(LOOK_UPS, PEOPLE[number].id)  # told again with everything
                server.look_up(PEOPLE[number].id)
            case "end":
                server.leave(LOOK_UPS, PEOPLE[number].id)
            case "join":
                server.join(STORE, PEOPLE[number].id)
            case "leave":
                server.leave(STORE, PEOPLE[number].id)
            case "change":
                server.put(PEOPLE[number], {"name": f"Person {number}", "city": f"{server.now}"})
            case "note" | "refused note":
                written = device.note(PEOPLE[number].id)
                if deed == "refused note":
                    server.refuse.add(written.uuid)
                else:
                    self.notes += 1
            case "pin":
                self.pinned = [PEOPLE[number].id] if not self.pinned else []
            case "sync":
                device.sync(server)
            case "forget":
                device.store.forget_due(self.pinned)
            case "restart":
                device.restart()
            case "settle":
                for one in device.store.attention():
                    device.store.settle(one.entry.uuid)
            case "pass":
                device.clock.advance(timedelta(hours=number))
                server.now += timedelta(hours=number)
                device.store.forget_due(self.pinned)
            case "clock wrong":
                device.clock.advance(timedelta(hours=number))

    def require_sound(self) -> None:
        files = read_files(self.device)
        require_own_numbers(files)
        require_digests_of_memberships(files)
        require_memberships(files)
        require_base_and_pending(files)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(DEEDS, max_size=25))
def test_leaving_by_age_in_any_order_loses_nothing_and_the_servers_word_holds(deeds: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder) / "device")
        try:
            for deed, number in deeds:
                world.do(deed, number)
                world.require_sound()
            for number in range(len(PEOPLE)):
                world.do("end", number)
            for deed in ("sync", "forget", "sync"):
                world.do(deed, 0)
            world.require_sound()
            assert world.device.rows() == world.server.projection()
            assert world.device.store.waiting() == 0
            kept = [key for key in world.server.state.records if key.kind == Kind.NOTE]
            assert len(kept) == world.notes
        finally:
            world.device.store.close()

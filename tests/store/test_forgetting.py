"""Customers leave the device by age: by themselves, offline, and out of every file that is, for once, not encrypted."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clienteling.domain.device_time import MOST_APART
from clienteling.store.database import Plaintext
from clienteling.store.forgetting import RECKONED_EVERY
from clienteling.store.generation import Step
from clienteling.store.search import look_up
from clienteling.store.tables import ENTRY, RECORD, ROW_SCOPE
from clienteling.store.unpack import ASKING
from sync.protocol.kinds import Body, Kind, RecordKey, lookup_scope
from sync.protocol.mutations import VOID
from sync.protocol.serving_signs import LOOKED_UP_FOR, MEMBER_FOR
from sync.protocol.times import to_wire
from sync.protocol.wire import PullPage, PullRequest
from tests.store.devices import Device, PowerCut, customer
from tests.store.model_server import OTHER, STORE, STORE_ID, ModelServer
from tests.support.fakes import START_AT

NAME, NOTE = "Zulkarnaen", "prefers quiet mornings"
PERSON, BODY = customer(NAME, email="zulkarnaen@example.com", phone="+6281200011122")
SITI, SITIS = customer("Siti", phone="+6281300011133")
CANARIES = (b"zulkarnaen", b"quiet mornings", b"81200011122")
THEIR_NOTE = RecordKey(Kind.NOTE, "0000aaaa-0000-7000-8000-000000000001")
OF_NO_KNOWN_KIND = RecordKey("questionnaire", "0000aaaa-0000-7000-8000-000000000002")
LOOK_UPS = lookup_scope("a registration")


class Server(ModelServer):
    """A server whose clock goes, that tells when look-ups end, and has one scope of them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START_AT
        self.ends_at: dict[str, datetime] = {}
        self.tells_ends = True
        self.granted = ["global", LOOK_UPS, STORE]
        self.state.members[LOOK_UPS] = set()
        self.state.feed[LOOK_UPS] = {}
        self.state.seqs[LOOK_UPS] = 0

    def look_up(self, customer_id: str) -> None:
        self.ends_at[customer_id] = self.now + LOOKED_UP_FOR
        self.join(LOOK_UPS, customer_id)

    def page(self, request: PullRequest) -> PullPage:
        page = super().page(request)
        changes = [
            one.model_copy(update={"ends_at": to_wire(self.ends_at[one.id])})
            if self.tells_ends and one.scope == LOOK_UPS and one.kind == Kind.CUSTOMER and one.body is not None
            else one
            for one in page.changes
        ]
        digests = {scope: digest for scope, digest in page.digests.items() if scope != LOOK_UPS}
        told = {"changes": changes, "digests": digests, "server_time": to_wire(self.now)}
        return page.model_copy(update=told)

    async def pull(self, request: PullRequest) -> PullPage:
        return self.page(request)


LONG_AGO = "2015-01-01T00:00:00.000000Z"


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    made = Device(tmp_path / "plain", key=Plaintext.FOR_DEVELOPMENT, asking=ASKING)
    yield made
    made.store.close()


def pass_time(device: Device, by: timedelta, *, server: Server | None = None) -> None:
    """The device is in use for so long: it forgets every hour, as an engine's host has it do every minute."""
    if server is not None:
        server.now += by
    while by > timedelta():
        device.clock.advance(min(by, timedelta(hours=1)))
        by -= timedelta(hours=1)
        device.store.forget_due()


def order(
    server: Server, about: RecordKey, number: str, *, ago: timedelta, location: str | None = STORE_ID
) -> RecordKey:
    key = RecordKey(Kind.ORDER, f"0000{number}-0000-7000-8000-000000000000")
    body: Body = {
        "customer_id": about.id, "number": number, "placed_at": to_wire(START_AT - ago), "location_id": location,
        "lines": [{"name": "for Zulkarnaen"}],
    }  # fmt: skip
    server.put(key, body)
    return key


def found_in_files(folder: Path) -> list[str]:
    contents = ((path.name, path.read_bytes().lower()) for path in sorted(folder.iterdir()))
    return [name for name, content in contents if any(canary in content for canary in CANARIES)]


def found_by_typing(device: Device, text: str) -> list[str]:
    with device.store.reading() as connection:
        rows, _ = look_up(connection, text, 20, store_id=STORE_ID, now=device.clock())
    return [row.customer_id for row in rows]


def looked_up(device: Device, server: Server) -> None:
    """The person, with a note by a tablet of their own store, looked up by this device; Siti is of this store."""
    server.put(PERSON, BODY)
    server.join(OTHER, PERSON.id)
    server.put(THEIR_NOTE, {"customer_id": PERSON.id, "text": NOTE})
    server.put(
        RecordKey("questionnaire", "0000aaaa-0000-7000-8000-000000000002"), {"customer_id": PERSON.id, "x": NOTE}
    )
    server.put(SITI, {**SITIS, "home_store_id": STORE_ID})
    server.join(STORE, SITI.id)
    server.look_up(PERSON.id)
    device.sync(server)
    assert found_by_typing(device, "zulkar") == [PERSON.id]
    assert found_in_files(device.folder)


def unseen(device: Device, server: Server, *, ago: timedelta = MEMBER_FOR - timedelta(days=2)) -> RecordKey:
    """The person last bought here `ago`; Siti never did, and it is her home store."""
    server.put(PERSON, BODY)
    server.join(STORE, PERSON.id)
    bought = order(server, PERSON, "0001", ago=ago)
    server.put(SITI, {**SITIS, "home_store_id": STORE_ID})
    server.join(STORE, SITI.id)
    device.sync(server)
    assert device.names() == ["Siti", NAME]
    return bought


def test_a_look_up_ends_by_itself_offline_and_is_in_no_file(device: Device, server: Server) -> None:
    looked_up(device, server)
    pass_time(device, LOOKED_UP_FOR - timedelta(seconds=1))
    assert NAME in device.names()
    pass_time(device, timedelta(seconds=1))
    assert device.names() == ["Siti"]
    assert device.notes() == []
    assert found_by_typing(device, "zulkar") == []
    assert found_by_typing(device, "siti") == [SITI.id]
    assert found_in_files(device.folder) == []


def test_a_look_up_that_ended_while_the_device_was_off_goes_at_the_next_start(device: Device, server: Server) -> None:
    looked_up(device, server)
    device.store.close()
    device.clock.advance(timedelta(days=3))
    device.store = device.open()
    assert device.store.forget_due() == 1
    assert found_in_files(device.folder) == []
    assert device.store.forget_due() == 0


def test_a_server_that_tells_no_ends_means_a_day(device: Device, server: Server) -> None:
    server.tells_ends = False
    looked_up(device, server)
    pass_time(device, LOOKED_UP_FOR)
    assert device.names() == ["Siti"]


def test_a_look_up_that_came_late_ends_when_the_server_said(device: Device, server: Server) -> None:
    server.put(PERSON, BODY)
    server.join(OTHER, PERSON.id)
    server.look_up(PERSON.id)
    device.clock.advance(timedelta(hours=20))
    server.now += timedelta(hours=20)
    device.sync(server)
    pass_time(device, timedelta(hours=4))
    assert device.names() == []


def test_whoever_is_looked_up_again_is_here_again_with_everything(device: Device, server: Server) -> None:
    looked_up(device, server)
    pass_time(device, LOOKED_UP_FOR, server=server)
    server.leave(LOOK_UPS, PERSON.id)
    server.look_up(PERSON.id)
    device.sync(server)
    assert NAME in device.names()
    assert device.notes() == [NOTE]
    pass_time(device, LOOKED_UP_FOR - timedelta(minutes=1))
    assert NAME in device.names()


def test_a_row_that_comes_after_the_end_and_before_the_server_says_so_goes_as_well(
    device: Device, server: Server
) -> None:
    looked_up(device, server)
    pass_time(device, LOOKED_UP_FOR, server=server)
    server.put(RecordKey(Kind.NOTE, "0000aaaa-0000-7000-8000-000000000001"), {"customer_id": PERSON.id, "text": NOTE})
    device.sync(server)
    assert device.notes() == [NOTE]
    pass_time(device, timedelta(minutes=1))
    assert found_in_files(device.folder) == []
    server.leave(LOOK_UPS, PERSON.id)
    device.sync(server)
    assert {scope for scope, _ in device.scopes()} == {STORE}


def test_an_open_screen_keeps_whom_it_shows(device: Device, server: Server) -> None:
    looked_up(device, server)
    device.clock.advance(LOOKED_UP_FOR)
    assert device.store.forget_due([PERSON.id]) == 0
    assert NAME in device.names()
    assert device.store.forget_due() == 1


def test_what_somebody_wrote_keeps_its_customer_until_it_is_settled(device: Device, server: Server) -> None:
    looked_up(device, server)
    device.note(PERSON.id, "quiet mornings, he said")
    pass_time(device, LOOKED_UP_FOR, server=server)
    assert NAME in device.names()
    assert device.store.waiting() == 1
    device.sync(server)
    assert device.store.waiting() == 0
    pass_time(device, timedelta(minutes=1))
    assert device.names() == ["Siti"]
    assert found_in_files(device.folder) == []
    assert {row.name for row in entries(device)} == {VOID}


def test_a_refused_change_keeps_its_customer_until_a_person_settled_it(device: Device, server: Server) -> None:
    looked_up(device, server)
    server.refuse.add(device.note(PERSON.id).uuid)
    device.sync(server)
    pass_time(device, LOOKED_UP_FOR)
    assert NAME in device.names()
    (refused,) = device.store.attention()
    device.store.settle(refused.entry.uuid)
    pass_time(device, timedelta(minutes=1))
    assert found_in_files(device.folder) == []


def test_who_is_served_meanwhile_stays_with_what_was_written(device: Device, server: Server) -> None:
    looked_up(device, server)
    device.note(PERSON.id, "bought a shirt")
    server.join(STORE, PERSON.id)
    device.sync(server)
    pass_time(device, LOOKED_UP_FOR)
    assert NAME in device.names()
    assert VOID not in {row.name for row in entries(device)}
    assert {scope for scope, one in device.scopes() if one == PERSON.id} == {STORE}


def test_who_is_unseen_for_two_years_leaves_offline_and_id_and_version_stay(device: Device, server: Server) -> None:
    bought = unseen(device, server)
    pass_time(device, timedelta(days=2) - RECKONED_EVERY)
    assert NAME in device.names()
    pass_time(device, RECKONED_EVERY)
    assert device.names() == ["Siti"]
    assert found_in_files(device.folder) == []
    kept = {RecordKey(row.kind, row.id): (row.version, row.stale) for row in device.table(ROW_SCOPE)}
    assert kept == {PERSON: (1, True), bought: (1, True), SITI: (1, False)}
    with device.store.reading() as connection:
        assert connection.execute(RECORD.select().where(RECORD.c.id == PERSON.id)).all() == []


def test_while_the_server_is_heard_from_its_word_is_enough(device: Device, server: Server) -> None:
    unseen(device, server)
    for _ in range(5):
        pass_time(device, timedelta(hours=23), server=server)
        device.sync(server)
    assert NAME in device.names()


def test_who_left_by_age_and_at_the_server_too_costs_no_repair(device: Device, server: Server) -> None:
    unseen(device, server)
    pass_time(device, timedelta(days=2), server=server)
    server.leave(STORE, PERSON.id)
    assert device.sync(server).requests == 1
    assert device.names() == ["Siti"]
    assert {one for _, one in device.scopes()} == {SITI.id}


def test_the_next_pull_brings_back_whom_the_server_still_counts_as_this_stores(device: Device, server: Server) -> None:
    bought = unseen(device, server)
    pass_time(device, timedelta(days=2), server=server)
    device.sync(server)
    assert device.bodies().keys() == {PERSON, bought, SITI}
    assert found_by_typing(device, "zulkar") == [PERSON.id]
    pass_time(device, timedelta(hours=1))
    assert NAME in device.names()
    assert device.sync(server).requests == 1


def test_who_comes_by_within_two_years_stays(device: Device, server: Server) -> None:
    unseen(device, server)
    order(server, PERSON, "0002", ago=timedelta(days=30), location=None)
    waits = order(server, PERSON, "0003", ago=timedelta(days=20), location=None)
    server.put(waits, {**server.state.records[waits][1], "pickup": {"location_id": STORE_ID, "status": "ready"}})
    device.sync(server)
    pass_time(device, timedelta(days=2))
    assert NAME in device.names()


def test_who_was_last_at_their_home_store_two_years_ago_leaves_it_too(device: Device, server: Server) -> None:
    server.put(PERSON, {**BODY, "home_store_id": STORE_ID, "since_at": LONG_AGO})
    server.join(STORE, PERSON.id)
    order(server, PERSON, "0001", ago=MEMBER_FOR - timedelta(days=2))
    device.sync(server)
    pass_time(device, timedelta(days=1))
    assert device.names() == [NAME]
    pass_time(device, timedelta(days=1))
    assert device.names() == []
    assert found_in_files(device.folder) == []


def test_of_whom_the_server_knows_something_newer_stays_at_home(device: Device, server: Server) -> None:
    """It counts a wish too, and the day of an import where nobody knows since when they are a customer."""
    budi, wish = customer("Budi")[0], RecordKey(Kind.WISHLIST_ITEM, "0000bbbb-0000-7000-8000-000000000001")
    server.put(PERSON, {**BODY, "home_store_id": STORE_ID})
    server.put(budi, {**customer("Budi")[1], "home_store_id": STORE_ID, "since_at": LONG_AGO})
    added_at = to_wire(START_AT - timedelta(days=1))
    server.put(wish, {"customer_id": budi.id, "variant_id": budi.id, "added_at": added_at})
    for number, one in enumerate((PERSON, budi), start=1):
        server.join(STORE, one.id)
        order(server, one, f"000{number}", ago=2 * MEMBER_FOR)
    device.sync(server)
    pass_time(device, timedelta(days=2))
    assert sorted(device.names()) == ["Budi", NAME]


def test_whom_their_home_store_never_served_stays_until_the_server_says(device: Device, server: Server) -> None:
    """They may have chosen it yesterday: only the server knows."""
    server.put(PERSON, {**BODY, "home_store_id": STORE_ID, "since_at": LONG_AGO})
    server.join(STORE, PERSON.id)
    order(server, PERSON, "0001", ago=3 * MEMBER_FOR, location=None)
    device.sync(server)
    pass_time(device, timedelta(days=3))
    assert device.names() == [NAME]


def test_a_clock_ten_years_ahead_takes_nobody_who_was_seen_within_two_years(device: Device, server: Server) -> None:
    """A day's look-ups go; the store's customers could not be brought back offline."""
    looked_up(device, server)
    server.put(*customer("Budi"))
    server.join(STORE, customer("Budi")[0].id)
    order(server, customer("Budi")[0], "0009", ago=MEMBER_FOR - 2 * MOST_APART)
    device.sync(server)
    device.clock.advance(timedelta(days=3653))
    device.store.forget_due()
    assert device.names() == ["Budi", "Siti"]
    device.clock.advance(timedelta(hours=1))
    device.store.forget_due()
    assert device.names() == ["Budi", "Siti"]


def test_a_clock_set_back_lengthens_a_look_up_by_an_hour_at_most(device: Device, server: Server) -> None:
    looked_up(device, server)
    pass_time(device, LOOKED_UP_FOR / 2)
    device.clock.advance(-timedelta(days=365))
    pass_time(device, LOOKED_UP_FOR / 2)
    assert NAME in device.names()
    pass_time(device, RECKONED_EVERY)
    assert device.names() == ["Siti"]


def test_the_servers_word_sets_a_wrong_clock_right(device: Device, server: Server) -> None:
    device.clock.advance(timedelta(days=3653))
    looked_up(device, server)
    device.store.forget_due()
    assert NAME in device.names()
    pass_time(device, LOOKED_UP_FOR)
    assert device.names() == ["Siti"]


@pytest.mark.parametrize("step", [Step.ENTRIES_LET_GO, Step.FORGOTTEN])
def test_forgetting_that_is_cut_off_is_finished_at_the_next_start(device: Device, server: Server, step: Step) -> None:
    looked_up(device, server)
    device.note(PERSON.id, NOTE)
    device.sync(server)
    device.clock.advance(LOOKED_UP_FOR)
    device.cut_after = step
    with pytest.raises(PowerCut):
        device.store.forget_due()
    device.restart()
    device.store.forget_due()
    assert device.names() == ["Siti"]
    assert found_in_files(device.folder) == []


def test_a_reader_that_keeps_the_log_from_being_cleared_delays_it_and_no_more(device: Device, server: Server) -> None:
    looked_up(device, server)
    device.clock.advance(LOOKED_UP_FOR)
    with device.store.reading() as connection:
        connection.execute(RECORD.select()).first()
        assert device.store.forget_due() == 1
        assert found_in_files(device.folder)
    device.store.forget_due()
    assert found_in_files(device.folder) == []


def entries(device: Device) -> list[Any]:
    with device.store._shared.outbox.reading() as connection:
        return list(connection.execute(ENTRY.select()).all())

"""Online look-up through the engine and the command line: who is found is on the device before anybody is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from clienteling.central_host import central_database
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.online_look_up import OnlineLookUp, OnlineStage, wait_minutes
from clienteling.domain.signals import Signal
from clienteling.domain.sync_status import Connection
from clienteling.engine_host import FORGET_EVERY
from clienteling.use_cases.look_up_everywhere import OpenCustomers, is_whole_key, look_up_everywhere
from sync.central_api.access_tables import DEVICE
from sync.central_api.look_ups import AT_ONCE, ONE_EVERY, end_look_ups
from sync.protocol.kinds import Kind
from sync.protocol.serving_signs import LOOKED_UP_FOR
from sync.protocol.times import utc_now
from tests.app.engines import Running, engine_of
from tests.app.shop import Counter, enrol
from tests.support.command_line import run
from tests.support.fakes import FakeClock
from tests.support.shops import Fault, Shops, customer, ref_id
from tests.support.waiting import wait_until

PHONE = "0812-9000-1234"
ANI = ref_id(Kind.CUSTOMER, "ani")


@dataclass(slots=True)
class Asked:
    """What was told of a look-up, and who was on the device at that moment."""

    told: list[tuple[OnlineLookUp, bool]] = field(default_factory=list)

    @property
    def answer(self) -> OnlineLookUp:
        wait_until(lambda: bool(self.told), what="an answer")
        return self.told[-1][0]


def ask(running: Running, text: str = PHONE) -> Asked:
    asked = Asked()
    signal = look_up_everywhere(text, ask=running.engine.look_up)

    def hear(stands: OnlineLookUp) -> None:
        asked.told.append((stands, ANI in running.device.records(Kind.CUSTOMER)))

    signal.subscribe(hear)
    if signal.value.stage is not OnlineStage.ASKING:  # it was faster than this thread
        hear(signal.value)
    return asked


@contextmanager
def in_bandung(shops: Shops, open_customers: OpenCustomers | None = None) -> Iterator[Running]:
    """A device of Bandung that has synced; Ani is a customer of Surabaya alone."""
    shops.put(customer("ani", "SBY", phone="+6281290001234"))
    with engine_of(shops, pinned=open_customers.ids if open_customers else tuple) as running:
        running.wait_for(Connection.ONLINE)
        assert ANI not in running.device.records(Kind.CUSTOMER)
        yield running


def test_who_is_found_is_on_the_device_when_it_is_said(shops: Shops) -> None:
    with in_bandung(shops) as running:
        asked = ask(running)
        assert asked.answer == OnlineLookUp(OnlineStage.FOUND, (ANI,))
        assert asked.told[-1][1]


def test_nobody_no_network_and_too_often_are_told_apart(shops: Shops) -> None:
    with in_bandung(shops) as running:
        assert ask(running, "no.such@example.id").answer.stage is OnlineStage.NOBODY
        running.engine.pretend_offline(True)
        assert ask(running).answer.stage is OnlineStage.NO_NETWORK
        running.engine.pretend_offline(False)
        running.device.transport.fault = lambda path: Fault.HTML if path == "/v1/lookup" else Fault.NONE
        assert ask(running).answer == OnlineLookUp(OnlineStage.FAILED, code="sync.not_our_server")
        running.device.transport.fault = lambda path: Fault.NONE
        until = shops.now() + AT_ONCE * ONE_EVERY
        with shops.database.writing() as connection:
            connection.execute(DEVICE.update().values(look_ups_until=until))
        assert ask(running).answer == OnlineLookUp(OnlineStage.LIMITED, wait_minutes=1)
        assert not any(is_here for _, is_here in ask(running).told)


def test_who_is_found_when_the_line_is_cut_comes_with_the_next_sync(shops: Shops) -> None:
    with in_bandung(shops) as running:
        running.device.transport.fault = lambda path: Fault.REQUEST_LOST if path.endswith("pull") else Fault.NONE
        assert ask(running).answer.stage is OnlineStage.NO_NETWORK
        running.device.transport.fault = lambda path: Fault.NONE
        running.engine.wake()
        wait_until(lambda: ANI in running.device.records(Kind.CUSTOMER), what="Ani")


def test_an_engine_that_has_ended_says_so(shops: Shops) -> None:
    with in_bandung(shops) as running:
        pass
    assert ask(running).answer == OnlineLookUp(OnlineStage.FAILED, code="sync.error")


def test_a_customer_on_a_screen_stays_beyond_the_day_and_goes_when_it_is_left(shops: Shops, clock: FakeClock) -> None:
    open_customers = OpenCustomers()
    with in_bandung(shops, open_customers) as running:
        assert ask(running).answer.stage is OnlineStage.FOUND
        unpin = open_customers.pin(ANI)
        for _ in range(3):
            clock.advance(LOOKED_UP_FOR - timedelta(hours=1))
            assert running.ask() is not None
            end_look_ups(shops.database, clock())
        assert ANI in running.device.records(Kind.CUSTOMER)
        unpin()
        clock.advance(LOOKED_UP_FOR)
        end_look_ups(shops.database, clock())
        assert running.ask() is not None
        assert ANI not in running.device.records(Kind.CUSTOMER)


def test_a_look_up_ends_on_a_running_device_that_has_no_network(shops: Shops, clock: FakeClock) -> None:
    open_customers = OpenCustomers()
    with in_bandung(shops, open_customers) as running:
        assert ask(running).answer.stage is OnlineStage.FOUND
        running.engine.pretend_offline(True)
        running.wait_for(Connection.OFFLINE)
        unpin = open_customers.pin(ANI)
        clock.advance(LOOKED_UP_FOR)
        assert running.ask() is not None  # its folder was looked into after the clock moved on
        assert ANI in running.device.records(Kind.CUSTOMER)
        unpin()
        clock.advance(FORGET_EVERY)
        wait_until(lambda: ANI not in running.device.records(Kind.CUSTOMER), what="Ani being gone")


def test_a_look_up_that_ended_while_the_device_was_off_is_gone_when_the_engine_has_started(
    shops: Shops, clock: FakeClock
) -> None:
    with in_bandung(shops) as running:
        assert ask(running).answer.stage is OnlineStage.FOUND
        token = running.device.token
        running.device.store.close()
    clock.advance(LOOKED_UP_FOR)
    with engine_of(shops, token=token, address="http://127.0.0.1:9") as running:
        assert ANI not in running.device.records(Kind.CUSTOMER)


def test_a_note_waiting_for_a_customer_whose_look_up_ended_reaches_the_server(shops: Shops, clock: FakeClock) -> None:
    with in_bandung(shops) as running:
        assert ask(running).answer.stage is OnlineStage.FOUND
        running.engine.pretend_offline(True)
        running.wait_for(Connection.OFFLINE)
        running.write_note(1, "ani")
        clock.advance(LOOKED_UP_FOR)
        end_look_ups(shops.database, clock())
        running.engine.pretend_offline(False)
        wait_until(lambda: running.status.waiting == 0, what="the note sent")
        running.wait_for(Connection.ONLINE)
        assert ANI in running.device.records(Kind.CUSTOMER), "serving them makes them a customer of this store"
        assert len(running.device.records(Kind.NOTE)) == 1


@pytest.mark.parametrize("text", ["", "ani", "4471", "ani 1234"])
def test_a_part_of_a_key_asks_nobody(text: str) -> None:
    def nobody(text: str) -> Signal[OnlineLookUp]:
        raise AssertionError("asked")

    assert not is_whole_key(text)
    with pytest.raises(ValidationFailed) as raised:
        look_up_everywhere(text, ask=nobody)
    assert (raised.value.field, raised.value.code) == ("text", "find.not_whole")


def test_the_minutes_to_wait_are_whole_and_at_least_one() -> None:
    assert [wait_minutes(asked) for asked in (None, 0.0, 1, 60.0, 61, 600)] == [1, 1, 1, 1, 2, 10]


# From the command line


def test_find_online_brings_who_no_store_knows_and_keeps_them(counter: Counter, tmp_path: Path) -> None:
    device = enrol(tmp_path / "denpasar", counter.server, counter.url, store="DPS")
    assert run("sync", "--data-dir", device).status == 0
    assert run("find", PHONE, "--data-dir", device, "--json").json == []
    (suharti,) = run("find", "0812 0000 2222", "--online", "--data-dir", device, "--json").json
    assert (suharti["name"], suharti["why"]) == ("Suharti", "phone")
    assert "Suharti" in run("find", "suharti", "--data-dir", device).output
    assert run("find", "no.such@surel.example", "--online", "--data-dir", device, "--json").json == []


def test_find_online_says_what_it_lacks(counter: Counter, device: Path, tmp_path: Path) -> None:
    ran = run("find", "siti", "--online", "--data-dir", device)
    assert (ran.status, ran.output) == (1, "")
    assert ran.errors == "All stores are searched by a whole phone number, e-mail or card number.\n"
    nowhere = enrol(tmp_path / "nowhere", counter.server, "http://127.0.0.1:9")
    ran = run("find", PHONE, "--online", "--data-dir", nowhere, "--json")
    assert (ran.status, ran.output) == (1, "")
    assert ran.errors == "The server cannot be reached. Everything still works.\n"


def test_find_online_says_when_to_try_again(counter: Counter, tmp_path: Path) -> None:
    device = enrol(tmp_path / "eager", counter.server, counter.url, store="DPS")
    used_up = utc_now() + AT_ONCE * ONE_EVERY
    with central_database(counter.server, None) as database, database.writing() as connection:
        connection.execute(DEVICE.update().where(DEVICE.c.name == "eager").values(look_ups_until=used_up))
    ran = run("find", PHONE, "--online", "--data-dir", device)
    assert (ran.status, ran.output) == (1, "")
    assert ran.errors == "This device has searched all stores often. Try again in 1 minute.\n"

"""A closed device hears of its server that it is revoked, and whose sign-ins were ended."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from clienteling.bootstrap.closed_watch import ClosedWatch
from clienteling.bootstrap.device import open_device
from clienteling.bootstrap.leaving import begin_leaving, leave
from clienteling.bootstrap.pins import close_under_pins
from clienteling.bootstrap.sealed_files import slots_beside
from clienteling.bootstrap.vault import Vault
from clienteling.central_host import central_database
from clienteling.domain.brand import NO_BRAND
from clienteling.domain.errors import (
    LeaseEnded,
)
from clienteling.settings import read_settings, remember
from sync.central_api.access_tables import DEVICE
from sync.central_api.associate_keys import end_associate_sessions
from sync.protocol.times import utc_now
from tests.app.closed.closing import (
    HERE,
    TYPED,
    assert_closed,
    associate_id,
    code_for,
    opened,
    vault_of,
    written_offline,
)
from tests.app.enrolling import registration_of
from tests.app.shop import SITI, Counter
from tests.support.command_line import run
from tests.support.pins import OTHER, PIN


class Watched:
    """A watch over a closed device, by a clock of the test's; `told` counts how often it had the device emptied."""

    def __init__(self, device: Path, vault: Vault) -> None:
        self.settings, self.secrets = opened(device)
        self.told = 0
        self.ahead = timedelta()
        slots = slots_beside(self.settings, self.secrets, now=utc_now)
        self.watch = ClosedWatch(
            self.settings, self.secrets, slots, lambda: vault.running is not None, self._tell, self._now
        )

    def _tell(self) -> None:
        self.told += 1

    def _now(self) -> datetime:
        return utc_now() + self.ahead

    def look(self) -> int:
        self.watch.look()
        return self.told


def revoked_ago(counter: Counter, device: Path, ago: timedelta) -> None:
    with central_database(counter.server, None) as database, database.writing() as connection:
        this = sa.update(DEVICE).where(DEVICE.c.id == registration_of(device))
        connection.execute(this.values(revoked_at=utc_now() - ago))


def revoke(counter: Counter, device: Path) -> None:
    ran = run("central", "revoke-device", registration_of(device), "--data-dir", counter.server)
    assert ran.status == 0, ran.errors


def test_a_locked_device_that_was_revoked_is_emptied_without_anybodys_pin(
    counter: Counter, closed: Path, vault: Vault
) -> None:
    vault.come_in(associate_id(closed), PIN, HERE)
    vault.leave(HERE)
    watched = Watched(closed, vault)
    assert watched.look() == 0
    revoke(counter, closed)
    assert watched.look() == 1
    assert begin_leaving(watched.settings)
    assert leave(watched.settings, now=utc_now)
    assert not list(closed.glob("*.db"))


def test_a_locked_device_with_unsent_work_waits_for_a_pin_as_long_as_the_server_takes_it(
    counter: Counter, closed: Path, vault: Vault
) -> None:
    who = associate_id(closed)
    vault.come_in(who, PIN, HERE)
    assert vault.running is not None
    vault.running.engine.pretend_offline(True)
    vault.running.services.write_note(SITI, "Suka jingga", author_id=who)
    vault.leave(HERE)
    revoke(counter, closed)
    watched = Watched(closed, vault)
    assert watched.look() == 0
    watched.ahead = timedelta(days=3_650)
    assert watched.look() == 0, "the device's clock is not the server's"
    revoked_ago(counter, closed, timedelta(hours=23))
    assert watched.look() == 0
    revoked_ago(counter, closed, timedelta(hours=25))
    assert watched.look() == 1


def test_a_device_that_was_killed_while_it_was_open_is_not_taken_for_one_that_holds_nothing(
    counter: Counter, closed: Path, vault: Vault
) -> None:
    who = associate_id(closed)
    vault.come_in(who, PIN, HERE)
    vault.leave(HERE)
    written_offline(vault, who)
    revoke(counter, closed)
    after_the_kill = vault_of(closed)
    assert Watched(closed, after_the_kill).look() == 0
    after_the_kill.close()


def test_what_was_written_while_it_opened_by_itself_is_not_taken_for_nothing(
    counter: Counter, closed: Path, vault: Vault
) -> None:
    vault.come_in(associate_id(closed), PIN, HERE)
    vault.leave(HERE)
    settings, secrets = opened(closed)
    assert run("pin", "release", "--data-dir", closed, stdin=TYPED).status == 0
    with open_device(settings, now=utc_now) as here:
        here.services.write_note(SITI, "Suka jingga", author_id=associate_id(closed))
    assert run("pin", "close", "--data-dir", closed).status == 0
    assert close_under_pins(read_settings(closed), secrets, now=utc_now)
    revoke(counter, closed)
    assert Watched(closed, vault).look() == 0


def test_a_device_closes_behind_the_last_also_where_nothing_can_be_noted(closed: Path, vault: Vault) -> None:
    vault.come_in(associate_id(closed), PIN, HERE)
    with closing(sqlite3.connect(closed / "sign-in.db", isolation_level=None)) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON note BEGIN SELECT RAISE(ABORT, 'full'); END")
        vault.leave(HERE)
    assert_closed(vault)


def test_a_device_that_is_open_or_without_a_network_is_not_asked_about(
    counter: Counter, closed: Path, vault: Vault
) -> None:
    watched = Watched(closed, vault)
    vault.come_in(associate_id(closed), PIN, HERE)
    revoke(counter, closed)
    assert watched.look() == 0, "its engine hears of it"
    vault.close()
    remember(closed, central_url="http://127.0.0.1:9")
    assert Watched(closed, vault).look() == 0


def test_a_locked_device_hears_whose_sign_ins_were_ended_and_a_watch_costs_no_token(
    counter: Counter, closed: Path, vault: Vault
) -> None:
    who, door = associate_id(closed), vault.front_door(NO_BRAND)
    door.new_pin(who, code=code_for(counter, who), pin=OTHER, again=OTHER)
    for _ in range(2):
        vault.come_in(who, OTHER, HERE)
        vault.leave(HERE)
    with central_database(counter.server, None) as database:
        end_associate_sessions(database, who, now=utc_now())
    for _ in range(3):
        Watched(closed, vault).look()
    remember(closed, central_url="http://127.0.0.1:9")
    offline = vault_of(closed)
    with pytest.raises(LeaseEnded, match=r"sign_in\.no_lease"):
        offline.come_in(who, OTHER, HERE)
    remember(closed, central_url=counter.url)
    door.new_pin(who, code=code_for(counter, who), pin=PIN, again=PIN)
    vault.come_in(who, PIN, HERE)
    assert vault.running is not None

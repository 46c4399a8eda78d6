"""A device that is closed under PINs: nothing opens it but one of them, and it closes behind the last who has left."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from clienteling.bootstrap.closed_watch import ClosedWatch
from clienteling.bootstrap.device import is_closed, open_device, secret_store
from clienteling.bootstrap.key_change import KeyChange
from clienteling.bootstrap.leaving import begin_leaving, leave
from clienteling.bootstrap.new_pin import NewPins
from clienteling.bootstrap.pins import close_under_pins
from clienteling.bootstrap.recovery import open_recovered, seal_for_recovery
from clienteling.bootstrap.running import Running, running_device
from clienteling.bootstrap.sealed_files import names_file, slots_beside
from clienteling.bootstrap.vault import Vault
from clienteling.central_host import central_database
from clienteling.domain.brand import NO_BRAND
from clienteling.domain.errors import (
    DeviceClosed,
    LeaseEnded,
    PinGone,
    PinWrong,
    SignInRefused,
    ValidationFailed,
)
from clienteling.domain.store_keys import StoreKeys
from clienteling.secrets import STORE_KEY, KeyFile, KeyringUnusable, SecretStore, store_keys
from clienteling.settings import DeviceSettings, read_settings, remember
from clienteling.sign_in.names_file import NAMES_FILE
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.errors import StoreMisused, WrongKey
from clienteling.store.key_change import change_key
from sync.central_api.associate_keys import end_associate_sessions
from sync.central_api.associates import add_associate, end_associate
from sync.central_api.import_records import import_records
from sync.central_api.lists import list_bodies
from sync.central_api.recovery import recovery_key
from sync.central_api.sign_in_codes import make_sign_in_code
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from sync.protocol.times import Clock, utc_now
from tests.app.enrolling import enrol_at, keys_of, registration_of
from tests.app.shop import SITI, Counter
from tests.app.test_leaving import handed_over
from tests.store.devices import PowerCut
from tests.support.command_line import run
from tests.support.pins import OTHER, PIN, WRONG

NAME = "Rina"
HERE, THERE = 1, 2
NEW = bytes(reversed(range(32)))
TYPED = f"{NAME}\n{PIN}\n".encode()


@pytest.fixture
def device(counter: Counter, tmp_path: Path) -> Path:
    """A device that enrolled, with a PIN of Rina's, and synced since: the server keeps its sealed key."""
    device = enrol_at(counter, tmp_path / "tablet")
    assert run("sync", "--data-dir", device).status == 0
    assert run("pin", "set", NAME, "--stdin", "--data-dir", device, stdin=f"{PIN}\n".encode()).status == 0
    assert run("sync", "--data-dir", device).status == 0
    return device


@pytest.fixture
def closed(device: Path) -> Path:
    """The same, closed."""
    settings = read_settings(device)
    assert close_under_pins(settings, secret_store(settings), now=utc_now)
    return device


def associate_id(device: Path) -> str:
    settings = read_settings(device)
    return names_file(settings, secret_store(settings)).read()[0].id


def vault_of(device: Path, *, now: Clock = utc_now) -> Vault:
    settings = read_settings(device)
    secrets = secret_store(settings)

    def opening(key: bytes) -> AbstractContextManager[Running]:
        return running_device(settings, now=now, key=key)

    slots, names = slots_beside(settings, secrets, now=now), names_file(settings, secrets)
    new_pins = NewPins(settings, secrets, slots, now=now)
    key_change = KeyChange(settings, secrets, now)
    return Vault(opening, slots, names, new_pins.take, key_change, late_sync_s=0.2)


@pytest.fixture
def vault(closed: Path) -> Iterator[Vault]:
    made = vault_of(closed)
    yield made
    made.close()


def assert_closed(vault: Vault) -> None:
    assert vault.running is None
    assert vault.take_key() is None
    assert vault.opened.value is None


def opened(device: Path) -> tuple[DeviceSettings, SecretStore]:
    settings = read_settings(device)
    return settings, secret_store(settings)


def test_a_closed_devices_keyring_has_no_key_of_its_store(closed: Path) -> None:
    assert KeyFile(keys_of(closed)).read(STORE_KEY) is None
    with pytest.raises(DeviceClosed), open_device(read_settings(closed), now=utc_now):
        pass


def counter_associate(counter: Counter) -> str:
    with central_database(counter.server, None) as database:
        return str(next(one["id"] for one in list_bodies(database, Kind.ASSOCIATE) if one["name"] == NAME))


def test_a_device_is_not_closed_before_the_server_keeps_its_sealed_key(counter: Counter, tmp_path: Path) -> None:
    device = enrol_at(counter, tmp_path / "new")
    assert run("sync", "--data-dir", device).status == 0
    assert run("pin", "set", NAME, "--stdin", "--data-dir", device, stdin=f"{PIN}\n".encode()).status == 0
    settings, secrets = opened(device)
    assert not close_under_pins(settings, secrets, now=utc_now)
    assert secrets.read(STORE_KEY)


def test_a_device_without_pins_is_not_closed(device: Path) -> None:
    settings, secrets = opened(device)
    slots_beside(settings, secrets, now=utc_now).remove(associate_id(device))
    assert not close_under_pins(settings, secrets, now=utc_now)
    assert secrets.read(STORE_KEY)


def test_a_device_whose_pins_open_another_key_is_not_closed(device: Path) -> None:
    settings, secrets = opened(device)
    slots_beside(settings, secrets, now=utc_now).set_pin(associate_id(device), PIN, bytes(32))
    assert not close_under_pins(settings, secrets, now=utc_now)
    assert secrets.read(STORE_KEY)


def test_a_device_that_opens_by_itself_is_not_closed(device: Path) -> None:
    remember(device, unattended="true")
    settings, secrets = opened(device)
    assert not close_under_pins(settings, secrets, now=utc_now)
    assert secrets.read(STORE_KEY)


def test_commands_ask_whose_pin_opens_a_closed_device(closed: Path) -> None:
    refused = run("find", "siti", "--data-dir", closed)
    assert (refused.status, refused.output) == (1, "")
    assert refused.errors == "This device is closed: its data opens with an associate's PIN.\n"
    found = run("find", "siti", "--data-dir", closed, stdin=TYPED)
    assert found.status == 0, found.errors
    assert "Siti" in found.output
    wrong = run("find", "siti", "--data-dir", closed, stdin=f"{NAME}\n{WRONG}\n".encode())
    assert wrong.errors == "That is not the PIN. 9 tries are left.\n"
    assert run("sync", "--data-dir", closed, stdin=TYPED).status == 0


def test_the_doctor_says_that_it_is_closed_and_nothing_is_wrong_with_that(closed: Path) -> None:
    said = run("doctor", "--data-dir", closed).output
    assert "The data opens with an associate's PIN alone" in said
    assert "key for the data on this device is missing" not in said


def test_the_first_screens_names_are_known_and_stand_open_nowhere(closed: Path) -> None:
    settings, secrets = opened(closed)
    assert [one.name for one in names_file(settings, secrets).read()] == [NAME]
    assert NAME.encode() not in (closed / NAMES_FILE).read_bytes()
    KeyFile(keys_of(closed)).keep("device-secret", bytes(32).hex())
    assert names_file(settings, secrets).read() == ()


def test_a_pin_opens_the_device_and_it_closes_behind_the_last_who_leaves(vault: Vault, closed: Path) -> None:
    door, who = vault.front_door(NO_BRAND), associate_id(closed)
    assert [one.id for one in door.names()] == [who]
    door.come_in(who, PIN, HERE)
    services = door.opened.value
    assert services is not None
    assert services.customer(SITI) is not None
    with pytest.raises(PinWrong):
        door.come_in(who, WRONG, THERE)
    door.come_in(who, PIN, THERE)
    assert door.opened.value is services
    door.leave(HERE)
    assert services.customer(SITI) is not None, "somebody is still in"
    door.leave(THERE)
    assert_closed(vault)
    with pytest.raises(StoreMisused):
        services.customer(SITI)
    door.come_in(who, PIN, HERE)
    assert door.opened.value is not None


def test_a_wrong_pin_opens_nothing_and_the_log_says_so_later(vault: Vault, closed: Path) -> None:
    who = associate_id(closed)
    for _ in range(2):
        with pytest.raises(PinWrong):
            vault.come_in(who, WRONG, HERE)
        assert vault.running is None
    vault.come_in(who, PIN, HERE)
    assert vault.running is not None
    noted = vault.running.device.store.audit.unsent(1_000)
    assert [(one.kind, one.details.get("times")) for one in noted if one.actor == who][-2:] == [
        ("associate.sign_in_failed", 2),
        ("associate.signed_in", None),
    ]


def test_who_was_offline_for_too_long_does_not_get_in_and_the_device_closes_again(closed: Path) -> None:
    remember(closed, central_url="http://127.0.0.1:9")
    vault = vault_of(closed, now=lambda: utc_now() + timedelta(hours=73))
    with pytest.raises(LeaseEnded):
        vault.come_in(associate_id(closed), PIN, HERE)
    assert_closed(vault)


def test_whoever_left_the_company_meanwhile_is_told_so_at_the_door(counter: Counter, closed: Path) -> None:
    who, vault = associate_id(closed), vault_of(closed)
    with central_database(counter.server, None) as database:
        add_associate(database, "BDG", "Dedi", now=utc_now)
        (rina,) = [one for one in list_bodies(database, Kind.ASSOCIATE) if one["id"] == who]
        leaves = ImportedRecord(Kind.ASSOCIATE, rina["external_ref"], {**rina, "active": False})
        stays = ImportedRecord(Kind.ASSOCIATE, rina["external_ref"], rina)
        import_records(database, [leaves], source=rina["source"], now=utc_now)
        try:
            with pytest.raises(PinGone):
                vault.come_in(who, PIN, HERE)
            assert vault.running is None
        finally:
            import_records(database, [stays], source=rina["source"], now=utc_now)
            end_associate(database, "Dedi", now=utc_now)


def test_a_hub_refuses_a_closed_device_and_says_what_to_do(closed: Path) -> None:
    ran = run("hub", "run", "--data-dir", closed)
    assert ran.status == 78
    assert "pin release" in ran.errors
    assert run("pin", "release", "--data-dir", closed, stdin=TYPED).status == 0
    settings, secrets = opened(closed)
    assert secrets.read(STORE_KEY)
    assert not close_under_pins(settings, secrets, now=utc_now), "it is to open by itself"
    assert run("pin", "close", "--data-dir", closed).status == 0
    assert close_under_pins(read_settings(closed), secrets, now=utc_now)


def test_the_last_pin_that_is_removed_leaves_the_store_its_key(closed: Path) -> None:
    assert run("pin", "remove", NAME, "--data-dir", closed, stdin=TYPED).status == 0
    settings, secrets = opened(closed)
    assert not is_closed(settings, secrets)
    assert run("find", "siti", "--data-dir", closed).status == 0


def test_a_second_associate_gets_a_pin_by_the_first_ones(closed: Path) -> None:
    ran = run("pin", "set", NAME, "--stdin", "--data-dir", closed, stdin=TYPED + b"204867\n")
    assert ran.status == 0, ran.errors
    settings, secrets = opened(closed)
    assert slots_beside(settings, secrets, now=utc_now).open(associate_id(closed), "204867").store_key


def test_a_revoked_device_that_was_open_hands_over_what_it_had_not_sent(counter: Counter, closed: Path) -> None:
    registration, (settings, secrets) = registration_of(closed), opened(closed)
    key = slots_beside(settings, secrets, now=utc_now).open(associate_id(closed), PIN).store_key
    with open_device(settings, now=utc_now, key=key) as device:
        device.services.write_note(SITI, "Suka ungu", author_id=associate_id(closed))
    assert run("central", "revoke-device", registration, "--data-dir", counter.server).status == 0
    begin_leaving(settings)
    assert leave(settings, now=utc_now, key=key)
    assert handed_over(counter, registration) == ["Suka ungu"]


def test_the_sealed_key_at_the_server_opens_on_this_device_alone(device: Path, tmp_path: Path) -> None:
    secrets, private = KeyFile(keys_of(device)), bytes(range(32))
    sealed = seal_for_recovery(secrets, private)
    assert private.hex() not in sealed
    assert open_recovered(secrets, sealed) == private
    assert open_recovered(secrets, sealed[:-2] + "00") is None
    other = KeyFile(tmp_path / "other.json")
    for name in ("enrolment", "device-secret"):
        other.keep(name, str(secrets.read(name)))
    other.keep("device-secret", bytes(32).hex())
    assert open_recovered(other, sealed) is None


def code_for(counter: Counter, who: str) -> str:
    with central_database(counter.server, None) as database:
        made = make_sign_in_code(database, who, made_by="operator", now=utc_now(), random=Random())
    return made.code


def test_who_has_lost_every_pin_comes_in_again_by_a_managers_code_and_nothing_is_lost(
    counter: Counter, closed: Path, vault: Vault
) -> None:
    who, door = associate_id(closed), vault.front_door(NO_BRAND)
    vault.come_in(who, PIN, HERE)
    assert vault.running is not None
    vault.running.engine.pretend_offline(True)
    vault.running.services.write_note(SITI, "Suka jingga", author_id=who)
    vault.close()
    settings, secrets = opened(closed)
    slots_beside(settings, secrets, now=utc_now).remove(who)
    with pytest.raises(SignInRefused, match=r"sign_in_code\.unknown"):
        door.new_pin(who, code="K7M2PXQR", pin=OTHER, again=OTHER)
    with pytest.raises(ValidationFailed, match=r"pin\.too_easy"):
        door.new_pin(who, code=code_for(counter, who), pin="123456", again="123456")
    door.new_pin(who, code=code_for(counter, who), pin=OTHER, again=OTHER)
    door.come_in(who, OTHER, HERE)
    assert door.opened.value is not None
    customer = door.opened.value.customer(SITI)
    assert customer is not None
    assert [note.text for note in customer.notes][:1] == ["Suka jingga"]


def test_a_command_takes_a_managers_code_too(counter: Counter, closed: Path) -> None:
    who, code = associate_id(closed), code_for(counter, associate_id(closed))
    typed = TYPED + f"{OTHER}\n".encode()
    ran = run("pin", "set", NAME, "--code", code, "--stdin", "--data-dir", closed, stdin=typed)
    assert ran.status == 0, ran.errors
    settings, secrets = opened(closed)
    slots = slots_beside(settings, secrets, now=utc_now)
    assert slots.open(who, OTHER).store_key
    used = run(
        "pin", "set", NAME, "--code", code, "--stdin", "--data-dir", closed, stdin=f"{NAME}\n{OTHER}\n{PIN}\n".encode()
    )
    assert used.errors == "This sign-in code has been used already. Ask for a new code.\n"


def test_a_code_on_a_device_whose_key_nobody_keeps_is_told_so(counter: Counter, tmp_path: Path) -> None:
    device = enrol_at(counter, tmp_path / "bare")
    assert run("sync", "--data-dir", device).status == 0
    who = counter_associate(counter)
    settings, secrets = opened(device)
    slots = slots_beside(settings, secrets, now=utc_now)
    secrets.forget(STORE_KEY)
    with pytest.raises(SignInRefused, match=r"sign_in\.not_recovered"):
        NewPins(settings, secrets, slots, now=utc_now).take(who, code_for(counter, who), OTHER)
    assert not slots.holders()


def test_a_revoked_devices_sealed_key_is_kept_no_longer(counter: Counter, device: Path) -> None:
    registration = registration_of(device)
    with central_database(counter.server, None) as database, database.reading() as connection:
        assert recovery_key(connection, registration)
    assert run("central", "revoke-device", registration, "--data-dir", counter.server).status == 0
    with central_database(counter.server, None) as database, database.reading() as connection:
        assert recovery_key(connection, registration) is None


def test_whose_sign_ins_were_ended_comes_in_no_more_once_the_device_has_heard_of_it(
    counter: Counter, closed: Path, vault: Vault
) -> None:
    who, door = associate_id(closed), vault.front_door(NO_BRAND)
    door.new_pin(who, code=code_for(counter, who), pin=OTHER, again=OTHER)
    for _ in range(2):
        vault.come_in(who, OTHER, HERE)
        vault.close()
    with central_database(counter.server, None) as database:
        assert end_associate_sessions(database, who, now=utc_now()) >= 1
    with pytest.raises(LeaseEnded, match=r"sign_in\.no_lease"):
        vault.come_in(who, OTHER, HERE)
    assert_closed(vault)
    door.new_pin(who, code=code_for(counter, who), pin=PIN, again=PIN)
    vault.come_in(who, PIN, HERE)


def test_a_key_change_that_is_due_is_made_behind_the_last_who_leaves(
    counter: Counter, closed: Path, vault: Vault
) -> None:
    who, door = associate_id(closed), vault.front_door(NO_BRAND)
    vault.come_in(who, PIN, HERE)
    assert vault.running is not None
    vault.running.engine.pretend_offline(True)
    vault.running.services.write_note(SITI, "Suka jingga", author_id=who)
    settings, secrets = opened(closed)
    before, slots = vault.take_key(), slots_beside(settings, secrets, now=utc_now)
    slots.ask_key_change()
    vault.come_in(who, PIN, THERE)
    vault.leave(THERE)
    assert slots.key_change_due() is not None, "somebody is still in"
    vault.leave(HERE)
    assert slots.key_change_due() is None
    with pytest.raises(WrongKey), open_device(settings, now=utc_now, key=before):
        pass
    vault.come_in(who, PIN, HERE)
    assert vault.take_key() not in (None, before)
    customer = vault.running.services.customer(SITI)
    assert customer is not None
    assert [note.text for note in customer.notes][:1] == ["Suka jingga"]
    vault.leave(HERE)
    slots.remove(who)
    door.new_pin(who, code=code_for(counter, who), pin=OTHER, again=OTHER)
    vault.come_in(who, OTHER, HERE)
    assert vault.take_key() != before


def cut_short(device: Path, key: bytes) -> None:
    """A change of the key whose process ended before a file was in its place."""
    settings, secrets = opened(device)
    change = KeyChange(settings, secrets, utc_now)

    def both_kept() -> None:
        change._give(StoreKeys(NEW, key))
        raise PowerCut

    with suppress(PowerCut):
        change_key(settings.data_dir, StoreKeys(NEW, key), both_kept=both_kept, done=lambda: None)


def test_a_change_that_was_cut_short_is_finished_by_the_next_pin(closed: Path, vault: Vault) -> None:
    settings, secrets = opened(closed)
    slots = slots_beside(settings, secrets, now=utc_now)
    cut_short(closed, slots.open(associate_id(closed), PIN).store_key)
    vault.come_in(associate_id(closed), PIN, HERE)
    assert vault.take_key() == NEW
    assert slots.open(associate_id(closed), PIN).keys == StoreKeys(NEW)


def test_a_change_that_was_cut_short_is_finished_by_a_managers_code(
    counter: Counter, closed: Path, vault: Vault
) -> None:
    settings, secrets = opened(closed)
    slots, who = slots_beside(settings, secrets, now=utc_now), associate_id(closed)
    cut_short(closed, slots.open(who, PIN).store_key)
    slots.remove(who)
    vault.front_door(NO_BRAND).new_pin(who, code=code_for(counter, who), pin=OTHER, again=OTHER)
    assert slots.open(who, OTHER).keys == StoreKeys(NEW)


def test_a_change_that_was_cut_short_is_finished_by_a_device_that_opens_by_itself(device: Path) -> None:
    settings, secrets = opened(device)
    cut_short(device, store_keys(secrets, may_create=False).key)
    assert run("doctor", "--data-dir", device).status == 0
    assert not close_under_pins(settings, secrets, now=utc_now), "not before it is finished"
    assert run("find", "siti", "--data-dir", device).status == 0
    assert store_keys(secrets, may_create=False) == StoreKeys(NEW)
    assert slots_beside(settings, secrets, now=utc_now).open(associate_id(device), PIN).keys == StoreKeys(NEW)
    assert close_under_pins(settings, secrets, now=utc_now)


class KeepsAndFails(KeyFile):
    """A keyring that keeps what it is given and does not answer afterwards."""

    def keep(self, name: str, secret: str) -> None:
        super().keep(name, secret)
        raise KeyringUnusable("secrets.keyring_locked")


def test_what_was_written_after_a_keyring_failed_in_the_middle_is_there_whoever_opens_the_store(
    device: Path, counter: Counter
) -> None:
    settings, secrets = opened(device)
    before, who = store_keys(secrets, may_create=False).key, associate_id(device)
    slots_beside(settings, secrets, now=utc_now).ask_key_change()
    assert KeyChange(settings, KeepsAndFails(keys_of(device)), utc_now).change_if_due(before) == before
    assert store_keys(secrets, may_create=False).before == before, "and the PIN opens that one alone"
    vault = vault_of(device)
    written_offline(vault, who)
    assert run("status", "--data-dir", device).status == 0
    vault.leave(HERE)
    vault.come_in(who, PIN, HERE)
    assert vault.running is not None
    customer = vault.running.services.customer(SITI)
    assert customer is not None
    assert [note.text for note in customer.notes][:1] == ["Suka jingga"]
    assert vault.take_key() != before, "behind the last who left"
    vault.close()


@pytest.mark.parametrize("opens_by_itself", [True, False])
def test_a_command_changes_the_key_and_every_pin_opens_the_new_one(device: Path, opens_by_itself: bool) -> None:
    settings, secrets = opened(device)
    if not opens_by_itself:
        assert close_under_pins(settings, secrets, now=utc_now)
    slots, who = slots_beside(settings, secrets, now=utc_now), associate_id(device)
    before = slots.open(who, PIN).store_key
    ran = run("pin", "new-key", "--data-dir", device, stdin=b"" if opens_by_itself else TYPED)
    assert ran.status == 0, ran.errors
    assert ran.output == "The store is under another key now.\n"
    assert slots.open(who, PIN).store_key != before
    assert run("find", "siti", "--data-dir", device, stdin=b"" if opens_by_itself else TYPED).status == 0


def test_a_command_beside_the_app_leaves_the_change_to_it(device: Path) -> None:
    with DeviceFolder(device).engine_lock():
        ran = run("pin", "new-key", "--data-dir", device)
    assert ran.output == "The store gets another key as soon as the app has closed it.\n"
    settings, secrets = opened(device)
    before = store_keys(secrets, may_create=False).key
    assert KeyChange(settings, secrets, utc_now).change_if_due(before) != before


def test_a_change_that_cannot_be_made_leaves_the_device_as_it_is(device: Path) -> None:
    settings, secrets = opened(device)
    slots_beside(settings, secrets, now=utc_now).ask_key_change()
    (device / "store-0.db.damaged-20261122T034200000000Z").touch()
    before = store_keys(secrets, may_create=False).key
    assert KeyChange(settings, secrets, utc_now).change_if_due(before) == before
    refused = run("pin", "new-key", "--data-dir", device)
    assert refused.status == 1
    assert "Damaged files are kept here" in refused.errors
    assert run("find", "siti", "--data-dir", device).status == 0


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


def test_a_watch_whose_disk_is_full_looks_again_later(counter: Counter, closed: Path, vault: Vault) -> None:
    vault.come_in(associate_id(closed), PIN, HERE)
    vault.leave(HERE)
    revoke(counter, closed)
    watched = Watched(closed, vault)
    with closing(sqlite3.connect(closed / "sign-in.db", isolation_level=None)) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON note BEGIN SELECT RAISE(ABORT, 'full'); END")
        assert watched.look() == 0
        other.execute("DROP TRIGGER full")
    assert watched.look() == 1


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
    watched.ahead = timedelta(hours=23)
    assert watched.look() == 0
    watched.ahead = timedelta(hours=25)
    assert watched.look() == 1


def written_offline(vault: Vault, who: str) -> None:
    """Somebody came in and wrote what the server does not have; they are still in."""
    vault.come_in(who, PIN, HERE)
    assert vault.running is not None
    vault.running.engine.pretend_offline(True)
    vault.running.services.write_note(SITI, "Suka jingga", author_id=who)


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

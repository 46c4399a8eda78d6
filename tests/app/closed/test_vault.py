"""A device that is closed under PINs: nothing opens it but one of them, and it closes behind the last who has left."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clienteling.bootstrap.device import is_closed, open_device
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
from clienteling.secrets import STORE_KEY, KeyFile
from clienteling.settings import read_settings, remember
from clienteling.sign_in.names_file import NAMES_FILE
from clienteling.store.errors import StoreMisused
from sync.central_api.associate_keys import end_associate_sessions
from sync.central_api.associates import add_associate, end_associate
from sync.central_api.import_records import import_records
from sync.central_api.lists import list_bodies
from sync.central_api.recovery import recovery_key
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from sync.protocol.times import utc_now
from tests.app.closed.closing import (
    HERE,
    NAME,
    THERE,
    TYPED,
    assert_closed,
    associate_id,
    code_for,
    counter_associate,
    opened,
    vault_of,
)
from tests.app.enrolling import enrol_at, keys_of, registration_of
from tests.app.shop import SITI, Counter
from tests.app.test_leaving import handed_over
from tests.support.command_line import run
from tests.support.pins import OTHER, PIN, WRONG


def test_a_closed_devices_keyring_has_no_key_of_its_store(closed: Path) -> None:
    assert KeyFile(keys_of(closed)).read(STORE_KEY) is None
    with pytest.raises(DeviceClosed), open_device(read_settings(closed), now=utc_now):
        pass


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


class Hurried:
    """Takes no code: while it waits for the server, somebody else types their PIN."""

    def __init__(self, come_in: Callable[[], object]) -> None:
        self._come_in = come_in
        self.somebody_came_in = False

    def take(self, associate_id: str, code: str, pin: str, *, alone: AbstractContextManager[object]) -> None:
        other = threading.Thread(target=self._come_in)
        other.start()
        other.join(timeout=30)
        self.somebody_came_in = not other.is_alive()


def test_whoever_waits_for_the_server_with_a_code_keeps_nobody_from_coming_in(closed: Path) -> None:
    who = associate_id(closed)
    waiting = Hurried(lambda: vault.come_in(who, PIN, HERE))
    vault = vault_of(closed, new_pins=waiting)
    vault.front_door(NO_BRAND).new_pin(who, code="K7M2PXQR", pin=OTHER, again=OTHER)
    assert waiting.somebody_came_in
    assert vault.running is not None
    vault.close()


def test_a_device_stays_open_for_whoever_waits_for_the_server_with_a_code(counter: Counter, closed: Path) -> None:
    """With another key of its store behind the last one out, the new PIN would open the old one."""
    seen: list[bool] = []

    @contextmanager
    def opening(key: bytes) -> Iterator[Running]:
        def new_pin(associate_id: str, *, code: str, pin: str, again: str) -> None:
            vault.leave(HERE)
            seen.append(vault.running is not None)

        with running_device(read_settings(closed), now=utc_now, key=key) as running:
            assert running.services.sign_in is not None
            sign_in = replace(running.services.sign_in, new_pin=new_pin)
            yield replace(running, services=replace(running.services, sign_in=sign_in))

    vault = vault_of(closed, opening=opening)
    who = associate_id(closed)
    vault.come_in(who, PIN, HERE)
    vault.front_door(NO_BRAND).new_pin(who, code="K7M2PXQR", pin=OTHER, again=OTHER)
    assert seen == [True]
    assert_closed(vault)

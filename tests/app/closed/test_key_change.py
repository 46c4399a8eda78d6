"""Another key for a store: behind the last who leaves, by a command, and after any cut."""

from contextlib import suppress
from pathlib import Path

import pytest

from clienteling.bootstrap.device import open_device
from clienteling.bootstrap.key_change import KeyChange
from clienteling.bootstrap.pins import close_under_pins
from clienteling.bootstrap.sealed_files import slots_beside
from clienteling.bootstrap.vault import Vault
from clienteling.domain.brand import NO_BRAND
from clienteling.domain.store_keys import StoreKeys
from clienteling.secrets import KeyFile, KeyringUnusable, store_keys
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.errors import WrongKey
from clienteling.store.key_change import change_key
from sync.protocol.times import utc_now
from tests.app.closed.closing import HERE, THERE, TYPED, associate_id, code_for, opened, vault_of, written_offline
from tests.app.enrolling import keys_of
from tests.app.shop import SITI, Counter
from tests.store.devices import PowerCut
from tests.support.command_line import run
from tests.support.pins import OTHER, PIN

NEW = bytes(reversed(range(32)))


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

"""Who holds the store's key: sealed to keys whose owners are not there, and opened by them alone."""

from datetime import timedelta
from pathlib import Path

import pytest

from clienteling.domain.errors import PinGone
from clienteling.domain.store_keys import StoreKeys, unpack_keys
from clienteling.sign_in.holders import new_receiving_key
from clienteling.sign_in.slots import SLOTS_FILE, PinSlots
from tests.support.fakes import START_AT, FakeClock
from tests.support.pins import DEDI, KEY, OTHER, PIN, RINA, SECRET, pins_of_two, slots_in

NEW = b"n" * 32


@pytest.fixture
def slots(tmp_path: Path, clock: FakeClock) -> PinSlots:
    """PINs of Rina and Dedi, and a key for recovery."""
    return pins_of_two(tmp_path, clock)


def recovery(slots: PinSlots, key: bytes = KEY) -> bytes:
    private, public = new_receiving_key()
    slots.give_recovery(public, key)
    slots.keep_recovery(public)
    return private


def test_a_new_key_reaches_everybody_without_their_pins(slots: PinSlots) -> None:
    private = recovery(slots)
    slots.give_keys(StoreKeys(NEW, KEY))
    assert slots.open(RINA.id, PIN).keys == slots.recovered(private) == StoreKeys(NEW, KEY)
    slots.give_keys(StoreKeys(NEW))
    assert slots.open(RINA.id, PIN).keys == slots.open(DEDI.id, OTHER).keys == StoreKeys(NEW)
    assert slots.recovered(private) == StoreKeys(NEW)


def test_whoever_was_removed_gets_no_new_key_and_has_it_changed(slots: PinSlots, clock: FakeClock) -> None:
    slots.remove("018f0000-0000-7000-8000-0000000000ff")
    assert slots.key_change_due() is None, "nobody had a PIN"
    slots.remove(DEDI.id)
    assert slots.key_change_due() == START_AT
    clock.advance(timedelta(hours=1))
    slots.ask_key_change()
    assert slots.key_change_due() == START_AT, "since the first who asked for it"
    slots.give_keys(StoreKeys(NEW, KEY))
    assert slots.key_change_due() is not None, "it is not done yet"
    slots.give_keys(StoreKeys(NEW))
    assert slots.key_change_due() is None
    with pytest.raises(PinGone):
        slots.open(DEDI.id, OTHER)


def test_a_copy_of_the_file_from_before_opens_the_old_key_alone(
    slots: PinSlots, tmp_path: Path, clock: FakeClock
) -> None:
    before = (tmp_path / SLOTS_FILE).read_bytes()
    slots.remove(DEDI.id)
    slots.give_keys(StoreKeys(NEW))
    copied = tmp_path / "copied"
    copied.mkdir()
    (copied / SLOTS_FILE).write_bytes(before)
    assert slots_in(copied, clock).open(DEDI.id, OTHER).store_key == KEY


def test_a_changed_pin_opens_what_the_old_one_did_and_the_new_key_later(slots: PinSlots) -> None:
    slots.change_pin(RINA.id, PIN, "918273")
    slots.give_keys(StoreKeys(NEW))
    assert slots.open(RINA.id, "918273").store_key == NEW


def test_a_key_for_recovery_opens_until_the_next_one_is_kept(slots: PinSlots) -> None:
    first = recovery(slots)
    _, public = new_receiving_key()
    slots.give_recovery(public, KEY)
    assert slots.recovered(first) == StoreKeys(KEY)
    slots.keep_recovery(public)
    assert slots.recovered(first) is None


def test_the_store_is_held_where_a_pin_and_recovery_open_this_very_key(slots: PinSlots) -> None:
    assert not slots.holds(KEY)
    recovery(slots)
    assert slots.holds(KEY)
    assert not slots.holds(NEW)
    for one in (RINA, DEDI):
        slots.remove(one.id)
    assert not slots.holds(KEY)


def test_nobody_without_the_devices_secret_can_have_a_key_of_their_choice_opened(
    slots: PinSlots, tmp_path: Path, clock: FakeClock
) -> None:
    slots_in(tmp_path, clock, device_secret=lambda: b"t" * 32).give_keys(StoreKeys(b"x" * 32))
    with pytest.raises(PinGone):
        slots.open(RINA.id, PIN)


def test_what_is_sealed_for_one_opens_in_no_other_place(slots: PinSlots, tmp_path: Path, clock: FakeClock) -> None:
    private = recovery(slots)
    assert slots_in(tmp_path, clock, folder_id="c3d4").recovered(private) is None
    assert slots.recovered(new_receiving_key()[0]) is None


def test_no_key_is_in_the_file(slots: PinSlots, tmp_path: Path) -> None:
    private = recovery(slots)
    slots.give_keys(StoreKeys(NEW, KEY))
    opened = slots.open(RINA.id, PIN)
    content = (tmp_path / SLOTS_FILE).read_bytes()
    keys = (KEY, NEW, SECRET, private, opened.receiving_key, opened.signing_key)
    assert not [one for one in keys if one in content]


@pytest.mark.parametrize("length", [0, 31, 33, 63, 96])
def test_what_is_neither_one_key_nor_two_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="neither"):
        unpack_keys(bytes(length))

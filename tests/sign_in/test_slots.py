"""PINs on a shared device: wrong ones are counted whatever happens, and the tenth is the last."""

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from build_scripts.environment import ROOT, child_environment
from clienteling.domain.errors import PinExpired, PinGone, PinWaits, PinWrong, SignInRefused, ValidationFailed
from clienteling.domain.pin_rules import MOST_TRIES
from clienteling.secrets import KeyringUnusable
from clienteling.sign_in.slots import SLOTS_FILE, PinSlots
from tests.support.fakes import START_AT, FakeClock
from tests.support.pins import KEY, OTHER, PIN, SECRET, WRONG, slots_in
from tests.support.waiting import wait_until

DEWI, PUTRI = "018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002"
HOUR = timedelta(hours=1)


@pytest.fixture
def slots(tmp_path: Path, clock: FakeClock) -> PinSlots:
    made = slots_in(tmp_path, clock)
    made.set_pin(DEWI, PIN, KEY)
    made.set_pin(PUTRI, OTHER, KEY)
    return made


def refusal(slots: PinSlots, pin: str = WRONG, associate_id: str = DEWI) -> SignInRefused:
    with pytest.raises(SignInRefused) as refused:
        slots.open(associate_id, pin)
    return refused.value


def try_until_gone(slots: PinSlots, clock: FakeClock) -> list[SignInRefused]:
    found: list[SignInRefused] = []
    while not isinstance(found[-1] if found else None, PinGone):
        found.append(refusal(slots))
        clock.advance(HOUR)
    return found


def test_a_file_in_which_nothing_found_room_holds_no_pins(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / SLOTS_FILE).touch()
    slots = slots_in(tmp_path, clock)
    assert slots.states() == {}
    slots.set_pin(DEWI, PIN, KEY)
    assert slots.open(DEWI, PIN).store_key == KEY


def test_each_associate_opens_the_same_key_with_their_own_pin(slots: PinSlots) -> None:
    assert slots.open(DEWI, PIN).store_key == slots.open(PUTRI, OTHER).store_key == KEY
    assert isinstance(refusal(slots, OTHER, DEWI), PinWrong)


def test_nothing_is_made_before_a_pin_is_set(tmp_path: Path, clock: FakeClock) -> None:
    slots = slots_in(tmp_path, clock)
    assert slots.states() == {}
    assert isinstance(refusal(slots), PinGone)
    assert not slots.remove(DEWI)
    assert not list(tmp_path.iterdir())


def test_wrong_pins_wait_longer_and_the_tenth_takes_the_key_with_it(slots: PinSlots, clock: FakeClock) -> None:
    lefts = [one.left for one in try_until_gone(slots, clock) if isinstance(one, PinWrong)]
    assert lefts == list(range(MOST_TRIES - 1, 0, -1))
    assert DEWI not in slots.states()
    assert isinstance(refusal(slots, PIN), PinGone)
    assert slots.open(PUTRI, OTHER).store_key == KEY, "the others work on"


def test_a_try_that_comes_too_early_is_not_looked_at(slots: PinSlots, clock: FakeClock) -> None:
    for _ in range(3):
        refusal(slots)
    early = refusal(slots, PIN)
    assert isinstance(early, PinWaits)
    assert early.seconds == 1
    clock.advance(timedelta(seconds=1))
    assert slots.open(DEWI, PIN).store_key == KEY
    assert slots.states()[DEWI].failures == 0


def test_after_five_a_quarter_of_an_hour_is_waited_and_told_in_minutes(slots: PinSlots, clock: FakeClock) -> None:
    for _ in range(5):
        refusal(slots)
        clock.advance(timedelta(seconds=2))
    waits = refusal(slots, PIN)
    assert isinstance(waits, PinWaits)
    assert (waits.code, waits.fields) == ("sign_in.waits_minutes", {"count": 15})


def test_a_clock_set_back_lets_nobody_try_earlier_and_locks_nobody_out(slots: PinSlots, clock: FakeClock) -> None:
    for _ in range(5):
        refusal(slots)
        clock.advance(timedelta(seconds=2))
    clock.advance(timedelta(days=-3_650))
    assert isinstance(refusal(slots, PIN), PinWaits)
    clock.advance(timedelta(minutes=14))
    assert isinstance(refusal(slots, PIN), PinWaits)
    clock.advance(timedelta(minutes=2))
    assert slots.open(DEWI, PIN).store_key == KEY


def test_whoever_may_set_the_clock_ahead_has_ten_tries_all_the_same(slots: PinSlots, clock: FakeClock) -> None:
    assert len(try_until_gone(slots, clock)) == MOST_TRIES


def test_ten_thousand_pins_tried_by_restarted_programs_get_ten_looks(tmp_path: Path, slots: PinSlots) -> None:
    looked = 0
    for number in range(10_000):
        later = FakeClock(START_AT + number * HOUR)
        try:
            slots_in(tmp_path, later).open(DEWI, f"{number:06}")
        except PinWrong:
            looked += 1
        except PinGone:
            break
    assert looked == MOST_TRIES - 1
    assert DEWI not in slots.states()


TRIES = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.sign_in.test_slots import DEWI
from tests.support.fakes import START_AT, FakeClock
from tests.support.pins import WRONG, slots_in

at = FakeClock(START_AT + int(sys.argv[2]) * timedelta(hours=1))
slots_in(Path(sys.argv[1]), at).open(DEWI, WRONG)
"""


def has_failed(slots: PinSlots, times: int) -> bool:
    return slots.states()[DEWI].failures == times


def test_a_program_killed_while_it_checks_gets_no_try_back(tmp_path: Path, slots: PinSlots) -> None:
    with closing(sqlite3.connect(tmp_path / SLOTS_FILE)) as connection, connection:
        connection.execute("UPDATE slot SET passes = 1000000")  # it is at it for as long as this takes
    for number in (1, 2):
        command = [sys.executable, "-c", TRIES, str(tmp_path), str(number)]
        with subprocess.Popen(command, cwd=ROOT, env=child_environment()) as checking:
            wait_until(partial(has_failed, slots, number), what="a try on disk")
            checking.kill()
    assert slots.states()[DEWI].failures == 2


def test_a_keyring_that_does_not_answer_costs_no_try(tmp_path: Path, slots: PinSlots, clock: FakeClock) -> None:
    def locked() -> bytes:
        raise KeyringUnusable("secrets.keyring_locked")

    with pytest.raises(KeyringUnusable):
        slots_in(tmp_path, clock, device_secret=locked).open(DEWI, PIN)
    assert slots.states()[DEWI].failures == 0


def test_of_two_tries_at_once_both_are_counted(tmp_path: Path, slots: PinSlots, clock: FakeClock) -> None:
    tries = [threading.Thread(target=refusal, args=(slots_in(tmp_path, clock),)) for _ in range(2)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    assert slots.states()[DEWI].failures == 2


def test_a_changed_pin_opens_and_the_old_one_no_more(slots: PinSlots) -> None:
    slots.change_pin(DEWI, PIN, "918273")
    assert slots.open(DEWI, "918273").store_key == KEY
    assert isinstance(refusal(slots, PIN), PinWrong)


def test_a_new_pin_that_is_none_leaves_the_old_one_and_costs_no_try(slots: PinSlots) -> None:
    with pytest.raises(ValidationFailed, match=r"pin\.too_easy"):
        slots.change_pin(DEWI, WRONG, "123456")
    assert slots.states()[DEWI].failures == 0
    assert slots.open(DEWI, PIN).store_key == KEY


def test_a_seasonal_associate_opens_it_until_the_last_day(tmp_path: Path, clock: FakeClock) -> None:
    slots = slots_in(tmp_path, clock)
    slots.set_pin(DEWI, PIN, KEY, ends_on=clock().date())
    assert slots.open(DEWI, PIN).store_key == KEY
    clock.advance(timedelta(days=1))
    assert isinstance(refusal(slots, PIN), PinExpired)
    assert slots.states()[DEWI].failures == 0


def test_a_changed_pin_ends_on_the_same_day(tmp_path: Path, clock: FakeClock) -> None:
    slots = slots_in(tmp_path, clock)
    slots.set_pin(DEWI, PIN, KEY, ends_on=date(2026, 12, 31))
    slots.change_pin(DEWI, PIN, OTHER)
    assert slots.states()[DEWI].ends_on == date(2026, 12, 31)


def test_an_associate_who_left_opens_nothing(slots: PinSlots) -> None:
    assert slots.remove(DEWI)
    assert isinstance(refusal(slots, PIN), PinGone)


def test_the_files_on_another_device_open_nothing(tmp_path: Path, slots: PinSlots, clock: FakeClock) -> None:
    assert isinstance(refusal(slots_in(tmp_path, clock, device_secret=lambda: b"t" * 32), PIN), PinWrong)
    assert isinstance(refusal(slots_in(tmp_path, clock, folder_id="c3d4"), PIN), PinWrong)


def test_what_was_removed_is_not_left_in_the_file(tmp_path: Path, slots: PinSlots) -> None:
    path = tmp_path / SLOTS_FILE
    assert DEWI.encode() in path.read_bytes()
    slots.remove(DEWI)
    assert DEWI.encode() not in path.read_bytes()
    assert [one.name for one in tmp_path.iterdir()] == [SLOTS_FILE]


def test_neither_key_nor_pin_nor_secret_is_in_the_file(tmp_path: Path, slots: PinSlots) -> None:
    content = (tmp_path / SLOTS_FILE).read_bytes()
    assert not [one for one in (KEY, SECRET, PIN.encode(), OTHER.encode()) if one in content]


def test_each_associate_has_a_signing_key_of_their_own_here_whatever_their_pin(slots: PinSlots) -> None:
    own, other = slots.open(DEWI, PIN).signing_key, slots.open(PUTRI, OTHER).signing_key
    assert own != other
    assert slots.public_key(DEWI) == Ed25519PrivateKey.from_private_bytes(own).public_key().public_bytes_raw()
    slots.change_pin(DEWI, PIN, "918273")
    assert slots.open(DEWI, "918273").signing_key == own


def test_a_new_pin_without_the_old_one_comes_with_a_new_signing_key(slots: PinSlots) -> None:
    before = slots.public_key(DEWI)
    slots.set_pin(DEWI, OTHER, KEY)
    assert slots.public_key(DEWI) != before
    slots.remove(DEWI)
    assert slots.public_key(DEWI) is None

"""PINs from the command line: who has one, and a device that has none."""

from pathlib import Path

import pytest

from clienteling.bootstrap.device import open_device
from clienteling.bootstrap.pins import door_of, pin_slots
from clienteling.bootstrap.signed_in import SignedIn
from clienteling.domain.errors import PinGone, PinWrong
from clienteling.secrets import DEVICE_SECRET, KeyFile, KeyringUnusable
from clienteling.settings import read_settings
from clienteling.sign_in.slots import SLOTS_FILE
from clienteling.use_cases.sign_in import sign_in, sign_out
from sync.protocol.times import utc_now
from tests.support.command_line import Ran, run

PIN = b"739154\n"


def named(device: Path) -> str:
    with open_device(read_settings(device), now=utc_now) as opened:
        return opened.services.associates()[0].name


def set_pin(device: Path, *more: str, name: str | None = None, pin: bytes = PIN) -> Ran:
    return run("pin", "set", name or named(device), "--stdin", *more, "--data-dir", device, stdin=pin)


def test_a_device_has_no_pins_until_one_is_set(device: Path) -> None:
    assert "Nobody has a PIN on this device" in run("pin", "list", "--data-dir", device).output
    assert run("pin", "list", "--json", "--data-dir", device).json == []
    assert not (device / SLOTS_FILE).exists()


def test_a_pin_opens_the_key_of_the_store_and_is_listed_with_its_last_day(device: Path) -> None:
    name = named(device)
    ran = set_pin(device, "--until", "2027-01-15")
    assert (ran.status, ran.output) == (
        0,
        f"{name} has a PIN on this device. From now on nobody comes in without one.\n",
    )
    assert run("pin", "list", "--data-dir", device).output == f"{name} · 10 tries left · until 2027-01-15\n"
    with open_device(read_settings(device), now=utc_now) as opened:
        (associate_id,) = pin_slots(opened).holders()
        assert pin_slots(opened).open(associate_id, "739154").store_key.hex() == opened.secrets.read("store-key")


def test_a_removed_pin_opens_nothing(device: Path) -> None:
    name = named(device)
    set_pin(device)
    with open_device(read_settings(device), now=utc_now) as opened:
        (associate_id,) = pin_slots(opened).holders()
        ran = run("pin", "remove", name, "--data-dir", device)
        assert ran.output.splitlines()[0] == f"{name} comes in on this device no more."
        with pytest.raises(PinGone):
            pin_slots(opened).open(associate_id, "739154")
    assert run("pin", "remove", name, "--data-dir", device).output == f"{name} had no PIN on this device.\n"


@pytest.mark.parametrize(
    ("pin", "said"),
    [(b"12345\n", "A PIN is six digits.\n"), (b"123456\n", "This PIN is among the first that others try."), (b"", "")],
)
def test_what_is_no_pin_is_refused_in_a_sentence(device: Path, pin: bytes, said: str) -> None:
    ran = set_pin(device, pin=pin)
    assert ran.status == 1
    assert ran.errors.startswith(said)
    assert not (device / SLOTS_FILE).exists()


def test_a_name_that_nobody_has_is_told(device: Path) -> None:
    ran = set_pin(device, name="Nobody At All")
    assert (ran.status, ran.errors) == (1, "No associate of this store is called Nobody At All.\n")


def test_a_word_of_the_name_is_enough_where_nobody_else_has_it(device: Path) -> None:
    assert set_pin(device, name=named(device).split()[0].upper()).status == 0


def test_a_secret_that_the_keyring_lost_costs_no_try_and_is_told(device: Path) -> None:
    set_pin(device)
    settings = read_settings(device)
    assert settings.key_file is not None
    KeyFile(settings.key_file).forget(DEVICE_SECRET)
    with open_device(settings, now=utc_now) as opened:
        slots = pin_slots(opened)
        (associate_id,) = slots.holders()
        with pytest.raises(KeyringUnusable, match=r"secrets\.secret_missing"):
            slots.open(associate_id, "739154")
        assert slots.states()[associate_id].failures == 0
    assert set_pin(device).status == 1


def test_who_came_in_is_in_the_audit_log(device: Path) -> None:
    set_pin(device)
    with open_device(read_settings(device), now=utc_now) as opened:
        door = door_of(opened, SignedIn())
        (associate_id,) = door.pins.holders()
        with pytest.raises(PinWrong):
            sign_in(door, associate_id, "204867")
        sign_in(door, associate_id, "739154")
        sign_out(door, associate_id)
        told = [(one.kind, one.actor) for one in opened.store.audit.unsent(100)]
    assert told[-3:] == [
        ("associate.sign_in_failed", associate_id),
        ("associate.signed_in", associate_id),
        ("associate.signed_out", associate_id),
    ]

"""A shop where some have a code and some have not: whose work the server would refuse cannot come in to write it."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from clienteling.bootstrap.device import open_device, secret_store
from clienteling.bootstrap.leases import LeaseFile
from clienteling.bootstrap.pins import door_of, new_pins, pin_slots
from clienteling.bootstrap.signed_in import SignedIn
from clienteling.central_host import central_database
from clienteling.domain.errors import LeaseEnded, SignInRefused
from clienteling.settings import read_settings, remember
from clienteling.use_cases.sign_in import NOBODY, holders, may_stay, sign_in
from sync.central_api.sign_in_codes import make_sign_in_code
from sync.protocol.times import utc_now
from tests.app.enrolling import enrol_at
from tests.app.shop import SITI, Counter
from tests.support.command_line import Ran, run
from tests.support.pins import OTHER, PIN

RINA, DEDI = "Rina", "Dedi Kurniawan"


@pytest.fixture
def device(counter: Counter, tmp_path: Path) -> Iterator[Path]:
    """An enrolled device that has synced; Rina and Dedi work there, and nobody has a PIN."""
    at_server = ("--data-dir", counter.server)
    assert run("central", "add-associate", "BDG", "--name", DEDI, *at_server).status == 0
    device = enrol_at(counter, tmp_path / "tablet", name="Kasir depan")
    assert run("sync", "--data-dir", device).status == 0
    yield device
    assert run("central", "end-sign-ins", RINA, *at_server).status == 0
    assert run("central", "end-associate", "--name", DEDI, *at_server).status == 0


def set_pin(device: Path, name: str, pin: str, *more: str) -> Ran:
    return run("pin", "set", name, "--stdin", *more, "--data-dir", device, stdin=f"{pin}\n".encode())


def ids(device: Path) -> dict[str, str]:
    with open_device(read_settings(device), now=utc_now) as opened:
        return {one.name: one.id for one in opened.services.associates()}


def code_for(counter: Counter, associate_id: str) -> str:
    with central_database(counter.server, None) as database:
        made = make_sign_in_code(database, associate_id, made_by="operator", now=utc_now(), random=Random())
    return made.code


def test_a_pin_without_a_code_is_refused_where_the_server_knows_a_colleague(counter: Counter, device: Path) -> None:
    people = ids(device)
    assert set_pin(device, RINA, PIN).status == 0, "nobody has a key yet: the server takes what anybody writes"
    ran = set_pin(device, DEDI, OTHER, "--code", code_for(counter, people[DEDI]))
    assert ran.status == 0, ran.errors
    assert "need a code as well before they come in again: Rina" in ran.output
    again = set_pin(device, RINA, PIN)
    assert again.status == 1
    assert again.errors.startswith("The server takes nothing on this device from those whom it does not know here.")
    assert "Make a code for Rina" in again.errors
    ran = set_pin(device, RINA, PIN, "--code", code_for(counter, people[RINA]))
    assert (ran.status, "need a code" in ran.output) == (0, False), ran.errors


def test_what_the_server_said_last_counts_where_it_does_not_answer(counter: Counter, device: Path) -> None:
    people = ids(device)
    assert set_pin(device, DEDI, OTHER, "--code", code_for(counter, people[DEDI])).status == 0
    remember(device, central_url="http://127.0.0.1:9")
    assert "Make a code for Rina" in set_pin(device, RINA, PIN).errors


def test_a_pin_that_the_server_does_not_know_opens_nothing_once_a_colleague_has_a_code(
    counter: Counter, device: Path
) -> None:
    people = ids(device)
    assert set_pin(device, RINA, PIN).status == 0
    with open_device(read_settings(device), now=utc_now) as opened:
        door = door_of(opened, SignedIn())
        sign_in(door, people[RINA], PIN)
        new_pins(opened).take(people[DEDI], code_for(counter, people[DEDI]), OTHER)
        assert not may_stay(door, people[RINA])
        assert may_stay(door, people[DEDI])
        with pytest.raises(LeaseEnded, match=r"sign_in\.no_key"):
            sign_in(door, people[RINA], PIN)
        sign_in(door, people[DEDI], OTHER)
        new_pins(opened).take(people[RINA], code_for(counter, people[RINA]), PIN)
        sign_in(door, people[RINA], PIN)


def test_the_first_code_waits_until_what_colleagues_wrote_has_been_sent(counter: Counter, device: Path) -> None:
    people = ids(device)
    settings = read_settings(device)
    with open_device(settings, now=utc_now) as opened:
        opened.services.write_note(SITI, "Suka nila", author_id=people[RINA])
        with pytest.raises(SignInRefused, match=r"sign_in\.unsent_first"):
            new_pins(opened).take(people[DEDI], code_for(counter, people[DEDI]), OTHER)
        assert not pin_slots(opened).holders()
    assert run("sync", "--data-dir", device).status == 0
    with open_device(settings, now=utc_now) as opened:
        opened.services.write_note(SITI, "Suka kuning", author_id=people[DEDI])
        new_pins(opened).take(people[DEDI], code_for(counter, people[DEDI]), OTHER)
        opened.services.write_note(SITI, "Suka merah", author_id=people[DEDI])
        new_pins(opened).take(people[RINA], code_for(counter, people[RINA]), PIN)
    synced = run("sync", "--data-dir", device)
    assert synced.status == 0
    assert run("status", "--json", "--data-dir", device).json["needs_attention"] == 0


def test_where_the_server_knows_somebody_and_nobody_has_a_pin_here_nobody_comes_in_by_a_name(
    counter: Counter, device: Path
) -> None:
    people = ids(device)
    settings = read_settings(device)
    with open_device(settings, now=utc_now) as opened:
        door = door_of(opened, SignedIn())
        assert holders(door) == frozenset()
        new_pins(opened).take(people[DEDI], code_for(counter, people[DEDI]), OTHER)
        assert holders(door) == {people[DEDI]}
        pin_slots(opened).remove(people[DEDI])
        assert holders(door) == {NOBODY}
    assert LeaseFile(settings.data_dir, secret_store(settings)).known() == {people[DEDI]}

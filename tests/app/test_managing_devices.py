"""A manager at a device of the store: what the server tells and does in their name, and in nobody's without a PIN."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from clienteling.bootstrap.running import Running, running_device
from clienteling.domain.access import Access
from clienteling.domain.asked import Asked, AskedStage
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.settings import read_settings
from clienteling.use_cases.manage import ManageServices
from sync.protocol.times import utc_now
from tests.app.enrolling import enrol_at, keys_of, registration_of
from tests.app.shop import SITI, Counter
from tests.app.test_cli_quarantine import with_two_notes_revoked
from tests.support.command_line import run
from tests.support.pins import OTHER, PIN
from tests.support.waiting import wait_until

T = TypeVar("T")

NAME = "Dewi Lestari"


def answer(signal: Signal[Asked[T]]) -> Asked[T]:
    """What comes of it."""
    wait_until(lambda: signal.value.is_over, what="an answer")
    return signal.value


def told(signal: Signal[Asked[T]]) -> T:
    """What was answered."""
    found = answer(signal)
    assert found.stage is AskedStage.ANSWERED, found.code
    return found.value  # type: ignore[return-value]  # None where nothing is told


@pytest.fixture
def running(counter: Counter, tmp_path: Path) -> Iterator[Running]:
    """A device that enrolled, at work; Dewi is the store's manager and has chosen a PIN there by a code."""
    at_server = ("--data-dir", counter.server)
    assert run("central", "add-associate", "BDG", "--name", NAME, "--manager", *at_server).status == 0
    device = enrol_at(counter, tmp_path / "desk", name="Meja manajer")
    assert run("sync", "--data-dir", device).status == 0
    with running_device(read_settings(device), now=utc_now) as running:
        sign_in = running.services.sign_in
        assert sign_in is not None
        assert sign_in.new_pin is not None
        code = run("central", "sign-in-code", NAME, *at_server, "--json").json["code"]
        sign_in.new_pin(dewi(running), code=code, pin=PIN, again=PIN)
        yield running
    assert run("central", "end-associate", "--name", NAME, *at_server).status == 0


def dewi(running: Running) -> str:
    return next(one.id for one in running.services.associates() if one.name == NAME)


def managing(running: Running) -> ManageServices:
    assert running.services.manage is not None
    return running.services.manage


def come_in(running: Running) -> str:
    assert running.services.sign_in is not None
    running.services.sign_in.sign_in(dewi(running), PIN)
    return dewi(running)


def test_a_manager_who_is_signed_in_sees_adds_renames_and_revokes_devices(
    counter: Counter, running: Running, tmp_path: Path
) -> None:
    manage, who = managing(running), come_in(running)
    view = told(manage.devices(who))
    (here,) = [one for one in view.devices if one.is_this]
    assert (here.name, here.store_name) == ("Meja manajer", "Bandung")
    assert here.program
    ((store_id, _),) = view.stores
    made = told(manage.add_device(store_id, " Tablet  lantai 2 ", author_id=who))
    assert made.symbol.startswith(b"\x89PNG")
    device = tmp_path / "second"
    words = ("enrol", made.code, "--server", counter.url, "--data-dir", device, "--key-file", keys_of(device))
    assert run(*words).output.startswith("Enrolled at Bandung, under the name Tablet lantai 2.")
    second = registration_of(device)
    told(manage.rename_device(second, "Tablet lantai 3", author_id=who))
    told(manage.revoke_device(second, author_id=who))
    (row,) = [one for one in told(manage.devices(who)).devices if one.id == second]
    assert row.name == "Tablet lantai 3"
    assert row.revoked_at is not None
    again = answer(manage.revoke_device(second, author_id=who))
    assert (again.stage, again.code) == (AskedStage.FAILED, "devices.unknown")


def test_what_a_revoked_device_had_not_sent_is_told_in_words_and_taken_over(
    counter: Counter, running: Running, tmp_path: Path
) -> None:
    lost = with_two_notes_revoked(counter, tmp_path / "lost")
    running.engine.wake()
    manage, who = managing(running), come_in(running)
    ours = [one for one in told(manage.quarantine(who)).entries if one.registration_id == lost]
    assert [(one.action, one.typed, one.author_name) for one in ours] == [
        ("note.write", "Catatan 1", NAME), ("note.write", "Catatan 2", NAME),
    ]  # fmt: skip
    assert "Siti" in ours[0].customer_name
    assert told(manage.settle(lost, ours[0].uuid, keep=True, author_id=who)) == ""
    assert told(manage.settle(lost, ours[1].uuid, keep=False, author_id=who)) == ""
    assert lost not in {one.registration_id for one in told(manage.quarantine(who)).entries}


def test_without_a_pin_nobody_is_asked_in_anybodys_name(running: Running) -> None:
    manage, who = managing(running), dewi(running)
    asked = answer(manage.devices(who))
    assert (asked.stage, asked.code) == (AskedStage.FAILED, "acting.no_key")
    come_in(running)
    assert answer(manage.devices(who)).stage is AskedStage.ANSWERED
    assert running.services.sign_in is not None
    running.services.sign_in.sign_out(who)
    assert answer(manage.devices(who)).code == "acting.no_key"


def test_whose_sign_ins_were_ended_is_told_so(counter: Counter, running: Running) -> None:
    manage, who = managing(running), come_in(running)
    assert answer(manage.devices(who)).stage is AskedStage.ANSWERED
    assert run("central", "end-sign-ins", NAME, "--data-dir", counter.server).status == 0
    assert answer(manage.devices(who)).code == "acting.refused"


def test_without_a_network_a_sentence_says_so(running: Running) -> None:
    manage, who = managing(running), come_in(running)
    running.engine.pretend_offline(True)
    assert answer(manage.devices(who)).stage is AskedStage.NO_NETWORK


def test_a_name_that_is_none_or_too_long_is_refused_before_anybody_is_asked(running: Running) -> None:
    manage = managing(running)
    for name, code in ((" ", "devices.name_empty"), ("x" * 81, "devices.name_too_long")):
        with pytest.raises(ValidationFailed, match=code):
            manage.rename_device("any", name, author_id="any")


def test_a_manager_is_told_who_opened_how_many_on_all_devices(running: Running) -> None:
    team, who, store = running.services.team, come_in(running), running.services.store()
    assert team is not None
    assert store is not None
    running.services.note_access(Access.OPENED, author_id=who, customer_id=SITI)
    running.engine.wake()

    def counts() -> list[tuple[str, int, bool]]:
        told_of = told(team.reading(store.id, author_id=who))
        return [(one.name, one.opened, one.is_marked) for one in told_of if one.associate_id == who]

    wait_until(lambda: counts() == [(NAME, 1, False)], what="the log at the server")
    assert answer(team.reading("018f0000-0000-7000-8000-0000000000aa", author_id=who)).code == "sync.forbidden"


def test_a_manager_gives_a_code_by_which_somebody_chooses_a_pin_and_ends_their_sign_ins(running: Running) -> None:
    team, sign_in, who = running.services.team, running.services.sign_in, come_in(running)
    assert team is not None
    assert sign_in is not None
    assert sign_in.new_pin is not None
    rina = next(one.id for one in running.services.associates() if one.name == "Rina")
    assert [one.associate_id for one in team.pins_here()] == [who]
    with pytest.raises(ValidationFailed, match=r"pin\.last_one"):
        team.remove_pin(who)
    told(team.end_sign_ins(rina, author_id=who))  # on devices of other tests
    code = told(team.sign_in_code(rina, author_id=who)).code
    sign_in.new_pin(rina, code=code, pin=OTHER, again=OTHER)
    keys = {one.id: one.devices for one in told(team.team(who)).members}
    assert keys[rina] == keys[who] == ("Meja manajer",)
    assert told(team.end_sign_ins(rina, author_id=who)) == 1
    assert {one.id: one.devices for one in told(team.team(who)).members}[rina] == ()
    team.remove_pin(rina)
    assert [one.associate_id for one in team.pins_here()] == [who]

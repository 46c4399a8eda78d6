"""The quarantine from the command line: what waits, what is taken over, what is discarded."""

from pathlib import Path

from clienteling.bootstrap.device import open_device
from clienteling.settings import read_settings
from sync.protocol.ids import rule_id
from sync.protocol.times import to_wire, utc_now
from tests.app.enrolling import enrol_at, registration_of
from tests.app.shop import SITI, Counter
from tests.support.command_line import run


def with_two_notes_revoked(counter: Counter, device: Path, *, author: str | None = None) -> str:
    """The registration of a device that was revoked with two notes on it, and has handed them over."""
    device = enrol_at(counter, device, name="Meja depan")
    registration_id = registration_of(device)
    assert run("sync", "--data-dir", device).status == 0
    with open_device(read_settings(device), now=utc_now) as opened:
        actor, store = author or opened.services.associates()[0].id, opened.services.store()
        assert store is not None
        for number in (1, 2):
            note_id = rule_id("note of", device.name, str(number))
            args = {
                "note_id": note_id, "customer_id": SITI, "store_id": store.id, "text": f"Catatan {number}",
                "written_at": to_wire(utc_now()),
            }  # fmt: skip
            opened.store.write("note.write", 1, args, actor=actor, at=utc_now())
    assert run("central", "revoke-device", registration_id, "--data-dir", counter.server).status == 0
    run("sync", "--data-dir", device)
    return registration_id


def test_what_a_revoked_device_handed_over_is_listed_taken_and_discarded(counter: Counter, tmp_path: Path) -> None:
    registration_id = with_two_notes_revoked(counter, tmp_path / "revoked")
    at_server = ("--data-dir", counter.server)
    told = run("central", "quarantine", "list", "--store", "BDG", *at_server, "--json").json
    assert [one["entry"]["args"]["text"] for one in told] == ["Catatan 1", "Catatan 2"]
    first, second = (one["entry"]["uuid"] for one in told)
    lines = run("central", "quarantine", "list", *at_server).lines
    assert lines[0].startswith("Note · 20")
    assert lines[0].endswith(f"Z · Meja depan · {registration_id} · {first}")
    taken = run("central", "quarantine", "take", registration_id, first, *at_server)
    assert (taken.status, taken.output[:11]) == (0, "Taken over.")
    again = run("central", "quarantine", "take", registration_id, first, *at_server)
    assert (again.status, again.errors[:26]) == (1, "Nothing of that number is ")
    assert run("central", "quarantine", "discard", registration_id, second, *at_server).status == 0
    assert run("central", "quarantine", "list", *at_server).output == "Nothing waits in the quarantine.\n"


def test_what_the_rules_refuse_says_why_and_stays(counter: Counter, tmp_path: Path) -> None:
    registration_id = with_two_notes_revoked(counter, tmp_path / "stranger", author=SITI)
    at_server = ("--data-dir", counter.server)
    first, second = (one["entry"]["uuid"] for one in run("central", "quarantine", "list", *at_server, "--json").json)
    refused = run("central", "quarantine", "take", registration_id, second, *at_server)
    assert refused.status == 1
    assert "It stays in the quarantine" in refused.output
    (line,) = [one for one in run("central", "quarantine", "list", *at_server).lines if second in one]
    assert line.endswith("then write it again.")
    for one in (first, second):
        assert run("central", "quarantine", "discard", registration_id, one, *at_server).status == 0

"""`central requests` and `central breach-report`: what they print, what they write, and how they end."""

import json
from pathlib import Path

import pytest

from clienteling.central_host import central_database
from sync.central_api.devices import add_device, list_devices
from sync.central_api.lists import list_bodies
from sync.protocol.kinds import Kind
from tests.app.shop import exports
from tests.support.command_line import Ran, run


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A server's folder that has taken over the exports."""
    folder = tmp_path / "server"
    run("import", "shopify-csv", exports(tmp_path / "exports"), "--data-dir", folder)
    return folder


def ask(server: Path, *words: object) -> Ran:
    return run("central", "requests", *words, "--data-dir", server)


def customer_of(server: Path) -> str:
    with central_database(server, None) as database:
        return str(next(one["customer_id"] for one in list_bodies(database, Kind.ORDER) if one["customer_id"]))


def opened(server: Path, kind: str) -> str:
    request_id = str(ask(server, "open", kind, customer_of(server).upper(), "--json").json["id"])
    assert ask(server, "identity", request_id, "--how", "document").status == 0
    return request_id


def test_a_request_is_opened_listed_shown_and_counted_down(server: Path) -> None:
    assert ask(server, "list").output == "No requests.\n"
    said = ask(server, "open", "access", customer_of(server))
    assert said.output.startswith("access, received: due ")
    assert "in 71 hours; customer " in said.output
    (told,) = ask(server, "list", "--json").json
    assert (told["kind"], told["state"], told["regime"], told["outcome"]) == ("access", "received", "uu_pdp", {})
    shown = ask(server, "show", told["id"], "--json").json
    assert (shown["id"], shown["lookalikes"], shown["devices"]) == (told["id"], [], [])
    assert ask(server, "show", told["id"]).lines[0].endswith(f"request {told['id']}")


def test_a_letter_that_came_days_ago_is_overdue(server: Path) -> None:
    said = ask(server, "open", "copy", customer_of(server), "--received", "2020-01-01T08:00:00+07:00")
    assert "overdue since 2020-01-04" in said.output
    assert ask(server, "open", "copy", customer_of(server), "--received", "yesterday").status == 2


def test_a_copy_is_two_files_that_only_their_owner_reads(server: Path, tmp_path: Path) -> None:
    request_id = opened(server, "copy")
    told = ask(server, "copy", request_id, "--out", tmp_path / "copies", "--language", "id", "--json").json
    data, page = map(Path, told["files"])
    assert (data.name, page.name) == (f"customer-copy-{request_id}.json", f"customer-copy-{request_id}.html")
    assert json.loads(data.read_text("utf-8"))["customer_ids"] == [customer_of(server)]
    assert "Data yang tersimpan tentang Anda" in page.read_text("utf-8")
    assert [path.stat().st_mode & 0o077 for path in (data, page)] == [0, 0]
    assert [json.loads(line)["state"] for line in [json.dumps(ask(server, "list", "--json").json[0])]] == ["done"]
    assert ask(server, "copy", request_id, "--out", tmp_path / "copies", "--language", "xx").status == 2


def test_an_erasure_goes_its_way_and_its_certificate_names_who_has_not_confirmed(server: Path, tmp_path: Path) -> None:
    with central_database(server, None) as database:
        add_device(database, "Bandung", "Tablet 1")
        (device,) = list_devices(database)
    request_id = opened(server, "erasure")
    customer_id = customer_of(server)
    done = ask(server, "erase", request_id)
    assert done.lines[0].startswith("erasure, done: over")
    assert done.lines[1].startswith("Erased at the server: ")
    assert done.lines[2] == f"Tablet 1: has never synced, so it never had them; {device.id}"
    written = ask(server, "certificate", request_id, "--out", tmp_path)
    assert [line.partition(": ")[0] for line in written.lines] == ["Written", "Written"]
    told = json.loads((tmp_path / f"erasure-certificate-{request_id}.json").read_text("utf-8"))
    assert (told["customer_ids"], told["state"]) == ([customer_id], "done")
    assert customer_id in (server / "erasures.jsonl").read_text("utf-8")


def test_after_a_restore_whoever_was_erased_since_is_erased_again(server: Path) -> None:
    backup = (server / "central.db").read_bytes()
    customer_id = customer_of(server)
    assert run("central", "erase-customer", customer_id, "--data-dir", server).status == 0
    for suffix in ("-wal", "-shm"):
        (server / f"central.db{suffix}").unlink(missing_ok=True)
    (server / "central.db").write_bytes(backup)
    assert customer_of(server) == customer_id
    assert run("central", "new-epoch", "--data-dir", server, "--json").json["erased_again"] == 1
    assert customer_of_none(server, customer_id)
    assert run("central", "new-epoch", "--data-dir", server, "--json").json["erased_again"] == 0


def customer_of_none(server: Path, customer_id: str) -> bool:
    with central_database(server, None) as database:
        return customer_id not in {one["id"] for one in list_bodies(database, Kind.CUSTOMER)}


def test_correction_restriction_and_withdrawal_are_done_at_once(server: Path) -> None:
    for kind, words in (
        ("rectification", ("correct", "--set", "city=Ubud", "--set", "phone=0812 1111 2222")),
        ("restriction", ("restrict",)),
        ("restriction", ("restrict", "--lift")),
        ("withdrawal", ("withdraw",)),
    ):
        command, *options = words
        assert ask(server, command, opened(server, kind), *options, "--json").json["state"] == "done"
    with central_database(server, None) as database:
        (body,) = [one for one in list_bodies(database, Kind.CUSTOMER) if one["id"] == customer_of(server)]
    assert (body["city"], body["phone"], body.get("restricted")) == ("Ubud", "+6281211112222", None)


def test_refusing_and_reconsidering_are_said(server: Path) -> None:
    request_id = opened(server, "erasure")
    assert ask(server, "refuse", request_id, "--reason", "excessive").output.startswith("erasure, refused: over")
    assert ask(server, "reconsider", request_id).output.startswith("erasure, received: due ")
    assert ask(server, "identity", request_id).status == 2
    assert ask(server, "refuse", request_id, "--reason", "no").status == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "x"), "There is no request with this id."),
        (("open", "copy", "018f0000-0000-7000-8000-000000000001"), "The server never had a customer with this id."),
        (("erase", "{copy}"), "This request asks for something else."),
        (("extend", "{copy}", "--reason", "complex"), "This request cannot be given more time."),
        (("certificate", "{erasure}"), "That is not the next step of this request."),
        (("correct", "{rectification}", "--set", "phone=none"), ""),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_1(server: Path, words: tuple[str, ...], said: str) -> None:
    filled = [opened(server, word[1:-1]) if word.startswith("{") else word for word in words]
    ran = ask(server, *filled)
    assert (ran.status, ran.output) == (1, "")
    assert ran.errors.startswith(said)
    assert ran.errors != ""


def test_whose_law_and_who_comes_back_are_said(server: Path) -> None:
    assert ask(server, "regime", "gdpr").output == "New requests are due within one month (GDPR).\n"
    assert ask(server, "open", "copy", customer_of(server), "--json").json["regime"] == "gdpr"
    assert ask(server, "lift", "0812").output.startswith("No erased customer had")


def test_a_breach_report_is_two_files_and_names_nobody(server: Path, tmp_path: Path) -> None:
    with central_database(server, None) as database:
        add_device(database, "Bandung", "Tablet 1")
        (device,) = list_devices(database)
        names = {one["name"] for one in list_bodies(database, Kind.CUSTOMER)}
    told = run("central", "breach-report", device.id, "--out", tmp_path, "--data-dir", server, "--json").json
    text = "".join(Path(one).read_text("utf-8") for one in told["files"])
    assert "breach_report" in text
    assert not [name for name in names if name in text]
    gone = run("central", "breach-report", "x", "--data-dir", server)
    assert (gone.status, gone.output) == (1, "")

"""The demo's folder, ports and processes, with a small retailer in place of the real demo's."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from clienteling import demo
from clienteling.bootstrap.device import secret_store
from clienteling.bootstrap.leases import LeaseFile
from clienteling.bootstrap.sealed_files import slots_beside
from clienteling.central_host import central_database
from clienteling.demo.layout import DEMO_PIN, KEY_FILE, Place
from clienteling.domain.errors import StoreInUse
from clienteling.loopback import PortUnusable, free_ports, refuse_taken
from clienteling.secrets import STORE_KEY, TOKEN, Enrolment, KeyFile, read_enrolment
from clienteling.settings import read_server_settings, read_settings
from clienteling.sign_in.slots import SLOTS_FILE, PinSlots
from clienteling.store.device_folder import DeviceFolder
from sync.central_api.access_tables import ASSOCIATE_KEY
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import list_devices
from sync.central_api.lists import list_bodies
from sync.central_api.privacy_requests import list_requests
from sync.central_api.quarantine import list_quarantine
from sync.central_api.record_store import Batch, load_records, write_batch
from sync.central_api.transactions import write_transaction
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations.follow_ups import with_status
from sync.protocol.stock_level import HELD
from sync.protocol.times import to_wire
from tests.app.shop import SITI
from tests.connectors.folders import csv_text, make_folder, order_row
from tests.support.command_line import run
from tests.support.fakes import FakeClock
from tests.support.modes import mode_of
from tests.support.waiting import is_up, wait_until

TODAY = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
FACTS = """
generated_for = 2026-11-22
retailer = "Toko Kecil"
loyalty_prefix = "TK"
[first_minute]
store = "BDG"
second_store = "DPS"
associate = "Rina"
second_associate = "Ketut"
scan_link = "https://kecil.example/sBDG/01/04006381333931"
scan_picture = "label.png"
scan_handle = "kemeja"
pickup_customer_id = "101"
"""


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A retailer of two stores as the demo's folder has one."""
    folder = make_folder(
        tmp_path_factory.mktemp("small") / "exports",
        associates=[{"name": "Rina", "location": "BDG"}, {"name": "Ketut", "location": "DPS"}],
        orders_export=[order_row(Source="pos", Location="Bandung", Created_at="2026-11-21 10:00:00 +0700")],
    )
    (folder / "demo.toml").write_text(FACTS)
    return folder


def laid_out(folder: Path, exports: Path) -> demo.Layout:
    return demo.lay_out(folder, exports, ports=(0, 0, 0))


def enrolment(place: Place) -> Enrolment | None:
    return read_enrolment(KeyFile(place.folder / KEY_FILE))


# Ports


def test_a_port_is_the_preferred_one_unless_somebody_has_it() -> None:
    (port,) = free_ports([0])
    assert free_ports([port]) == [port]
    refuse_taken(port)
    with socket.create_server(("127.0.0.1", port)):
        (other,) = free_ports([port])
        assert other not in {0, port}
        with pytest.raises(PortUnusable) as refused:
            refuse_taken(port)
    assert (refused.value.code, refused.value.fields) == ("port.taken", {"port": str(port)})


def test_no_two_ports_are_the_same() -> None:
    (port,) = free_ports([0])
    assert len(set(free_ports([port, port, port, 0, 0]))) == 5


# The folder


def test_three_places_are_laid_out_each_with_its_folder_and_port(exports: Path, tmp_path: Path) -> None:
    layout = laid_out(tmp_path, exports)
    places = (layout.central, layout.device, layout.other_device)
    assert [place.folder.name for place in places] == ["central", "store-bdg", "store-dps"]
    assert len({place.port for place in places}) == 3
    assert layout.central.arguments[:2] == ("central", "run")
    for place in places[1:]:
        words = " ".join(place.arguments)
        assert f"--central {layout.central.url} " in words
        assert f"--port {place.port} " in words
    assert list(tmp_path.iterdir()) == []


def test_without_the_demos_files_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(demo.DemoFailed) as failed:
        laid_out(tmp_path, tmp_path)
    assert failed.value.code == "demo.no_exports"


def test_preparing_fills_the_server_and_leaves_each_device_its_hints(exports: Path, tmp_path: Path) -> None:
    layout = laid_out(tmp_path, exports)
    demo.prepare(layout, exports, now=lambda: TODAY)
    filled = demo.read_filled(tmp_path)
    assert filled is not None
    assert (filled.day, filled.customer_id) == ("2026-11-25", SITI)
    assert filled.store_names == {"BDG": "Bandung", "DPS": "Denpasar"}
    for place, other in ((layout.device, layout.other_device), (layout.other_device, layout.device)):
        assert enrolment(place)
        assert KeyFile(place.folder / KEY_FILE).read(TOKEN) is None
        assert f"{other.url}/customers/{SITI}" in (place.folder / "demo.json").read_text()
        for name in ("demo.json", "settings.toml", KEY_FILE):
            assert mode_of(place.folder / name) in (0o600, None)
        settings = read_settings(place.folder)
        assert (settings.brand_name, settings.own_hosts, settings.loyalty_prefixes) == (
            "Toko Kecil", ["kecil.example"], ["TK"],
        )  # fmt: skip
    assert read_server_settings(layout.central.folder).brand_name == "Toko Kecil"
    assert layout.shelf_url == f"{layout.central.url}/sBDG/01/04006381333931"


def test_dates_move_with_the_day_and_a_new_day_is_filled_again(exports: Path, tmp_path: Path) -> None:
    layout = laid_out(tmp_path, exports)
    demo.prepare(layout, exports, now=lambda: TODAY)
    enrolments = [enrolment(place) for place in (layout.device, layout.other_device)]
    pins = (layout.device.folder / SLOTS_FILE).read_bytes()
    demo.prepare(layout, exports, now=lambda: TODAY + timedelta(days=1))
    filled = demo.read_filled(tmp_path)
    assert filled is not None
    assert filled.day == "2026-11-26"
    assert enrolments == [enrolment(place) for place in (layout.device, layout.other_device)]
    assert pins == (layout.device.folder / SLOTS_FILE).read_bytes()


def test_a_second_start_on_one_day_does_not_load_the_server(exports: Path, tmp_path: Path) -> None:
    demo.prepare(laid_out(tmp_path, exports), exports, now=lambda: TODAY)
    again = (
        "import sys; from datetime import *; from pathlib import Path; from clienteling import demo;"
        "folder, exports = map(Path, sys.argv[1:]); layout = demo.lay_out(folder, exports, ports=(0, 0, 0));"
        f"demo.prepare(layout, exports, now=lambda: datetime.fromisoformat({TODAY.isoformat()!r}));"
        "server = ('sync.central_api', 'sync.connectors', 'sqlalchemy');"
        "print([name for name in sys.modules if name.startswith(server)])"
    )
    done = subprocess.run([sys.executable, "-c", again, tmp_path, exports], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_broken_memory_of_an_earlier_start_is_filled_again(exports: Path, tmp_path: Path) -> None:
    layout = laid_out(tmp_path, exports)
    (tmp_path / demo.FILLED_FILE).write_text('{"day": "2026-11-25"')
    demo.prepare(layout, exports, now=lambda: TODAY)
    assert demo.read_filled(tmp_path) is not None


def test_a_reset_throws_away_what_a_demo_made_and_nothing_else(exports: Path, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo.mark(folder)
    demo.prepare(laid_out(folder, exports), exports, now=lambda: TODAY)
    (folder / "mine.txt").write_text("mine")
    demo.throw_away(folder)
    assert {path.name for path in folder.iterdir()} == {"mine.txt", demo.MARK_FILE}


def test_a_folder_with_other_things_is_never_taken_for_a_demos(tmp_path: Path) -> None:
    (tmp_path / "central").mkdir()
    (tmp_path / "central" / "book.txt").write_text("mine")
    demo.throw_away(tmp_path)
    ran = run("demo", "--reset", "--no-browser", "--data-dir", tmp_path)
    assert (ran.status, ran.errors) == (
        1,
        f"This folder holds other files, so it cannot be the demo's: {tmp_path}\n",
    )
    assert (tmp_path / "central" / "book.txt").read_text() == "mine"


def test_a_reset_beside_a_running_demo_is_refused(exports: Path, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo.mark(folder)
    demo.prepare(laid_out(folder, exports), exports, now=lambda: TODAY)
    with DeviceFolder(folder / "store-bdg").engine_lock(), pytest.raises(StoreInUse):
        demo.throw_away(folder)
    assert (folder / "central" / "central.db").exists()


@pytest.mark.parametrize("words", [(), ("--reset",)])
def test_a_second_demo_in_one_folder_is_refused_with_a_sentence(words: tuple[str, ...], tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo.mark(folder)
    (folder / "central").mkdir()
    with demo.only_demo_here(folder):
        ran = run("demo", "--no-browser", "--data-dir", folder, *words)
    assert (ran.status, ran.output, ran.errors) == (
        1,
        "",
        "This demo is already running. Stop it with Ctrl-C in its window, or name another folder with --data-dir.\n",
    )
    assert (folder / "central").is_dir()


# A shop that has prepared

TEAM = """
privacy_officer = "Ratna"
[[tablets]]
store = "BDG"
name = "Tablet lantai 1"
ready = ["Rina"]
seen_hours_ago = 2
[[lost_devices]]
store = "BDG"
name = "Tablet lama"
seen_hours_ago = 28
[[lost_devices.notes]]
customer = "101"
author = "Rina"
hours_ago = 27
text = "Suka biru"
[[requests]]
kind = "erasure"
customer = "102"
hours_ago = 60
identity = "document"
"""


@pytest.fixture
def with_team(exports: Path, tmp_path: Path) -> Path:
    """The retailer's files, with what a prepared shop has beside."""
    folder = shutil.copytree(exports, tmp_path / "with-team")
    (folder / "team.toml").write_text(TEAM)
    return folder


def slots_of(place: Place) -> PinSlots:
    settings = read_settings(place.folder)
    return slots_beside(settings, secret_store(settings), now=lambda: TODAY, today=lambda: TODAY.date())


def test_everybody_of_a_store_comes_in_on_its_device_by_the_demos_pin_and_the_server_knows_them(
    with_team: Path, tmp_path: Path
) -> None:
    layout = laid_out(tmp_path / "demo", with_team)
    demo.prepare(layout, with_team, now=lambda: TODAY)
    with central(layout) as database:
        people = {body["name"]: body["id"] for body in list_bodies(database, Kind.ASSOCIATE)}
    for place, names in ((layout.device, {"Rina", "Ratna"}), (layout.other_device, {"Ketut", "Ratna"})):
        here, settings = {people[one] for one in names}, read_settings(place.folder)
        slots = slots_of(place)
        assert slots.holders() == here
        keys = {slots.open(one, DEMO_PIN).store_key.hex() for one in here}
        assert keys == {KeyFile(place.folder / KEY_FILE).read(STORE_KEY)}
        assert LeaseFile(place.folder, secret_store(settings)).known() == here
        assert settings.unattended, "it answers before anybody comes in"
        assert DEMO_PIN in (place.folder / "demo.json").read_text()


def database_keys(database: CentralDatabase) -> Counter[str]:
    """How many have a key on each device, by its name."""
    with database.reading() as connection:
        ids = connection.execute(sa.select(ASSOCIATE_KEY.c.registration_id)).scalars().all()
    names = {one.id: one.name for one in list_devices(database)}
    return Counter(names[one] for one in ids)


def test_what_a_manager_and_a_privacy_officer_decide_is_there_once(with_team: Path, tmp_path: Path) -> None:
    layout = laid_out(tmp_path / "demo", with_team)
    demo.mark(layout.folder)
    for days in (0, 1):
        demo.prepare(layout, with_team, now=FakeClock(TODAY + timedelta(days=days)))
    with central(layout) as database:
        (request,) = list_requests(database)
        assert (request.kind, request.state) == ("erasure", "identity_checked")
        assert request.due_at == TODAY + timedelta(hours=12)
        (waiting,) = list_quarantine(database)
        assert (waiting.device_name, waiting.entry.args["text"]) == ("Tablet lama", "Suka biru")
        devices = {one.name: (one.signs, one.revoked_at is not None) for one in list_devices(database)}
        ready = database_keys(database)
    gone, here = (True, True), (True, False)
    assert devices == {"Kasir Bandung": here, "Kasir Denpasar": here, "Tablet lantai 1": here, "Tablet lama": gone}
    assert ready == {"Kasir Bandung": 2, "Kasir Denpasar": 2, "Tablet lantai 1": 1}
    demo.throw_away(layout.folder)
    assert not list(layout.folder.glob("store-*"))


def test_a_demo_without_pins_has_enrolled_all_the_same(with_team: Path, tmp_path: Path) -> None:
    layout = laid_out(tmp_path / "demo", with_team)
    demo.prepare(layout, with_team, now=lambda: TODAY, with_pins=False)
    assert enrolment(layout.device)
    assert not (layout.device.folder / SLOTS_FILE).exists()
    assert DEMO_PIN not in (layout.device.folder / "demo.json").read_text()


def test_a_device_that_an_earlier_demo_added_with_a_token_enrols_and_opens_with_its_key(
    with_team: Path, tmp_path: Path
) -> None:
    layout = laid_out(tmp_path / "demo", with_team)
    secrets = KeyFile(layout.device.folder / KEY_FILE)
    secrets.keep(TOKEN, "x" * 64)
    secrets.keep(STORE_KEY, "ab" * 32)
    demo.prepare(layout, with_team, now=lambda: TODAY)
    assert enrolment(layout.device)
    assert secrets.read(TOKEN) is None
    slots = slots_of(layout.device)
    assert {slots.open(one, DEMO_PIN).store_key.hex() for one in slots.holders()} == {"ab" * 32}


# What was served before

SERVED = """
[[follow_ups]]
ref = "late"
customer = "101"
store = "BDG"
subject = "Kabari soal kemeja"
made = -4
due = -1
author = "Rina"
assignee = "Rina"
[[follow_ups]]
ref = "kept"
customer = "101"
store = "DPS"
subject = "Cari vas"
made = -4
due = -2
done = -2
outcome = "Sudah ada"
author = "Ketut"
assignee = "Ketut"
[[appointments]]
ref = "visit"
customer = "102"
store = "BDG"
on = 1
time = "11:00"
minutes = 45
subject = "Coba kemeja"
made = -2
author = "Rina"
associate = "Rina"
[[holds]]
ref = "held"
customer = "101"
store = "BDG"
sku = "KM-M"
hours_ago = 3
author = "Rina"
status = "confirmed"
"""


@pytest.fixture
def serving(exports: Path, tmp_path: Path) -> Path:
    """The retailer's files with what was served before, and three shirts in Bandung."""
    folder = shutil.copytree(exports, tmp_path / "serving")
    (folder / "served.toml").write_text(SERVED)
    stock = [{"Handle": "kemeja", "SKU": "KM-M", "Location": "Bandung", "On hand": "3", "Available": "3"}]
    (folder / "inventory_export.csv").write_text(csv_text(stock))
    return folder


def central(layout: demo.Layout) -> AbstractContextManager[CentralDatabase]:
    return central_database(layout.central_folder, None)


def kept(layout: demo.Layout, kind: Kind) -> dict[str, Body]:
    """The server's records of a kind, by what they are about."""
    with central(layout) as database:
        return {str(body.get("subject") or body["id"]): body for body in list_bodies(database, kind)}


def test_what_was_promised_before_is_dated_from_the_demos_day(serving: Path, tmp_path: Path) -> None:
    layout = laid_out(tmp_path / "demo", serving)
    demo.prepare(layout, serving, now=lambda: TODAY)
    promises, (visit,) = kept(layout, Kind.FOLLOW_UP), kept(layout, Kind.APPOINTMENT).values()
    late, done = promises["Kabari soal kemeja"], promises["Cari vas"]
    assert (late["status"], late["due_on"], late["at"], late["assignee_name"]) == (
        "open", "2026-11-24", "2026-11-21T03:30:00Z", "Rina",
    )  # fmt: skip
    assert (done["status"], done["outcome"], done["done_at"], done["done_by_name"]) == (
        "done", "Sudah ada", "2026-11-23T02:30:00Z", "Ketut",
    )  # fmt: skip
    assert (visit["local_date"], visit["local_time"], visit["time_zone"], visit["status"]) == (
        "2026-11-26", "11:00", "Asia/Jakarta", "booked",
    )  # fmt: skip


def test_on_another_day_promises_move_with_it_and_what_was_done_in_the_demo_stands(
    serving: Path, tmp_path: Path
) -> None:
    layout = laid_out(tmp_path / "demo", serving)
    demo.prepare(layout, serving, now=lambda: TODAY)
    promise = kept(layout, Kind.FOLLOW_UP)["Kabari soal kemeja"]
    finish = {"finish_id": promise["id"], "status": "done", "outcome": "Beres", "at": "2026-11-25T04:00:00Z"}
    with central(layout) as database:
        changes = {RecordKey(Kind.FOLLOW_UP, promise["id"]): with_status(promise, [finish])}
        write_transaction(
            database,
            lambda one: write_batch(one, Batch(changes, load_records(one, changes, lock=True)), now=TODAY),
        )
    demo.prepare(layout, serving, now=lambda: TODAY + timedelta(days=2))
    promises = kept(layout, Kind.FOLLOW_UP)
    assert len(promises) == 2
    moved = promises["Kabari soal kemeja"]
    assert (moved["due_on"], moved["status"], moved["outcome"]) == ("2026-11-26", "done", "Beres")
    assert kept(layout, Kind.CONFLICT) == {}


def test_each_day_has_its_own_hold_and_the_stock_says_so(serving: Path, tmp_path: Path) -> None:
    layout = laid_out(tmp_path / "demo", serving)
    clock = FakeClock(TODAY)
    for days in (0, 1):
        now = clock.advance(timedelta(days=days))
        demo.prepare(layout, serving, now=clock)
        holds = sorted(kept(layout, Kind.HOLD).values(), key=lambda one: str(one["until"]))
        assert len(holds) == days + 1
        assert holds[-1]["until"] == to_wire(now + timedelta(hours=21))
        (stock,) = (one for one in kept(layout, Kind.STOCK).values() if one["store_id"] == holds[-1]["store_id"])
        assert stock["levels"][stock["store_id"]][HELD] == 1


# The processes


def test_a_process_that_ends_by_itself_is_reported_with_its_log(exports: Path, tmp_path: Path) -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    layout = laid_out(tmp_path, exports)
    words = ("status", "--data-dir", str(tmp_path / "none"))
    failing = {name: replace(getattr(layout, name), arguments=words) for name in ("central", "device", "other_device")}
    layout = replace(layout, **failing)
    with pytest.raises(demo.DemoFailed) as failed:
        demo.run_until_interrupted(layout, when_ready=lambda: None, closed=threading.Event())
    log = Path(str(failed.value.fields["log"]))
    assert (failed.value.code, log) == ("demo.process_ended", tmp_path / "logs" / "central.out")
    assert log.read_text().startswith("This device is not enrolled yet. ")
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_a_process_that_never_answers_is_given_up_in_time_with_its_log(exports: Path, tmp_path: Path) -> None:
    place = laid_out(tmp_path, exports).device
    slept: list[float] = []
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as silent:
        processes = demo.Processes(tmp_path / "logs", {place.name: silent})
        with pytest.raises(demo.DemoFailed) as failed:
            processes.wait_until_answers(place, clock=lambda: float(len(slept)), sleep=slept.append)
    assert (failed.value.code, failed.value.fields["log"]) == (
        "demo.too_slow",
        str(tmp_path / "logs" / f"{place.name}.out"),
    )
    assert len(slept) == demo.START_TIMEOUT_S


RUN = (
    "import sys; from pathlib import Path; from clienteling import demo; from clienteling.cli.printing import say;"
    "folder, exports = map(Path, sys.argv[1:]); demo_port = 0;"
    "demo.run_demo(folder, exports, reset=False, desktop=False, open_browser=False, port=demo_port, say=say)"
)


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_the_app_can_have_its_demo_reset_and_ctrl_c_stops_every_process_and_pressing_it_twice_too(
    exports: Path, tmp_path: Path
) -> None:
    """One test, since each start of a demo is three processes."""
    folder, output = tmp_path / "demo", tmp_path / "output"
    with output.open("wb") as stream:
        shown = subprocess.Popen([sys.executable, "-c", RUN, folder, exports], stdout=stream, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: "Ready." in output.read_text() or shown.poll() is not None, timeout_s=150, what="the demo")
        written = folder / "store-bdg" / "written-in-the-demo"
        written.touch()
        demo.ask_for_reset(folder / "store-bdg" / "demo.json")
        wait_until(
            lambda: output.read_text().count("Ready.") == 2 or shown.poll() is not None, timeout_s=150, what="the reset"
        )
        urls = re.findall(r"http://127\.0\.0\.1:\d+", output.read_text())
        assert (len(urls), urls[:4]) == (8, urls[4:])
        assert urls[6] == urls[7], "the page is the server's"
        urls = urls[4:7]
        assert [is_up(url) for url in urls] == [True, True, True]
        assert f"The customer's page behind the shelf label: {urls[2]}/sBDG/01/04006381333931\n" in output.read_text()
        said = (folder / "logs" / "store-bdg.out").read_text()
        assert said == f"The app is at {urls[0]}, for browsers of this machine. Ctrl-C stops it.\n"
        assert not written.exists()
        assert "Starting again from the retailer's exports...\n" in output.read_text()
        shown.send_signal(signal.SIGINT)
        wait_until(lambda: not is_up(urls[2]) or shown.poll() is not None, what="the stopping")
        shown.send_signal(signal.SIGINT)
        assert shown.wait(60) == 0
    finally:
        shown.kill()
        shown.wait()
    assert [is_up(url) for url in urls] == [False, False, False]
    assert output.read_text().endswith("The demo has stopped.\n")
    assert not (folder / demo.RESET_FILE).exists()

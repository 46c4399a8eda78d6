"""One store's device over an imported server: first sync, size on disk, look-up, and the longest history opened.

    .venv/bin/python -m build_scripts.real_retailer.device SERVER_FOLDER [--store T381] [--keep FOLDER]

Starts the server of that folder as a process of its own, registers a device of the store (that stays in the database),
and syncs it by pages into a new encrypted store. What it prints is processor time and the clock on the wall, for a
machine is seldom quiet. `--keep` names a folder for the device, which is then not filled again.
"""

import argparse
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from build_scripts.benchmarks.report import MS, Report, Row, Samples, machine_load, timed, write_report
from build_scripts.environment import CannotContinue, run_to_exit, say
from clienteling.bootstrap.device import Device, open_device, secret_store
from clienteling.bootstrap.engine import sync_once, take_setup
from clienteling.central_host import DATABASE_FILE, database_url
from clienteling.settings import DeviceSettings
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import add_device
from sync.protocol.times import utc_now

LOOK_UPS: Final = 2_000
OPENINGS: Final = 100
SHOWN: Final = 20
_PEOPLE: Final = "SELECT name, phone, email FROM customer_entry ORDER BY id"
_LONGEST: Final = (
    "SELECT customer_id, count(*) FROM customer_child WHERE kind = 'order' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
)
_COUNTS: Final = "SELECT kind, count(*) FROM record GROUP BY 1 ORDER BY 1"


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of the folder's server, and its process, which ends with the block."""
    port = free_port()
    command = [sys.executable, "-m", "clienteling", "central", "--data-dir", str(folder), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            _wait_until_answers(port, server)
            yield f"http://127.0.0.1:{port}", server
        finally:
            server.terminate()


def _wait_until_answers(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise CannotContinue("The server ended before it answered.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise CannotContinue("The server does not answer.")


def cpu_seconds(process_id: int) -> float:
    """Processor time of a process so far, where the system tells (Linux); else 0."""
    try:
        fields = Path(f"/proc/{process_id}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / 100


def first_sync(server_folder: Path, settings: DeviceSettings, store: str) -> list[str]:
    """What the first sync took, in lines to print. Writes the device's folder, and the device into the server's."""
    with CentralDatabase(database_url(server_folder, None)) as database:
        token = add_device(database, store, "benchmark", now=utc_now)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    token_file = settings.data_dir / "token.txt"
    token_file.write_text(token, "utf-8")
    with served(server_folder) as (url, server):
        settings = settings.model_copy(update={"central_url": url})
        take_setup(settings, secret_store(settings), token_file)
        cpu, server_cpu, wall = time.process_time(), cpu_seconds(server.pid), time.perf_counter()
        result = sync_once(settings, now=utc_now)
        took = time.perf_counter() - wall, time.process_time() - cpu, cpu_seconds(server.pid) - server_cpu
    if not result["ok"]:
        raise CannotContinue(f"The device could not sync: {result['code']}.")
    changed = result["changed"]
    rate = f"{changed / took[0]:,.0f} records/s, {changed / max(took[1], 0.01):,.0f} by its processor time"
    return [
        f"First sync of {changed:,} records: {took[0]:.1f} s on the wall ({rate}); processor: device {took[1]:.1f} s, "
        f"server {took[2]:.1f} s."
    ]


def typed_texts(people: Sequence[tuple[str, str, str]], count: int, random: Random) -> Iterator[str]:
    """What is typed, by design.md's mix: 40 % three letters, 30 % longer, 10 % a mistake, 20 % phone or e-mail."""
    for _ in range(count):
        name, phone, email = random.choice(people)
        word = random.choice(name.split() or ["a"])
        typing = random.choices(("three", "longer", "mistake", "key"), (40, 30, 10, 20))[0]
        if typing == "three":
            yield word[:3]
        elif typing == "longer":
            yield name[: max(4, len(name) - 2)]
        elif typing == "mistake":
            place = random.randrange(max(1, len(word) - 1))
            yield word[:place] + word[place + 1 :]
        else:
            yield random.choice([key for key in (phone, phone[-5:], email) if key] or [name])


def _measured(work: Callable[[], object], wall: Samples, cpu: Samples) -> None:
    _, took = timed(work)
    wall.add(took.wall_s * MS)
    cpu.add(took.cpu_s * MS)


def ask(device: Device) -> tuple[list[Row], list[str]]:
    """Look-ups, and the customer with the most orders opened again and again."""
    with device.store.reading() as connection:
        people = [(row[0], row[1], row[2]) for row in connection.exec_driver_sql(_PEOPLE)]
        longest_id, orders = connection.exec_driver_sql(_LONGEST).one()
        counts = {row[0]: row[1] for row in connection.exec_driver_sql(_COUNTS)}
    found, found_cpu, opened, opened_cpu = Samples(), Samples(), Samples(), Samples()
    for text in typed_texts(people, LOOK_UPS, Random(1)):
        _measured(partial(device.services.look_up, text, SHOWN), found, found_cpu)
    for _ in range(OPENINGS):
        _measured(partial(device.services.customer, longest_id), opened, opened_cpu)
    view = device.services.customer(longest_id)
    lines = sum(len(order.lines) for order in view.orders) if view else 0
    rows = [
        Row(f"look-up in {len(people):,}", found, goal="p95 <= 5"),
        Row("look-up, processor", found_cpu),
        Row(f"customer with {orders:,} orders", opened, goal="<= 150"),
        Row("the same, processor", opened_cpu),
    ]
    held = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    return rows, [f"The device holds {held}.", f"Shown of the longest history: {lines:,} lines."]


def size_bytes(folder: Path) -> int:
    """What the folder's files take."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure(server_folder: Path, device_folder: Path, store: str) -> Report:
    """Everything of one store's device."""
    before = machine_load()
    settings = DeviceSettings(data_dir=device_folder, key_file=device_folder / "key.json")
    lines = [] if any(device_folder.glob("store-*.db")) else first_sync(server_folder, settings, store)
    lines.append(f"Size of the device's folder: {size_bytes(device_folder) / 1e6:,.0f} MB, encrypted.")
    with open_device(settings, now=utc_now) as device:
        rows, held = ask(device)
    return Report(
        title=f"The device of store {store}",
        unit="ms",
        rows=rows,
        floor_is="none",
        lines=[*lines, *held],
        load=(before, machine_load()),
    )


def main() -> int:
    """0 once the report is printed."""
    parser = argparse.ArgumentParser(description="Measure one store's device over an imported server.")
    parser.add_argument("server", type=Path, metavar="SERVER_FOLDER")
    parser.add_argument("--store", default="T381", help="its code; the one with most customers unless told otherwise")
    parser.add_argument("--keep", type=Path, help="a folder for the device, used again")
    options = parser.parse_args()
    if not (options.server / DATABASE_FILE).is_file():
        raise CannotContinue(f"There is no {DATABASE_FILE} in {options.server}: import the folder first.")
    if options.keep is not None:
        write_report(measure(options.server, options.keep, options.store))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        say("Syncing a new device ...")
        write_report(measure(options.server, Path(folder), options.store))
    return 0


if __name__ == "__main__":
    run_to_exit(main)

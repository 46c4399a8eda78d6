"""A device's first sync by snapshot and by pages, one after the other over real HTTP on this machine.

    .venv/bin/python -m build_scripts.benchmarks.first_sync --keep FOLDER [--records 100000]

From the server's offer to the first correct look-up, digests checked: encrypted and durable, each end a process of its
own. The first snapshot is made when it is asked for; the second device finds it made.
"""

import argparse
import asyncio
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from build_scripts.benchmarks.kept_store import open_store
from build_scripts.benchmarks.report import machine_load
from build_scripts.benchmarks.sync_device import PagesOnly
from build_scripts.benchmarks.sync_processes import NO_COST, Cost, Meter, Served, elsewhere, prepare, serving
from build_scripts.benchmarks.sync_records import customer_id
from clienteling.central_host import database_url
from clienteling.store.replica import LocalStore
from sync.client.httpx_api import HttpxCentralApi
from sync.engine.run_once import run_once
from sync.protocol.wire import SnapshotsReply, SnapshotsRequest


@dataclass(slots=True)
class First:
    """What a first sync took; `offer_s` of it until the server had a snapshot to offer."""

    whole_s: float = 0.0
    offer_s: float = 0.0
    pages: int = 0
    device: Cost = NO_COST
    server: Cost = NO_COST


class _Timed(HttpxCentralApi):
    """Notes how long an offer takes."""

    offer_s = 0.0

    async def snapshots(self, request: SnapshotsRequest) -> SnapshotsReply:
        started = time.perf_counter()
        offered = await super().snapshots(request)
        self.offer_s = time.perf_counter() - started
        return offered


def measure(folder: Path, served: Served, token: str, records: int, by_pages: bool) -> First:
    """One device's first sync. Raises RuntimeError where a look-up does not find whom it must."""
    return asyncio.run(_measure(folder, served, token, records, by_pages))


async def _measure(folder: Path, served: Served, token: str, records: int, by_pages: bool) -> First:
    found = First()
    with closing(open_store(folder)) as store:
        client = PagesOnly if by_pages else _Timed
        async with client(served.address, token) as api:
            ours, theirs = Meter(), Meter(served.pid)
            started = time.perf_counter()
            result = await run_once(store, api)
            _look_up(store, records)
            found.whole_s, found.offer_s, found.pages = (
                time.perf_counter() - started,
                getattr(api, "offer_s", 0.0),
                result.pages,
            )
            found.device, found.server = ours.read(), theirs.read()
    return found


_FOUND: Final = (
    "SELECT entry.id FROM name_search JOIN customer_entry AS entry ON entry.row = name_search.rowid "
    "WHERE name_search MATCH 'last00000000*'"
)


def _look_up(store: LocalStore, records: int) -> None:
    with store.reading() as connection:
        found = set(connection.exec_driver_sql(_FOUND).scalars())
        count = connection.exec_driver_sql("SELECT count(*) FROM customer_entry").scalar_one()
    if customer_id(0) not in found or count != records:
        raise RuntimeError("the look-up does not find whom it must")


def main() -> None:
    """Prints a line for each first sync."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, required=True, help="a folder for the server's filled database")
    options = parser.parse_args()
    print(f"{options.records:,} records; load {machine_load():.1f}")
    print("first sync                       | s, from offer | pages | device: cpu s, MB | server: cpu s, MB")
    with tempfile.TemporaryDirectory(prefix="first-sync-", dir=options.keep) as temporary:
        work = Path(temporary)
        central = work / "central"
        central.mkdir()
        kept = options.keep / f"central-{options.records}.db"
        tokens = elsewhere(prepare, database_url(central, None), options.records, kept)
        with serving(central, None) as served:
            for name, token, by_pages in (
                ("by a snapshot made when asked for", tokens.pulling, False),
                ("by a snapshot that is there", tokens.changing, False),
                ("by pages", tokens.pushing, True),
            ):
                one = elsewhere(measure, work / name.replace(" ", "-"), served, token, options.records, by_pages)
                print(
                    f"{name:33}| {one.whole_s:.1f}, {one.whole_s - one.offer_s:.1f} | {one.pages} | "
                    f"{_told(one.device)} | {_told(one.server)}"
                )


def _told(cost: Cost) -> str:
    return ", ".join("-" if value is None else f"{value:.1f}" for value in (cost.cpu_s, cost.memory_mb))


if __name__ == "__main__":
    main()

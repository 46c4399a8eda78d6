"""What encryption and signing cost: the same work with and without, one after the other in the same run.

The device's store as it is opened in a shop (SQLCipher, raw key) beside the same program on plain SQLite files of the
same driver, page size and cache; and a small request to the central profile API, signed by an enrolled device, beside
one with a token alone. Goals: bulk load <= 1.3, look-up <= 1.1 times plain; signing <= 2 ms a request.
"""

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from build_scripts.benchmarks.crowd import NOW, people, queries
from build_scripts.benchmarks.kept_store import KEY, fill, open_store
from build_scripts.benchmarks.report import MS, Report, Row, Samples, machine_load, timed
from build_scripts.benchmarks.sync_processes import serving
from clienteling.bootstrap.credentials import credentials_of, open_api
from clienteling.bootstrap.enrolment import take_code
from clienteling.central_host import database_url
from clienteling.secrets import KeyFile
from clienteling.settings import read_settings
from clienteling.store.database import Plaintext, StoreKey
from clienteling.store.replica import LocalStore
from clienteling.use_cases.look_up import look_up
from sync.central_api.database import CentralDatabase, migrate
from sync.central_api.devices import add_device
from sync.central_api.enrolment import make_enrolment_code
from sync.central_api.import_records import import_records
from sync.client.httpx_api import HttpxCentralApi
from sync.protocol.ids import imported_id, rule_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from sync.protocol.times import utc_now
from sync.protocol.wire import SCHEMA, HelloRequest

HELP: Final = "what the device's encrypted store and its signed requests cost, beside plain ones"
_SHOWN: Final = 20
_WARM_UP: Final = 50
_PAGE_ROWS: Final = 1_000
"""As a pull's page has at most."""
_SOURCE: Final = "encryption"
_STORE: Final = imported_id(_SOURCE, Kind.LOCATION, "1")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many customers are loaded and looked up, how often all is done, and how many requests are sent."""
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=500)


def run(options: argparse.Namespace) -> Report:
    """Seconds of a bulk load, milliseconds of a look-up and of a request."""
    before = machine_load()
    loads, processor, look_ups = ((Samples(), Samples()) for _ in range(3))
    with tempfile.TemporaryDirectory(prefix="clienteling-bench-") as work:
        for number in range(options.rounds):
            sides: list[tuple[int, StoreKey]] = [(0, KEY), (1, Plaintext.FOR_DEVELOPMENT)]
            for side, key in sides if number % 2 == 0 else reversed(sides):
                folder = Path(work) / f"{number}-{side}"
                _, took = timed(partial(fill, folder, options.customers, key=key, page_rows=_PAGE_ROWS))
                loads[side].add(took.wall_s)
                processor[side].add(took.cpu_s)
            _look_up_both(Path(work), number, options, look_ups)
            for side in (0, 1):
                shutil.rmtree(Path(work) / f"{number}-{side}")
        signed, bare = _requests(Path(work) / "central", options.requests)
    return Report(
        title=f"Encryption with {options.customers:,} customers, and signing of {options.requests} requests",
        unit="s for a load, ms for a look-up and a request",
        rows=[
            Row("bulk load, encrypted beside plain", *loads, "x <= 1.3"),
            Row("the same, processor time", *processor),
            Row("look-up, encrypted beside plain", *look_ups, "x <= 1.1"),
            Row("request, signed beside a token's", signed, bare, "+2 ms"),
        ],
        floor_is="the same program on plain files of the same driver and cache; the same request with a token for good",
        lines=[f"Signing adds {signed.median - bare.median:.2f} ms to the median request."],
        load=(before, machine_load()),
    )


def _look_up_both(work: Path, number: int, options: argparse.Namespace, samples: tuple[Samples, Samples]) -> None:
    """Each question to one store and then to the other, the first by turns."""
    crowd = list(people(options.customers))
    Random(number).shuffle(crowd)
    asked = [query.text for query in queries(crowd[:5_000], options.queries)]
    with (
        closing(open_store(work / f"{number}-0")) as encrypted,
        closing(open_store(work / f"{number}-1", key=Plaintext.FOR_DEVELOPMENT)) as plain,
    ):
        stores = (encrypted, plain)
        for text in asked[:_WARM_UP]:
            for store in stores:
                _ask(store, text)
        for turn, text in enumerate(asked):
            for side in (0, 1) if turn % 2 == 0 else (1, 0):
                _, took = timed(partial(_ask, stores[side], text))
                samples[side].add(took.wall_s * MS)


def _ask(store: LocalStore, text: str) -> object:
    return look_up(store, text, _SHOWN, now=lambda: NOW)


def _requests(folder: Path, count: int) -> tuple[Samples, Samples]:
    """Milliseconds of the smallest request, signed and with a token, by turns, over real HTTP."""
    folder.mkdir()
    url = database_url(folder, None)
    migrate(url)
    with CentralDatabase(url) as database:
        store = ImportedRecord(Kind.LOCATION, "1", {"code": "1", "name": "1"})
        import_records(database, [store], source=_SOURCE, now=utc_now)
        token = add_device(database, _STORE, "with a token", now=utc_now)
        made = make_enrolment_code(database, _STORE, name="signs", made_by="benchmark", now=utc_now(), random=Random())
    with serving(folder, None) as served, _enrolled(folder.parent / "device", served.address, made.code) as signing:
        return asyncio.run(_by_turns(signing, lambda: HttpxCentralApi(served.address, token), count))


@contextmanager
def _enrolled(folder: Path, address: str, code: str) -> Iterator[Callable[[], HttpxCentralApi]]:
    settings = read_settings(folder, central_url=address, key_file=folder.with_suffix(".keys"))
    take_code(settings, code, now=utc_now)
    credentials = credentials_of(KeyFile(folder.with_suffix(".keys")))
    assert credentials is not None
    yield lambda: open_api(address, credentials, now=utc_now)


async def _by_turns(
    signing: Callable[[], HttpxCentralApi], bare: Callable[[], HttpxCentralApi], count: int
) -> tuple[Samples, Samples]:
    found = Samples(), Samples()
    asked = [
        HelloRequest(device_id=rule_id("benchmark of signing", name), schema_number=SCHEMA)
        for name in ("signs", "bare")
    ]
    async with signing() as signed, bare() as with_token:
        for turn in range(-_WARM_UP, count):
            for side in (0, 1) if turn % 2 == 0 else (1, 0):
                started = asyncio.get_running_loop().time()
                await (signed, with_token)[side].hello(asked[side])
                if turn >= 0:
                    found[side].add((asyncio.get_running_loop().time() - started) * MS)
    return found

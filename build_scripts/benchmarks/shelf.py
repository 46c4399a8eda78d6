"""The customer's shelf page as phones find it: its size, its answers under load, and its first paint on a slow network.

Goals (design.md): first answer <= 14 KB packed for a product with 500 reviews; p99 <= 25 ms at 200 requests/s for a
minute on two cores, over HTTP, the server a process of its own; largest paint <= 2.0 s with no shift on a phone at slow
4G. The floor of the load is uvicorn with one fixed answer of the page's size, asked in the same way. Then the server is
stopped, and an associate scans labels (`shelf_scan`).
"""

import argparse
import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import accumulate, islice
from random import Random
from shutil import copyfile
from typing import Final
from urllib.parse import urlsplit

import uvicorn
from starlette.responses import Response

from build_scripts.benchmarks.central_postgresql import postgresql
from build_scripts.benchmarks.crowd import SEED
from build_scripts.benchmarks.open_loop import Answer, Ask, Client, Outcome, at_rate
from build_scripts.benchmarks.report import Report, Row, machine_load
from build_scripts.benchmarks.screens import chromium
from build_scripts.benchmarks.shelf_goods import SOURCE, gtin14, retailer, store_code
from build_scripts.benchmarks.shelf_phone import CONNECTING_MS, Seen, visits
from build_scripts.benchmarks.shelf_scan import rows_and_lines
from build_scripts.benchmarks.sync_processes import Cost, Meter, in_process, serving
from clienteling.central_host import PICTURES_FOLDER
from clienteling.loopback import LOOPBACK
from clienteling.settings import assets_dir, remember
from sync.central_api.database import CentralDatabase, migrate, sqlite_url
from sync.central_api.import_records import import_records
from sync.protocol.times import utc_now

HELP: Final = "the customer's shelf page: size, 200 requests/s, paint on a slow phone; an associate's scan of a label"
GOAL_MS: Final = 25.0
GOAL_BYTES: Final = 14 * 1024
_WARM_UP_S: Final = 10.0
_STEP_S: Final = 10.0
_STEPS: Final = (1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
"""Of the rate asked for: how the peak is looked for."""
_PHONES: Final = 3_000
_EXPECTED: Final = frozenset({200, 304, 400, 404})
_STATES: Final = ("?stars=1", "?order=critical", "?order=helpful&page=2")


@dataclass(slots=True)
class Crowd:
    """Phones in several stores. The first labels are read most often (Zipf); a fifth of answers is asked for again."""

    products: int
    stores: int
    random: Random
    tags: dict[str, str] = field(default_factory=dict)
    _weights: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._weights = list(accumulate(1 / rank for rank in range(1, self.products + 1)))

    def asks(self) -> Iterator[Ask]:
        """Requests without end."""
        while True:
            yield self._ask(self._path())

    def _path(self) -> str:
        (product,) = self.random.choices(range(self.products), cum_weights=self._weights)
        chance = self.random.random()
        place = "" if chance < 0.05 else f"/S{store_code(self.random.randrange(self.stores))}"
        gtin = gtin14(product, product % 12)
        if chance > 0.98:
            return f"{place}/01/{gtin14(self.products + product)}"
        if chance > 0.97:
            return f"{place}/01/{gtin[:-1]}x"
        return f"{place}/01/{gtin}{self.random.choice(_STATES) if chance > 0.93 else ''}"

    def _ask(self, path: str) -> Ask:
        language = "en-GB,en;q=0.9" if self.random.random() < 0.15 else "id-ID,id;q=0.9,en;q=0.5"
        coding = "gzip, deflate, br, zstd" if self.random.random() < 0.6 else "gzip, deflate, br"
        phone = self.random.randrange(_PHONES)
        shown = f"{path} {language} {coding}"
        request = (
            f"GET {path} HTTP/1.1\r\nhost: toko.example\r\naccept: text/html\r\naccept-language: {language}\r\n"
            f"accept-encoding: {coding}\r\nx-forwarded-for: 10.9.{phone // 250}.{phone % 250}\r\n"
        )
        again = self.random.random() < 0.2

        def build() -> bytes:
            tag = self.tags.get(shown) if again else None
            return f"{request}if-none-match: {tag}\r\n\r\n".encode() if tag else f"{request}\r\n".encode()

        def answered(answer: Answer) -> None:
            if answer.status == 200:
                self.tags[shown] = answer.header("etag")

        return Ask(build, answered)


@dataclass(slots=True)
class Load:
    """The minute, the same against the floor, and the rates beyond: (rate, p99)."""

    minute: Outcome
    floor: Outcome
    steps: list[tuple[float, Outcome]]
    cost: Cost

    @property
    def peak(self) -> float:
        """The highest rate whose p99 kept the goal and that nobody was refused at; 0 where none was."""
        kept = [rate for rate, outcome in self.steps if is_kept(outcome)]
        return max(kept, default=0.0)


def is_kept(outcome: Outcome) -> bool:
    return errors(outcome) == 0 and outcome.latencies.p99 <= GOAL_MS


def errors(outcome: Outcome) -> int:
    """Requests without an answer, or with one that nobody should get."""
    return outcome.broken + sum(count for status, count in outcome.statuses.items() if status not in _EXPECTED)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Sizes of the retailer and of the load."""
    parser.add_argument("--products", type=int, default=300)
    parser.add_argument("--stores", type=int, default=8)
    parser.add_argument("--rate", type=float, default=200.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--visits", type=int, default=9, help="of the simulated phone; 0 leaves Chromium out")
    parser.add_argument("--scans", type=int, default=40, help="by an associate; 0 leaves them out")
    parser.add_argument("--postgresql", action="store_true", help="the database is PostgreSQL")


def run(options: argparse.Namespace) -> Report:
    """Sizes, the minute, and what the phone saw."""
    before = machine_load()
    with _database(options) as url:
        _fill(options, url)
        with serving(options.keep, url) as served:
            host = urlsplit(served.address)
            client = Client(str(host.hostname), int(host.port or 0))
            first = asyncio.run(_first_answers(client))
            meter = Meter(served.pid)
            load = asyncio.run(_load(options, client, meter, len(first["zstd"].content)))
            seen = _seen(f"{served.address}{label()}", options.visits)
    report = _report(options, first, load, seen, (before, machine_load()))
    if not options.scans:
        return report
    rows, lines = rows_and_lines(options)  # the server is gone by now
    return replace(report, rows=[*report.rows, *rows], lines=[*report.lines, *lines], load=(before, machine_load()))


@contextmanager
def _database(options: argparse.Namespace) -> Iterator[str]:
    if options.postgresql:
        with postgresql() as url:
            yield url
    else:
        yield sqlite_url(options.keep / "central.db")


def _fill(options: argparse.Namespace, url: str) -> None:
    pictures = options.keep / PICTURES_FOLDER
    pictures.mkdir(exist_ok=True)
    shown = sorted((assets_dir() / "demo" / "pictures").glob("*.webp"))
    for one in shown:
        copyfile(one, pictures / one.name)
    remember(options.keep, trusted_proxies=[LOOPBACK])
    migrate(url)
    records = retailer(options.products, options.stores, [one.name for one in shown], utc_now())
    with CentralDatabase(url) as database:
        import_records(database, records, source=SOURCE)


def label() -> str:
    """The address of the product with 500 reviews in the first store."""
    return f"/S{store_code(0)}/01/{gtin14(0)}"


async def _first_answers(client: Client) -> dict[str, Answer]:
    """The page with 500 reviews by coding."""
    answers = {}
    for coding in ("zstd", "gzip", "identity"):
        head = f"GET {label()} HTTP/1.1\r\nhost: x\r\naccept-encoding: {coding}\r\naccept-language: id\r\n\r\n"
        answers[coding] = await client.ask(head.encode())
    await client.close()
    return answers


async def _load(options: argparse.Namespace, client: Client, meter: Meter, size_bytes: int) -> Load:
    crowd = Crowd(options.products, options.stores, Random(SEED))
    asks = crowd.asks()
    warm_up_s, step_s = min(_WARM_UP_S, options.seconds), min(_STEP_S, options.seconds)
    await at_rate(client, list(islice(asks, int(warm_up_s * options.rate))), options.rate)
    minute = await at_rate(client, list(islice(asks, int(options.seconds * options.rate))), options.rate)
    cost = meter.read()
    steps = [(options.rate, minute)]
    for times in _STEPS:
        if not is_kept(steps[-1][1]):
            break
        rate = options.rate * times
        steps.append((rate, await at_rate(client, list(islice(asks, int(step_s * rate))), rate)))
    await client.close()
    with in_process(_serve_floor, size_bytes) as address:
        host = urlsplit(address)
        bare = Client(str(host.hostname), int(host.port or 0))
        floor = await at_rate(bare, list(islice(asks, int(step_s * options.rate))), options.rate)
        await bare.close()
    return Load(minute, floor, steps, cost)


def _serve_floor(port: int, size_bytes: int) -> None:
    answer = Response(bytes(size_bytes), media_type="text/html")
    uvicorn.run(answer, host=LOOPBACK, port=port, access_log=False, log_config=None, proxy_headers=False)


def _seen(url: str, count: int) -> Seen | None:
    if not count:
        return None
    with chromium() as browser:
        visits(browser, url, 1)
        return visits(browser, url, count)


def _report(
    options: argparse.Namespace,
    first: Mapping[str, Answer],
    load: Load,
    seen: Seen | None,
    at_work: tuple[float, float],
) -> Report:
    minute, floor = load.minute.latencies, load.floor.latencies
    rows = [Row(f"an answer at {options.rate:g}/s", minute, floor, f"p99 <= {GOAL_MS:g}")]
    lines = [
        *_size_lines(first),
        f"p99 {minute.p99:.1f} ms (floor {floor.p99:.1f}), worst {max(minute.values, default=0):.0f} ms; "
        f"{errors(load.minute)} errors; answers: {_counts(load.minute.statuses)}.",
        f"Server: {_told(load.cost.memory_mb)} MB above idle, {_told(load.cost.cpu_s)} s of processor in "
        f"{options.seconds + min(_WARM_UP_S, options.seconds):g} s.",
        f"Highest rate with p99 <= {GOAL_MS:g} ms and no error: {load.peak:g}/s ({_step_words(load.steps)}).",
    ]
    if seen is not None:
        rows += [
            Row("slow phone: first paint", seen.first),
            Row("slow phone: largest paint", seen.largest, goal="<= 2000"),
        ]
        lines.append(
            f"Phone: {CONNECTING_MS} ms of each are the connection, as reckoned; largest is "
            f"{'/'.join(sorted(seen.largest_is))}; shift at most {max(seen.shifts.values):g} (goal 0); "
            f"{seen.kilobytes.median:.0f} kB, {seen.foreign} requests to other hosts."
        )
    return Report(
        title=f"The shelf page: {options.products} products, {options.stores} stores, "
        f"{'PostgreSQL' if options.postgresql else 'SQLite'}",
        unit="ms",
        rows=rows,
        floor_is="uvicorn with one fixed answer of that size, at the same rate",
        lines=lines,
        load=at_work,
    )


def _size_lines(first: Mapping[str, Answer]) -> Sequence[str]:
    sizes = {coding: len(one.head) + len(one.content) for coding, one in first.items()}
    told = ", ".join(f"{size:,} as {coding}" for coding, size in sizes.items())
    return [f"First answer of a product with 500 reviews, head and body, bytes: {told} (goal {GOAL_BYTES:,} packed)."]


def _counts(statuses: Mapping[int, int]) -> str:
    return ", ".join(f"{count:,} x {status}" for status, count in sorted(statuses.items()))


def _step_words(steps: Sequence[tuple[float, Outcome]]) -> str:
    return ", ".join(f"{rate:g}/s p99 {outcome.latencies.p99:.0f}" for rate, outcome in steps)


def _told(value: float | None) -> str:
    return "?" if value is None else f"{value:.0f}"

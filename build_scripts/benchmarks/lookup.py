"""The look-up in an encrypted store, beside the bare prepared query on the same file.

Goal (design.md): at 100,000 customers p95 <= 5 ms, at 1,000,000 with 100,000 distinct name words <= 20 ms. The floor
asks one prepared statement for the same rows by what was meant: no spelling families, no typing mistakes, no ranking.
"""

import argparse
from functools import partial
from itertools import islice
from random import Random
from typing import Any, Final

from build_scripts.benchmarks.crowd import NOW, Person, Query, Typing, people, queries
from build_scripts.benchmarks.kept_store import KEY, KeptStore, kept_store
from build_scripts.benchmarks.report import MS, Report, Row, Samples, machine_load, timed
from clienteling.store.database import inspecting
from clienteling.store.replica import LocalStore
from clienteling.use_cases.look_up import look_up
from sync.protocol.search_keys import email_key, loyalty_key, phone_tail_key, plain_words

HELP: Final = "look-up in 100,000 (or 1,000,000) cached customers, beside the bare prepared query"
SHOWN: Final = 20
_WARM_UP: Final = 100
_CACHE: Final = "PRAGMA cache_size=-8192"
"""As the program's own readers have."""

_COLUMNS: Final = "entry.id, entry.name, entry.salutation, entry.phone, entry.email, entry.city"
_BY_NAME: Final = (
    f"SELECT {_COLUMNS} FROM name_search JOIN customer_entry AS entry ON entry.row = name_search.rowid "  # noqa: S608 - fixed columns
    "WHERE name_search MATCH ? ORDER BY name_search.rowid LIMIT ?"
)
_BY_KEY: Final = (
    f"SELECT {_COLUMNS} FROM customer_key AS known JOIN customer_entry AS entry ON entry.id = known.customer_id "  # noqa: S608 - fixed columns
    "WHERE known.key_kind = ? AND known.key >= ? AND known.key < ? LIMIT ?"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many customers, and how many look-ups."""
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=2_000)


def run(options: argparse.Namespace) -> Report:
    """Milliseconds of one look-up, by what was typed."""
    kept = kept_store(options.keep, options.customers)
    asked = queries(_some_people(options.customers), options.queries)
    before = machine_load()
    ours, cpu = _measure_ours(kept, asked)
    floor, floor_cpu = _measure_floor(kept, asked)
    goal = "p95 <= 5" if options.customers <= 100_000 else "p95 <= 20"
    rows = [Row(typing.value, ours[typing], floor[typing]) for typing in Typing]
    rows.append(Row("all", _together(ours), _together(floor), goal))
    rows.append(Row("all, processor time", cpu, floor_cpu))
    return Report(
        title=f"Look-up in {kept.customers:,} customers, {kept.words:,} distinct name words",
        unit="ms",
        rows=rows,
        floor_is="one prepared statement on the same encrypted file, by what was meant",
        lines=[f"Store file: {kept.file.stat().st_size / 1e6:,.0f} MB, encrypted; readers have 8 MiB of cache."],
        load=(before, machine_load()),
    )


def _some_people(customers: int) -> list[Person]:
    """A sample of the crowd, drawn evenly, so that a million need not be held."""
    step = max(1, customers // 5_000)
    chosen = list(islice(people(customers), 0, None, step))
    Random(1).shuffle(chosen)
    return chosen


def _measure_ours(kept: KeptStore, asked: list[Query]) -> tuple[dict[Typing, Samples], Samples]:
    walls = {typing: Samples() for typing in Typing}
    cpu = Samples()
    with kept.opened() as store:
        for query in asked[:_WARM_UP]:
            _ask(store, query.text)
        for query in asked:
            _, took = timed(partial(_ask, store, query.text))
            walls[query.typing].add(took.wall_s * MS)
            cpu.add(took.cpu_s * MS)
    return walls, cpu


def _ask(store: LocalStore, text: str) -> object:
    return look_up(store, text, SHOWN, now=lambda: NOW)


def _measure_floor(kept: KeptStore, asked: list[Query]) -> tuple[dict[Typing, Samples], Samples]:
    walls = {typing: Samples() for typing in Typing}
    cpu = Samples()
    with inspecting(kept.file, KEY) as connection:
        connection.exec_driver_sql(_CACHE)
        bare: Any = connection.connection.cursor()
        try:
            for query in asked[:_WARM_UP]:
                _rows(bare, *bare_query(query))
            for query in asked:
                prepared = bare_query(query)
                _, took = timed(partial(_rows, bare, *prepared))
                walls[query.typing].add(took.wall_s * MS)
                cpu.add(took.cpu_s * MS)
        finally:
            bare.close()
    return walls, cpu


def _rows(bare: Any, statement: str, parameters: tuple[object, ...]) -> object:
    return bare.execute(statement, parameters).fetchall()


def bare_query(query: Query) -> tuple[str, tuple[object, ...]]:
    """The statement that answers what was meant, and its parameters."""
    text = query.meant
    if query.typing is not Typing.KEY:
        return _BY_NAME, (" AND ".join(f'"{word}"*' for word in plain_words(text)), SHOWN + 1)
    if text.isdecimal() and len(text) > 4:
        kind, key = "phone", f"+62{text[1:]}"
    elif text.isdecimal():
        kind, key = "tail", phone_tail_key(text)
    elif text[:2] == "LY":
        kind, key = "loyalty", loyalty_key(text)
    else:
        kind, key = "email", email_key(f"{text}@")[:-1]
    return _BY_KEY, (kind, key, key + "\U0010ffff", SHOWN + 1)


def _together(samples: dict[Typing, Samples]) -> Samples:
    return Samples([value for one in samples.values() for value in one.values])

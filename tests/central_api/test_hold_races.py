"""Twenty devices ask for the last piece at once; a hold expires while it is collected: over one server and two.

Real threads over real databases: every thread has its own registration, device and customer, so that nothing but the
stock itself keeps them apart.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from sync.central_api.database import CentralDatabase
from sync.central_api.devices import Registration, add_device, sign_in
from sync.central_api.hold_rules import HELD_FOR
from sync.central_api.holds import end_holds
from sync.central_api.import_records import import_records
from sync.central_api.lists import list_bodies
from sync.central_api.push import push_entries
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind
from sync.protocol.stock_level import HELD
from sync.protocol.wire import SCHEMA, PushRequest, Verdict
from tests.central_api.retailer import BANDUNG, NOW, RANI, SHIRT, SOURCE, customer, small_retailer, the_id
from tests.central_api.test_holds import MEDIUM, stock
from tests.support.fakes import START_AT, FakeClock

DEVICES = 20


@dataclass(frozen=True, slots=True)
class Writer:
    """One device at the counter, with a customer of its own and a server to speak to."""

    number: int
    database: CentralDatabase
    registration: Registration

    @property
    def hold_id(self) -> str:
        return rule_id("hold", str(self.number))

    def push(self, name: str, n: int, now: datetime, **args: Any) -> Verdict:
        named = {
            "hold_id": self.hold_id,
            "customer_id": the_id(Kind.CUSTOMER, f"of {self.number}"),
            "store_id": BANDUNG,
        }
        entry = {
            "n": n, "uuid": rule_id("entry", str(self.number), str(n)), "name": name, "version": 1,
            "args": {**named, **args}, "actor": RANI, "at": NOW,
        }  # fmt: skip
        device_id = rule_id("device of", str(self.number))
        whole = {"device_id": device_id, "schema_number": SCHEMA, "entries": [entry]}
        reply = push_entries(self.database, self.registration, PushRequest.model_validate(whole), now=now)
        return reply.verdicts[0]

    def request(self) -> Verdict:
        return self.push("hold.request", 1, START_AT, product_id=SHIRT, variant_id=MEDIUM, requested_at=NOW)

    def collect(self) -> Verdict:
        return self.push("hold.collect", 2, START_AT)


@pytest.fixture(params=[1, 2], ids=["one server", "two servers"])
def writers(request: pytest.FixtureRequest, central_database_url: str) -> Iterator[list[Writer]]:
    """The devices, over the engines of one server process or of two."""
    with ExitStack() as stack:
        servers = [stack.enter_context(CentralDatabase(central_database_url)) for _ in range(request.param)]
        people = [customer(f"of {number}", "Nama", home_store_id=BANDUNG) for number in range(DEVICES)]
        import_records(servers[0], [*small_retailer(), *people], source=SOURCE, now=FakeClock())
        made = []
        for number in range(DEVICES):
            token = add_device(servers[0], "BDG", f"tablet {number}")
            with servers[0].reading() as connection:
                made.append(Writer(number, servers[number % len(servers)], sign_in(connection, token)))
        yield made


def at_once(work: list[Callable[[], Any]]) -> list[Any]:
    """The results; every piece of work waits for all others to be ready."""
    ready = threading.Barrier(len(work))

    def one(task: Callable[[], Any]) -> Any:
        ready.wait(timeout=60)
        return task()

    with ThreadPoolExecutor(len(work)) as threads:
        return list(threads.map(one, work, timeout=120))


def holds_and_stock(database: CentralDatabase) -> tuple[dict[str, str], int]:
    """Every hold's status by its id, and how many pieces the stock record shows as held."""
    (level,) = (body["levels"][BANDUNG] for body in list_bodies(database, Kind.STOCK))
    return {body["id"]: body["status"] for body in list_bodies(database, Kind.HOLD)}, level.get(HELD, 0)


@pytest.mark.parametrize("pieces", [1, 7])
def test_twenty_devices_that_ask_for_the_last_pieces_get_exactly_those(writers: list[Writer], pieces: int) -> None:
    database = writers[0].database
    import_records(database, [stock(pieces)], source=SOURCE, now=FakeClock())
    verdicts = at_once([writer.request for writer in writers])
    codes = Counter(verdict.code for verdict in verdicts)
    assert codes == {None: pieces, "mutation.hold_out_of_stock": DEVICES - pieces}, "and every other one is told"
    statuses, held = holds_and_stock(database)
    assert Counter(statuses.values()) == {"confirmed": pieces, "refused": DEVICES - pieces}
    assert held == pieces
    for writer, verdict in zip(writers, verdicts, strict=True):
        assert statuses[writer.hold_id] == ("refused" if verdict.code else "confirmed")
    assert [writer.request() for writer in writers] == verdicts, "sent again, nobody gets another answer"
    assert holds_and_stock(database) == (statuses, held)


def test_a_hold_that_expires_while_it_is_collected_is_one_or_the_other(writers: list[Writer]) -> None:
    database = writers[0].database
    import_records(database, [stock(DEVICES)], source=SOURCE, now=FakeClock())
    for writer in writers:
        writer.request()
    begun = threading.Event()

    def collect(writer: Writer) -> Verdict:
        verdict = writer.collect()
        begun.set()
        return verdict

    def expire() -> int:
        assert begun.wait(timeout=60)
        return end_holds(database, START_AT + HELD_FOR)

    *verdicts, first, second = at_once([*(partial(collect, writer) for writer in writers), expire, expire])
    statuses, held = holds_and_stock(database)
    for writer, verdict in zip(writers, verdicts, strict=True):
        assert (verdict.code, statuses[writer.hold_id]) in {
            (None, "collected"),
            ("mutation.hold_expired", "expired"),
        }
    counts = Counter(statuses.values())
    assert first + second == counts["expired"], "each is let go once"
    assert held == counts["collected"]

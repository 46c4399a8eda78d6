"""A store that is not what its digest says: only the rows that differ are fetched, and how many requests that takes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from clienteling.store.tables import RECORD, ROW_SCOPE, SCOPE_DIGEST
from sync.engine.repair import MAX_COMPARED_ROWS, buckets_to_compare, difference
from sync.protocol.digest import BUCKETS, Digest, bucket_of
from sync.protocol.errors import ProtocolBroken
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.wire import PullPage, PullRequest, RowsReply, RowsRequest, VerifyReply, VerifyRequest
from tests.store.devices import Device, customer
from tests.store.model_server import STORE, ModelServer

PEOPLE = [customer(f"person {number}") for number in range(30)]
ANI, BUDI, CITRA = (key for key, _ in PEOPLE[:3])
STRAY = RecordKey(Kind.CUSTOMER, customer("stray")[0].id)


@dataclass
class Counting(ModelServer):
    """Counts what is asked of it."""

    asked: Counter[str] = field(default_factory=Counter)
    rows_sent: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    async def pull(self, request: PullRequest) -> PullPage:
        self.asked["pull"] += 1
        page = await super().pull(request)
        self.rows_sent += len(page.changes)
        return page

    async def verify(self, request: VerifyRequest) -> VerifyReply:
        self.asked["versions" if request.buckets else "digests"] += 1
        return await super().verify(request)

    async def rows(self, request: RowsRequest) -> RowsReply:
        self.asked["rows"] += 1
        reply = await super().rows(request)
        self.rows_sent += len(reply.changes)
        return reply


@pytest.fixture
def server() -> Counting:
    return Counting()


@pytest.fixture
def synced(device: Device, server: Counting) -> Device:
    """A device that holds thirty customers."""
    for key, body in PEOPLE:
        server.put(key, body)
        server.join(STORE, key.id)
    device.sync(server)
    server.asked.clear()
    server.rows_sent = 0
    return device


def lose(device: Device, *keys: RecordKey) -> None:
    """The rows are gone, and the digest kept of them says so."""
    with device.store._database.writing() as connection:
        for key in keys:
            connection.execute(ROW_SCOPE.delete().where(ROW_SCOPE.c.id == key.id))
            connection.execute(RECORD.delete().where(RECORD.c.id == key.id))
        connection.execute(SCOPE_DIGEST.update().where(SCOPE_DIGEST.c.scope == STORE).values(total="1"))


def add_stray(device: Device) -> None:
    with device.store._database.writing() as connection:
        row = {"kind": STRAY.kind, "id": STRAY.id, "version": 1}
        connection.execute(RECORD.insert(), {**row, "body": '{"name":"stray"}'})
        connection.execute(ROW_SCOPE.insert(), {**row, "scope": STORE, "stale": False})
        connection.execute(SCOPE_DIGEST.update().where(SCOPE_DIGEST.c.scope == STORE).values(live_count=31))


def take_other_version(device: Device, version: int) -> None:
    with device.store._database.writing() as connection:
        connection.execute(RECORD.update().where(RECORD.c.id == ANI.id).values(version=version, body='{"name":"?"}'))
        connection.execute(ROW_SCOPE.update().where(ROW_SCOPE.c.id == ANI.id).values(version=version))
        connection.execute(SCOPE_DIGEST.update().where(SCOPE_DIGEST.c.scope == STORE).values(total="1"))


def lose_many(device: Device) -> None:
    lose(device, *(key for key, _ in PEOPLE[:20]))


def lose_one(device: Device) -> None:
    lose(device, ANI)


def miscount(device: Device) -> None:
    with device.store._database.writing() as connection:
        connection.execute(SCOPE_DIGEST.update().where(SCOPE_DIGEST.c.scope == STORE).values(total="1"))


@pytest.mark.parametrize(
    ("damage", "asked", "rows"),
    [
        (lose_one, {"pull": 2, "digests": 1, "versions": 1, "rows": 1}, 1),
        (add_stray, {"pull": 2, "digests": 1, "versions": 1}, 0),
        (lambda device: take_other_version(device, 0), {"pull": 2, "digests": 1, "versions": 1, "rows": 1}, 1),
        (lambda device: take_other_version(device, 9), {"pull": 2, "digests": 1, "versions": 1, "rows": 1}, 1),
        (miscount, {"pull": 2, "digests": 1}, 0),
        (lose_many, {"pull": 2, "digests": 1, "versions": 1, "rows": 1}, 20),
    ],
    ids=["one missing", "one too many", "an older version", "a newer version", "a wrong count", "many missing"],
)  # fmt: skip
def test_only_what_differs_is_fetched(
    synced: Device, server: Counting, damage: Callable[[Device], None], asked: dict[str, int], rows: int
) -> None:
    damage(synced)
    result = synced.sync(server)
    assert synced.rows() == server.projection()
    assert (dict(server.asked), server.rows_sent) == (asked, rows)
    assert (result.requests, result.new_store) == (sum(asked.values()), False)
    assert synced.sync(server).requests == 1, "the digests agree"


def test_a_comparison_of_many_rows_comes_in_pages(synced: Device, server: Counting) -> None:
    lose_many(synced)
    server.page_rows = 4
    synced.sync(server)
    assert synced.rows() == server.projection()
    assert server.asked["rows"] == 5
    assert 5 <= server.asked["versions"] <= 8


def test_a_pending_entry_stays_on_top_of_a_mended_row(synced: Device, server: Counting) -> None:
    synced.contact(ANI.id, "city", None, "Solo")
    synced.store.current().apply_page(server.page(synced.request()))
    server.put(BUDI, {"name": "Budi", "city": "Ubud"})
    take_other_version(synced, 0)
    (difference_now,) = synced.store.current().apply_page(server.page(synced.request())).mismatched
    assert difference_now == STORE
    synced.sync(server)
    assert (synced.bodies()[ANI]["city"], synced.bodies()[BUDI]["city"]) == ("Solo", "Ubud")
    assert (synced.store.waiting(), synced.bases()) == (0, set())
    assert synced.rows() == server.projection()


@pytest.mark.parametrize("call", ["digests", "versions", "rows"])
def test_what_changes_on_the_server_meanwhile_comes_with_the_next_page(
    synced: Device, server: Counting, call: str
) -> None:
    class Moving(Counting):
        """Others write while a device compares."""

        def _others_write(self, asked: str) -> None:
            if asked == call:
                self.put(ANI, {"name": "Ani", "city": "Medan"})
                self.put(CITRA, {"name": "Citra", "city": "Solo"})
                self.delete(BUDI)
                self.leave(STORE, PEOPLE[4][0].id)
                self.put(STRAY, {"name": "new"})
                self.join(STORE, STRAY.id)

        async def verify(self, request: VerifyRequest) -> VerifyReply:
            reply = await super().verify(request)
            self._others_write("versions" if request.buckets else "digests")
            return reply

        async def rows(self, request: RowsRequest) -> RowsReply:
            reply = await super().rows(request)
            self._others_write("rows")
            return reply

    moving = Moving()
    moving.__dict__.update(server.__dict__)
    lose(synced, ANI, BUDI, PEOPLE[4][0])
    synced.sync(moving)
    assert synced.rows() == server.projection()
    assert synced.sync(moving).requests == 1


def test_a_scope_that_mending_does_not_help_is_fetched_again(synced: Device, server: Counting) -> None:
    class Lying(Counting):
        """Says in its comparison that all is well."""

        async def verify(self, request: VerifyRequest) -> VerifyReply:
            rows = synced.store.current().bucket_digests(request.scope)
            told = [{"total": str(one.total), "count": one.count} for one in rows]
            self.asked["digests"] += 1
            return VerifyReply.model_validate({"epoch": self.epoch, "digests": told})

    lying = Lying()
    lying.__dict__.update({name: value for name, value in server.__dict__.items() if name != "asked"})
    lose(synced, ANI)
    synced.sync(lying)
    assert synced.rows() == server.projection()
    assert dict(lying.asked) == {"pull": 4, "digests": 2}


def test_the_difference_is_what_is_missing_of_another_version_or_here_alone() -> None:
    found = difference({ANI: 1, BUDI: 2, STRAY: 1}, {ANI: 1, BUDI: 3, CITRA: 1})
    assert found.wanted == tuple(sorted((BUDI, CITRA)))
    assert found.gone == (STRAY,)


def test_where_too_much_differs_nothing_is_compared() -> None:
    nothing = [Digest()] * BUCKETS
    half = [Digest(1, MAX_COMPARED_ROWS // 2)] * 2 + nothing[2:]
    assert buckets_to_compare(nothing, half) == buckets_to_compare(half, nothing) == frozenset({0, 1})
    assert buckets_to_compare(nothing, [Digest(1, 1), *half[:2], *nothing[3:]]) is None
    with pytest.raises(ProtocolBroken):
        buckets_to_compare(nothing, [])


def test_ids_spread_over_the_buckets() -> None:
    spread = Counter(bucket_of(customer(f"name {number}")[0].id) for number in range(5_120))
    assert len(spread) == BUCKETS
    assert max(spread.values()) < 50

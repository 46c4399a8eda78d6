"""Two devices ask for the last piece without a network; one customer gets it, and the other's associate is told."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from clienteling.domain.views import HoldStatus, HoldView
from clienteling.store.queries_customer import customer_view
from clienteling.store.queries_stock import stock_here
from clienteling.store.unpack import ASKING
from clienteling.use_cases.needs_attention import needs_attention
from clienteling.use_cases.place_hold import collect_hold, request_hold
from sync.central_api.database import sqlite_url
from sync.central_api.hold_rules import HELD_FOR
from sync.central_api.holds import end_holds
from sync.protocol.ids import rule_id, stock_id
from sync.protocol.kinds import Kind
from sync.protocol.times import to_wire
from tests.support.fakes import FakeClock
from tests.support.shops import Device, Shops, record, ref_id, two_shops

SITI, BUDI = ref_id(Kind.CUSTOMER, "siti"), ref_id(Kind.CUSTOMER, "budi")
BANDUNG, RINA = ref_id(Kind.LOCATION, "BDG"), ref_id(Kind.ASSOCIATE, "rina")
SHIRT, MEDIUM = ref_id(Kind.PRODUCT, "kemeja"), rule_id("variant", "kemeja", "M")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def shops(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Shops]:
    url = (
        sqlite_url(tmp_path / "central.db") if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    )
    made = Shops(tmp_path, url, now=clock, random=Random(7))
    level = {"on_hand": 1, "as_of": to_wire(clock())}
    named = {"id": stock_id(BANDUNG, MEDIUM), "store_id": BANDUNG, "variant_id": MEDIUM, "product_id": SHIRT}
    made.put(
        *two_shops(),
        record(Kind.PRODUCT, "kemeja", name="Kemeja Linen", variants=[{"id": MEDIUM, "options": {"Ukuran": "M"}}]),
        record(Kind.STOCK, "BDG/M", **named, levels={BANDUNG: level}),
    )
    yield made
    made.close()


def sync(*devices: Device) -> None:
    for device in devices:
        asyncio.run(device.sync())


def ask(shops: Shops, device: Device, customer_id: str) -> str:
    return request_hold(
        device.store, customer_id, SHIRT, variant_id=MEDIUM, author_id=RINA, now=shops.now, new_id=shops.new_id
    )


def hold(shops: Shops, device: Device, customer_id: str) -> HoldView:
    with device.store.reading() as connection:
        found = customer_view(connection, customer_id, now=shops.now())
    assert found is not None
    return found.holds[0]


def available(device: Device) -> int | None:
    with device.store.reading() as connection:
        return stock_here(connection, [SHIRT], store_id=BANDUNG).of(SHIRT, MEDIUM).available


def test_of_two_who_ask_offline_one_gets_the_last_piece_and_the_other_is_told(shops: Shops, clock: FakeClock) -> None:
    first, second = (shops.device("BDG", name, asking=ASKING) for name in "ab")
    sync(first, second)
    got = ask(shops, first, SITI)
    ask(shops, second, BUDI)
    assert {hold(shops, first, SITI).status, hold(shops, second, BUDI).status} == {HoldStatus.REQUESTED}
    assert (available(first), available(second)) == (1, 1), "what is only asked for is not taken"
    sync(first, second, first)
    held, refused = hold(shops, second, SITI), hold(shops, first, BUDI)
    assert (held.status, held.until) == (HoldStatus.CONFIRMED, clock() + HELD_FOR)
    assert (refused.status, refused.reason) == (HoldStatus.REFUSED, "out_of_stock")
    assert (available(first), available(second)) == (0, 0)
    assert needs_attention(first.store) == ()
    (told,) = needs_attention(second.store)
    assert (told.action, told.code, told.typed, told.customer_id, told.may_retry) == (
        "hold.request", "mutation.hold_out_of_stock", "Kemeja Linen", BUDI, False,
    )  # fmt: skip
    collect_hold(second.store, got, author_id=RINA, now=shops.now)
    sync(second, first)
    assert hold(shops, first, SITI).status is HoldStatus.COLLECTED
    assert available(first) == 0, "the platform's next export knows of the sale"


def test_a_hold_that_ran_out_is_free_again_on_every_device(shops: Shops, clock: FakeClock) -> None:
    first, second = (shops.device("BDG", name, asking=ASKING) for name in "ab")
    sync(first, second)
    ask(shops, first, SITI)
    sync(first, second)
    clock.advance(HELD_FOR)
    assert hold(shops, second, SITI).status is HoldStatus.EXPIRED, "by the device's own clock"
    assert end_holds(shops.database, clock()) == 1
    sync(first, second)
    assert (available(first), available(second)) == (1, 1)
    assert needs_attention(first.store) == ()

"""Which customers come to which store, and when they leave it, on SQLite and PostgreSQL."""

import sqlalchemy as sa

from sync.central_api.tables import CUSTOMER_SCOPE
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, store_scope
from tests.central_api.retailer import (
    BANDUNG,
    BUDI,
    MAKASSAR,
    NOW,
    SHIRT,
    SITI,
    Central,
    assert_digests_agree,
    customer,
    order,
    record,
    the_id,
)
from tests.central_api.team import hire


def test_everything_about_a_customer_follows_them_into_a_store_that_serves_them(central: Central) -> None:
    central.take(order("o1", SITI, None, "2026-10-01T00:00:00Z"))
    bandung, makassar = central.device("BDG"), central.device("MKS")
    bandung.push(bandung.note(SITI, "Suka linen"), bandung.note(SITI, "Hanya di sini", store_only=True))
    makassar.pull()
    assert SITI not in makassar.live(Kind.CUSTOMER)
    assert makassar.push(makassar.note(SITI, "Datang ke Makassar")) == [("applied", None)]
    makassar.pull()
    assert SITI in makassar.live(Kind.CUSTOMER)
    assert the_id(Kind.ORDER, "o1") in makassar.live(Kind.ORDER)
    texts = {note["text"] for note in makassar.live(Kind.NOTE).values()}
    assert texts == {"Suka linen", "Datang ke Makassar"}
    assert_digests_agree(makassar)
    bandung.pull()
    assert len(bandung.live(Kind.NOTE)) == 3
    assert_digests_agree(bandung)


def test_an_order_makes_a_membership_only_within_24_months(central: Central) -> None:
    central.take(order("old", SITI, MAKASSAR, "2024-11-01T00:00:00Z"))
    makassar = central.device("MKS")
    makassar.pull()
    assert SITI not in makassar.live(Kind.CUSTOMER)
    central.take(order("new", SITI, MAKASSAR, "2024-12-01T00:00:00Z"))
    makassar.pull()
    assert SITI in makassar.live(Kind.CUSTOMER)
    assert len(makassar.live(Kind.ORDER)) == 2


def test_a_warehouse_is_no_store_to_belong_to(central: Central) -> None:
    central.take(order("w", SITI, the_id(Kind.LOCATION, "WH"), "2026-10-01T00:00:00Z"))
    with central.database.reading() as connection:
        stores = connection.execute(
            sa.select(CUSTOMER_SCOPE.c.store_id).where(CUSTOMER_SCOPE.c.customer_id == SITI)
        ).scalars()
        assert list(stores) == [BANDUNG]


def test_the_store_served_longest_ago_is_left_when_there_are_too_many(central: Central) -> None:
    tablet = central.device("MKS")
    central.take(order("first", SITI, MAKASSAR, "2026-01-01T00:00:00Z"))
    tablet.pull()
    assert SITI in tablet.live(Kind.CUSTOMER)
    codes = [f"S{number}" for number in range(9)]
    central.take(
        *(record(Kind.LOCATION, code, name=code, code=code) for code in codes),
        *(order(code, SITI, the_id(Kind.LOCATION, code), "2026-02-01T00:00:00Z") for code in codes),
    )
    tablet.pull()
    assert SITI not in tablet.live(Kind.CUSTOMER)
    assert tablet.rows[store_scope(MAKASSAR), Kind.CUSTOMER, SITI]["state"] == "left"
    assert tablet.live(Kind.ORDER) == {}
    assert_digests_agree(tablet)


def test_a_customer_who_moves_leaves_the_old_home_store(central: Central) -> None:
    bandung, makassar = central.device("BDG"), central.device("MKS")
    bandung.pull()
    central.take(customer("siti", "Siti Rahayu", phone="+6281234567890", home_store_id=MAKASSAR))
    bandung.pull()
    makassar.pull()
    assert SITI not in bandung.live(Kind.CUSTOMER)
    assert SITI in makassar.live(Kind.CUSTOMER)
    assert_digests_agree(bandung)


def test_children_that_come_before_their_customer_meet_them_later(central: Central) -> None:
    dewi = the_id(Kind.CUSTOMER, "dewi")
    central.take(order("early", dewi, BANDUNG, "2026-11-01T00:00:00Z"))
    central.take(customer("dewi", "Dewi"))
    tablet = central.device("BDG")
    tablet.pull()
    assert dewi in tablet.live(Kind.CUSTOMER)
    assert the_id(Kind.ORDER, "early") in tablet.live(Kind.ORDER)


def test_a_guest_pickup_is_seen_by_the_store_it_waits_in(central: Central) -> None:
    pickup = {"location_id": MAKASSAR, "status": "ready", "since_at": NOW}
    central.take(order("guest", None, None, NOW, pickup=pickup), order("walk-in", None, BANDUNG, NOW))
    makassar, bandung = central.device("MKS"), central.device("BDG")
    makassar.pull()
    bandung.pull()
    assert list(makassar.live(Kind.ORDER)) == [the_id(Kind.ORDER, "guest")]
    assert bandung.live(Kind.ORDER) == {}


def test_stock_goes_to_the_store_it_was_made_for(central: Central) -> None:
    level = {"on_hand": 2, "reserved": 0, "as_of": NOW}
    body = {"store_id": MAKASSAR, "variant_id": SHIRT, "product_id": SHIRT, "levels": {MAKASSAR: level}}
    central.take(record(Kind.STOCK, "s", **body))
    makassar, bandung = central.device("MKS"), central.device("BDG")
    makassar.pull()
    bandung.pull()
    assert len(makassar.live(Kind.STOCK)) == 1
    assert len(bandung.live(Kind.STOCK)) == 0


def test_who_works_at_every_store_is_known_on_every_device_and_may_write_there(central: Central) -> None:
    agus = hire(central, "agus", role="administrator")
    bandung, makassar = central.device("BDG"), central.device("MKS")
    for device in (bandung, makassar):
        device.pull()
        assert agus in device.live(Kind.ASSOCIATE, GLOBAL_SCOPE)
        assert_digests_agree(device)
    assert makassar.push(makassar.note(BUDI, "Suka biru") | {"actor": agus}) == [("applied", None)]
    hire(central, "agus", role="manager", stores=(BANDUNG,))
    for device, knows in ((bandung, True), (makassar, False)):
        device.pull()
        assert (agus in device.live(Kind.ASSOCIATE)) is knows
        assert_digests_agree(device)
    assert makassar.push(makassar.note(BUDI, "Suka ungu") | {"actor": agus}) == [("rejected", "mutation.actor_unknown")]

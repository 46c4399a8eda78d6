"""A store's figures are made of what programs counted, of lists given to customers, and of what was sold there."""

from datetime import timedelta
from random import Random
from typing import Any

from sync.central_api.daily import do_days_work
from sync.central_api.handovers import make_handover
from sync.central_api.shelf_days import DAYS_KEPT_FOR, make_shelf_days
from sync.central_api.shelf_tallies import keep_tally
from sync.protocol.bodies.handovers import SavedItem
from sync.protocol.bodies.shelf_figures import ScanSource, ScanTallyBody, ShelfAction
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind
from sync.protocol.times import from_wire, to_wire
from tests.central_api.retailer import (
    BANDUNG,
    MAKASSAR,
    NOW,
    SHIRT,
    SITI,
    Central,
    Device,
    assert_digests_agree,
    order,
    record,
)

GTIN, OTHER = "08990000010203", "08991234567891"
M = rule_id("variant", "M")
HOUR = to_wire(from_wire(NOW).replace(minute=0, second=0, microsecond=0))
TODAY = "2026-11-22"

PRODUCT = record(Kind.PRODUCT, "shirt", name="Kemeja Linen", variants=[{"id": M, "gtin": GTIN}])


def tally(central: Central, counts: dict[str, dict[ShelfAction, int]], *, hour: str = HOUR, program: str = "a") -> None:
    """What a server process counted on the pages it showed."""
    tally_id = rule_id("scan_tally", program, BANDUNG, hour)
    kept = ScanTallyBody(id=tally_id, store_id=BANDUNG, hour=hour, source=ScanSource.PHONE, counts=counts)
    keep_tally(central.database, kept, now=central.clock())


def told(device: Device, counts: dict[str, dict[str, int]], **args: Any) -> dict[str, Any]:
    whole = {
        "tally_id": rule_id("scan_tally", device.device_id), "store_id": device.store_id, "hour": HOUR,
        "source": "tablet", "counts": counts, **args,
    }  # fmt: skip
    return device.entry("scans.tally", whole, actor=None)


def day_of(device: Device) -> dict[str, Any]:
    device.pull()
    assert_digests_agree(device)
    (day,) = device.live(Kind.SHELF_DAY).values()
    return day


def test_what_pages_and_tablets_counted_comes_to_the_stores_devices_as_one_day(central: Central) -> None:
    central.take(PRODUCT)
    bandung, makassar = central.device("BDG"), central.device("MKS")
    tally(central, {GTIN: {ShelfAction.SCANNED: 12, ShelfAction.SAVED: 2}})
    tally(central, {GTIN: {ShelfAction.SCANNED: 3}}, program="b")
    tally(central, {GTIN: {ShelfAction.SCANNED: 15, ShelfAction.SAVED: 2}})
    assert bandung.push(told(bandung, {GTIN: {"scanned": 4}})) == [("applied", None)]
    assert make_shelf_days(central.database, central.clock()) == 1
    day = day_of(bandung)
    assert day["labels"] == {GTIN: {"phone": {"scanned": 18, "saved": 2}, "tablet": {"scanned": 4}}}
    assert day["hours"] == {"10": {"phone": 18, "tablet": 4}}
    assert (day["store_id"], day["day"]) == (BANDUNG, TODAY)
    makassar.pull()
    assert makassar.live(Kind.SHELF_DAY) == {}
    assert [one.live(Kind.SCAN_TALLY) for one in (bandung, makassar)] == [{}, {}]


def test_sales_and_lists_given_to_customers_stand_beside_the_scans(central: Central) -> None:
    line = {"variant_id": M, "name": "Kemeja", "quantity": 2, "price_minor": 100}
    central.take(
        PRODUCT,
        order("here", SITI, BANDUNG, NOW, lines=[line]),
        order("guest", None, BANDUNG, NOW, lines=[line]),
        order("cancelled", SITI, BANDUNG, NOW, lines=[line], cancelled_at=NOW),
        order("elsewhere", SITI, MAKASSAR, NOW, lines=[line]),
        order("yesterday", SITI, BANDUNG, "2026-11-20T10:00:00Z", lines=[line]),
    )
    tablet = central.device("BDG")
    items = [SavedItem(product_id=SHIRT, variant_id=M)]
    expires_at = central.clock() + timedelta(hours=5)
    saved = make_handover(
        central.database, BANDUNG, items, expires_at=expires_at, now=central.clock(), random=Random(1)
    )
    attach = {
        "handover_id": saved.id, "interaction_id": rule_id("i"), "customer_id": SITI, "store_id": BANDUNG,
        "agreed_text": "handover.agreement id", "at": NOW, "items": [],
    }  # fmt: skip
    assert tablet.push(tablet.entry("handover.attach", attach)) == [("applied", None)]
    tally(central, {GTIN: {ShelfAction.SCANNED: 1}})
    make_shelf_days(central.database, central.clock())
    day = day_of(tablet)
    assert (day["sold"], day["attached"]) == ({GTIN: 4}, {GTIN: 1})


def test_an_order_that_moved_or_went_is_no_sale_of_the_store_any_more(central: Central) -> None:
    line = {"variant_id": M, "name": "Kemeja", "quantity": 1, "price_minor": 100}
    central.take(PRODUCT, order("one", SITI, BANDUNG, NOW, lines=[line]))
    tally(central, {GTIN: {ShelfAction.SCANNED: 1}})
    make_shelf_days(central.database, central.clock())
    tablet = central.device("BDG")
    assert day_of(tablet)["sold"] == {GTIN: 1}
    central.take(PRODUCT, order("one", SITI, MAKASSAR, NOW, lines=[line]))
    assert make_shelf_days(central.database, central.clock()) == 1
    assert day_of(tablet)["sold"] == {}


def test_a_day_that_did_not_change_is_not_sent_again_and_old_ones_go(central: Central) -> None:
    tablet = central.device("BDG")
    tally(central, {OTHER: {ShelfAction.SCANNED: 1}})
    assert make_shelf_days(central.database, central.clock()) == 1
    central.clock.advance(timedelta(hours=1))
    assert make_shelf_days(central.database, central.clock()) == 0
    day_of(tablet)
    central.clock.advance(timedelta(days=6))
    do_days_work(central.database, central.clock())
    assert day_of(tablet)["labels"] == {OTHER: {"phone": {"scanned": 1}}}
    central.clock.advance(DAYS_KEPT_FOR)
    do_days_work(central.database, central.clock())
    tablet.pull()
    assert tablet.live(Kind.SHELF_DAY) == {}


def test_late_hours_of_yesterday_count_for_the_day_the_store_had(central: Central) -> None:
    """23:30 in Jakarta is 16:30 UTC of the same day, 00:30 is 17:30 UTC of the day before."""
    tablet = central.device("BDG")
    tally(central, {GTIN: {ShelfAction.SCANNED: 1}}, hour="2026-11-21T16:00:00Z")
    tally(central, {GTIN: {ShelfAction.SCANNED: 2}}, hour="2026-11-21T17:00:00Z")
    make_shelf_days(central.database, central.clock())
    tablet.pull()
    days = {one["day"]: one["hours"] for one in tablet.live(Kind.SHELF_DAY).values()}
    assert days == {"2026-11-21": {"23": {"phone": 1}}, TODAY: {"00": {"phone": 2}}}

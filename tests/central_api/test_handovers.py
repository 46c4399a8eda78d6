"""Lists that visitors save: on every device of the store, handed over once, and gone the day after."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from sync.central_api.daily import do_days_work
from sync.central_api.errors import TooManyLists
from sync.central_api.handovers import KEPT_FOR, end_handovers, make_handover
from sync.central_api.record_store import Batch, write_batch
from sync.protocol.bodies.handovers import MOST_WAITING, HandoverBody, SavedItem
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.times import from_wire, to_wire
from tests.central_api.retailer import BANDUNG, MAKASSAR, NOW, SHIRT, SITI, Central, Device, assert_digests_agree

_SPOKEN = str.maketrans("01", "AB")
EXPIRES_AT = from_wire(NOW) + timedelta(hours=6)


def made(central: Central, *, seed: int = 1) -> HandoverBody:
    items = [SavedItem(product_id=SHIRT)]
    return make_handover(
        central.database, BANDUNG, items, expires_at=EXPIRES_AT, now=central.clock(), random=Random(seed)
    )


def attaching(device: Device, handover_id: str, customer_id: str = SITI, **args: Any) -> dict[str, Any]:
    number = str(device.next_n)
    whole = {
        "handover_id": handover_id, "interaction_id": rule_id("i", device.device_id, number),
        "customer_id": customer_id, "store_id": device.store_id, "agreed_text": "handover.agreement id", "at": NOW,
        "items": [{"item_id": rule_id("w", device.device_id, number), "product_id": SHIRT}], **args,
    }  # fmt: skip
    return device.entry("handover.attach", whole)


def test_a_saved_list_is_on_every_device_of_its_store_and_on_no_other(central: Central) -> None:
    first, second, elsewhere = central.device("BDG"), central.device("BDG"), central.device("MKS")
    saved = made(central)
    for device in (first, second, elsewhere):
        device.pull()
        assert_digests_agree(device)
    assert [list(device.live(Kind.HANDOVER)) for device in (first, second, elsewhere)] == [[saved.id], [saved.id], []]
    assert first.live(Kind.HANDOVER)[saved.id]["code"] == saved.code


def test_two_lists_have_two_codes_even_where_chance_would_give_one(central: Central) -> None:
    assert made(central, seed=7).code != made(central, seed=7).code


def test_so_many_lists_of_a_store_wait_and_no_more_until_they_expire(central: Central) -> None:
    fields = {"items": [SavedItem(product_id=SHIRT)], "made_at": NOW, "expires_at": to_wire(EXPIRES_AT)}
    lists = [
        HandoverBody(id=rule_id("h", str(number)), code=f"{number:06}".translate(_SPOKEN), store_id=BANDUNG, **fields)
        for number in range(MOST_WAITING)
    ]
    batch = Batch({RecordKey(Kind.HANDOVER, one.id): one.to_body() for one in lists}, {})
    with central.database.writing() as connection:
        write_batch(connection, batch, now=central.clock())
    with pytest.raises(TooManyLists):
        made(central)
    items = [SavedItem(product_id=SHIRT)]
    elsewhere: dict[str, Any] = {"expires_at": EXPIRES_AT, "now": central.clock(), "random": Random(1)}
    assert make_handover(central.database, MAKASSAR, items, **elsewhere).code
    tomorrow = EXPIRES_AT + timedelta(hours=1)
    later: dict[str, Any] = {"expires_at": tomorrow + timedelta(hours=6), "now": tomorrow, "random": Random(2)}
    assert make_handover(central.database, BANDUNG, items, **later).code


def test_of_two_who_take_over_a_list_the_first_to_arrive_stands(central: Central) -> None:
    saved = made(central)
    first, second = central.device("BDG"), central.device("BDG")
    assert first.push(attaching(first, saved.id)) == [("applied", None)]
    assert second.push(attaching(second, saved.id)) == [("rejected", "mutation.handover_used")]
    second.pull()
    assert len(second.live(Kind.WISHLIST_ITEM)) == 1
    assert second.live(Kind.HANDOVER)[saved.id]["attached_by"] in second.live(Kind.INTERACTION)


def test_a_hub_without_a_network_makes_lists_and_nobody_of_the_store_is_their_author(central: Central) -> None:
    hub = central.device("BDG")
    whole: dict[str, Any] = {
        "handover_id": rule_id("list"), "code": "ABC234", "store_id": BANDUNG, "items": [{"product_id": SHIRT}],
        "made_at": NOW, "expires_at": to_wire(EXPIRES_AT),
    }  # fmt: skip
    assert hub.push(hub.entry("handover.make", whole, actor=None)) == [("applied", None)]
    other = {**whole, "handover_id": rule_id("other"), "store_id": rule_id("elsewhere")}
    assert hub.push(hub.entry("handover.make", other, actor=None)) == [("rejected", "mutation.wrong_store")]
    nobody = attaching(hub, whole["handover_id"])
    assert hub.push({**nobody, "actor": None}) == [("rejected", "mutation.actor_unknown")]
    hub.pull()
    assert list(hub.live(Kind.HANDOVER)) == [whole["handover_id"]]


def test_a_list_goes_the_day_after_its_code_and_a_late_take_over_still_counts(central: Central) -> None:
    tablet = central.device("BDG")
    saved = made(central)
    tablet.pull()
    central.clock.advance(timedelta(hours=6) + KEPT_FOR - timedelta(seconds=1))
    assert end_handovers(central.database, central.clock()) == 0
    central.clock.advance(timedelta(seconds=1))
    assert do_days_work(central.database, central.clock()).handovers == 1
    assert end_handovers(central.database, central.clock()) == 0
    tablet.pull()
    assert tablet.live(Kind.HANDOVER) == {}
    assert_digests_agree(tablet)
    assert tablet.push(attaching(tablet, saved.id)) == [("applied", None)]
    tablet.pull()
    assert len(tablet.live(Kind.WISHLIST_ITEM)) == 1
    assert tablet.live(Kind.HANDOVER) == {}

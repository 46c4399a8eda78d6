"""A masked order is claimed by its number, on SQLite and PostgreSQL: found, linked once, and kept through imports."""

from typing import Any

from sync.central_api.import_words import Fate
from sync.protocol.ids import imported_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Body, Kind
from sync.protocol.mutations.orders import CLAIM
from tests.central_api.retailer import BANDUNG, BUDI, NOW, SITI, Central, Device, order

NUMBER = "INV/20261003/MPL/41"
PLACED_AT = "2026-10-03T07:05:10Z"
SHOP = "tokopedia"
ORDER_ID = imported_id(SHOP, Kind.ORDER, NUMBER)


def masked(number: str = NUMBER, **body: Any) -> ImportedRecord:
    return order(number, None, None, PLACED_AT, channel="Tokopedia", **body)


def claim(device: Device, customer_id: str, number: str = NUMBER, **args: Any) -> dict[str, Any]:
    whole = {"customer_id": customer_id, "number": number, "agreed_at": NOW}
    return device.entry("order.claim", {**whole, "store_id": device.store_id, **args})


def orders_of(device: Device) -> dict[str, Body]:
    device.pull()
    return device.live(Kind.ORDER)


def test_a_claimed_order_comes_to_the_customers_stores(central: Central) -> None:
    central.take(masked(), source=SHOP)
    device = central.device()
    assert orders_of(device) == {}
    assert device.push(claim(device, SITI)) == [("applied", None)]
    body = orders_of(device)[ORDER_ID]
    assert (body["customer_id"], body["channel"], body[CLAIM]["store_id"]) == (SITI, "Tokopedia", BANDUNG)


def test_a_number_is_found_without_its_hash_and_in_other_capitals(central: Central) -> None:
    central.take(masked("#1001a"), source=SHOP)
    device = central.device()
    assert device.push(claim(device, SITI, " 100 1A")) == [("applied", None)]


def test_the_first_of_two_claims_stands_and_the_second_is_refused(central: Central) -> None:
    central.take(masked(), source=SHOP)
    bandung, makassar = central.device(), central.device("MKS")
    assert bandung.push(claim(bandung, SITI)) == [("applied", None)]
    assert makassar.push(claim(makassar, BUDI)) == [("rejected", "mutation.order_taken")]
    assert bandung.push(claim(bandung, SITI)) == [("applied", None)]
    assert orders_of(bandung)[ORDER_ID]["customer_id"] == SITI
    assert ORDER_ID not in orders_of(makassar)


def test_two_claims_in_one_push_are_decided_in_their_order(central: Central) -> None:
    central.take(masked(), source=SHOP)
    device = central.device()
    verdicts = device.push(claim(device, SITI), claim(device, BUDI))
    assert verdicts == [("applied", None), ("rejected", "mutation.order_taken")]


def test_an_order_with_a_buyer_cannot_be_claimed_away(central: Central) -> None:
    central.take(order("#7", BUDI, None, PLACED_AT))
    device = central.device()
    assert device.push(claim(device, SITI, "#7")) == [("rejected", "mutation.order_taken")]


def test_a_number_that_no_import_has_brought_is_refused(central: Central) -> None:
    device = central.device()
    assert device.push(claim(device, SITI)) == [("rejected", "mutation.order_unknown")]


def test_a_number_of_two_channels_means_the_order_that_is_nobodys_and_none_of_two(central: Central) -> None:
    central.take(order("77", BUDI, None, PLACED_AT))
    central.take(masked("77"), masked("88"), source=SHOP)
    central.take(masked("88"), source="shopee")
    device = central.device()
    assert device.push(claim(device, SITI, "77")) == [("applied", None)]
    assert device.push(claim(device, SITI, "88")) == [("rejected", "mutation.order_unknown")]


def test_an_associate_of_another_store_cannot_claim_for_it(central: Central) -> None:
    central.take(masked(), source=SHOP)
    device = central.device()
    assert device.push(claim(device, SITI, store_id=ORDER_ID)) == [("rejected", "mutation.wrong_store")]


def test_later_imports_of_the_order_leave_it_the_customers(central: Central) -> None:
    central.take(masked(), source=SHOP)
    device = central.device()
    device.push(claim(device, SITI))
    again = central.take(masked(), source=SHOP)
    assert again.by_kind == {Kind.ORDER: {Fate.UNCHANGED: 1}}
    central.take(masked(fulfilment_status="Selesai"), source=SHOP)
    body = orders_of(device)[ORDER_ID]
    assert (body["customer_id"], body["fulfilment_status"], CLAIM in body) == (SITI, "Selesai", True)
    assert central.take(masked(fulfilment_status="Selesai"), source=SHOP).by_kind == {Kind.ORDER: {Fate.UNCHANGED: 1}}


def test_the_platforms_own_word_on_the_buyer_stands_over_a_claim(central: Central) -> None:
    central.take(masked(), source=SHOP)
    device = central.device()
    device.push(claim(device, SITI))
    central.take(order(NUMBER, BUDI, None, PLACED_AT, channel="Tokopedia"), source=SHOP)
    assert ORDER_ID not in orders_of(device)

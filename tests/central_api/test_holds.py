"""A piece is asked for, held, given back and taken home, on SQLite and PostgreSQL: the server decides who gets it."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from sync.central_api.daily import do_days_work
from sync.central_api.erasure import erase_customer
from sync.central_api.hold_rules import COUNTED_WITHIN, HELD_BRIEFLY, HELD_FOR
from sync.central_api.holds import end_holds
from sync.central_api.known_records import KnownInDatabase
from sync.central_api.tables import HELD_PIECES
from sync.protocol.ids import rule_id, stock_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Body, Kind
from sync.protocol.stock_level import HELD, free_pieces
from sync.protocol.times import to_wire
from tests.central_api.retailer import (
    BANDUNG,
    BUDI,
    MAKASSAR,
    NOW,
    SHIRT,
    SITI,
    SOURCE,
    Central,
    Device,
    assert_digests_agree,
    record,
)

MEDIUM = rule_id("variant", "shirt", "M")
STOCK = stock_id(BANDUNG, MEDIUM)
OUT_OF_STOCK = ("merged", "mutation.hold_out_of_stock")
APPLIED = ("applied", None)


def stock(on_hand: int, *, reserved: int = 0, as_of: str = NOW, store: str = BANDUNG, ref: str = "M") -> ImportedRecord:
    level = {"on_hand": on_hand, "reserved": reserved, "as_of": as_of}
    variant = rule_id("variant", "shirt", ref)
    return record(
        Kind.STOCK, f"{store}/{ref}", id=stock_id(store, variant), store_id=store, variant_id=variant, product_id=SHIRT,
        levels={store: level},
    )  # fmt: skip


def request(device: Device, customer_id: str = SITI, **args: Any) -> dict[str, Any]:
    """An entry that asks for a medium shirt; the hold's id follows from its number."""
    whole = {
        "hold_id": hold_of(device), "customer_id": customer_id, "product_id": SHIRT, "variant_id": MEDIUM,
        "store_id": device.store_id, "requested_at": NOW, **args,
    }  # fmt: skip
    return device.entry("hold.request", whole)


def hold_of(device: Device) -> str:
    """The hold that this device asks for next."""
    return rule_id("hold", device.device_id, str(device.next_n))


def cancel(device: Device, hold_id: str, customer_id: str = SITI) -> dict[str, Any]:
    return device.entry("hold.cancel", {"hold_id": hold_id, "customer_id": customer_id})


def collect(device: Device, hold_id: str, customer_id: str = SITI) -> dict[str, Any]:
    return device.entry("hold.collect", {"hold_id": hold_id, "customer_id": customer_id, "store_id": device.store_id})


def held(central: Central, *, store: str = "BDG") -> tuple[Device, str]:
    """A device, and the hold it got for Siti."""
    device = central.device(store)
    hold_id = hold_of(device)
    assert device.push(request(device)) == [APPLIED]
    return device, hold_id


def holds_at(device: Device) -> dict[str, Body]:
    device.pull()
    return device.live(Kind.HOLD)


def free_at(device: Device) -> int:
    """Pieces that the store's devices may promise."""
    device.pull()
    return free_pieces(device.live(Kind.STOCK)[STOCK]["levels"][BANDUNG])


def test_a_piece_that_is_there_is_held_for_a_day_and_shown_as_taken(central: Central) -> None:
    central.take(stock(3, reserved=1))
    device, hold_id = held(central)
    hold = holds_at(device)[hold_id]
    assert (hold["status"], hold["until"]) == ("confirmed", to_wire(central.clock() + HELD_FOR))
    assert free_at(device) == 1
    assert_digests_agree(device)


def test_a_piece_that_is_not_there_is_refused_and_people_are_told_twice(central: Central) -> None:
    central.take(stock(3, reserved=3))
    device = central.device()
    hold_id = hold_of(device)
    assert device.push(request(device)) == [OUT_OF_STOCK]
    hold = holds_at(device)[hold_id]
    assert (hold["status"], hold["reason"], hold["until"]) == ("refused", "out_of_stock", None)
    assert device.page is not None
    assert device.page.ack is not None
    assert [verdict.code for verdict in device.page.ack.verdicts] == ["mutation.hold_out_of_stock"]


def test_what_the_platform_never_counted_is_not_promised(central: Central) -> None:
    device = central.device()
    assert device.push(request(device)) == [("merged", "mutation.hold_stock_unknown")]
    central.take(stock(5, store=MAKASSAR))
    assert device.push(request(device)) == [("merged", "mutation.hold_stock_unknown")]


def test_more_pieces_than_there_are_left_are_refused_whole(central: Central) -> None:
    central.take(stock(3))
    device = central.device()
    asked = [request(device, quantity=2), request(device, quantity=2), request(device, BUDI, quantity=1)]
    assert device.push(*asked) == [APPLIED, OUT_OF_STOCK, APPLIED]
    assert free_at(device) == 0


def test_the_same_entry_again_changes_nothing(central: Central) -> None:
    central.take(stock(2))
    device = central.device()
    asked = request(device)
    copy = central.device()
    assert device.push(asked) == device.push(asked) == [APPLIED]
    assert copy.push({**asked, "n": 1}) == [APPLIED], "its uuid is known under any device"
    copy.next_n = 2
    assert copy.push(copy.entry("hold.request", asked["args"])) == [APPLIED], "and so is its hold"
    assert len(holds_at(device)) == 1
    assert free_at(device) == 1


def test_a_request_and_its_collection_in_one_push_are_decided_in_their_order(central: Central) -> None:
    central.take(stock(1))
    device = central.device()
    first = hold_of(device)
    entries = [request(device), collect(device, first), request(device), cancel(device, first)]
    verdicts = [APPLIED, APPLIED, OUT_OF_STOCK, ("rejected", "mutation.hold_collected")]
    assert device.push(*entries) == verdicts


def test_a_cancelled_hold_frees_its_piece_and_stays_cancelled(central: Central) -> None:
    central.take(stock(1))
    device, hold_id = held(central)
    assert device.push(cancel(device, hold_id), cancel(device, hold_id)) == [APPLIED, APPLIED]
    assert device.push(collect(device, hold_id)) == [("rejected", "mutation.hold_cancelled")]
    hold = holds_at(device)[hold_id]
    assert (hold["status"], hold["ended_at"]) == ("cancelled", to_wire(central.clock()))
    assert free_at(device) == 1
    assert device.push(request(device, BUDI)) == [APPLIED]


def test_a_cancellation_that_comes_before_its_request_is_told_and_the_request_stands(central: Central) -> None:
    central.take(stock(1))
    writer, other = central.device(), central.device()
    asked = request(writer)
    assert other.push(cancel(other, asked["args"]["hold_id"])) == [("rejected", "mutation.missing")]
    assert writer.push(asked) == [APPLIED]


def test_a_hold_is_collected_at_its_own_store_and_cancelled_at_any(central: Central) -> None:
    central.take(stock(2))
    _, first = held(central)
    _, second = held(central)
    makassar = central.device("MKS")
    assert makassar.push(collect(makassar, first)) == [("rejected", "mutation.hold_elsewhere")]
    assert makassar.push(cancel(makassar, second)) == [APPLIED]


def test_nobody_asks_for_a_piece_of_another_store(central: Central) -> None:
    central.take(stock(1))
    makassar = central.device("MKS")
    assert makassar.push(request(makassar, store_id=BANDUNG)) == [("rejected", "mutation.wrong_store")]


def test_a_hold_is_over_by_the_servers_clock_before_anybody_wrote_it_down(central: Central) -> None:
    central.take(stock(1))
    device, hold_id = held(central)
    central.clock.advance(HELD_FOR - timedelta(seconds=1))
    assert device.push(request(device, BUDI)) == [OUT_OF_STOCK]
    central.clock.advance(timedelta(seconds=1))
    assert device.push(collect(device, hold_id)) == [("rejected", "mutation.hold_expired")]
    assert device.push(cancel(device, hold_id)) == [APPLIED], "nobody holds it, which was wanted"
    assert device.push(request(device, BUDI)) == [APPLIED]


def test_expired_holds_are_written_down_and_their_pieces_shown_as_free(central: Central) -> None:
    central.take(stock(2))
    device, hold_id = held(central)
    taken = hold_of(device)
    device.push(request(device))
    device.push(collect(device, taken))
    assert end_holds(central.database, central.clock()) == 0
    central.clock.advance(HELD_FOR)
    assert do_days_work(central.database, central.clock()).holds == 1
    assert end_holds(central.database, central.clock()) == 0
    holds = holds_at(device)
    assert (holds[hold_id]["status"], holds[taken]["status"]) == ("expired", "collected")
    assert free_at(device) == 1
    assert_digests_agree(device)


def test_a_hold_of_a_clock_that_ran_ahead_lasts_a_day_once_it_is_right_and_not_for_years(central: Central) -> None:
    central.take(stock(1))
    central.clock.advance(timedelta(days=3_650))
    device, hold_id = held(central)
    central.clock.advance(timedelta(days=-3_650))
    assert device.push(request(device, BUDI)) == [OUT_OF_STOCK]
    assert holds_at(device)[hold_id]["until"] == to_wire(central.clock() + HELD_FOR)
    assert end_holds(central.database, central.clock()) == 0
    central.clock.advance(HELD_FOR)
    assert device.push(request(device, BUDI)) == [APPLIED]
    assert holds_at(device)[hold_id]["status"] == "expired"


def test_a_clock_that_is_set_back_promises_no_piece_twice_and_takes_none_back(central: Central) -> None:
    central.take(stock(1))
    device, hold_id = held(central)
    central.clock.advance(timedelta(days=-3))
    assert device.push(request(device, BUDI)) == [OUT_OF_STOCK]
    assert end_holds(central.database, central.clock()) == 0
    central.clock.advance(timedelta(days=3))
    assert device.push(collect(device, hold_id)) == [APPLIED]


def test_a_clock_that_is_set_forward_and_back_promises_no_piece_twice_and_tells_who_lost_it(central: Central) -> None:
    central.take(stock(1))
    device, hold_id = held(central)
    central.clock.advance(timedelta(days=2))
    other = hold_of(device)
    assert device.push(request(device, BUDI)) == [APPLIED]
    assert holds_at(device)[hold_id]["status"] == "expired", "told together with the other's promise"
    assert free_at(device) == 0
    central.clock.advance(timedelta(days=-2))
    assert device.push(collect(device, hold_id)) == [("rejected", "mutation.hold_expired")]
    assert {one["id"] for one in holds_at(device).values() if one["status"] == "confirmed"} == {other}
    assert device.push(request(device)) == [OUT_OF_STOCK]
    assert_digests_agree(device)


def test_what_was_taken_home_while_the_clock_was_set_back_is_not_on_the_shelf(central: Central) -> None:
    central.take(stock(1))
    device, hold_id = held(central)
    central.clock.advance(timedelta(days=-400))
    assert device.push(collect(device, hold_id), request(device, BUDI)) == [APPLIED, OUT_OF_STOCK]
    assert end_holds(central.database, central.clock()) == 0
    central.clock.advance(timedelta(days=400))
    assert device.push(request(device, BUDI)) == [OUT_OF_STOCK]
    central.take(stock(1, as_of=to_wire(central.clock() + timedelta(minutes=1))))
    assert device.push(request(device, BUDI)) == [APPLIED], "counted again, there is another one"


def test_a_request_of_long_ago_holds_no_further_day_and_long_enough_for_what_followed_it(central: Central) -> None:
    """As after a restore of the server: what it had confirmed and let expire comes again."""
    central.take(stock(2))
    device = central.device()
    over, taken = hold_of(device), rule_id("hold", device.device_id, "2")
    entries = [request(device), request(device), collect(device, taken)]
    central.clock.advance(timedelta(days=5))
    assert [device.push(entry) for entry in entries] == [[APPLIED]] * 3
    holds = holds_at(device)
    assert (holds[over]["status"], holds[over]["until"]) == ("confirmed", to_wire(central.clock() + HELD_BRIEFLY))
    assert holds[taken]["status"] == "collected"
    central.clock.advance(HELD_BRIEFLY)
    assert device.push(request(device, requested_at=to_wire(central.clock()))) == [APPLIED]
    assert holds_at(device)[over]["status"] == "expired"


def test_a_hold_whose_end_nobody_knows_has_ended(central: Central) -> None:
    whole = {
        "customer_id": SITI, "product_id": SHIRT, "variant_id": MEDIUM, "store_id": BANDUNG, "quantity": 1,
        "requested_at": NOW, "status": "confirmed",
    }  # fmt: skip
    central.take(record(Kind.HOLD, "h1", **whole), stock(1))
    assert end_holds(central.database, central.clock()) == 1


def test_an_import_neither_forgets_a_hold_nor_takes_its_piece_twice(central: Central) -> None:
    central.take(stock(3))
    device, hold_id = held(central)
    result = central.take(stock(3, as_of=to_wire(central.clock() + timedelta(hours=1))))
    assert (result.changed, free_at(device)) == (1, 2)
    assert central.take(stock(3, as_of=to_wire(central.clock() + timedelta(hours=1)))).unchanged == 1
    device.push(cancel(device, hold_id))
    assert free_at(device) == 3
    assert HELD not in device.live(Kind.STOCK)[STOCK]["levels"][BANDUNG]


def test_what_an_earlier_import_said_of_stock_is_told_without_what_is_held_here(central: Central) -> None:
    central.take(stock(3))
    held(central)
    said = KnownInDatabase(central.database, SOURCE).last_words(Kind.STOCK, [STOCK])
    assert said[STOCK]["levels"] == {BANDUNG: {"on_hand": 3, "reserved": 0, "as_of": NOW}}


def test_a_hold_survives_that_its_stock_record_ends_and_comes_back(central: Central) -> None:
    central.take(stock(2))
    device, _ = held(central)
    central.take(stock(1, ref="L"), complete_kinds=(Kind.STOCK,))
    assert device.push(request(device)) == [("merged", "mutation.hold_stock_unknown")]
    central.take(stock(2))
    assert free_at(device) == 1


def test_a_collected_piece_is_gone_until_the_stock_was_counted_without_it(central: Central) -> None:
    central.take(stock(2))
    device, hold_id = held(central)
    central.clock.advance(timedelta(hours=1))
    device.push(collect(device, hold_id))
    assert free_at(device) == 1, "it is on no shelf, though the platform has not said so yet"
    central.take(stock(2, reserved=0, as_of=to_wire(central.clock() - timedelta(minutes=1))))
    assert free_at(device) == 1, "counted before it was sold"
    central.take(stock(1, as_of=to_wire(central.clock() + timedelta(minutes=1))))
    assert free_at(device) == 1, "the sale is in this count"


def test_a_collected_piece_is_taken_for_counted_after_a_month(central: Central) -> None:
    central.take(stock(1))
    device, hold_id = held(central)
    device.push(collect(device, hold_id))
    central.clock.advance(COUNTED_WITHIN)
    assert device.push(request(device)) == [APPLIED]
    assert end_holds(central.database, central.clock()) == 0
    with central.database.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(HELD_PIECES)).scalar_one() == 1


def test_a_hold_makes_the_customer_the_stores_and_follows_them(central: Central) -> None:
    central.take(stock(1, store=MAKASSAR))
    makassar, hold_id = held(central, store="MKS")
    bandung = central.device("BDG")
    assert hold_id in holds_at(makassar)
    assert SITI in makassar.live(Kind.CUSTOMER)
    assert holds_at(bandung)[hold_id]["store_id"] == MAKASSAR, "everything about a customer is at their home store too"


def test_an_imported_hold_shows_where_its_customer_was_served(central: Central) -> None:
    whole = {
        "customer_id": SITI, "product_id": SHIRT, "variant_id": MEDIUM, "store_id": MAKASSAR, "quantity": 1,
        "requested_at": NOW, "status": "cancelled",
    }  # fmt: skip
    central.take(record(Kind.HOLD, "h1", **whole))
    makassar = central.device("MKS")
    assert len(holds_at(makassar)) == 1


@pytest.mark.parametrize("central", ["sqlite"], indirect=True)
def test_a_merged_customers_hold_is_cancelled_for_who_they_became(central: Central) -> None:
    central.take(stock(1))
    device, hold_id = held(central)
    merged = "UPDATE record SET body = json_set(body, '$.alias_of', :into) WHERE id = :one"
    with central.database.writing() as connection:
        connection.execute(sa.text(merged), {"into": BUDI, "one": SITI})
    assert device.push(cancel(device, hold_id, BUDI)) == [APPLIED]
    hold = holds_at(device)[hold_id]
    assert (hold["status"], hold["customer_id"]) == ("cancelled", SITI)


def test_pieces_held_for_whom_an_operator_erases_are_free_again(central: Central) -> None:
    central.take(stock(1))
    device, hold_id = held(central)
    assert free_at(device) == 0
    erase_customer(central.database, SITI, now=central.clock())
    assert free_at(device) == 1
    assert hold_id not in device.live(Kind.HOLD)
    assert device.push(request(device, BUDI)) == [APPLIED]
    assert_digests_agree(device)

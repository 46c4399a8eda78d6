"""An export of stock that is older than what is known: the later count of each place stands, and the import says so."""

from datetime import datetime, timedelta
from typing import Any

from sync.central_api.import_preview import preview_records
from sync.central_api.import_words import Fate
from sync.protocol.ids import stock_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Body, Kind
from sync.protocol.times import to_wire
from tests.central_api.retailer import BANDUNG, MAKASSAR, SHIRT, SITI, SOURCE, Central, record
from tests.central_api.test_holds import MEDIUM, STOCK, request

HOUR = timedelta(hours=1)


def stock(**levels: tuple[int, datetime]) -> ImportedRecord:
    """What Bandung is told of the medium shirt, by place: pieces, and when they were counted."""
    places = {"bandung": BANDUNG, "makassar": MAKASSAR}
    said: dict[str, Any] = {
        places[name]: {"on_hand": count, "reserved": 0, "as_of": to_wire(at)} for name, (count, at) in levels.items()
    }
    return record(
        Kind.STOCK, "BDG/M", id=stock_id(BANDUNG, MEDIUM), store_id=BANDUNG, variant_id=MEDIUM, product_id=SHIRT,
        levels=said,
    )  # fmt: skip


def levels(central: Central) -> Body:
    device = central.device()
    device.pull()
    found: Body = device.live(Kind.STOCK)[STOCK]["levels"]
    return found


def test_an_older_count_that_comes_later_is_left_alone_and_counted(central: Central) -> None:
    now = central.clock()
    newer, older = stock(bandung=(2, now - HOUR)), stock(bandung=(9, now - 2 * HOUR))
    central.take(newer)
    before = levels(central)
    foretold = preview_records(central.database, [older], source=SOURCE, now=central.clock)
    done = central.take(older)
    assert foretold == done
    assert (done.older, done.changed, done.unchanged, done.by_kind) == (1, 0, 0, {Kind.STOCK: {Fate.OLDER: 1}})
    assert levels(central) == before
    assert (central.take(newer).older, levels(central)) == (0, before), "and the newer one is still the known one"


def test_of_each_place_the_later_count_stands(central: Central) -> None:
    now = central.clock()
    central.take(stock(bandung=(2, now - HOUR), makassar=(3, now - 3 * HOUR)))
    result = central.take(stock(bandung=(9, now - 2 * HOUR), makassar=(4, now - 2 * HOUR)))
    assert (result.older, result.changed) == (0, 1)
    assert {place: level["on_hand"] for place, level in levels(central).items()} == {BANDUNG: 2, MAKASSAR: 4}


def test_a_piece_held_here_stays_held_whatever_older_count_comes(central: Central) -> None:
    now = central.clock()
    central.take(stock(bandung=(2, now - HOUR)))
    device = central.device()
    assert device.push(request(device, SITI)) == [("applied", None)]
    before = levels(central)
    assert before[BANDUNG]["held"] == 1
    assert central.take(stock(bandung=(9, now - 2 * HOUR))).older == 1
    assert levels(central) == before


def test_a_count_from_a_time_to_come_does_not_bar_every_later_one(central: Central) -> None:
    now = central.clock()
    central.take(stock(bandung=(2, now + timedelta(days=3_650))))
    assert central.take(stock(bandung=(9, now - HOUR))).changed == 1
    assert levels(central)[BANDUNG]["on_hand"] == 9

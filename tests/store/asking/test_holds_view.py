"""A customer's holds and what they take from the stock that screens call available."""

from datetime import timedelta
from typing import Any

import pytest

from clienteling.domain.views import HoldStatus, HoldView
from clienteling.store.queries_customer import customer_view
from clienteling.store.queries_holds import held_pieces
from clienteling.store.queries_product import product_briefs, product_view
from sync.protocol.bodies import holds as protocol
from sync.protocol.ids import stock_id
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.stock_level import HELD
from tests.store.asking.shop import BANDUNG, MAKASSAR, NOW, Shop, ago, make_id


@pytest.fixture
def siti(shop: Shop) -> str:
    shop.product("Kemeja", sizes=("S", "M"), pictures=[{"url": "k.png"}])
    return shop.customer("Siti")


def put_hold(shop: Shop, ref: str, customer_id: str, **fields: Any) -> str:
    fields = {
        "product_id": make_id("Kemeja"),
        "variant_id": make_id("Kemeja M"),
        "store_id": BANDUNG,
        "quantity": 1,
        "requested_at": ago(hours=1),
        "author_name": "Rina",
        **fields,
    }
    return shop.put(Kind.HOLD, f"hold {ref}", customer_id=customer_id, **fields)


def holds(shop: Shop, customer_id: str) -> tuple[HoldView, ...]:
    found = customer_view(shop.connection, customer_id, now=NOW)
    assert found is not None
    return found.holds


def test_screens_and_protocol_name_a_holds_status_alike() -> None:
    assert [one.value for one in HoldStatus] == [one.value for one in protocol.HoldStatus]


def test_a_hold_is_told_in_the_words_of_its_product(shop: Shop, siti: str) -> None:
    hold_id = put_hold(shop, "1", siti, status="confirmed", until=ago(hours=-23), quantity=2)
    assert holds(shop, siti) == (
        HoldView(
            id=hold_id,
            product_id=make_id("Kemeja"),
            variant_id=make_id("Kemeja M"),
            name="Kemeja",
            options=("M",),
            picture="k.png",
            quantity=2,
            status=HoldStatus.CONFIRMED,
            reason="",
            store="Toko Bandung",
            here=True,
            requested_at=NOW - timedelta(hours=1),
            until=NOW + timedelta(hours=23),
            author="Rina",
            pending=False,
        ),
    )


def test_what_waits_for_the_customer_comes_first_and_the_newest_of_the_rest_after(shop: Shop, siti: str) -> None:
    put_hold(shop, "old", siti, status="cancelled", requested_at=ago(3))
    put_hold(shop, "new", siti, status="refused", reason="out_of_stock", requested_at=ago(hours=1))
    waits = put_hold(shop, "waits", siti, requested_at=ago(2), store_id=MAKASSAR)
    put_hold(shop, "held", siti, status="confirmed", until=ago(hours=-1), requested_at=ago(4))
    shop.touch(Kind.HOLD, waits)
    shown = [(one.status.value, one.reason, one.here, one.pending, one.is_open) for one in holds(shop, siti)]
    assert shown == [
        ("confirmed", "", True, False, True),
        ("requested", "", False, True, True),
        ("refused", "out_of_stock", True, False, False),
        ("cancelled", "", True, False, False),
    ]


def test_a_hold_whose_end_has_passed_is_no_promise_though_no_server_said_so(shop: Shop, siti: str) -> None:
    put_hold(shop, "1", siti, status="confirmed", until=ago(hours=0))
    (shown,) = holds(shop, siti)
    assert (shown.status, shown.is_open) == (HoldStatus.EXPIRED, False)


def test_holds_of_a_merged_customer_and_of_things_not_here_are_shown(shop: Shop, siti: str) -> None:
    other = shop.customer("Sitti", alias_of=siti)
    put_hold(shop, "1", other, product_id=make_id("unknown"))
    (shown,) = holds(shop, siti)
    assert (shown.name, shown.options, shown.picture) == ("", (), "")


def test_a_hold_that_another_program_wrote_in_words_of_its_own_breaks_no_screen(shop: Shop, siti: str) -> None:
    put_hold(shop, "1", siti)
    body = {"id": make_id("odd"), "customer_id": siti, "status": "sleeping", "product_id": make_id("Kemeja")}
    shop.write({RecordKey(Kind.HOLD, body["id"]): body})
    assert len(holds(shop, siti)) == 1


def test_what_is_held_is_not_available_here_on_any_screen(shop: Shop, siti: str) -> None:
    variant_id = make_id("Kemeja M")
    levels = {
        BANDUNG: {"on_hand": 5, "reserved": 1, HELD: 2, "as_of": ago(hours=1)},
        MAKASSAR: {"on_hand": 4, "as_of": ago(hours=1)},
    }
    named = {"id": stock_id(BANDUNG, variant_id), "store_id": BANDUNG, "variant_id": variant_id}
    shop.put(Kind.STOCK, "", **named, product_id=make_id("Kemeja"), levels=levels)
    product = product_view(shop.connection, make_id("Kemeja"), now=NOW)
    assert product is not None
    (medium,) = [one for one in product.variants if one.id == make_id("Kemeja M")]
    assert [(line.location, line.available) for line in medium.stock] == [("Toko Bandung", 2), ("Toko Makassar", 4)]
    (brief,) = product_briefs(shop.connection, [make_id("Kemeja")], now=NOW)
    assert brief.available_here == 2


def test_a_hold_counts_as_a_visit_to_the_store_that_asked(shop: Shop, siti: str) -> None:
    put_hold(shop, "1", siti)
    (row,) = shop.rows("Siti")
    assert row.last_visit_at == NOW - timedelta(hours=1)


def medium_lines(shop: Shop) -> dict[str, int]:
    """By place, how many of size M may be promised."""
    product = product_view(shop.connection, make_id("Kemeja"), now=NOW)
    assert product is not None
    (medium,) = [one for one in product.variants if one.id == make_id("Kemeja M")]
    return {line.location: line.available for line in medium.stock}


def test_what_is_known_to_be_held_at_another_store_is_not_available_there(shop: Shop, siti: str) -> None:
    shop.stock("Kemeja", "M", {BANDUNG: (5, 0), MAKASSAR: (4, 1)})
    until = ago(hours=-5)
    put_hold(shop, "1", siti, status="confirmed", until=until, store_id=MAKASSAR, quantity=2)
    put_hold(shop, "asked", siti, store_id=MAKASSAR)
    put_hold(shop, "over", siti, status="confirmed", until=ago(hours=1), store_id=MAKASSAR)
    put_hold(shop, "small", siti, status="confirmed", until=until, store_id=MAKASSAR, variant_id=make_id("Kemeja S"))
    put_hold(shop, "here", siti, status="confirmed", until=until)
    assert medium_lines(shop) == {"Toko Bandung": 5, "Toko Makassar": 1}


def test_a_product_names_for_whom_it_is_held_and_where(shop: Shop, siti: str) -> None:
    shop.product("Tas", sizes=("M",))
    other = shop.customer("Sitti", alias_of=siti)
    put_hold(shop, "asked", siti, store_id=MAKASSAR)
    put_hold(shop, "late", siti, status="confirmed", until=ago(hours=-9))
    put_hold(shop, "soon", other, status="confirmed", until=ago(hours=-5), quantity=2)
    put_hold(shop, "over", siti, status="confirmed", until=ago(hours=1))
    put_hold(shop, "endless", siti, status="confirmed")
    put_hold(shop, "given back", siti, status="cancelled")
    put_hold(shop, "of a stranger", make_id("nobody"), status="confirmed", until=ago(hours=-5))
    put_hold(shop, "bag", siti, product_id=make_id("Tas"), variant_id=make_id("Tas M"))
    found = held_pieces(shop.connection, make_id("Kemeja"), now=NOW)
    assert [(one.customer_name, one.customer_id, one.quantity, one.location_id, one.status.value) for one in found] == [
        ("Siti", siti, 2, BANDUNG, "confirmed"),
        ("Siti", siti, 1, BANDUNG, "confirmed"),
        ("Siti", siti, 1, MAKASSAR, "requested"),
    ]


def waiting_rows(shop: Shop) -> int:
    """How many holds this device looks at where a product is opened."""
    return int(shop.connection.exec_driver_sql("SELECT count(*) FROM open_hold").scalar_one())


def test_a_hold_that_ends_or_goes_is_held_no_longer(shop: Shop, siti: str) -> None:
    hold_id = put_hold(shop, "1", siti, status="confirmed", until=ago(hours=-5))
    assert len(held_pieces(shop.connection, make_id("Kemeja"), now=NOW)) == 1
    put_hold(shop, "1", siti, status="collected", until=ago(hours=-5))
    assert held_pieces(shop.connection, make_id("Kemeja"), now=NOW) == ()
    assert waiting_rows(shop) == 0
    put_hold(shop, "1", siti, status="confirmed", until=ago(hours=-5))
    shop.write({RecordKey(Kind.HOLD, hold_id): None})
    assert waiting_rows(shop) == 0

"""Tables for asking hold nothing of their own: made again from the records they are the same."""

from collections.abc import Callable

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clienteling.store.unpack import ASKING, rebuild_search, unpack_records
from sync.protocol.kinds import Body, Kind, RecordKey
from tests.store.asking.shop import BANDUNG, MAKASSAR, Shop, ago, make_id, open_shop

_TABLES = "customer_entry customer_key customer_child loyalty wish pickup cart duplicate open_conflict product_entry"
_MORE_TABLES = "follow_up appointment open_hold variant stock_here review_entry promotion_entry seen_here name_word"


def tables(shop: Shop) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the tables for asking, without row numbers, which depend on the order of arrival."""
    found = {}
    for table in f"{_TABLES} {_MORE_TABLES}".split():
        columns = [row[1] for row in shop.connection.exec_driver_sql(f"PRAGMA table_info({table})")]
        named = ", ".join(one for one in columns if one not in ("row", "customer_row", "place"))
        found[table] = sorted(tuple(row) for row in shop.connection.exec_driver_sql(f"SELECT {named} FROM {table}"))
    return found


def made_again(shop: Shop) -> dict[str, list[tuple[object, ...]]]:
    """The same tables in a shop that got the same records in one go."""
    rows = shop.connection.exec_driver_sql("SELECT kind, id, body FROM record").all()
    with open_shop() as other:
        unpack_records(other.connection, [(RecordKey(kind, one), orjson.loads(body)) for kind, one, body in rows])
        rebuild_search(other.connection)
        return tables(other)


def _change(draw: st.DrawFn) -> tuple[RecordKey, Body | None]:
    """One of a few records of any kind, as anything it may be, or gone."""
    ref, person, other = (draw(st.sampled_from("ab")) for _ in range(3))
    day = draw(st.integers(0, 3))
    place = draw(st.sampled_from([BANDUNG, MAKASSAR, None]))
    status = draw(st.sampled_from(["open", "settled"]))
    about = {"customer_id": make_id(person)}
    bodies: dict[Kind, Body] = {
        Kind.CUSTOMER: {
            "name": draw(st.sampled_from(["Siti Rahma", "M. Rizki", "Nur'aini", ""])),
            "phone": draw(st.sampled_from(["", "+628123456789"])),
            "email": draw(st.sampled_from(["", "A@b.id"])),
            "alias_of": draw(st.sampled_from([None, make_id(other)])),
        },
        Kind.ORDER: {
            **about,
            "placed_at": ago(day),
            "location_id": place,
            "cancelled_at": draw(st.sampled_from([None, ago(1)])),
            "pickup": draw(
                st.sampled_from(
                    [
                        None,
                        *(
                            {"location_id": BANDUNG, "status": one, "since_at": ago(1)}
                            for one in ("ready", "collected")
                        ),
                    ]
                )
            ),
        },
        Kind.INTERACTION: {**about, "store_id": BANDUNG, "at": ago(day)},
        Kind.FOLLOW_UP: {
            **about,
            "store_id": place,
            "due_on": draw(st.sampled_from(["2026-11-25", "2026-11-26", "besok", None])),
            "status": draw(st.sampled_from(["open", "done"])),
            "at": ago(day),
        },
        Kind.APPOINTMENT: {
            **about,
            "store_id": place,
            "local_date": draw(st.sampled_from(["2026-11-25", "besok"])),
            "local_time": draw(st.sampled_from(["15:30", "09:00", "pagi"])),
            "at": ago(day),
        },
        Kind.HOLD: {
            **about,
            "product_id": make_id("p"),
            "variant_id": draw(st.sampled_from([make_id("v"), None])),
            "store_id": place,
            "status": draw(st.sampled_from(["requested", "confirmed", "expired", "asleep"])),
            "requested_at": ago(day),
        },
        Kind.LOYALTY_ACCOUNT: {**about, "number": draw(st.sampled_from(["", "LY-1", "ly 1", "LY-2"])), "tier": "Emas"},
        Kind.WISHLIST_ITEM: {
            **about,
            "product_id": make_id("p"),
            "added_at": draw(st.sampled_from([ago(day), "soon"])),
        },
        Kind.OPEN_CART: {**about, "updated_at": ago(day), "lines": draw(st.sampled_from([[], [{"quantity": 1}]]))},
        Kind.POSSIBLE_DUPLICATE: {"customer_ids": [make_id("a"), make_id("b")], "status": status},
        Kind.CONFLICT: {**about, "status": status},
        Kind.PRODUCT: {
            "name": draw(st.sampled_from(["Kemeja", "Tas"])),
            "status": draw(st.sampled_from(["active", "archived"])),
            "variants": draw(st.sampled_from([[], [{"id": make_id("v " + ref), "sku": "A-1", "gtin": "1" * 14}]])),
        },
        Kind.STOCK: {
            "store_id": BANDUNG,
            "variant_id": make_id("v"),
            "product_id": make_id("p"),
            "levels": draw(st.sampled_from([{}, {BANDUNG: {"on_hand": 3, "reserved": 1, "as_of": ago(1)}}])),
        },
        Kind.REVIEW: {"product_id": draw(st.sampled_from([None, make_id("p")])), "rating": 4, "written_at": ago(day)},
        Kind.PROMOTION: {"starts_at": ago(day), "ends_at": draw(st.sampled_from([ago(0), "never", None]))},
    }
    kind = draw(st.sampled_from(sorted(bodies)))
    key = RecordKey(kind, make_id(ref))
    return key, None if draw(st.integers(0, 4)) == 0 else {"id": key.id, **bodies[kind]}


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(
    batches=st.lists(st.lists(st.composite(_change)(), max_size=6), max_size=8),
    suspended=st.integers(0, 8),
    again=st.integers(1, 8),
)
def test_however_records_came_the_tables_are_those_of_what_is_there(
    batches: list[list[tuple[RecordKey, Body | None]]], suspended: int, again: int
) -> None:
    with open_shop() as shop:
        for n, batch in enumerate(batches):
            if n == suspended:
                ASKING.suspend_search(shop.connection)
            if n == suspended + again:
                rebuild_search(shop.connection)
            shop.write(dict(batch))
        if not ASKING.keeps_search(shop.connection):
            rebuild_search(shop.connection)
        assert tables(shop) == made_again(shop)


def test_keys_of_before_search_was_suspended_are_forgotten_when_it_is_made(shop: Shop) -> None:
    shop.customer("Siti", phone="+6281200000118")
    ASKING.suspend_search(shop.connection)
    shop.customer("Siti", phone="+6281200000229")
    rebuild_search(shop.connection)
    assert (shop.find("081200000118"), shop.find("081200000229")) == ([], ["Siti"])


def test_of_one_record_named_twice_in_a_batch_the_last_counts(shop: Shop) -> None:
    key = RecordKey(Kind.CUSTOMER, make_id("a"))
    unpack_records(shop.connection, [(key, {"id": key.id, "name": name}) for name in ("Wartini", "Suharti")])
    assert (shop.find("suharti"), shop.find("wartini")) == (["Suharti"], [])


@pytest.mark.parametrize("kind", [*Kind, "kind_of_tomorrow"])
def test_a_body_that_lacks_everything_stops_nothing(shop: Shop, kind: str) -> None:
    key = RecordKey(kind, make_id("bare"))
    shop.write({key: {"id": key.id}})
    shop.write(
        {key: {"id": key.id, "customer_id": None, "levels": None, "variants": None, "lines": None, "pickup": None}}
    )
    shop.write({key: None})


@pytest.mark.parametrize("unindexed", [True, False])
def test_full_text_may_come_after_everything_else(shop: Shop, *, unindexed: bool) -> None:
    if unindexed:
        for table in ("name_search", "product_search", "seen_here", "name_word", "search_state"):
            shop.connection.exec_driver_sql(f"DROP TABLE {table}")
    steps: list[Callable[[], object]] = [
        lambda: shop.customer("Siti"),
        lambda: shop.product("Kemeja"),
        lambda: shop.order("1", make_id("Siti"), placed_at=ago(1)),
        lambda: shop.customer("Wartini", ref="Siti"),
    ]
    for step in steps:
        step()
    rebuild_search(shop.connection)
    assert (shop.find("wart"), shop.find("siti")) == (["Wartini"], [])

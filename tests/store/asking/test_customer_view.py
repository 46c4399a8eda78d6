"""Everything about one customer: all channels, what to say first, what not to do, what is not sent yet."""

import time
from datetime import date, timedelta

import pytest

from clienteling.domain.money import Money
from clienteling.domain.views import CustomerView, MatchReason, SayFirst, SayFirstKind
from clienteling.store.queries_customer import MAX_ORDERS, customer_view
from sync.protocol.ids import consent_id, preference_id
from sync.protocol.kinds import Kind
from tests.store.asking.shop import BANDUNG, MAKASSAR, NOW, Shop, ago, make_id


def view(shop: Shop, customer_id: str) -> CustomerView:
    found = customer_view(shop.connection, customer_id, now=NOW)
    assert found is not None
    return found


@pytest.fixture
def siti(shop: Shop) -> str:
    return shop.customer(
        "Siti Rahmawati",
        salutation="Bu",
        phone="+6281200004471",
        birthday="1990-04-02",
        home_store_id=BANDUNG,
        since_at=ago(900),
    )


def ready(since_days: float = 1, place: str = BANDUNG) -> dict[str, object]:
    return {"location_id": place, "status": "ready", "since_at": ago(since_days)}


def test_a_customer_who_is_not_here_is_none(shop: Shop) -> None:
    assert customer_view(shop.connection, make_id("nobody"), now=NOW) is None


def test_a_bare_customer_has_everything_empty_and_nothing_missing(shop: Shop, siti: str) -> None:
    found = view(shop, siti)
    assert (found.name, found.salutation, found.birthday) == ("Siti Rahmawati", "Bu", date(1990, 4, 2))
    assert found.home_store == "Toko Bandung"
    assert (found.say_first, found.last_purchase, found.cart, found.points) == (None, None, None, None)
    assert not any((found.orders, found.wishlist, found.notes, found.vouchers, found.do_not))
    assert {one.granted for one in found.consents} == {None}


def test_orders_of_all_channels_stand_newest_first_with_store_and_pickup(shop: Shop, siti: str) -> None:
    shop.order("1001", siti, placed_at=ago(60), associate_name="Rina")
    shop.order("1002", siti, placed_at=ago(2), channel="online", location_id=None, pickup=ready())
    shop.order("1003", siti, placed_at=ago(30), location_id=MAKASSAR, refunded_minor=50_00)
    shop.order("1004", siti, placed_at=ago(1), cancelled_at=ago(1))
    found = view(shop, siti)
    assert [one.number for one in found.orders] == ["1004", "1002", "1003", "1001"]
    assert [one.store for one in found.orders] == ["Toko Bandung", "", "Toko Makassar", "Toko Bandung"]
    assert found.orders[1].pickup is not None
    assert (found.orders[1].pickup.location, found.orders[1].pickup.here) == ("Toko Bandung", True)
    assert found.orders[2].refunded == Money(50_00, "IDR")
    assert found.last_purchase is not None
    assert found.last_purchase.number == "1002"


def test_three_hundred_orders_open_at_once_and_are_counted(shop: Shop, siti: str) -> None:
    for number in range(300):
        shop.order(str(number), siti, placed_at=ago(number))
    began = time.thread_time()
    found = view(shop, siti)
    assert time.thread_time() - began < 0.3  # tens of times what it takes: a scan would show
    assert (len(found.orders), found.orders_total, found.orders[0].number) == (MAX_ORDERS, 300, "0")


def test_what_waits_here_is_said_first_with_a_wish_that_goes_with_it(shop: Shop, siti: str) -> None:
    shop.product("Celana Chino", sizes=("30",))
    shop.product("Kemeja Linen", goes_with=[make_id("Celana Chino")])
    shop.stock("Celana Chino", "30", {BANDUNG: (3, 1)})
    shop.wish("1", siti, "Celana Chino", "30")
    line = {"name": "Kemeja Linen - M", "quantity": 1, "price_minor": 1, "product_id": make_id("Kemeja Linen")}
    shop.order("1042", siti, channel="online", location_id=None, pickup=ready(3), lines=[line])
    shop.put(Kind.ENQUIRY, "complaint", customer_id=siti, topic="complaint", subject="Jahitan lepas", opened_at=ago(3))
    assert view(shop, siti).say_first == SayFirst(
        SayFirstKind.PICKUP_READY,
        item="Kemeja Linen - M",
        order_number="1042",
        since_at=NOW - timedelta(days=3),
        also_item="Celana Chino 30",
        also_available=2,
    )


@pytest.mark.parametrize("pickup", [ready(place=MAKASSAR), {**ready(), "status": "preparing"}])
def test_what_waits_elsewhere_or_not_yet_is_not_said(shop: Shop, siti: str, pickup: dict[str, object]) -> None:
    shop.order("1042", siti, pickup=pickup)
    assert view(shop, siti).say_first is None


def test_an_open_complaint_comes_before_a_wish_and_a_closed_one_is_not_said(shop: Shop, siti: str) -> None:
    shop.product("Sepatu", sizes=("42",))
    shop.stock("Sepatu", "42", {BANDUNG: (2, 0)})
    shop.wish("1", siti, "Sepatu", "42")
    complaint = {"customer_id": siti, "topic": "complaint", "subject": "Jahitan lepas", "opened_at": ago(3)}
    shop.put(Kind.ENQUIRY, "complaint", **complaint)
    assert view(shop, siti).say_first == SayFirst(SayFirstKind.OPEN_COMPLAINT, subject="Jahitan lepas")
    shop.put(Kind.ENQUIRY, "complaint", **complaint, status="closed")
    assert view(shop, siti).say_first == SayFirst(SayFirstKind.WISHLIST_HERE, item="Sepatu 42", available=2)


def test_who_wants_no_suggestions_is_named_no_wish_but_what_waits(shop: Shop, siti: str) -> None:
    shop.product("Sepatu", sizes=("42",))
    shop.stock("Sepatu", "42", {BANDUNG: (2, 0)})
    shop.wish("1", siti, "Sepatu", "42")
    about = {"customer_id": siti, "purpose": "profiling", "channel": "any"}
    identity = consent_id(siti, "profiling", "any")
    no = {"event_id": make_id("no"), "granted": False, "at": ago(1)}
    shop.put(Kind.CONSENT, "", id=identity, **about, events=[no])
    assert view(shop, siti).say_first is None
    shop.order("1042", siti, pickup=ready())
    said = view(shop, siti).say_first
    assert said is not None
    assert (said.kind, said.also_item) == (SayFirstKind.PICKUP_READY, "")


def test_the_wishlist_shows_price_promotion_and_stock_here_with_its_age(shop: Shop, siti: str) -> None:
    shop.product("Sepatu", sizes=("41", "42"), price=500_000_00)
    shop.stock("Sepatu", "42", {BANDUNG: (4, 1), MAKASSAR: (9, 0)}, as_of=ago(hours=2))
    shop.promotion("Akhir pekan", name_en="Weekend", product_ids=[make_id("Sepatu")])
    shop.wish("1", siti, "Sepatu", "42")
    (line,) = view(shop, siti).wishlist
    assert (line.name, line.options, line.promotion, line.promotion_en) == ("Sepatu", ("42",), "Akhir pekan", "Weekend")
    assert (line.price, line.price_before) == (Money(450_000_00, "IDR"), Money(500_000_00, "IDR"))
    assert (line.here.available, line.here.as_of) == (3, NOW - timedelta(hours=2))


def test_one_thing_wished_twice_is_one_line_that_names_both_items(shop: Shop, siti: str) -> None:
    shop.product("Sepatu", sizes=("41", "42"))
    items = {shop.wish(str(day), siti, "Sepatu", "42", added_at=ago(day)) for day in (5, 1)}
    other = shop.wish("other", siti, "Sepatu", "41", added_at=ago(3))
    lines = view(shop, siti).wishlist
    assert [set(one.item_ids) for one in lines] == [{other}, items]
    assert lines[1].added_at == NOW - timedelta(days=5)


def test_a_wish_for_no_size_counts_all_sizes_as_old_as_the_oldest_count(shop: Shop, siti: str) -> None:
    shop.product("Sepatu", sizes=("41", "42"))
    shop.stock("Sepatu", "41", {BANDUNG: (1, 0)}, as_of=ago(2))
    shop.stock("Sepatu", "42", {BANDUNG: (2, 0)}, as_of=ago(1))
    shop.wish("1", siti, "Sepatu")
    (line,) = view(shop, siti).wishlist
    assert (line.here.available, line.here.as_of) == (3, NOW - timedelta(days=2))


def test_stock_nobody_told_is_unknown_and_not_none_left(shop: Shop, siti: str) -> None:
    shop.product("Sepatu", sizes=("42",))
    shop.wish("1", siti, "Sepatu", "42")
    assert view(shop, siti).wishlist[0].here.available is None


def test_orphans_are_shown_as_far_as_they_are_known(shop: Shop, siti: str) -> None:
    shop.customer("Siti Rahmawati", salutation="Bu", home_store_id=make_id("gone"))
    shop.wish("1", siti, "Unknown", "42")
    shop.order("1", siti, location_id=make_id("gone"), pickup=ready(place=make_id("gone")))
    lines = [{"sku": "SEP-42", "product_id": make_id("gone"), "quantity": 2, "price_minor": 50_00}]
    shop.put(Kind.OPEN_CART, "cart", customer_id=siti, updated_at=ago(1), currency="IDR", lines=lines)
    found = view(shop, siti)
    assert (found.home_store, found.orders[0].store, found.wishlist[0].name) == ("", "", "")
    assert found.wishlist[0].price is None
    assert found.cart is not None
    assert (found.cart.lines[0].name, found.cart.total) == ("SEP-42", Money(100_00, "IDR"))


def test_children_that_came_before_their_customer_are_there_when_it_comes(shop: Shop) -> None:
    siti = make_id("Siti")
    shop.order("1", siti, placed_at=ago(1))
    shop.customer("Siti")
    assert view(shop, siti).orders_total == 1
    assert shop.rows("siti")[0].last_visit_at == NOW - timedelta(days=1)


def test_what_this_device_wrote_is_marked_until_the_server_has_it(shop: Shop, siti: str) -> None:
    shop.product("Sepatu", sizes=("42",))
    shop.touch(Kind.WISHLIST_ITEM, shop.wish("1", siti, "Sepatu", "42"))
    note = {"customer_id": siti, "written_at": ago(1), "author_name": "Rina", "store_id": BANDUNG}
    shop.touch(Kind.NOTE, shop.put(Kind.NOTE, "new", text="baru", **note))
    shop.put(Kind.NOTE, "old", text="lama", **{**note, "written_at": ago(2)})
    shop.touch(Kind.PREFERENCE, shop.preference(siti, "size_top", "M"))
    shop.preference(siti, "likes", "linen")
    found = view(shop, siti)
    assert [(one.text, one.pending) for one in found.notes] == [("baru", True), ("lama", False)]
    assert [(one.key, one.pending) for one in found.preferences] == [("size_top", True), ("likes", False)]
    assert found.wishlist[0].pending


def test_a_note_for_another_store_only_is_not_shown_here(shop: Shop, siti: str) -> None:
    for ref, store_id, store_only in (("a", MAKASSAR, True), ("b", MAKASSAR, False), ("c", BANDUNG, True)):
        shop.put(
            Kind.NOTE,
            ref,
            customer_id=siti,
            text=ref,
            written_at=ago(1),
            store_id=store_id,
            store_only=store_only,
        )
    assert {one.text for one in view(shop, siti).notes} == {"b", "c"}


def test_a_preference_taken_back_is_not_shown(shop: Shop, siti: str) -> None:
    shop.preference(siti, "size_top", "M")
    shop.preference(siti, "size_top", "")
    found = view(shop, siti)
    assert found.preferences == ()
    assert preference_id(siti, "size_top")


def test_what_not_to_do_is_what_was_withdrawn_by_order_of_arrival(shop: Shop, siti: str) -> None:
    def consent(channel: str, *granted: bool) -> None:
        events = [
            {"event_id": make_id(f"{channel} {index}"), "granted": one, "at": ago(index)}
            for index, one in enumerate(granted)
        ]
        identity = consent_id(siti, "marketing", channel)
        shop.put(Kind.CONSENT, "", id=identity, customer_id=siti, purpose="marketing", channel=channel, events=events)

    consent("phone", True, False)
    consent("email", False, True)
    found = view(shop, siti)
    assert [one.channel for one in found.do_not] == ["phone"]
    by_channel = {one.channel: one for one in found.consents if one.purpose == "marketing"}
    assert by_channel["email"].granted is True
    assert by_channel["phone"].event_id == make_id("phone 1")
    assert by_channel["sms"].granted is None


def test_only_vouchers_that_can_be_used_now_are_shown(shop: Shop, siti: str) -> None:
    for code, fields in {
        "good": {},
        "later": {"expires_at": ago(-9)},
        "used": {"status": "used"},
        "over": {"expires_at": ago(0)},
        "early": {"starts_at": ago(-1)},
    }.items():
        known = {"customer_id": siti, "value_minor": 50_000_00, "currency": "IDR", "expires_at": ago(-5), **fields}
        shop.put(Kind.VOUCHER, code, code=code, **known)
    assert [one.code for one in view(shop, siti).vouchers] == ["good", "later"]


def test_a_merged_customer_opens_as_the_one_that_stands_with_what_both_have(shop: Shop, siti: str) -> None:
    other = shop.customer("St. Rahmawati", alias_of=siti)
    shop.order("1", siti)
    shop.order("2", other)
    assert view(shop, other).id == siti
    assert {one.number for one in view(shop, siti).orders} == {"1", "2"}


def test_a_possible_duplicate_is_shown_on_both_sides_until_settled(shop: Shop, siti: str) -> None:
    other = shop.customer("Siti R.", phone="+6281200004471")
    pair = {"customer_ids": (siti, other), "reason": "phone"}
    shop.put(Kind.POSSIBLE_DUPLICATE, "pair", **pair)
    assert [(one.name, one.why) for one in view(shop, siti).possible_duplicates] == [("Siti R.", MatchReason.PHONE)]
    assert [one.name for one in view(shop, other).possible_duplicates] == ["Siti Rahmawati"]
    shop.put(Kind.POSSIBLE_DUPLICATE, "pair", **pair, status="settled")
    assert view(shop, siti).possible_duplicates == ()


def test_an_open_conflict_shows_what_stands_and_what_lost(shop: Shop, siti: str) -> None:
    conflict = {"customer_id": siti, "record_kind": "customer", "record_id": siti, "field": "email"}
    shop.put(Kind.CONFLICT, "one", **conflict, kept="a@b.id", other=None)
    shop.put(Kind.CONFLICT, "two", **conflict, kept="x", other="y", status="settled")
    assert [(one.field, one.kept, one.other) for one in view(shop, siti).conflicts] == [("email", "a@b.id", "")]


def test_the_newest_loyalty_account_and_cart_count(shop: Shop, siti: str) -> None:
    for ref, days, points in (("old", 9, 1), ("new", 1, 2_340)):
        shop.put(Kind.LOYALTY_ACCOUNT, ref, customer_id=siti, number=ref, tier="Emas", points=points, as_of=ago(days))
        lines = [{"sku": ref, "quantity": 3, "price_minor": points}]
        shop.put(Kind.OPEN_CART, ref, customer_id=siti, updated_at=ago(days), currency="IDR", lines=lines)
    found = view(shop, siti)
    assert (found.loyalty_number, found.points, found.points_as_of) == ("new", 2_340, NOW - timedelta(days=1))
    assert found.cart is not None
    assert found.cart.total == Money(3 * 2_340, "IDR")

"""Today: three true things, one of each kind first, by the store's own clock."""

from datetime import datetime, timedelta

import pytest

from clienteling.domain.money import Money
from clienteling.domain.views import CardKind, TodayView
from clienteling.store.queries_records import associates, cached_customers
from clienteling.store.queries_today import today_view
from clienteling.store.tables import META
from sync.protocol.ids import consent_id
from sync.protocol.kinds import Kind
from sync.protocol.times import to_wire
from tests.store.asking.shop import BANDUNG, MAKASSAR, NOW, Shop, ago, at, make_id


def today(shop: Shop, *, now: datetime = NOW) -> TodayView:
    return today_view(shop.connection, now=now)


def ready(days: float, place: str = BANDUNG, status: str = "ready") -> dict[str, str]:
    return {"location_id": place, "status": status, "since_at": ago(days)}


def said(shop: Shop, customer_id: str, purpose: str, channel: str, granted: bool) -> None:
    event = {"event_id": make_id(f"{customer_id} {purpose} {channel} {granted}"), "granted": granted, "at": ago(30)}
    identity = consent_id(customer_id, purpose, channel)
    about = {"customer_id": customer_id, "purpose": purpose, "channel": channel}
    shop.put(Kind.CONSENT, "", id=identity, **about, events=[event])


def agreeing(shop: Shop, name: str) -> str:
    """Somebody who agreed to offers by WhatsApp, and has a phone."""
    customer_id = shop.customer(name, salutation="Pak", phone="+628123")
    said(shop, customer_id, "marketing", "whatsapp", True)
    return customer_id


def wish_here(shop: Shop, name: str, *, days: float = 1, customer_id: str = "") -> None:
    """Someone who wishes for a shoe that is here; whether it is on promotion is the test's business."""
    shop.product("Sepatu", sizes=("42",), price=500_000_00)
    shop.stock("Sepatu", "42", {BANDUNG: (2, 0)})
    shop.wish(name, customer_id or agreeing(shop, name), "Sepatu", "42", added_at=ago(days))


def cart(shop: Shop, name: str, updated_at: str, *, customer_id: str = "") -> None:
    lines = [{"sku": "A", "quantity": 2, "price_minor": 300_000_00}, {"sku": "B", "quantity": 1, "price_minor": 1_00}]
    whose = customer_id or agreeing(shop, name)
    shop.put(Kind.OPEN_CART, name, customer_id=whose, updated_at=updated_at, currency="IDR", lines=lines)


def test_before_the_first_sync_there_is_no_store_and_no_card(shop: Shop) -> None:
    shop.connection.execute(META.update().values(grants=[]))
    found = today(shop)
    assert (found.store.id, found.cards, found.recent) == ("", (), ())


def test_a_pickup_a_wish_and_a_cart_stand_side_by_side(shop: Shop) -> None:
    shop.order("1042", shop.customer("Siti Rahmawati", salutation="Bu"), pickup=ready(2))
    wish_here(shop, "Budi")
    shop.promotion("Akhir pekan", name_en="Weekend")
    cart(shop, "Dewi", ago(1))
    pickup, wish, left = today(shop).cards
    assert (pickup.kind, pickup.customer_name, pickup.salutation) == (CardKind.PICKUP_READY, "Siti Rahmawati", "Bu")
    assert (pickup.item, pickup.order_number) == ("Kemeja Linen - M", "1042")
    assert (wish.kind, wish.customer_name, wish.item, wish.available) == (
        CardKind.WISHLIST_HERE,
        "Budi",
        "Sepatu 42",
        2,
    )
    assert (wish.promotion, wish.promotion_en, wish.product_id) == ("Akhir pekan", "Weekend", make_id("Sepatu"))
    assert (left.kind, left.pieces, left.total) == (CardKind.CART_LEFT, 3, Money(600_001_00, "IDR"))


def test_six_cards_at_most_one_of_each_kind_first_the_newest_in_front(shop: Shop) -> None:
    for day in range(1, 9):
        shop.order(f"{day}", shop.customer(f"Ambil {day}"), pickup=ready(day))
    cart(shop, "Dewi", ago(1))
    named = [(one.kind, one.customer_name) for one in today(shop).cards]
    assert named[:3] == [
        (CardKind.PICKUP_READY, "Ambil 1"),
        (CardKind.CART_LEFT, "Dewi"),
        (CardKind.PICKUP_READY, "Ambil 2"),
    ]
    assert len(named) == 6


def test_one_customer_has_one_card_of_a_kind(shop: Shop) -> None:
    siti = shop.customer("Siti")
    for day in (1, 2):
        shop.order(f"{day}", siti, pickup=ready(day))
    assert [one.order_number for one in today(shop).cards] == ["1"]


def test_an_offer_is_for_who_agreed_to_one_and_says_by_which_ways(shop: Shop) -> None:
    shop.promotion("Diskon")
    never_asked, refusing = shop.customer("Ani", phone="+628124"), agreeing(shop, "Citra")
    said(shop, refusing, "marketing", "any", False)
    both = agreeing(shop, "Budi")
    said(shop, both, "marketing", "sms", True)
    for name, customer_id in (("Ani", never_asked), ("Citra", refusing), ("Budi", both)):
        wish_here(shop, name, customer_id=customer_id)
        cart(shop, name, ago(1), customer_id=customer_id)
    found = today(shop)
    assert [(one.kind, one.customer_name, one.by) for one in found.cards] == [
        (CardKind.WISHLIST_HERE, "Budi", ("whatsapp", "sms")),
        (CardKind.CART_LEFT, "Budi", ("whatsapp", "sms")),
    ]
    assert found.left_out == 2
    said(shop, both, "marketing", "any", False)
    assert (today(shop).cards, today(shop).left_out) == ((), 3)


def test_who_agreed_by_a_way_for_which_there_is_no_address_gets_no_offer(shop: Shop) -> None:
    wish_here(shop, "Budi", customer_id=shop.customer("Budi", email="budi@toko.id"))
    shop.promotion("Diskon")
    said(shop, make_id("Budi"), "marketing", "sms", True)
    assert today(shop).cards == ()
    said(shop, make_id("Budi"), "marketing", "email", True)
    assert [one.by for one in today(shop).cards] == [("email",)]


def test_offers_are_found_beyond_many_customers_who_did_not_agree(shop: Shop) -> None:
    for number in range(40):
        cart(shop, f"Tidak {number}", ago(1), customer_id=shop.customer(f"Tidak {number}"))
    cart(shop, "Setuju", to_wire(at(ago(1)[:16].replace("T", " ")) - timedelta(minutes=5)))
    found = today(shop)
    assert [one.customer_name for one in found.cards] == ["Setuju"]
    assert found.left_out == 40


def test_what_waits_is_told_with_the_ways_the_customer_does_not_want(shop: Shop) -> None:
    siti, budi = shop.customer("Siti", phone="+628125"), shop.customer("Budi", phone="+628126")
    said(shop, siti, "service", "whatsapp", False)
    said(shop, siti, "marketing", "phone", False)
    shop.order("1", siti, pickup=ready(1))
    shop.order("2", budi, pickup=ready(2))
    assert [one.not_by for one in today(shop).cards] == [("whatsapp", "phone"), ()]


@pytest.mark.parametrize("pickup", [ready(1, MAKASSAR), ready(1, status="preparing"), ready(1, status="collected")])
def test_only_what_is_ready_here_is_a_card(shop: Shop, pickup: dict[str, str]) -> None:
    shop.order("1", shop.customer("Siti"), pickup=pickup)
    assert today(shop).cards == ()


def test_a_collected_order_leaves_the_cards(shop: Shop) -> None:
    siti = shop.customer("Siti")
    shop.order("1", siti, pickup=ready(2))
    shop.order("1", siti, pickup=ready(0, status="collected"))
    assert today(shop).cards == ()


def test_an_order_of_nobody_and_of_someone_who_is_not_here_is_no_card(shop: Shop) -> None:
    shop.order("1", None, pickup=ready(1))
    shop.order("2", make_id("gone"), pickup=ready(1))
    shop.order("3", shop.customer("Siti"), pickup=ready(1), cancelled_at=ago(0.5))
    assert today(shop).cards == ()


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, True),
        ({"product_ids": [make_id("Sepatu")]}, True),
        ({"product_ids": [make_id("Tas")]}, False),
        ({"holds_in": "online"}, False),
        ({"holds_in": "store", "location_ids": [MAKASSAR]}, False),
        ({"ends_at": ago(0)}, False),
        ({"value": 0}, False),
    ],
)
def test_a_wish_is_a_card_while_a_promotion_holds_here(shop: Shop, fields: dict[str, object], *, shown: bool) -> None:
    wish_here(shop, "Budi")
    shop.promotion("Diskon", **fields)
    assert bool(today(shop).cards) is shown


def test_a_wish_that_is_not_in_stock_here_is_no_card(shop: Shop) -> None:
    wish_here(shop, "Budi")
    shop.promotion("Diskon")
    shop.stock("Sepatu", "42", {BANDUNG: (1, 1), MAKASSAR: (9, 0)})
    assert today(shop).cards == ()


@pytest.mark.parametrize(
    ("updated", "now", "zone", "shown"),
    [
        # 16.59 and 17.00 UTC are 23.59 and midnight in Bandung.
        ("2026-11-21 16:59", "2026-11-22 03:42", "Asia/Jakarta", True),
        ("2026-11-20 17:00", "2026-11-22 03:42", "Asia/Jakarta", True),
        # Early in Bandung it is still the day before in UTC.
        ("2026-11-21 18:00", "2026-11-21 23:30", "Asia/Jakarta", False),
        # In Makassar midnight comes at 16.00 UTC, so 15.59 and 16.00 are two days.
        ("2026-11-21 15:59", "2026-11-22 03:42", "Asia/Makassar", True),
        ("2026-11-21 16:00", "2026-11-22 03:42", "Asia/Makassar", False),
    ],
)
def test_yesterday_is_the_stores_yesterday(shop: Shop, updated: str, now: str, zone: str, *, shown: bool) -> None:
    shop.put(Kind.LOCATION, "Bandung", name="Toko Bandung", time_zone=zone)
    cart(shop, "Pasti", to_wire(at("2026-11-20 18:00")))  # yesterday in both zones, so that nothing falls back
    cart(shop, "Dewi", to_wire(at(updated)))
    assert ("Dewi" in [one.customer_name for one in today(shop, now=at(now)).cards]) is shown


def test_without_a_cart_of_yesterday_the_last_three_days_count(shop: Shop) -> None:
    cart(shop, "Lama", ago(3.1))
    assert today(shop).cards == ()
    cart(shop, "Dewi", ago(2.5))
    assert [one.customer_name for one in today(shop).cards] == ["Dewi"]
    cart(shop, "Ani", ago(1))
    assert [one.customer_name for one in today(shop).cards] == ["Ani"]


def test_recent_customers_are_those_last_seen_at_this_store(shop: Shop) -> None:
    for day, name in enumerate(("Ani", "Budi", "Citra"), 1):
        shop.order(name, shop.customer(name), placed_at=ago(day), location_id=MAKASSAR if name == "Budi" else BANDUNG)
    assert [one.name for one in today(shop).recent] == ["Ani", "Citra"]


def test_whoever_was_written_about_here_was_served_here(shop: Shop) -> None:
    names = ("Ani", "Budi", "Citra", "Dewi", "Eka")
    ani, budi, citra, dewi, eka = (shop.customer(name) for name in names)
    shop.order("1", ani, placed_at=ago(5))
    shop.put(Kind.NOTE, "n1", customer_id=budi, text="Suka linen", store_id=BANDUNG, written_at=ago(1))
    shop.put(Kind.NOTE, "n2", customer_id=dewi, text="Suka katun", store_id=MAKASSAR, written_at=ago(1))
    shop.put(Kind.WISHLIST_ITEM, "w", customer_id=citra, product_id=make_id("Tas"), added_at=ago(3), store_id=BANDUNG)
    web = {"product_id": make_id("Tas"), "added_at": ago(0), "channel": "Online"}
    shop.put(Kind.WISHLIST_ITEM, "online", customer_id=dewi, **web)
    answer = {"event_id": make_id("e"), "granted": True, "at": ago(2), "store_id": BANDUNG}
    shop.put(Kind.CONSENT, "c", customer_id=eka, purpose="marketing", channel="sms", events=[answer])
    recent = today(shop).recent
    assert [one.name for one in recent] == ["Budi", "Eka", "Citra", "Ani"]
    assert [one.last_visit_at for one in recent] == [NOW - timedelta(days=day) for day in (1, 2, 3, 5)]
    shop.remove(Kind.NOTE, "n1")
    assert [one.name for one in today(shop).recent] == ["Eka", "Citra", "Ani"]


def test_whose_details_were_changed_here_was_served_then(shop: Shop) -> None:
    ani, budi = shop.customer("Ani"), shop.customer("Budi")
    shop.order("1", ani, placed_at=ago(2))
    changed = {budi: NOW - timedelta(days=1), make_id("gone"): NOW}
    recent = today_view(shop.connection, now=NOW, changed_here=changed).recent
    assert [(one.name, one.last_visit_at) for one in recent] == [
        ("Budi", NOW - timedelta(days=1)),
        ("Ani", NOW - timedelta(days=2)),
    ]
    both = today_view(shop.connection, now=NOW, changed_here={ani: NOW, **changed}).recent
    assert [one.name for one in both] == ["Ani", "Budi"]


def test_associates_of_this_store_are_listed_by_name(shop: Shop) -> None:
    shop.put(Kind.ASSOCIATE, "Adi", name="Adi", role="manager", location_ids=[BANDUNG])
    shop.put(Kind.ASSOCIATE, "Zul", name="Zul", location_ids=[MAKASSAR])
    shop.put(Kind.ASSOCIATE, "Eka", name="Eka", location_ids=[BANDUNG], active=False)
    assert [(one.name, one.role) for one in associates(shop.connection)] == [("Adi", "manager"), ("Rina", "associate")]


def test_customers_on_the_device_are_counted(shop: Shop) -> None:
    for name in ("Ani", "Budi"):
        shop.customer(name)
    assert cached_customers(shop.connection) == 2


def test_who_asked_that_nothing_be_used_is_on_no_card(shop: Shop) -> None:
    for name in ("Budi", "Dewi"):
        customer_id = agreeing(shop, name)
        cart(shop, name, ago(1), customer_id=customer_id)
        shop.order(f"1042 {name}", customer_id, pickup=ready(2))
        wish_here(shop, f"wish of {name}", customer_id=customer_id)
        shop.promotion(f"Akhir pekan {name}")
        if name == "Dewi":
            shop.customer("Dewi", salutation="Pak", phone="+628123", restricted=True)
    assert {one.customer_name for one in today(shop).cards} == {"Budi"}
    assert len(today(shop).cards) == 3

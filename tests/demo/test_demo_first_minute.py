"""The first sixty seconds at the Bandung store are true in the demo's files."""

from collections import Counter
from datetime import datetime, timedelta

import zxingcpp
from PIL import Image

from sync.protocol.phones import e164
from sync.protocol.search_keys import name_tokens
from tests.demo.conftest import DemoFiles, Row, when

HOME = "Bandung"


def _name(row: Row) -> str:
    return f"{row['First Name']} {row['Last Name']}".strip()


def _last_visit(demo: DemoFiles, email: str, phone: str) -> datetime:
    mine = [first for first, *_ in demo.orders() if first["Email"] == email and first["Phone"] == phone]
    return max(when(first["Created at"]) for first in mine if first["Location"])


def test_sit_finds_five_people_whom_a_row_tells_apart(demo: DemoFiles) -> None:
    found = [
        row
        for row in demo.rows("customers_export")
        if any(token.startswith("sit") for token in name_tokens(_name(row)))
    ]
    assert [_name(row) for row in found] == demo.toml()["first_minute"]["sitis"]
    assert len(found) == 5
    stores = demo.stores_of()
    assert all(HOME in stores[row["Customer ID"]] for row in found)
    phones = [e164(row["Phone"]) for row in found]
    assert len({phone[-4:] for phone in phones}) == 5
    visits = [_last_visit(demo, row["Email"], phone).date() for row, phone in zip(found, phones, strict=True)]
    assert len(set(visits)) == 5


def test_nobody_else_anywhere_is_called_like_a_siti(demo: DemoFiles) -> None:
    names = [row["name"] for row in demo.rows("associates")]
    emails = {row["Email"] for row in demo.rows("customers_export") if row["Email"]}
    names += [row["reviewer_name"] for row in demo.rows("reviews") if row["reviewer_email"] not in emails]
    assert not any(token.startswith("sit") for name in names for token in name_tokens(name))
    assert sum(1 for email in emails if email.startswith("sit")) == 3


def test_one_pickup_waits_in_bandung_and_it_is_bu_siti_rahmawatis_linen_shirt(demo: DemoFiles) -> None:
    ready = [row for row in demo.rows("pickups") if (row["location"], row["status"]) == (HOME, "ready")]
    first_minute = demo.toml()["first_minute"]
    assert [row["order"] for row in ready] == [first_minute["pickup_order"]]
    assert 1 <= (demo.today() - when(ready[0]["since_at"]).date()).days <= 7
    (line,) = (row for row in demo.rows("orders_export") if row["Name"] == ready[0]["order"])
    assert (line["Email"], line["Source"], line["Fulfillment Status"]) == (
        first_minute["pickup_customer_email"],
        "web",
        "unfulfilled",
    )
    assert line["Lineitem name"].startswith("Kemeja Linen")
    assert line["Lineitem name"].endswith("/ M")
    assert demo.on_hand(line["Lineitem sku"], HOME) >= 1


def test_pak_budis_wish_is_the_only_one_bandung_has_in_stock_at_a_reduced_price(demo: DemoFiles) -> None:
    first_minute, stores = demo.toml()["first_minute"], demo.stores_of()
    seen = [row for row in demo.rows("wishlists") if HOME in stores[row["customer_id"]]]
    reduced = [row for row in seen if demo.promotions_of(row["sku"]) and demo.on_hand(row["sku"], HOME)]
    assert [(row["customer_id"], row["sku"]) for row in reduced] == [
        (first_minute["promotion_customer_id"], first_minute["promotion_sku"])
    ]
    (offer,) = demo.promotions_of(first_minute["promotion_sku"])
    assert offer["holds_in"] == "everywhere"
    assert offer["locations"] == ""
    assert first_minute["promotion_sku"].endswith("-42")


def test_dewis_cart_of_three_is_the_only_one_bandung_saw_left_yesterday(demo: DemoFiles) -> None:
    first_minute, stores = demo.toml()["first_minute"], demo.stores_of()
    seen = [row for row in demo.rows("carts") if HOME in stores[row["customer_id"]]]
    fresh = [row for row in seen if (demo.today() - when(row["updated_at"]).date()).days < 5]
    assert {row["customer_id"] for row in fresh} == {first_minute["cart_customer_id"]}
    assert {when(row["updated_at"]).date() for row in fresh} == {demo.today() - timedelta(days=1)}
    assert len(fresh) == 3
    assert sum(float(row["price"]) * int(row["quantity"]) for row in fresh) == first_minute["cart_total"]


def test_the_other_stores_have_cards_of_their_own(demo: DemoFiles) -> None:
    stores = demo.stores_of()
    ready = Counter(row["location"] for row in demo.rows("pickups") if row["status"] == "ready")
    for store in ("Surabaya", "Denpasar"):
        only_here = {customer for customer, seen in stores.items() if seen == {store}}
        wishes = [row for row in demo.rows("wishlists") if row["customer_id"] in only_here]
        assert sum(1 for row in wishes if demo.promotions_of(row["sku"]) and demo.on_hand(row["sku"], store)) >= 2
        yesterday = demo.today() - timedelta(days=1)
        carts = [row for row in demo.rows("carts") if row["customer_id"] in only_here]
        assert len({row["cart_id"] for row in carts if when(row["updated_at"]).date() == yesterday}) >= 2
        assert ready[store] == 2


def test_bu_siti_rahmawati_is_who_the_screens_show(demo: DemoFiles) -> None:
    first_minute = demo.toml()["first_minute"]
    (row,) = (r for r in demo.rows("customers_extra") if r["customer_id"] == first_minute["pickup_customer_id"])
    assert (row["salutation"], row["tier"], row["points"], row["home_store"]) == ("Bu", "Emas", "2340", HOME)
    assert (row["size_top"], row["size_shoe"]) == ("M", "38")
    assert (row["consent_marketing_phone"], row["consent_marketing_whatsapp"]) == ("no", "no")
    assert row["phone"].endswith("4471")
    mine = [first for first, *_ in demo.orders() if first["Email"] == row["email"]]
    assert Counter(first["Location"] for first in mine)["Surabaya"] == 1
    assert sum(1 for first in mine if first["Source"] == "web") >= 3
    vouchers = [v for v in demo.rows("vouchers") if v["customer_id"] == row["customer_id"] and v["status"] == "active"]
    assert len(vouchers) == 1
    assert when(vouchers[0]["expires_at"]).date() > demo.today()


def test_one_of_her_four_wishes_is_here_and_goes_with_the_shirt(demo: DemoFiles) -> None:
    first_minute = demo.toml()["first_minute"]
    wishes = [r["sku"] for r in demo.rows("wishlists") if r["customer_id"] == first_minute["pickup_customer_id"]]
    assert len(wishes) == 4
    assert [sku for sku in wishes if demo.on_hand(sku, HOME)] == [first_minute["pickup_wish_sku"]]
    (shirt,) = (row for row in demo.rows("products_extra") if row["handle"] == first_minute["scan_handle"])
    assert demo.handle_of(first_minute["pickup_wish_sku"]) in shirt["goes_with"].split(";")


def test_bu_siti_aminahs_complaint_is_open(demo: DemoFiles) -> None:
    customer = demo.toml()["first_minute"]["complaint_customer_id"]
    (row,) = (row for row in demo.rows("enquiries") if row["customer_id"] == customer)
    assert (row["kind"], row["status"], row["location"]) == ("complaint", "open", HOME)


def test_the_shelf_label_decodes_to_the_shirts_own_link(demo: DemoFiles) -> None:
    first_minute = demo.toml()["first_minute"]
    with Image.open(demo.folder / first_minute["scan_picture"]) as label:
        (code,) = zxingcpp.read_barcodes(label.convert("L"))
    assert code.text == first_minute["scan_link"]
    assert code.text == f"HTTPS://TOKO.EXAMPLE/SBDG/01/0{first_minute['scan_gtin']}"
    assert code.ec_level == "Q"
    (row,) = (r for r in demo.rows("products_export") if r["Variant Barcode"] == first_minute["scan_gtin"])
    assert row["Variant SKU"] == first_minute["scan_sku"]


def test_demo_toml_names_what_exists(demo: DemoFiles) -> None:
    toml = demo.toml()
    associates = {(row["name"], row["code"]) for row in demo.rows("associates")}
    assert (toml["first_minute"]["associate"], toml["first_minute"]["associate_code"]) in associates
    assert (toml["first_minute"]["second_associate"], toml["first_minute"]["second_associate_code"]) in associates
    codes = {row["code"]: row["name"] for row in demo.rows("locations")}
    assert {store["code"]: store["name"] for store in toml["stores"]}.items() <= codes.items()
    assert all(len(store["associates"]) >= 2 for store in toml["stores"])

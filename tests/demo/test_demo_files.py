"""The demo retailer is big enough, whole, and adds up."""

import tomllib
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from biip.gtin import Gtin
from PIL import Image

from build_scripts.demo_data import SEED, TODAY, write_files, write_shape_a
from build_scripts.demo_retailer.retailer import build
from sync.connectors.shopify_csv import read_folder
from sync.protocol.importing import Refusal
from sync.protocol.phones import e164
from tests.demo.conftest import DEMO, DemoFiles, when

MEBIBYTE = 1024 * 1024
WHO_FILES = ("wishlists", "carts", "customers_extra", "vouchers", "enquiries")


def test_the_retailer_is_as_big_as_promised(demo: DemoFiles) -> None:
    assert len(demo.rows("customers_export")) >= 400
    assert len({row["Handle"] for row in demo.rows("products_export")}) >= 60
    assert len({row["Variant SKU"] for row in demo.rows("products_export")}) >= 150
    assert len(demo.orders()) >= 3000
    assert len(demo.rows("reviews")) >= 1500
    placed = [when(first["Created at"]).date() for first, *_ in demo.orders()]
    assert (max(placed) - min(placed)).days > 700


def test_three_stores_lie_in_three_cities_and_two_time_zones(demo: DemoFiles) -> None:
    stores = [row for row in demo.rows("locations") if row["kind"] == "store"]
    assert len({row["city"] for row in stores}) == 3
    assert {row["time_zone"] for row in stores} == {"Asia/Jakarta", "Asia/Makassar"}
    assert Counter(row["kind"] for row in demo.rows("locations")) == {"store": 3, "warehouse": 1, "web": 1}
    staff = Counter(row["location"] for row in demo.rows("associates") if row["active"] == "yes")
    assert all(staff[row["name"]] >= 2 for row in stores)


def test_every_gtin_is_a_valid_ean13_of_its_own(demo: DemoFiles) -> None:
    gtins = [row["Variant Barcode"] for row in demo.rows("products_export")]
    assert len(set(gtins)) == len(gtins)
    assert all(len(gtin) == 13 and gtin.startswith("899") for gtin in gtins)
    assert all(Gtin.parse(gtin).value == gtin for gtin in gtins)


def test_the_importer_takes_over_every_row(demo: DemoFiles) -> None:
    stream = read_folder(demo.folder, as_of=datetime(2026, 11, 21, 15, tzinfo=UTC), default_time_zone="Asia/Jakarta")
    kinds: Counter[str] = Counter()
    refused = []
    for item in stream:
        if isinstance(item, Refusal):
            refused.append(item)
        else:
            kinds[item.kind] += 1
    assert refused == []
    assert kinds["order"] == len(demo.orders())
    assert kinds["review"] == len(demo.rows("reviews"))


def test_everything_that_is_named_exists(demo: DemoFiles) -> None:
    skus = {row["Variant SKU"] for row in demo.rows("products_export")}
    handles = {row["Handle"] for row in demo.rows("products_export")}
    places = {row["name"] for row in demo.rows("locations")}
    orders = {first["Name"] for first, *_ in demo.orders()}
    for name, column in (("wishlists", "sku"), ("carts", "sku"), ("orders_export", "Lineitem sku")):
        assert {row[column] for row in demo.rows(name)} <= skus
    assert {row["SKU"] for row in demo.rows("inventory_export")} == skus
    assert {row["product_handle"] for row in demo.rows("reviews")} == handles
    assert {row["handle"] for row in demo.rows("products_extra")} == handles
    for row in demo.rows("products_extra"):
        assert set(filter(None, row["goes_with"].split(";"))) <= handles - {row["handle"]}
    for row in demo.rows("promotions"):
        assert set(filter(None, row["handles"].split(";"))) <= handles
        assert set(filter(None, row["locations"].split(";"))) <= places
    assert {row["order"] for row in demo.rows("pickups")} <= orders
    assert {row["order"] for row in demo.rows("enquiries")} - {""} <= orders
    for name, column in (("pickups", "location"), ("inventory_export", "Location"), ("associates", "location")):
        assert {row[column] for row in demo.rows(name)} <= places
    assert {row["home_store"] for row in demo.rows("customers_extra")} - {""} <= places


def test_every_customer_that_is_named_is_in_the_export(demo: DemoFiles) -> None:
    known = {row["Customer ID"]: (row["Email"], e164(row["Phone"])) for row in demo.rows("customers_export")}
    assert len(known) == len(demo.rows("customers_export"))
    for name in WHO_FILES:
        assert all(known[row["customer_id"]] == (row["email"], row["phone"]) for row in demo.rows(name)), name
    emails, phones = {email for email, _ in known.values()}, {phone for _, phone in known.values()}
    assert {row["reviewer_email"] for row in demo.rows("reviews")} <= emails
    assert {row["Email"] for row in demo.rows("orders_export")} <= emails
    assert {first["Phone"] for first, *_ in demo.orders()} <= phones


def test_an_associate_who_served_works_in_that_store(demo: DemoFiles) -> None:
    staff = {(row["name"], row["location"]) for row in demo.rows("associates")}
    served = {(first["Employee"], first["Location"]) for first, *_ in demo.orders() if first["Source"] == "pos"}
    assert served <= staff
    assert not any(first["Location"] or first["Employee"] for first, *_ in demo.orders() if first["Source"] == "web")


def test_totals_of_every_order_add_up(demo: DemoFiles) -> None:
    for lines in demo.orders():
        first = lines[0]
        goods = sum(Decimal(row["Lineitem price"]) * int(row["Lineitem quantity"]) for row in lines)
        taken_off = Decimal(first["Discount Amount"])
        by_line = sum(Decimal(row["Lineitem discount"]) for row in lines)
        assert 0 <= by_line <= taken_off < goods
        assert (by_line == taken_off) == (not first["Discount Code"])
        assert Decimal(first["Subtotal"]) == goods - taken_off
        assert Decimal(first["Total"]) == Decimal(first["Subtotal"]) + Decimal(first["Shipping"])
        assert Decimal(first["Taxes"]) == Decimal(first["Tax 1 Value"])
        assert 0 <= Decimal(first["Refunded Amount"]) <= Decimal(first["Total"])


def test_what_a_customer_spent_is_the_sum_of_their_orders(demo: DemoFiles) -> None:
    spent: Counter[str] = Counter()
    for first, *_ in demo.orders():
        if first["Email"] and not first["Cancelled at"]:
            spent[first["Email"]] += int(Decimal(first["Total"]) - Decimal(first["Refunded Amount"]))
    with_email = [row for row in demo.rows("customers_export") if row["Email"]]
    assert all(int(Decimal(row["Total Spent"])) == spent[row["Email"]] for row in with_email)


def test_orders_come_in_every_status(demo: DemoFiles) -> None:
    firsts = [first for first, *_ in demo.orders()]
    assert {row["Financial Status"] for row in firsts} == {
        "paid",
        "refunded",
        "partially_refunded",
        "pending",
        "voided",
    }
    assert {row["Fulfillment Status"] for row in firsts} == {"fulfilled", "unfulfilled"}
    assert {row["Source"] for row in firsts} == {"web", "pos"}
    assert {row["status"] for row in demo.rows("pickups")} == {"new", "preparing", "ready", "collected"}
    assert any(row["Cancelled at"] for row in firsts)
    assert any(not row["Email"] and not row["Phone"] for row in firsts)


def test_nothing_happened_after_the_day_before_the_demo(demo: DemoFiles) -> None:
    columns = {
        "orders_export": ("Created at", "Paid at", "Fulfilled at", "Cancelled at"),
        "reviews": ("review_date", "reply_date"),
        "wishlists": ("added_at",),
        "carts": ("updated_at",),
        "pickups": ("since_at",),
        "enquiries": ("opened_at",),
        "customers_extra": ("consent_at", "points_as_of"),
    }
    for name, wanted in columns.items():
        happened = [when(row[column]) for row in demo.rows(name) for column in wanted if row[column]]
        assert max(happened).date() < demo.today(), name


def test_an_order_is_fulfilled_and_cancelled_after_it_was_placed(demo: DemoFiles) -> None:
    for first, *_ in demo.orders():
        for column in ("Fulfilled at", "Cancelled at", "Paid at"):
            assert not first[column] or when(first[column]) >= when(first["Created at"])


def test_stock_promised_to_orders_is_on_hand(demo: DemoFiles) -> None:
    for row in demo.rows("inventory_export"):
        if row["On hand (current)"] == "not stocked":
            continue
        on_hand, committed, unavailable, available = (
            int(row[column])
            for column in (
                "On hand (current)",
                "Committed (not editable)",
                "Unavailable (not editable)",
                "Available (not editable)",
            )
        )
        assert on_hand - committed - unavailable == available >= 0
    assert any(row["On hand (current)"] == "not stocked" for row in demo.rows("inventory_export"))
    assert sum(int(row["Committed (not editable)"] or 0) for row in demo.rows("inventory_export")) > 5


def test_names_and_phones_are_as_people_have_them(demo: DemoFiles) -> None:
    customers = demo.rows("customers_export")
    names = [f"{row['First Name']} {row['Last Name']}".strip() for row in customers]
    assert sum(1 for name in names if len(name.split()) == 1) >= 20
    assert any(not row["First Name"] for row in customers)
    assert any(not row["Last Name"] for row in customers)
    for spelling in ("Muhammad", "Mohamad", "Mohammad", "M.", "Muh.", "Djoko", "Joko", "Ni", "I", "Zoë", "Søren"):
        assert any(name.split()[0] == spelling for name in names), spelling
    typed = [row["Phone"] for row in customers if row["Phone"]]
    starts = {"+62 ", "+628", "0", "62", "(0", "'+62", "+62-"}
    assert all(any(phone.startswith(start) for phone in typed) for start in starts)
    assert all(e164(phone) for phone in typed)
    assert sum(1 for row in customers if not row["Email"]) >= 20
    assert sum(1 for row in customers if not row["Phone"]) >= 20
    assert all(row["Email"] or row["Phone"] for row in customers)


def test_some_families_share_a_phone_under_two_addresses(demo: DemoFiles) -> None:
    by_phone: dict[str, list[dict[str, str]]] = {}
    for row in demo.rows("customers_export"):
        if row["Phone"]:
            by_phone.setdefault(e164(row["Phone"]), []).append(row)
    shared = [rows for rows in by_phone.values() if len(rows) > 1]
    assert len(shared) == 10
    for rows in shared:
        assert len({row["Email"] for row in rows}) == len(rows) == 2
        assert len({row["Last Name"] for row in rows}) == 1


def test_consent_is_given_refused_and_never_asked(demo: DemoFiles) -> None:
    for channel in ("marketing_email", "marketing_whatsapp", "marketing_sms", "marketing_phone", "profiling"):
        answers = Counter(row[f"consent_{channel}"] for row in demo.rows("customers_extra"))
        assert set(answers) == {"yes", "no", ""}


def test_promotions_have_ended_run_and_lie_ahead_in_every_place(demo: DemoFiles) -> None:
    today, rows = demo.today(), demo.rows("promotions")
    assert any(when(row["ends_at"]).date() < today for row in rows)
    assert any(when(row["starts_at"]).date() > today for row in rows)
    running = [row for row in rows if when(row["starts_at"]).date() <= today <= when(row["ends_at"]).date()]
    assert {row["holds_in"] for row in running} == {"online", "store", "everywhere"}
    assert {row["locations"] for row in running} >= {"", "Surabaya", "Denpasar"}
    assert {row["kind"] for row in running} == {"percent", "amount"}


def test_reviews_do_not_repeat_themselves(demo: DemoFiles) -> None:
    rows = demo.rows("reviews")
    assert len({row["body"] for row in rows}) == len(rows)
    ratings = Counter(row["rating"] for row in rows)
    assert set(ratings) == {"1", "2", "3", "4", "5"}
    assert 0.04 < (ratings["1"] + ratings["2"]) / len(rows) < 0.2
    assert not any("{" in row["body"] for row in rows)
    assert sum(1 for row in rows if row["reply"]) > 100
    assert all(bool(row["reply"]) == bool(row["reply_date"]) for row in rows)
    english = [row for row in rows if " the " in row["body"] or " it " in row["body"]]
    assert 0.04 < len(english) / len(rows) < 0.3


def test_every_picture_is_there_and_the_folder_stays_small(demo: DemoFiles) -> None:
    wanted = {row[column] for row in demo.rows("products_export") for column in ("Image Src", "Variant Image")} - {""}
    for name in wanted:
        with Image.open(demo.folder / name) as picture:
            assert picture.size == (480, 480)
    assert {f"pictures/{path.name}" for path in (demo.folder / "pictures").iterdir()} == wanted
    assert sum(path.stat().st_size for path in demo.folder.rglob("*") if path.is_file()) <= 12 * MEBIBYTE


@pytest.fixture(scope="module")
def written_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("again")
    shop = build(SEED, TODAY)
    write_files(folder, shop, seed=SEED)
    write_shape_a(folder / "shape_a", shop)
    return folder


def test_the_same_seed_writes_the_same_bytes(written_again: Path) -> None:
    for path in (*DEMO.glob("*.csv"), DEMO / "demo.toml"):
        assert path.read_bytes() == (written_again / path.name).read_bytes(), path.name
    assert len(list(DEMO.glob("*.csv"))) == 15
    fixture = Path(__file__).with_name("inventory_shape_a.csv")
    assert fixture.read_bytes() == (written_again / "shape_a").read_bytes()


def test_both_inventory_shapes_say_the_same(demo: DemoFiles) -> None:
    by_column = DemoFiles(Path(__file__).parent).rows("inventory_shape_a")
    by_row = {(row["SKU"], row["Location"]): row["Available (not editable)"] for row in demo.rows("inventory_export")}
    places = ("Bandung", "Surabaya", "Denpasar", "Gudang Cikarang")
    assert len(by_column) == 16
    assert all(row[place] == by_row[(row["SKU"], place)] for row in by_column for place in places)
    assert any(row[place] == "not stocked" for row in by_column for place in places)


def test_what_was_scanned_names_stores_and_products_that_exist(demo: DemoFiles) -> None:
    said = tomllib.loads((demo.folder / "scanned.toml").read_text("utf-8"))
    handles = {row["Handle"] for row in demo.rows("products_export")}
    assert set(said["favourites"]) <= handles
    assert set(said["stores"]) <= {row["code"] for row in demo.rows("locations")}
    assert set(said["followed"]) == {"saved", "handed_over", "attached"}
    assert all(10 <= int(hour) <= 21 for hour in said["hours"])

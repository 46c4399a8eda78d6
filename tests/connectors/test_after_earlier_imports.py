"""A folder with only some of the files: it refers to what earlier imports brought, and unsays nothing they said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from sync.central_api.database import CentralDatabase
from sync.central_api.import_records import ImportResult, import_records
from sync.central_api.known_records import KnownInDatabase
from sync.central_api.record_store import Batch, load_records, write_batch
from sync.central_api.tables import RECORD
from sync.connectors.shopify_csv import read_folder
from sync.protocol.ids import consent_id, imported_id, rule_id, stock_id
from sync.protocol.kinds import Body, Kind, RecordKey
from tests.connectors.folders import AS_OF, CUSTOMERS, PRODUCTS, line_row, make_folder, order_row

Rows = list[dict[str, str]]


def the_id(kind: str, ref: str) -> str:
    return imported_id("shopify", kind, ref)


SITI = the_id(Kind.CUSTOMER, "101")
BANDUNG = the_id(Kind.LOCATION, "BDG")
GUEST = the_id(Kind.CUSTOMER, f"guest:{rule_id('guest', 'email', 'tamu@surel.example')}")


@dataclass(slots=True)
class Shop:
    """A central database and the folders that are taken into it, one after another."""

    database: CentralDatabase
    path: Path
    runs: int = 0
    taken_after: timedelta = timedelta()
    """How long after it was exported a folder is taken."""

    def take(self, *, source: str = "shopify", **files: Any) -> ImportResult:
        """One import of a folder with these files alone, exported a day after the last."""
        self.runs += 1
        alone: dict[str, Any] = {"locations": None, "products_export": None, "customers_export": None}
        folder = make_folder(self.path / str(self.runs), **alone | files)
        return self.take_folder(folder, source=source)

    def take_folder(self, folder: Path, *, source: str = "shopify") -> ImportResult:
        as_of = AS_OF + timedelta(days=self.runs)
        now = as_of + self.taken_after
        stream = read_folder(
            folder,
            source=source,
            as_of=as_of,
            default_time_zone="Asia/Jakarta",
            known=KnownInDatabase(self.database, source),
            now=now,
        )
        return import_records(
            self.database, stream, source=source, now=lambda: now, complete_kinds=stream.complete_kinds
        )

    def everything(self) -> dict[RecordKey, Body]:
        """Every live record."""
        with self.database.reading() as connection:
            rows = connection.execute(RECORD.select().where(RECORD.c.state == "live")).all()
        return {RecordKey(row.kind, row.id): orjson.loads(row.body) for row in rows}

    def of(self, kind: Kind) -> dict[str, Body]:
        """Every live record of a kind by id."""
        return {key.id: body for key, body in self.everything().items() if key.kind == kind}

    def order(self, number: str) -> Body:
        return self.of(Kind.ORDER)[the_id(Kind.ORDER, number)]

    def change_here(self, kind: Kind, record_id: str, **fields: Any) -> None:
        """What an associate's entry leaves in a record."""
        key = RecordKey(kind, record_id)
        with self.database.writing() as connection:
            stored = load_records(connection, [key])
            written_by = {name: ["01990000-0000-7000-8000-000000000001", 1] for name in fields}
            body = {**stored[key].body, **fields, "written_by": written_by}
            write_batch(connection, Batch({key: body}, stored), now=AS_OF)


FULL: Mapping[str, Rows] = {
    "customers_extra": [
        {"customer_id": "101", "salutation": "Bu", "home_store": "Bandung", "birthday": "1987-12-04",
         "customer_since": "2021-03-04", "size_top": "M", "loyalty_number": "BT-1", "points": "10",
         "points_as_of": "2026-11-01",
         "consent_marketing_email": "no", "consent_at": "2024-01-01T00:00:00Z"},
        {"customer_id": "102", "consent_marketing_email": "no", "consent_at": "2024-01-01T00:00:00Z"},
    ],
    "products_extra": [
        {"handle": "kemeja", "video_url": "https://toko.example/v", "goes_with": "vas", "delivery_options": "pickup",
         "returns_days": "14"},
    ],
    "orders_export": [
        order_row(Source="pos", Location="Bandung"),
        line_row("#1001"),
        order_row(Name="#1002", Email="tamu@surel.example", Billing_Name="Tamu", Phone="0812-0000-9999"),
    ],
    "pickups": [{"order": "#1001", "location": "BDG", "status": "ready", "since_at": "2026-11-20T00:00:00Z"}],
    "inventory_export": [{"SKU": "KM-M", "Bandung": "2", "Denpasar": "1", "Gudang": "9"}],
    "reviews": [{"body": "Bagus", "rating": "5", "review_date": "2026-10-01", "product_handle": "kemeja"}],
    "wishlists": [{"customer_id": "101", "sku": "KM-M", "added_at": "2026-11-01"},
                  {"customer_id": "101", "sku": "VAS", "added_at": "2026-11-01"}],
}  # fmt: skip


def full(path: Path, **files: Any) -> Path:
    """A folder with every kind of file in which earlier imports matter."""
    return make_folder(path, **{**FULL, **files})


@pytest.fixture
def shop(central_database_url: str, tmp_path: Path) -> Iterator[Shop]:
    """A shop whose whole folder was taken once, on SQLite and on PostgreSQL."""
    with CentralDatabase(central_database_url) as database:
        made = Shop(database, tmp_path)
        result = made.take_folder(full(tmp_path / "full"))
        assert result.refusals == ()
        yield made


def changed_kinds(result: ImportResult) -> dict[str, dict[str, int]]:
    """What a run created, changed, ended or refused, by kind."""
    told = {kind: {str(fate): n for fate, n in fates.items() if fate != "unchanged"} for kind, fates in
            result.by_kind.items()}  # fmt: skip
    return {kind: fates for kind, fates in told.items() if fates}


def test_a_second_run_of_the_whole_folder_changes_only_the_age_of_stock(shop: Shop) -> None:
    before = shop.everything()
    result = shop.take_folder(shop.path / "full")
    assert (changed_kinds(result), result.refusals) == ({}, ())
    assert shop.everything() == before


def test_each_file_alone_says_again_what_it_said_and_unsays_nothing(shop: Shop) -> None:
    before = shop.everything()
    for file in sorted(path.stem for path in (shop.path / "full").glob("*.csv")):
        if file == "inventory_export":
            continue
        result = shop.take(**{file: (shop.path / "full" / f"{file}.csv").read_text()})
        assert (file, changed_kinds(result), result.refusals) == (file, {}, ())
        assert result.unchanged > 0
    assert shop.everything() == before


def test_stock_alone_changes_its_age_and_nothing_else(shop: Shop) -> None:
    result = shop.take(inventory_export=FULL["inventory_export"])
    assert (changed_kinds(result), result.refusals) == ({Kind.STOCK: {"changed": 2}}, ())


def test_orders_alone_find_their_customer_variant_and_store(shop: Shop) -> None:
    result = shop.take(orders_export=[order_row(Name="#1003", Source="pos", Location="BDG"), line_row("#1003")])
    assert (result.created, result.refusals) == (1, ())
    order = shop.order("#1003")
    assert (order["customer_id"], order["location_id"]) == (SITI, BANDUNG)
    assert [line["variant_id"] for line in order["lines"]] == [the_id("variant", "KM-M"), the_id("variant", "VAS")]
    assert [line["product_id"] for line in order["lines"]] == [the_id(Kind.PRODUCT, "kemeja"), the_id("product", "vas")]


def test_orders_alone_find_a_customer_by_phone_and_name(shop: Shop) -> None:
    row = order_row(Name="#1004", Email="", Phone="0812 0000 1111", Billing_Name="Siti Rahmawati")
    shop.take(orders_export=[row, order_row(Name="#1005", Email="", Phone="081200001111", Billing_Name="Agus")])
    assert shop.order("#1004")["customer_id"] == SITI
    assert shop.order("#1005")["customer_id"] not in {SITI, None}


def test_an_order_keeps_its_customer_though_people_changed_the_email_here(shop: Shop) -> None:
    shop.change_here(Kind.CUSTOMER, SITI, email="baru@surel.example")
    for number, email in (("#1006", "siti@surel.example"), ("#1007", "BARU@surel.example")):
        result = shop.take(orders_export=[order_row(Name=number, Email=email)])
        assert shop.order(number)["customer_id"] == SITI
        assert Kind.CUSTOMER not in result.by_kind


def test_orders_stay_with_an_account_whose_email_has_changed_at_the_platform(shop: Shop) -> None:
    siti = CUSTOMERS[0] | {"Email": "siti.baru@surel.example", "Phone": ""}
    orders = [order_row(), order_row(Name="#1003", Email="lain@surel.example", Billing_Name="Lain")]
    with_customers: dict[str, Any] = {"customers_export": [siti, CUSTOMERS[1]], "orders_export": orders}
    for files in (with_customers, {"orders_export": orders}, with_customers):
        shop.take(**files)
        assert shop.order("#1001")["customer_id"] == SITI
        assert sorted(one["email"] for one in shop.of(Kind.CUSTOMER).values()) == [
            "lain@surel.example", "siti.baru@surel.example", "suharti@surel.example", "tamu@surel.example",
        ]  # fmt: skip


def test_an_order_of_an_unknown_person_still_makes_a_guest(shop: Shop) -> None:
    result = shop.take(orders_export=[order_row(Name="#1007", Email="baru@x.example", Billing_Name="Baru")])
    assert changed_kinds(result) == {Kind.CUSTOMER: {"created": 1}, Kind.ORDER: {"created": 1}}


def test_a_guests_next_order_fills_in_and_blanks_nothing(shop: Shop) -> None:
    row = order_row(Name="#1008", Email="tamu@surel.example", Billing_Name="Tamu Baru", Billing_City="")
    shop.take(orders_export=[row])
    guest = shop.of(Kind.CUSTOMER)[GUEST]
    assert shop.order("#1008")["customer_id"] == GUEST
    assert (guest["name"], guest["phone"], guest["phone_typed"]) == ("Tamu Baru", "+6281200009999", "0812-0000-9999")
    assert (guest["city"], guest["has_account"]) == ("Bandung", False)


def test_a_guest_who_became_a_customer_has_their_orders_from_then_on(shop: Shop) -> None:
    account = {"Customer ID": "103", "First Name": "Tamu", "Last Name": "Baik", "Email": "tamu@surel.example"}
    shop.take(customers_export=[*CUSTOMERS, account])
    tamu = the_id(Kind.CUSTOMER, "103")
    (marked,) = shop.of(Kind.POSSIBLE_DUPLICATE).values()
    assert (set(marked["customer_ids"]), marked["reason"]) == ({tamu, GUEST}, "same_email")
    assert shop.order("#1002")["customer_id"] == GUEST
    shop.take(orders_export=[FULL["orders_export"][2], order_row(Name="#1009", Email="tamu@surel.example")])
    assert shop.order("#1002")["customer_id"] == shop.order("#1009")["customer_id"] == tamu
    assert len(shop.of(Kind.POSSIBLE_DUPLICATE)) == 1


def test_a_pickup_alone_moves_the_order_it_is_of(shop: Shop) -> None:
    collected = {"order": "#1001", "location": "BDG", "status": "collected", "since_at": "2026-11-21T00:00:00Z"}
    result = shop.take(pickups=[collected, collected | {"order": "#9999"}])
    order = shop.order("#1001")
    assert (order["pickup"]["status"], len(order["lines"]), order["customer_id"]) == ("collected", 2, SITI)
    assert [(each.line, each.reason) for each in result.refusals] == [(3, "import.unknown_order")]


def test_orders_with_a_list_of_pickups_lose_those_it_no_longer_has(shop: Shop) -> None:
    shop.take(orders_export=FULL["orders_export"], pickups="order,location,status,since_at\n")
    assert shop.order("#1001")["pickup"] is None


def test_stock_alone_finds_variants_and_stores_and_makes_no_second_store(shop: Shop) -> None:
    result = shop.take(
        inventory_export=[{"SKU": "KM-M", "Bandung": "7", "Denpasar": "1"}, {"SKU": "NEW", "Bandung": "1"}]
    )
    assert [(each.line, each.reason) for each in result.refusals] == [(3, "import.unknown_sku")]
    stock = shop.of(Kind.STOCK)[stock_id(BANDUNG, the_id("variant", "KM-M"))]
    assert stock["levels"][BANDUNG]["on_hand"] == 7
    assert {place["name"] for place in shop.of(Kind.LOCATION).values()} == {
        "Bandung", "Denpasar", "Gudang", "Toko Online",
    }  # fmt: skip
    assert len(shop.of(Kind.STOCK)) == 2


def test_stock_of_one_place_leaves_what_was_said_of_the_others_with_its_age(shop: Shop) -> None:
    bandung, denpasar, warehouse = (the_id(Kind.LOCATION, ref) for ref in ("BDG", "DPS", "GDG"))
    row = {"SKU": "KM-M", "Location": "Bandung", "On hand (current)": "1", "Committed (not editable)": "0"}
    shop.take(inventory_export=[row])
    for store in (bandung, denpasar):
        levels = shop.of(Kind.STOCK)[stock_id(store, the_id("variant", "KM-M"))]["levels"]
        assert {place: (level["on_hand"], level["as_of"][:10]) for place, level in levels.items()} == {
            bandung: (1, "2026-11-23"), denpasar: (1, "2026-11-22"), warehouse: (9, "2026-11-22"),
        }  # fmt: skip


def test_a_variant_that_a_place_no_longer_keeps_is_not_there(shop: Shop) -> None:
    shop.take(inventory_export=[{"SKU": "KM-M", "Bandung": "not stocked", "Denpasar": ""}])
    levels = shop.of(Kind.STOCK)[stock_id(the_id(Kind.LOCATION, "BDG"), the_id("variant", "KM-M"))]["levels"]
    assert set(levels) == {the_id(Kind.LOCATION, "GDG")}


def test_an_older_file_that_says_a_place_keeps_none_is_left_alone(shop: Shop) -> None:
    known_of = stock_id(the_id(Kind.LOCATION, "BDG"), the_id("variant", "KM-M"))
    before = shop.of(Kind.STOCK)[known_of]
    shop.runs -= 2
    shop.taken_after = timedelta(days=2)
    shop.take(inventory_export=[{"SKU": "KM-M", "Bandung": "not stocked", "Denpasar": ""}])
    assert shop.of(Kind.STOCK)[known_of] == before


def test_stock_from_a_time_to_come_is_not_there_once_a_place_keeps_none(shop: Shop) -> None:
    shop.runs += 3_650
    shop.take(inventory_export=[{"SKU": "KM-M", "Bandung": "4", "Denpasar": "1"}])
    shop.runs -= 3_650
    shop.take(inventory_export=[{"SKU": "KM-M", "Bandung": "not stocked", "Denpasar": ""}])
    levels = shop.of(Kind.STOCK)[stock_id(the_id(Kind.LOCATION, "BDG"), the_id("variant", "KM-M"))]["levels"]
    assert set(levels) == {the_id(Kind.LOCATION, "GDG")}


def test_stock_of_a_new_place_makes_the_place(shop: Shop) -> None:
    shop.take(inventory_export=[{"SKU": "KM-M", "Bandung": "7", "Medan": "1"}])
    medan = the_id(Kind.LOCATION, "Medan")
    assert shop.of(Kind.LOCATION)[medan]["place"] == "store"
    assert shop.of(Kind.STOCK)[stock_id(medan, the_id("variant", "KM-M"))]["levels"][BANDUNG]["on_hand"] == 7


def test_customers_alone_keep_what_the_extra_file_said(shop: Shop) -> None:
    moved = [CUSTOMERS[0] | {"Default Address City": "Cimahi", "Accepts Email Marketing": "yes"},
             CUSTOMERS[1] | {"Accepts Email Marketing": "yes"}]  # fmt: skip
    result = shop.take(customers_export=moved)
    assert changed_kinds(result) == {Kind.CUSTOMER: {"changed": 1}}
    siti = shop.of(Kind.CUSTOMER)[SITI]
    assert (siti["city"], siti["salutation"], siti["birthday"]) == ("Cimahi", "Bu", "1987-12-04")
    assert (siti["home_store_id"], siti["since_at"]) == (BANDUNG, "2021-03-03T17:00:00Z")
    for customer_id in (SITI, the_id(Kind.CUSTOMER, "102")):
        (event,) = shop.of(Kind.CONSENT)[consent_id(customer_id, "marketing", "email")]["events"]
        assert event["granted"] is False


@pytest.mark.parametrize(
    ("told", "phone", "city"),
    [(("Phone", "Default Address City"), "", ""), (("Phone",), "", "Bandung"), ((), "+6281200001111", "Bandung")],
)
def test_a_file_without_the_column_has_not_said_that_nobody_has_a_phone(
    shop: Shop, told: tuple[str, ...], phone: str, city: str
) -> None:
    shop.take(customers_export=CUSTOMERS)
    fewer = {name: value for name, value in CUSTOMERS[0].items() if name not in ("Phone", "Default Address City")}
    shop.take(customers_export=[fewer | dict.fromkeys(told, "")])
    siti = shop.of(Kind.CUSTOMER)[SITI]
    assert (siti["phone"], siti["phone_typed"], siti["city"]) == (phone, phone, city)


def test_a_consent_of_the_platforms_own_columns_still_follows_them(shop: Shop) -> None:
    shop.take(customers_export=[CUSTOMERS[1] | {"Accepts SMS Marketing": "yes"}])
    shop.take(customers_export=[CUSTOMERS[1] | {"Accepts SMS Marketing": "no"}])
    ledger = shop.of(Kind.CONSENT)[consent_id(the_id(Kind.CUSTOMER, "102"), "marketing", "sms")]
    assert [event["granted"] for event in ledger["events"]] == [True, False]


def test_who_unsubscribes_at_the_platform_is_heard_also_beside_an_extra_row(shop: Shop) -> None:
    shop.take(customers_export=[CUSTOMERS[1] | {"Accepts SMS Marketing": "yes"}])
    shop.take(
        customers_export=[CUSTOMERS[1] | {"Accepts SMS Marketing": "no"}],
        customers_extra=[{"customer_id": "102", "loyalty_number": "LYL-1"}],
    )
    ledger = shop.of(Kind.CONSENT)[consent_id(the_id(Kind.CUSTOMER, "102"), "marketing", "sms")]
    assert [event["granted"] for event in ledger["events"]] == [True, False]


def test_a_customers_file_with_some_of_them_turns_nobody_elses_order_into_a_guests(shop: Shop) -> None:
    shop.take(customers_export=CUSTOMERS[1:], orders_export=FULL["orders_export"])
    assert shop.order("#1001")["customer_id"] == SITI


def test_the_extra_file_alone_changes_the_customers_of_earlier_imports(shop: Shop) -> None:
    row = FULL["customers_extra"][0] | {"salutation": "Kak", "points": "25", "customer_id": "", "phone": "081200001111"}
    result = shop.take(customers_extra=[row, {"customer_id": "999", "salutation": "Pak"}])
    siti = shop.of(Kind.CUSTOMER)[SITI]
    assert (siti["salutation"], siti["email"], siti["home_store_id"]) == ("Kak", "siti@surel.example", BANDUNG)
    assert [body["points"] for body in shop.of(Kind.LOYALTY_ACCOUNT).values()] == [25]
    assert [(each.line, each.reason) for each in result.refusals] == [(3, "import.unknown_customer")]


def test_the_products_file_alone_keeps_video_and_advice(shop: Shop) -> None:
    renamed = [PRODUCTS[0] | {"Title": "Kemeja Linen Baru"}, *PRODUCTS[1:]]
    assert changed_kinds(shop.take(products_export=renamed)) == {Kind.PRODUCT: {"changed": 1}}
    shirt = shop.of(Kind.PRODUCT)[the_id(Kind.PRODUCT, "kemeja")]
    assert (shirt["name"], shirt["video_url"]) == ("Kemeja Linen Baru", "https://toko.example/v")
    assert (shirt["goes_with"], shirt["returns_days"]) == ([the_id(Kind.PRODUCT, "vas")], 14)


def test_products_extra_alone_changes_products_and_blanks_what_it_leaves_out(shop: Shop) -> None:
    result = shop.take(products_extra=[{"handle": "kemeja", "returns_days": "30", "goes_with": "vas;none"}])
    shirt = shop.of(Kind.PRODUCT)[the_id(Kind.PRODUCT, "kemeja")]
    assert (shirt["returns_days"], shirt["video_url"], len(shirt["variants"])) == (30, "", 2)
    assert shirt["goes_with"] == [the_id(Kind.PRODUCT, "vas")]
    assert [(each.reason, each.kept) for each in result.refusals] == [("import.unknown_product", True)]


def test_a_price_list_alone_stays_in_its_currency(shop: Shop, tmp_path: Path) -> None:
    yen = order_row(Currency="JPY", Subtotal="1", Total="1", Taxes="0", Shipping="0", Refunded_Amount="0",
                    Lineitem_price="1", Name="#J")  # fmt: skip
    shop.take(source="tokyo", products_export=PRODUCTS, orders_export=[yen])
    shop.take(source="tokyo", products_export=PRODUCTS)
    prices = [body for body in shop.of(Kind.PRICE).values() if body["source"] == "tokyo"]
    assert {body["currency"] for body in prices} == {"JPY"}


def test_a_wishlist_alone_ends_what_it_no_longer_has(shop: Shop) -> None:
    assert shop.take(wishlists=FULL["wishlists"][:1]).ended == 1
    assert len(shop.of(Kind.WISHLIST_ITEM)) == 1


def test_a_wishlist_with_a_row_nobody_knows_ends_nothing(shop: Shop) -> None:
    unknown = {"customer_id": "999", "sku": "KM-M", "added_at": "2026-11-01"}
    assert shop.take(wishlists=[FULL["wishlists"][0], unknown]).ended == 0


def test_people_of_another_source_are_found_by_email_and_never_by_its_ids(shop: Shop) -> None:
    who = {"sku": "KM-M", "added_at": "2026-11-01"}
    rows = [who | {"customer_id": "", "email": "siti@surel.example"}, who | {"customer_id": "101", "email": ""}]
    result = shop.take(source="kiosk", wishlists=rows)
    assert [(each.line, each.reason) for each in result.refusals] == [(3, "import.unknown_customer")]
    (item,) = (body for body in shop.of(Kind.WISHLIST_ITEM).values() if body["source"] == "kiosk")
    assert (item["customer_id"], item["variant_id"]) == (SITI, the_id("variant", "KM-M"))


def test_what_the_folder_names_comes_before_what_was_known(shop: Shop) -> None:
    """Siti's address now belongs to Suharti: an order with it is Suharti's, whatever an earlier import said."""
    swapped = [CUSTOMERS[0] | {"Email": "lain@surel.example"}, CUSTOMERS[1] | {"Email": "siti@surel.example"}]
    shop.take(customers_export=swapped, orders_export=[order_row(Name="#1010")])
    assert shop.order("#1010")["customer_id"] == the_id(Kind.CUSTOMER, "102")


def test_what_was_known_of_those_the_folder_names_does_not_count(shop: Shop) -> None:
    """Else the answer would hang on how much of the same import is written already."""
    moved = [CUSTOMERS[0] | {"Email": "lain@surel.example"}, CUSTOMERS[1]]
    files: dict[str, Any] = {
        "customers_export": moved,
        "orders_export": [order_row(Name="#1011", Billing_Name="Siti", Phone="0811")],
    }
    shop.take(**files)
    assert shop.order("#1011")["customer_id"] not in {SITI, None}
    assert changed_kinds(shop.take(**files)) == {}

"""Locations, associates, products, promotions, stock and reviews, file by file and wrong cell by wrong cell."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.connectors.inventory import nearby
from sync.connectors.known import Place
from sync.protocol.ids import imported_id, stock_id
from sync.protocol.kinds import Kind
from tests.connectors.folders import LOCATIONS, PRODUCTS, make_folder, order_row, read

BANDUNG = imported_id("shopify", Kind.LOCATION, "BDG")
DENPASAR = imported_id("shopify", Kind.LOCATION, "DPS")
WAREHOUSE = imported_id("shopify", Kind.LOCATION, "GDG")
KEMEJA = imported_id("shopify", Kind.PRODUCT, "kemeja")
KM_M = imported_id("shopify", "variant", "KM-M")


def test_a_location_keeps_its_zone_and_place(tmp_path: Path) -> None:
    result = read(make_folder(tmp_path))
    denpasar = result.of(Kind.LOCATION)["DPS"]
    assert (denpasar["place"], denpasar["time_zone"], denpasar["latitude"]) == ("store", "Asia/Makassar", -8.67)
    web = result.of(Kind.LOCATION)["WEB"]
    assert (web["place"], web["latitude"], web["longitude"]) == ("web", None, None)
    assert result.refusals == []


def test_wrong_cells_of_a_location_cost_what_they_must(tmp_path: Path) -> None:
    rows = [
        LOCATIONS[0],
        {"name": "Medan", "code": "MDN", "time_zone": "Mars/Olympus"},
        {"name": "Solo", "code": "SLO", "kind": "kiosk"},
        {"name": "Palu", "code": "PLU", "latitude": "nan"},
        {"name": "Kembar", "code": "BDG"},
    ]
    result = read(make_folder(tmp_path, locations=rows))
    assert result.of(Kind.LOCATION)["MDN"]["time_zone"] == "Asia/Jakarta"
    assert result.reasons == [
        ("locations.csv", 3, "unknown_time_zone"),
        ("locations.csv", 4, "bad_choice"),
        ("locations.csv", 5, "bad_number"),
        ("locations.csv", 6, "duplicate_id"),
    ]


def test_without_a_list_the_places_of_stock_and_orders_become_stores(tmp_path: Path) -> None:
    stock = [{"Handle": "kemeja", "SKU": "KM-M", "Bandung": "2"}]
    orders = [order_row(Location="Solo", Source="pos"), order_row(Name="#2", Location="Bandung")]
    result = read(make_folder(tmp_path, locations=None, inventory_export=stock, orders_export=orders))
    assert list(result.of(Kind.LOCATION)) == ["Bandung", "Solo"]
    assert result.of(Kind.ORDER)["#1001"]["location_id"] == result.of(Kind.LOCATION)["Solo"]["id"]
    assert result.refusals == []


def test_an_associate_of_two_stores_is_one_person(tmp_path: Path) -> None:
    rows = [
        {"name": "Rina", "code": "R", "location": "Bandung", "role": "Manager", "active": "true"},
        {"name": "Rina", "code": "R", "location": "DPS", "role": "manager", "active": "true"},
        {"name": "Yoga", "code": "Y", "location": "Bandung", "role": "", "active": "no"},
        {"name": "Ani", "code": "A", "location": "Nowhere", "role": "associate", "active": ""},
        {"name": "Ina", "code": "R", "location": "Gudang", "role": "associate", "active": ""},
    ]
    result = read(make_folder(tmp_path, associates=rows))
    rina, yoga = result.of(Kind.ASSOCIATE).values()
    assert (rina["location_ids"], rina["role"]) == ([BANDUNG, DENPASAR], "manager")
    assert (yoga["active"], yoga["role"]) == (False, "associate")
    assert result.reasons == [("associates.csv", 5, "unknown_location"), ("associates.csv", 6, "duplicate_id")]


def test_a_product_has_its_variants_and_prices(tmp_path: Path) -> None:
    result = read(make_folder(tmp_path))
    kemeja, prices = result.of(Kind.PRODUCT)["kemeja"], result.of(Kind.PRICE)["kemeja"]
    assert [(each["sku"], each["gtin"], each["options"]) for each in kemeja["variants"]] == [
        ("KM-M", "04006381333931", {"Ukuran": "M"}),
        ("KM-L", "", {"Ukuran": "L"}),
    ]
    assert kemeja["id"] == prices["id"] == KEMEJA
    assert prices["variants"][KM_M] == {"price_minor": 29_900_000, "compare_at_minor": None}
    vas = result.of(Kind.PRODUCT)["vas"]
    assert (vas["option_names"], vas["variants"][0]["options"]) == ([], {})


def test_a_product_takes_its_extra_row(tmp_path: Path) -> None:
    extra = {
        "handle": "kemeja", "video_url": "https://example.com/v", "returns_days": "14", "returns_note": "Label utuh",
        "size_chart": '{"columns":["Ukuran","Dada (cm)"],"rows":[["S","92"]]}', "goes_with": "vas; hilang",
        "delivery_options": "pickup;same_day;drone", "same_day_cities": "Bandung; Denpasar",
    }  # fmt: skip
    result = read(make_folder(tmp_path, products_extra=[extra, {"handle": "hilang"}]))
    kemeja = result.of(Kind.PRODUCT)["kemeja"]
    assert kemeja["size_chart"] == {"columns": ["Ukuran", "Dada (cm)"], "rows": [["S", "92"]]}
    assert kemeja["goes_with"] == [imported_id("shopify", Kind.PRODUCT, "vas")]
    assert (kemeja["delivery_options"], kemeja["same_day_cities"]) == (["pickup", "same_day"], ["Bandung", "Denpasar"])
    assert (kemeja["returns_days"], kemeja["video_url"]) == (14, "https://example.com/v")
    assert result.reasons == [
        ("products_extra.csv", 2, "bad_choice"),
        ("products_extra.csv", 2, "unknown_product"),
        ("products_extra.csv", 3, "unknown_product"),
    ]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("size_chart", "[" * 15_000, "bad_size_chart"),
        ("size_chart", '{"columns":["A"],"rows":[["1","2"]]}', "bad_size_chart"),
        ("returns_days", "-3", "bad_number"),
        ("video_url", "javascript:alert(1)", "bad_link"),
    ],
)
def test_a_wrong_extra_cell_is_left_out_and_the_product_stays(
    tmp_path: Path, column: str, cell: str, reason: str
) -> None:
    result = read(make_folder(tmp_path, products_extra=[{"handle": "kemeja", column: cell}]))
    assert result.of(Kind.PRODUCT)["kemeja"][column] in (None, "")
    assert [(each.reason, each.column, each.kept) for each in result.refusals] == [(f"import.{reason}", column, True)]


def test_a_wrong_gtin_or_price_costs_itself_and_not_the_product(tmp_path: Path) -> None:
    rows = [
        PRODUCTS[0] | {"Variant Barcode": "4006381333932"},
        PRODUCTS[1] | {"Variant Price": "Rp299.000"},
        PRODUCTS[2] | {"Variant SKU": "KM-M"},
    ]
    result = read(make_folder(tmp_path, products_export=rows))
    kemeja = result.of(Kind.PRODUCT)["kemeja"]
    assert [each["gtin"] for each in kemeja["variants"]] == ["", ""]
    assert list(result.of(Kind.PRICE)["kemeja"]["variants"]) == [KM_M]
    vas = result.of(Kind.PRODUCT)["vas"]["variants"][0]
    assert (vas["sku"], vas["id"] != KM_M) == ("KM-M", True)
    assert [(each.line, each.reason, each.kept) for each in result.refusals] == [
        (2, "import.bad_gtin", True),
        (3, "import.bad_money", True),
        (4, "import.duplicate_sku", True),
    ]


def test_a_product_whose_rows_do_not_stand_together_keeps_the_first(tmp_path: Path) -> None:
    result = read(make_folder(tmp_path, products_export=[PRODUCTS[0], PRODUCTS[2], PRODUCTS[1]]))
    assert [each["sku"] for each in result.of(Kind.PRODUCT)["kemeja"]["variants"]] == ["KM-M"]
    assert result.reasons == [("products_export.csv", 4, "rows_apart")]


def test_html_tags_and_pictures_become_plain(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(b"png")
    (tmp_path.parent / "outside.png").write_bytes(b"png")
    first = PRODUCTS[0] | {
        "Body (HTML)": "<p>Lembut &amp; sejuk</p>", "Tags": "linen, busana,", "Image Src": "pictures\\a.png",
        "Image Position": "2", "Image Alt Text": "Kemeja", "Variant Image": "https://example.com/a.png",
    }  # fmt: skip
    more = [
        {"Handle": "kemeja", "Image Src": url, "Image Position": "1"}
        for url in ("https://example.com/b.jpg", "../outside.png", "/etc/passwd", "javascript:x", "pictures/none.png")
    ]
    result = read(make_folder(tmp_path, products_export=[first, *more]))
    kemeja = result.of(Kind.PRODUCT)["kemeja"]
    assert (kemeja["description"], kemeja["tags"]) == ("Lembut & sejuk", ["linen", "busana"])
    assert [each["url"] for each in kemeja["pictures"]] == ["https://example.com/b.jpg", "pictures/a.png"]
    assert len(kemeja["variants"]) == 1
    assert [reason for _, _, reason in result.reasons] == ["bad_picture", "bad_picture", "bad_link", "missing_picture"]


def promotion(**cells: str) -> dict[str, str]:
    """A promotion's row."""
    row = {"code": "LINEN", "name": "Pekan Linen", "kind": "percent", "value": "20", "starts_at":
           "2026-11-01", "ends_at": "2026-11-30T23:59:00+07:00", "holds_in": "everywhere", "locations": "",
           "handles": ""}  # fmt: skip
    return row | cells


def test_a_promotion_holds_where_and_for_what_it_says(tmp_path: Path) -> None:
    rows = [
        promotion(locations="Bandung; DPS", handles="kemeja", holds_in="Store"),
        promotion(code="POTONG", kind="amount", value="50000.00"),
    ]
    result = read(make_folder(tmp_path, promotions=rows))
    linen, cut = result.of(Kind.PROMOTION).values()
    assert (linen["location_ids"], linen["product_ids"]) == ([BANDUNG, DENPASAR], [KEMEJA])
    assert (linen["reduction"], linen["value"], linen["starts_at"]) == ("percent", 20, "2026-10-31T17:00:00Z")
    assert (cut["reduction"], cut["value"], cut["location_ids"]) == ("amount", 5_000_000, [])
    assert result.refusals == []


def test_a_promotion_of_unknown_places_does_not_hold_everywhere(tmp_path: Path) -> None:
    rows = [
        promotion(code="A", locations="Nowhere"),
        promotion(code="B", handles="hilang"),
        promotion(code="C", locations="Bandung;Nowhere"),
        promotion(code="D", value="120"),
        promotion(code="E", ends_at="2026-10-01"),
        promotion(code="C"),
    ]
    result = read(make_folder(tmp_path, promotions=rows))
    assert result.one(Kind.PROMOTION)["location_ids"] == [BANDUNG]
    assert [(reason, line) for _, line, reason in result.reasons] == [
        ("unknown_location", 2), ("unknown_product", 3), ("unknown_location", 4), ("bad_number", 5), ("bad_date", 6),
        ("duplicate_id", 7),
    ]  # fmt: skip


SHAPE_A = [
    {"Handle": "kemeja", "Title": "Kemeja", "SKU": "KM-M", "HS Code": "", "COO": "", "Bandung": "2", "Denpasar": "-3",
     "Gudang": "12"},
    {"Handle": "kemeja", "SKU": "KM-L", "Bandung": "not stocked", "Denpasar": "", "Gudang": "not stocked"},
    {"Handle": "vas", "Option1 Value": "Default Title", "SKU": "", "Bandung": "4", "Denpasar": "two", "Gudang": "1"},
    {"Handle": "hilang", "SKU": "NONE", "Bandung": "4"},
]  # fmt: skip


def test_stock_with_a_column_for_each_location(tmp_path: Path) -> None:
    products = [*PRODUCTS[:2], PRODUCTS[2] | {"Variant SKU": ""}]
    result = read(make_folder(tmp_path, products_export=products, inventory_export=SHAPE_A))
    stock = result.of(Kind.STOCK)
    assert set(stock) == {"BDG/KM-M", "DPS/KM-M", "BDG/vas/", "DPS/vas/"}
    here = stock["BDG/KM-M"]
    assert here["id"] == stock_id(BANDUNG, KM_M)
    assert (here["store_id"], here["variant_id"], here["product_id"]) == (BANDUNG, KM_M, KEMEJA)
    as_of = "2026-11-22T03:00:00Z"
    assert here["levels"] == {
        BANDUNG: {"on_hand": 2, "reserved": 0, "as_of": as_of},
        DENPASAR: {"on_hand": 0, "reserved": 3, "as_of": as_of},
        WAREHOUSE: {"on_hand": 12, "reserved": 0, "as_of": as_of},
    }
    assert set(stock["BDG/vas/"]["levels"]) == {BANDUNG, WAREHOUSE}
    assert result.reasons == [("inventory_export.csv", 4, "bad_quantity"), ("inventory_export.csv", 5, "unknown_sku")]


def test_stock_is_as_old_as_its_own_file_and_not_as_the_newest_of_the_folder(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, inventory_export=SHAPE_A[:1])
    _written(folder / "inventory_export.csv", datetime(2026, 11, 2, 10, 30, tzinfo=UTC))
    _written(folder / "products_export.csv", datetime(2026, 11, 22, 3, 0, tzinfo=UTC))
    here = read(folder, as_of=None, shift_days=1).of(Kind.STOCK)["BDG/KM-M"]
    assert {level["as_of"] for level in here["levels"].values()} == {"2026-11-03T10:30:00Z"}


def _written(file: Path, at: datetime) -> None:
    os.utime(file, (at.timestamp(), at.timestamp()))


def shape_b(sku: str, location: str, *, unavailable: str, committed: str, on_hand: str) -> dict[str, str]:
    """A row of shape B, with a word in `On hand (new)` that must not be read."""
    return {
        "Handle": "kemeja", "SKU": sku, "Location": location, "Bin name": "", "Incoming (not editable)": "9",
        "Unavailable (not editable)": unavailable, "Committed (not editable)": committed,
        "Available (not editable)": "1", "On hand (current)": on_hand, "On hand (new)": "n/a",
    }  # fmt: skip


def test_stock_with_a_row_for_each_location(tmp_path: Path) -> None:
    rows = [
        shape_b("KM-M", "Bandung", unavailable="1", committed="2", on_hand="5"),
        shape_b("KM-L", "Bandung", unavailable="0", committed="0", on_hand="1"),
        shape_b("KM-M", "Gudang", unavailable="", committed="", on_hand="7"),
        shape_b("KM-M", "Denpasar", unavailable="2", committed="1", on_hand=""),
        shape_b("KM-M", "Bandung", unavailable="0", committed="0", on_hand="9"),
        shape_b("KM-M", "Nowhere", unavailable="0", committed="0", on_hand="9"),
        shape_b("KM-L", "Denpasar", unavailable="0", committed="0", on_hand="not stocked"),
        shape_b("KM-L", "Gudang", unavailable="0", committed="0", on_hand="5000000"),
    ]
    rows[6]["Available (not editable)"] = "not stocked"
    result = read(make_folder(tmp_path, inventory_export=rows))
    levels = result.of(Kind.STOCK)["DPS/KM-M"]["levels"]
    assert {place: (level["on_hand"], level["reserved"]) for place, level in levels.items()} == {
        DENPASAR: (4, 3), BANDUNG: (5, 3), WAREHOUSE: (7, 0),
    }  # fmt: skip
    assert set(result.of(Kind.STOCK)["DPS/KM-L"]["levels"]) == {BANDUNG}
    assert [(line, reason) for _, line, reason in result.reasons] == [
        (6, "duplicate_id"), (7, "unknown_location"), (9, "bad_quantity"),
    ]  # fmt: skip


def test_both_shapes_of_stock_say_the_same(tmp_path: Path) -> None:
    column = [{"Handle": "kemeja", "SKU": "KM-M", "Bandung": "4", "Denpasar": "0", "Gudang": "7"}]
    row = [
        shape_b("KM-M", place, unavailable="0", committed="0", on_hand=count)
        for place, count in (("Denpasar", "0"), ("Gudang", "7"), ("Bandung", "4"))
    ]
    one = read(make_folder(tmp_path / "a", inventory_export=column))
    other = read(make_folder(tmp_path / "b", inventory_export=row))
    assert one.of(Kind.STOCK) == other.of(Kind.STOCK)


def test_a_stock_column_that_is_no_place_is_named_once(tmp_path: Path) -> None:
    rows = [{"SKU": "KM-M", "Nowhere": "1", "Toko Online": "2", "Bandung": "1"}]
    result = read(make_folder(tmp_path, inventory_export=rows))
    assert [(each.line, each.reason, each.column) for each in result.refusals] == [
        (1, "import.unknown_location", "Nowhere"),
        (1, "import.unknown_location", "Toko Online"),
    ]
    assert set(result.of(Kind.STOCK)["BDG/KM-M"]["levels"]) == {BANDUNG}


def test_stock_without_any_place_is_one_refusal(tmp_path: Path) -> None:
    result = read(make_folder(tmp_path, inventory_export=[{"SKU": "KM-M", "Title": "x"}] * 3))
    assert [(each.line, each.reason, each.column) for each in result.refusals] == [
        (1, "import.missing_column", "Location")
    ]


def test_a_store_sees_twenty_nearby_stores_and_every_warehouse() -> None:
    def store(number: int) -> Place:
        return Place(f"s{number}", "", f"Store {number}", "store", 0.0, float(number))

    far_and_unknown = Place("x", "", "Unknown", "store")
    places = [*map(store, range(30)), far_and_unknown, Place("w", "", "Warehouse", "warehouse")]
    own, *others, warehouse = nearby(places[10], places)
    assert (own, warehouse) == ("s10", "w")
    assert set(others[:2]) == {"s9", "s11"}
    assert set(others) == {f"s{number}" for number in range(21)} - {"s10"}


def review(**cells: str) -> dict[str, str]:
    """A review's row."""
    row = {"title": "Bagus", "body": "Adem &amp; <b>ringan</b>", "rating": "5", "product_handle": "kemeja",
           "review_date": "2026-01-02 03:04:05 UTC", "curated": "ok", "reviewer_name": "Ayu",
           "reviewer_email": "ayu@surel.example", "reply": "Terima kasih", "ip_address": "192.0.2.1",
           "reply_date": "2026-01-03 00:00:00 +0700"}  # fmt: skip
    return row | cells


def test_a_review_carries_no_mail_or_network_address(tmp_path: Path) -> None:
    result = read(make_folder(tmp_path, reviews=[review(), review(title="x", reviewer_name="ayu@surel.example")]))
    first, second = result.of(Kind.REVIEW).values()
    assert (first["text"], first["author_name"], first["rating"]) == ("Adem & ringan", "Ayu", 5)
    assert (first["written_at"], first["reply_at"]) == ("2026-01-02T03:04:05Z", "2026-01-02T17:00:00Z")
    assert second["author_name"] == ""
    assert "@" not in str([first, second])
    assert "192.0.2.1" not in str([first, second])


def test_a_shop_that_knows_says_who_is_verified_and_what_was_helpful(tmp_path: Path) -> None:
    rows = [review(verified="yes", helpful="12"), review(title="b"), review(title="c", helpful="-1", verified="")]
    result = read(make_folder(tmp_path, reviews=rows))
    told = [(one["verified"], one["helpful"]) for one in result.of(Kind.REVIEW).values()]
    assert told == [(True, 12), (False, 0)]
    assert [one.reason for one in result.refusals] == ["import.bad_number"]


def test_a_corrected_review_stays_the_same_review(tmp_path: Path) -> None:
    before = read(make_folder(tmp_path / "a", reviews=[review()])).one(Kind.REVIEW)
    after = read(make_folder(tmp_path / "b", reviews=[review(body="Lain", rating="4")])).one(Kind.REVIEW)
    assert (before["id"], before["text"] != after["text"]) == (after["id"], True)


def test_reviews_that_cannot_be_used_are_refused_and_spam_is_left_out(tmp_path: Path) -> None:
    rows = [
        review(),
        review(),
        review(body="another of the same moment"),
        review(rating="6"),
        review(rating="4.5"),
        review(product_handle="hilang"),
        review(review_date="soon"),
        review(curated="spam"),
    ]
    result = read(make_folder(tmp_path, reviews=rows))
    assert len(result.of(Kind.REVIEW)) == 2
    assert [(line, reason) for _, line, reason in result.reasons] == [
        (3, "duplicate_id"), (5, "bad_rating"), (6, "bad_rating"), (7, "unknown_product"), (8, "bad_date"),
    ]  # fmt: skip

"""Customers and what they told us, orders and whose they are, pickups, wishlists, carts, vouchers, enquiries."""

from pathlib import Path

import pytest

from sync.protocol.ids import consent_id, imported_id, preference_id
from sync.protocol.kinds import Kind
from tests.connectors.folders import (
    CUSTOMERS,
    LOCATIONS,
    PRODUCTS,
    csv_text,
    line_row,
    make_folder,
    order_row,
    read,
)

SITI = imported_id("shopify", Kind.CUSTOMER, "101")
SUHARTI = imported_id("shopify", Kind.CUSTOMER, "102")
BANDUNG = imported_id("shopify", Kind.LOCATION, "BDG")
KM_M = imported_id("shopify", "variant", "KM-M")


def test_one_word_names_and_typed_phones_are_kept_as_they_are(tmp_path: Path) -> None:
    customers = read(make_folder(tmp_path)).of(Kind.CUSTOMER)
    assert [(each["name"], each["phone"], each["phone_typed"]) for each in customers.values()] == [
        ("Siti Rahmawati", "+6281200001111", "+6281200001111"),
        ("Suharti", "+6281200002222", "0812-0000-2222"),
    ]
    assert (customers["101"]["id"], customers["101"]["has_account"], customers["101"]["city"]) == (
        SITI,
        True,
        "Bandung",
    )


def test_a_name_is_one_line_and_a_note_keeps_its_lines(tmp_path: Path) -> None:
    two_lines = "Suka linen.\nAlergi wol."
    customers = [CUSTOMERS[0] | {"First Name": "Siti\n", "Last Name": "Nur\t \r\nRahmawati", "Note": two_lines}]
    order = order_row(
        Email="tamu@surel.example", Billing_Name="Agus\n Salim", Billing_City="Kota\nCimahi", Employee="Rina\tW",
        Lineitem_name="Kemeja\nLinen", Notes=two_lines,
    )  # fmt: skip
    review = {
        "title": "Bagus\nsekali", "body": two_lines, "rating": "5", "review_date": "2024-05-01",
        "reviewer_name": "Ibu\nTati", "product_handle": "vas",
    }  # fmt: skip
    result = read(
        make_folder(
            tmp_path,
            customers_export=customers,
            customers_extra=[{"customer_id": "101", "salutation": "Bu\n", "tier": "Emas\nPlus", "points": "1"}],
            products_export=[
                PRODUCTS[2] | {"Title": "Vas\nTanah  Liat", "Vendor": "Rumah\tKita", "Body (HTML)": two_lines}
            ],
            orders_export=[order],
            locations=[LOCATIONS[0] | {"name": "Toko\nBandung", "city": "Kota\tBandung"}],
            associates=[{"name": "Rina\nWati", "location": "Toko Bandung"}],
            reviews=[review],
        )
    )
    siti, guest = result.of(Kind.CUSTOMER).values()
    assert (siti["name"], guest["name"], guest["city"]) == ("Siti Nur Rahmawati", "Agus Salim", "Kota Cimahi")
    assert result.one(Kind.LOYALTY_ACCOUNT)["tier"] == "Emas Plus"
    product, order_made, said = (result.one(kind) for kind in (Kind.PRODUCT, Kind.ORDER, Kind.REVIEW))
    assert (product["name"], product["brand"]) == ("Vas Tanah Liat", "Rumah Kita")
    assert (order_made["associate_name"], order_made["lines"][0]["name"]) == ("Rina W", "Kemeja Linen")
    assert (said["title"], said["author_name"]) == ("Bagus sekali", "Ibu Tati")
    assert (result.one(Kind.LOCATION)["name"], result.one(Kind.LOCATION)["city"]) == ("Toko Bandung", "Kota Bandung")
    assert result.one(Kind.ASSOCIATE)["name"] == "Rina Wati"
    texts = (result.one(Kind.NOTE)["text"], order_made["note"], said["text"], product["description"])
    assert texts == (two_lines,) * 4


EXTRA = {
    "customer_id": "101", "salutation": "Bu", "loyalty_number": "BT-1", "tier": "Emas", "points": "2340",
    "points_as_of": "2026-11-21T09:00:00+07:00", "birthday": "1987-12-04", "size_top": "M", "size_shoe": "38",
    "home_store": "Bandung", "customer_since": "2021-03-04", "language": "id", "consent_marketing_email": "yes",
    "consent_marketing_phone": "no", "consent_marketing_sms": "", "consent_profiling": "yes",
    "consent_at": "2024-01-01T00:00:00Z", "consent_text_version": "2024-1",
}  # fmt: skip


def test_the_extra_row_adds_salutation_points_sizes_and_consents(tmp_path: Path) -> None:
    result = read(make_folder(tmp_path, customers_extra=[EXTRA]))
    siti = result.of(Kind.CUSTOMER)["101"]
    assert (siti["salutation"], siti["birthday"], siti["home_store_id"]) == ("Bu", "1987-12-04", BANDUNG)
    assert siti["since_at"] == "2021-03-03T17:00:00Z"
    points = result.one(Kind.LOYALTY_ACCOUNT)
    assert (points["points"], points["tier"], points["as_of"]) == (2340, "Emas", "2026-11-21T02:00:00Z")
    assert {each["id"]: each["value"] for each in result.of(Kind.PREFERENCE).values()} == {
        preference_id(SITI, "size_top"): "M",
        preference_id(SITI, "size_shoe"): "38",
    }
    consents = {each["id"]: each["events"] for each in result.of(Kind.CONSENT).values()}
    assert set(consents) == {
        consent_id(SITI, "marketing", "email"),
        consent_id(SITI, "marketing", "phone"),
        consent_id(SITI, "profiling", "any"),
    }
    (event,) = consents[consent_id(SITI, "marketing", "phone")]
    assert (event["granted"], event["at"], event["text_version"]) == (False, "2024-01-01T00:00:00Z", "2024-1")
    assert result.refusals == []


@pytest.mark.parametrize(
    "naming",
    [{"email": " SITI@surel.example"}, {"phone": "0812 0000 1111"}, {"customer_id": "gone", "phone": "+6281200001111"}],
)
def test_a_customer_is_named_by_whatever_is_filled_and_known(tmp_path: Path, naming: dict[str, str]) -> None:
    result = read(make_folder(tmp_path, customers_extra=[naming | {"tier": "Emas"}]))
    assert result.one(Kind.LOYALTY_ACCOUNT)["customer_id"] == SITI


def test_rows_about_nobody_or_about_several_are_refused(tmp_path: Path) -> None:
    family = [*CUSTOMERS, {"Customer ID": "103", "Last Name": "Budi", "Email": "b@x.example", "Phone": "081200001111"}]
    rows = [
        {"customer_id": "999", "email": "", "phone": ""},
        {"phone": "0812 0000 1111"},
        {"customer_id": "1.01E+02"},
        {"customer_id": "101"},
        {"email": "siti@surel.example"},
    ]
    result = read(make_folder(tmp_path, customers_export=family, customers_extra=rows))
    assert [(line, reason) for _, line, reason in result.reasons] == [
        (2, "unknown_customer"), (3, "shared_phone"), (4, "lost_digits"), (6, "duplicate_id"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"birthday": "04/12/1987"}, "birthday", "bad_date"),
        ({"customer_since": "once"}, "customer_since", "bad_date"),
        ({"home_store": "Nowhere"}, "home_store", "unknown_location"),
        ({"points": "many"}, "points", "bad_number"),
        ({"consent_marketing_email": "perhaps"}, "consent_marketing_email", "bad_choice"),
        ({"consent_at": "then"}, "consent_at", "bad_date"),
    ],
)
def test_a_wrong_extra_cell_costs_itself_and_not_the_customer(
    tmp_path: Path, cells: dict[str, str], column: str, reason: str
) -> None:
    result = read(make_folder(tmp_path, customers_extra=[EXTRA | cells]))
    assert result.of(Kind.CUSTOMER)["101"]["salutation"] == "Bu"
    assert [(each.line, each.column, each.reason, each.kept) for each in result.refusals] == [
        (2, column, f"import.{reason}", True)
    ]


def test_the_platforms_own_consents_count_where_nothing_else_is_said(tmp_path: Path) -> None:
    rows = [each | {"Accepts Email Marketing": "yes", "Accepts SMS Marketing": "no"} for each in CUSTOMERS]
    extra = [{"customer_id": "101", "consent_marketing_email": "no", "consent_marketing_sms": ""}]
    result = read(make_folder(tmp_path, customers_export=rows, customers_extra=extra))
    granted = {(each["customer_id"], each["channel"]): each["events"][0]["granted"] for each in
               result.of(Kind.CONSENT).values()}  # fmt: skip
    assert granted == {
        (SITI, "email"): False, (SITI, "sms"): False, (SUHARTI, "email"): True, (SUHARTI, "sms"): False,
    }  # fmt: skip


def test_customers_that_cannot_be_told_apart_or_named(tmp_path: Path) -> None:
    rows = [
        *CUSTOMERS,
        {"Customer ID": "101", "Last Name": "Twice", "Email": "twice@x.example"},
        {"Customer ID": "104", "Last Name": "Shares", "Email": "siti@surel.example"},
        {"Customer ID": "", "Last Name": "Nobody", "Email": ""},
        {"Customer ID": "1.05E+02", "Last Name": "Rounded", "Email": "r@x.example"},
        {"Customer ID": "", "Last Name": "No id", "Email": "noid@x.example"},
        {"Customer ID": "106", "Last Name": "Wrong", "Email": "not a mail", "Phone": "12"},
        {"Customer ID": "107", "Last Name": "x" * 600, "Email": "long@x.example"},
    ]
    result = read(make_folder(tmp_path, customers_export=rows))
    assert [each["name"] for each in result.of(Kind.CUSTOMER).values()] == [
        "Siti Rahmawati", "Suharti", "Shares", "No id", "Wrong",
    ]  # fmt: skip
    assert [(line, reason) for _, line, reason in result.reasons] == [
        (4, "duplicate_id"), (5, "shared_email"), (6, "missing_value"), (7, "lost_digits"), (9, "bad_phone"),
        (9, "bad_email"), (10, "too_long"),
    ]  # fmt: skip
    wrong = result.of(Kind.CUSTOMER)["106"]
    assert (wrong["phone"], wrong["phone_typed"], wrong["email"]) == ("", "12", "")


def test_the_platforms_note_comes_last(tmp_path: Path) -> None:
    result = read(make_folder(tmp_path, orders_export=[order_row()]))
    note = result.one(Kind.NOTE)
    assert (note["customer_id"], note["text"], note["store_only"]) == (SITI, "Suka linen.", False)
    assert result.order[-1] == Kind.NOTE


def test_an_order_keeps_the_platforms_totals_and_its_lines(tmp_path: Path) -> None:
    rows = [
        order_row(Total="1.00", Discount_Amount="50000.00", Refunded_Amount="10000.00", Shipping="18000.00",
                  Source="pos", Location="Bandung", Employee="Rina", Cancelled_at="2024-05-02 00:00:00 +0700",
                  Financial_Status="partially_refunded", Lineitem_discount="5000.00", Notes="Titip"),
        line_row("#1001"),
        line_row("#1001", Lineitem_sku="OLD", Lineitem_name="Lama"),
    ]  # fmt: skip
    result = read(make_folder(tmp_path, orders_export=rows))
    order = result.one(Kind.ORDER)
    assert (order["total_minor"], order["subtotal_minor"], order["refunded_minor"]) == (100, 29_900_000, 1_000_000)
    assert (order["discount_minor"], order["shipping_minor"], order["tax_minor"]) == (5_000_000, 1_800_000, 2_963_063)
    assert (order["channel"], order["location_id"], order["associate_name"]) == ("store", BANDUNG, "Rina")
    assert (order["cancelled_at"], order["payment_status"]) == ("2024-05-01T17:00:00Z", "partially_refunded")
    assert [(each["variant_id"], each["sku"], each["quantity"]) for each in order["lines"]] == [
        (KM_M, "KM-M", 1), (imported_id("shopify", "variant", "VAS"), "VAS", 2), (None, "OLD", 2),
    ]  # fmt: skip
    assert order["lines"][0]["discount_minor"] == 500_000
    assert result.reasons == [("orders_export.csv", 4, "unknown_sku")]


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"Created_at": "01/05/2024"}, "Created at", "bad_date"),
        ({"Currency": "rupiah"}, "Currency", "bad_currency"),
        ({"Total": "lots"}, "Total", "bad_money"),
        ({"Total": ""}, "Total", "missing_value"),
        ({"Notes": "x" * 1_000_000}, "Notes", "too_long"),
        ({"Billing_Name": "x" * 600, "Email": "new@x.example"}, "name", "too_long"),
        ({"Employee": "a\x00b"}, "Employee", "bad_text"),
    ],
)
def test_an_order_with_a_wrong_cell_costs_that_order_alone(
    tmp_path: Path, cells: dict[str, str], column: str, reason: str
) -> None:
    rows = [order_row(**cells), line_row("#1001"), order_row(Name="#1002")]
    result = read(make_folder(tmp_path, orders_export=rows))
    assert list(result.of(Kind.ORDER)) == ["#1002"]
    assert [(each.line, each.column, each.reason) for each in result.refusals] == [(2, column, f"import.{reason}")]


def test_a_wrong_line_costs_that_line_alone(tmp_path: Path) -> None:
    rows = [
        order_row(),
        line_row("#1001", Lineitem_quantity="-1"),
        line_row("#1001", Lineitem_quantity="9000000"),
        line_row("#1001", Lineitem_price="299.000"),
        line_row("#1001", Lineitem_discount="?"),
    ]
    result = read(make_folder(tmp_path, orders_export=rows))
    assert [each["sku"] for each in result.one(Kind.ORDER)["lines"]] == ["KM-M", "VAS"]
    assert [(line, reason) for _, line, reason in result.reasons] == [
        (3, "bad_quantity"), (4, "bad_quantity"), (5, "bad_money"), (6, "bad_money"),
    ]  # fmt: skip


def test_an_order_whose_rows_do_not_stand_together_keeps_its_first_rows(tmp_path: Path) -> None:
    rows = [order_row(), order_row(Name="#1002"), line_row("#1001"), line_row("")]
    result = read(make_folder(tmp_path, orders_export=rows))
    assert len(result.of(Kind.ORDER)["#1001"]["lines"]) == 1
    assert result.reasons == [("orders_export.csv", 5, "missing_value"), ("orders_export.csv", 4, "rows_apart")]


def test_an_order_is_found_by_mail_then_by_a_phone_of_one_person(tmp_path: Path) -> None:
    rows = [
        order_row(Name="#1", Email="SITI@surel.example ", Billing_Name="Whoever"),
        order_row(Name="#2", Email="", Phone="'0812 0000 1111", Billing_Name="Ibu Sitti Rachmawati"),
        order_row(Name="#3", Email="", Billing_Phone="+62 812-0000-1111", Billing_Name="RAHMAWATI"),
    ]
    result = read(make_folder(tmp_path, orders_export=rows))
    assert {each["customer_id"] for each in result.of(Kind.ORDER).values()} == {SITI}
    assert len(result.of(Kind.CUSTOMER)) == 2


def test_one_phone_under_two_mails_is_two_people(tmp_path: Path) -> None:
    rows = [
        order_row(Name="#1", Email="other@x.example", Phone="081200001111"),
        order_row(Name="#2", Email="", Phone="081200001111"),
    ]
    result = read(make_folder(tmp_path, orders_export=rows))
    other = next(each for each in result.of(Kind.CUSTOMER).values() if each["email"] == "other@x.example")
    assert (other["phone"], other["id"] != SITI, other["has_account"]) == ("+6281200001111", True, False)
    by_phone = result.of(Kind.ORDER)["#2"]["customer_id"]
    assert by_phone not in (SITI, other["id"])


def test_a_phone_with_another_name_is_another_person(tmp_path: Path) -> None:
    rows = [order_row(Name="#1", Email="", Phone="081200001111", Billing_Name="Budi")]
    result = read(make_folder(tmp_path, orders_export=rows))
    budi = next(each for each in result.of(Kind.CUSTOMER).values() if each["name"] == "Budi")
    assert result.one(Kind.ORDER)["customer_id"] == budi["id"]


def test_a_guest_becomes_one_customer_without_an_account(tmp_path: Path) -> None:
    rows = [
        order_row(Name="#1", Email="tamu@x.example", Billing_Name="Tamu", Phone="0813 1111 2222"),
        order_row(Name="#2", Email="TAMU@x.example", Billing_Name=""),
        order_row(Name="#3", Email="", Phone="+6281311112222", Billing_Name="Tamu Agung"),
    ]
    result = read(make_folder(tmp_path, orders_export=rows))
    (guest,) = (each for each in result.of(Kind.CUSTOMER).values() if not each["has_account"])
    assert (guest["name"], guest["email"], guest["phone"]) == ("Tamu", "tamu@x.example", "+6281311112222")
    assert {each["customer_id"] for each in result.of(Kind.ORDER).values()} == {guest["id"]}
    assert "tamu" not in guest["external_ref"]


def test_a_phone_that_can_be_none_stays_as_typed_and_is_reported(tmp_path: Path) -> None:
    result = read(
        make_folder(
            tmp_path,
            locations=[LOCATIONS[0] | {"phone": "14045"}],
            customers_export=[CUSTOMERS[0] | {"Phone": "0812999"}],
            orders_export=[order_row(Email="tamu@surel.example", Billing_Phone="0812999")],
        )
    )
    assert [(one["phone"], one["phone_typed"]) for one in result.of(Kind.CUSTOMER).values()] == [("", "0812999")] * 2
    assert result.one(Kind.LOCATION)["phone"] == "14045"
    assert [(one.file, one.reason, one.column, one.kept) for one in result.refusals] == [
        ("locations.csv", "import.bad_phone", "phone", True),
        ("customers_export.csv", "import.bad_phone", "Phone", True),
        ("orders_export.csv", "import.bad_phone", "Phone", True),
    ]


def test_an_order_of_nobody_stays_nobodys(tmp_path: Path) -> None:
    rows = [
        order_row(Name="#1", Email="", Source="pos", Location="Bandung", Billing_Name=""),
        order_row(Name="#2", Email="", Phone="12"),
        order_row(Name="#3", Email="", Source="", Location="Nowhere"),
    ]
    result = read(make_folder(tmp_path, orders_export=rows))
    assert [each["customer_id"] for each in result.of(Kind.ORDER).values()] == [None, None, None]
    assert len(result.of(Kind.CUSTOMER)) == 2
    assert result.reasons == [("orders_export.csv", 3, "bad_phone"), ("orders_export.csv", 4, "unknown_location")]


def test_a_pickup_belongs_to_its_order(tmp_path: Path) -> None:
    rows = [
        {"order": "#1001", "location": "Bandung", "status": "new", "since_at": "2026-11-19T09:00:00+07:00"},
        {"order": "#1001", "location": "Bandung", "status": "Ready", "since_at": "2026-11-20T09:00:00+07:00",
         "note": "Rak 3"},
        {"order": "#1001", "location": "Bandung", "status": "new", "since_at": "2026-11-18T09:00:00+07:00"},
        {"order": "#404", "location": "Bandung", "status": "new", "since_at": "2026-11-19T09:00:00+07:00"},
        {"order": "#1002", "location": "Nowhere", "status": "new", "since_at": "2026-11-19T09:00:00+07:00"},
        {"order": "#1002", "location": "Bandung", "status": "lost", "since_at": "2026-11-19T09:00:00+07:00"},
        {"order": "#1002", "location": "Bandung", "status": "new", "since_at": ""},
    ]  # fmt: skip
    result = read(make_folder(tmp_path, pickups=rows, orders_export=[order_row(), order_row(Name="#1002")]))
    assert result.of(Kind.ORDER)["#1001"]["pickup"] == {
        "location_id": BANDUNG, "status": "ready", "since_at": "2026-11-20T02:00:00Z", "note": "Rak 3",
    }  # fmt: skip
    assert result.of(Kind.ORDER)["#1002"]["pickup"] is None
    assert [(line, reason) for _, line, reason in result.reasons] == [
        (2, "duplicate_id"), (4, "duplicate_id"), (6, "unknown_location"), (7, "bad_choice"), (8, "missing_value"),
        (5, "unknown_order"),
    ]  # fmt: skip


def test_a_wishlist_item_names_its_variant(tmp_path: Path) -> None:
    rows = [
        {"customer_id": "101", "sku": "KM-M", "added_at": "2026-11-01T00:00:00Z", "channel": "shelf"},
        {"customer_id": "", "email": "siti@surel.example", "sku": "KM-M", "added_at": "2026-11-01T07:00:00+07:00"},
        {"customer_id": "101", "sku": "OLD", "added_at": "2026-11-01T00:00:00Z"},
        {"customer_id": "999", "sku": "KM-M", "added_at": "2026-11-01T00:00:00Z"},
        {"customer_id": "101", "sku": "", "added_at": "2026-11-01T00:00:00Z"},
    ]
    result = read(make_folder(tmp_path, wishlists=rows))
    item = result.one(Kind.WISHLIST_ITEM)
    assert (item["customer_id"], item["variant_id"], item["channel"]) == (SITI, KM_M, "shelf")
    assert [(line, reason) for _, line, reason in result.reasons] == [
        (3, "duplicate_id"), (4, "unknown_sku"), (5, "unknown_customer"), (6, "missing_value"),
    ]  # fmt: skip


def cart(**cells: str) -> dict[str, str]:
    """A cart's row."""
    row = {"cart_id": "c1", "customer_id": "101", "updated_at": "2026-11-21T20:00:00+07:00", "sku": "KM-M",
           "quantity": "1", "price": "299000.00", "currency": "IDR"}  # fmt: skip
    return row | cells


def test_a_cart_has_its_lines_and_one_without_any_is_refused(tmp_path: Path) -> None:
    rows = [
        cart(), cart(sku="VAS", price="150000.00"), cart(sku="OLD"), cart(quantity="0"),
        cart(cart_id="c2", sku="OLD"), cart(cart_id="c3", customer_id="999"), cart(),
    ]  # fmt: skip
    result = read(make_folder(tmp_path, carts=rows))
    lines = result.one(Kind.OPEN_CART)["lines"]
    assert [(each["sku"], each["price_minor"]) for each in lines] == [("KM-M", 29_900_000), ("VAS", 15_000_000)]
    assert [(line, reason) for _, line, reason in result.reasons] == [
        (4, "unknown_sku"), (5, "bad_quantity"), (6, "unknown_sku"), (7, "unknown_customer"), (8, "rows_apart"),
    ]  # fmt: skip


def test_vouchers_and_enquiries_belong_to_their_customer(tmp_path: Path) -> None:
    voucher = {"code": "HBD", "customer_id": "101", "name": "Ulang tahun", "value": "50000.00", "currency": "IDR",
               "expires_at": "2026-11-30", "status": ""}  # fmt: skip
    enquiry = {"enquiry_id": "E1", "customer_id": "101", "kind": "complaint", "subject": "Jahitan lepas", "status": "",
               "opened_at": "2026-11-20T01:00:00Z", "location": "Bandung", "order": "#1001"}  # fmt: skip
    result = read(
        make_folder(
            tmp_path,
            vouchers=[voucher, voucher | {"customer_id": "102"}, voucher, voucher | {"code": "X", "status": "lost"}],
            enquiries=[enquiry, enquiry | {"enquiry_id": "E2", "location": "Nowhere"}, enquiry],
        )
    )
    assert [each["customer_id"] for each in result.of(Kind.VOUCHER).values()] == [SITI, SUHARTI]
    assert result.of(Kind.VOUCHER)["HBD/101"]["value_minor"] == 5_000_000
    first, second = result.of(Kind.ENQUIRY).values()
    assert (first["topic"], first["status"], first["location_id"]) == ("complaint", "open", BANDUNG)
    assert (second["location_id"], second["order_number"]) == (None, "#1001")
    assert result.reasons == [
        ("vouchers.csv", 4, "duplicate_id"), ("vouchers.csv", 5, "bad_choice"),
        ("enquiries.csv", 3, "unknown_location"), ("enquiries.csv", 4, "duplicate_id"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["x" * 501, "half \ud800", "=1+1"])
def test_an_order_with_a_hostile_cell_is_refused_or_whole(tmp_path: Path, name: str) -> None:
    rows = csv_text([order_row(Lineitem_name=name, Employee=name)])
    result = read(make_folder(tmp_path, orders_export=rows.encode("utf-8", "surrogatepass")))
    refused = [each for each in result.refusals if each.file == "orders_export.csv" and not each.kept]
    assert len(result.of(Kind.ORDER)) + len(refused) == 1

"""Orders, their lines and whose they are, and pickups."""

from pathlib import Path

import pytest

from sync.protocol.ids import imported_id
from sync.protocol.kinds import Kind
from tests.connectors.folders import (
    BANDUNG,
    CUSTOMERS,
    KM_M,
    LOCATIONS,
    SITI,
    csv_text,
    line_row,
    make_folder,
    order_row,
    read,
)


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


@pytest.mark.parametrize("name", ["x" * 501, "half \ud800", "=1+1"])
def test_an_order_with_a_hostile_cell_is_refused_or_whole(tmp_path: Path, name: str) -> None:
    rows = csv_text([order_row(Lineitem_name=name, Employee=name)])
    result = read(make_folder(tmp_path, orders_export=rows.encode("utf-8", "surrogatepass")))
    refused = [each for each in result.refusals if each.file == "orders_export.csv" and not each.kept]
    assert len(result.of(Kind.ORDER)) + len(refused) == 1

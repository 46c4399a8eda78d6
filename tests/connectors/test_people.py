"""Customers and what they told us: names, phones, salutation, points, sizes, consents, notes."""

from pathlib import Path

import pytest

from sync.protocol.ids import consent_id, preference_id
from sync.protocol.kinds import Kind
from tests.connectors.folders import (
    BANDUNG,
    CUSTOMERS,
    LOCATIONS,
    PRODUCTS,
    SITI,
    SUHARTI,
    make_folder,
    order_row,
    read,
)


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

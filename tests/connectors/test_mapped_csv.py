"""Any shop's files by a mapping: columns wherever they stand, rows of an order wherever they stand, masked buyers."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.connectors.csv_reading import Row
from sync.connectors.mapped_csv import read_mapped_folder
from sync.connectors.mapped_groups import brought_together
from sync.connectors.mapped_rows import MappedRow, plan_for
from sync.connectors.reading import PORTION_CHARACTERS
from sync.protocol.importing import ImportedRecord, Refusal
from sync.protocol.kinds import Body, Kind
from tests.connectors.folders import AS_OF, CUSTOMERS, Read, csv_text
from tests.connectors.mapped_folders import (
    CUSTOMER_COLUMNS,
    PRODUCT_COLUMNS,
    STOCK_COLUMNS,
    entry,
    mapping_of,
    orders,
    put,
    read_mapped,
    refused,
    table,
)

HEADING = "Nomor|Tanggal|Barang|SKU|Jumlah|Harga|Total|Nama|Telepon|Surel"
FIRST = "A1|03/04/2026 14:05|Kemeja|KM|1|Rp299.000|Rp454.000|Siti|0812-0000-1111|siti@surel.example"
SECOND = "A1|03/04/2026 14:05|Topi|TP|1|Rp155.000|Rp454.000|Siti|0812-0000-1111|siti@surel.example"
OTHER = "A2|04/04/2026 09:00|Vas|VG|2|Rp189.000|Rp378.000|||"


def read_orders(folder: Path, *rows: str, delimiter: str = ",", **settings: Any) -> Read:
    put(folder, orders=table(*rows, delimiter=delimiter))
    return read_mapped(folder, mapping_of(orders(**settings)))


def lines_of(order: Body) -> list[tuple[str, int, int]]:
    return [(line["name"], line["quantity"], line["price_minor"]) for line in order["lines"]]


def test_an_order_has_what_its_rows_say_together(tmp_path: Path) -> None:
    order = read_orders(tmp_path, HEADING, FIRST, SECOND).of(Kind.ORDER)["A1"]
    assert lines_of(order) == [("Kemeja", 1, 29900000), ("Topi", 1, 15500000)]
    assert (order["total_minor"], order["subtotal_minor"], order["channel"]) == (45400000, 45400000, "Pasar")
    assert order["placed_at"] == "2026-04-03T07:05:00Z"


def test_names_of_a_mapped_file_are_one_line_and_its_notes_keep_their_lines(tmp_path: Path) -> None:
    rows = (
        f"{HEADING}|Catatan",
        'A1|03/04/2026 14:05|"Kemeja\nLinen"|KM|1|Rp1|Rp1|"Siti\t\nNur"||siti@surel.example|"Suka\nlinen"',
    )
    read = read_orders(tmp_path, *rows, columns={"note": "Catatan"})
    assert (read.one(Kind.CUSTOMER)["name"], read.one(Kind.ORDER)["note"]) == ("Siti Nur", "Suka\nlinen")
    assert lines_of(read.one(Kind.ORDER)) == [("Kemeja Linen", 1, 100)]


def test_rows_of_an_order_are_brought_together_wherever_they_stand(tmp_path: Path) -> None:
    apart = read_orders(tmp_path / "apart", HEADING, FIRST, OTHER, SECOND)
    together = read_orders(tmp_path / "together", HEADING, FIRST, SECOND, OTHER)
    assert list(apart.of(Kind.ORDER)) == ["A1", "A2"]
    assert apart.of(Kind.ORDER) == together.of(Kind.ORDER)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_may_stand_in_any_order_and_behind_any_mark(delimiter: str, tmp_path: Path) -> None:
    order = [4, 2, 9, 0, 1, 8, 3, 7, 6, 5]
    rows = ["|".join(row.split("|")[place] for place in order) for row in (HEADING, FIRST, SECOND)]
    read = read_orders(tmp_path / "moved", *rows, delimiter=delimiter)
    assert read.of(Kind.ORDER) == read_orders(tmp_path / "usual", HEADING, FIRST, SECOND).of(Kind.ORDER)


def test_a_heading_in_another_language_is_found_by_the_names_the_mapping_lists(tmp_path: Path) -> None:
    english = HEADING.replace("Nomor", "Order ID").replace("Barang", "Product Name")
    names = {"number": ["Nomor", "Order ID"], "item_name": ["Barang", "Product Name"]}
    assert list(read_orders(tmp_path, english, FIRST, columns=names).of(Kind.ORDER)) == ["A1"]


def test_titles_above_the_heading_and_an_explanation_below_it_are_passed_over(tmp_path: Path) -> None:
    rows = ("Laporan Penjualan|||", "Periode|03/04/2026||", "|||", HEADING, "nomor pesanan|||||||||", FIRST)
    read = read_orders(tmp_path, *rows, rows_after_heading=1)
    assert list(read.of(Kind.ORDER)) == ["A1"]
    assert ("unknown_sku", "SKU") in [(reason, column) for _, reason, column in refused(read)]


def test_a_missing_column_refuses_the_file_and_names_it(tmp_path: Path) -> None:
    read = read_orders(tmp_path, HEADING.replace("Tanggal", "Kapan"), FIRST)
    assert refused(read) == [(1, "missing_column", "Tanggal")]
    assert read.bodies == {}


def test_a_doubled_column_refuses_the_file_unless_the_mapping_says_which(tmp_path: Path) -> None:
    heading, row = f"{HEADING}|Harga", f"{FIRST}|Rp111.000"
    assert refused(read_orders(tmp_path / "open", heading, row)) == [(1, "doubled_column", "Harga")]
    second = read_orders(tmp_path / "said", heading, row, columns={"price": "Harga#2"}).of(Kind.ORDER)["A1"]
    assert lines_of(second) == [("Kemeja", 1, 11100000)]
    assert refused(read_orders(tmp_path / "third", heading, row, columns={"price": "Harga#3"})) == [
        (1, "missing_column", "Harga#3")
    ]


def test_a_doubled_column_that_nobody_reads_harms_nothing(tmp_path: Path) -> None:
    assert list(read_orders(tmp_path, f"{HEADING}|Gudang|Gudang", f"{FIRST}|a|b").of(Kind.ORDER)) == ["A1"]


def test_three_styles_of_date_in_one_file_are_read(tmp_path: Path) -> None:
    written = ("03/04/2026 14:05", "2026-04-03 14:05:00", "3 April 2026 14.05 WIB")
    rows = (OTHER.replace("A2", f"A{number}").replace("04/04/2026 09:00", date) for number, date in enumerate(written))
    placed = {order["placed_at"] for order in read_orders(tmp_path, HEADING, *rows).of(Kind.ORDER).values()}
    assert placed == {"2026-04-03T07:05:00Z"}


def test_a_date_of_two_readings_is_refused_where_the_mapping_says_nothing(tmp_path: Path) -> None:
    read = read_orders(tmp_path, HEADING, FIRST, SECOND, OTHER.replace("04/04/2026 09:00", "2026-04-04"), dates="iso")
    assert list(read.of(Kind.ORDER)) == ["A2"]
    assert [one for one in refused(read) if one[1] != "unknown_sku"] == [(2, "date_order_not_stated", "Tanggal")]


def test_an_amount_of_two_readings_is_refused_where_the_mapping_says_nothing(tmp_path: Path) -> None:
    read = read_orders(tmp_path, HEADING, OTHER, decimal_mark=None)
    assert refused(read) == [(2, "bad_money", "Total")]


def test_rows_of_one_number_that_name_two_times_are_two_orders_and_refused(tmp_path: Path) -> None:
    read = read_orders(tmp_path, HEADING, FIRST, SECOND.replace("03/04", "05/04"), OTHER)
    assert list(read.of(Kind.ORDER)) == ["A2"]
    assert [one for one in refused(read) if one[1] != "unknown_sku"] == [
        (2, "rows_disagree", "Tanggal"), (3, "rows_disagree", "Tanggal"),
    ]  # fmt: skip


def test_cells_of_the_order_may_stand_on_any_of_its_rows(tmp_path: Path) -> None:
    bare = "A1||Topi|TP|1|Rp155.000||||"
    order = read_orders(tmp_path, HEADING, bare, FIRST).of(Kind.ORDER)["A1"]
    assert (order["total_minor"], order["placed_at"]) == (45400000, "2026-04-03T07:05:00Z")
    assert order["customer_id"] is not None


def test_a_price_from_a_line_total_loses_nothing_to_rounding(tmp_path: Path) -> None:
    read = read_orders(
        tmp_path, "Nomor|Tanggal|SKU|Jumlah|Kotor|Potongan", "A1|2026-04-03|TP|3|Rp100.000|(Rp10.000)",
        columns={"price": "", "total": "", "item_name": "", "line_total": "Kotor", "line_discount": "Potongan"},
    )  # fmt: skip
    order = read.of(Kind.ORDER)["A1"]
    (line,) = order["lines"]
    assert line["price_minor"] * 3 - line["discount_minor"] == 9_000_000 == order["total_minor"]
    assert line["price_minor"] == 3_333_334


def test_a_status_of_the_mapping_cancels_an_order(tmp_path: Path) -> None:
    read = read_orders(
        tmp_path, f"{HEADING}|Status", f"{OTHER}|BATAL", f"{FIRST}|Selesai",
        columns={"status": "Status"}, cancelled_statuses=["Batal"],
    )  # fmt: skip
    found = {ref: order["cancelled_at"] for ref, order in read.of(Kind.ORDER).items()}
    assert found == {"A1": None, "A2": "2026-04-04T02:00:00Z"}


def test_digits_that_a_spreadsheet_has_lost_are_no_order_number(tmp_path: Path) -> None:
    read = read_orders(tmp_path, HEADING, OTHER.replace("A2", "5.80E+17"), OTHER)
    assert list(read.of(Kind.ORDER)) == ["A2"]
    assert (2, "lost_digits", "Nomor") in refused(read)


@pytest.mark.parametrize(
    ("name", "phone", "mail"),
    [
        ("S**i", "62812****11", ""), ("Siti", "0812****1111", ""), ("S***", "0812-0000-1111", "siti@surel.example"),
        ("Siti", "", "s***@surel.example"), ("", "", ""), ("Siti", "", ""),
    ],
)  # fmt: skip
def test_a_masked_or_absent_buyer_makes_no_customer_and_no_link(
    name: str, phone: str, mail: str, tmp_path: Path
) -> None:
    masked = FIRST.replace("Siti|0812-0000-1111|siti@surel.example", f"{name}|{phone}|{mail}")
    known = "7|Siti Rahmawati|0812-0000-1111|siti@surel.example|"
    put(tmp_path, customers=table("ID|Nama|Telepon|Surel|Lahir", known), orders=table(HEADING, masked))
    read = read_mapped(tmp_path, mapping_of(orders(), entry("customers", CUSTOMER_COLUMNS)))
    assert list(read.of(Kind.CUSTOMER)) == ["7"]
    assert read.of(Kind.ORDER)["A1"]["customer_id"] is None
    assert not [reason for _, reason, _ in refused(read) if reason != "unknown_sku"]


def test_nothing_of_a_mask_is_kept(tmp_path: Path) -> None:
    masked = FIRST.replace("Siti|0812-0000-1111|siti@surel.example", "S**i R***|62812****11|s**@x.id")
    read = read_orders(tmp_path, HEADING, masked)
    assert "*" not in repr(read.bodies)


def test_a_buyer_who_is_not_masked_is_linked_or_becomes_a_guest(tmp_path: Path) -> None:
    read = read_orders(tmp_path, HEADING, FIRST)
    (guest,) = read.of(Kind.CUSTOMER).values()
    assert (guest["phone"], guest["has_account"]) == ("+6281200001111", False)
    assert read.of(Kind.ORDER)["A1"]["customer_id"] == guest["id"]


def test_a_masked_order_is_linked_by_the_platforms_own_id_of_a_known_customer(tmp_path: Path) -> None:
    put(
        tmp_path, customers=table("ID|Nama|Telepon|Surel|Lahir", "siti88|Siti|0812-0000-1111||"),
        orders=table(f"{HEADING}|Akun", f"{OTHER.replace('|||', '|S**i||')}|siti88", f"{FIRST}|nobody9"),
    )  # fmt: skip
    read = read_mapped(
        tmp_path, mapping_of(orders(columns={"customer_id": "Akun"}), entry("customers", CUSTOMER_COLUMNS))
    )
    siti = read.of(Kind.CUSTOMER)["siti88"]["id"]
    assert read.of(Kind.ORDER)["A2"]["customer_id"] == siti


def test_customers_are_read_and_a_masked_one_is_refused(tmp_path: Path) -> None:
    rows = ("1|Siti|0812-0000-1111|siti@surel.example|04/03/1990", "2|B***i|0812****22||", "3|Ani|0812****33||")
    put(tmp_path, customers=table("ID|Nama|Telepon|Surel|Lahir", *rows))
    read = read_mapped(tmp_path, mapping_of(entry("customers", CUSTOMER_COLUMNS, dates="day_first")))
    assert {ref: (body["name"], body["phone"], body["birthday"]) for ref, body in read.of(Kind.CUSTOMER).items()} == {
        "1": ("Siti", "+6281200001111", "1990-03-04"), "3": ("Ani", "", ""),
    }  # fmt: skip
    assert refused(read) == [(3, "masked_name", "Nama"), (4, "masked_cell", "Telepon")]


def test_points_and_consents_of_a_customers_file_are_taken_over(tmp_path: Path) -> None:
    put(tmp_path, customers=table("ID|Nama|Kartu|Poin|WA", "1|Siti|M-1|1.250|ya", "2|Budi|||"))
    columns = {"id": "ID", "name": "Nama", "loyalty_number": "Kartu", "points": "Poin", "consent_whatsapp": "WA"}
    read = read_mapped(tmp_path, mapping_of(entry("customers", columns, decimal_mark=",")))
    loyalty = read.one(Kind.LOYALTY_ACCOUNT)
    assert (loyalty["number"], loyalty["points"]) == ("M-1", 1250)
    consent = read.one(Kind.CONSENT)
    assert (consent["channel"], consent["events"][0]["granted"]) == ("whatsapp", True)
    assert read.refusals == []


def test_products_with_their_variants_and_stock_of_two_outlets(tmp_path: Path) -> None:
    put(
        tmp_path, products=table("Produk|SKU|Harga|Ukuran", "Kemeja|KM-M|Rp299.000|M", "Topi|TP|Rp155.000|",
                                 "Kemeja|KM-L|Rp299.000|L"),
        stock=table("SKU|Stok|Toko", "KM-M|1.250|Bandung", "KM-M|3|Denpasar", "TP|-2|Bandung"),
    )  # fmt: skip
    read = read_mapped(
        tmp_path, mapping_of(entry("products", PRODUCT_COLUMNS, decimal_mark=","),
                             entry("stock", STOCK_COLUMNS, decimal_mark=",")),
    )  # fmt: skip
    shirt = read.of(Kind.PRODUCT)["Kemeja"]
    assert [(one["sku"], one["options"]) for one in shirt["variants"]] == [
        ("KM-M", {"Ukuran": "M"}), ("KM-L", {"Ukuran": "L"}),
    ]  # fmt: skip
    places = {body["name"]: body["id"] for body in read.of(Kind.LOCATION).values()}
    levels = read.of(Kind.STOCK)["Bandung/KM-M"]["levels"]
    assert {name: levels[place]["on_hand"] for name, place in places.items()} == {"Bandung": 1250, "Denpasar": 3}
    hats = read.of(Kind.STOCK)["Bandung/TP"]["levels"][places["Bandung"]]
    assert (hats["on_hand"], hats["reserved"]) == (0, 2)
    assert read.refusals == []


def test_of_two_exports_that_overlap_the_one_with_the_later_name_counts(tmp_path: Path) -> None:
    later = OTHER.replace("Rp378.000", "Rp400.000")
    put(tmp_path, orders_10=table(HEADING, FIRST, OTHER), orders_11=table(HEADING, later))
    read = read_mapped(tmp_path, mapping_of(orders()))
    assert {ref: body["total_minor"] for ref, body in read.of(Kind.ORDER).items()} == {"A2": 40000000, "A1": 45400000}


def test_a_file_that_the_mapping_does_not_name_is_told(tmp_path: Path) -> None:
    put(tmp_path, orders=table(HEADING, OTHER), returns="a,b\n1,2\n", locations="name\nBandung\n")
    read = read_mapped(tmp_path, mapping_of(orders()))
    assert [(one.file, one.reason) for one in read.refusals if one.reason != "import.unknown_sku"] == [
        ("returns.csv", "import.unmapped_file")
    ]
    assert [body["name"] for body in read.of(Kind.LOCATION).values()] == ["Bandung"]


def test_other_encodings_are_read_where_the_mapping_names_them(tmp_path: Path) -> None:
    text = table(HEADING, OTHER.replace("Vas", "Vasé – biru"))
    put(tmp_path, orders=text.encode("cp1252"))
    for encoding in ("auto", "cp1252"):
        read = read_mapped(tmp_path, mapping_of(orders(encoding=encoding)))
        assert lines_of(read.of(Kind.ORDER)["A2"])[0][0] == "Vasé – biru"
    put(tmp_path, orders=text.encode("utf-16"))
    assert lines_of(read_mapped(tmp_path, mapping_of(orders())).of(Kind.ORDER)["A2"])[0][0] == "Vasé – biru"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x00\x00\x00", b'"', b'"unclosed\n' * 50, b"a" * 5_000_000])
def test_a_file_that_is_no_table_is_refused_and_stops_nothing(content: bytes, tmp_path: Path) -> None:
    put(tmp_path, orders_bad=content, orders_good=table(HEADING, OTHER))
    read = read_mapped(tmp_path, mapping_of(orders()))
    assert list(read.of(Kind.ORDER)) == ["A2"]
    assert [one.file for one in read.refusals if one.reason != "import.unknown_sku"] == ["orders_bad.csv"]


def test_a_cut_row_and_rows_with_shifted_cells_cost_themselves(tmp_path: Path) -> None:
    cut = table(HEADING, OTHER, f"{FIRST}|too|many") + "A3,03/04/2026,Ci"
    put(tmp_path, orders=cut)
    read = read_mapped(tmp_path, mapping_of(orders()))
    assert list(read.of(Kind.ORDER)) == ["A2"]
    assert [(line, reason) for line, reason, _ in refused(read) if reason != "unknown_sku"] == [
        (3, "too_many_cells"), (4, "row_cut"),
    ]  # fmt: skip


def test_four_thousand_rows_in_any_order_stay_out_of_memory(tmp_path: Path) -> None:
    name = "Barang " * 60
    rows = [f"A{number % 2_000}|2026-04-03|{name}|S|1|Rp10.000|Rp20.000|||" for number in range(4_000)]
    put(tmp_path, orders=table(HEADING, *rows))
    mapping = mapping_of(orders())
    tracemalloc.start()
    try:
        stream = read_mapped_folder(tmp_path, mapping, as_of=AS_OF)
        count = sum(isinstance(item, ImportedRecord) and item.kind == Kind.ORDER for item in stream)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 2_000
    assert peak_bytes < 8.5 * 1024 * 1024, "all rows take 12 MiB, all orders 10"


def test_rows_of_much_text_are_put_away_before_many_are_read() -> None:
    mapping = mapping_of(orders())
    plan = plan_for(HEADING.split("|"), mapping.files[0], mapping)
    drawn: list[int] = []

    def rows() -> Iterator[Row | Refusal]:
        yield Refusal("orders.csv", 2, "import.row_cut")
        for number in range(100):
            drawn.append(number)
            yield MappedRow("orders.csv", number + 3, [f"A{number}", "2026-04-03", "x" * 100_000], plan)

    assert isinstance(next(brought_together(rows(), "Name")), Refusal), "it is told with the first rows put away"
    assert len(drawn) * 100_000 <= PORTION_CHARACTERS + 100_000


def test_the_shops_own_exports_are_read_as_before_beside_nothing_mapped(tmp_path: Path) -> None:
    put(tmp_path, customers_export=csv_text(CUSTOMERS), orders=table(HEADING, OTHER))
    read = read_mapped(tmp_path, mapping_of(orders()))
    assert read.of(Kind.CUSTOMER) == {}
    assert ("customers_export.csv", "import.unmapped_file") in [(one.file, one.reason) for one in read.refusals]

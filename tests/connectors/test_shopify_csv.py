"""A whole folder: order, repetition, shifts, dialects, what has ended, the report, pictures, and the demo retailer."""

import csv
import shutil
import tomllib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.connectors.pictures import pictures
from sync.connectors.reading import Progress
from sync.connectors.refusal_report import RefusalReport
from sync.connectors.shopify_csv import complete_kinds, read_folder
from sync.protocol.importing import ImportedRecord, Refusal
from sync.protocol.kinds import Kind
from sync.protocol.times import from_wire
from tests.connectors.folders import AS_OF, PRODUCTS, Read, csv_text, make_folder, order_row, read
from tests.support.modes import mode_of

DEMO = Path(__file__).parents[2] / "assets" / "demo"
ENDING = {Kind.OPEN_CART, Kind.PROMOTION, Kind.VOUCHER, Kind.WISHLIST_ITEM}

demo = pytest.mark.skipif(not (DEMO / "demo.toml").is_file(), reason="assets/demo is missing: make it by demo_data.py")


def test_an_empty_folder_says_nothing_and_a_missing_one_is_an_error(tmp_path: Path) -> None:
    assert list(read_folder(tmp_path, as_of=AS_OF, default_time_zone="Asia/Jakarta")) == []
    with pytest.raises(NotADirectoryError):
        read_folder(tmp_path / "none", as_of=AS_OF, default_time_zone="Asia/Jakarta")


@pytest.mark.parametrize(
    "name", ["locations", "products_export", "customers_export", "orders_export", "reviews", "inventory_export"]
)
def test_a_file_without_a_needed_column_is_refused_once_and_the_rest_is_read(tmp_path: Path, name: str) -> None:
    result = read(make_folder(tmp_path, **{name: "Something,Else\n1,2\n3,4\n"}))
    assert [each.line for each in result.refusals if each.file == f"{name}.csv"] == [1]
    (refused,) = (each for each in result.refusals if each.file == f"{name}.csv")
    assert (refused.reason, bool(refused.column)) == ("import.missing_column", True)
    assert len(result.bodies) >= 2


def test_a_second_run_makes_the_same_records(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, orders_export=[order_row(), order_row(Name="#2", Email="tamu@x.example")])
    assert read(folder).bodies == read(folder).bodies


def test_a_shift_moves_times_and_no_id(tmp_path: Path) -> None:
    folder = make_folder(
        tmp_path,
        orders_export=[order_row()],
        wishlists=[{"customer_id": "101", "sku": "KM-M", "added_at": "2026-11-01T00:00:00Z"}],
        customers_extra=[{"customer_id": "101", "birthday": "1987-12-04", "consent_profiling": "yes",
                          "consent_at": "2024-01-01T00:00:00Z"}],
    )  # fmt: skip
    plain, shifted = read(folder), read(folder, shift_days=10)
    assert shifted.one(Kind.ORDER)["placed_at"] == "2024-05-11T03:11:12Z"
    assert shifted.of(Kind.CUSTOMER)["101"]["birthday"] == "1987-12-04"
    assert shifted.one(Kind.NOTE)["written_at"] == "2026-12-02T03:00:00Z"
    (before,), (after,) = plain.one(Kind.CONSENT)["events"], shifted.one(Kind.CONSENT)["events"]
    assert (before["event_id"], before["at"] != after["at"]) == (after["event_id"], True)
    for kind, bodies in plain.bodies.items():
        assert {body["id"] for body in bodies.values()} == {body["id"] for body in shifted.of(kind).values()}


def test_another_source_makes_other_records(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    one, other = read(folder), read(folder, source="second-shop")
    assert one.of(Kind.CUSTOMER)["101"]["id"] != other.of(Kind.CUSTOMER)["101"]["id"]
    assert other.of(Kind.CUSTOMER)["101"]["source"] == "second-shop"


def test_the_price_list_is_in_the_currency_of_the_orders(tmp_path: Path) -> None:
    orders = [order_row(Currency="??"), order_row(Name="#2", Currency="JPY", Subtotal="1", Total="1", Taxes="0")]
    yen = read(make_folder(tmp_path / "a", orders_export=orders)).of(Kind.PRICE)["vas"]
    assert (yen["currency"], [each["price_minor"] for each in yen["variants"].values()]) == ("JPY", [150_000])
    stated = read(make_folder(tmp_path / "b", orders_export=orders), currency="USD").of(Kind.PRICE)["vas"]
    assert stated["currency"] == "USD"
    assert read(make_folder(tmp_path / "c")).of(Kind.PRICE)["vas"]["currency"] == "IDR"


def rows_of_one_shop() -> dict[str, list[dict[str, str]]]:
    """Files in which every row is good."""
    who = {"customer_id": "101"}
    cart = {"cart_id": "c", "updated_at": "2026-11-01", "sku": "VAS", "quantity": "1", "price": "1", "currency": "IDR"}
    return {
        "orders_export": [order_row()],
        "wishlists": [who | {"sku": "KM-M", "added_at": "2026-11-01"}],
        "carts": [who | cart],
        "vouchers": [
            who | {"code": "V", "name": "V", "value": "1", "currency": "IDR", "expires_at": "2026-12-01"}
        ],
        "promotions": [
            {"code": "P", "name": "P", "kind": "percent", "value": "5", "starts_at": "2026-11-01",
             "ends_at": "2026-11-02", "holds_in": "online"}
        ],
    }  # fmt: skip


@pytest.mark.parametrize(("delimiter", "line_end", "bom"), [(";", "\r\n", "\ufeff"), ("\t", "\n", ""), (",", "\r", "")])
def test_a_whole_folder_in_another_dialect_says_the_same(
    tmp_path: Path, delimiter: str, line_end: str, bom: str
) -> None:
    plain = make_folder(tmp_path / "plain", **rows_of_one_shop())
    other = tmp_path / "other"
    other.mkdir()
    for file in plain.glob("*.csv"):
        with file.open(newline="") as stream:
            text = csv_text(list(csv.DictReader(stream)), delimiter=delimiter, line_end=line_end)
        (other / file.name).write_bytes((bom + text).encode())
    result = read(other)
    assert result.bodies == read(plain).bodies
    assert result.refusals == []


def test_what_ends_by_being_left_out_is_known_only_from_whole_files(tmp_path: Path) -> None:
    assert read(make_folder(tmp_path / "good", **rows_of_one_shop())).complete_kinds == ENDING
    assert complete_kinds(make_folder(tmp_path / "none")) == frozenset()
    one_missing = make_folder(tmp_path / "missing", **rows_of_one_shop() | {"carts": None})
    assert complete_kinds(one_missing) == ENDING - {Kind.OPEN_CART}
    cut = make_folder(tmp_path / "cut", **rows_of_one_shop())
    (cut / "promotions.csv").write_text((cut / "promotions.csv").read_text() + "Q,Q,per")
    assert complete_kinds(cut) == ENDING - {Kind.PROMOTION}


def test_nothing_ends_where_the_customers_are_missing_or_a_row_is_refused(tmp_path: Path) -> None:
    without = make_folder(tmp_path / "without", **rows_of_one_shop() | {"customers_export": None})
    assert complete_kinds(without) == read(without).complete_kinds == {Kind.PROMOTION}
    files = rows_of_one_shop()
    refused = make_folder(tmp_path / "refused", **files | {"vouchers": [files["vouchers"][0] | {"expires_at": "?"}]})
    assert complete_kinds(refused) == ENDING
    assert read(refused).complete_kinds == ENDING - {Kind.VOUCHER}


def test_progress_is_told_for_every_file_to_its_end(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, **rows_of_one_shop())
    told: dict[str, Progress] = {}

    def remember(progress: Progress) -> None:
        told[progress.file] = progress

    read(folder, on_progress=remember)
    assert set(told) == {file.name for file in folder.glob("*.csv")}
    assert all(each.read_bytes == each.file_bytes for each in told.values())
    assert sum(each.file_bytes for each in told.values()) == sum(path.stat().st_size for path in folder.glob("*.csv"))


def test_the_report_names_file_line_and_reason_also_in_words_and_no_cell(tmp_path: Path) -> None:
    refusals = [
        Refusal("orders_export.csv", 7, "import.bad_money", "Total"),
        Refusal("inventory_export.csv", 1, "import.unknown_location", "=HYPERLINK(1)", kept=True),
    ]
    words = {"import.bad_money": "harga tidak dapat dibaca", "import.unknown_location": "lokasi tidak dikenal"}
    with RefusalReport(tmp_path / "report.csv", in_words=words.__getitem__) as report:
        for refusal in refusals:
            report.add(refusal)
    raw = (tmp_path / "report.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(raw.decode("utf-8-sig").splitlines())) == [
        ["file", "line", "column", "reason", "outcome", "in words"],
        ["orders_export.csv", "7", "Total", "import.bad_money", "refused", "harga tidak dapat dibaca"],
        ["inventory_export.csv", "1", "'=HYPERLINK(1)", "import.unknown_location", "kept", "lokasi tidak dikenal"],
    ]


def test_the_report_is_its_owners_alone_even_where_an_older_one_was_not(tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    report.write_text("older and longer than what follows" * 10)
    report.chmod(0o644)
    with RefusalReport(report) as written:
        written.add(Refusal("a.csv", 2, "import.bad_money"))
    assert mode_of(report) in (0o600, None)
    assert len(report.read_text("utf-8-sig").splitlines()) == 2


def test_only_pictures_inside_the_folder_are_given(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "x")
    (tmp_path / "secret.png").write_bytes(b"png")
    (folder / "pictures").mkdir()
    (folder / "pictures" / "a.png").write_bytes(b"png")
    (folder / "pictures" / "note.txt").write_bytes(b"text")
    (folder / "pictures" / "link.png").symlink_to(tmp_path / "secret.png")
    named = ["pictures/a.png", "pictures/a.png", "../secret.png", "pictures/../../secret.png", "pictures/link.png",
             str(tmp_path / "secret.png"), "pictures/note.txt", "https://example.com/p.png", "C:\\secret.png",
             "..\\secret.png", "pictures", ""]  # fmt: skip
    rows = [PRODUCTS[0] | {"Image Src": each} for each in named]
    make_folder(folder, products_export=rows)
    (found,) = pictures(folder)
    assert (found.name, found.path) == ("pictures/a.png", folder / "pictures/a.png")
    assert (found.file, found.line, found.column) == ("products_export.csv", 2, "Image Src")
    assert list(pictures(tmp_path)) == []


def demo_day() -> datetime:
    """The day the demo is made for."""
    day = tomllib.loads((DEMO / "demo.toml").read_text())["generated_for"]
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@pytest.fixture(scope="module")
def retailer() -> Read:
    """The demo retailer, read once."""
    return read(DEMO, as_of=demo_day())


@demo
def test_the_demo_retailer_is_read_without_a_refusal(retailer: Read) -> None:
    result = retailer
    assert Counter(each.reason for each in result.refusals) == Counter()
    assert result.complete_kinds == ENDING
    assert result.checked_kinds == {Kind.ORDER, Kind.STOCK}
    at_least = {
        Kind.LOCATION: 5, Kind.ASSOCIATE: 6, Kind.PRODUCT: 60, Kind.PRICE: 60, Kind.CUSTOMER: 400, Kind.ORDER: 3_000,
        Kind.REVIEW: 1_500, Kind.STOCK: 450, Kind.PROMOTION: 4, Kind.WISHLIST_ITEM: 100, Kind.OPEN_CART: 10,
        Kind.LOYALTY_ACCOUNT: 100, Kind.VOUCHER: 10, Kind.ENQUIRY: 5, Kind.CONSENT: 100, Kind.PREFERENCE: 100,
    }  # fmt: skip
    assert {kind: len(result.of(kind)) >= count for kind, count in at_least.items()} == dict.fromkeys(at_least, True)
    assert len({body["id"] for kind, of in result.bodies.items() if kind != Kind.PRICE for body in of.values()}) == sum(
        len(of) for kind, of in result.bodies.items() if kind != Kind.PRICE
    )
    assert max(from_wire(each["placed_at"]) for each in result.of(Kind.ORDER).values()) <= demo_day()


@demo
def test_the_demo_retailers_references_all_resolve(retailer: Read) -> None:
    result = retailer
    ids = {kind: {body["id"] for body in bodies.values()} for kind, bodies in result.bodies.items()}
    variants = {each["id"] for body in result.of(Kind.PRODUCT).values() for each in body["variants"]}
    for bodies in result.bodies.values():
        for body in bodies.values():
            assert body.get("customer_id") in ids[Kind.CUSTOMER] | {None}
            assert body.get("product_id") in ids[Kind.PRODUCT] | {None}
            assert body.get("variant_id") in variants | {None}
            assert body.get("location_id") in ids[Kind.LOCATION] | {None}
            assert all(line["variant_id"] in variants for line in body.get("lines", ()))


@demo
def test_a_damaged_copy_of_the_demo_still_gives_everything_else(tmp_path: Path, retailer: Read) -> None:
    for file in DEMO.glob("*.csv"):
        shutil.copy(file, tmp_path / file.name)
    orders = (tmp_path / "orders_export.csv").read_bytes()
    (tmp_path / "orders_export.csv").write_bytes(orders[: len(orders) // 2])
    (tmp_path / "reviews.csv").write_bytes((tmp_path / "reviews.csv").read_bytes() + b'"' + b"x" * 3_000_000)
    (tmp_path / "vouchers.csv").unlink()
    whole, damaged = retailer, read(tmp_path)
    assert 0.4 < len(damaged.of(Kind.ORDER)) / len(whole.of(Kind.ORDER)) < 0.6
    assert damaged.of(Kind.REVIEW) == whole.of(Kind.REVIEW)
    assert damaged.of(Kind.VOUCHER) == {}
    reasons = Counter(each.reason for each in damaged.refusals if "picture" not in each.reason)
    assert reasons["import.row_too_long"] == 1
    assert set(reasons) <= {"import.row_too_long", "import.row_cut", "import.unknown_order", "import.missing_value"}


def test_records_say_where_they_were_read(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, orders_export=[order_row()])
    stream = read_folder(folder, as_of=AS_OF, default_time_zone="Asia/Jakarta")
    records = [each for each in stream if isinstance(each, ImportedRecord)]
    assert [(each.file, each.line) for each in records if each.kind == Kind.ORDER] == [("orders_export.csv", 2)]

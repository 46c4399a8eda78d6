"""Dates, amounts and masks as other systems write them: what is read, and what is refused rather than guessed."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.connectors.errors import CellRefused
from sync.connectors.foreign_cells import is_masked, iso_day, iso_moment, plain_amount, plain_count
from sync.connectors.mapping import DateOrder

JAKARTA = ZoneInfo("Asia/Jakarta")


def moment(text: str, order: DateOrder) -> str:
    return said(lambda: iso_moment(text, order, JAKARTA, "Tanggal"))


def said(read: Callable[[], str]) -> str:
    """What is read, or the reason why not."""
    try:
        return read()
    except CellRefused as refused:
        return refused.reason.removeprefix("import.")


@pytest.mark.parametrize("order", list(DateOrder))
@pytest.mark.parametrize(
    "text",
    [
        "2026-04-03 14:05", "2026/4/3 14:05:00", "2026-04-03T14:05:00+07:00", "2026-04-03 07:05:00 UTC",
        "3 April 2026 14:05 WIB", "03 Apr 2026, 14.05", "Jumat, 3 April 2026 pukul 14.05", "Apr 3, 2026 2:05 PM",
        "3 Apr 2026 15:05 WITA", "2026-04-03 14:05:00.123 +0700", "2026-04-03 2:05 p.m.", "3-Apr-2026 14:05",
    ],
)  # fmt: skip
def test_a_date_that_can_be_only_one_is_read_whatever_the_mapping_says(text: str, order: DateOrder) -> None:
    assert moment(text, order) in {
        "2026-04-03T14:05:00+07:00", "2026-04-03T07:05:00+00:00", "2026-04-03T15:05:00+08:00",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["03/04/2026", "03-04-2026", "3.4.2026"])
def test_the_mapping_alone_decides_which_of_two_figures_is_the_day(text: str) -> None:
    assert moment(text, DateOrder.DAY_FIRST) == "2026-04-03T00:00:00+07:00"
    assert moment(text, DateOrder.MONTH_FIRST) == "2026-03-04T00:00:00+07:00"
    assert moment(text, DateOrder.ISO) == "date_order_not_stated"


@pytest.mark.parametrize(
    "text",
    ["25/04/26", "31/02/2026", "04/25/2026", "3 Foo 2026", "kemarin", "", "2026-04-03 25:00", "2026-04-03 13:05 PM",
     "2026-04-03 banyak", "99999999", "2026-04-031"],
)  # fmt: skip
def test_what_is_no_date_under_the_mapping_is_refused_and_no_other_order_is_tried(text: str) -> None:
    assert moment(text, DateOrder.DAY_FIRST) == "bad_date"


def test_a_birthday_is_a_day_without_a_clock() -> None:
    assert iso_day("17 Agustus 1985", DateOrder.ISO, "Tanggal") == "1985-08-17"
    assert iso_day("4/3/1990", DateOrder.DAY_FIRST, "Tanggal") == "1990-03-04"


def amount(text: str, mark: str | None, currency: str = "IDR") -> str:
    return said(lambda: plain_amount(text, currency, mark, "Harga"))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Rp1.250.000", "1250000"), ("Rp 1.250.000,50", "1250000.50"), ("IDR 25.000", "25000"), ("25.000,-", "25000"),
        ("1250000", "1250000"), ("Rp\u00a0299.000", "299000"), ("0", "0"), ("-", ""), ("", ""), ("-Rp5.000", "-5000"),
        ("Rp -5.000", "-5000"), ("(5.000)", "-5000"), ("5.000 rp", "5000"), ("-0", "0"),
        ("12.34.567", "bad_money"), ("1,250,000", "bad_money"), ("USD 10", "bad_money"), ("$10", "bad_money"),
        ("gratis", "bad_money"), ("1e5", "bad_money"), ("٢٥", "bad_money"),
    ],
)  # fmt: skip
def test_an_amount_with_dots_for_thousands_is_read_and_another_currency_refused(text: str, plain: str) -> None:
    assert amount(text, ",") == plain


def test_points_for_decimals_are_read_where_the_mapping_says_so_and_left_open_where_it_says_nothing() -> None:
    assert amount("$1,250.50", ".", "USD") == "1250.50"
    assert amount("299.000", None) == "299.000"
    assert amount("299.000", ".") == "299.000"


@pytest.mark.parametrize(
    ("text", "mark", "plain"),
    [
        ("1.000", ",", "1000"), ("1.000", ".", "1"), ("1.000", None, "bad_quantity"), ("2,0", None, "2"),
        ("2", None, "2"), ("-3", ",", "-3"), ("", None, ""), ("1,5", ",", "bad_quantity"), ("dua", ",", "bad_quantity"),
        ("1.2.3", None, "bad_quantity"),
    ],
)  # fmt: skip
def test_a_thousand_pieces_are_never_taken_for_one(text: str, mark: str | None, plain: str) -> None:
    assert said(lambda: plain_count(text, mark, "Jumlah")) == plain


@given(st.integers(0, 10**12), st.sampled_from([",", "."]))
def test_every_amount_written_with_marks_comes_back_as_itself(whole: int, mark: str) -> None:
    thousands = "." if mark == "," else ","
    assert amount(f"Rp{whole:,}".replace(",", thousands) + f"{mark}00", mark) == f"{whole}.00"


@pytest.mark.parametrize(
    "text", ["B***i", "B*", "+62812****34", "0812xxxx", "•••• 34", "b***@x.id", "08XXXXX34", "###"]
)
def test_a_mask_is_known(text: str) -> None:
    assert is_masked(text)


@pytest.mark.parametrize("text", ["", "Budi", "Maxx Santoso", "Siti x Rina", "0812-0000-1111", "siti@surel.example"])
def test_a_name_or_number_as_it_is_is_no_mask(text: str) -> None:
    assert not is_masked(text)

"""What a cell means: money, times, counts, codes, links, HTML."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.connectors import cell_values
from sync.connectors.errors import CellRefused

JAKARTA = ZoneInfo("Asia/Jakarta")


@given(minor=st.integers(0, 2**53), currency=st.sampled_from(["IDR", "USD", "JPY", "KWD", "CLF"]))
def test_money_written_as_a_decimal_comes_back_exactly(minor: int, currency: str) -> None:
    exponent = {"JPY": 0, "KWD": 3, "CLF": 4}.get(currency, 2)
    major = Decimal(minor).scaleb(-exponent)
    assert cell_values.minor_units(f"{major:f}", currency, "Total") == minor
    if exponent != 3:
        assert cell_values.minor_units(f"{major:f}".replace(".", ","), currency, "Total") == minor
        if exponent == 2:
            assert cell_values.minor_units(f"{major:,f}", currency, "Total") == minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("299000.00", "IDR", 29_900_000),
        ("299000", "IDR", 29_900_000),
        ("299000,5", "IDR", 29_900_050),
        ("299.000,00", "IDR", 29_900_000),
        ("1.250.000", "IDR", 125_000_000),
        ("1,250,000", "IDR", 125_000_000),
        ("0.00", "IDR", 0),
        ("-0.00", "IDR", 0),
        ("1200.00", "JPY", 1_200),
        ("1.250", "KWD", 1_250),
    ],
)
def test_money_is_read_as_people_and_spreadsheets_write_it(text: str, currency: str, minor: int) -> None:
    assert cell_values.minor_units(text, currency, "Total") == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("299.000", "IDR"), ("299,000", "IDR"), ("-1.00", "IDR"), ("Rp299000", "IDR"), ("", "IDR"), ("1e9", "IDR"),
        ("NaN", "IDR"), ("1.005", "IDR"), ("12.5", "JPY"), ("1,2,3", "IDR"), ("1.2,3.4", "IDR"), ("٣٠٠", "IDR"),
        ("99999999999999999999", "IDR"), ("9" * 500, "IDR"), ("1..2", "IDR"), ("1234.567,00", "IDR"), ("=1+1", "IDR"),
    ],
)  # fmt: skip
def test_money_that_could_be_two_amounts_or_none_is_refused(text: str, currency: str) -> None:
    with pytest.raises(CellRefused) as refused:
        cell_values.minor_units(text, currency, "Total")
    assert (refused.value.reason, refused.value.column) == ("import.bad_money", "Total")


@given(text=st.text(max_size=20), currency=st.sampled_from(["IDR", "JPY", "KWD"]))
def test_money_is_a_number_or_refused_and_never_crashes(text: str, currency: str) -> None:
    with suppress(CellRefused):
        assert 0 <= cell_values.minor_units(text, currency, "Total") <= cell_values.MAX_MINOR


MOMENTS = st.integers(86_400, 7_258_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(moment=MOMENTS, hours=st.integers(-12, 14), shift_days=st.integers(-400, 400))
def test_a_time_with_an_offset_comes_back_the_same_moment(moment: datetime, hours: int, shift_days: int) -> None:
    offset = timedelta(hours=hours)
    local = (moment + offset).replace(tzinfo=None)
    if not 1970 <= local.year <= 2199:
        return
    sign = "+" if hours >= 0 else "-"
    shift = timedelta(days=shift_days)
    for text in (
        f"{local:%Y-%m-%d %H:%M:%S} {sign}{abs(hours):02}00",
        f"{local:%Y-%m-%dT%H:%M:%S}{sign}{abs(hours):02}:00",
        f"{moment:%Y-%m-%dT%H:%M:%S}Z",
        f"{moment:%Y-%m-%d %H:%M:%S} UTC",
    ):
        assert cell_values.moment(text, "at", JAKARTA, shift=shift) == moment + shift


def test_a_time_without_offset_is_on_the_shops_clock() -> None:
    assert cell_values.wire_moment("2024-05-01 07:00", "at", JAKARTA) == "2024-05-01T00:00:00Z"
    assert cell_values.wire_moment("2024-05-01", "at", JAKARTA) == "2024-04-30T17:00:00Z"


@pytest.mark.parametrize(
    "text",
    ["", "01/05/2024", "2024-02-30", "2024-13-01", "2024-05-01 25:00:00", "1900-01-01", "9999-12-31", "2024-W10-1",
     "kemarin", "2024-05-01T10:11:12+99:00", "２０２４-05-01", "45413.42"],
)  # fmt: skip
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(CellRefused, match=r"import\.bad_date"):
        cell_values.moment(text, "at", JAKARTA)


@given(text=st.text("0123456789-T:. +Z/", max_size=30))
def test_a_time_is_aware_or_refused_and_never_crashes(text: str) -> None:
    with suppress(CellRefused):
        assert cell_values.moment(text, "at", JAKARTA).tzinfo is UTC


def test_a_birthday_is_a_day_and_moves_with_no_clock() -> None:
    assert cell_values.day("1987-12-04", "birthday") == "1987-12-04"
    for wrong in ("1987-12-32", "04/12/1987", "0000-12-04", "1850-01-01"):
        with pytest.raises(CellRefused, match=r"import\.bad_date"):
            cell_values.day(wrong, "birthday")


@pytest.mark.parametrize(
    ("text", "gtin"),
    [("4006381333931", "04006381333931"), ("036000291452", "00036000291452"), ("96385074", "00000096385074"),
     ("14006381333938", "14006381333938"), ("", "")],
)  # fmt: skip
def test_a_valid_code_is_padded_to_fourteen_digits(text: str, gtin: str) -> None:
    assert cell_values.gtin14(text, "Variant Barcode") == gtin


@pytest.mark.parametrize(
    "text", ["4006381333932", "12345", "ABC", "0000000000000", "4.00638E+12", "４００６３８１３３３９３１"]
)
def test_a_code_with_a_wrong_check_digit_or_length_is_refused(text: str) -> None:
    with pytest.raises(CellRefused, match=r"import\.bad_gtin"):
        cell_values.gtin14(text, "Variant Barcode")


def test_an_id_a_spreadsheet_has_rounded_is_refused() -> None:
    assert cell_values.reference("7310480031337", "Customer ID") == "7310480031337"
    for rounded in ("7.31048E+12", "7,31048E+12", "7E+12"):
        with pytest.raises(CellRefused, match=r"import\.lost_digits"):
            cell_values.reference(rounded, "Customer ID")


@pytest.mark.parametrize("text", ["-1", "1000001", "1.5", "two", "1e3", "", "٣", "9" * 40])
def test_a_quantity_below_zero_or_absurd_is_refused(text: str) -> None:
    with pytest.raises(CellRefused, match=r"import\.bad_quantity"):
        cell_values.quantity(text, "Lineitem quantity")


def test_a_quantity_may_be_written_with_empty_decimals() -> None:
    assert [cell_values.quantity(text, "x") for text in ("3", "3.0", "+3", "3,00")] == [3, 3, 3, 3]


def test_links_other_than_the_webs_are_refused() -> None:
    assert cell_values.web_link("https://example.com/v", "video_url") == "https://example.com/v"
    for link in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//example.com"):
        with pytest.raises(CellRefused, match=r"import\.bad_link"):
            cell_values.web_link(link, "video_url")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Linen&nbsp;lembut &amp; <b>sejuk</b>.</p><p>Cuci dingin.</p>", "Linen lembut & sejuk.\nCuci dingin."),
        ("<ul><li>satu</li><li>dua</li></ul>", "- satu\n- dua"),
        ("a<br>b<script>alert(1)</script><style>p{}</style>", "a\nb"),
        ("plain  text\n\nof two lines", "plain text\nof two lines"),
        ("<p>one\nline</p>of\nHTML", "one line\nof HTML"),
        ("5 < 6 and <b>bold", "5 < 6 and bold"),
        ("a<!-- note --><![if !mso]>b<![endif]><![foo]>c<?php d ?>e", "abce"),
        ("<b>a</b> &lt; &#0;<i", "a < \ufffd<i"),
        ("", ""),
    ],
)
def test_html_becomes_the_words_a_person_reads(html: str, text: str) -> None:
    assert cell_values.plain_text(html) == text


@given(html=st.text("<>/pbliscrtye&;!-[]?\"' a\n", max_size=60))
def test_html_of_any_kind_becomes_text(html: str) -> None:
    assert "\x00" not in cell_values.plain_text(html)


@pytest.mark.parametrize("unit", ["<", "<a ", "<!--", '<a "', "</", "<script>", "<![", "&"])
def test_html_made_to_stall_a_parser_is_read_in_a_moment(unit: str) -> None:
    began = process_time()
    cell_values.plain_text((unit * 100_000)[:100_000] + ">")
    assert process_time() - began < 5


def test_yes_no_and_choices_take_capitals_and_nothing_else() -> None:
    assert [cell_values.yes_or_no(word, "x") for word in ("YES", "true", "no", "False", "")] == [
        True, True, False, False, None,
    ]  # fmt: skip
    assert cell_values.choice("Store", "kind", frozenset({"store"})) == "store"
    for wrong in ("perhaps", "yes please"):
        with pytest.raises(CellRefused, match=r"import\.bad_choice"):
            cell_values.yes_or_no(wrong, "x")

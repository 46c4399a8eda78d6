"""Money, dates, times and ages as a shop in Indonesia writes them, and in English."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clienteling.i18n import Formats, load_translator

TEXTS = Path(__file__).parents[2] / "assets" / "i18n"
JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 22, 3, 42, tzinfo=UTC)  # a Sunday, 10.42 in Jakarta
ID = Formats(load_translator(TEXTS, "id"), JAKARTA)
EN = Formats(load_translator(TEXTS, "en"), JAKARTA)


@dataclass(frozen=True)
class Amount:
    amount_minor: int
    currency: str


@pytest.mark.parametrize(
    ("minor", "currency", "indonesian", "english"),
    [
        (125_000_000, "IDR", "Rp1.250.000", "Rp1,250,000"),
        (0, "IDR", "Rp0", "Rp0"),
        (-62_900_000, "IDR", "-Rp629.000", "-Rp629,000"),
        (99_950, "IDR", "Rp1.000", "Rp1,000"),
        (1_990, "USD", "US$19,90", "$19.90"),
        (500, "JPY", "JP¥500", "¥500"),
        (12_345, "BHD", "BHD12,345", "BHD12.345"),
    ],
)
def test_money_is_written_as_on_a_price_label(minor: int, currency: str, indonesian: str, english: str) -> None:
    amount = Amount(minor, currency)
    assert (ID.money(amount), EN.money(amount)) == (indonesian, english)


@given(st.integers(0, 10**12))
def test_rupiah_shows_every_digit_of_the_whole_amount(rupiah: int) -> None:
    shown = ID.money(Amount(rupiah * 100, "IDR"))
    assert shown.removeprefix("Rp").replace(".", "") == str(rupiah)


def test_times_are_the_stores_and_have_a_full_stop_in_indonesian() -> None:
    assert (ID.time(NOW), EN.time(NOW)) == ("10.42", "10:42")
    assert Formats(ID.translator, ZoneInfo("Asia/Makassar")).time(NOW) == "11.42"


@pytest.mark.parametrize(
    ("day", "indonesian", "english"),
    [
        (date(2026, 11, 22), "hari ini", "today"),
        (date(2026, 11, 21), "kemarin", "yesterday"),
        (date(2026, 11, 23), "besok", "tomorrow"),
        (date(2026, 11, 27), "Jumat", "Friday"),
        (date(2026, 11, 29), "29 Nov", "29 Nov"),
        (date(2026, 11, 3), "3 Nov", "3 Nov"),
        (date(2025, 8, 17), "17 Agu 2025", "17 Aug 2025"),
    ],
)
def test_near_days_have_names_and_others_dates(day: date, indonesian: str, english: str) -> None:
    today = ID.date_of(NOW)
    assert (ID.near_day(day, today=today), EN.near_day(day, today=today)) == (indonesian, english)


def test_yesterday_is_judged_in_the_stores_zone() -> None:
    late = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)  # 23.30 in Jakarta, already the 22nd in Makassar
    assert ID.near_day(late, today=ID.date_of(NOW)) == "kemarin"
    makassar = Formats(ID.translator, ZoneInfo("Asia/Makassar"))
    assert makassar.near_day(late, today=makassar.date_of(NOW)) == "hari ini"


@pytest.mark.parametrize(
    ("ago", "indonesian", "english"),
    [
        (timedelta(minutes=-5), "baru saja", "just now"),
        (timedelta(seconds=59), "baru saja", "just now"),
        (timedelta(minutes=1), "1 menit lalu", "1 minute ago"),
        (timedelta(minutes=40), "40 menit lalu", "40 minutes ago"),
        (timedelta(hours=5), "5 jam lalu", "5 hours ago"),
        (timedelta(hours=11), "kemarin", "yesterday"),
        (timedelta(days=12), "12 hari lalu", "12 days ago"),
        (timedelta(days=70), "2 bulan lalu", "2 months ago"),
        (timedelta(days=800), "2 tahun lalu", "2 years ago"),
    ],
)
def test_ages_are_said_in_the_unit_people_use(ago: timedelta, indonesian: str, english: str) -> None:
    assert (ID.age(NOW - ago, now=NOW), EN.age(NOW - ago, now=NOW)) == (indonesian, english)


@given(st.integers(0, 3650 * 24 * 60))
def test_no_age_is_empty_or_zero(minutes: int) -> None:
    words = EN.age(NOW - timedelta(minutes=minutes), now=NOW)
    assert words
    assert not words.startswith("0 ")


def test_moments_of_other_days_carry_the_day() -> None:
    assert ID.moment(NOW, now=NOW) == "10.42"
    assert ID.moment(NOW - timedelta(days=3), now=NOW) == "19 Nov 10.42"
    assert ID.moment(NOW + timedelta(days=1), now=NOW) == "besok 10.42"
    assert ID.moment(NOW - timedelta(days=1), now=NOW) == "kemarin 10.42"


def test_numbers_and_lists_follow_the_language() -> None:
    assert (ID.number(2340), EN.number(2340)) == ("2.340", "2,340")
    assert (ID.decimal(4.25), EN.decimal(4.0)) == ("4,2", "4.0")
    assert ID.listed(["S", "M", "L"]) == "S, M, dan L"
    assert EN.listed(["S", "M"]) == "S and M"
    assert ID.listed([]) == ""
    assert ID.birthday(date(1990, 8, 17)) == "17 Agustus"

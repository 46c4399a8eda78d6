"""Money, dates, times, ages and lists as a shop in Indonesia writes them, and in English.

Times come in aware UTC and are shown in the store's zone. CLDR patterns by Babel, except rupiah: Babel alone prints
`Rp1.250.000,00` and `IDR1,250,000.00`, which no price label does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from datetime import time as TimeOfDay
from decimal import Decimal
from functools import lru_cache
from typing import Final, Protocol

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_precision, get_decimal_symbol

from clienteling.i18n.translator import Translator, grouped

_WITHOUT_DECIMALS: Final = {"IDR": ("Rp", 2)}
"""Currency to its sign and ISO 4217 exponent, where prices are written without decimals in every language."""

_TIME_SEPARATORS: Final = {"id": "."}
_WEEK: Final = timedelta(days=7)


class Amount(Protocol):
    """Integer minor units with their currency."""

    @property
    def amount_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...


@lru_cache(maxsize=1_024)
def _with_digits(value: float, digits: int, locale: str) -> str:
    return format_decimal(value, format=f"#,##0.{'0' * digits}", locale=locale)


@lru_cache(maxsize=4_096)
def _day(day: date, pattern: str, locale: str) -> str:
    return format_date(day, pattern, locale=locale)


@dataclass(frozen=True, slots=True)
class Formats:
    """Values as text in the translator's language and the store's time zone."""

    translator: Translator
    zone: tzinfo

    @property
    def locale(self) -> str:
        return self.translator.locale

    @property
    def cell_delimiter(self) -> str:
        """What stands between the cells of a text file for a spreadsheet: a semicolon where commas are in numbers."""
        return ";" if get_decimal_symbol(self.locale) == "," else ","

    def in_language(self, words: str, english: str) -> str:
        """A name the retailer gave twice: the English one where that is spoken and there is one."""
        return english if self.locale == "en" and english else words

    def money(self, amount: Amount) -> str:
        """`Rp1.250.000`; other currencies as CLDR writes them."""
        plain = _WITHOUT_DECIMALS.get(amount.currency)
        if plain is None:
            exponent = get_currency_precision(amount.currency)
            value = Decimal(amount.amount_minor).scaleb(-exponent)
            return format_currency(value, amount.currency, locale=self.locale)
        sign, exponent = plain
        whole = (abs(amount.amount_minor) + 10**exponent // 2) // 10**exponent
        minus = "-" if amount.amount_minor < 0 and whole else ""
        return f"{minus}{sign}{grouped(whole, self.locale)}"

    def plain_amount(self, amount: Amount) -> str:
        """`1250000.00`, for machines: no sign, no grouping, a point, the currency's ISO 4217 exponent."""
        plain = _WITHOUT_DECIMALS.get(amount.currency)
        exponent = plain[1] if plain is not None else get_currency_precision(amount.currency)
        return f"{Decimal(amount.amount_minor).scaleb(-exponent):.{exponent}f}"

    def number(self, value: int) -> str:
        """`2.340` in Indonesian, `2,340` in English."""
        return grouped(value, self.locale)

    def decimal(self, value: float, *, digits: int = 1) -> str:
        """`4,3` in Indonesian, `4.3` in English; always with that many digits."""
        return _with_digits(value, digits, self.locale)

    def date_of(self, at: datetime | date) -> date:
        """The store's calendar day."""
        return at.astimezone(self.zone).date() if isinstance(at, datetime) else at

    def day(self, at: datetime | date, *, today: date) -> str:
        """`3 Nov`, with the year where it is not this one."""
        shown = self.date_of(at)
        return _day(shown, "d MMM" if shown.year == today.year else "d MMM y", self.locale)

    def birthday(self, day: date) -> str:
        """`3 November`: a birthday is said without its year."""
        return format_date(day, "d MMMM", locale=self.locale)

    def near_day(self, at: datetime | date, *, today: date) -> str:
        """`hari ini`, `besok`, `kemarin`, a weekday within the coming week, else as `day`."""
        shown = self.date_of(at)
        match (shown - today).days:
            case 0:
                return self.translator.text("when.today")
            case 1:
                return self.translator.text("when.tomorrow")
            case -1:
                return self.translator.text("when.yesterday")
            case _ if timedelta(0) < shown - today < _WEEK:
                return format_date(shown, "EEEE", locale=self.locale)
            case _:
                return self.day(shown, today=today)

    def time(self, at: datetime) -> str:
        """`10.42` in Indonesian, `10:42` in English."""
        return self.wall_time(at.astimezone(self.zone).time())

    def wall_time(self, at: TimeOfDay) -> str:
        """`10.42` in Indonesian, `10:42` in English, of a time as it was agreed."""
        return f"{at:%H}{_TIME_SEPARATORS.get(self.locale, ':')}{at:%M}"

    def moment(self, at: datetime, *, now: datetime) -> str:
        """The time where it is today, else the day with the time: `10.42`, `besok 10.42`, `3 Nov 10.42`."""
        today = self.date_of(now)
        if self.date_of(at) == today:
            return self.time(at)
        return f"{self.near_day(at, today=today)} {self.time(at)}"

    def age(self, at: datetime, *, now: datetime) -> str:
        """`40 menit lalu`: minutes, then hours, `kemarin`, days (by the store's calendar), months and years.

        A time in the future, which a clock set wrong can make, is "just now".
        """
        passed_s = (now - at).total_seconds()
        days = (self.date_of(now) - self.date_of(at)).days
        text = self.translator.text
        if passed_s < 60:
            return text("age.now")
        if passed_s < 3600:
            return text("age.minutes", count=int(passed_s // 60))
        if days == 0 or passed_s < 6 * 3600:
            return text("age.hours", count=int(passed_s // 3600))
        if days <= 1:
            return text("when.yesterday")
        if days < 60:
            return text("age.days", count=days)
        if days < 730:
            return text("age.months", count=days // 30)
        return text("age.years", count=days // 365)

    def last_seen(self, at: datetime | None, *, now: datetime) -> str:
        """`terakhir 12 hari lalu`; other words for someone never seen at this store."""
        if at is None:
            return self.translator.text("people.not_here_yet")
        return self.translator.text("people.last_seen", age=self.age(at, now=now))

    def listed(self, items: Sequence[str]) -> str:
        """`a, b, dan c`; "" for none."""
        return format_list(list(items), locale=self.locale) if items else ""

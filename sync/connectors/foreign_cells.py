"""What cells of other systems' files mean: dates and amounts as people write them, and buyers whose details are masked.

Each function gives the one form that `cell_values` takes (ISO dates, plain decimals) or raises CellRefused. Where a
cell could mean two things, and the mapping does not say which, it is refused and never guessed.
"""

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from sync.connectors.errors import CellRefused
from sync.connectors.mapping import DateOrder

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january",
            "feb februari february pebruari",
            "mar maret march mac",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july julai",
            "agu agt ags agus agustus aug august ogos",
            "sep sept september",
            "okt oktober oct october",
            "nov november nop nopember",
            "des desember dec december dis disember",
        ),
        start=1,
    )
    for name in names.split()
}
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)", re.ASCII)
_YEAR_LAST = re.compile(r"(?P<one>\d{1,2})([-/.])(?P<two>\d{1,2})\2(?P<year>\d{4})(?!\d)", re.ASCII)
_DAY_NAMED_MONTH = re.compile(r"(?P<day>\d{1,2})[ -](?P<name>[A-Za-z]{3,9})\.?,?[ -](?P<year>\d{4})(?!\d)", re.ASCII)
_NAMED_MONTH_DAY = re.compile(r"(?P<name>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})(?!\d)", re.ASCII)
_WEEKDAY = re.compile(r"[A-Za-z]{3,9}\.?, *(?=[\dA-Za-z])", re.ASCII)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)? ?\(?(?P<zone>Z|UTC|GMT|WIB|WITA|WIT|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?)?\)?",
    re.ASCII,
)
_ZONES = {"": 0, "Z": 0, "UTC": 0, "GMT": 0, "WIB": 7, "WITA": 8, "WIT": 9}
_BETWEEN = re.compile(r"[ T]*(?:[,-]|pukul|jam|at)?[ ]*", re.ASCII)

_SIGNS = {
    "IDR": ("rp.", "rp", "idr"),
    "USD": ("us$", "$", "usd"),
    "SGD": ("s$", "$", "sgd"),
    "MYR": ("rm", "myr"),
    "EUR": ("€", "eur"),
    "GBP": ("£", "gbp"),
    "AUD": ("a$", "$", "aud"),
    "THB": ("฿", "thb"),
    "PHP": ("₱", "php"),
    "JPY": ("¥", "jpy"),
    "VND": ("₫", "vnd"),
}
_FIGURES = re.compile(r"\d+(?:[.,]\d+)*", re.ASCII)
_MASK = re.compile(r"[*•●＊∗]|[xX#]{3,}|\d[xX]{2,}|_{3,}")


def iso_day(text: str, order: DateOrder, column: str) -> str:
    """`2026-04-03` for a day in any style that the mapping allows; what stands behind the day is not looked at."""
    return _day_of(text, order, column)[0].isoformat()


def iso_moment(text: str, order: DateOrder, zone: ZoneInfo, column: str) -> str:
    """`2026-04-03T14:05:00+07:00` for a time in any style that the mapping allows.

    Year first, and a month by its name (Indonesian, English, Malay), are read whatever the mapping says; `03/04/2026`
    only where it says which of the two is the day. A time without zone is on the clock of `zone`.
    """
    day, rest = _day_of(text, order, column)
    clock = _CLOCK.fullmatch(rest) if rest else None
    if rest and clock is None:
        raise CellRefused("import.bad_date", column)
    hour, minute, second, half, offset = _clock_parts(clock)
    if half:
        if not 1 <= hour <= 12:
            raise CellRefused("import.bad_date", column)
        hour = hour % 12 + (12 if half.casefold().startswith("p") else 0)
    try:
        stated = _offset(offset) if offset is not None else zone
        return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=stated).isoformat()
    except (ValueError, OverflowError) as error:
        raise CellRefused("import.bad_date", column) from error


def _clock_parts(clock: re.Match[str] | None) -> tuple[int, int, int, str, str | None]:
    if clock is None:
        return 0, 0, 0, "", None
    return int(clock["hour"]), int(clock["minute"]), int(clock["second"] or 0), clock["half"] or "", clock["zone"]


def _offset(text: str) -> tzinfo:
    """The zone that a word or an offset names. Raises ValueError."""
    if text in _ZONES:
        return timezone(timedelta(hours=_ZONES[text]))
    figures = text.removeprefix("UTC").removeprefix("GMT").replace(":", "")
    digits = figures[1:]
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if figures[0] == "-" else shift)


def _day_of(text: str, order: DateOrder, column: str) -> tuple[date, str]:
    """The day, and what stands behind it."""
    words = " ".join(text.split())
    weekday = _WEEKDAY.match(words)
    words = words[weekday.end() :] if weekday else words
    for pattern in (_YEAR_FIRST, _YEAR_LAST, _DAY_NAMED_MONTH, _NAMED_MONTH_DAY):
        match = pattern.match(words)
        if match is not None:
            day = _calendar_day(match, order, column)
            between = _BETWEEN.match(words, match.end())
            return day, words[between.end() if between else match.end() :]
    raise CellRefused("import.bad_date", column)


def _calendar_day(match: re.Match[str], order: DateOrder, column: str) -> date:
    found = match.groupdict()
    if "one" in found:
        if order is DateOrder.ISO:
            raise CellRefused("import.date_order_not_stated", column)
        day, month = (found["one"], found["two"]) if order is DateOrder.DAY_FIRST else (found["two"], found["one"])
    else:
        day = found["day"]
        month = found.get("month") or str(_MONTHS.get(found["name"].casefold(), 0))
    try:
        return date(int(found["year"]), int(month), int(day))
    except ValueError as error:
        raise CellRefused("import.bad_date", column) from error


def plain_amount(text: str, currency: str, decimal_mark: str | None, column: str) -> str:
    """The amount as figures with a decimal point, `-` before it where it is below zero; "" for an empty cell or `-`.

    The currency's own signs (`Rp1.250.000`, `Rp 25.000,-`) are left out; those of another currency are refused. Without
    `decimal_mark` the figures stay as they are, for `minor_units` to refuse where they could be two amounts.
    """
    words = "".join(text.split())
    if words in ("", "-"):
        return ""
    bracketed = words.startswith("(") and words.endswith(")")
    words = words[1:-1] if bracketed else words
    words = words[:-2] if words.endswith((",-", ".-")) else words
    minus = bracketed or words.endswith("-") or words.startswith(("-", "\u2212"))
    words = _without_signs(words.strip("-\u2212"), currency)
    minus = minus or words.startswith(("-", "\u2212"))
    words = words.strip("-\u2212")
    if not _FIGURES.fullmatch(words) or len(words) > 30:
        raise CellRefused("import.bad_money", column)
    figures = words if decimal_mark is None else plain_figures(words, decimal_mark)
    if figures is None:
        raise CellRefused("import.bad_money", column)
    return f"-{figures}" if minus and figures.strip("0.,") else figures


def _without_signs(words: str, currency: str) -> str:
    folded = words.casefold()
    for sign in (*_SIGNS.get(currency, ()), currency.casefold()):
        if folded.startswith(sign):
            return words[len(sign) :]
        if folded.endswith(sign):
            return words[: -len(sign)]
    return words


def plain_figures(words: str, decimal_mark: str) -> str | None:
    """The figures with a decimal point and no thousands mark; None where a thousands mark stands where none can be."""
    thousands_mark = "." if decimal_mark == "," else ","
    whole, mark, fraction = words.partition(decimal_mark)
    if decimal_mark in fraction or thousands_mark in fraction:
        return None
    groups = whole.split(thousands_mark)
    if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):
        return None
    return f"{''.join(groups)}.{fraction}" if mark else "".join(groups)


def plain_count(text: str, decimal_mark: str | None, column: str) -> str:
    """How many, as a whole number in plain figures, `-` before it where it is below zero; "" for an empty cell or `-`.

    `1.000` is a thousand, one, or refused, as the mapping says.
    """
    words = "".join(text.split())
    if words in ("", "-"):
        return ""
    minus, figures = words.startswith("-"), words.lstrip("+-")
    if not _FIGURES.fullmatch(figures):
        raise CellRefused("import.bad_quantity", column)
    if decimal_mark is None and not figures.isdigit():
        groups = re.split("[.,]", figures)
        if len(groups) > 2 or len(groups[1]) == 3:
            raise CellRefused("import.bad_quantity", column)
        decimal_mark = "," if "," in figures else "."
    plain = plain_figures(figures, decimal_mark) if decimal_mark else figures
    whole, _, fraction = (plain or "").partition(".")
    if not whole or fraction.strip("0"):
        raise CellRefused("import.bad_quantity", column)
    return f"-{whole}" if minus else whole


def is_masked(text: str) -> bool:
    """Whether a name, phone or e-mail was made unreadable: `B***i`, `+62812****34`, `0812xxxx`."""
    return bool(_MASK.search(text))


def decimal_or_none(figures: str) -> Decimal | None:
    """The number of plain figures, None for none or where a mark could mean two things (`299.000`)."""
    if not re.fullmatch(r"-?\d+(?:\.(?:\d{1,2}|\d{4,}))?", figures, re.ASCII):
        return None
    return Decimal(figures)

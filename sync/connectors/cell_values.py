"""What the words in a cell mean: money, times, counts, codes, links, plain text of HTML.

Every function takes the cell's text and its column and raises CellRefused, which names the column and never the text.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from biip import ParseError
from biip.gtin import Gtin

from sync.connectors.errors import CellRefused
from sync.protocol.times import to_wire

# ISO 4217, column "minor unit", where it is not 2. CLDR's digits differ (they say how people write, not what is owed).
# fmt: off
_WITHOUT_FRACTION = ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
                     "XAF", "XOF", "XPF")
# fmt: on
_WITH_THREE = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_EXPONENTS = {**dict.fromkeys(_WITHOUT_FRACTION, 0), **dict.fromkeys(_WITH_THREE, 3), "CLF": 4, "UYW": 4}
MAX_MINOR = 2**53
MAX_QUANTITY = 1_000_000
EARLIEST_YEAR, LATEST_YEAR = 1970, 2199

_USUAL_MONEY = re.compile(r"(\d{1,13})\.(\d\d)", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"([+-]?\d{1,15})(?:[.,]0+)?", re.ASCII)
_LOST_DIGITS = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.ASCII | re.IGNORECASE)
_YES, _NO = frozenset({"true", "yes", "y", "1", "ya"}), frozenset({"false", "no", "n", "0", "tidak"})


def currency_code(text: str, column: str) -> str:
    """The three capital letters."""
    code = text.upper()
    if not _CURRENCY.fullmatch(code):
        raise CellRefused("import.bad_currency", column)
    return code


def minor_exponent(currency: str) -> int:
    """How many decimals the currency has by ISO 4217."""
    return _EXPONENTS.get(currency, 2)


def minor_units(text: str, currency: str, column: str) -> int:
    """The amount in minor units by the currency's ISO 4217 exponent; nothing is rounded.

    Decimal point or comma, with or without thousands separators. Refused: below zero, finer than the currency, and
    `299.000` where it could be both 299 and 299000.
    """
    exponent = minor_exponent(currency)
    if exponent == 2 and (usual := _USUAL_MONEY.fullmatch(text)):
        return int(usual[1]) * 100 + int(usual[2])
    plain = _plain_decimal(text, exponent)
    if plain is None:
        raise CellRefused("import.bad_money", column)
    minor = Decimal(plain).scaleb(exponent)
    if minor != minor.to_integral_value() or not 0 <= minor <= MAX_MINOR:
        raise CellRefused("import.bad_money", column)
    return int(minor)


def _plain_decimal(text: str, exponent: int) -> str | None:
    """The figures with a decimal point and nothing else, or None where they are no number or two numbers."""
    if not re.fullmatch(r"-?\d[\d.,]*", text, re.ASCII) or len(text) > 30:
        return None
    marks = [character for character in text if character in ".,"]
    if not marks:
        return text
    whole, _, fraction = text.rpartition(marks[-1])
    if len(marks) == 1:
        if len(fraction) == 3 and exponent != 3:
            return None
        return f"{whole}.{fraction or 0}"
    if marks.count(marks[0]) == len(marks):
        groups = text.split(marks[0])
        fraction = "0"
    elif set(marks[:-1]) == {marks[0]} and marks[0] != marks[-1]:
        groups = whole.split(marks[0])
    else:
        return None
    if any(len(group) != 3 for group in groups[1:]) or not 1 <= len(groups[0].removeprefix("-")) <= 3:
        return None
    return f"{''.join(groups)}.{fraction or 0}"


def whole_number(text: str, column: str, *, low: int, high: int, reason: str = "import.bad_number") -> int:
    """The number, within `low` and `high`."""
    match = _WHOLE.fullmatch(text)
    if match is None or not low <= int(match[1]) <= high:
        raise CellRefused(reason, column)
    return int(match[1])


def quantity(text: str, column: str, *, low: int = 0) -> int:
    """How many: between `low` and a million."""
    return whole_number(text, column, low=low, high=MAX_QUANTITY, reason="import.bad_quantity")


def degrees(text: str, column: str, *, bound: float) -> float | None:
    """A latitude or longitude, None where the cell is empty."""
    if not text:
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError as error:
        raise CellRefused("import.bad_number", column) from error
    if not -bound <= number <= bound:
        raise CellRefused("import.bad_number", column)
    return number


def moment(text: str, column: str, zone: ZoneInfo, *, shift: timedelta = timedelta(0)) -> datetime:
    """The time, aware, moved by `shift`. A time without offset is on the clock of `zone`, a day alone begins there."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise CellRefused("import.bad_date", column)
    day, clock, offset = match[1], match[2] or "00:00", match[3]
    offset = "+00:00" if offset in ("Z", "UTC") else offset or ""
    try:
        read = datetime.fromisoformat(f"{day}T{clock}{offset}")
        if not EARLIEST_YEAR <= read.year <= LATEST_YEAR:
            raise CellRefused("import.bad_date", column)
        aware = read if read.tzinfo else read.replace(tzinfo=zone)
        return aware.astimezone(UTC) + shift
    except (ValueError, OverflowError) as error:
        raise CellRefused("import.bad_date", column) from error


def wire_moment(text: str, column: str, zone: ZoneInfo, *, shift: timedelta = timedelta(0)) -> str:
    """The same as `moment`, as wire text."""
    return to_wire(moment(text, column, zone, shift=shift))


def day(text: str, column: str, *, earliest_year: int = 1900) -> str:
    """An ISO date as it is, such as a birthday."""
    try:
        if not _DAY.fullmatch(text) or date.fromisoformat(text).year < earliest_year:
            raise CellRefused("import.bad_date", column)
    except ValueError as error:
        raise CellRefused("import.bad_date", column) from error
    return text


def yes_or_no(text: str, column: str) -> bool | None:
    """True for yes, False for no, None for an empty cell."""
    folded = text.casefold()
    if not folded:
        return None
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise CellRefused("import.bad_choice", column)


def choice(text: str, column: str, allowed: frozenset[str]) -> str:
    """One of the allowed words, in small letters."""
    folded = text.casefold()
    if folded not in allowed:
        raise CellRefused("import.bad_choice", column)
    return folded


def gtin14(text: str, column: str) -> str:
    """The code padded to 14 digits, "" for an empty cell; refused with a wrong length or check digit.

    Source of the check: GS1 General Specifications 7.9, as `biip` has it.
    """
    if not text:
        return ""
    if not text.isascii() or not text.isdigit() or not text.strip("0"):
        raise CellRefused("import.bad_gtin", column)
    try:
        Gtin.parse(text)
    except ParseError as error:
        raise CellRefused("import.bad_gtin", column) from error
    return text.zfill(14)


def reference(text: str, column: str) -> str:
    """A platform's id as it is; refused where a spreadsheet has turned it into `7.31E+12` and its digits are lost."""
    if _LOST_DIGITS.fullmatch(text):
        raise CellRefused("import.lost_digits", column)
    return text


def web_link(text: str, column: str) -> str:
    """An http or https address, or "" for an empty cell; anything else (`javascript:`, `file:`) is refused."""
    if text and not text.casefold().startswith(("https://", "http://")):
        raise CellRefused("import.bad_link", column)
    return text


_UNSHOWN = frozenset({"script", "style", "template", "head"})
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LINES = frozenset(
    {"p", "div", "br", "li", "ul", "ol", "tr", "table", "section", "article", "blockquote", "hr"} | _HEADINGS
)


_COMMENTS = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DECLARATIONS = re.compile(r"<[!?][^>]*>")


class _TextOf(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unshown = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSHOWN:
            self._unshown += 1
        elif tag in _LINES:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSHOWN:
            self._unshown = max(0, self._unshown - 1)
        elif tag in _LINES:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unshown:
            self.parts.append(" ".join(data.split("\n")))


def plain_text(html: str) -> str:
    """The words of an HTML fragment, a line for each block; text without tags keeps its own lines.

    Comments and `<!...>` go first and what follows the last `>` is text: with those the parser fails, or takes a time
    that grows with the square of the length.
    """
    shown = _COMMENTS.sub("", html)
    markup, closing, text = shown.rpartition(">")
    if closing:
        text = text.replace("\n", " ")
    parser = _TextOf()
    parser.feed(_DECLARATIONS.sub("", markup + closing))
    parser.close()
    lines = (" ".join(line.split()) for line in ("".join(parser.parts) + unescape(text)).split("\n"))
    return "\n".join(line for line in lines if line and line != "-")

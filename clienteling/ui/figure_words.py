"""What the shelf's figures are called, on screen and on the command line: no Flet in here."""

from typing import Final, assert_never

from clienteling.domain.views import NotBought, ScannedRow, ShelfReport, Together
from clienteling.i18n import Formats

STEPS: Final = ("scanned", "saved", "handed_over", "attached", "sold")
"""From the scan to the sale: fields of `Funnel`, and ends of their message keys."""


def span_words(formats: Formats, report: ShelfReport) -> str:
    """`28 hari, 27 Okt sampai 23 Nov`."""
    text = formats.translator.text
    first, last = (formats.day(day, today=report.last_day) for day in (report.first_day, report.last_day))
    return f"{text('figures.days', count=report.days)}, {text('figures.span', first=first, last=last)}"


def row_name(formats: Formats, row: ScannedRow) -> str:
    """The product's name, or what a row is of where it is of several products together."""
    text = formats.translator.text
    category = row.category or text("figures.no_category")
    match row.together:
        case Together.PRODUCT:
            return row.name
        case Together.CATEGORY:
            return text("figures.all_of", category=category)
        case Together.REST_OF_CATEGORY:
            return text("figures.others_of", category=category)
        case Together.REST:
            return text("figures.rest")
        case _:
            assert_never(row.together)


def rate_words(formats: Formats, one: NotBought) -> str:
    """How many are sold for each scan, with the interval; or that there are too few scans to say."""
    text = formats.translator.text
    if one.rate is None:
        return text("figures.no_rate")
    percent, low, high = (round(100 * part) for part in (one.rate.value, one.rate.low, one.rate.high))
    return text("figures.rate", percent=percent, low=low, high=high)

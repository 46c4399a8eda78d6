"""The report as a file for a spreadsheet: what the screen shows, and nothing else.

Column names are the same in every language, for those who read it with a program. Cells that a spreadsheet would take
for a formula get a quote in front (OWASP, "CSV Injection").
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from clienteling.domain.views import BySource, Rate, ShelfFigures, ShelfLabel, ShelfReport

BOM: Final = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for the machine's old alphabet."""

COLUMNS: Final = (
    "section",
    "item",
    "category",
    "gtin",
    "source",
    "hours",
    "scans",
    "scans_while_sold_out",
    "sold",
    "sold_percent",
    "sold_percent_low",
    "sold_percent_high",
    "note",
)

_NUMBERS_ARE: Final = "Numbers are scans and not people. What is under 10 is put together with others or left out."
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_CELL_ENDS: Final = ("\t", "\r", "\n")

Row = Mapping[str, str | int]


def figures_csv(figures: ShelfFigures, *, delimiter: str = ",") -> bytes:
    """The file, UTF-8 with BOM. `delimiter`: a spreadsheet in Indonesian expects a semicolon."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(figures):
        writer.writerow({name: safe_cell(value) for name, value in row.items()})
    return (BOM + text.getvalue()).encode()


def safe_cell(value: str | int) -> str | int:
    """The value, so that no spreadsheet computes it. Numbers stay numbers: they are never negative."""
    if isinstance(value, str) and (value.lstrip().startswith(_FORMULA_STARTS) or value.startswith(_CELL_ENDS)):
        return f"'{value}"
    return value


def _rows(figures: ShelfFigures) -> Iterator[Row]:
    report = figures.report
    span = f"{report.first_day.isoformat()}/{report.last_day.isoformat()}"
    as_of = report.as_of.isoformat() if report.as_of is not None else ""
    yield {"section": "report", "item": figures.store_name, "hours": span, "source": as_of, "note": _NUMBERS_ARE}
    if report.scans is None:
        yield {"section": "all", "note": report.standing.value}
    else:
        yield {"section": "all", "scans": report.scans}
    if report.by_source is not None:
        yield from _sources(report.by_source)
    yield from _products(report)
    yield from _not_bought(report)
    yield from _steps(report)
    for one in report.hours:
        for bar in one.bars:
            hours = " ".join(f"{hour:02}" for hour in bar.hours)
            yield {"section": "hours", "source": one.source or "both", "hours": hours, "scans": bar.scans}
    if figures.labels is not None:
        yield from _labels("unscanned_14_days", figures.labels.unscanned or ())
        yield from _labels("label_out_of_date", figures.labels.outdated)
        yield from _labels("no_longer_sold", figures.labels.ended)


def _sources(of: BySource) -> Iterator[Row]:
    yield {"section": "source", "source": "phone", "scans": of.phone}
    yield {"section": "source", "source": "tablet", "scans": of.tablet}


def _products(report: ShelfReport) -> Iterator[Row]:
    for row in report.rows:
        told: dict[str, str | int] = {"section": row.together.value, "item": row.name, "category": row.category}
        told["scans"] = row.scans
        told |= {"scans_while_sold_out": row.sold_out} if row.sold_out is not None else {}
        told |= {"sold": row.sold} if row.sold is not None else {}
        yield told
        for label in row.labels:
            item = " · ".join((row.name, *label.options))
            yield {"section": "label", "item": item, "category": row.category, "gtin": label.gtin, "scans": label.scans}
        if row.labels and row.other_labels:
            yield {"section": "other_labels", "item": row.name, "category": row.category, "scans": row.other_labels}


def _not_bought(report: ShelfReport) -> Iterator[Row]:
    for one in report.not_bought:
        told: Row = {"section": "not_bought", "item": one.name, "scans": one.scans, "sold": one.sold}
        yield {**told, **(_rate(one.rate) if one.rate is not None else {"note": "too few scans for a rate"})}


def _rate(rate: Rate) -> dict[str, str | int]:
    return {
        "sold_percent": round(100 * rate.value),
        "sold_percent_low": round(100 * rate.low),
        "sold_percent_high": round(100 * rate.high),
    }


def _steps(report: ShelfReport) -> Iterator[Row]:
    if report.funnel is None:
        return
    steps = {
        "scanned": report.funnel.scanned,
        "saved": report.funnel.saved,
        "handed_over": report.funnel.handed_over,
        "attached": report.funnel.attached,
    }
    for name, number in steps.items():
        yield {"section": "step", "item": name, **({"scans": number} if number is not None else {"note": "too few"})}
    yield {"section": "step", "item": "sold", "sold": report.funnel.sold}


def _labels(section: str, labels: tuple[ShelfLabel, ...]) -> Iterator[Row]:
    for one in labels:
        item = " · ".join((one.product, *one.options))
        yield {"section": section, "item": item, "category": one.category, "gtin": one.gtin}

"""`clienteling figures`: what was scanned at the shelves of this device's store, in words, as JSON, or as a file."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from clienteling import command_line_text
from clienteling.cli.file_writing import write_files
from clienteling.cli.opening import signed_in_device
from clienteling.cli.options import AsJson, DataDir
from clienteling.cli.printing import out, print_json, say
from clienteling.domain.errors import ClientelingError
from clienteling.domain.store_day import zone_of
from clienteling.domain.views import LabelsToSee, ShelfFigures, ShelfReport, StoreView
from clienteling.i18n import Formats
from clienteling.settings import read_settings
from clienteling.ui.figure_words import STEPS, rate_words, row_name, span_words
from sync.protocol.times import utc_now

_MOST_ROWS: Final = 20


class Span(StrEnum):
    """Days, today among them."""

    WEEK = "7"
    FOUR_WEEKS = "28"
    QUARTER = "90"


def figures(
    days: Annotated[Span, typer.Option(help="How many days, today among them.")] = Span.FOUR_WEEKS,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write them to this file, or into this folder.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell what was scanned at the shelves: the most, what is seldom bought or sold out, and labels to look at.

    Numbers are scans and not people; what has fewer than 10 is put together with others or left out.
    """

    with signed_in_device(read_settings(data_dir)) as (device, who):
        found = device.services.shelf_figures(int(days), author_id=who)
        here = device.services.store()
        if found is None or here is None:
            raise ClientelingError("device.no_store")
        formats = Formats(command_line_text.translator(), zone_of(here.time_zone))
        files = []
        if csv is not None:
            made = device.services.figures_file(found, delimiter=formats.cell_delimiter, author_id=who)
            files = write_files((made,), csv, full="cli.no_room")
    if as_json:
        print_json({"figures": found, "files": files})
        return
    for line in figure_lines(formats, found, here, now=utc_now()):
        out.print(line, markup=False)
    for file in files:
        say("cli.figures_file", file=str(file))


def figure_lines(formats: Formats, figures: ShelfFigures, here: StoreView, *, now: datetime) -> Iterator[str]:
    """The figures in words, the parts one below the other."""
    report, text = figures.report, formats.translator.text
    as_of = text("figures.as_of", when=formats.moment(report.as_of, now=now)) if report.as_of is not None else ""
    yield " · ".join(part for part in (here.name, span_words(formats, report), as_of) if part)
    if report.scans is None:
        yield text(f"figures.{report.standing.value}", count=report.days)
    else:
        yield from _report_lines(formats, report)
    yield from _label_lines(formats, figures.labels)


def _report_lines(formats: Formats, report: ShelfReport) -> Iterator[str]:
    text = formats.translator.text
    counted = text("figures.scans", count=report.scans)
    if report.by_source is not None:
        told = text("figures.by_source", phone=report.by_source.phone, tablet=report.by_source.tablet)
        counted = f"{counted}: {told}"
    yield counted
    yield text("figures.not_people")
    yield ""
    yield text("figures.most")
    for row in report.rows[:_MOST_ROWS]:
        sold = text("figures.sold", count=row.sold) if row.sold is not None else ""
        yield _line(formats, row_name(formats, row), row.scans, sold)
    if report.not_bought:
        yield ""
        yield text("figures.not_bought")
        for one in report.not_bought[:_MOST_ROWS]:
            yield _line(formats, one.name, one.scans, text("figures.sold", count=one.sold), rate_words(formats, one))
    if report.sold_out:
        yield ""
        yield text("figures.sold_out")
        for row in report.sold_out[:_MOST_ROWS]:
            yield _line(formats, row.name, row.sold_out or 0)
    yield from _step_lines(formats, report)


def _line(formats: Formats, name: str, number: int, *more: str) -> str:
    return "  ".join(part for part in (f"  {name:<36}", f"{formats.number(number):>7}", *more) if part).rstrip()


def _step_lines(formats: Formats, report: ShelfReport) -> Iterator[str]:
    if report.funnel is None:
        return
    text = formats.translator.text
    yield ""
    yield text("figures.steps")
    for name in STEPS:
        number: int | None = getattr(report.funnel, name)
        step = text(f"figures.step_{name}")
        yield f"  {step:<36}  {text('figures.too_few_to_show')}" if number is None else _line(formats, step, number)


def _label_lines(formats: Formats, labels: LabelsToSee | None) -> Iterator[str]:
    text = formats.translator.text
    yield ""
    if labels is None:
        yield text("figures.none_printed")
        return
    parts = [
        (text("figures.unscanned", count=len(labels.unscanned or ())), labels.unscanned or ()),
        (text("figures.outdated", count=len(labels.outdated)), labels.outdated),
        (text("figures.ended", count=len(labels.ended)), labels.ended),
    ]
    if not any(found for _, found in parts):
        yield text("figures.labels_well", count=labels.printed)
        return
    yield text("figures.labels")
    for words, found in parts:
        if found:
            yield f"  {words}"
        for one in found[:_MOST_ROWS]:
            yield f"    {' · '.join((one.product, *one.options))}  {one.gtin}"

"""The figures as a file: no formula in it, letters of every alphabet, and no number that the screen does not show."""

import csv
import io
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clienteling.domain.views import LabelsToSee, ScannedRow, ShelfFigures, ShelfLabel, ShelfReport, Standing, Together
from clienteling.reports.figures_csv import COLUMNS, figures_csv, safe_cell
from tests.reports.test_figures import LINEN_L, LINEN_M, OXFORD, TODAY, VASE, day
from tests.reports.test_figures import report as report_of


def rows(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def figures(report: ShelfReport, labels: LabelsToSee | None = None) -> ShelfFigures:
    return ShelfFigures("Toko Bandung", report, labels)


def test_a_file_begins_with_a_mark_that_says_utf_8_and_every_row_has_every_column() -> None:
    content = figures_csv(figures(report_of(day(phone={VASE: 40}))))
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").splitlines()[0] == ",".join(COLUMNS)
    assert all(None not in row and None not in row.values() for row in rows(content))


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+62",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "  =1",
        "\x1f=1",
        "＝1",
        '=HYPERLINK("https://x.example","y")',
    ],
)
def test_what_a_spreadsheet_would_compute_gets_a_quote(name: str) -> None:
    labels = LabelsToSee(1, (ShelfLabel("1", "p", name),))
    last = rows(figures_csv(figures(report_of(), labels)))[-1]
    assert last["item"] == f"'{name}"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=12), st.sampled_from([",", ";"]))
def test_whatever_a_product_is_called_it_comes_back_and_begins_no_formula(name: str, delimiter: str) -> None:
    row = ScannedRow(Together.PRODUCT, "p", name, name, 12, None, 3)
    report = ShelfReport(7, TODAY, TODAY, None, Standing.READY, scans=12, rows=(row,))
    found = rows(figures_csv(figures(report), delimiter=delimiter), delimiter)[-1]
    assert found["item"] in (name, f"'{name}")
    assert not re.match(r"\s*[=+\-@＝＋－＠]|[\t\r\n]", found["item"])


def test_numbers_stay_numbers() -> None:
    assert safe_cell(0) == 0


def test_every_number_of_scans_in_the_file_is_on_the_screen() -> None:
    hours = {(9, "phone"): 3, (10, "phone"): 97, (19, "tablet"): 20}
    shown = report_of(
        day(phone={LINEN_M: 40, LINEN_L: 4, OXFORD: 40, VASE: 16}, tablet={VASE: 20}, sold={VASE: 2}, hours=hours)
    )
    assert shown.scans is not None
    on_screen = {shown.scans, *(row.scans for row in shown.rows), *(row.sold_out for row in shown.rows)}
    on_screen |= {label.scans for row in shown.rows for label in row.labels}
    on_screen |= {bar.scans for one in shown.hours for bar in one.bars}
    if shown.by_source is not None:
        on_screen |= {shown.by_source.phone, shown.by_source.tablet}
    told = rows(figures_csv(figures(shown)))
    in_file = {int(row[name]) for row in told for name in ("scans", "scans_while_sold_out") if row[name]}
    assert in_file <= on_screen | {0}
    assert all(number == 0 or number >= 10 for number in in_file)
    assert {row["section"] for row in told} >= {"report", "all", "source", "product", "step", "hours"}


def test_a_report_with_nothing_to_show_says_why() -> None:
    told = rows(figures_csv(figures(report_of(day(phone={VASE: 4})))))
    assert [(row["section"], row["note"]) for row in told[1:]] == [("all", "too_few")]


def test_the_span_is_named_by_its_days() -> None:
    told = rows(figures_csv(figures(report_of(span=28))))
    assert told[0]["hours"] == f"{date(2026, 10, 27)}/{TODAY}"

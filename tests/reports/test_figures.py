"""The manager's figures: what is most scanned, what is scanned and not bought, when, and from where."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from clienteling.domain.views import BySource, ShelfDay, ShelfLabel, ShelfReport, Standing, Together
from clienteling.reports.figures import shelf_reports
from clienteling.reports.rates import rate_of

TODAY = date(2026, 11, 23)
AS_OF = datetime(2026, 11, 23, 3, tzinfo=UTC)

LINEN_M = ShelfLabel("08990000000017", "linen", "Kemeja Linen", ("M",), "Kemeja")
LINEN_L = ShelfLabel("08990000000024", "linen", "Kemeja Linen", ("L",), "Kemeja")
OXFORD = ShelfLabel("08990000000031", "oxford", "Kemeja Oxford", ("M",), "Kemeja")
FLANNEL = ShelfLabel("08990000000048", "flannel", "Kemeja Flanel", (), "Kemeja")
VASE = ShelfLabel("08990000000055", "vase", "Vas", (), "Rumah")
LABELS = {one.gtin: one for one in (LINEN_M, LINEN_L, OXFORD, FLANNEL, VASE)}


def day(
    age: int = 0,
    *,
    phone: dict[ShelfLabel, int] | None = None,
    tablet: dict[ShelfLabel, int] | None = None,
    sold_out: dict[ShelfLabel, int] | None = None,
    saved: dict[ShelfLabel, int] | None = None,
    sold: dict[ShelfLabel, int] | None = None,
    hours: dict[tuple[int, str], int] | None = None,
) -> ShelfDay:
    counts = {(one.gtin, "phone", "scanned"): number for one, number in (phone or {}).items()}
    counts |= {(one.gtin, "tablet", "scanned"): number for one, number in (tablet or {}).items()}
    counts |= {(one.gtin, "phone", "scanned_sold_out"): number for one, number in (sold_out or {}).items()}
    counts |= {(one.gtin, "phone", "saved"): number for one, number in (saved or {}).items()}
    pieces = {one.gtin: number for one, number in (sold or {}).items()}
    return ShelfDay(TODAY - timedelta(days=age), counts, {}, pieces, hours or {}, AS_OF)


def report(*days: ShelfDay, span: int = 7) -> ShelfReport:
    return shelf_reports(days, LABELS, today=TODAY)[span]


def test_products_are_listed_by_their_scans_with_their_labels_and_small_ones_put_together() -> None:
    shown = report(day(phone={LINEN_M: 30, LINEN_L: 14, OXFORD: 20, FLANNEL: 4, VASE: 12}, tablet={OXFORD: 15}))
    assert [(row.together, row.name, row.scans) for row in shown.rows] == [
        (Together.PRODUCT, "Kemeja Linen", 44),
        (Together.PRODUCT, "Vas", 12),
        (Together.REST_OF_CATEGORY, "", 39),
    ]
    assert [(one.options, one.scans) for one in shown.rows[0].labels] == [(("M",), 30), (("L",), 14)]
    assert shown.rows[2].category == "Kemeja"
    assert (shown.scans, shown.by_source) == (95, BySource(80, 15))


def test_a_category_too_small_for_itself_is_in_the_rest_of_the_store() -> None:
    shown = report(day(phone={LINEN_M: 30, OXFORD: 20, VASE: 4}))
    assert [(row.together, row.scans) for row in shown.rows] == [(Together.REST, 54)]


def test_phones_and_tablets_are_not_told_apart_where_one_has_few() -> None:
    shown = report(day(phone={LINEN_M: 30}, tablet={LINEN_M: 9}, hours={(10, "phone"): 30, (10, "tablet"): 9}))
    assert shown.by_source is None
    assert [(one.source, [(bar.hours, bar.scans) for bar in one.bars]) for one in shown.hours] == [("", [((10,), 39)])]


def test_hours_are_told_by_source_and_small_ones_with_others_of_their_part_of_the_day() -> None:
    hours = {(9, "phone"): 3, (10, "phone"): 25, (12, "phone"): 30, (13, "phone"): 22, (19, "tablet"): 20}
    shown = report(day(phone={LINEN_M: 80}, tablet={LINEN_M: 20}, hours=hours))
    assert [(one.source, [(bar.hours, bar.scans) for bar in one.bars]) for one in shown.hours] == [
        ("phone", [((9, 10), 28), ((12,), 30), ((13,), 22)]),
        ("tablet", [((19,), 20)]),
    ]


def test_what_sells_less_for_its_scans_than_the_rest_is_named_with_an_interval() -> None:
    scans = {LINEN_M: 100, OXFORD: 100, VASE: 12}
    shown = report(day(phone=scans, sold={LINEN_M: 1, LINEN_L: 1, OXFORD: 60}))
    surest, unsure = shown.not_bought
    assert (surest.name, surest.sold) == ("Kemeja Linen", 2)
    assert surest.rate is not None
    assert (round(surest.rate.low, 3), round(surest.rate.high, 3)) == (0.006, 0.07)
    assert (unsure.name, unsure.rate) == ("Vas", None)


def test_pieces_of_any_size_count_as_sold_of_the_product() -> None:
    shown = report(day(phone={LINEN_M: 40}, sold={LINEN_L: 7, VASE: 5}))
    assert shown.rows[0].sold == 7
    assert shown.funnel is not None
    assert shown.funnel.sold == 7


def test_scans_while_sold_out_are_told_where_neither_they_nor_the_others_are_few() -> None:
    scans = {LINEN_M: 40, OXFORD: 40, VASE: 25}
    shown = report(day(phone=scans, sold_out={LINEN_M: 22, OXFORD: 35, VASE: 25}))
    assert [(row.name, row.sold_out) for row in shown.sold_out] == [("Vas", 25), ("Kemeja Linen", 22)]


def test_steps_with_few_are_not_told() -> None:
    shown = report(day(phone={LINEN_M: 40, VASE: 30}, saved={LINEN_M: 12}))
    assert shown.funnel is not None
    assert (shown.funnel.scanned, shown.funnel.saved, shown.funnel.handed_over) == (70, 12, 0)
    assert report(day(phone={LINEN_M: 40}, saved={LINEN_M: 9})).funnel == replace(shown.funnel, scanned=40, saved=None)


@pytest.mark.parametrize(
    ("days", "span", "standing"),
    [
        ((), 7, Standing.NOTHING_COUNTED),
        ((day(40, phone={VASE: 40}),), 7, Standing.NONE_IN_SPAN),
        ((day(phone={VASE: 9}),), 90, Standing.TOO_FEW),
        ((day(phone={VASE: 40}), day(9, phone={VASE: 5})), 7, Standing.TOO_CLOSE),
        ((day(phone={VASE: 40}), day(9, phone={VASE: 5})), 28, Standing.READY),
        ((day(91, phone={VASE: 40}),), 90, Standing.NOTHING_COUNTED),
    ],
)
def test_a_span_says_why_it_shows_nothing(days: tuple[ShelfDay, ...], span: int, standing: Standing) -> None:
    shown = report(*days, span=span)
    assert shown.standing is standing
    assert (shown.scans is None) == (standing is not Standing.READY)


def test_a_day_that_this_device_does_not_yet_have_counts_as_today() -> None:
    assert report(day(-1, phone={VASE: 11})).scans == 11


def test_a_label_that_left_the_catalogue_stands_for_itself() -> None:
    shown = report(day(phone={replace(VASE, gtin="04006381333931"): 11}))
    assert [(row.name, row.product_id) for row in shown.rows] == [("04006381333931", "")]


def test_rates_agree_with_published_intervals_and_are_not_made_of_fewer_than_30() -> None:
    """15 of 148: Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3 gives
    0.0624 to 0.1605."""
    rate = rate_of(15, 148)
    assert rate is not None
    assert (round(rate.low, 4), round(rate.high, 4)) == (0.0624, 0.1605)
    none = rate_of(0, 30)
    assert none is not None
    assert none.low == 0.0
    assert rate_of(3, 29) is None
    assert rate_of(50, 40) == rate_of(40, 40)


def test_what_a_span_may_not_tell_a_shorter_one_does_not_tell_either() -> None:
    """Of 12 now and 5 forty days ago 28 days may not tell 12, beside the 17 of 90 days; and so may 7 days not."""
    scans = {LINEN_M: 40, OXFORD: 40}
    now = day(
        phone={**scans, VASE: 40},
        tablet={VASE: 12},
        sold_out={VASE: 12},
        saved={VASE: 12},
        hours={(10, "phone"): 120, (10, "tablet"): 12},
    )
    before = day(
        40,
        phone={**scans, VASE: 30},
        tablet={VASE: 5},
        sold_out={VASE: 5},
        saved={VASE: 5},
        hours={(10, "phone"): 110, (10, "tablet"): 5},
    )
    told = shelf_reports((now, before), LABELS, today=TODAY)
    longest, shorter, shortest = told[90], told[28], told[7]
    assert longest.by_source == BySource(230, 17)
    assert (shorter.by_source, shortest.by_source) == (None, None)
    assert [one.funnel and one.funnel.saved for one in (longest, shorter, shortest)] == [17, None, None]
    assert [[row.sold_out for row in one.sold_out] for one in (longest, shorter, shortest)] == [[17], [], []]
    assert [[one.source for one in report.hours] for report in (longest, shorter, shortest)] == [[""], [""], [""]]


def test_hours_that_a_span_may_not_tell_a_shorter_one_does_not_tell_either() -> None:
    hours = {(hour, "phone"): 12 for hour in (9, 10, 12)}
    now = day(phone={LINEN_M: 36}, hours=hours)
    before = day(40, phone={LINEN_M: 25}, hours={(9, "phone"): 5, (10, "phone"): 10, (12, "phone"): 10})
    told = shelf_reports((now, before), LABELS, today=TODAY)
    bars = [[(bar.hours, bar.scans) for bar in told[days].hours[0].bars] for days in (90, 28, 7)]
    assert bars == [
        [((9,), 17), ((10,), 22), ((12,), 22)],
        [((9, 10), 24), ((12,), 12)],
        [((9, 10), 24), ((12,), 12)],
    ]

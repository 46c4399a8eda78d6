"""Figures of a fake shop's shelf: three shirts, a vase, and what is only told together. For tests only."""

from datetime import date, timedelta

from clienteling.domain.views import (
    BySource,
    Funnel,
    HourBar,
    HoursOfSource,
    LabelScans,
    LabelsToSee,
    NotBought,
    Rate,
    ScannedRow,
    ShelfFigures,
    ShelfLabel,
    ShelfReport,
    Standing,
    Together,
)
from tests.support.fakes import START_AT

TODAY = date(2026, 11, 22)

LINEN = ScannedRow(
    Together.PRODUCT,
    "product-1",
    "Kemeja Linen Lengan Panjang",
    "Kemeja",
    412,
    22,
    31,
    (LabelScans("08990000000017", ("M",), 250), LabelScans("08990000000024", ("L",), 130)),
    32,
)
OXFORD = ScannedRow(Together.PRODUCT, "product-2", "Kemeja Oxford", "Kemeja", 180, 0, 2)
OTHER_SHIRTS = ScannedRow(Together.REST_OF_CATEGORY, "", "", "Kemeja", 64, None, None)
REST = ScannedRow(Together.REST, "", "", "", 1_344, None, None)
TO_SEE = LabelsToSee(
    printed=40,
    unscanned=(ShelfLabel("08990000000055", "product-9", "Vas Keramik", ("Putih",), "Rumah"),),
    outdated=tuple(ShelfLabel(f"{number:014}", "product-1", "Kemeja Linen", (f"{number}",)) for number in range(12)),
)


def report(**changes: object) -> ShelfReport:
    """Four weeks of a store that visitors scan in."""
    fields: dict[str, object] = {
        "days": 28,
        "first_day": TODAY - timedelta(days=27),
        "last_day": TODAY,
        "as_of": START_AT - timedelta(minutes=40),
        "standing": Standing.READY,
        "scans": 2_000,
        "by_source": BySource(1_700, 300),
        "rows": (LINEN, OXFORD, OTHER_SHIRTS, REST),
        "not_bought": (
            NotBought("product-2", "Kemeja Oxford", 180, 2, Rate(2, 180, 0.003, 0.0396)),
            NotBought("product-3", "Vas Keramik", 12, 0, None),
        ),
        "sold_out": (LINEN,),
        "funnel": Funnel(2_000, 140, 35, None, 96),
        "hours": (
            HoursOfSource("phone", (HourBar((9, 10), 40), HourBar((11,), 300), HourBar((19,), 900))),
            HoursOfSource("tablet", (HourBar((10, 19, 20), 300),)),
        ),
        **changes,
    }
    return ShelfReport(**fields)  # type: ignore[arg-type]  # fields by name


def figures(labels: LabelsToSee | None = TO_SEE, **changes: object) -> ShelfFigures:
    return ShelfFigures("Toko Bandung", report(**changes), labels)

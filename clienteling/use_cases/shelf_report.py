"""What the shelf tells a manager: the figures of the last days, and the labels to look at. The local store alone."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from clienteling.domain.errors import ValidationFailed
from clienteling.domain.store_day import local_day
from clienteling.domain.store_stem import store_stem
from clienteling.domain.views import SPANS, LabelsToSee, ShelfDay, ShelfFigures, ShelfLabel, StoreView
from clienteling.reports.figures import shelf_reports
from clienteling.reports.figures_csv import figures_csv
from clienteling.store import queries_figures, queries_records
from clienteling.store.replica import LocalStore
from clienteling.use_cases.label_orders import LabelSetup
from clienteling.use_cases.print_labels import revisions_today
from clienteling.use_cases.rights import Permission, Rights
from sync.protocol.bodies.shelf_figures import ShelfAction
from sync.protocol.times import Clock

UNSCANNED_DAYS: Final = 14
"""A label that nobody scanned for so long is worth a look."""


def shelf_figures(
    store: LocalStore, setup: LabelSetup | None, rights: Rights, days: int, *, author_id: str | None, now: Clock
) -> ShelfFigures | None:
    """The figures of the last `days`, one of SPANS, today among them; None before this device knows its store.

    Raises NotAllowed.
    """
    rights.require(author_id, Permission.SEE_FIGURES)
    at = now()
    with store.reading() as connection:
        here = queries_records.store_view(connection)
        if here is None:
            return None
        today = local_day(at, here.time_zone)
        counted = queries_figures.shelf_days(connection, here.id, first=today - timedelta(days=SPANS[-1] - 1))
        since = queries_figures.counted_since(connection, here.id)
        named = queries_figures.named_labels(connection, _gtins(counted))
    report = shelf_reports(counted, named, today=today)[days]
    labels = _labels(store, setup, _Counted(here, counted, since, today), now=lambda: at) if setup is not None else None
    return ShelfFigures(here.name, report, labels)


def figures_file(
    store: LocalStore, rights: Rights, figures: ShelfFigures, delimiter: str = ",", *, author_id: str | None
) -> tuple[str, bytes]:
    """Name and content of the file for a spreadsheet: what `figures` shows and nothing else. Raises NotAllowed."""
    rights.require(author_id, Permission.EXPORT)
    with store.reading() as connection:
        here = queries_records.store_view(connection)
    stem = f"-{store_stem(here)}" if here is not None else ""
    report = figures.report
    return f"scans{stem}-{report.last_day:%Y%m%d}-{report.days}.csv", figures_csv(figures, delimiter=delimiter)


def _gtins(days: Iterable[ShelfDay]) -> set[str]:
    return {gtin for one in days for gtin in (*(gtin for gtin, _, _ in one.counts), *one.sold)}


@dataclass(frozen=True, slots=True)
class _Counted:
    """What was counted at a store, `since` when, and the day it is there."""

    here: StoreView
    days: Collection[ShelfDay]
    since: date | None
    today: date

    def scanned_lately(self) -> set[str]:
        """The GTINs that anybody scanned in UNSCANNED_DAYS."""
        lately = (one for one in self.days if (self.today - one.day).days < UNSCANNED_DAYS)
        scanned = ShelfAction.SCANNED.value
        return {
            gtin for one in lately for (gtin, _, action), times in one.counts.items() if action == scanned and times
        }

    def is_old_enough(self) -> bool:
        """Whether scans have been counted for UNSCANNED_DAYS."""
        return self.since is not None and (self.today - self.since).days >= UNSCANNED_DAYS


def _labels(store: LocalStore, setup: LabelSetup, counted: _Counted, *, now: Clock) -> LabelsToSee | None:
    """The labels this device has printed for its store, those to look at; None where it has printed none, or cannot."""
    printed = store.printed_labels(counted.here.id)
    try:
        could_say = revisions_today(store, setup, now=now) if printed else {}
    except ValidationFailed:  # no host for labels, or one that is none: the screen of labels says so
        return None
    if not printed:
        return None
    with store.reading() as connection:
        gtins = queries_figures.gtins_of(connection, printed)
        named = queries_figures.named_labels(connection, gtins.values())
    of_variant = {variant_id: named[gtin] for variant_id, gtin in gtins.items() if gtin in named}
    sold = printed.keys() & could_say.keys()
    return LabelsToSee(
        printed=len(printed),
        unscanned=_unscanned(store.labels_printed_at(counted.here.id), sold, of_variant, counted, at=now()),
        outdated=_sorted(of_variant, (one for one in sold if printed[one] not in could_say[one])),
        ended=_sorted(of_variant, printed.keys() - sold),
    )


def _unscanned(
    printed_at: Mapping[str, datetime],
    sold: Collection[str],
    of_variant: Mapping[str, ShelfLabel],
    counted: _Counted,
    *,
    at: datetime,
) -> tuple[ShelfLabel, ...] | None:
    """Those that have hung for UNSCANNED_DAYS and that nobody scanned; None where that cannot be said of any."""
    hung = [one for one in sold if at - printed_at[one] >= timedelta(days=UNSCANNED_DAYS)]
    if not hung or not counted.is_old_enough():
        return None
    scanned = counted.scanned_lately()
    return _sorted(of_variant, (one for one in hung if one in of_variant and of_variant[one].gtin not in scanned))


def _sorted(of_variant: Mapping[str, ShelfLabel], variant_ids: Iterable[str]) -> tuple[ShelfLabel, ...]:
    """What these are of, those of one category together; one whose product has gone from this device is left out."""
    found = (of_variant[one] for one in variant_ids if one in of_variant)
    return tuple(sorted(found, key=lambda one: (one.category, one.product, one.options, one.gtin)))

"""The reports of all spans, made together, since what one tells decides what the others may (see `small_cells`)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from clienteling.domain.views import (
    SPANS,
    BySource,
    Funnel,
    HourBar,
    HoursOfSource,
    LabelScans,
    NotBought,
    ScannedRow,
    ShelfDay,
    ShelfLabel,
    ShelfReport,
    Standing,
    Together,
)
from clienteling.reports.counted import Counted, count, part_of
from clienteling.reports.rates import LEAST_FOR_A_RATE, rate_of
from clienteling.reports.small_cells import (
    Rings,
    Tree,
    Window,
    added,
    grown,
    is_safe,
    may_be_split,
    merged_upwards,
    total,
    windows_of,
)
from sync.protocol.bodies.shelf_figures import ScanSource

_STEPS: Final = ("saved", "handed_over", "attached")


def shelf_reports(days: Iterable[ShelfDay], labels: Mapping[str, ShelfLabel], *, today: date) -> dict[int, ShelfReport]:
    """The report of each of SPANS. `labels`: what the GTINs name; one that is unknown stands for itself."""
    known = list(days)
    counted = count(known, today=today)
    as_of = max((one.as_of for one in known), default=None)
    told = _tell_apart(counted, labels)
    reports = {}
    for span, length in enumerate(SPANS):
        first_day = today - timedelta(days=length - 1)
        report = ShelfReport(length, first_day, today, as_of, _standing(counted, span, told))
        reports[length] = told[span].fill(report, labels) if report.standing is Standing.READY else report
    return reports


def _standing(counted: Counted, span: int, told: "Mapping[int, _Told]") -> Standing:
    if span in told:
        return Standing.READY
    scans = counted.scans().values()
    if not total(scans, windows_of(len(SPANS) - 1, None)[0]):
        return Standing.NOTHING_COUNTED
    window = windows_of(span, None)[0]
    if not total(scans, window):
        return Standing.NONE_IN_SPAN
    return Standing.TOO_CLOSE if is_safe(scans, (window,)) else Standing.TOO_FEW


def _tell_apart(counted: Counted, labels: Mapping[str, ShelfLabel]) -> "dict[int, _Told]":
    """What each span may tell; no span that may tell nothing. The longest first: a shorter one tells no more apart."""
    scans = counted.scans()
    tree = grown({_path(gtin, labels): rings for gtin, rings in scans.items()}) if scans else Tree("")
    bounds = _Bounds(tree, True, frozenset(), frozenset(scans), frozenset(_STEPS))
    found: dict[int, _Told] = {}
    longer: int | None = None
    for span in reversed(range(len(SPANS))):
        windows = windows_of(span, longer)
        cells = bounds.tree.cells().values()
        if not total(cells, windows[0]) or not is_safe(cells, windows):
            continue
        bounds = _bounds_of(counted, bounds, windows)
        found[span] = _Told(counted, bounds, windows)
        longer = span
    _tell_hours(counted, found)
    return found


def _path(gtin: str, labels: Mapping[str, ShelfLabel]) -> tuple[str, str, str]:
    label = labels.get(gtin)
    return (label.category, label.product_id, gtin) if label is not None else ("", gtin, gtin)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What a span tells apart, and so the most that a shorter one may.

    sources    whether phones and tablets are told apart. Only in all and by hour: by product, with what other spans
               tell, it would give small numbers away
    sold_out   the products of which scans while sold out are told, and their labels
    """

    tree: Tree
    sources: bool
    sold_out: frozenset[str]
    sold_out_labels: frozenset[str]
    steps: frozenset[str]


def _bounds_of(counted: Counted, longer: _Bounds, windows: tuple[Window, ...]) -> _Bounds:
    tree = merged_upwards(longer.tree, windows)
    groups = {product.name: tuple(product.cells()) for category in tree.parts for product in category.parts}
    stock = (counted.sold_out, counted.in_stock)
    sold_out = may_be_split(groups, stock, windows, within=longer.sold_out_labels)
    return _Bounds(
        tree=tree,
        sources=longer.sources and all(is_safe((added(one.values()),), windows) for one in counted.scanned.values()),
        sold_out=sold_out,
        sold_out_labels=frozenset(gtin for name in sold_out for gtin in groups[name]),
        steps=frozenset(one for one in longer.steps if is_safe((_step(counted, one),), windows)),
    )


def _step(counted: Counted, name: str) -> Rings:
    rings: Rings = getattr(counted, name)
    return rings


def _groups(tree: Tree) -> Iterator[tuple[str, Tree | None, Mapping[str, Rings]]]:
    """The rows of a tree: name, the product where it is one, and the cells."""
    for category in tree.parts:
        for product in category.parts:
            yield f"product {product.name}", product, product.cells()
        if category.rest:
            yield f"category {category.name}", None, category.rest
    if tree.rest:
        yield "rest", None, tree.rest


@dataclass(slots=True)
class _Told:
    """What one span may tell, and the report that tells it."""

    counted: Counted
    bounds: _Bounds
    windows: tuple[Window, ...]
    hours: tuple[HoursOfSource, ...] = ()

    def fill(self, report: ShelfReport, labels: Mapping[str, ShelfLabel]) -> ShelfReport:
        sold = self._sold(labels)
        rows = tuple(self._rows(labels, sold))
        products = sorted(
            (one for one in rows if one.together is Together.PRODUCT), key=lambda one: (-one.scans, one.name)
        )
        others = [one for one in rows if one.together is not Together.PRODUCT]
        scans = self.counted.scans()
        all_scans = self._sum(scans, scans)
        scanned = {_path(gtin, labels)[1] for gtin, rings in scans.items() if total((rings,), self.windows[0])}
        sold_of_scanned = sum(sold[one] for one in scanned)
        return ShelfReport(
            days=report.days,
            first_day=report.first_day,
            last_day=report.last_day,
            as_of=report.as_of,
            standing=report.standing,
            scans=all_scans,
            by_source=self._by_source(scans) if self.bounds.sources else None,
            rows=(*products, *others),
            not_bought=_not_bought(products, sold_of_scanned, all_scans),
            sold_out=tuple(
                sorted((one for one in products if one.sold_out), key=lambda one: (-(one.sold_out or 0), one.name))
            ),
            funnel=self._funnel(all_scans, sold_of_scanned),
            hours=self.hours,
        )

    def _sum(self, column: Mapping[str, Rings], cells: Iterable[str]) -> int:
        return total((column[one] for one in cells if one in column), self.windows[0])

    def _by_source(self, cells: Iterable[str]) -> BySource:
        wanted = tuple(cells)
        phone, tablet = (self._sum(self.counted.scanned[source], wanted) for source in ScanSource)
        return BySource(phone=phone, tablet=tablet)

    def _rows(self, labels: Mapping[str, ShelfLabel], sold: Mapping[str, int]) -> Iterator[ScannedRow]:
        for name, product, cells in _groups(self.bounds.tree):
            scans = total(cells.values(), self.windows[0])
            if not scans:
                continue
            label = labels.get(next(iter(cells)))
            yield ScannedRow(
                together=self._together(name, product),
                product_id=label.product_id if product is not None and label is not None else "",
                name=_name(product, label),
                category=label.category if label is not None and name != "rest" else "",
                scans=scans,
                sold_out=self._sold_out(product),
                sold=sold[product.name] if product is not None else None,
                labels=tuple(self._labels(product, labels)) if product is not None else (),
                other_labels=total(product.rest.values(), self.windows[0]) if product is not None else 0,
            )

    def _together(self, name: str, product: Tree | None) -> Together:
        if product is not None:
            return Together.PRODUCT
        if name == "rest":
            return Together.REST
        category = next(one for one in self.bounds.tree.parts if f"category {one.name}" == name)
        return Together.REST_OF_CATEGORY if category.parts else Together.CATEGORY

    def _labels(self, product: Tree, labels: Mapping[str, ShelfLabel]) -> Iterator[LabelScans]:
        found = [(total(part.cells().values(), self.windows[0]), part.name) for part in product.parts]
        for scans, gtin in sorted(found, reverse=True):
            if scans:
                yield LabelScans(gtin, labels[gtin].options if gtin in labels else (), scans)

    def _sold_out(self, product: Tree | None) -> int | None:
        if product is None or product.name not in self.bounds.sold_out:
            return None
        return self._sum(self.counted.sold_out, product.cells())

    def _sold(self, labels: Mapping[str, ShelfLabel]) -> Mapping[str, int]:
        """Pieces by product, in whatever size and colour."""
        pieces: Counter[str] = Counter()
        for gtin, rings in self.counted.sold.items():
            pieces[_path(gtin, labels)[1]] += total((rings,), self.windows[0])
        return pieces

    def _funnel(self, scans: int, sold: int) -> Funnel:
        told = {
            name: total((_step(self.counted, name),), self.windows[0]) if name in self.bounds.steps else None
            for name in _STEPS
        }
        return Funnel(scanned=scans, sold=sold, **told)


def _name(product: Tree | None, label: ShelfLabel | None) -> str:
    if product is None:
        return ""
    return label.product if label is not None else product.name


def _not_bought(products: Iterable[ScannedRow], sold: int, scans: int) -> tuple[NotBought, ...]:
    """Those that surely sell less for their scans than all of the store's together, the surest first; after them those
    of which nothing was sold, though it takes more scans to be sure."""
    found = [
        NotBought(one.product_id, one.name, one.scans, one.sold, rate_of(one.sold, one.scans))
        for one in products
        if one.sold is not None
    ]
    usual = min(1.0, sold / scans) if scans >= LEAST_FOR_A_RATE else 1.0
    rated = [(one.rate.high, one.name, one) for one in found if one.rate is not None and one.rate.high < usual]
    unsure = [(-one.scans, one.name, one) for one in found if not one.sold and one.rate is None]
    return tuple(one for _, _, one in (*sorted(rated, key=lambda r: r[:2]), *sorted(unsure, key=lambda r: r[:2])))


def _tell_hours(counted: Counted, found: "Mapping[int, _Told]") -> None:
    """Give every span its hours: by source where all spans can, else both sources together in all of them."""
    if all(told.bounds.sources for told in found.values()):
        for source in ScanSource:
            of_source = {hour: rings for (hour, of), rings in counted.hours.items() if of == source}
            _tell_hours_of(source.value, of_source, found)
        return
    together: dict[int, Rings] = {}
    for (hour, _), rings in counted.hours.items():
        together[hour] = added((together[hour], rings)) if hour in together else rings
    _tell_hours_of("", together, found)


def _tell_hours_of(source: str, hours: Mapping[int, Rings], found: "Mapping[int, _Told]") -> None:
    if not hours:
        return
    tree = grown({(part_of(hour).value, f"{hour:02}"): rings for hour, rings in hours.items()})
    for span in sorted(found, reverse=True):
        told = found[span]
        if not is_safe(tree.cells().values(), told.windows):
            return  # nor may a shorter span tell more than this one
        tree = merged_upwards(tree, told.windows)
        bars = tuple(sorted(_bars(tree, told.windows[0]), key=lambda bar: bar.hours))
        told.hours = (*told.hours, *([HoursOfSource(source, bars)] if bars else []))


def _bars(tree: Tree, window: Window) -> Iterator[HourBar]:
    for part in tree.parts:
        yield from _bars(part, window)
    scans = total(tree.rest.values(), window)
    if scans:
        yield HourBar(tuple(sorted(int(hour) for hour in tree.rest)), scans)

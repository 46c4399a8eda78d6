"""Labels for the shelves of this store: choose, make, and remember what was handed out. The local store alone.

What makes the files loads at the first use: it takes most of a second, which no start needs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from clienteling.domain.errors import ValidationFailed
from clienteling.domain.gtin import has_right_check_digit
from clienteling.domain.store_day import local_day
from clienteling.domain.store_stem import code_fits_stem, store_stem
from clienteling.domain.views import ShelfItem, StoreView
from clienteling.labels.content import LabelContent, content_revision
from clienteling.labels.page import Placing
from clienteling.labels.sheets import SHEETS
from clienteling.store import queries_labels, queries_records
from clienteling.store.replica import LocalStore
from clienteling.use_cases.label_orders import (
    LabelChoice,
    LabelFormat,
    LabelNote,
    LabelOrder,
    LabelPlan,
    LabelServices,
    LabelSetup,
    LeftOut,
    MadeLabels,
    Reason,
    Shelves,
)
from sync.protocol.times import Clock

if TYPE_CHECKING:
    from clienteling.labels.making import Printing

PREVIEW_PX: Final = 320
"""How high the picture of a label is: twice what a screen shows, for those that are finer."""
_INSTANT: Final = timedelta(microseconds=1)


def label_services(store: LocalStore, setup: LabelSetup, *, now: Clock) -> LabelServices:
    """What screens and commands get."""
    return LabelServices(
        language=setup.language,
        shelves=partial(shelves, store, now=now),
        plan=partial(plan_labels, store, setup, now=now),
        preview=partial(preview_label, store, setup, now=now),
        make=partial(make_labels, store, setup, now=now),
        calibrate=partial(make_calibration, store, setup, now=now),
        handed_out=partial(keep_handed_out, store, now=now),
    )


def shelves(store: LocalStore, *, now: Clock) -> Shelves:
    """Categories and brands of what is on sale."""
    with store.reading() as connection:
        items = queries_labels.shelf_items(connection, now=now())
    categories = {item.category for item in items if item.category}
    brands = {item.brand for item in items if item.brand}
    return Shelves(tuple(sorted(categories)), tuple(sorted(brands)))


def plan_labels(store: LocalStore, setup: LabelSetup, order: LabelOrder, *, now: Clock) -> LabelPlan:
    """What would be printed, and what would not and why. Raises ValidationFailed as `make_labels` does."""
    return _planned(store, setup, order, now=now).plan


@dataclass(frozen=True, slots=True)
class _Planned:
    store: StoreView
    at: datetime
    plan: LabelPlan


def _planned(store: LocalStore, setup: LabelSetup, order: LabelOrder, *, now: Clock) -> _Planned:
    from clienteling.labels.fonts import LabelFonts
    from clienteling.labels.symbol import checked_host

    at, host, placing = now(), checked_host(setup.host), _placing(order)
    placing.check()
    _refuse_format(order)
    with store.reading() as connection:
        here = queries_records.store_view(connection)
        if here is None:
            raise ValidationFailed("store", "device.no_store")
        items = queries_labels.shelf_items(connection, words=order.choice.words, now=at)
        wanted = {code: queries_labels.variant_of_code(connection, code) for code in order.choice.codes}
    items = tuple(_chosen(items, order.choice, wanted))
    usable = [item for item in items if _reason(item) is None]
    labels = [_content(item, here, host, order.language or setup.language) for item in usable]
    printed = store.printed_labels(here.id) if order.choice.changed_only else {}
    due = tuple(one for one in labels if printed.get(one.variant_id) != content_revision(one))
    fonts = LabelFonts(setup.fonts)
    return _Planned(
        here,
        at,
        LabelPlan(
            labels=due,
            pages=placing.pages(len(due)),
            of_all=len(labels),
            left_out=tuple(_left_out(item) for item in items if _reason(item) is not None),
            not_found=tuple(code for code, variant_id in wanted.items() if variant_id is None),
            notes=tuple(_notes(here, due, fonts.printable)),
        ),
    )


def revisions_today(store: LocalStore, setup: LabelSetup, *, now: Clock) -> dict[str, frozenset[str]]:
    """What a label printed today could say, by variant id: a revision for each language. Raises ValidationFailed where
    labels cannot be printed at all."""
    from clienteling.labels.symbol import checked_host

    host = checked_host(setup.host)
    with store.reading() as connection:
        here = queries_records.store_view(connection)
        items = queries_labels.shelf_items(connection, now=now()) if here is not None else ()
    if here is None:
        raise ValidationFailed("store", "device.no_store")
    return {
        item.variant_id: frozenset(content_revision(_content(item, here, host, one)) for one in setup.words)
        for item in items
        if _reason(item) is None
    }


def _placing(order: LabelOrder) -> Placing:
    return Placing(SHEETS[order.sheet], order.start, order.offset_x, order.offset_y, order.dpi)


def _refuse_format(order: LabelOrder) -> None:
    from clienteling.labels.errors import LabelsRefused

    if order.format is LabelFormat.ZPL and not SHEETS[order.sheet].is_roll:
        raise LabelsRefused("sheet", "labels.zpl_needs_roll", sheet=order.sheet.value)


def _chosen(items: Sequence[ShelfItem], choice: LabelChoice, wanted: dict[str, str | None]) -> Iterator[ShelfItem]:
    """Those that fit; in the order of the codes, where there are any."""
    fitting = {
        item.variant_id: item
        for item in items
        if (not choice.category or item.category == choice.category)
        and (not choice.brand or item.brand == choice.brand)
        and (not choice.in_stock_only or item.in_stock)
    }
    if not choice.codes:
        yield from fitting.values()
        return
    for variant_id in dict.fromkeys(wanted.values()):
        if variant_id in fitting:
            yield fitting[variant_id]


def _reason(item: ShelfItem) -> Reason | None:
    """Why the item gets no label, None where it gets one."""
    if not item.gtin:
        return Reason.NO_GTIN
    if not has_right_check_digit(item.gtin):
        return Reason.WRONG_CHECK_DIGIT
    return Reason.NO_PRICE if item.price is None else None


def _left_out(item: ShelfItem) -> LeftOut:
    reason = _reason(item)
    assert reason is not None
    return LeftOut(" · ".join((item.name, *item.options)), item.sku, item.gtin, reason)


def _content(item: ShelfItem, here: StoreView, host: str, language: str) -> LabelContent:
    from clienteling.labels.symbol import label_link

    assert item.price is not None
    ends_at = item.promotion_ends_at
    return LabelContent(
        variant_id=item.variant_id,
        gtin=item.gtin,
        link=label_link(host, store_stem(here), item.gtin),
        host=host.lower(),
        name=item.name,
        options=item.options,
        price=item.price,
        price_before=item.price_before,
        # A promotion that ends at midnight holds for the last time on the day before.
        until=local_day(ends_at - _INSTANT, here.time_zone) if ends_at is not None else None,
        language=language,
    )


def _notes(
    here: StoreView, labels: Sequence[LabelContent], printable: Callable[[str], tuple[str, bool]]
) -> Iterator[LabelNote]:
    from clienteling.labels.symbol import SMALL_VERSION, version_of

    if not here.code.strip():
        yield LabelNote("labels.store_without_code", {"stem": store_stem(here)})
    elif not code_fits_stem(here.code):
        yield LabelNote("labels.store_code_unfit", {"code": here.code, "stem": store_stem(here)})
    if labels and version_of(labels[0].link) > SMALL_VERSION:
        yield LabelNote("labels.host_is_long", {"host": labels[0].host, "version": version_of(labels[0].link)})
    incomplete = sum(any(printable(said)[1] for said in (one.name, *one.options)) for one in labels)
    if incomplete:
        yield LabelNote("labels.letters_missing", {"count": incomplete})


def make_labels(
    store: LocalStore,
    setup: LabelSetup,
    order: LabelOrder,
    *,
    now: Clock,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> MadeLabels:
    """The files, read back. They do not count as printed before `keep_handed_out`.

    Raises ValidationFailed(labels.nothing_to_print) and what cannot be printed as asked; ProofFailed.
    """
    from clienteling.labels import making

    planned = _planned(store, setup, order, now=now)
    labels = planned.plan.labels
    if not labels:
        raise ValidationFailed("choice", "labels.nothing_to_print")
    printing = _printing(setup, order, planned.store, planned.at, on_progress)
    files = making.make_labels(labels, order.format, printing)
    return MadeLabels(
        files=tuple(_named(files, order, planned.store, planned.at)),
        labels=len(labels),
        pages=planned.plan.pages,
        store_id=planned.store.id,
        revisions={one.variant_id: content_revision(one) for one in labels},
    )


def preview_label(store: LocalStore, setup: LabelSetup, order: LabelOrder, *, now: Clock) -> bytes | None:
    """The first label as a PNG; None where there is none to print."""
    from clienteling.labels import making

    planned = _planned(store, setup, order, now=now)
    if not planned.plan.labels:
        return None
    return making.one_label(
        planned.plan.labels[0], _printing(setup, order, planned.store, planned.at), height_px=PREVIEW_PX
    )


def make_calibration(store: LocalStore, setup: LabelSetup, order: LabelOrder, *, now: Clock) -> MadeLabels:
    """The page to hold against a sheet of labels. Raises ValidationFailed where the offsets leave the paper."""
    from clienteling.labels import making

    with store.reading() as connection:
        here = queries_records.store_view(connection)
    if here is None:
        raise ValidationFailed("store", "device.no_store")
    _refuse_format(order)
    title, lines = setup.calibration(order.language or setup.language, order.sheet.value)
    printing = _printing(setup, order, here, now())
    content = making.calibration_page(order.format, printing, title, lines)
    suffix = order.format.value
    return MadeLabels(((f"label-{order.sheet.value}-0.{suffix}", content),), 0, 1, here.id, {})


def keep_handed_out(store: LocalStore, made: MadeLabels, *, now: Clock) -> None:
    """Have these labels count as printed. Raises DiskFull; then none of them does."""
    store.keep_printed_labels(made.store_id, made.revisions, at=now())


def _printing(
    setup: LabelSetup,
    order: LabelOrder,
    here: StoreView,
    at: datetime,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> "Printing":
    from clienteling.labels.fonts import LabelFonts
    from clienteling.labels.making import Printing

    return Printing(
        placing=_placing(order),
        words=setup.words[order.language or setup.language],
        fonts=LabelFonts(setup.fonts),
        printed_on=local_day(at, here.time_zone),
        title=f"{setup.title} {here.name}".strip(),
        on_progress=on_progress,
    )


def _named(files: Iterable[bytes], order: LabelOrder, here: StoreView, at: datetime) -> Iterator[tuple[str, bytes]]:
    """`label-SBDG-20261123-L7160.pdf`; pictures of several pages are numbered."""
    contents = list(files)
    stem = f"label-{store_stem(here)}-{local_day(at, here.time_zone):%Y%m%d}-{order.sheet.value}"
    for number, content in enumerate(contents, start=1):
        page = f"-{number:03d}" if len(contents) > 1 else ""
        yield f"{stem}{page}.{order.format.value}", content

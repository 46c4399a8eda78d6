"""What the command line says: errors, results and progress as sentences in the person's language."""

import locale as system_locale
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from clienteling.domain.codes import ScanKind, ScannedCode
from clienteling.domain.errors import ClientelingError
from clienteling.domain.naming import person_name
from clienteling.domain.views import CustomerView, LookupRow, ProductView
from clienteling.i18n import Formats, Translator, choose_locale, load_translator
from clienteling.settings import assets_dir
from sync.protocol.errors import SyncError

if TYPE_CHECKING:
    from clienteling.central_host import ImportSummary
    from clienteling.store.recovery import Recovery
    from clienteling.use_cases.label_orders import LabelPlan
    from sync.connectors.reading import Progress as FileProgress


@cache
def translator() -> Translator:
    """Texts in the language of CLIENTELING_LANGUAGE, else of the operating system."""
    wishes = (os.environ.get("CLIENTELING_LANGUAGE"), os.environ.get("LANG"), system_locale.getlocale()[0])
    return load_translator(assets_dir() / "i18n", choose_locale(*wishes))


def sentence(words: Translator, error: ClientelingError | SyncError) -> str:
    """What happened, and what to do where the message says it."""
    return words.text_or(error.code, "error.unexpected", **error.fields)


def find_lines(words: Translator, rows: Sequence[LookupRow], *, now: datetime) -> Iterator[str]:
    """A line each, with what tells people of one name apart, as a row on the screen says it, and the id last."""
    formats = Formats(words, now.astimezone().tzinfo or UTC)
    for row in rows:
        tail = f"···· {row.phone_tail}" if row.phone_tail else ""
        seen = formats.last_seen(row.last_visit_at, now=now)
        place = row.home_store or row.city
        yield f"{person_name(row):<32} {tail:<9} {place:<16} {seen:<26} {row.tier:<8} {row.customer_id}"


def customer_lines(words: Translator, view: CustomerView) -> Iterator[str]:
    """A customer as a few lines: who, how to reach them, how much there is, and the latest ten orders."""
    yield person_name(view)
    yield "  ".join(part for part in (view.phone, view.email, view.home_store, view.tier) if part)
    counts = {"orders": view.orders_total, "wishes": len(view.wishlist), "notes": len(view.notes)}
    yield words.text("cli.customer_counts", **counts)
    for order in view.orders[:10]:
        lines = ", ".join(f"{line.name} ×{line.quantity}" for line in order.lines)
        yield f"{order.placed_at.astimezone():%Y-%m-%d}  {order.store or order.channel}  {lines}"


def scan_sentence(words: Translator, code: ScannedCode, product: ProductView | None) -> str:
    """What a code means here, in one line of what a terminal may print; a link is text and never opened."""
    if product is not None:
        return f"{product.name}  {code.gtin or ''}".rstrip()
    if code.error is not None:
        return f"{words.text_or(code.error, 'scan.unknown')}  {code.shown_text}".rstrip()
    if code.kind is ScanKind.PRODUCT:
        return words.text("cli.product_not_here", gtin=code.gtin or "")
    return f"{words.text(f'cli.scan_{code.kind.value}')}  {code.shown_text}"


def status_sentence(words: Translator, told: dict[str, Any]) -> str:
    """The state of a device in one line; times as this machine's clock shows them."""
    synced = told["last_synced_at"]
    when = local_time(synced) if synced else words.text("cli.never_synced")
    return words.text(
        "cli.status",
        when=when,
        waiting=told["waiting"],
        attention=told["needs_attention"],
        customers=told["cached_customers"],
    )


def local_time(at: datetime) -> str:
    """`2026-11-22 10:42 (UTC+07:00)`: this machine's time, and which that is."""
    local = at.astimezone()
    return f"{local:%Y-%m-%d %H:%M} (UTC{local.isoformat(timespec='minutes')[-6:]})"


def recovery_lines(words: Translator, recovery: "Recovery") -> Iterator[str]:
    """What was damaged, where it is kept, and how much of what people did could be saved."""
    kept = [path for path in (recovery.store_kept_at, recovery.outbox_kept_at) if path is not None]
    if not kept:
        yield words.text("cli.nothing_damaged")
    for path in kept:
        yield words.text("cli.damaged_kept", file=str(path))
    if recovery.outbox_kept_at is not None:
        yield words.text("cli.salvaged", count=recovery.salvaged)


def import_sentences(words: Translator, summary: "ImportSummary") -> Iterator[str]:
    """What an import did, in one to eight lines."""
    result = summary.result
    if not (result.created or result.changed or result.ended):
        yield words.text("cli.import_unchanged", count=result.unchanged)
    else:
        yield words.text(
            "cli.import_done",
            created=result.created,
            changed=result.changed,
            unchanged=result.unchanged,
            ended=result.ended,
        )
    if result.older:
        yield words.text("cli.import_older", count=result.older)
    if result.refused:
        yield words.text("cli.import_refused", count=result.refused)
    if result.kept:
        yield words.text("cli.import_kept", count=result.kept)
    if summary.report is not None:
        yield words.text("cli.import_report", file=str(summary.report))
    if summary.not_read:
        yield words.text("cli.import_not_read", files=summary.not_read_named)
    if summary.new_locations:
        yield words.text("cli.import_new_locations", names=", ".join(summary.new_locations))
    if not summary.has_associates:
        yield words.text("cli.import_without_associates")


def label_lines(words: Translator, plan: "LabelPlan", *, most: int) -> Iterator[str]:
    """How many labels on how many sheets, what got none and why, and what else a person should know."""
    if plan.labels:
        yield words.text("cli.labels_planned", count=len(plan.labels), pages=plan.pages)
    elif plan.of_all:
        yield words.text("labels.none_changed", count=plan.of_all)
    else:
        yield words.text("labels.nothing_to_print")
    for note in plan.notes:
        yield words.text(note.code, **note.values)
    if plan.left_out:
        yield words.text("labels.left_out", count=len(plan.left_out))
    for one in plan.left_out[:most]:
        yield f"  {one.name}  {one.sku or one.gtin}  {words.text(one.reason.value)}".rstrip()
    if len(plan.left_out) > most:
        yield words.text("labels.left_out_more", count=len(plan.left_out) - most)
    if plan.not_found:
        yield words.text("labels.not_found", codes=", ".join(plan.not_found[:most]), count=len(plan.not_found))


@contextmanager
def label_progress(total: int, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error while labels are made and read back; nothing where that is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal)) as bar:
        task = bar.add_task(translator().text("labels.title"), total=total)
        yield lambda done, all_labels: bar.update(task, completed=done, total=all_labels)


@contextmanager
def progress(folder: Path) -> Iterator[Callable[["FileProgress"], None]]:
    """A progress bar on standard error while a folder is read; nothing where that is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(folder.name, total=None)

        def show(told: "FileProgress") -> None:
            bar.update(task, description=told.file, completed=told.read_bytes, total=max(told.file_bytes, 1))

        yield show

"""`clienteling import`: Shopify's export files, or any till's by a mapping of their columns."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from clienteling import command_line_text
from clienteling.cli.options import AsJson, DatabaseUrl, DataDir
from clienteling.cli.printing import out, print_json, progress
from clienteling.i18n import Translator
from clienteling.settings import server_dir
from sync.protocol.times import utc_now

if TYPE_CHECKING:
    from clienteling.mapped_import import MappedSummary
    from sync.central_api.import_records import ImportResult

MOST_FILES_SHOWN = 10

imports = typer.Typer(no_args_is_help=True, help="Take over a retailer's exports.")


@imports.command("csv")
def import_csv(
    folder: Path,
    map_file: Annotated[Path, typer.Option("--map", help="What the files' columns mean (TOML).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; write only the report.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Take over orders, products, stock and customers of any till or marketplace. Run it again for newer files."""
    from clienteling.central_host import central_database
    from clienteling.mapped_import import database_to_look_at, import_mapped, refuse_unmapped
    from sync.connectors.mapping import read_mapping

    mapping = read_mapping(map_file)
    refuse_unmapped(folder, mapping)  # a folder that holds nothing of it is told before a database is made
    server_folder = server_dir(data_dir)
    open_database = database_to_look_at if dry_run else central_database
    with open_database(server_folder, database_url) as database, progress(folder, shown=not as_json) as on_progress:
        summary = import_mapped(
            database,
            folder,
            mapping,
            data_dir=server_folder,
            now=utc_now,
            dry_run=dry_run,
            in_words=_reason,
            on_progress=on_progress,
        )
    if as_json:
        print_json(_as_json(summary))
        return
    for line in import_lines(command_line_text.translator(), summary):
        out.print(line, markup=False)


def _counts(result: "ImportResult") -> dict[str, int]:
    """What an import did, as every import's document says it."""
    names = ("created", "changed", "unchanged", "older", "ended", "refused", "kept")
    return {name: getattr(result, name) for name in names}


def _as_json(summary: "MappedSummary") -> dict[str, Any]:
    return {
        "dry_run": summary.is_dry_run,
        **_counts(summary.result),
        "by_kind": {kind: dict(fates) for kind, fates in summary.result.by_kind.items()},
        "refused_in": dict(summary.refused_in),
        "report": str(summary.report) if summary.report else None,
    }


def import_lines(words: Translator, summary: "MappedSummary") -> Iterator[str]:
    """What became, or would become, of each kind; what was refused in which files, at most ten; where it all stands."""
    result = summary.result
    if summary.is_dry_run:
        yield words.text("cli.import_dry_run")
    if not (result.created or result.changed):
        yield words.text("cli.import_unchanged", count=result.unchanged)
    else:
        for kind, fates in result.by_kind.items():
            name = words.text_or(f"cli.import_kind.{kind}", "cli.import_kind.other")
            counts = {fate: fates.get(fate, 0) for fate in ("created", "changed", "unchanged")}  # type: ignore[call-overload]  # a Fate is its word
            yield words.text("cli.import_kind", kind=name, **counts)
    if result.older:
        yield words.text("cli.import_older", count=result.older)
    worst = sorted(summary.refused_in.items(), key=lambda pair: (-pair[1], pair[0]))
    for file, count in worst[:MOST_FILES_SHOWN]:
        yield words.text("cli.import_refused_in", file=file, count=count)
    if others := sum(count for _, count in worst[MOST_FILES_SHOWN:]):
        yield words.text("cli.import_refused_in_others", count=others)
    if result.kept:
        yield words.text("cli.import_kept", count=result.kept)
    if summary.report is not None:
        yield words.text("cli.import_report", file=str(summary.report))
    if summary.new_locations:
        yield words.text("cli.import_new_locations", names=", ".join(summary.new_locations))
    if not (summary.has_associates or summary.is_dry_run):
        yield words.text("cli.import_without_associates")


def _reason(key: str) -> str:
    """A refused row's reason, as the report says it."""
    return command_line_text.translator().text_or(key, "import.bad_value")


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise typer.BadParameter("IANA: Asia/Jakarta", param_hint="--time-zone") from error


@imports.command("shopify-csv")
def import_shopify_csv(
    folder: Path,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    source: Annotated[str, typer.Option(help="A name for where these files come from.")] = "shopify",
    time_zone: Annotated[str, typer.Option(help="Zone of times and stores that name none.")] = "Asia/Jakarta",
    currency: Annotated[str | None, typer.Option(help="Of the price list; else that of the orders.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take over a folder of Shopify's export files and ours. Run it again whenever there are newer ones."""
    from clienteling.central_host import central_database, import_folder, refuse_other_folders

    server_folder = server_dir(data_dir)
    _check_zone(time_zone)
    if currency is not None and not re.fullmatch("[A-Z]{3}", currency):
        raise typer.BadParameter("ISO 4217: IDR, USD", param_hint="--currency")
    refuse_other_folders(folder)
    with central_database(server_folder, database_url) as database, progress(folder, shown=not as_json) as on_progress:
        summary = import_folder(
            database,
            folder,
            data_dir=server_folder,
            time_zone=time_zone,
            now=utc_now,
            source=source,
            currency=currency,
            in_words=_reason,
            on_progress=on_progress,
        )
    if as_json:
        report = str(summary.report) if summary.report else None
        print_json({**_counts(summary.result), "report": report, "not_read": dict(summary.not_read)})
        return
    for line in command_line_text.import_sentences(command_line_text.translator(), summary):
        out.print(line, markup=False)

"""`clienteling import csv`: any till's files by a mapping of their columns, or what they would change."""

import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from clienteling import command_line_text
from clienteling.i18n import Translator
from clienteling.settings import default_data_dir
from sync.protocol.times import utc_now

if TYPE_CHECKING:
    from clienteling.mapped_import import MappedSummary
    from sync.connectors.reading import OnProgress

MOST_FILES_SHOWN = 10

out = Console(soft_wrap=True, highlight=False)


def import_csv(
    folder: Path,
    map_file: Annotated[Path, typer.Option("--map", help="What the files' columns mean (TOML).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; write only the report.")] = False,
    data_dir: Annotated[Path | None, typer.Option("--data-dir", help="Where this server keeps its files.")] = None,
    database_url: Annotated[str | None, typer.Option("--database-url", help="PostgreSQL or SQLite URL.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Take over orders, products, stock and customers of any till or marketplace. Run it again for newer files."""
    from clienteling.central_host import central_database
    from clienteling.mapped_import import database_to_look_at, import_mapped, preview_mapped, written_at
    from sync.connectors.mapping import read_mapping

    mapping = read_mapping(map_file)
    written_at(folder, mapping)  # a folder that holds nothing of it is told before a database is made
    server_dir = data_dir or default_data_dir() / "central"
    open_database, run = (database_to_look_at, preview_mapped) if dry_run else (central_database, import_mapped)
    with open_database(server_dir, database_url) as database, _progress(folder, shown=not as_json) as on_progress:
        summary = run(database, folder, mapping, data_dir=server_dir, now=utc_now, on_progress=on_progress)
    if as_json:
        sys.stdout.write(json.dumps(_as_json(summary), ensure_ascii=False, indent=2) + "\n")
        return
    for line in import_lines(command_line_text.translator(), summary):
        out.print(line, markup=False)


def _progress(folder: Path, *, shown: bool) -> AbstractContextManager["OnProgress | None"]:
    return command_line_text.progress(folder) if shown else nullcontext()


def _as_json(summary: "MappedSummary") -> dict[str, Any]:
    names = ("created", "changed", "unchanged", "ended", "refused", "kept")
    return {
        "dry_run": summary.is_dry_run,
        **{name: getattr(summary.result, name) for name in names},
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
    worst = sorted(summary.refused_in.items(), key=lambda pair: (-pair[1], pair[0]))
    for file, count in worst[:MOST_FILES_SHOWN]:
        yield words.text("cli.import_refused_in", file=file, count=count)
    if others := sum(count for _, count in worst[MOST_FILES_SHOWN:]):
        yield words.text("cli.import_refused_in_others", count=others)
    if result.kept:
        yield words.text("cli.import_kept", count=result.kept)
    if summary.report is not None:
        yield words.text("cli.import_report", file=str(summary.report))

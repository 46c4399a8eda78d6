"""Any shop's files into the central database, or only what they would change: joins mapping, reader and importer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from clienteling.central_host import (
    DATABASE_FILE,
    REPORT_FILE,
    CentralUnusable,
    FolderUnusable,
    database_url,
    translating,
)
from sync.central_api.associates import has_associates
from sync.central_api.database import CentralDatabase, is_current, migrate, sqlite_url
from sync.central_api.import_preview import preview_records
from sync.central_api.import_records import ImportResult, import_records
from sync.central_api.known_records import KnownInDatabase
from sync.central_api.new_locations import location_names, new_names
from sync.connectors.mapped_csv import mapped_files, read_mapped_folder
from sync.connectors.mapping import ImportMapping
from sync.connectors.reading import OnProgress
from sync.connectors.refusal_report import RefusalReport
from sync.protocol.times import Clock

DRY_RUN_REPORT_FILE = "import-dry-run.csv"


@dataclass(frozen=True, slots=True)
class MappedSummary:
    """What an import did, or would do. `refused_in`: refused rows of each file; `report` names them all.

    `has_associates`: whether there is anybody who can be chosen in the app.
    `new_locations`: the names of those that were not there before, beside others; a misspelt name makes one.
    """

    result: ImportResult
    refused_in: Mapping[str, int]
    report: Path | None
    is_dry_run: bool
    has_associates: bool
    new_locations: tuple[str, ...]


def import_mapped(
    database: CentralDatabase,
    folder: Path,
    mapping: ImportMapping,
    *,
    data_dir: Path,
    now: Clock,
    dry_run: bool = False,
    in_words: Callable[[str], str] = str,
    on_progress: OnProgress | None = None,
) -> MappedSummary:
    """Takes over the folder's files; writes the central database and the report. Raises OSError.

    dry_run   what taking them over would change; writes a report of its own and nothing else
    in_words  a reason's sentence for the report, by its message key
    """
    take = preview_records if dry_run else import_records
    stream = read_mapped_folder(
        folder,
        mapping,
        known=KnownInDatabase(database, mapping.source),
        on_progress=on_progress,
        now=now(),
    )
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    locations = location_names(database)
    file = data_dir / (DRY_RUN_REPORT_FILE if dry_run else REPORT_FILE)
    with RefusalReport(file, in_words=in_words) as report:
        result = take(database, stream, source=mapping.source, now=now, on_refusal=report.add)
    return MappedSummary(
        result,
        {file: count for file, count in report.counts.items() if count},
        report.written,
        dry_run,
        has_associates(database),
        new_names(locations, location_names(database)),
    )


def refuse_unmapped(folder: Path, mapping: ImportMapping) -> None:
    """Nothing; raises FolderUnusable where the mapping means no file of the folder."""
    if not (folder.is_dir() and mapped_files(folder, mapping)):
        raise FolderUnusable(folder=folder.name)


@contextmanager
def database_to_look_at(data_dir: Path, given_url: str | None) -> Iterator[CentralDatabase]:
    """The central database for reading, as it is; an empty one where there is none yet.

    Nothing is made or migrated. Raises CentralUnusable (central.older_schema where a migration is due), DatabaseNewer.
    """
    with translating():
        url = database_url(data_dir, given_url)
        current = is_current(url)
        if current is False:
            raise CentralUnusable("central.older_schema")
        if current:
            with CentralDatabase(url) as database:
                yield database
            return
        with TemporaryDirectory() as empty:
            url = sqlite_url(Path(empty) / DATABASE_FILE)
            migrate(url)
            with CentralDatabase(url) as database:
                yield database

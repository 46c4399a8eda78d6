"""Any shop's files into the central database, or only what they would change: joins mapping, reader and importer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.exc import SQLAlchemyError

from clienteling.central_host import DATABASE_FILE, REPORT_FILE, CentralUnusable, FolderUnusable, database_url
from sync.central_api.database import CentralDatabase, is_current, migrate, sqlite_url
from sync.central_api.import_preview import preview_records
from sync.central_api.import_records import ImportResult, import_records
from sync.central_api.known_records import KnownInDatabase
from sync.connectors.mapped_csv import mapped_files, read_mapped_folder
from sync.connectors.mapping import ImportMapping
from sync.connectors.reading import Item, OnProgress
from sync.connectors.refusal_report import RefusalReport
from sync.protocol.times import Clock

DRY_RUN_REPORT_FILE = "import-dry-run.csv"


@dataclass(frozen=True, slots=True)
class MappedSummary:
    """What an import did, or would do. `refused_in`: refused rows of each file; `report` names them all."""

    result: ImportResult
    refused_in: Mapping[str, int]
    report: Path | None
    is_dry_run: bool


def import_mapped(
    database: CentralDatabase,
    folder: Path,
    mapping: ImportMapping,
    *,
    data_dir: Path,
    now: Clock,
    on_progress: OnProgress | None = None,
) -> MappedSummary:
    """Takes over the folder's files. Writes the central database and the report. Raises FolderUnusable, OSError."""

    def take(stream: Iterator[Item], report: RefusalReport) -> ImportResult:
        return import_records(database, stream, source=mapping.source, now=now, on_refusal=report.add)

    stream = _stream(database, folder, mapping, on_progress)
    return _summary(stream, RefusalReport(data_dir / REPORT_FILE), take, is_dry_run=False)


def preview_mapped(
    database: CentralDatabase,
    folder: Path,
    mapping: ImportMapping,
    *,
    data_dir: Path,
    now: Clock,
    on_progress: OnProgress | None = None,
) -> MappedSummary:
    """What taking over the folder's files would change. Writes the dry run's report and nothing else."""

    def judge(stream: Iterator[Item], report: RefusalReport) -> ImportResult:
        return preview_records(database, stream, source=mapping.source, now=now, on_refusal=report.add)

    stream = _stream(database, folder, mapping, on_progress)
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _summary(stream, RefusalReport(data_dir / DRY_RUN_REPORT_FILE), judge, is_dry_run=True)


def _stream(
    database: CentralDatabase, folder: Path, mapping: ImportMapping, on_progress: OnProgress | None
) -> Iterator[Item]:
    known = KnownInDatabase(database, mapping.source)
    return read_mapped_folder(folder, mapping, as_of=written_at(folder, mapping), known=known, on_progress=on_progress)


def written_at(folder: Path, mapping: ImportMapping) -> datetime:
    """When the newest of the folder's mapped files was written. Raises FolderUnusable where there is none."""
    times = [path.stat().st_mtime for path in mapped_files(folder, mapping)] if folder.is_dir() else []
    if not times:
        raise FolderUnusable(folder=folder.name)
    return datetime.fromtimestamp(max(times), UTC)


def _summary(
    stream: Iterator[Item],
    report: RefusalReport,
    take: Callable[[Iterator[Item], RefusalReport], ImportResult],
    *,
    is_dry_run: bool,
) -> MappedSummary:
    with report:
        result = take(stream, report)
    return MappedSummary(
        result, {file: count for file, count in report.counts.items() if count}, report.written, is_dry_run
    )


@contextmanager
def database_to_look_at(data_dir: Path, given_url: str | None) -> Iterator[CentralDatabase]:
    """The central database for reading, as it is; an empty one where there is none yet.

    Nothing is made or migrated. Raises CentralUnusable (central.older_schema where a migration is due), DatabaseNewer.
    """
    try:
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
    except SQLAlchemyError as error:
        raise CentralUnusable(kind=type(error).__name__) from error
    except ModuleNotFoundError as error:
        raise CentralUnusable("central.no_postgresql" if error.name == "psycopg" else None) from error

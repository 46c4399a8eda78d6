"""Picture files that a catalogue names by a path inside the import folder.

A path that leaves the folder, by `..`, an absolute path, a drive, or a link, is refused: an export is someone else's
text and must not choose which of our files are shown to customers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sync.connectors.csv_reading import Columns, Row, Table
from sync.connectors.errors import CellRefused

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
_PICTURES = Columns((), ("Image Src", "Variant Image"))


def picture_path(folder: Path, source: str, column: str) -> str:
    """The picture as a product names it: its address on the web, or its path within `folder`; "" for an empty cell.

    Raises CellRefused for another scheme, a path out of the folder, no picture's suffix, or a file that is not there.
    """
    if not source or source.casefold().startswith(("https://", "http://")):
        return source
    if ":" in source:
        raise CellRefused("import.bad_link", column)
    path = PurePosixPath(source.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or path.suffix.casefold() not in PICTURE_SUFFIXES:
        raise CellRefused("import.bad_picture", column)
    if not _inside(folder, path):
        raise CellRefused("import.missing_picture", column)
    return str(path)


def _inside(folder: Path, path: PurePosixPath) -> bool:
    try:
        real = (folder / path).resolve()
        return real.is_relative_to(folder.resolve()) and real.is_file()
    except (OSError, ValueError):
        return False


@dataclass(frozen=True, slots=True)
class NamedPicture:
    """A picture file: `name`, the path as products carry it, `path`, where it lies, and which cell names it first."""

    name: str
    path: Path
    file: str
    line: int
    column: str


def pictures(folder: Path) -> Iterator[NamedPicture]:
    """Each picture file the catalogue names, once."""
    catalogue = folder / "products_export.csv"
    if not catalogue.is_file():
        return
    given: set[str] = set()
    with Table(catalogue, _PICTURES) as table:
        for row in table:
            for named in _named(folder, row) if isinstance(row, Row) else ():
                if named.name not in given:
                    given.add(named.name)
                    yield named


def _named(folder: Path, row: Row) -> Iterator[NamedPicture]:
    for column in _PICTURES.used:
        try:
            name = picture_path(folder, row.text(column), column)
        except CellRefused:
            continue
        if name and not name.casefold().startswith(("https://", "http://")):
            yield NamedPicture(name, folder / name, row.file, row.line, column)

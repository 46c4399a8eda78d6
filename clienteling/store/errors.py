"""Errors of the local store. What a person is told about comes from `clienteling.domain.errors`; the rest is ours.

StoreUnusable (domain)   fields: `file`, and `set_aside` where a file was kept under another name
├── StoreDamaged, WrongKey, StoreTooNew, StoreInUse
├── StoreBusy            another process held the file longer than BUSY_TIMEOUT_MS: wait and try again
├── FilesSetAside        damaged files are kept that nothing but the store's key of now can read
└── DiskFull             nothing was stored; what was stored before is whole
StoreMisused             a call out of order: a defect of the program
"""

from sqlalchemy.exc import DatabaseError

from clienteling.domain.errors import StoreDamaged, StoreInUse, StoreTooNew, StoreUnusable, WrongKey


class StoreBusy(StoreUnusable):
    code = "error.store_busy"


class DiskFull(StoreUnusable):
    code = "error.disk_full"


class StoreMisused(Exception):
    """Its `args[0]` says which rule was broken; never shown to people."""


class FilesSetAside(StoreUnusable):
    code = "key.set_aside"


_IO_ERROR = 10
_CORRUPT = 11
_NOT_A_DATABASE = 26
_FAMILIES: dict[int, type[StoreUnusable]] = {
    5: StoreBusy,
    6: StoreBusy,
    13: DiskFull,
    _CORRUPT: StoreDamaged,
    _NOT_A_DATABASE: StoreDamaged,
}


def translated(error: DatabaseError, *, file: str, has_room: bool = True) -> Exception:
    """The error to raise in place of a driver's, or the same one where it is a defect of ours.

    `has_room`: whether the disk has. Where it has none, files that SQLite maps fail as if it could not be read.
    Codes: https://sqlite.org/rescode.html (the low byte is the primary code).
    """
    number = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    family = DiskFull if number == _IO_ERROR and not has_room else _FAMILIES.get(number)
    return family(file=file) if family else error


__all__ = [
    "DiskFull",
    "FilesSetAside",
    "StoreBusy",
    "StoreDamaged",
    "StoreInUse",
    "StoreMisused",
    "StoreTooNew",
    "StoreUnusable",
    "WrongKey",
    "translated",
]

"""What the doctor learns by asking, and what it says of it. Holds no secret and nothing about customers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias, TypeVar

from clienteling.settings import BrandProblem


class Check(StrEnum):
    """What is looked at, in the order in which it is told."""

    FOLDER = "folder"
    KEYRING = "keyring"
    ENCRYPTION = "encryption"
    DISK = "disk"
    CLOCK = "clock"
    CONNECTION = "connection"
    VERSIONS = "versions"
    BRAND = "brand"
    SHELF = "shelf"
    TABLETS = "tablets"


class Verdict(StrEnum):
    """`warning`: the device works, but not as it should, or something could not be looked at."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Message:
    """A text by key; a value may be a message itself."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's end. `found` and `mend` are each read as one text; what is well has no `mend`."""

    check: Check
    verdict: Verdict
    found: tuple[Message, ...]
    mend: Message | None = None


class Reason(StrEnum):
    """Why a check knows nothing."""

    SETTINGS = "settings"
    FAILED = "failed"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class NotKnown:
    """In place of facts. `kind`: the type of what went wrong."""

    reason: Reason
    kind: str = ""


UNREADABLE_SETTINGS = NotKnown(Reason.SETTINGS)


T = TypeVar("T")
Known: TypeAlias = T | NotKnown


class FolderState(StrEnum):
    MISSING = "missing"
    NO_FOLDER = "no_folder"
    READ_ONLY = "read_only"
    WRITABLE = "writable"


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """The data directory and its settings file. `path`: with the user's own folder as `~`."""

    path: str
    state: FolderState
    settings_readable: bool


@dataclass(frozen=True, slots=True)
class KeyringFacts:
    """Where the keys are. `problem`: a message key. `others_may_read`: of a key file."""

    is_key_file: bool
    backend: str = ""
    problem: str | None = None
    others_may_read: bool = False


class FileState(StrEnum):
    """`unopened`: the file is there and the system does not let it be opened here."""

    SOUND = "sound"
    DAMAGED = "damaged"
    TOO_NEW = "too_new"
    BUSY = "busy"
    UNOPENED = "unopened"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One database file after every page of it was read. `known`: the newest schema this program can read."""

    file: str
    state: FileState
    known: int
    schema_number: int | None = None


class KeyState(StrEnum):
    """`plain`: a development switch leaves the files readable by anyone. `closed`: it lies under PINs alone."""

    FITS = "fits"
    CLOSED = "closed"
    PLAIN = "plain"
    MISSING = "missing"
    WRONG = "wrong"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class EncryptionFacts:
    """The key and the files it opens; no files before the first start.

    `cipher_version` is "" without SQLCipher. `schema_number`: the newest schema of the store this program knows.
    """

    key: KeyState
    cipher_version: str
    schema_number: int
    files: tuple[FileFacts, ...] = ()

    @property
    def can_be_read(self) -> bool:
        """Whether all files are sound and of this program's schema."""
        return all(file.state is FileState.SOUND and file.schema_number == file.known for file in self.files)


@dataclass(frozen=True, slots=True)
class DiskFacts:
    """Free space where the data directory is or would be, and what the device's files take there."""

    free_bytes: int
    used_bytes: int


@dataclass(frozen=True, slots=True)
class SyncFacts:
    """What the device's own files say about sync."""

    device_id: str
    last_synced_at: datetime | None
    waiting: int
    needs_attention: int


class Answer(StrEnum):
    """What came back from the server's address. `answers`: it is there; whether it knows this device was not asked.
    `plain`: nothing was asked, for it would cross a network unencrypted, and no setting allows that.
    """

    NOT_SET_UP = "not_set_up"
    BAD_ADDRESS = "bad_address"
    PLAIN = "plain"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    NOT_OURS = "not_ours"
    FAULTY = "faulty"
    ANSWERS = "answers"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """`code`: why the device is refused, a message key. `ahead`: the server's clock less this device's.

    `plain`: tokens and customers would cross a network unencrypted.
    """

    answer: Answer
    host: str = ""
    code: str | None = None
    ahead: timedelta | None = None
    plain: bool = False


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """`flet` holds the version of each of its parts once: more than one is a half-done update."""

    program: str
    python: str
    protocol: int
    flet: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrandFacts:
    """How the retailer's brand is shown. `accent`: the colour as it was set, or the program's own."""

    accent: str
    problems: tuple[BrandProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class ShelfFacts:
    """The certificate for guests' phones at `host`. `good_until`: its end, or why they refuse it."""

    host: str
    good_until: datetime | Message
    others_may_read: bool = False


@dataclass(frozen=True, slots=True)
class TabletsFacts:
    """The certificate by which tablets know the hub at `host`.

    ends_at     None where the file cannot be read
    is_renewed  whether the hub renews it by itself, as its own authority's
    has_pins    whether anybody has a PIN: nobody is answered before
    """

    host: str
    ends_at: datetime | None
    is_renewed: bool = False
    has_pins: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was asked; `at` is the device's clock."""

    at: datetime
    folder: FolderFacts
    keyring: Known[KeyringFacts]
    encryption: Known[EncryptionFacts]
    disk: Known[DiskFacts]
    sync: Known[SyncFacts | None]
    server: Known[ServerFacts]
    versions: Known[VersionFacts]
    brand: Known[BrandFacts]
    shelf: Known[ShelfFacts | None]
    tablets: Known[TabletsFacts | None]

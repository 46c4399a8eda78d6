"""What the facts mean: a verdict for each check, what was found, and how to mend it. Pure.

Bounds:
* Disk: fetching everything anew fills a second store beside the first, so as much as the device's files take must be
  free, and MIN_FREE_BYTES. Below TOO_LITTLE_BYTES nothing can be written safely.
* Clock: MAX_CLOCK_DIFFERENCE. What people write is ordered by the server's numbers and not by clocks; but the times
  they read, and promotions that begin or end, go by this device's clock.
* Sync: a device that has not synced for LONG_AGO is told to.
* Shelf page, tablets: a certificate is renewed in its last ENDS_SOON.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, assert_never

from clienteling.doctor.facts import (
    Answer,
    BrandFacts,
    Check,
    DiskFacts,
    EncryptionFacts,
    Facts,
    FileFacts,
    FileState,
    Finding,
    FolderFacts,
    FolderState,
    KeyringFacts,
    KeyState,
    Known,
    Message,
    NotKnown,
    Reason,
    ServerFacts,
    ShelfFacts,
    SyncFacts,
    T,
    TabletsFacts,
    Verdict,
    VersionFacts,
)
from clienteling.domain.brand import LOGO_BYTES, accent_colours
from clienteling.domain.certificate_end import days_left, ends_soon
from clienteling.settings import BrandProblem

TOO_LITTLE_BYTES: Final = 100_000_000
MIN_FREE_BYTES: Final = 500_000_000
MAX_CLOCK_DIFFERENCE: Final = timedelta(minutes=2)
LONG_AGO: Final = timedelta(days=1)
_MEGABYTE: Final = 1_000_000


def judge(facts: Facts) -> tuple[Finding, ...]:
    """One finding for each check, in the checks' order."""
    sync = None if isinstance(facts.sync, NotKnown) else facts.sync
    return (
        _folder(facts.folder),
        _judged(Check.KEYRING, facts.keyring, _keyring),
        _judged(Check.ENCRYPTION, facts.encryption, _encryption),
        _judged(Check.DISK, facts.disk, _disk),
        _judged(Check.CLOCK, facts.server, partial(_clock, sync=sync, at=facts.at)),
        _judged(Check.CONNECTION, facts.server, partial(_connection, sync=sync, at=facts.at)),
        _judged(Check.VERSIONS, facts.versions, partial(_versions, encryption=facts.encryption)),
        _judged(Check.BRAND, facts.brand, _brand),
        _judged(Check.SHELF, facts.shelf, partial(_shelf, at=facts.at)),
        _judged(Check.TABLETS, facts.tablets, partial(_tablets, at=facts.at)),
    )


def _judged(check: Check, known: Known[T], judged: Callable[[T], Finding]) -> Finding:
    if not isinstance(known, NotKnown):
        return judged(known)
    match known.reason:
        case Reason.SETTINGS:
            return _warning(check, "doctor.settings_first", "doctor.settings_first_mend")
        case Reason.FAILED:
            return _wrong(check, "doctor.failed", "doctor.failed_mend", kind=known.kind)
        case Reason.SILENT:
            return _wrong(check, "doctor.silent", "doctor.silent_mend")
        case _:
            assert_never(known.reason)


def _ok(check: Check, found: str, **values: object) -> Finding:
    return Finding(check, Verdict.OK, (Message(found, values),))


def _warning(check: Check, found: str, mend: str, **values: object) -> Finding:
    return Finding(check, Verdict.WARNING, (Message(found, values),), Message(mend, values))


def _wrong(check: Check, found: str, mend: str, **values: object) -> Finding:
    return Finding(check, Verdict.WRONG, (Message(found, values),), Message(mend, values))


def _folder(folder: FolderFacts) -> Finding:
    check, path = Check.FOLDER, folder.path
    match folder.state:
        case FolderState.NO_FOLDER:
            return _wrong(check, "doctor.folder_is_file", "doctor.folder_is_file_mend", path=path)
        case FolderState.READ_ONLY:
            return _wrong(check, "doctor.folder_read_only", "doctor.folder_read_only_mend", path=path)
        case FolderState.MISSING | FolderState.WRITABLE:
            if not folder.settings_readable:
                return _wrong(check, "doctor.settings_unreadable", "doctor.settings_unreadable_mend", path=path)
            if folder.state is FolderState.MISSING:
                return _ok(check, "doctor.folder_missing", path=path)
            return _ok(check, "doctor.folder_ok", path=path)
        case _:
            assert_never(folder.state)


def _keyring(keyring: KeyringFacts) -> Finding:
    check = Check.KEYRING
    match keyring.problem:
        case None:
            pass
        case "secrets.keyring_locked" | "secrets.left_in_keyring":
            return _wrong(check, keyring.problem, "doctor.keyring_locked_mend")
        case "secrets.key_file_unreadable":
            return _wrong(check, keyring.problem, "doctor.key_file_unreadable_mend")
        case (
            "secrets.passphrase_needed"
            | "secrets.passphrase_wrong"
            | "secrets.no_passphrase_file"
            | "secrets.sealed_unreadable"
        ):
            return _wrong(check, keyring.problem, "doctor.passphrase_mend")
        case _:
            return _wrong(check, keyring.problem, "doctor.no_keyring_mend")
    if keyring.is_key_file and keyring.others_may_read:
        return _wrong(check, "doctor.key_file_open", "doctor.key_file_open_mend")
    if keyring.is_key_file:
        return _warning(check, "secrets.key_file_warning", "doctor.key_file_mend")
    return _ok(check, "doctor.keyring_ok", backend=keyring.backend)


def _encryption(encryption: EncryptionFacts) -> Finding:
    check = Check.ENCRYPTION
    if not encryption.cipher_version:
        return _wrong(check, "doctor.no_cipher", "doctor.reinstall_mend")
    match encryption.key:
        case KeyState.MISSING:
            return _wrong(check, "secrets.key_missing", "doctor.key_missing_mend")
        case KeyState.WRONG:
            return _wrong(check, "error.wrong_key", "doctor.key_missing_mend")
        case KeyState.CLOSED:
            return _ok(check, "doctor.key_closed", version=encryption.cipher_version)
        case KeyState.UNREACHABLE:
            return _warning(check, "doctor.key_unreachable", "doctor.key_unreachable_mend")
        case KeyState.FITS | KeyState.PLAIN:
            worst = next((file for file in encryption.files if file.state is not FileState.SOUND), None)
            if worst is not None:
                return _file(worst)
            if encryption.key is KeyState.PLAIN:
                return _warning(check, "secrets.plain_store_warning", "doctor.plain_store_mend")
        case _:
            assert_never(encryption.key)
    found = "doctor.encryption_ok" if encryption.files else "doctor.encryption_no_files"
    return _ok(check, found, version=encryption.cipher_version)


def _file(file: FileFacts) -> Finding:
    check, name = Check.ENCRYPTION, file.file
    match file.state:
        case FileState.DAMAGED:
            return _wrong(check, "doctor.file_damaged", "doctor.file_damaged_mend", file=name)
        case FileState.TOO_NEW:
            return _wrong(check, "doctor.file_too_new", "doctor.update_mend", file=name)
        case FileState.BUSY:
            return _warning(check, "doctor.file_busy", "doctor.file_busy_mend", file=name)
        case FileState.UNOPENED:
            return _wrong(check, "doctor.file_unopened", "doctor.file_unopened_mend", file=name)
        case FileState.SOUND:
            raise AssertionError(file.state)
        case _:
            assert_never(file.state)


def needed_bytes(disk: DiskFacts) -> int:
    """How much must be free for the device to work through anything."""
    return MIN_FREE_BYTES + disk.used_bytes


def _disk(disk: DiskFacts) -> Finding:
    values = {"free": disk.free_bytes // _MEGABYTE, "needed": needed_bytes(disk) // _MEGABYTE}
    if disk.free_bytes < TOO_LITTLE_BYTES:
        return _wrong(Check.DISK, "doctor.disk_full", "doctor.disk_mend", **values)
    if disk.free_bytes < needed_bytes(disk):
        return _warning(Check.DISK, "doctor.disk_little", "doctor.disk_mend", **values)
    return _ok(Check.DISK, "doctor.disk_ok", **values)


def _clock(server: ServerFacts, *, sync: SyncFacts | None, at: datetime) -> Finding:
    """A clock set back is seen without a network too: the last sync is then still to come."""
    check = Check.CLOCK
    if server.ahead is None:
        synced_at = sync.last_synced_at if sync is not None else None
        if synced_at is not None and synced_at - at > MAX_CLOCK_DIFFERENCE:
            return _warning(check, "doctor.clock_set_back", "doctor.clock_mend", time=_how_long(synced_at - at))
        return _warning(check, "doctor.clock_not_compared", "doctor.clock_not_compared_mend")
    if abs(server.ahead) <= MAX_CLOCK_DIFFERENCE:
        return _ok(check, "doctor.clock_ok", count=round(abs(server.ahead).total_seconds()))
    found = "doctor.clock_behind" if server.ahead > timedelta(0) else "doctor.clock_ahead"
    return _warning(check, found, "doctor.clock_mend", time=_how_long(abs(server.ahead)))


def _how_long(span: timedelta) -> Message:
    """A length of time in whole days, hours or minutes."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes >= 48 * 60:
        return Message("doctor.days", {"count": minutes // (24 * 60)})
    if minutes >= 120:
        return Message("doctor.hours", {"count": minutes // 60})
    return Message("doctor.minutes", {"count": minutes})


def _connection(server: ServerFacts, *, sync: SyncFacts | None, at: datetime) -> Finding:
    verdict, found, mend = _answer(server, too_old=_synced_long_ago(sync, at))
    return Finding(Check.CONNECTION, verdict, (found, *_synced(sync, at)), mend)


def _synced_long_ago(sync: SyncFacts | None, at: datetime) -> bool:
    return sync is not None and (sync.last_synced_at is None or at - sync.last_synced_at > LONG_AGO)


def _synced(sync: SyncFacts | None, at: datetime) -> tuple[Message, ...]:
    """How long ago the last sync was, and what waits; nothing where the device's files could not be read."""
    if sync is None:
        return ()
    waits = Message("doctor.waiting", {"count": sync.waiting})
    if sync.last_synced_at is None:
        return Message("status.never_synced"), waits
    return Message("doctor.last_synced", {"time": _how_long(at - sync.last_synced_at)}), waits


def _answer(server: ServerFacts, *, too_old: bool) -> tuple[Verdict, Message, Message | None]:
    host = {"host": server.host}
    match server.answer:
        case Answer.NOT_SET_UP:
            return Verdict.WARNING, Message("doctor.not_set_up"), Message("doctor.not_set_up_mend")
        case Answer.BAD_ADDRESS:
            return Verdict.WRONG, Message("doctor.bad_address"), Message("doctor.bad_address_mend")
        case Answer.PLAIN:
            return Verdict.WRONG, Message("doctor.plain_refused", host), Message("doctor.plain_network_mend")
        case Answer.UNREACHABLE:
            return Verdict.WARNING, Message("doctor.unreachable", host), Message("doctor.unreachable_mend")
        case Answer.CERTIFICATE:
            return Verdict.WRONG, Message("doctor.certificate", host), Message("doctor.certificate_mend")
        case Answer.NOT_OURS:
            return Verdict.WARNING, Message("doctor.not_ours", host), Message("doctor.not_ours_mend")
        case Answer.FAULTY:
            return Verdict.WARNING, Message("doctor.faulty", host), Message("doctor.faulty_mend")
        case Answer.REFUSED:
            return Verdict.WRONG, Message(server.code or "sync.signed_out"), Message("doctor.refused_mend")
        case Answer.ANSWERS | Answer.ACCEPTED:
            known = server.answer is Answer.ACCEPTED
            found = Message("doctor.accepted" if known else "doctor.answers", host)
            if server.plain:
                return Verdict.WRONG, Message("doctor.plain_network", host), Message("doctor.plain_network_mend")
            if too_old:
                return Verdict.WARNING, found, Message("doctor.sync_now_mend")
            return Verdict.OK, found, None
        case _:
            assert_never(server.answer)


def _versions(versions: VersionFacts, *, encryption: Known[EncryptionFacts]) -> Finding:
    check = Check.VERSIONS
    if len(versions.flet) > 1:
        return _warning(check, "doctor.flet_mixed", "doctor.reinstall_mend", versions=", ".join(versions.flet))
    values: dict[str, object] = {
        "program": versions.program,
        "python": versions.python,
        "flet": "".join(versions.flet) or "?",
        "protocol": versions.protocol,
        "sqlcipher": "?",
        "schema": "?",
    }
    if not isinstance(encryption, NotKnown):
        values["sqlcipher"] = encryption.cipher_version or "?"
        values["schema"] = encryption.schema_number
        if any(file.state is FileState.TOO_NEW for file in encryption.files):
            return _wrong(check, "doctor.versions", "doctor.update_mend", **values)
    return _ok(check, "doctor.versions", **values)


def _brand(brand: BrandFacts) -> Finding:
    if not brand.problems:
        return _ok(Check.BRAND, "doctor.brand_ok")
    found = tuple(_brand_problem(problem, brand.accent) for problem in brand.problems)
    mend = Message("doctor.brand_mend", {"kilobytes": LOGO_BYTES // 1024})
    return Finding(Check.BRAND, Verdict.WARNING, found, mend)


def _brand_problem(problem: BrandProblem, accent: str) -> Message:
    match problem:
        case BrandProblem.BAD_ACCENT:
            return Message("doctor.accent_unusable")
        case BrandProblem.ACCENT_CORRECTED:
            shown = accent_colours(accent, dark=False).accent
            return Message("doctor.accent_corrected", {"accent": accent, "shown": shown})
        case BrandProblem.NO_LOGO:
            return Message("doctor.logo_unreadable")
        case BrandProblem.BAD_LOGO:
            return Message("doctor.logo_unusable")
        case _:
            assert_never(problem)


def _shelf(shelf: ShelfFacts | None, *, at: datetime) -> Finding:
    check = Check.SHELF
    if shelf is None:
        return _ok(check, "doctor.shelf_none")
    ends_at = shelf.good_until
    if isinstance(ends_at, Message):
        return Finding(check, Verdict.WRONG, (ends_at,), Message("doctor.shelf_mend"))
    if shelf.others_may_read:
        return _wrong(check, "doctor.shelf_open", "doctor.shelf_open_mend")
    if ends_soon(ends_at, at):
        count = days_left(ends_at, at)
        return _warning(check, "doctor.shelf_ends_soon", "doctor.shelf_mend", host=shelf.host, count=count)
    return _ok(check, "doctor.shelf_ok", host=shelf.host, date=f"{ends_at:%Y-%m-%d}")


def _tablets(tablets: TabletsFacts | None, *, at: datetime) -> Finding:
    check = Check.TABLETS
    if tablets is None:
        return _ok(check, "doctor.tablets_none")
    ends_at, host = tablets.ends_at, tablets.host
    mend = "doctor.tablets_start_mend" if tablets.is_renewed else "doctor.tablets_mend"
    if ends_at is None:
        return _wrong(check, "doctor.tablets_unreadable", "doctor.tablets_mend", host=host)
    if ends_at <= at:
        return _wrong(check, "doctor.tablets_ended", mend, host=host, date=f"{ends_at:%Y-%m-%d}")
    if ends_soon(ends_at, at):
        return _warning(check, "doctor.tablets_ends_soon", mend, host=host, count=days_left(ends_at, at))
    if not tablets.has_pins:
        return _warning(check, "doctor.tablets_no_pins", "doctor.tablets_no_pins_mend")
    return _ok(check, "doctor.tablets_ok", host=host, date=f"{ends_at:%Y-%m-%d}")

"""Whatever the doctor finds, it says in both languages, and whatever is not well comes with how to mend it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from clienteling.cli.doctor import in_words, report, worst
from clienteling.doctor.facts import (
    Answer,
    BrandFacts,
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
    Message,
    NotKnown,
    Reason,
    ServerFacts,
    ShelfFacts,
    SyncFacts,
    TabletsFacts,
    Verdict,
    VersionFacts,
)
from clienteling.doctor.judging import judge
from clienteling.i18n import Translator, load_translators
from clienteling.i18n.translator import placeholders
from clienteling.settings import BrandProblem, assets_dir
from tests.support.fakes import START_AT

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WELL = Facts(
    at=START_AT,
    folder=FolderFacts("~/toko", FolderState.WRITABLE, settings_readable=True),
    keyring=KeyringFacts(is_key_file=False, backend="SecretService"),
    encryption=EncryptionFacts(KeyState.FITS, "4.19.0", 1, (FileFacts("store-1.db", FileState.SOUND, 1, 1),)),
    disk=DiskFacts(10**12, 10**9),
    sync=SyncFacts("device", START_AT - timedelta(hours=5), 1250, 0),
    server=ServerFacts(Answer.ACCEPTED, "pusat.example", ahead=timedelta(seconds=1)),
    versions=VersionFacts("0.1.0", "3.11.7", 1, ("1.0.5",)),
    brand=BrandFacts("#155E75"),
    shelf=ShelfFacts("toko.example", START_AT + timedelta(days=80)),
    tablets=TabletsFacts("hub.toko.lan", START_AT + timedelta(days=300)),
)
SECRETS = ("no_keyring", "keyring_locked", "keyring_loses", "key_file_unreadable", "left_in_keyring")
REFUSED_CERTIFICATES: dict[str, dict[str, object]] = {
    "hub.certificate_ended": {"date": "2026-11-22"},
    "hub.certificate_other_host": {"host": "toko.example", "names": "lain.example"},
    "hub.certificate_unreadable": {"file": "shelf-certificate.pem"},
    "hub.key_unreadable": {"file": "shelf-certificate.pem"},
    "hub.no_label_host": {},
}
SPANS = [one * sign for one in (MINUTE, 9 * MINUTE, 5 * HOUR, 60 * HOUR, 400 * DAY) for sign in (1, -1)]


def every_state() -> Iterator[Facts]:
    """A device that is well, and one for each way in which it can be otherwise."""
    yield WELL
    for state, readable in product(FolderState, (True, False)):
        yield replace(WELL, folder=FolderFacts("~/toko", state, readable))
    for code in (None, *(f"secrets.{name}" for name in SECRETS)):
        yield replace(WELL, keyring=KeyringFacts(is_key_file=True, problem=code))
        yield replace(WELL, keyring=KeyringFacts(is_key_file=False, problem=code))
    yield replace(WELL, keyring=KeyringFacts(is_key_file=True, others_may_read=True))
    for key, file in product(KeyState, FileState):
        yield replace(WELL, encryption=EncryptionFacts(key, "4", 1, (FileFacts("outbox.db", file, 1, 1),)))
        yield replace(WELL, encryption=EncryptionFacts(key, "", 1))
        yield replace(WELL, encryption=EncryptionFacts(key, "4", 1))
    for free in (0, 10**8, 10**12):
        yield replace(WELL, disk=DiskFacts(free, 10**9))
    for answer, plain in product(Answer, (True, False)):
        yield replace(WELL, server=ServerFacts(answer, "pusat.example", "sync.device_revoked", plain=plain))
    for span in SPANS:
        yield replace(WELL, server=ServerFacts(Answer.ANSWERS, "pusat.example", ahead=span))
        sync = SyncFacts("device", START_AT + span, 0, 0)
        yield replace(WELL, server=ServerFacts(Answer.UNREACHABLE, "pusat.example"), sync=sync)
    yield replace(WELL, sync=SyncFacts("device", None, 1, 0))
    yield replace(WELL, sync=None)
    yield replace(WELL, versions=VersionFacts("0.1.0", "3.11.7", 1, ("1.0.4", "1.0.5")))
    for problem in BrandProblem:
        yield replace(WELL, brand=BrandFacts("#FFE000", (problem,)))
    yield replace(WELL, shelf=None)
    yield replace(WELL, shelf=ShelfFacts("toko.example", START_AT + 80 * DAY, others_may_read=True))
    for days in (0, 1, 30):
        yield replace(WELL, shelf=ShelfFacts("toko.example", START_AT + days * DAY))
    for problem_code, values in REFUSED_CERTIFICATES.items():
        yield replace(WELL, shelf=ShelfFacts("toko.example", Message(problem_code, values)))
    yield replace(WELL, tablets=None)
    yield replace(WELL, tablets=TabletsFacts("hub.toko.lan", None))
    yield replace(WELL, tablets=TabletsFacts("hub.toko.lan", START_AT + 300 * DAY, has_pins=False))
    for days, is_renewed in product((-1, 0, 1, 30), (True, False)):
        yield replace(WELL, tablets=TabletsFacts("hub.toko.lan", START_AT + days * DAY, is_renewed))
    for reason in Reason:
        unknown = NotKnown(reason, "OSError")
        yield replace(WELL, keyring=unknown, encryption=unknown, disk=unknown)
        yield replace(WELL, sync=unknown, server=unknown, versions=unknown, brand=unknown)
        yield replace(WELL, shelf=unknown, tablets=unknown)


FINDINGS = tuple(finding for facts in every_state() for finding in judge(facts))


def all_messages(*messages: Message) -> Iterator[Message]:
    for message in messages:
        yield message
        yield from all_messages(*(value for value in message.values.values() if isinstance(value, Message)))


@pytest.mark.parametrize("words", load_translators(assets_dir() / "i18n").values(), ids=lambda words: words.name)
def test_every_finding_has_a_text_with_all_its_values(words: Translator) -> None:
    for finding in FINDINGS:
        said = (*finding.found, *((finding.mend,) if finding.mend else ()))
        for message in all_messages(*said):
            assert message.key in words, finding
            assert placeholders(words.messages[message.key]) <= set(message.values), finding
        assert "{" not in in_words(words, *said)


def test_what_is_well_needs_no_mending_and_everything_else_does() -> None:
    assert {finding.mend is None for finding in FINDINGS if finding.verdict is Verdict.OK} == {True}
    assert {finding.mend is None for finding in FINDINGS if finding.verdict is not Verdict.OK} == {False}


def test_a_well_device_is_well_in_all() -> None:
    findings = judge(WELL)
    assert worst(findings) is Verdict.OK
    words = load_translators(assets_dir() / "i18n")["id"]
    connection = report(words, findings)["checks"][5]
    assert connection == {
        "check": "connection",
        "verdict": "ok",
        "code": "doctor.accepted",
        "found": "Pusat di pusat.example menjawab dan mengenal perangkat ini. "
        "Tersinkron terakhir 5 jam lalu. 1.250 perubahan menunggu.",
        "mend": None,
    }


def test_one_thing_wrong_is_worse_than_any_warning() -> None:
    def findings(*verdicts: Verdict) -> tuple[Finding, ...]:
        return tuple(replace(judge(WELL)[0], verdict=verdict) for verdict in verdicts)

    assert worst(findings(Verdict.WARNING, Verdict.OK)) is Verdict.WARNING
    assert worst(findings(Verdict.WARNING, Verdict.WRONG, Verdict.WARNING)) is Verdict.WRONG

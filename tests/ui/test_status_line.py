"""One sentence for every state of sync."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from clienteling.domain.sync_status import Connection, SyncStatus
from clienteling.i18n import Formats, load_translator
from clienteling.ui.components.status_line import Tone, status_sentence
from tests.support.fakes import START_AT
from tests.ui.conftest import TEXTS

SAVED = SyncStatus(connection=Connection.ONLINE, last_synced_at=START_AT)
OFFLINE = replace(SAVED, connection=Connection.OFFLINE, offline_since=START_AT)


@pytest.mark.parametrize(
    ("status", "indonesian", "english", "tone"),
    [
        (SAVED, "Semua tersimpan 10.42", "All saved 10:42", Tone.QUIET),
        (replace(SAVED, syncing=True), "Semua tersimpan 10.42", "All saved 10:42", Tone.QUIET),
        (replace(SAVED, waiting=2), "2 menunggu jaringan", "2 waiting for the network", Tone.WAITING),
        (replace(SAVED, waiting=2, syncing=True), "Menyinkronkan…", "Syncing…", Tone.QUIET),
        (
            replace(OFFLINE, waiting=2),
            "Tanpa jaringan sejak 10.42. Semua tetap bisa dipakai; 2 menunggu.",
            "No network since 10:42. Everything still works; 2 waiting.",
            Tone.WAITING,
        ),
        (
            OFFLINE,
            "Tanpa jaringan sejak 10.42. Semua tetap bisa dipakai.",
            "No network since 10:42. Everything still works.",
            Tone.WAITING,
        ),
        (
            SyncStatus(connection=Connection.OFFLINE, waiting=1),
            "Tanpa jaringan. Belum pernah tersinkron; 1 menunggu.",
            "No network. Never synced; 1 waiting.",
            Tone.WAITING,
        ),
        (  # started without a network, two days after the last sync
            replace(OFFLINE, last_synced_at=START_AT - timedelta(days=2), waiting=2),
            "Tanpa jaringan. Belum tersinkron sejak 20 Nov 10.42; 2 menunggu.",
            "No network. Not synced since 20 Nov 10:42; 2 waiting.",
            Tone.WAITING,
        ),
        (
            replace(OFFLINE, problem="sync.server_failed", waiting=3),
            "Pusat mengalami gangguan. Perangkat mencoba lagi. Belum tersinkron sejak 10.42; 3 menunggu.",
            "The server has a fault. The device tries again. Not synced since 10:42; 3 waiting.",
            Tone.WAITING,
        ),
        (
            replace(SAVED, connection=Connection.REFUSED, problem="sync.signed_out", waiting=2),
            "Perangkat ini tidak lagi terdaftar. Hubungi manajer toko. Belum tersinkron sejak 10.42; 2 menunggu.",
            "This device is no longer enrolled. Ask your store manager. Not synced since 10:42; 2 waiting.",
            Tone.REFUSED,
        ),
        (
            replace(SAVED, connection=Connection.REFUSED, problem="sync.unparsable"),
            "Perangkat dan pusat tidak saling mengerti. Hubungi manajer toko. Belum tersinkron sejak 10.42.",
            "This device and the server do not understand each other. Ask your store manager. Not synced since 10:42.",
            Tone.REFUSED,
        ),
        (
            SyncStatus(connection=Connection.REFUSED),
            "Pusat menolak perangkat ini. Data tetap ada di sini; hubungi manajer toko. Belum pernah tersinkron.",
            "The server refuses this device. Your data is safe here; ask your store manager. Never synced.",
            Tone.REFUSED,
        ),
        (SyncStatus(), "Menghubungkan…", "Connecting…", Tone.QUIET),
        (SyncStatus(syncing=True), "Mengambil data toko…", "Fetching the store's data…", Tone.QUIET),
        (
            replace(SAVED, connection=Connection.UNKNOWN, last_synced_at=START_AT - timedelta(days=2)),
            "Terakhir tersinkron 20 Nov 10.42",
            "Last synced 20 Nov 10:42",
            Tone.QUIET,
        ),
    ],
)
def test_each_state_has_its_sentence(status: SyncStatus, indonesian: str, english: str, tone: Tone) -> None:
    for language, sentence in (("id", indonesian), ("en", english)):
        formats = Formats(load_translator(TEXTS, language), ZoneInfo("Asia/Jakarta"))
        assert status_sentence(status, formats, now=START_AT) == (sentence, tone)


@pytest.mark.parametrize(
    "status",
    [
        replace(SAVED, connection=Connection.REFUSED),
        replace(SAVED, problem="sync.device_forked"),
        replace(SAVED, problem="code.of.a.newer.server"),
    ],
)
def test_what_needs_a_person_is_red_and_has_words(status: SyncStatus) -> None:
    formats = Formats(load_translator(TEXTS, "id"), ZoneInfo("Asia/Jakarta"))
    sentence, tone = status_sentence(status, formats, now=START_AT)
    assert tone is Tone.REFUSED
    assert " " in sentence

"""Needs attention tells of promises and meetings in words, and the value that lost is put back where it belongs."""

from dataclasses import replace

import pytest

from clienteling.domain.views import ConflictView
from clienteling.ui.session import session_of
from tests.support.fake_services import FakeShop
from tests.ui.conftest import OpenApp, run

MOVED = ConflictView("conflict-1", "due_on", "2026-11-28", "2026-11-26", record_kind="follow_up", record_id="promise-1")
ENDED = ConflictView("conflict-2", "status", "kept", "no_show", record_kind="appointment", record_id="meeting-1")
LATER = ConflictView("conflict-3", "local_time", "16:00", "15:00", record_kind="appointment", record_id="meeting-1")
GIVEN = ConflictView(
    "conflict-4", "assignee_id", "a", "b", record_kind="follow_up", record_id="promise-1", kept_name="Dedi",
    other_name="Rina",
)  # fmt: skip
WORDS = ConflictView("conflict-5", "text", "Suka biru", "Suka hijau", record_kind="note", record_id="note-1")


@pytest.mark.parametrize(
    ("lost", "words", "written"),
    [
        (MOVED, ("Paling lambat", "28-11-2026", "26-11-2026"),
         ("edit_follow_up", ("promise-1", {"due_on": ("2026-11-28", "2026-11-26")}, "associate-rina"))),
        (ENDED, ("Hasilnya", "Datang", "Tidak datang"),
         ("close_appointment", ("meeting-1", "no_show", "kept", "associate-rina"))),
        (LATER, ("Jam", "16:00", "15:00"),
         ("edit_appointment", ("meeting-1", {"local_time": ("16:00", "15:00")}, "associate-rina"))),
        (GIVEN, ("Yang mengerjakan", "Dedi", "Rina"),
         ("edit_follow_up", ("promise-1", {"assignee_id": ("a", "b")}, "associate-rina"))),
    ],
    ids=["day", "status", "time", "person"],
)  # fmt: skip
def test_what_two_people_changed_is_told_in_words_and_the_other_value_can_be_taken(
    shop: FakeShop, open_app: OpenApp, lost: ConflictView, words: tuple[str, str, str],
    written: tuple[str, tuple[object, ...]],
) -> None:  # fmt: skip
    field, kept, other = words
    item = replace(shop.attention[0], action="follow_up.edit", code="mutation.merged", typed="", lost=(lost,))
    shop.attention = (replace(item, subject="Kabari gamis"),)

    async def journey() -> None:
        async with open_app(shop, "/attention") as screen:
            said = screen.words()
            assert "Ubah janji ke pelanggan · Kabari gamis" in said
            assert f"Dua orang mengubah kolom yang sama: {field}" in said
            assert f"Dipakai\n{kept}\nYang lain\n{other}" in said
            assert f'Pakai "{other}"' in screen.words_of("take-other-attention-1")
            await screen.press("take-other-attention-1")
            assert written in shop.written
            assert screen.has("no-attention")

    run(journey())


def test_words_of_a_note_that_lost_are_shown_and_written_anew_by_a_person(shop: FakeShop, open_app: OpenApp) -> None:
    item = replace(
        shop.attention[0], action="note.revise", code="mutation.note_full", typed="Suka hijau", lost=(WORDS,)
    )
    shop.attention = (item,)

    async def journey() -> None:
        async with open_app(shop, "/attention") as screen:
            assert "Dua orang mengubah kolom yang sama: Isi catatan" in screen.words()
            assert "Catatan ini sudah terlalu sering diubah. Tulis catatan baru." in screen.words()
            assert not screen.has("take-other-attention-1")
            await screen.press("anew-attention-1")
            assert session_of(screen.page).kept["note:customer-1:associate-rina"] == "Suka hijau"

    run(journey())

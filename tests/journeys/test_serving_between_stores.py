"""Two stores serve one customer while neither has a network: what they promise, do and write is in both after it.

Real devices, their use cases, and the real API on SQLite and PostgreSQL.
"""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest

from clienteling.domain.signals import Signal
from clienteling.domain.sync_status import SyncStatus
from clienteling.domain.views import CustomerView
from clienteling.scanning.code_rules import CodeRules
from clienteling.store.unpack import ASKING
from clienteling.use_cases.binding import bind_services
from clienteling.use_cases.services import Services
from sync.central_api.database import sqlite_url
from sync.protocol.kinds import Kind
from tests.support.fakes import FakeClock
from tests.support.shops import Device, Shops, ref_id, two_shops

SITI = ref_id(Kind.CUSTOMER, "siti")
RINA, AGUS = (ref_id(Kind.ASSOCIATE, name) for name in ("rina", "agus"))
TODAY = "2026-11-22"


class Counter:
    """A device in a store, and who works there."""

    def __init__(self, shops: Shops, store: str, author_id: str) -> None:
        self.device: Device = shops.device(store, store, asking=ASKING)
        self.author_id = author_id
        self.services: Services = bind_services(
            self.device.store,
            status=Signal(SyncStatus()),
            rules=CodeRules(own_hosts=frozenset(), loyalty_prefixes=()),
            now=shops.now,
            wake=lambda: None,
            new_id=shops.new_id,
        )

    def siti(self) -> CustomerView:
        found = self.services.customer(SITI)
        assert found is not None
        return found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def counters(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Counter, Counter]]:
    """Bandung and Surabaya, both of which Siti belongs to."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "central.db")
    else:
        url = request.getfixturevalue("postgresql_url")
    shops = Shops(tmp_path, url, now=FakeClock(), random=Random(7))
    shops.put(*two_shops())
    made = Counter(shops, "BDG", RINA), Counter(shops, "SBY", AGUS)
    sync(*made)
    yield made
    shops.close()


def sync(*counters: Counter) -> None:
    for one in counters:
        asyncio.run(one.device.sync())


def test_a_promise_kept_in_one_store_is_kept_though_the_other_moved_it_meanwhile(
    counters: tuple[Counter, Counter],
) -> None:
    bandung, surabaya = counters
    promise = bandung.services.create_follow_up(SITI, "Kabari gamis", TODAY, author_id=RINA)
    sync(bandung, surabaya)
    assert [one.here for one in surabaya.siti().follow_ups] == [False]
    assert (len(bandung.services.today().follow_ups), surabaya.services.today().follow_ups) == (1, ())
    surabaya.services.finish_follow_up(promise, author_id=AGUS, outcome="Datang ke Surabaya")
    bandung.services.edit_follow_up(promise, {"due_on": (TODAY, "2026-11-24")}, author_id=RINA)
    sync(surabaya, bandung, surabaya)
    for one in counters:
        (found,) = one.siti().follow_ups
        assert (found.status, found.due_on.isoformat(), found.outcomes, found.done_by) == (
            "done", "2026-11-24", ("Datang ke Surabaya",), "Agus",
        )  # fmt: skip
        assert (one.services.today().follow_ups, one.services.attention()) == ((), ())


def test_both_outcomes_of_two_finishes_are_shown_and_a_reopening_that_saw_one_needs_attention(
    counters: tuple[Counter, Counter],
) -> None:
    bandung, surabaya = counters
    promise = bandung.services.create_follow_up(SITI, "Kabari gamis", TODAY, author_id=RINA)
    sync(bandung, surabaya)
    bandung.services.finish_follow_up(promise, author_id=RINA, outcome="Lewat telepon")
    seen = bandung.siti().follow_ups[0].finish_ids
    bandung.services.reopen_follow_up(promise, seen, author_id=RINA)
    surabaya.services.finish_follow_up(promise, author_id=AGUS, outcome="Di toko")
    sync(surabaya, bandung, surabaya)
    for one in counters:
        (found,) = one.siti().follow_ups
        assert (found.status, found.outcomes) == ("done", ("Di toko",))
    (item,) = bandung.services.attention()
    assert (item.action, item.code, item.subject) == ("follow_up.reopen", "mutation.finished_since", "Kabari gamis")
    bandung.services.reopen_follow_up(promise, bandung.siti().follow_ups[0].finish_ids, author_id=RINA)
    sync(bandung, surabaya)
    assert [one.siti().follow_ups[0].status for one in counters] == ["open", "open"]


def test_a_note_two_stores_rewrote_shows_both_texts_in_both_until_one_joins_them(
    counters: tuple[Counter, Counter],
) -> None:
    bandung, surabaya = counters
    note_id = bandung.services.write_note(SITI, "Suka biru", author_id=RINA)
    sync(bandung, surabaya)
    for one, text in ((bandung, "Suka biru tua"), (surabaya, "Suka biru muda")):
        heads = tuple(head.revision_id for head in one.siti().notes[0].heads)
        one.services.revise_note(note_id, text, seen=heads, author_id=one.author_id)
    sync(bandung, surabaya, bandung)
    for one in counters:
        assert [head.text for head in one.siti().notes[0].heads] == ["Suka biru tua", "Suka biru muda"]
    heads = tuple(head.revision_id for head in surabaya.siti().notes[0].heads)
    surabaya.services.revise_note(note_id, "Suka semua biru", seen=heads, author_id=AGUS)
    sync(surabaya, bandung)
    assert [one.siti().notes[0].text for one in counters] == ["Suka semua biru"] * 2


def test_of_two_ends_of_an_appointment_the_later_stands_and_people_are_shown_the_other(
    counters: tuple[Counter, Counter],
) -> None:
    bandung, surabaya = counters
    book = partial(bandung.services.book_appointment, SITI, local_date=TODAY, local_time="15:30", minutes="45")
    meeting = book(subject="Fitting", author_id=RINA)
    bandung.services.log_interaction(SITI, channel="whatsapp", direction="out", author_id=RINA, summary="Diingatkan")
    sync(bandung, surabaya)
    assert [one.summary for one in surabaya.siti().interactions] == ["Diingatkan"]
    assert (len(bandung.services.today().appointments), surabaya.services.today().appointments) == (1, ())
    bandung.services.close_appointment(meeting, "no_show", seen="booked", author_id=RINA)
    surabaya.services.close_appointment(meeting, "kept", seen="booked", author_id=AGUS)
    sync(bandung, surabaya, bandung)
    for one in counters:
        assert [found.status for found in one.siti().appointments] == ["kept"]
        assert [(lost.kept, lost.other) for lost in one.siti().conflicts] == [("kept", "no_show")]
    (item,) = surabaya.services.attention()
    assert (item.action, item.subject, len(item.lost)) == ("appointment.close", "Fitting", 1)

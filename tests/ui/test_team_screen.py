"""The team on screen: who has a PIN here and where else, a code, a PIN chosen by it, and an end of all sign-ins."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from clienteling.domain.asked import Asked, AskedStage
from clienteling.domain.views import PinHere, ReadingEverywhere, TeamDeviceView
from clienteling.ui.session import session_of
from clienteling.use_cases.sign_in import SignInServices
from tests.support.fake_services import ASSOCIATES, FakeShop
from tests.support.fake_team import FakeTeam
from tests.ui.conftest import OpenApp, run

RINA, DEDI = (one.id for one in ASSOCIATES)
RINAS, DEDIS = f"member-{RINA}", f"member-{DEDI}"


@pytest.fixture
def team() -> FakeTeam:
    return FakeTeam()


@pytest.fixture
def shop(team: FakeTeam) -> FakeShop:
    return FakeShop(team=team)


def with_codes(chosen: list[tuple[Any, ...]], *holders: str) -> SignInServices:
    """PINs of these; who chooses one by a code is noted."""

    def new_pin(associate_id: str, *, code: str, pin: str, again: str) -> None:
        chosen.append((associate_id, code, pin, again))

    return SignInServices(
        holders=lambda: frozenset(holders),
        sign_in=lambda associate_id, pin: None,
        confirm=lambda associate_id, pin: None,
        sign_out=lambda associate_id: None,
        change_pin=lambda associate_id, *, pin, new_pin, again: None,
        idle_s=1_000_000,
        new_pin=new_pin,
    )


def test_a_manager_finds_the_way_and_nobody_else_does(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/settings", associate_id=DEDI) as screen:
            await screen.press("settings-team")
            assert screen.route == "/team"
            session_of(screen.page).preferences.associate_id = RINA
            await screen.settle()
            assert "Tim diatur oleh manajer toko" in screen.words_of("team-not-yours")
        async with open_app(shop, size=(1440, 900), associate_id=DEDI) as screen:
            await screen.press("nav-team")
            assert screen.has(RINAS)

    run(journey())


def test_each_says_how_their_pin_stands_here_and_where_else_they_sign_in(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/team", associate_id=DEDI) as screen:
            rina, dedi = screen.words_of(RINAS), screen.words_of(DEDIS)
            for words in ("Ada PIN di sini", "4 kali", "Sampai 31 Des", "Masuk di Tablet lantai 1 dan Tablet lantai 2"):
                assert words in rina
            assert "Belum ada PIN di sini" in dedi
            assert screen.has(f"remove-{RINA}")
            assert not screen.has(f"remove-{DEDI}")
            assert screen.has(f"end-{RINA}")
            assert not screen.has(f"end-{DEDI}")

    run(journey())


def test_without_a_network_the_pins_of_this_device_are_still_there(
    shop: FakeShop, team: FakeTeam, open_app: OpenApp
) -> None:
    team.answer = Asked(AskedStage.NO_NETWORK)

    async def journey() -> None:
        async with open_app(shop, "/team", associate_id=DEDI) as screen:
            assert "Ini perlu jaringan" in screen.words_of("team-failing")
            assert "Ada PIN di sini" in screen.words_of(RINAS)
            assert not screen.has(f"code-{RINA}"), "a code is made by the server"
            team.answer = None
            await screen.press("ask-again")
            assert screen.has(f"code-{RINA}")

    run(journey())


def test_a_code_is_shown_with_what_to_do_and_for_how_long(shop: FakeShop, team: FakeTeam, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/team", associate_id=DEDI) as screen:
            await screen.press(f"code-{RINA}")
            shown = screen.words_of(f"code-of-{RINA}")
            for words in ("MZ4K-PXR2", "Berlaku 10 menit lagi", "Bacakan kepadanya"):
                assert words in shown
            await screen.press(f"code-again-{RINA}")
            assert "MZ4K-PXR3" in screen.words_of(f"code-of-{RINA}")
            assert team.asked == [("code", RINA, DEDI)] * 2
            await screen.press(f"code-close-{RINA}")
            assert not screen.has(f"code-of-{RINA}")

    run(journey())


def test_a_pin_is_removed_after_the_question_and_the_last_one_stays(
    shop: FakeShop, team: FakeTeam, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/team", associate_id=DEDI) as screen:
            await screen.press(f"remove-{RINA}")
            await screen.press(f"remove-{RINA}-yes")
            assert "PIN terakhir" in screen.words_of(RINAS)
            await screen.press(f"remove-{RINA}-no")
            team.pins = (*team.pins, PinHere(DEDI, 10, None))
            await screen.press(f"remove-{RINA}")
            await screen.press(f"remove-{RINA}-yes")
            assert team.asked == [("remove", RINA)]
            assert "Belum ada PIN di sini" in screen.words_of(RINAS)
            assert "Ada PIN di sini" in screen.words_of(DEDIS)

    run(journey())


def test_all_sign_ins_are_ended_after_the_question(shop: FakeShop, team: FakeTeam, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/team", associate_id=DEDI) as screen:
            await screen.press(f"end-{RINA}")
            assert "Di setiap perangkat" in screen.words_of(RINAS)
            await screen.press(f"end-{RINA}-yes")
            assert team.asked == [("end", RINA, DEDI)]
            assert "Masuk di" not in screen.words_of(RINAS)

    run(journey())


def test_a_pin_is_chosen_here_by_a_code_and_its_own_holder_comes_in_with_it(shop: FakeShop, open_app: OpenApp) -> None:
    chosen: list[tuple[Any, ...]] = []
    shop.sign_in = with_codes(chosen)

    async def journey() -> None:
        async with open_app(shop, "/team", associate_id=DEDI) as screen:
            for who, digits in ((RINA, "739154"), (DEDI, "204867")):
                await screen.press(f"pin-{who}")
                await screen.type("sign-in-code", "MZ4KPXRT")
                await screen.press("code-go-on")
                for digit in digits * 2:
                    await screen.press(f"pin-{digit}")
            assert chosen == [(RINA, "MZ4KPXRT", "739154", "739154"), (DEDI, "MZ4KPXRT", "204867", "204867")]
            assert session_of(screen.page).preferences.associate_id is None
            assert screen.has("choose-associate")

    run(journey())


def test_an_ended_pin_is_amber(shop: FakeShop, team: FakeTeam, open_app: OpenApp) -> None:
    team.pins = (PinHere(RINA, 10, date(2026, 11, 1)),)

    async def journey() -> None:
        async with open_app(shop, "/team", associate_id=DEDI, language="en") as screen:
            assert "Until 1 Nov" in screen.words_of(RINAS)
            assert "tries" not in screen.words_of(RINAS)

    run(journey())


DESK = TeamDeviceView("device-1", "Kasir depan", True, True, (RINA,), (DEDI,))
TABLET = TeamDeviceView("device-2", "Tablet lantai 1", False, False, (), ())


def test_each_device_says_who_is_ready_there_and_each_person_where_they_are_not(
    shop: FakeShop, team: FakeTeam, open_app: OpenApp
) -> None:
    team.devices = (DESK, TABLET)

    async def journey() -> None:
        async with open_app(shop, "/team", associate_id=DEDI) as screen:
            desk, tablet = screen.words_of("ready-on-device-1"), screen.words_of("ready-on-device-2")
            assert "Siap: Rina" in desk
            assert "Belum bisa bekerja di sini: Dedi Kurniawan" in desk
            assert "semua yang bekerja di toko ini bisa menulis" in tablet
            assert not screen.has("missing-device-2")
            assert "Perlu kode di Kasir depan" in screen.words_of(DEDIS)
            assert "Perlu kode" not in screen.words_of(RINAS)

    run(journey())


def test_the_first_pin_by_a_code_says_what_it_means_for_colleagues(
    shop: FakeShop, team: FakeTeam, open_app: OpenApp
) -> None:
    shop.sign_in = with_codes([])

    async def journey() -> None:
        for desk, is_first in ((replace(DESK, asks_for_keys=False, missing=()), True), (DESK, False)):
            team.devices = (desk, TABLET)
            async with open_app(shop, "/team", associate_id=DEDI) as screen:
                await screen.press(f"pin-{DEDI}")
                assert screen.has("first-pin") is is_first

    run(journey())


def test_who_opened_very_many_over_all_devices_is_told_and_marked(
    shop: FakeShop, team: FakeTeam, open_app: OpenApp
) -> None:
    team.readings = (
        ReadingEverywhere(RINA, "Rina", 312, 4, 3, True),
        ReadingEverywhere(DEDI, "Dedi Kurniawan", 12, 0, 1, False),
    )

    async def journey() -> None:
        async with open_app(shop, "/team", associate_id=DEDI) as screen:
            rina, dedi = screen.words_of(f"reading-{RINA}"), screen.words_of(f"reading-{DEDI}")
            for words in ("312 pelanggan", "4 pencarian", "3 perangkat", "Lebih dari 300"):
                assert words in rina
            assert "12 pelanggan" in dedi
            assert "1 perangkat" in dedi
            assert "Lebih dari" not in dedi
            assert "pencarian" not in dedi
            assert team.reading_asked == [("store-bandung", DEDI)]

    run(journey())


def test_where_nobody_opened_anybody_or_the_server_does_not_say_a_sentence_says_so(
    shop: FakeShop, team: FakeTeam, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/team", associate_id=DEDI) as screen:
            assert screen.has("reading-none")
            team.reading_answer = Asked(AskedStage.FAILED, code="sync.forbidden")
        async with open_app(shop, "/team", associate_id=DEDI) as screen:
            assert screen.words_of("reading-failing")
            assert not screen.has("reading-none")
            assert "Ada PIN di sini" in screen.words_of(RINAS)
            team.reading_answer = None
            await screen.press("reading-again")
            assert screen.has("reading-none")
            team.reading_answer = Asked(AskedStage.ASKING)
        async with open_app(shop, "/team", associate_id=DEDI) as screen:
            assert not screen.has("reading-none")
            assert not screen.has("reading-failing")

    run(journey())


def test_who_manages_nobody_is_told_of_nobody(shop: FakeShop, team: FakeTeam, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/team", associate_id=RINA) as screen:
            assert not screen.has("reading-everywhere")
            assert not team.reading_asked

    run(journey())

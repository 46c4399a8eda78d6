"""Customers' requests on screen: how long there is, the next step, what asks once more, and papers to save."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import flet as ft
import pytest

from clienteling.domain.errors import ClientelingError
from clienteling.use_cases.sign_in import Door, sign_in_services
from tests.support.fake_customers import SITI, CustomerShop
from tests.support.fake_requests import ACCESS, BY_GDPR, ERASURE, LOST, WAITING, FakeRequests
from tests.support.fakes import START_AT, FakeClock
from tests.support.flet_harness import Screen
from tests.support.pins import PIN, RINA, WRONG, pins_of_two
from tests.ui.conftest import OpenApp, run
from tests.ui.test_sign_in import type_pin

DESKTOP = (1440, 900)
TWIN = ERASURE.lookalikes[0].customer_id


@pytest.fixture
def requests() -> FakeRequests:
    return FakeRequests()


@pytest.fixture
def shop(requests: FakeRequests) -> CustomerShop:
    made = CustomerShop()
    made.requests = requests.services()
    return made


def at(request_id: str) -> str:
    return f"/requests?request={request_id}"


def disabled(screen: Screen, identifier: str) -> bool:
    for kind in (ft.FilledButton, ft.OutlinedButton):
        found = [one for one in screen.of_type(kind) if one in _inside(screen, identifier)]
        if found:
            return bool(found[0].disabled)
    raise AssertionError(identifier)


def _inside(screen: Screen, identifier: str) -> list[Any]:
    control = screen.identified(identifier)
    return [getattr(control, "content", control)]


def test_the_list_counts_down_and_says_in_red_what_is_late_or_soon(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/requests") as screen:
            said = [screen.words_of(f"left-{one}") for one in ("request-waiting", "request-erasure", "request-access")]
            assert ["lewat 8 jam" in said[0], "9 jam lagi" in said[1], "71 jam lagi" in said[2]] == [True] * 3
            assert "selesai" in screen.words_of("left-request-done")
            assert "Penghapusan data · menunggu perangkat (1)" in screen.words_of("request-request-waiting")
            assert "···· 0000cc" in screen.words_of("request-request-waiting"), "who is erased has no name"

    run(journey())


def test_the_way_there_is_for_who_handles_requests_alone(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, size=DESKTOP) as screen:
            await screen.press("nav-requests")
            assert screen.route == "/requests"
        async with open_app(shop, "/settings") as screen:
            await screen.press("settings-requests")
            assert screen.route == "/requests"
        shop.requests = None
        async with open_app(shop, "/settings") as screen:
            assert not screen.has("settings-requests")
        async with open_app(shop, f"/customers/{SITI.id}") as screen:
            assert not screen.has("to-requests")
        async with open_app(shop, "/requests") as screen:
            assert screen.has("no-officer")

    run(journey())


def test_a_request_is_opened_for_the_customer_on_screen(
    shop: CustomerShop, requests: FakeRequests, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, f"/customers/{SITI.id}") as screen:
            await screen.press("to-requests")
            assert "Siti Rahmawati" in screen.words_of("new-request")
            await screen.press("open-copy")
            assert requests.asked == [("open", "copy", SITI.id)]
            assert screen.route == at("request-new-copy")
            assert screen.has("proof-document")

    run(journey())


def test_identity_is_said_and_an_access_is_done_by_its_paper(
    shop: CustomerShop, requests: FakeRequests, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, at(ACCESS.id)) as screen:
            assert not screen.has("save-page")
            await screen.press("proof-code")
            assert requests.asked == [("identity", ACCESS.id, {"how": "code"})]
            await screen.press("save-page")
            assert ("copy", ACCESS.id, "id") in requests.asked

    run(journey())


def test_an_erasure_asks_about_everybody_who_may_be_the_same_person_and_once_more(
    shop: CustomerShop, requests: FakeRequests, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, at(ERASURE.id), size=DESKTOP) as screen:
            assert "Apakah Budi S. orang yang sama?" in screen.words()
            assert disabled(screen, "step-erase")
            await screen.press(f"someone_else-{TWIN}")
            await screen.press("step-erase")
            assert "Tidak bisa dibatalkan" in screen.words_of("sure-erase")
            assert requests.asked == []
            await screen.press("leave-erase")
            await screen.press("step-erase")
            await screen.press("do-erase")
            assert requests.asked == [("erase", ERASURE.id, {"also": [], "others": [TWIN]})]

    run(journey())


def test_devices_that_have_not_confirmed_are_named_until_when_they_open(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, at(WAITING.id)) as screen:
            said = screen.words_of("erasure-devices")
            assert "Tablet Kasir 2 belum memastikan; tanpa jaringan bisa dibuka sampai" in said
            assert "1 perangkat sudah memastikan" in said
            assert screen.has("save-page")

    run(journey())


def test_a_refusal_needs_a_reason(shop: CustomerShop, requests: FakeRequests, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, at(ACCESS.id)) as screen:
            await screen.press("refuse")
            assert disabled(screen, "step-refuse")
            await screen.press("reason-excessive")
            await screen.press("step-refuse")
            await screen.press("do-refuse")
            assert requests.asked == [("refuse", ACCESS.id, {"reason": "excessive"})]

    run(journey())


def test_a_correction_says_the_field_and_its_value(
    shop: CustomerShop, requests: FakeRequests, open_app: OpenApp
) -> None:
    requests.known[ACCESS.id] = type(ACCESS)(
        ACCESS.id, "rectification", "identity_checked", SITI.id, ACCESS.received_at, ACCESS.due_at
    )

    async def journey() -> None:
        async with open_app(shop, at(ACCESS.id)) as screen:
            await screen.press("correct-city")
            await screen.type("corrected", "Ubud")
            await screen.press("step-correct")
            await screen.press("do-correct")
            assert requests.asked == [("correct", ACCESS.id, {"fields": {"city": "Ubud"}})]

    run(journey())


def test_more_time_needs_a_reason_and_the_customer_is_to_be_told(
    shop: CustomerShop, requests: FakeRequests, open_app: OpenApp
) -> None:
    requests.known[BY_GDPR.id] = BY_GDPR

    async def journey() -> None:
        async with open_app(shop, at(ACCESS.id)) as screen:
            assert "Menurut UU PDP: 72 jam" in screen.words_of("request")
            assert not screen.has("extend")
            await screen.go(at(BY_GDPR.id))
            await screen.press("extend")
            assert disabled(screen, "step-extend")
            await screen.press("delay-complex")
            await screen.press("step-extend")
            await screen.press("do-extend")
            assert requests.asked == [("extend", BY_GDPR.id, {"delay": "complex"})]
            assert "Permintaannya rumit. Pelanggan harus diberi tahu paling lambat" in screen.words_of("extended")
            assert not screen.has("extend")

    run(journey())


def test_a_lost_devices_report_is_saved_after_the_pin(
    shop: CustomerShop, requests: FakeRequests, open_app: OpenApp, tmp_path: Path, clock: FakeClock
) -> None:
    shop.sign_in = sign_in_services(Door(pins_of_two(tmp_path, clock), lambda: START_AT, clock))

    async def journey() -> None:
        async with open_app(shop, "/requests", size=DESKTOP) as screen:
            await screen.press(f"associate-{RINA.id}")
            await type_pin(screen, PIN)
            await screen.press("lost-device")
            assert "Akses dicabut" in screen.words_of(f"lost-{LOST[1].id}")
            assert "Akses dicabut" not in screen.words_of(f"lost-{LOST[0].id}")
            await screen.press(f"lost-{LOST[0].id}")
            assert screen.has("lost-not-revoked")
            await screen.press("since-7")
            await screen.press("save-page")
            assert requests.asked == []
            await type_pin(screen, PIN)
            await screen.until(lambda: bool(requests.asked))
            assert requests.asked == [("breach", LOST[0].id, START_AT - timedelta(days=7), "id")]
            await screen.press("lost-back")
            await screen.press(f"lost-{LOST[1].id}")
            assert not screen.has("lost-not-revoked")
            await screen.press("save-page")
            await type_pin(screen, PIN)
            await screen.until(lambda: len(requests.asked) == 2)
            assert requests.asked[-1] == ("breach", LOST[1].id, None, "id"), "since its last sync"

    run(journey())


def test_where_there_is_no_device_or_no_network_a_sentence_says_so(
    shop: CustomerShop, requests: FakeRequests, open_app: OpenApp
) -> None:
    requests.devices = ()

    async def journey() -> None:
        async with open_app(shop, "/requests") as screen:
            await screen.press("lost-device")
            assert screen.has("lost-none")
            await screen.press("lost-close")
            requests.failing = ClientelingError("sync.unreachable")
            await screen.press("lost-device")
            assert "Permintaan hanya disimpan di server" in screen.words_of("lost")

    run(journey())


def test_without_a_network_it_says_so(shop: CustomerShop, requests: FakeRequests, open_app: OpenApp) -> None:
    requests.failing = ClientelingError("sync.unreachable")

    async def journey() -> None:
        async with open_app(shop, "/requests") as screen:
            assert "Permintaan hanya disimpan di server" in screen.words()

    run(journey())


def test_whoever_has_a_pin_gives_it_again_before_an_erasure_and_before_a_paper_is_saved(
    shop: CustomerShop, requests: FakeRequests, open_app: OpenApp, tmp_path: Path, clock: FakeClock
) -> None:
    shop.sign_in = sign_in_services(Door(pins_of_two(tmp_path, clock), lambda: START_AT, clock))

    def steps() -> list[Any]:
        return [one[0] for one in requests.asked]

    async def journey() -> None:
        async with open_app(shop, at(WAITING.id), size=DESKTOP) as screen:
            await screen.press(f"associate-{RINA.id}")
            await type_pin(screen, PIN)
            await screen.press("save-page")
            await type_pin(screen, WRONG)
            assert "certificate" not in steps()
            await type_pin(screen, PIN)
            await screen.until(lambda: "certificate" in steps())
            await screen.go(at(ERASURE.id))
            await screen.press(f"someone_else-{TWIN}")
            await screen.press("step-erase")
            await screen.press("do-erase")
            assert "erase" not in steps()
            await type_pin(screen, PIN)
            await screen.until(lambda: "erase" in steps())

    run(journey())

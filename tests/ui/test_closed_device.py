"""A device that is closed: names and digits alone, the app for a PIN, and nothing of it once the last has left."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from clienteling.domain.brand import NO_BRAND
from clienteling.domain.errors import LeaseEnded, PinWrong, SignInRefused, ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.domain.views import AssociateView
from clienteling.ui.app import build_main
from clienteling.ui.locking import leave_later, lock
from clienteling.ui.session import session_of
from clienteling.use_cases.front_door import FrontDoor
from clienteling.use_cases.services import Services
from clienteling.use_cases.sign_in import SignInServices
from tests.support.fake_customers import SITI
from tests.support.fake_services import FakeShop, start_clock
from tests.support.flet_harness import Screen, flet_session
from tests.support.pins import DEDI, PIN, RINA, WRONG
from tests.ui.conftest import TEXTS, never, run
from tests.ui.test_sign_in import type_pin

CODE = "K7M2-PXQR"


@dataclass
class Closed:
    """A door whose keys are in this test's hand."""

    shop: FakeShop
    names: tuple[AssociateView, ...] = (RINA, DEDI)
    refused: Exception | None = None
    inside: list[int] = field(default_factory=list)
    given: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None
    somebody_left: threading.Event = field(default_factory=threading.Event)
    opened: Signal[Services | None] = field(default_factory=lambda: Signal(None))

    def front(self) -> FrontDoor:
        return FrontDoor(NO_BRAND, self.opened, lambda: self.names, self.come_in, self.leave, self.new_pin)

    def come_in(self, associate_id: str, pin: str, visitor: int) -> None:
        if self.refused is not None:
            raise self.refused
        if pin != PIN:
            raise PinWrong(9)
        self.meanwhile()
        self.inside.append(visitor)
        self.opened.publish(self.shop.services(demo=False))

    def new_pin(self, associate_id: str, *, code: str, pin: str, again: str) -> None:
        if pin != again:
            raise ValidationFailed("again", "pin.not_the_same")
        if code != CODE:
            raise SignInRefused("sign_in_code.unknown")
        self.given.append((associate_id, pin))

    def leave(self, visitor: int) -> None:
        if visitor in self.inside:
            self.inside.remove(visitor)
        if not self.inside:
            self.opened.publish(None)
        self.somebody_left.set()


@pytest.fixture
def door() -> Closed:
    left: list[str] = []
    services = SignInServices(
        holders=lambda: frozenset({RINA.id, DEDI.id}),
        sign_in=lambda associate_id, pin: None,
        confirm=lambda associate_id, pin: None,
        sign_out=left.append,
        change_pin=lambda associate_id, *, pin, new_pin, again: None,
        idle_s=120.0,
    )
    return Closed(FakeShop(customers={SITI.id: SITI}, sign_in=services), left=left)


@asynccontextmanager
async def opened(door: Closed, route: str = "/") -> AsyncIterator[Screen]:
    main = build_main(door.front(), texts=TEXTS, default_language="id", now=start_clock, sleep=never)
    async with flet_session(main, route=route, size=(768, 1024)) as screen:
        yield screen


async def come_in(screen: Screen, pin: str = PIN) -> None:
    await screen.press(f"associate-{RINA.id}")
    await type_pin(screen, pin)


def test_a_closed_device_shows_names_and_nothing_of_its_store(door: Closed) -> None:
    async def journey() -> None:
        async with opened(door, f"/customers/{SITI.id}") as screen:
            assert "Perangkat ini tertutup. Buka dengan PIN." in screen.words()
            assert RINA.name in screen.words()
            assert "Siti" not in screen.words()
            assert "Toko Bandung" not in screen.words()

    run(journey())


def test_a_pin_opens_it_where_the_address_leads(door: Closed) -> None:
    async def journey() -> None:
        async with opened(door, f"/customers/{SITI.id}") as screen:
            await come_in(screen, WRONG)
            assert screen.words_of("pin-problem") == "PIN salah. Masih bisa dicoba 9 kali."
            await type_pin(screen, PIN)
            await screen.settle()
            assert "Toko Bandung · Rina" in screen.words()
            assert "Siti" in screen.words()
            assert door.inside == [session_of(screen.page).visitor]

    run(journey())


def test_locking_leaves_by_the_door_and_the_next_pin_opens_it_again(door: Closed) -> None:
    async def journey() -> None:
        async with opened(door, f"/customers/{SITI.id}") as screen:
            await come_in(screen)
            await screen.press("lock")
            await screen.settle()
            assert (door.inside, door.left, door.opened.value) == ([], [RINA.id], None)
            assert screen.has("pin-pad")
            assert "Siti" not in screen.words()
            await type_pin(screen, PIN)
            await screen.settle()
            assert screen.route == f"/customers/{SITI.id}"
            assert "Siti" in screen.words()

    run(journey())


def test_a_lock_while_the_tab_is_away_leaves_by_the_door_all_the_same(door: Closed) -> None:
    async def journey() -> None:
        async with opened(door) as screen:
            await come_in(screen)
            flet = session_of(screen.page).page.session
            connection = flet.connection
            flet._Session__conn = None  # type: ignore[attr-defined]  # as Flet does where a socket is closed
            lock(session_of(screen.page))
            await screen.until(lambda: door.left == [RINA.id] and not door.inside)
            flet._Session__conn = connection  # type: ignore[attr-defined]

    run(journey())


def test_a_lease_that_is_over_is_told_in_a_sentence(door: Closed) -> None:
    door.refused = LeaseEnded(count=72)

    async def journey() -> None:
        async with opened(door) as screen:
            await come_in(screen)
            assert "72" in screen.words_of("pin-problem")

    run(journey())


def test_where_nobody_has_a_pin_any_more_it_says_whom_to_ask(door: Closed) -> None:
    door.names = ()

    async def journey() -> None:
        async with opened(door) as screen:
            assert "Minta kode kepada manajer toko." in screen.words()

    run(journey())


def test_a_tab_that_is_closed_leaves_too(door: Closed) -> None:
    async def journey() -> None:
        async with opened(door) as screen:
            await come_in(screen)
            assert door.inside
            session_of(screen.page).close()
            await screen.until(lambda: door.left == [RINA.id])
            for _ in range(100):
                if not door.inside:
                    return
                await screen.settle()
        raise AssertionError("still inside")

    run(journey())


def test_a_tab_that_is_closed_while_its_pin_is_checked_is_not_in_for_ever(door: Closed) -> None:
    async def journey() -> None:
        async with opened(door) as screen:
            session = session_of(screen.page)

            def close_the_tab() -> None:
                leave_later(session)
                assert door.somebody_left.wait(5)

            door.meanwhile = close_the_tab
            await come_in(screen)
            assert door.inside == []

    run(journey())


def test_whoever_comes_back_while_they_are_still_leaving_is_in(door: Closed) -> None:
    async def journey() -> None:
        async with opened(door) as screen:
            await come_in(screen)
            session = session_of(screen.page)
            first = session.leave_as()
            door.front().come_in(RINA.id, PIN, session.visitor)
            door.front().leave(first)
            assert door.inside == [session.visitor]

    run(journey())


def test_whoever_has_a_code_chooses_a_pin_and_is_in(door: Closed) -> None:
    async def journey() -> None:
        async with opened(door) as screen:
            await screen.press(f"associate-{DEDI.id}")
            await screen.press("has-code")
            await screen.type("sign-in-code", "K7M2-XXXX")
            await screen.press("code-go-on")
            for pin in (PIN, PIN):
                await type_pin(screen, pin)
            assert "Pusat tidak mengenal kode masuk ini" in screen.words()
            await screen.type("sign-in-code", CODE)
            await screen.press("code-go-on")
            for pin in (PIN, WRONG):
                await type_pin(screen, pin)
            assert "Kedua PIN tidak sama." in screen.words()
            for pin in (PIN, PIN):
                await type_pin(screen, pin)
            await screen.settle()
            assert door.given == [(DEDI.id, PIN)]
            assert "Toko Bandung · Dedi" in screen.words()

    run(journey())

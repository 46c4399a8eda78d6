"""Signing in with a PIN on a device that several share: nothing without it, nothing left over for the next."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clienteling.bootstrap.leases import LEASES_FILE, LeaseFile
from clienteling.domain.access import Access
from clienteling.domain.errors import LeaseEnded, SignInRefused
from clienteling.secrets import SERVER_KEY, Enrolment, KeyFile, keep_enrolment
from clienteling.sign_in.slots import PinSlots
from clienteling.ui.session import session_of
from clienteling.use_cases.sign_in import NO_KEY, Door, sign_in_services
from sync.protocol.ids import rule_id
from sync.protocol.leases import LEASE_FOR, Lease, LeasesReply, server_id, sign_lease
from sync.protocol.times import to_wire
from tests.support.fake_customers import SITI
from tests.support.fake_services import DEMO, FakeShop
from tests.support.fakes import START_AT, FakeClock
from tests.support.flet_harness import Screen
from tests.support.pins import DEDI, KEY, OTHER, PIN, RINA, WRONG, pins_of_two
from tests.ui.conftest import OpenApp, run

IDLE_S = 120.0


@pytest.fixture
def slots(tmp_path: Path, clock: FakeClock) -> PinSlots:
    return pins_of_two(tmp_path, clock)


@pytest.fixture
def log() -> list[tuple[str, str, str]]:
    """What was noted: what, of whom, why."""
    return []


@pytest.fixture
def shop(slots: PinSlots, clock: FakeClock, log: list[tuple[str, str, str]]) -> FakeShop:
    def noted(what: Access, associate_id: str, details: Mapping[str, str | int]) -> None:
        log.append((what, associate_id, str(details.get("code", ""))))

    return FakeShop(
        customers={SITI.id: SITI},
        sign_in=sign_in_services(Door(slots, lambda: START_AT, clock, note=noted), idle_s=IDLE_S),
    )


class Idling:
    """A sleep that ends when told to, once somebody sleeps for no longer than the lock waits."""

    def __init__(self) -> None:
        self._over = asyncio.Event()
        self.asked: list[float] = []

    async def __call__(self, seconds: float) -> None:
        if seconds > IDLE_S or seconds in (30.0, 0.15):
            await asyncio.Event().wait()
        self.asked.append(seconds)
        await self._over.wait()
        self._over.clear()

    def end(self) -> None:
        self._over.set()


async def type_pin(screen: Screen, pin: str) -> None:
    for digit in pin:
        await screen.press(f"pin-{digit}")


async def come_in(screen: Screen, associate_id: str, pin: str) -> None:
    if screen.has("someone-else"):
        await screen.press("someone-else")
    await screen.press(f"associate-{associate_id}")
    await type_pin(screen, pin)


def test_nobody_is_in_before_the_pin_whoever_was_there_before(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"/customers/{SITI.id}") as screen:
            assert screen.has("choose-associate")
            assert "Siti" not in screen.words()
            await come_in(screen, RINA.id, PIN)
            assert "Toko Bandung · Rina" in screen.words()
            assert screen.route == f"/customers/{SITI.id}"
            assert "Siti" in screen.words()

    run(journey())


def test_a_wrong_pin_says_how_many_tries_are_left_and_takes_the_next(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await come_in(screen, RINA.id, WRONG)
            assert screen.words_of("pin-problem") == "PIN salah. Masih bisa dicoba 9 kali."
            assert screen.words_of("pin-dots") == "0 dari 6 angka sudah diketik"
            await type_pin(screen, PIN)
            assert "Toko Bandung · Rina" in screen.words()

    run(journey())


def test_too_many_wrong_pins_are_told_to_wait(
    shop: FakeShop, slots: PinSlots, open_app: OpenApp, clock: FakeClock
) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            slots.open(RINA.id, WRONG)
        clock.advance(timedelta(seconds=2))

    async def journey() -> None:
        async with open_app(shop) as screen:
            await come_in(screen, RINA.id, PIN)
            assert screen.words_of("pin-problem") == "PIN terlalu sering salah. Coba lagi 15 menit lagi."

    run(journey())


def test_digits_are_typed_on_a_keyboard_too_and_erased(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.press(f"associate-{RINA.id}")
            for key in ("7", "3", "8", "Backspace", "Numpad 9", "x", "/", "Escape"):
                await screen.key(key)
            assert screen.words_of("pin-dots") == "3 dari 6 angka sudah diketik"
            await screen.press("pin-erase")
            for key in "9154":
                await screen.key(key)
            assert "Toko Bandung · Rina" in screen.words()

    run(journey())


def test_whoever_has_no_pin_is_told_whom_to_ask(shop: FakeShop, slots: PinSlots, open_app: OpenApp) -> None:
    slots.remove(DEDI.id)

    async def journey() -> None:
        async with open_app(shop) as screen:
            assert "Belum ada PIN" in screen.words_of(f"associate-{DEDI.id}")
            await screen.press(f"associate-{DEDI.id}")
            assert "Manajer toko bisa memberi yang baru" in screen.words()
            assert not screen.has("look-up")

    run(journey())


def test_a_locked_screen_opens_where_its_person_left_it(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"/customers/{SITI.id}") as screen:
            await come_in(screen, RINA.id, PIN)
            await screen.press("lock")
            assert "Siti" not in screen.words()
            assert screen.words_of("pin-title") == f"PIN {RINA.name}"
            await type_pin(screen, PIN)
            assert screen.route == f"/customers/{SITI.id}"
            assert "Siti" in screen.words()

    run(journey())


def test_the_next_person_begins_on_today_and_sees_nothing_of_the_one_before(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"/customers/{SITI.id}") as screen:
            await come_in(screen, RINA.id, PIN)
            session = session_of(screen.page)
            await screen.press("lock")
            await come_in(screen, DEDI.id, OTHER)
            assert f"Toko Bandung · {DEDI.name}" in screen.words()
            assert screen.route == "/"
            assert session.navigation.last_customer_id is None
            assert session.navigation.way_back == "/"

    run(journey())


def test_two_idle_minutes_lock_the_screen_and_a_touch_begins_them_anew(
    shop: FakeShop, open_app: OpenApp, clock: FakeClock
) -> None:
    idling = Idling()

    async def journey() -> None:
        async with open_app(shop, now=clock, sleep=idling) as screen:
            await come_in(screen, RINA.id, PIN)
            await screen.until(lambda: idling.asked == [IDLE_S])
            clock.advance(timedelta(seconds=100))
            await screen.press("switch-theme")
            clock.advance(timedelta(seconds=20))
            idling.end()
            await screen.until(lambda: idling.asked == [IDLE_S, 100.0])
            assert screen.has("look-up")
            clock.advance(timedelta(seconds=100))
            idling.end()
            await screen.until(lambda: screen.has("pin-pad"))
            assert not screen.has("look-up")

    run(journey())


def test_a_screen_that_is_touched_all_day_locks_when_the_day_is_over(
    shop: FakeShop, open_app: OpenApp, clock: FakeClock
) -> None:
    idling = Idling()

    async def journey() -> None:
        async with open_app(shop, now=clock, sleep=idling) as screen:
            await come_in(screen, RINA.id, PIN)
            await screen.until(lambda: bool(idling.asked))
            for hours, is_in in ((11, True), (1, False)):
                clock.advance(timedelta(hours=hours))
                await screen.press("switch-theme")
                idling.asked.clear()
                idling.end()
                await screen.until(lambda: bool(idling.asked) or screen.has("pin-pad"))
                assert screen.has("look-up") is is_in

    run(journey())


def test_whose_pin_is_removed_while_they_are_in_is_locked_out(
    shop: FakeShop, open_app: OpenApp, clock: FakeClock, slots: PinSlots
) -> None:
    idling = Idling()

    async def journey() -> None:
        async with open_app(shop, now=clock, sleep=idling) as screen:
            await come_in(screen, RINA.id, PIN)
            await screen.until(lambda: bool(idling.asked))
            clock.advance(timedelta(seconds=100))
            await screen.press("switch-theme")
            slots.remove(DEDI.id)
            idling.end()
            await screen.until(lambda: len(idling.asked) == 2)
            assert screen.has("look-up")
            clock.advance(timedelta(seconds=20))
            await screen.press("switch-theme")
            slots.set_pin(DEDI.id, PIN, bytes(32))
            slots.remove(RINA.id)
            idling.end()
            await screen.until(lambda: screen.has(f"associate-{DEDI.id}"))
            assert not screen.has("look-up")

    run(journey())


def hold(file: Path) -> None:
    """Nobody can read it."""
    file.rename(file.with_name("away"))
    file.mkdir()


def test_a_lock_goes_on_where_it_could_not_be_told_for_once_who_may_stay(
    shop: FakeShop, open_app: OpenApp, clock: FakeClock, tmp_path: Path
) -> None:
    idling, file = Idling(), next(tmp_path.rglob("sign-in.db"))

    async def journey() -> None:
        async with open_app(shop, now=clock, sleep=idling) as screen:
            await come_in(screen, RINA.id, PIN)
            await screen.until(lambda: bool(idling.asked))
            hold(file)
            clock.advance(timedelta(seconds=60))
            await screen.press("switch-theme")
            clock.advance(timedelta(seconds=60))
            idling.end()
            await screen.until(lambda: len(idling.asked) == 2)
            assert screen.has("look-up")
            clock.advance(timedelta(seconds=60))
            idling.end()
            await screen.until(lambda: screen.has("pin-pad") or not screen.has("look-up"))

    run(journey())


def test_a_clock_that_is_set_back_locks_too(shop: FakeShop, open_app: OpenApp, clock: FakeClock) -> None:
    idling = Idling()

    async def journey() -> None:
        async with open_app(shop, now=clock, sleep=idling) as screen:
            await come_in(screen, RINA.id, PIN)
            await screen.until(lambda: bool(idling.asked))
            clock.advance(timedelta(days=-1))
            idling.end()
            await screen.until(lambda: screen.has("pin-pad"))

    run(journey())


def test_a_device_that_has_not_heard_of_its_server_for_three_days_lets_nobody_in(
    shop: FakeShop, open_app: OpenApp, clock: FakeClock
) -> None:
    clock.advance(timedelta(hours=73))

    async def journey() -> None:
        async with open_app(shop) as screen:
            await come_in(screen, RINA.id, PIN)
            assert "tidak tersambung ke server lebih dari 72 jam" in screen.words_of("pin-problem")
            assert not screen.has("look-up")

    run(journey())


TEN_YEARS = timedelta(days=3_653)


@pytest.mark.parametrize(
    ("off", "said"),
    [
        (TEN_YEARS, "tidak tersambung ke server lebih dari 72 jam"),
        (-TEN_YEARS, "Jam perangkat ini menunjuk waktu sebelum sinkronisasi terakhirnya. Betulkan jamnya"),
    ],
    ids=["ahead", "behind"],
)
def test_a_clock_ten_years_off_lets_nobody_in_and_says_so(
    off: timedelta, said: str, shop: FakeShop, open_app: OpenApp, clock: FakeClock
) -> None:
    clock.advance(off)

    async def journey() -> None:
        async with open_app(shop, now=clock) as screen:
            await come_in(screen, RINA.id, PIN)
            assert said in screen.words_of("pin-problem")
            assert not screen.has("look-up")

    run(journey())


def test_a_lease_that_another_server_signed_lets_nobody_in_and_says_whom_to_ask(
    slots: PinSlots, clock: FakeClock, open_app: OpenApp, tmp_path: Path
) -> None:
    kept = KeyFile(tmp_path / "keys.json")
    keep_enrolment(kept, Enrolment(rule_id("device"), bytes(32), "1.x"))
    own, other = (Ed25519PrivateKey.from_private_bytes(bytes(31) + bytes([n])) for n in (1, 2))
    kept.keep(SERVER_KEY, own.public_key().public_bytes_raw().hex())
    public = other.public_key().public_bytes_raw().hex()
    said = Lease(
        server=server_id(public), registration_id=rule_id("device"), associate_id=rule_id("rina"), role="manager",
        store_ids=[], issued_at=to_wire(START_AT), not_after=to_wire(START_AT + LEASE_FOR),
    )  # fmt: skip
    reply = LeasesReply(server_key=public, keyed=[rule_id("rina")], leases=[sign_lease(said, other.sign)])
    (tmp_path / LEASES_FILE).write_text(reply.model_dump_json(), "utf-8")
    file = LeaseFile(tmp_path, kept)

    def lease_of(associate_id: str, *, now: datetime, heard_at: datetime | None, hours: int) -> Lease | None:
        """Of the associate whom the fake shop knows by another id."""
        return file.lease_of(rule_id("rina"), now=now, heard_at=heard_at, hours=hours)

    door = Door(slots, lambda: START_AT, clock, lease_of=lease_of)
    shop = FakeShop(sign_in=sign_in_services(door, idle_s=IDLE_S))

    async def journey() -> None:
        async with open_app(shop) as screen:
            await come_in(screen, RINA.id, PIN)
            assert "Minta kode masuk kepada manajer toko" in screen.words_of("pin-problem")
            assert not screen.has("look-up")

    run(journey())


def test_whoever_left_the_store_is_locked_out_once_the_device_hears_of_it(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"/customers/{SITI.id}") as screen:
            await come_in(screen, RINA.id, PIN)
            assert "Siti" in screen.words()
            shop.associates = (DEDI,)
            shop.rows_changed()
            await screen.settle()
            assert "Siti" not in screen.words()
            assert not screen.has(f"associate-{RINA.id}")

    run(journey())


@pytest.fixture
def known() -> list[str]:
    """Ids of those who have a key at the server, which takes what anybody writes while there are none."""
    return []


@pytest.fixture
def keyed_shop(slots: PinSlots, clock: FakeClock, known: list[str]) -> FakeShop:
    """A shop whose server takes what those who are known write, once there are any."""

    def lease_of(associate_id: str, *, now: datetime, heard_at: datetime | None, hours: int) -> Lease | None:
        if known and associate_id not in known:
            raise LeaseEnded(NO_KEY)
        return None

    def take_code(associate_id: str, code: str, pin: str) -> None:
        slots.set_pin(associate_id, pin, KEY)
        known.append(associate_id)

    door = Door(
        slots, lambda: START_AT, clock, take_code=take_code, lease_of=lease_of, asks_for_keys=lambda: bool(known)
    )
    return FakeShop(sign_in=sign_in_services(door, idle_s=IDLE_S))


def test_a_right_pin_that_the_server_does_not_know_leads_to_the_code_and_says_why(
    keyed_shop: FakeShop, known: list[str], open_app: OpenApp
) -> None:
    known.append(DEDI.id)

    async def journey() -> None:
        async with open_app(keyed_shop) as screen:
            await come_in(screen, RINA.id, PIN)
            assert not screen.has("look-up")
            assert "pusat sudah mengenal seorang rekan di sini" in screen.words_of("why-new-pin")
            await screen.type("sign-in-code", "MZ4KPXRT")
            await screen.press("code-go-on")
            await type_pin(screen, OTHER)
            await type_pin(screen, OTHER)
            assert "Toko Bandung · Rina" in screen.words()

    run(journey())


def test_whose_work_the_server_takes_no_longer_is_locked_out_with_the_next_sync(
    keyed_shop: FakeShop, known: list[str], open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(keyed_shop) as screen:
            await come_in(screen, RINA.id, PIN)
            known.append(DEDI.id)
            await screen.settle()
            assert screen.has("look-up")
            synced = replace(keyed_shop.status.value, last_synced_at=START_AT + timedelta(minutes=1))
            keyed_shop.status.publish(synced)
            await screen.until(lambda: screen.has("pin-pad"))
            await come_in(screen, DEDI.id, OTHER)
            keyed_shop.status.publish(replace(synced, last_synced_at=START_AT + timedelta(minutes=2)))
            await screen.settle()
            assert screen.has("look-up"), "he has a key"

    run(journey())


def test_where_nobody_has_a_pin_and_the_server_knows_somebody_a_name_leads_to_the_code(
    keyed_shop: FakeShop, known: list[str], slots: PinSlots, open_app: OpenApp
) -> None:
    for one in (RINA, DEDI):
        slots.remove(one.id)
    known.append(DEDI.id)

    async def journey() -> None:
        async with open_app(keyed_shop) as screen:
            await screen.press(f"associate-{RINA.id}")
            assert screen.has("sign-in-code")
            assert not screen.has("look-up")

    run(journey())


def test_who_came_who_left_and_who_could_not_is_noted(
    shop: FakeShop, open_app: OpenApp, log: list[tuple[str, str, str]]
) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await come_in(screen, RINA.id, WRONG)
            await type_pin(screen, PIN)
            await screen.press("lock")
            await screen.until(lambda: len(log) == 3)

    run(journey())
    assert log == [
        ("associate.sign_in_failed", RINA.id, "sign_in.wrong"),
        ("associate.signed_in", RINA.id, ""),
        ("associate.signed_out", RINA.id, ""),
    ]


def test_a_tab_that_is_closed_signs_out_whoever_was_in(
    shop: FakeShop, open_app: OpenApp, log: list[tuple[str, str, str]]
) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await come_in(screen, RINA.id, PIN)
            await screen.until(lambda: screen.has("lock"))
            session_of(screen.page).close()
            await screen.until(lambda: len(log) == 2)

    run(journey())
    assert log == [("associate.signed_in", RINA.id, ""), ("associate.signed_out", RINA.id, "")]


def test_a_tab_that_is_closed_while_its_pin_is_checked_is_signed_out_again(
    slots: PinSlots, clock: FakeClock, open_app: OpenApp, log: list[tuple[str, str, str]]
) -> None:
    closing: list[Callable[[], None]] = []

    def noted(what: Access, associate_id: str, details: Mapping[str, str | int]) -> None:
        log.append((what, associate_id, ""))
        while closing:
            closing.pop()()

    services = sign_in_services(Door(slots, lambda: START_AT, clock, note=noted), idle_s=IDLE_S)

    async def journey() -> None:
        async with open_app(FakeShop(sign_in=services)) as screen:
            closing.append(session_of(screen.page).close)
            await come_in(screen, RINA.id, PIN)
            await screen.until(lambda: len(log) >= 2)

    run(journey())
    assert log == [("associate.signed_in", RINA.id, ""), ("associate.signed_out", RINA.id, "")]


def test_without_pins_a_name_is_enough_and_nothing_locks(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(FakeShop(), associate_id=None) as screen:
            await screen.press(f"associate-{RINA.id}")
            assert screen.has("look-up")
            assert not screen.has("lock")

    run(journey())


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ((PIN, "918273", "918273"), "PIN baru Anda berlaku mulai sekarang."),
        ((PIN, "918273", "918274"), "Kedua PIN tidak sama."),
        ((PIN, "123456", "123456"), "PIN ini termasuk yang pertama dicoba orang."),
        ((WRONG, "918273", "918273"), "PIN salah. Masih bisa dicoba 9 kali."),
    ],
)
def test_an_associate_changes_their_own_pin(
    shop: FakeShop, slots: PinSlots, open_app: OpenApp, typed: tuple[str, ...], said: str
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/settings") as screen:
            await come_in(screen, RINA.id, PIN)
            assert "Layar terkunci setelah 2 menit tidak disentuh." in screen.words()
            await screen.press("change-pin")
            for pin in typed:
                await type_pin(screen, pin)
            assert said in screen.words_of("own-pin")

    run(journey())
    opens = "918273" if said.startswith("PIN baru") else PIN
    assert slots.open(RINA.id, opens).store_key == KEY


def test_a_pin_is_nowhere_in_what_the_browser_remembers(shop: FakeShop, open_app: OpenApp) -> None:
    kept: list[str] = []

    async def journey() -> None:
        async with open_app(shop) as screen:
            screen.connection.answers["set"] = lambda args: kept.append(repr(args))
            await come_in(screen, RINA.id, WRONG)
            await type_pin(screen, PIN)
            assert screen.has("look-up")

    run(journey())
    assert kept
    assert not [one for one in kept if PIN in one or WRONG in one]


def test_the_demo_shows_its_pin_where_it_is_asked_for_and_a_shop_of_its_own_never_does(
    shop: FakeShop, open_app: OpenApp
) -> None:
    shop.demo = replace(DEMO, pin=PIN)

    async def journey() -> None:
        async with open_app(shop) as screen:
            assert screen.words_of("pin-title") == f"PIN {RINA.name}", "whom the demo begins with"
            assert f"PIN semua orang di sini {PIN}" in screen.words_of("demo-pin")
            assert "Dedi Kurniawan mengelola toko" in screen.words_of("demo-pin")
            await screen.press("someone-else")
            assert screen.has("demo-pin")
            await come_in(screen, RINA.id, PIN)
            assert not screen.has("demo-pin")
        async with open_app(shop, demo=False) as screen:
            assert not screen.has("demo-pin")
        shop.demo = DEMO
        async with open_app(shop) as screen:
            assert screen.has("choose-associate")
            assert not screen.has("demo-pin")

    run(journey())


def test_whoever_has_a_pin_finds_the_way_back_from_the_code(keyed_shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(keyed_shop) as screen:
            await screen.press(f"associate-{RINA.id}")
            await screen.press("has-code")
            await screen.press("has-pin")
            await type_pin(screen, PIN)
            assert screen.has("look-up")

    run(journey())

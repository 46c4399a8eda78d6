"""A device that enrolled over a real server: it signs and renews by itself, and a lost answer signs nobody out."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.central_api.devices import list_devices, revoke_device
from sync.central_api.enrolment import make_enrolment_code
from sync.central_api.quarantine import list_quarantine
from sync.central_api.tokens import ACCESS_FOR, REFRESH_FOR
from sync.client.httpx_api import HttpxCentralApi
from sync.protocol.errors import (
    ClockSkewed,
    DeviceRevoked,
    EnrolmentEnded,
    EnrolmentRefused,
    ProtocolBroken,
    SignedOut,
    StoreFailed,
    Unreachable,
    ValidationFailed,
)
from sync.protocol.ids import rule_id
from sync.protocol.signing import ENROLLING
from sync.protocol.wire import SCHEMA, EnrolReply, EnrolRequest, EntryMessage, PullPage, PullRequest, QuarantineRequest
from tests.support.answers import unread
from tests.support.fakes import FakeClock
from tests.support.shops import Fault, FaultyTransport, Shops, two_shops

PULL = PullRequest(device_id=rule_id("device", "signing"), schema_number=SCHEMA)
TOKEN, ENROL, PULLS = "/v1/token", "/v1/enrol", "/v1/sync/pull"
T = TypeVar("T")


class Cut(Exception):
    """The program ends here."""


@dataclass(slots=True)
class Kept:
    """What a device keeps, on a disk that outlives it; `cut` ends the program before or after a token is kept."""

    key: Ed25519PrivateKey
    registration_id: str = ENROLLING
    token: str = ""
    kept: list[str] = field(default_factory=list)
    cut_before: bool = False
    cut_after: bool = False
    is_locked: bool = False

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)

    def refresh_token(self) -> str:
        if self.is_locked:
            raise StoreFailed("secrets.keyring_locked")
        return self.token

    def keep_refresh_token(self, token: str) -> None:
        if self.cut_before:
            raise Cut
        self.token = token
        self.kept.append(token)
        if self.cut_after:
            raise Cut


@dataclass(slots=True)
class Tablet:
    """A device of the Bandung store, its line, and its own clock."""

    shops: Shops
    kept: Kept
    line: FaultyTransport
    clock: FakeClock

    def api(self) -> HttpxCentralApi:
        return HttpxCentralApi("http://central", self.kept, transport=self.line, now=self.clock, app_version="2.0")

    def run(self, work: Callable[[HttpxCentralApi], Awaitable[T]]) -> T:
        """What a program that starts, does this and ends comes to."""

        async def main() -> T:
            async with self.api() as api:
                return await work(api)

        return asyncio.run(main())

    def pull(self) -> PullPage:
        return self.run(lambda api: api.pull(PULL))

    def enrol(self, code: str) -> EnrolReply:
        public = self.kept.key.public_key().public_bytes_raw().hex()
        reply = self.run(lambda api: api.enrol(EnrolRequest(code=code, public_key=public, name="Tablet")))
        self.kept.registration_id, self.kept.token = reply.registration_id, reply.refresh_token
        return reply

    def code(self, seed: int = 1) -> str:
        now = self.shops.now()
        return make_enrolment_code(
            self.shops.database, "BDG", name="", made_by="operator", now=now, random=Random(seed)
        ).code

    @contextmanager
    def failing(self, path: str, fault: Fault) -> Iterator[None]:
        """The first request to that path inside the block fails so."""
        left = [fault]
        self.line.fault = lambda asked: left.pop() if asked == path and left else Fault.NONE
        yield
        assert not left, "it was asked for"
        self.line.fault = lambda asked: Fault.NONE


@pytest.fixture
def shops(tmp_path: Path, sqlite_url: str, clock: FakeClock) -> Iterator[Shops]:
    shops = Shops(tmp_path, sqlite_url, now=clock, random=Random(1))
    shops.put(*two_shops())
    yield shops
    shops.close()


@pytest.fixture
def new_tablet(shops: Shops, clock: FakeClock) -> Tablet:
    """One that has a key and nothing else."""
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"tablet").digest())
    return Tablet(shops, Kept(key), FaultyTransport(shops.app), FakeClock(clock()))


@pytest.fixture
def tablet(new_tablet: Tablet) -> Tablet:
    new_tablet.enrol(new_tablet.code())
    return new_tablet


def asked(tablet: Tablet) -> list[str]:
    """What arrived at the server since this was called last."""
    paths, tablet.line.requests = tablet.line.requests, []
    return paths


def test_a_device_that_enrolled_pulls_and_keeps_the_token_before_it_is_used(tablet: Tablet) -> None:
    asked(tablet)
    assert tablet.pull().last_page
    assert asked(tablet) == [TOKEN, PULLS]
    assert tablet.kept.kept == [tablet.kept.token]
    (row,) = list_devices(tablet.shops.database)
    assert (row.name, row.app_version) == ("Tablet", "2.0")


def test_one_access_token_serves_until_it_is_over_and_is_then_renewed_once(tablet: Tablet, clock: FakeClock) -> None:
    async def work(api: HttpxCentralApi) -> None:
        for _ in range(3):
            await api.pull(PULL)
        for moving in (clock, tablet.clock):
            moving.advance(ACCESS_FOR)
        await api.pull(PULL)

    asked(tablet)
    tablet.run(work)
    assert asked(tablet) == [TOKEN, *[PULLS] * 3, PULLS, TOKEN, PULLS]


def test_many_requests_at_once_share_one_renewal(tablet: Tablet, clock: FakeClock) -> None:
    async def work(api: HttpxCentralApi) -> None:
        await asyncio.gather(*(api.pull(PULL) for _ in range(5)))
        for moving in (clock, tablet.clock):
            moving.advance(ACCESS_FOR)
        await asyncio.gather(*(api.pull(PULL) for _ in range(5)))

    asked(tablet)
    tablet.run(work)
    paths = asked(tablet)
    assert paths.count(TOKEN) == 2
    assert paths.count(PULLS) == 15


def test_a_server_that_never_accepts_a_token_is_asked_twice_and_not_for_ever() -> None:
    paths: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        if request.url.path == TOKEN:
            body = f'{{"access_token":"{len(paths)}","access_ends_in_s":600,"refresh_token":"1.a"}}'
            return unread(httpx.Response(200, headers={"content-type": "application/json"}, text=body))
        text = '{"title":"x","status":401,"code":"sync.access_ended"}'
        return unread(httpx.Response(401, headers={"content-type": "application/problem+json"}, text=text))

    async def main() -> None:
        kept = Kept(Ed25519PrivateKey.from_private_bytes(bytes(32)), rule_id("x"), "1.a")
        async with HttpxCentralApi("http://central", kept, transport=httpx.MockTransport(handler)) as api:
            await api.pull(PULL)

    with pytest.raises(SignedOut):
        asyncio.run(main())
    assert paths == [TOKEN, PULLS, TOKEN, PULLS]


LOST = (Fault.REQUEST_LOST, Fault.REQUEST_CUT, Fault.REQUEST_LATE, Fault.ANSWER_LOST, Fault.ANSWER_CUT, Fault.BUSY,
        Fault.SERVER_ERROR, Fault.HTML)  # fmt: skip


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("path", [TOKEN, PULLS])
def test_whatever_is_lost_on_the_way_the_device_goes_on(tablet: Tablet, path: str, fault: Fault) -> None:
    with tablet.failing(path, fault), pytest.raises((Unreachable, ProtocolBroken)):
        tablet.pull()
    for _ in range(3):
        assert tablet.pull().last_page


@pytest.mark.parametrize("fault", LOST)
def test_whatever_is_lost_of_an_enrolment_the_same_code_enrols_the_same_device(
    new_tablet: Tablet, fault: Fault
) -> None:
    code = new_tablet.code()
    with new_tablet.failing(ENROL, fault), pytest.raises((Unreachable, ProtocolBroken)):
        new_tablet.enrol(code)
    new_tablet.enrol(code)
    asyncio.run(new_tablet.line.deliver_late())
    assert new_tablet.pull().last_page
    assert len(list_devices(new_tablet.shops.database)) == 1


def test_a_lost_answer_is_made_up_for_after_weeks_without_a_network(tablet: Tablet, clock: FakeClock) -> None:
    with tablet.failing(TOKEN, Fault.ANSWER_LOST), pytest.raises(Unreachable):
        tablet.pull()
    for moving in (clock, tablet.clock):
        moving.advance(REFRESH_FOR)
    assert tablet.pull().last_page


@pytest.mark.parametrize("when", ["cut_before", "cut_after"])
def test_a_program_killed_before_or_after_a_token_is_kept_goes_on(tablet: Tablet, when: str) -> None:
    tablet.pull()
    asked(tablet)
    setattr(tablet.kept, when, True)
    with pytest.raises(Cut):
        tablet.pull()
    assert asked(tablet) == [TOKEN], "no access token is used whose refresh token is not kept"
    setattr(tablet.kept, when, False)
    assert tablet.pull().last_page


def test_what_somebody_on_the_way_sends_twice_is_accepted_once_and_signed_again(tablet: Tablet) -> None:
    for path in (TOKEN, PULLS):
        with tablet.failing(path, Fault.REQUEST_TWICE):
            assert tablet.pull().last_page
    assert tablet.pull().last_page


def test_two_processes_of_one_device_do_not_sign_each_other_out(tablet: Tablet, clock: FakeClock) -> None:
    async def work(app: HttpxCentralApi) -> None:
        async with tablet.api() as command:
            for _ in range(6):
                await asyncio.gather(app.pull(PULL), command.pull(PULL))
                for moving in (clock, tablet.clock):
                    moving.advance(ACCESS_FOR)

    tablet.run(work)
    assert tablet.pull().last_page


def test_a_copy_of_a_device_s_files_that_is_used_beside_it_ends_the_enrolment_of_both(
    tablet: Tablet, clock: FakeClock
) -> None:
    copied = tablet.kept.token
    for _ in range(2):
        tablet.pull()
        for moving in (clock, tablet.clock):
            moving.advance(ACCESS_FOR)
    tablet.kept.token, ours = copied, tablet.kept.token
    with pytest.raises(EnrolmentEnded):
        tablet.pull()
    tablet.kept.token = ours
    with pytest.raises(EnrolmentEnded):
        tablet.pull()


@pytest.mark.parametrize("wrong", [timedelta(days=3650), timedelta(days=-3650), timedelta(minutes=7)])
def test_a_device_whose_clock_is_wrong_signs_by_the_server_s_and_leaves_its_own(
    new_tablet: Tablet, wrong: timedelta
) -> None:
    stands = new_tablet.clock.advance(wrong)
    new_tablet.enrol(new_tablet.code())

    async def work(api: HttpxCentralApi) -> None:
        await api.pull(PULL)
        await api.pull(PULL)

    asked(new_tablet)
    new_tablet.run(work)
    assert asked(new_tablet) == [TOKEN, TOKEN, PULLS, PULLS]
    assert new_tablet.clock() == stands


def test_a_clock_that_is_set_right_on_the_way_is_followed(tablet: Tablet) -> None:
    async def work(api: HttpxCentralApi) -> None:
        for wrong in (timedelta(hours=7), timedelta(hours=-7), timedelta(hours=3)):
            tablet.clock.advance(wrong)
            await api.pull(PULL)

    tablet.run(work)


def test_a_server_whose_time_is_no_time_is_not_followed() -> None:
    text = '{"title":"x","status":401,"code":"sync.clock_skewed","server_time":"soon"}'

    def handler(request: httpx.Request) -> httpx.Response:
        return unread(httpx.Response(401, headers={"content-type": "application/problem+json"}, text=text))

    async def main() -> None:
        kept = Kept(Ed25519PrivateKey.from_private_bytes(bytes(32)), rule_id("x"), "1.a")
        async with HttpxCentralApi("http://central", kept, transport=httpx.MockTransport(handler)) as api:
            await api.pull(PULL)

    with pytest.raises(ClockSkewed):
        asyncio.run(main())


def test_a_keyring_that_is_locked_costs_no_token(tablet: Tablet) -> None:
    tablet.kept.is_locked = True
    with pytest.raises(StoreFailed):
        tablet.pull()
    tablet.kept.is_locked = False
    assert tablet.pull().last_page


def test_a_revoked_device_is_told_so(tablet: Tablet, clock: FakeClock) -> None:
    async def work(api: HttpxCentralApi) -> None:
        await api.pull(PULL)
        revoke_device(tablet.shops.database, tablet.kept.registration_id, now=clock)
        with pytest.raises(DeviceRevoked):
            await api.pull(PULL)

    tablet.run(work)
    with pytest.raises(DeviceRevoked):
        tablet.pull()


def test_a_revoked_device_hands_over_what_it_had_not_sent_and_only_then(tablet: Tablet, clock: FakeClock) -> None:
    entry = EntryMessage(n=1, uuid=rule_id("entry"), name="note.write", version=1, args={}, at="2026-11-22T03:42:00Z")
    request = QuarantineRequest(device_id=PULL.device_id, entries=[entry])
    with pytest.raises(ValidationFailed) as refused:
        tablet.run(lambda api: api.quarantine(request))
    assert refused.value.code == "sync.quarantine_closed"
    revoke_device(tablet.shops.database, tablet.kept.registration_id, now=clock)
    tablet.clock.advance(timedelta(days=-30))
    asked(tablet)
    for fault in (Fault.ANSWER_LOST, Fault.REQUEST_LOST):
        with tablet.failing("/v1/quarantine", fault), pytest.raises(Unreachable):
            tablet.run(lambda api: api.quarantine(request))
    assert tablet.run(lambda api: api.quarantine(request)).kept == 1
    assert set(asked(tablet)) == {"/v1/quarantine"}
    assert [one.entry for one in list_quarantine(tablet.shops.database)] == [entry]


def test_a_code_that_is_refused_says_why(new_tablet: Tablet) -> None:
    with pytest.raises(EnrolmentRefused) as refused:
        new_tablet.enrol("2222-2222")
    assert refused.value.code == "enrolment.unknown"


def test_a_server_behind_a_proxy_that_adds_a_path_accepts_what_is_signed(tablet: Tablet) -> None:
    class Stripping(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            plain = request.url.copy_with(raw_path=request.url.raw_path.removeprefix(b"/central"))
            passed = httpx.Request(request.method, plain, headers=request.headers, content=await request.aread())
            return await tablet.line.handle_async_request(passed)

    async def main() -> PullPage:
        address = "https://toko.example/central/"
        async with HttpxCentralApi(address, tablet.kept, transport=Stripping(), now=tablet.clock) as api:
            return await api.pull(PULL)

    assert asyncio.run(main()).last_page

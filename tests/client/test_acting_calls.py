"""A person's calls over a real server: a token by their key, renewed when it is over, by the server's clock."""

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.central_api.acting import ACTING_FOR
from sync.central_api.associate_keys import associate_named, end_associate_sessions
from sync.central_api.associates import add_associate
from sync.central_api.sign_in_codes import make_sign_in_code
from sync.client.acting import ActingCalls
from sync.client.httpx_api import HttpxCentralApi
from sync.protocol.associate_proofs import key_request
from sync.protocol.errors import ActingRefused, Forbidden, SignInCodeRefused
from sync.protocol.wire import SignInCodeReply
from tests.client.test_signing_caller import Kept, Tablet
from tests.support.fakes import FakeClock
from tests.support.shops import FaultyTransport, Shops, two_shops

ACTING, CODES = "/v1/acting", "/v1/associates/sign-in-codes"
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"dewi").digest())
T = TypeVar("T")


@pytest.fixture
def tablet(tmp_path: Path, sqlite_url: str, clock: FakeClock) -> Iterator[Tablet]:
    """An enrolled tablet of Bandung, where the manager Dewi and the associate Tono work; Dewi has a key on it."""
    shops = Shops(tmp_path, sqlite_url, now=clock, random=Random(1))
    shops.put(*two_shops())
    for name, role in (("Dewi", "manager"), ("Tono", "associate")):
        add_associate(shops.database, "BDG", name, role=role, now=clock)
    kept = Kept(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"tablet").digest()))
    made = Tablet(shops, kept, FaultyTransport(shops.app), FakeClock(clock()))
    made.enrol(made.code())
    add_key(made, "Dewi")
    yield made
    shops.close()


def id_of(tablet: Tablet, name: str) -> str:
    return associate_named(tablet.shops.database, name).id


def add_key(tablet: Tablet, name: str, *, code: str = "") -> None:
    who, now = id_of(tablet, name), tablet.shops.now()
    code = code or make_sign_in_code(tablet.shops.database, who, made_by="operator", now=now, random=Random(2)).code
    request = key_request(
        code, registration_id=tablet.kept.registration_id, associate_id=who,
        public_key=KEY.public_key().public_bytes_raw().hex(), signer=KEY.sign,
    )  # fmt: skip
    tablet.run(lambda api: api.add_key(request))


def acting(tablet: Tablet, work: Callable[[ActingCalls], Awaitable[T]], *, name: str = "Dewi") -> T:
    """What that associate's calls come to."""

    async def main(api: HttpxCentralApi) -> T:
        calls = ActingCalls(
            api, registration_id=tablet.kept.registration_id, associate_id=id_of(tablet, name), signer=KEY.sign,
            now=tablet.clock,
        )  # fmt: skip
        return await work(calls)

    return tablet.run(main)


def asked(tablet: Tablet) -> list[str]:
    paths, tablet.line.requests = tablet.line.requests, []
    return [path for path in paths if path in (ACTING, CODES)]


def test_one_token_serves_until_it_is_over_and_is_then_renewed(tablet: Tablet, clock: FakeClock) -> None:
    tono = id_of(tablet, "Tono")

    async def work(calls: ActingCalls) -> None:
        await calls.make_sign_in_code(tono)
        await calls.make_sign_in_code(tono)
        for moving in (clock, tablet.clock):
            moving.advance(ACTING_FOR)
        await calls.make_sign_in_code(tono)

    acting(tablet, work)
    of_device, of_person = CODES, CODES  # the device's own token was over as well
    assert asked(tablet) == [ACTING, CODES, CODES, of_device, of_person, ACTING, CODES]


def test_a_device_whose_clock_is_wrong_signs_by_the_servers(tablet: Tablet) -> None:
    tablet.clock.advance(timedelta(hours=7))
    tono = id_of(tablet, "Tono")
    made: SignInCodeReply = acting(tablet, lambda calls: calls.make_sign_in_code(tono))
    add_key(tablet, "Tono", code=made.code)
    with pytest.raises(Forbidden):
        acting(tablet, lambda calls: calls.make_sign_in_code(tono), name="Tono")


def test_who_was_signed_out_is_told_so_and_asks_no_further(tablet: Tablet) -> None:
    tono = id_of(tablet, "Tono")
    end_associate_sessions(tablet.shops.database, id_of(tablet, "Dewi"), now=tablet.shops.now())
    asked(tablet)
    with pytest.raises(ActingRefused):
        acting(tablet, lambda calls: calls.make_sign_in_code(tono))
    assert asked(tablet) == [ACTING]


def test_why_a_code_is_refused_is_told(tablet: Tablet) -> None:
    with pytest.raises(SignInCodeRefused) as caught:
        add_key(tablet, "Tono", code="22222222")
    assert caught.value.code == "sign_in_code.unknown"


def test_a_manager_reads_who_opened_how_many(tablet: Tablet) -> None:
    store_id = next(iter(associate_named(tablet.shops.database, "Tono").store_ids))
    assert acting(tablet, lambda calls: calls.reading(store_id)).readings == []

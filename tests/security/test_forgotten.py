"""Who asked to be forgotten is in no file that the program owns, at the server or on a device: looked for byte by byte.

For once nothing is encrypted. Real stores and the real API; a device that was away is named until it has come back.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

import pytest

from clienteling.domain.errors import NotFound
from clienteling.store.database import Plaintext
from clienteling.store.unpack import ASKING
from sync.central_api.daily import do_days_work
from sync.central_api.database import sqlite_url
from sync.central_api.erasure_list import ERASURE_LIST
from sync.central_api.privacy_erasing import Places, carry_out, certificate, read_standings
from sync.central_api.privacy_requests import check_identity, get_request, open_request
from sync.client.httpx_api import HttpxCentralApi
from sync.engine.send_audit import send_audit
from sync.protocol.kinds import Kind
from sync.protocol.privacy import Proof, RequestKind, RequestState
from tests.support.fakes import FakeClock
from tests.support.shops import Device, Shops, customer, order, record, ref_id, two_shops

NAME, PHONE, EMAIL = "Zulkarnaen Dirgantara", "+6289912345678", "zulkarnaen@surel.example"
NOTE, CITY, GONE_CITY = "alergi kain wol", "Tembagapura", "Wamena"
WORDS: Final = ("Zulkarnaen", "Dirgantara", "89912345678", "zulkarnaen", "kain wol", CITY, GONE_CITY, "bungkus kado")
WHO = ref_id(Kind.CUSTOMER, "zul")
RINA = ref_id(Kind.ASSOCIATE, "rina")
BANDUNG = ref_id(Kind.LOCATION, "BDG")
AT = "2026-11-22T03:42:00Z"


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[Shops]:
    made = Shops(tmp_path, sqlite_url(tmp_path / "central.db"), now=FakeClock(), random=Random(7), snapshots=True)
    bought = order("1043", "zul", "BDG", AT)
    made.put(
        *two_shops(),
        customer("zul", "BDG", name=NAME, phone=PHONE, phone_typed=PHONE, email=EMAIL, city=CITY),
        record(Kind.ORDER, "1043", **{**bought.body, "note": "bungkus kado"}),
        record(Kind.LOYALTY_ACCOUNT, "card", customer_id=WHO, number="ZULKARNAEN-1", as_of=AT),
    )
    yield made
    made.close()


def tablet(shops: Shops, name: str) -> Device:
    return shops.device("BDG", name, asking=ASKING, key=Plaintext.FOR_DEVELOPMENT)


def sync(device: Device, shops: Shops) -> None:
    """A sync with its audit log behind it, as the engine does."""

    async def both() -> None:
        await device.sync()
        async with HttpxCentralApi("http://central", device.token, transport=device.transport) as api:
            await send_audit(device.store.audit, api, new_id=shops.new_id, now=shops.now, tip_alone=True)

    asyncio.run(both())


def write(device: Device, shops: Shops, name: str, **args: object) -> None:
    device.store.write(name, 1, {"customer_id": WHO, **args}, actor=RINA, at=shops.now())


def note(device: Device, shops: Shops, text: str) -> None:
    write(device, shops, "note.write", note_id=shops.new_id(), text=text, store_id=BANDUNG, written_at=AT)


def found_in(folder: Path) -> set[tuple[str, str]]:
    """File and word, for every file below the folder that has one of the words."""
    wanted = [(word, code) for word in WORDS for code in (word.encode(), word.encode("utf-16-le"))]
    return {
        (str(path.relative_to(folder)), word)
        for path in folder.rglob("*")
        if path.is_file()
        for word, code in wanted
        if code.lower() in path.read_bytes().lower()
    }


def used(shops: Shops) -> tuple[Device, Device]:
    """Two tablets that have used what is known: notes, a value that lost, a refused change, a damaged file."""
    near, away = tablet(shops, "near"), tablet(shops, "away")
    for device in (near, away):
        sync(device, shops)
    note(near, shops, NOTE)
    write(away, shops, "contact.edit", fields={"city": [CITY, GONE_CITY]})
    sync(near, shops)
    sync(away, shops)
    write(near, shops, "contact.edit", fields={"city": [CITY, "Solo"]})
    write(near, shops, "wishlist.remove", item_ids=[shops.new_id()])
    sync(near, shops)
    (near.store._folder.path / "store-0.db.damaged-20261101T000000Z").write_bytes(NAME.encode())
    assert near.store.attention()
    return near, away


def erase(shops: Shops) -> str:
    request = open_request(shops.database, RequestKind.ERASURE, WHO, now=shops.now())
    check_identity(shops.database, request.id, Proof.DOCUMENT, now=shops.now())
    places = Places(shops.folder / "snapshots", shops.folder / ERASURE_LIST)
    carry_out(shops.database, request.id, places=places, now=shops.now())
    return request.id


def states(shops: Shops, request_id: str) -> dict[str, str]:
    standings = read_standings(shops.database, get_request(shops.database, request_id))
    return {one.name: one.state for one in standings}


def test_nothing_of_the_erased_is_in_any_file_and_a_device_that_was_away_is_named_until_it_came(shops: Shops) -> None:
    near, away = used(shops)
    shops.database.clear_log()
    before = found_in(shops.folder)
    assert {path.split("/")[0] for path, _ in before} >= {"central.db", "near", "away"}
    assert {word for _, word in before} == set(WORDS)
    request_id = erase(shops)
    assert {path.split("/")[0] for path, _ in found_in(shops.folder)} == {"near", "away"}, "the server has nothing"
    sync(near, shops)
    assert {path.split("/")[0] for path, _ in found_in(shops.folder)} == {"away"}
    assert states(shops, request_id) == {"near": "confirmed", "away": "awaited"}
    told = certificate(shops.database, request_id)
    assert [one["name"] for one in told["devices"] if one["state"] == "awaited"] == ["away"]
    with pytest.raises(NotFound):
        note(near, shops, NOTE)

    note(away, shops, f"{NOTE}, kata {NAME}")
    sync(away, shops)
    do_days_work(shops.database, shops.now())
    assert found_in(shops.folder) == set()
    assert states(shops, request_id) == {"near": "confirmed", "away": "confirmed"}
    assert get_request(shops.database, request_id).state is RequestState.DONE
    assert not near.store.attention()


def test_a_device_that_fetches_anew_after_the_erasure_never_gets_them(shops: Shops) -> None:
    used(shops)
    request_id = erase(shops)
    young = tablet(shops, "young")
    sync(young, shops)
    assert not [path for path, _ in found_in(shops.folder) if path.startswith("young")]
    assert states(shops, request_id)["away"] == "awaited"


def test_an_import_after_the_erasure_brings_nobody_back_into_any_file(shops: Shops) -> None:
    near, _ = used(shops)
    erase(shops)
    sync(near, shops)
    shops.put(customer("zul", "BDG", name=NAME, phone=PHONE), customer("other", "SBY", name=NAME, email=EMAIL))
    sync(near, shops)
    assert {path.split("/")[0] for path, _ in found_in(shops.folder)} == {"away"}

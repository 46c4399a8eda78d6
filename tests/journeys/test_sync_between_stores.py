"""What one store writes reaches the other, with every fault of the network in between. Real stores, real API."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from clienteling.store.generation import Step
from clienteling.store.tables import META, RECORD, ROW_SCOPE, SCOPE_DIGEST
from clienteling.store.unpack import ASKING
from clienteling.use_cases.claim_order import claim_order, waiting_claims
from clienteling.use_cases.needs_attention import needs_attention
from sync.central_api.database import sqlite_url
from sync.protocol.errors import Unreachable
from sync.protocol.ids import stock_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from tests.support.fakes import FakeClock
from tests.support.shops import Device, Fault, Shops, customer, order, record, ref_id, two_shops

SITI = ref_id(Kind.CUSTOMER, "siti")
BUDI = ref_id(Kind.CUSTOMER, "budi")
ANI = ref_id(Kind.CUSTOMER, "ani")
BANDUNG = ref_id(Kind.LOCATION, "BDG")
SURABAYA = ref_id(Kind.LOCATION, "SBY")
RINA = ref_id(Kind.ASSOCIATE, "rina")
AGUS = ref_id(Kind.ASSOCIATE, "agus")
NOTE = "018f0000-0000-7000-8000-00000000aa01"
MASKED = "INV/20261003/MPL/41"
AT = "2026-11-22T03:42:00Z"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def shops(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shops]:
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "central.db")
    else:
        url = request.getfixturevalue("postgresql_url")
    made = Shops(tmp_path, url, now=FakeClock(), random=Random(7))
    made.put(*two_shops())
    yield made
    made.close()


def sync(*devices: Device) -> None:
    for device in devices:
        asyncio.run(device.sync())


def write_note(device: Device, text: str, *, note_id: str = NOTE, customer_id: str = SITI, actor: str = RINA) -> None:
    args = {"note_id": note_id, "customer_id": customer_id, "text": text, "store_id": BANDUNG, "written_at": AT}
    device.store.write("note.write", 1, args, actor=actor, at=FakeClock()())


def masked_order(number: str) -> ImportedRecord:
    """An order of a marketplace that does not say whose it is."""
    told = order(number, "nobody", "BDG", AT)
    return replace(told, body={**told.body, "channel": "Tokopedia", "customer_id": None, "location_id": None})


def texts(device: Device) -> list[str]:
    return sorted(body["text"] for body in device.records(Kind.NOTE).values())


def test_each_store_holds_its_own_customers_and_those_they_share(shops: Shops) -> None:
    bandung, surabaya = shops.device("BDG", "a"), shops.device("SBY", "b")
    sync(bandung, surabaya)
    assert set(bandung.records(Kind.CUSTOMER)) == {SITI, BUDI}
    assert set(surabaya.records(Kind.CUSTOMER)) == {SITI, ANI}
    assert len(bandung.records(Kind.ORDER)) == 1, "an order follows its customer into every store"


def test_a_note_written_offline_reaches_the_other_store(shops: Shops) -> None:
    bandung, surabaya = shops.device("BDG", "a"), shops.device("SBY", "b")
    sync(bandung, surabaya)
    bandung.transport.fault = lambda path: Fault.REQUEST_LOST
    write_note(bandung, "Suka biru")
    assert texts(bandung) == ["Suka biru"]
    with pytest.raises(Unreachable):
        sync(bandung)
    assert bandung.store.waiting() == 1
    bandung.transport.fault = lambda path: Fault.NONE
    sync(bandung, surabaya)
    assert bandung.store.waiting() == 0
    assert texts(surabaya) == ["Suka biru"]


def test_a_note_whose_push_answer_was_lost_is_there_once(shops: Shops) -> None:
    bandung, surabaya = shops.device("BDG", "a"), shops.device("SBY", "b")
    sync(bandung)
    write_note(bandung, "Suka biru")
    bandung.transport.fault = lambda path: Fault.ANSWER_LOST if path.endswith("push") else Fault.NONE
    with pytest.raises(Unreachable):
        sync(bandung)
    bandung.transport.fault = lambda path: Fault.NONE
    sync(bandung, surabaya)
    assert texts(bandung) == texts(surabaya) == ["Suka biru"]
    assert bandung.store.waiting() == 0


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.SERVER_ERROR, Fault.REQUEST_LOST, Fault.ANSWER_LOST])
def test_whatever_answers_in_place_of_the_api_leaves_the_store_as_it_was(shops: Shops, fault: Fault) -> None:
    bandung = shops.device("BDG", "a")
    sync(bandung)
    write_note(bandung, "Suka biru")
    bandung.transport.fault = lambda path: fault
    with pytest.raises(Unreachable):
        sync(bandung)
    assert texts(bandung) == ["Suka biru"]
    assert set(bandung.records(Kind.CUSTOMER)) == {SITI, BUDI}


def test_nothing_new_is_one_request(shops: Shops) -> None:
    bandung = shops.device("BDG", "a")
    sync(bandung)
    bandung.transport.requests.clear()
    sync(bandung)
    assert bandung.transport.requests == ["/v1/sync/pull"]


def test_a_customer_served_elsewhere_joins_that_store_with_everything_about_them(shops: Shops) -> None:
    bandung, surabaya = shops.device("BDG", "a"), shops.device("SBY", "b")
    shops.put(customer("budi", "BDG", name="Budi Santoso"))
    sync(bandung, surabaya)
    assert BUDI not in surabaya.records(Kind.CUSTOMER)
    args = {"note_id": NOTE, "customer_id": BUDI, "text": "Dilayani", "store_id": SURABAYA, "written_at": AT}
    surabaya.store.write("note.write", 1, args, actor=AGUS, at=FakeClock()())
    sync(surabaya, bandung)
    assert surabaya.records(Kind.CUSTOMER)[BUDI]["name"] == "Budi Santoso"
    assert texts(bandung) == ["Dilayani"]


def test_a_customer_whose_home_moves_leaves_the_old_store(shops: Shops) -> None:
    bandung, surabaya = shops.device("BDG", "a"), shops.device("SBY", "b")
    sync(bandung, surabaya)
    shops.put(customer("budi", "SBY"))
    sync(bandung, surabaya)
    assert BUDI not in bandung.records(Kind.CUSTOMER)
    assert BUDI in surabaya.records(Kind.CUSTOMER)


def test_two_stores_that_edit_one_field_keep_both_values(shops: Shops) -> None:
    bandung, surabaya = shops.device("BDG", "a"), shops.device("SBY", "b")
    sync(bandung, surabaya)
    for device, city, actor in ((bandung, "Cimahi", RINA), (surabaya, "Malang", AGUS)):
        fields = {"customer_id": SITI, "fields": {"city": ["", city]}}
        device.store.write("contact.edit", 1, fields, actor=actor, at=FakeClock()())
    sync(bandung, surabaya, bandung)
    assert bandung.records(Kind.CUSTOMER)[SITI]["city"] == surabaya.records(Kind.CUSTOMER)[SITI]["city"] == "Malang"
    (conflict,) = bandung.records(Kind.CONFLICT).values()
    assert (conflict["kept"], conflict["other"]) == ("Malang", "Cimahi")
    assert [entry.code for entry in surabaya.store.attention()] == ["mutation.merged"]
    settle = {"conflict_id": conflict["id"], "customer_id": SITI}
    bandung.store.write("conflict.settle", 1, settle, actor=RINA, at=FakeClock()())
    sync(bandung, surabaya)
    assert surabaya.records(Kind.CONFLICT)[conflict["id"]]["status"] == "settled"


def test_a_refused_entry_needs_attention_and_leaves_no_row_behind(shops: Shops) -> None:
    bandung, surabaya = shops.device("BDG", "a"), shops.device("SBY", "b")
    sync(bandung, surabaya)
    write_note(bandung, "Oleh siapa?", actor=AGUS)
    assert texts(bandung) == ["Oleh siapa?"]
    sync(bandung)
    assert texts(bandung) == []
    assert [entry.code for entry in bandung.store.attention()] == ["mutation.actor_unknown"]


def test_an_order_claimed_offline_is_the_customers_in_every_store_once_the_network_is_back(shops: Shops) -> None:
    shops.put(masked_order(MASKED))
    bandung, surabaya = shops.device("BDG", "a", asking=ASKING), shops.device("SBY", "b", asking=ASKING)
    sync(bandung, surabaya)
    bandung.transport.fault = lambda path: Fault.REQUEST_LOST
    claim_order(bandung.store, SITI, MASKED.lower(), agreed=True, author_id=RINA, now=FakeClock())
    with pytest.raises(Unreachable):
        sync(bandung)
    assert [one.number for one in waiting_claims(bandung.store, SITI)] == [MASKED.lower()]
    bandung.transport.fault = lambda path: Fault.NONE
    sync(bandung, surabaya)
    assert waiting_claims(bandung.store, SITI) == ()
    for device in (bandung, surabaya):
        assert device.records(Kind.ORDER)[ref_id(Kind.ORDER, MASKED)]["customer_id"] == SITI


def test_a_claim_of_anothers_order_or_of_an_unknown_number_needs_attention_with_what_was_typed(shops: Shops) -> None:
    shops.put(masked_order(MASKED))
    bandung, surabaya = shops.device("BDG", "a", asking=ASKING), shops.device("SBY", "b", asking=ASKING)
    sync(bandung, surabaya)
    claim_order(bandung.store, BUDI, MASKED, agreed=True, author_id=RINA, now=FakeClock())
    sync(bandung)
    for number in (MASKED, "TIDAK-ADA"):
        claim_order(surabaya.store, ANI, number, agreed=True, author_id=AGUS, now=FakeClock())
    sync(surabaya)
    refused = [(one.action, one.typed, one.code) for one in needs_attention(surabaya.store)]
    assert refused == [
        ("order.claim", MASKED, "mutation.order_taken"),
        ("order.claim", "TIDAK-ADA", "mutation.order_unknown"),
    ]
    assert ref_id(Kind.ORDER, MASKED) not in surabaya.records(Kind.ORDER)


def test_a_store_that_lost_its_cursor_is_filled_anew_and_keeps_what_waits(shops: Shops) -> None:
    bandung = shops.device("BDG", "a")
    sync(bandung)
    with bandung.store._current().writing() as connection:  # a cursor that no server signed
        connection.execute(META.update().values(cursor="garbage"))
    write_note(bandung, "Suka biru")
    result = asyncio.run(bandung.sync())
    assert result.new_store
    assert texts(bandung) == ["Suka biru"]
    assert set(bandung.records(Kind.CUSTOMER)) == {SITI, BUDI}
    assert bandung.store.waiting() == 0


class PowerCut(Exception):
    pass


@pytest.mark.parametrize("step", list(Step))
def test_a_device_cut_off_after_any_step_loses_and_doubles_nothing(shops: Shops, step: Step) -> None:
    armed = [False]

    def cut(reached: Step) -> None:
        if armed[0] and reached is step:
            raise PowerCut

    bandung, surabaya = shops.device("BDG", "a", after_step=cut), shops.device("SBY", "b")
    sync(bandung, surabaya)
    armed[0] = True
    try:
        write_note(bandung, "Suka biru")
        sync(bandung)
    except PowerCut:
        pass
    bandung.store.close()
    again = shops.device("BDG", "a", token=bandung.token)
    sync(again, surabaya)
    assert texts(again) == texts(surabaya) == ["Suka biru"]
    assert again.store.waiting() == 0


def test_a_data_directory_used_on_two_machines_takes_a_new_identity_and_keeps_both_notes(
    shops: Shops, tmp_path: Path
) -> None:
    original = shops.device("BDG", "a")
    sync(original)
    original.store.close()
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    first = shops.device("BDG", "a", token=original.token)
    second = shops.device("BDG", "copy", token=original.token)
    write_note(first, "dari yang pertama")
    write_note(second, "dari salinan", note_id="018f0000-0000-7000-8000-00000000aa02")
    sync(first)
    result = asyncio.run(second.sync())
    assert result.new_identity
    sync(first)
    assert texts(first) == texts(second) == ["dari salinan", "dari yang pertama"]


def test_a_device_that_lost_a_row_fetches_that_row_and_no_other(shops: Shops) -> None:
    bandung = shops.device("BDG", "a")
    sync(bandung)
    before = bandung.records(Kind.CUSTOMER)
    with bandung.store._database.writing() as connection:
        connection.execute(RECORD.delete().where(RECORD.c.id == BUDI))
        connection.execute(ROW_SCOPE.delete().where(ROW_SCOPE.c.id == BUDI))
        connection.execute(SCOPE_DIGEST.update().where(SCOPE_DIGEST.c.scope == f"store:{BANDUNG}").values(total="1"))
    bandung.transport.requests.clear()
    result = asyncio.run(bandung.sync())
    asked = [path.rpartition("/")[2] for path in bandung.transport.requests]
    assert (asked, result.changed) == (["pull", "verify", "verify", "rows", "pull"], 1)
    assert bandung.records(Kind.CUSTOMER) == before
    assert asyncio.run(bandung.sync()).requests == 1


def test_stock_reaches_only_the_store_it_is_written_for(shops: Shops) -> None:
    variant, product = ref_id(Kind.PRODUCT, "v"), ref_id(Kind.PRODUCT, "p")
    shops.put(
        record(
            Kind.STOCK,
            "s",
            id=stock_id(BANDUNG, variant),
            store_id=BANDUNG,
            variant_id=variant,
            product_id=product,
            levels={BANDUNG: {"on_hand": 2, "reserved": 0, "as_of": AT}},
        )
    )
    bandung, surabaya = shops.device("BDG", "a"), shops.device("SBY", "b")
    sync(bandung, surabaya)
    assert len(bandung.records(Kind.STOCK)) == 1
    assert surabaya.records(Kind.STOCK) == {}

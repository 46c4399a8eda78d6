"""What the API tells a device that compares a scope, on SQLite and PostgreSQL."""

import pytest

from sync.central_api.record_store import Batch, write_batch
from sync.protocol.digest import BUCKETS, bucket_digests, bucket_of
from sync.protocol.ids import rule_id
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, RecordKey, store_scope
from sync.protocol.wire import MAX_PAGE_BYTES, RowsReply, VerifyReply
from tests.central_api.retailer import BANDUNG, MAKASSAR, SITI, Central, Device, customer, wish

STORE = store_scope(BANDUNG)
EVERY_BUCKET = list(range(BUCKETS))


def verify(tablet: Device, **fields: object) -> VerifyReply:
    response = tablet.post("verify", scope=STORE, **fields)
    assert response.status_code == 200, response.text
    return VerifyReply.model_validate_json(response.content)


def rows(tablet: Device, *names: tuple[str, str]) -> RowsReply:
    response = tablet.post("rows", scope=STORE, names=names)
    assert response.status_code == 200, response.text
    return RowsReply.model_validate_json(response.content)


def held(tablet: Device) -> list[tuple[str, str, int]]:
    places = tablet.rows.items()
    return sorted((kind, name, row["version"]) for (scope, kind, name), row in places if scope == STORE)


def test_digests_and_rows_are_those_of_a_device_that_has_it_all(central: Central) -> None:
    central.take(*(customer(f"c{number}", f"Nama {number}", home_store_id=BANDUNG) for number in range(40)))
    tablet = central.device("BDG")
    tablet.pull()
    told = verify(tablet)
    assert [(int(one.total), one.count) for one in told.digests] == [
        (one.total, one.count) for one in bucket_digests(held(tablet))
    ]
    assert told.epoch == tablet.page.epoch if tablet.page else False
    whole = verify(tablet, buckets=EVERY_BUCKET)
    assert (sorted(whole.rows), whole.whole) == (held(tablet), True)
    some = frozenset(range(0, BUCKETS, 3))
    wanted = [row for row in held(tablet) if bucket_of(row[1]) in some]
    assert sorted(verify(tablet, buckets=sorted(some)).rows) == wanted


def test_a_comparison_goes_on_after_the_last_row(central: Central) -> None:
    people = {RecordKey(Kind.CUSTOMER, rule_id("p", str(n))): {"home_store_id": BANDUNG} for n in range(1_100)}
    with central.database.writing() as connection:
        write_batch(connection, Batch(people, {}), now=central.clock())
    tablet = central.device("BDG")
    first = verify(tablet, buckets=EVERY_BUCKET)
    assert (len(first.rows), first.whole) == (1_000, False)
    second = verify(tablet, buckets=EVERY_BUCKET, after=first.rows[-1][:2])
    assert second.whole
    tablet.pull()
    assert sorted([*first.rows, *second.rows]) == held(tablet)


def test_rows_come_by_name_as_a_page_brings_them(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.push(entry := wish(tablet, SITI))
    item_id = entry["args"]["item_id"]
    tablet.push(tablet.entry("wishlist.remove", {"customer_id": SITI, "item_ids": [item_id]}))
    tablet.pull()
    names = [(Kind.WISHLIST_ITEM, item_id), (Kind.CUSTOMER, rule_id("nobody")), (Kind.CUSTOMER, SITI)]
    gone, never, siti = rows(tablet, *names).changes
    assert (gone.id, gone.state, gone.body) == (item_id, "deleted", None)
    assert (never.state, never.version, never.body) == ("left", 0, None)
    assert siti.model_dump(mode="json") == tablet.rows[STORE, Kind.CUSTOMER, SITI]


def test_rows_are_bounded_in_bytes_and_never_none(central: Central) -> None:
    text = "linen " * 20_000
    notes = {RecordKey(Kind.NOTE, rule_id("n", str(n))): {"customer_id": SITI, "text": text} for n in range(9)}
    with central.database.writing() as connection:
        write_batch(connection, Batch(notes, {}), now=central.clock())
    tablet = central.device("BDG")
    left = [tuple(key) for key in notes]
    replies = []
    while left:
        response = tablet.post("rows", scope=STORE, names=left)
        assert len(response.content) < MAX_PAGE_BYTES + len(text) + 1_000
        changes = response.json()["changes"]
        assert [(change["kind"], change["id"]) for change in changes] == left[: len(changes)]
        replies.append(len(changes))
        left = left[len(changes) :]
    assert replies == [5, 4]


def test_nothing_of_a_scope_that_is_not_granted_is_told(central: Central) -> None:
    tablet = central.device("BDG")
    for scope in (store_scope(MAKASSAR), "store:x", ""):
        for call, more in (("verify", {}), ("rows", {"names": [(Kind.CUSTOMER, SITI)]})):
            response = tablet.post(call, scope=scope, **more)
            assert (response.status_code, response.json()["code"]) == (422, "sync.scope_not_granted")
    assert tablet.post("verify", scope=GLOBAL_SCOPE).status_code == 200


@pytest.mark.parametrize("central", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("call", "fields"),
    [
        ("verify", {"buckets": [BUCKETS]}),
        ("verify", {"buckets": [-1]}),
        ("verify", {"buckets": [0] * (BUCKETS + 1)}),
        ("verify", {"buckets": [1], "after": ["customer", "x"]}),
        ("rows", {"names": []}),
        ("rows", {"names": [["customer", "x"]]}),
        ("rows", {"names": [["a\x00", SITI]]}),
        ("rows", {"names": [["customer", SITI]] * 1_001}),
    ],
)
def test_a_question_out_of_bounds_is_the_senders_to_mend(
    central: Central, call: str, fields: dict[str, object]
) -> None:
    response = central.device("BDG").post(call, scope=STORE, **fields)
    assert (response.status_code, response.json()["code"]) == (422, "sync.invalid")

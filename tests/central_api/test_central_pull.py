"""What a pull promises a device, on SQLite and PostgreSQL: everything, once, and honest cursors."""

import sqlalchemy as sa

from sync.central_api.tables import SETTING
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, lookup_scope, store_scope
from sync.protocol.wire import MAX_PAGE_BYTES
from tests.central_api.retailer import BANDUNG, NOW, SITI, Central, assert_digests_agree, customer, record, the_id, wish


def test_a_device_pulls_its_store_and_what_every_device_holds(central: Central) -> None:
    tablet = central.device("BDG")
    page = tablet.pull()
    assert page.last_page
    (own,) = {*page.grants} - {GLOBAL_SCOPE, store_scope(BANDUNG)}
    assert own.startswith(lookup_scope("")), "customers whom this device looks up online"
    assert page.grants == sorted(page.grants)
    assert [body["name"] for body in tablet.live(Kind.CUSTOMER).values()] == ["Siti Rahayu"]
    assert len(tablet.live(Kind.LOCATION)) == 3
    assert [body["name"] for body in tablet.live(Kind.ASSOCIATE).values()] == ["Rani"]
    assert_digests_agree(tablet)


def test_a_note_written_on_one_tablet_reaches_the_other(central: Central) -> None:
    first, second = central.device("BDG"), central.device("BDG")
    second.pull()
    assert first.push(first.note(SITI, "Suka linen")) == [("applied", None)]
    second.pull()
    assert [note["text"] for note in second.live(Kind.NOTE).values()] == ["Suka linen"]
    assert_digests_agree(second)


def test_small_pages_bring_the_same_as_large_ones(central: Central) -> None:
    central.take(*(customer(f"c{number}", f"Nama {number}", home_store_id=BANDUNG) for number in range(25)))
    at_once, slowly = central.device("BDG"), central.device("BDG")
    at_once.pull()
    pages = 1
    while not slowly.pull_page(limit=3).last_page:
        pages += 1
    assert pages > 8
    assert slowly.rows == at_once.rows
    assert_digests_agree(slowly)


def test_no_page_is_larger_than_its_limit_by_more_than_one_record(central: Central) -> None:
    text = "linen " * 3_000
    notes = [record(Kind.NOTE, f"n{i}", customer_id=SITI, text=text, written_at=NOW) for i in range(60)]
    central.take(*notes)
    tablet = central.device("BDG")
    sizes = []
    page = tablet.pull_page()
    while not page.last_page:
        sizes.append(sum(len(change.model_dump_json()) for change in page.changes))
        page = tablet.pull_page()
    assert len(sizes) > 1
    assert max(sizes) < MAX_PAGE_BYTES + 25_000
    assert len(tablet.live(Kind.NOTE)) == 60


def test_nothing_new_is_one_empty_last_page(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    cursor = tablet.cursor
    page = tablet.pull_page()
    assert (page.last_page, page.changes, page.cursor) == (True, [], cursor)
    assert_digests_agree(tablet)


def test_a_record_written_while_a_device_pages_is_not_missed(central: Central) -> None:
    tablet = central.device("BDG")
    first = tablet.pull_page(limit=2)
    assert not first.last_page
    central.take(customer("late", "Terlambat", home_store_id=BANDUNG))
    tablet.pull(limit=2)
    assert the_id(Kind.CUSTOMER, "late") in tablet.live(Kind.CUSTOMER)
    assert_digests_agree(tablet)


def test_who_starts_from_nothing_is_told_nothing_of_what_is_gone(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.push(entry := wish(tablet, SITI))
    item_id = entry["args"]["item_id"]
    tablet.push(tablet.entry("wishlist.remove", {"customer_id": SITI, "item_ids": [item_id]}))
    newcomer = central.device("BDG")
    newcomer.pull()
    assert {change["state"] for change in newcomer.rows.values()} == {"live"}
    assert_digests_agree(newcomer)


def test_refetch_sends_a_scope_again_from_its_first_row(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    page = tablet.pull_page(refetch=[store_scope(BANDUNG)])
    assert {change.scope for change in page.changes} == {store_scope(BANDUNG)}
    assert page.last_page


def test_a_cursor_of_another_epoch_must_be_fetched_again(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    with central.database.writing() as connection:
        connection.execute(sa.text("UPDATE scope SET epoch = '018f0000-0000-7000-8000-00000000000a'"))
    page = tablet.pull_page()
    assert page.must_refetch == sorted([GLOBAL_SCOPE, store_scope(BANDUNG)])
    assert (page.changes, page.last_page) == ([], False)


def test_a_cursor_ahead_of_the_head_must_be_fetched_again(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    with central.database.writing() as connection:
        connection.execute(sa.text("UPDATE scope SET seq = seq - 1 WHERE scope = 'global'"))
    assert tablet.pull_page().must_refetch == [GLOBAL_SCOPE]


def test_a_cursor_of_another_server_is_never_answered_with_an_empty_page(central: Central) -> None:
    tablet = central.device("BDG")
    grants = tablet.pull().grants
    with central.database.writing() as connection:
        connection.execute(sa.update(SETTING).where(SETTING.c.name == "cursor_key").values(value="00" * 32))
    assert tablet.pull_page().must_refetch == grants


def test_a_scope_no_longer_granted_is_revoked(central: Central) -> None:
    tablet = central.device("BDG")
    grants = tablet.pull().grants
    other = central.device("MKS")
    other.cursor = tablet.cursor
    page = other.pull_page()
    assert page.revoked == sorted({*grants} - {GLOBAL_SCOPE})
    assert store_scope(BANDUNG) not in {change.scope for change in page.changes}
    assert not other.pull_page().revoked


def test_what_is_gone_travels_as_a_tombstone(central: Central) -> None:
    tablet, other = central.device("BDG"), central.device("BDG")
    entry = wish(tablet, SITI)
    tablet.push(entry)
    other.pull()
    item_id = entry["args"]["item_id"]
    assert item_id in other.live(Kind.WISHLIST_ITEM)
    tablet.push(tablet.entry("wishlist.remove", {"customer_id": SITI, "item_ids": [item_id]}))
    other.pull()
    assert item_id not in other.live(Kind.WISHLIST_ITEM)
    assert other.rows[store_scope(BANDUNG), Kind.WISHLIST_ITEM, item_id]["state"] == "deleted"
    assert_digests_agree(other)

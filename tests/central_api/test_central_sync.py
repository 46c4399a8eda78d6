"""The central profile API's promises to a device, on SQLite and PostgreSQL."""

from datetime import timedelta

import sqlalchemy as sa

from sync.central_api.tables import CUSTOMER_SCOPE, SETTING
from sync.protocol.digest import digest_of
from sync.protocol.ids import preference_id, rule_id
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, store_scope
from sync.protocol.wire import MAX_PAGE_BYTES
from tests.central_api.retailer import (
    ANDI,
    BANDUNG,
    BUDI,
    MAKASSAR,
    SHIRT,
    SITI,
    Central,
    Device,
    customer,
    order,
    record,
    the_id,
)

NOW = "2026-11-22T03:42:00Z"


def held_digests(device: Device) -> dict[str, tuple[str, int]]:
    """The digest of what a device holds, by scope, computed whole."""
    scopes = {scope for scope, _, _ in device.rows} | {GLOBAL_SCOPE, store_scope(device.store_id)}
    rows = {
        scope: digest_of(
            (kind, record_id, change["version"])
            for (of_scope, kind, record_id), change in device.rows.items()
            if of_scope == scope and change["state"] == "live"
        )
        for scope in scopes
    }
    return {scope: (str(digest.total), digest.count) for scope, digest in rows.items()}


def assert_digests_agree(device: Device) -> None:
    assert device.page is not None
    said = {scope: (digest.total, digest.count) for scope, digest in device.page.digests.items()}
    assert said == held_digests(device)


def wish(device: Device, customer_id: str, **args: object) -> dict[str, object]:
    item_id = rule_id("item", device.device_id, str(device.next_n))
    whole = {"item_id": item_id, "customer_id": customer_id, "product_id": SHIRT, "added_at": NOW, **args}
    return device.entry("wishlist.add", whole)


def preference(device: Device, customer_id: str, seen: str | None, new: str) -> dict[str, object]:
    return device.entry("preference.set", {"customer_id": customer_id, "key": "size_top", "value": [seen, new]})


# --- pull


def test_a_device_pulls_its_store_and_what_every_device_holds(central: Central) -> None:
    tablet = central.device("BDG")
    page = tablet.pull()
    assert page.last_page
    assert page.grants == sorted([GLOBAL_SCOPE, store_scope(BANDUNG)])
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
    item_id = entry["args"]["item_id"]  # type: ignore[index]  # an entry's args are an object
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


def test_a_cursor_below_what_compaction_kept_must_be_fetched_again(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.pull_page(limit=2)
    with central.database.writing() as connection:
        connection.execute(sa.text("UPDATE scope SET floor_seq = 4 WHERE scope = 'global'"))
    assert tablet.pull_page().must_refetch == [GLOBAL_SCOPE]
    assert not central.device("BDG").pull_page().must_refetch, "who starts from nothing is not below the floor"


def test_a_cursor_of_another_server_is_never_answered_with_an_empty_page(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    with central.database.writing() as connection:
        connection.execute(sa.update(SETTING).where(SETTING.c.name == "cursor_key").values(value="00" * 32))
    assert tablet.pull_page().must_refetch == sorted([GLOBAL_SCOPE, store_scope(BANDUNG)])


def test_a_scope_no_longer_granted_is_revoked(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    other = central.device("MKS")
    other.cursor = tablet.cursor
    page = other.pull_page()
    assert page.revoked == [store_scope(BANDUNG)]
    assert store_scope(BANDUNG) not in {change.scope for change in page.changes}
    assert not other.pull_page().revoked


def test_what_is_gone_travels_as_a_tombstone(central: Central) -> None:
    tablet, other = central.device("BDG"), central.device("BDG")
    entry = wish(tablet, SITI)
    tablet.push(entry)
    other.pull()
    item_id = entry["args"]["item_id"]  # type: ignore[index]  # an entry's args are an object
    assert item_id in other.live(Kind.WISHLIST_ITEM)
    tablet.push(tablet.entry("wishlist.remove", {"customer_id": SITI, "item_ids": [item_id]}))
    other.pull()
    assert item_id not in other.live(Kind.WISHLIST_ITEM)
    assert other.rows[store_scope(BANDUNG), Kind.WISHLIST_ITEM, item_id]["state"] == "deleted"
    assert_digests_agree(other)


# --- scopes and membership


def test_everything_about_a_customer_follows_them_into_a_store_that_serves_them(central: Central) -> None:
    central.take(order("o1", SITI, None, "2026-10-01T00:00:00Z"))
    bandung, makassar = central.device("BDG"), central.device("MKS")
    bandung.push(bandung.note(SITI, "Suka linen"), bandung.note(SITI, "Hanya di sini", store_only=True))
    makassar.pull()
    assert SITI not in makassar.live(Kind.CUSTOMER)
    assert makassar.push(makassar.note(SITI, "Datang ke Makassar")) == [("applied", None)]
    makassar.pull()
    assert SITI in makassar.live(Kind.CUSTOMER)
    assert the_id(Kind.ORDER, "o1") in makassar.live(Kind.ORDER)
    texts = {note["text"] for note in makassar.live(Kind.NOTE).values()}
    assert texts == {"Suka linen", "Datang ke Makassar"}
    assert_digests_agree(makassar)
    bandung.pull()
    assert len(bandung.live(Kind.NOTE)) == 3
    assert_digests_agree(bandung)


def test_an_order_makes_a_membership_only_within_24_months(central: Central) -> None:
    central.take(order("old", SITI, MAKASSAR, "2024-11-01T00:00:00Z"))
    makassar = central.device("MKS")
    makassar.pull()
    assert SITI not in makassar.live(Kind.CUSTOMER)
    central.take(order("new", SITI, MAKASSAR, "2024-12-01T00:00:00Z"))
    makassar.pull()
    assert SITI in makassar.live(Kind.CUSTOMER)
    assert len(makassar.live(Kind.ORDER)) == 2


def test_a_warehouse_is_no_store_to_belong_to(central: Central) -> None:
    central.take(order("w", SITI, the_id(Kind.LOCATION, "WH"), "2026-10-01T00:00:00Z"))
    with central.database.reading() as connection:
        stores = connection.execute(
            sa.select(CUSTOMER_SCOPE.c.store_id).where(CUSTOMER_SCOPE.c.customer_id == SITI)
        ).scalars()
        assert list(stores) == [BANDUNG]


def test_the_store_served_longest_ago_is_left_when_there_are_too_many(central: Central) -> None:
    tablet = central.device("MKS")
    central.take(order("first", SITI, MAKASSAR, "2026-01-01T00:00:00Z"))
    tablet.pull()
    assert SITI in tablet.live(Kind.CUSTOMER)
    codes = [f"S{number}" for number in range(9)]
    central.take(
        *(record(Kind.LOCATION, code, name=code, code=code) for code in codes),
        *(order(code, SITI, the_id(Kind.LOCATION, code), "2026-02-01T00:00:00Z") for code in codes),
    )
    tablet.pull()
    assert SITI not in tablet.live(Kind.CUSTOMER)
    assert tablet.rows[store_scope(MAKASSAR), Kind.CUSTOMER, SITI]["state"] == "left"
    assert tablet.live(Kind.ORDER) == {}
    assert_digests_agree(tablet)


def test_a_customer_who_moves_leaves_the_old_home_store(central: Central) -> None:
    bandung, makassar = central.device("BDG"), central.device("MKS")
    bandung.pull()
    central.take(customer("siti", "Siti Rahayu", phone="+6281234567890", home_store_id=MAKASSAR))
    bandung.pull()
    makassar.pull()
    assert SITI not in bandung.live(Kind.CUSTOMER)
    assert SITI in makassar.live(Kind.CUSTOMER)
    assert_digests_agree(bandung)


def test_children_that_come_before_their_customer_meet_them_later(central: Central) -> None:
    dewi = the_id(Kind.CUSTOMER, "dewi")
    central.take(order("early", dewi, BANDUNG, "2026-11-01T00:00:00Z"))
    central.take(customer("dewi", "Dewi"))
    tablet = central.device("BDG")
    tablet.pull()
    assert dewi in tablet.live(Kind.CUSTOMER)
    assert the_id(Kind.ORDER, "early") in tablet.live(Kind.ORDER)


def test_a_guest_pickup_is_seen_by_the_store_it_waits_in(central: Central) -> None:
    pickup = {"location_id": MAKASSAR, "status": "ready", "since_at": NOW}
    central.take(order("guest", None, None, NOW, pickup=pickup), order("walk-in", None, BANDUNG, NOW))
    makassar, bandung = central.device("MKS"), central.device("BDG")
    makassar.pull()
    bandung.pull()
    assert list(makassar.live(Kind.ORDER)) == [the_id(Kind.ORDER, "guest")]
    assert bandung.live(Kind.ORDER) == {}


def test_stock_goes_to_the_store_it_was_made_for(central: Central) -> None:
    level = {"on_hand": 2, "reserved": 0, "as_of": NOW}
    body = {"store_id": MAKASSAR, "variant_id": SHIRT, "product_id": SHIRT, "levels": {MAKASSAR: level}}
    central.take(record(Kind.STOCK, "s", **body))
    makassar, bandung = central.device("MKS"), central.device("BDG")
    makassar.pull()
    bandung.pull()
    assert len(makassar.live(Kind.STOCK)) == 1
    assert len(bandung.live(Kind.STOCK)) == 0


# --- push


def test_the_same_push_again_gives_the_same_verdicts_and_changes_nothing(central: Central) -> None:
    tablet, other = central.device("BDG"), central.device("BDG")
    entries = [tablet.note(SITI, "satu"), preference(tablet, rule_id("nobody"), None, "M"), wish(tablet, SITI)]
    first = tablet.push(*entries)
    assert first == [("applied", None), ("rejected", "mutation.missing"), ("applied", None)]
    other.pull()
    cursor = other.cursor
    assert tablet.push(*entries) == first
    assert tablet.push(*entries[1:]) == first[1:]
    other.pull()
    assert other.cursor == cursor


def test_a_push_that_overlaps_an_earlier_one_decides_only_what_is_new(central: Central) -> None:
    tablet = central.device("BDG")
    entries = [tablet.note(SITI, str(number)) for number in range(4)]
    tablet.push(*entries[:2])
    tablet.push(*entries[1:])
    tablet.pull()
    assert sorted(note["text"] for note in tablet.live(Kind.NOTE).values()) == ["0", "1", "2", "3"]


def test_another_uuid_under_a_known_number_means_the_device_was_copied(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.push(tablet.note(SITI, "asli"))
    tablet.next_n = 1
    copy = tablet.note(SITI, "salinan", note_id=rule_id("other")) | {"uuid": rule_id("another uuid")}
    response = tablet.post("push", entries=[copy])
    assert (response.status_code, response.json()["code"]) == (409, "sync.device_forked")
    tablet.pull()
    assert [note["text"] for note in tablet.live(Kind.NOTE).values()] == ["asli"]


def test_a_gap_is_refused_with_the_number_wanted(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.push(tablet.note(SITI, "satu"))
    tablet.next_n = 4
    response = tablet.post("push", entries=[tablet.note(SITI, "empat")])
    assert (response.status_code, response.json()["code"], response.json()["expected"]) == (409, "sync.gap", 2)


def test_numbers_that_do_not_follow_one_another_are_refused(central: Central) -> None:
    tablet = central.device("BDG")
    entries = [tablet.note(SITI, "satu"), tablet.note(SITI, "dua"), tablet.note(SITI, "tiga")]
    response = tablet.post("push", entries=[entries[0], entries[2]])
    assert (response.status_code, response.json()["code"]) == (422, "sync.numbers_do_not_follow")


def test_a_uuid_known_under_any_device_keeps_its_verdict(central: Central) -> None:
    before = central.device("BDG")
    entries = [before.note(SITI, "satu"), before.note(rule_id("nobody"), "dua")]
    verdicts = before.push(*entries)
    after = central.device("BDG", token=before.token)
    assert after.push(*entries) == verdicts
    after.pull()
    assert len(after.live(Kind.NOTE)) == 1
    assert after.page is not None
    assert after.page.ack.n == 2
    assert [(verdict.n, verdict.code) for verdict in after.page.ack.verdicts] == [(2, "mutation.missing")]


def test_an_entry_on_what_a_rejected_entry_was_to_create_depends_on_it(central: Central) -> None:
    tablet = central.device("BDG")
    lost = wish(tablet, rule_id("nobody"))
    item_id = lost["args"]["item_id"]  # type: ignore[index]  # an entry's args are an object
    args = {"customer_id": rule_id("nobody"), "item_ids": [item_id]}
    together = tablet.push(lost, tablet.entry("wishlist.remove", args))
    assert together == [("rejected", "mutation.missing"), ("rejected", "mutation.depends_on")]
    assert tablet.push(tablet.entry("wishlist.remove", args)) == [("rejected", "mutation.depends_on")]
    unknown = {"customer_id": SITI, "item_ids": [rule_id("never was")]}
    assert tablet.push(tablet.entry("wishlist.remove", unknown)) == [("rejected", "mutation.missing")]


def test_removing_what_another_removed_already_is_applied(central: Central) -> None:
    tablet, other = central.device("BDG"), central.device("BDG")
    entry = wish(tablet, SITI)
    tablet.push(entry)
    args = {"customer_id": SITI, "item_ids": [entry["args"]["item_id"]]}  # type: ignore[index]  # an object
    assert tablet.push(tablet.entry("wishlist.remove", args)) == [("applied", None)]
    assert other.push(other.entry("wishlist.remove", args)) == [("applied", None)]


def test_what_was_removed_is_not_made_again_under_its_id(central: Central) -> None:
    tablet = central.device("BDG")
    entry = wish(tablet, SITI)
    args = entry["args"]
    tablet.push(entry, tablet.entry("wishlist.remove", {"customer_id": SITI, "item_ids": [args["item_id"]]}))  # type: ignore[index]  # an object
    assert tablet.push(tablet.entry("wishlist.add", args)) == [("rejected", "mutation.gone")]  # type: ignore[arg-type]  # an object


def test_an_author_who_does_not_work_at_the_store_is_refused(central: Central) -> None:
    tablet = central.device("BDG")
    stranger = tablet.note(SITI, "dari Makassar") | {"actor": ANDI}
    nobody = tablet.note(SITI, "anonim") | {"actor": None}
    assert tablet.push(stranger, nobody) == [("rejected", "mutation.unknown_actor")] * 2


def test_an_associate_who_has_left_writes_no_more(central: Central) -> None:
    central.take(record(Kind.ASSOCIATE, "rani", name="Rani", location_ids=[BANDUNG], active=False))
    tablet = central.device("BDG")
    assert tablet.push(tablet.note(SITI, "satu")) == [("rejected", "mutation.unknown_actor")]


def test_a_note_in_the_name_of_another_store_is_refused(central: Central) -> None:
    tablet = central.device("BDG")
    entry = tablet.note(SITI, "satu", store_id=MAKASSAR, store_only=True)
    assert tablet.push(entry) == [("rejected", "mutation.wrong_store")]


def test_a_void_entry_is_recorded_and_not_applied(central: Central) -> None:
    tablet = central.device("BDG")
    void = {**tablet.entry("void", {}), "actor": None}
    assert tablet.push(void, tablet.note(SITI, "dua")) == [("void", None), ("applied", None)]
    page = tablet.pull()
    assert page.ack.n == 2
    assert [(verdict.n, verdict.status) for verdict in page.ack.verdicts] == [(1, "void")]


def test_an_unknown_mutation_and_wrong_args_are_verdicts(central: Central) -> None:
    tablet = central.device("BDG")
    entries = [tablet.entry("note.sing", {}), tablet.entry("note.write", {"text": 1}), tablet.note(SITI, "tiga")]
    assert tablet.push(*entries) == [
        ("rejected", "mutation.unknown"),
        ("rejected", "mutation.invalid_args"),
        ("applied", None),
    ]


def test_two_tablets_that_change_one_field_leave_a_conflict(central: Central) -> None:
    first, second = central.device("BDG"), central.device("BDG")
    assert first.push(preference(first, SITI, None, "M")) == [("applied", None)]
    assert second.push(preference(second, SITI, None, "L")) == [("merged", "mutation.merged")]
    second.pull()
    assert second.live(Kind.PREFERENCE)[preference_id(SITI, "size_top")]["value"] == "L"
    (conflict,) = second.live(Kind.CONFLICT).values()
    assert (conflict["kept"], conflict["other"]) == ("L", "M")
    assert_digests_agree(second)


def test_settled_verdicts_are_not_sent_again(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.push(*(tablet.note(rule_id("nobody"), str(number)) for number in range(3)))
    assert [verdict.n for verdict in tablet.pull().ack.verdicts] == [1, 2, 3]
    tablet.settled_n = 2
    assert [verdict.n for verdict in tablet.pull().ack.verdicts] == [3]


def test_mutations_about_a_merged_customer_go_to_the_one_who_remains(central: Central) -> None:
    tablet = central.device("BDG")
    entry = wish(tablet, BUDI)
    tablet.push(entry)
    central.take(customer("budi", "Budi", phone="+6281111111111", home_store_id=MAKASSAR, alias_of=SITI))
    assert tablet.push(tablet.note(BUDI, "untuk Siti"), preference(tablet, BUDI, None, "M")) == [("applied", None)] * 2
    tablet.pull()
    assert [note["customer_id"] for note in tablet.live(Kind.NOTE).values()] == [SITI]
    assert preference_id(SITI, "size_top") in tablet.live(Kind.PREFERENCE)
    args = {"customer_id": SITI, "item_ids": [entry["args"]["item_id"]]}  # type: ignore[index]  # an object
    assert tablet.push(tablet.entry("wishlist.remove", args)) == [("applied", None)]
    tablet.pull()
    assert tablet.live(Kind.WISHLIST_ITEM) == {}


def test_an_entry_the_database_refuses_bars_no_other(central: Central) -> None:
    """A trigger stands for whatever a database may refuse one row for."""
    if central.database.is_sqlite:
        statements = [
            "CREATE TRIGGER refuse BEFORE INSERT ON record WHEN NEW.body LIKE '%racun%'"
            " BEGIN SELECT RAISE(ABORT, 'no'); END"
        ]
    else:
        statements = [
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN IF NEW.body LIKE '%%racun%%' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END$$",
            "CREATE TRIGGER refuse BEFORE INSERT ON record FOR EACH ROW EXECUTE FUNCTION refuse()",
        ]
    with central.database.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    tablet = central.device("BDG")
    entries = [tablet.note(SITI, "satu"), tablet.note(SITI, "racun"), tablet.note(SITI, "tiga")]
    verdicts = [("applied", None), ("rejected", "mutation.failed"), ("applied", None)]
    assert tablet.push(*entries) == verdicts
    assert tablet.push(*entries) == verdicts
    tablet.pull()
    assert sorted(note["text"] for note in tablet.live(Kind.NOTE).values()) == ["satu", "tiga"]
    assert_digests_agree(tablet)


# --- who may speak


def test_hello_says_how_far_the_device_has_come(central: Central) -> None:
    tablet = central.device("BDG")
    entries = [tablet.note(SITI, "satu"), tablet.note(SITI, "dua")]
    assert tablet.post("hello").json()["last_n"] == 0
    tablet.push(*entries)
    hello = tablet.post("hello").json()
    assert (hello["last_n"], hello["last_uuid"]) == (2, entries[1]["uuid"])
    assert hello["store_id"] == BANDUNG
    assert hello["epoch"] == tablet.pull().epoch


def test_a_device_id_belongs_to_the_token_that_used_it_first(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    thief = central.device("MKS", device_id=tablet.device_id)
    for response in (thief.post("hello"), thief.post("pull"), thief.post("push", entries=[])):
        assert (response.status_code, response.json()["code"]) == (403, "sync.wrong_credential")


def test_a_pull_registers_an_unknown_device_id(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    assert central.device("BDG", device_id=tablet.device_id).post("pull").status_code == 403


def test_a_schema_that_is_not_spoken_is_told_to_upgrade(central: Central) -> None:
    tablet = central.device("BDG")
    for call in ("hello", "pull", "push"):
        response = tablet.post(call, schema_number=99, entries=[])
        assert (response.status_code, response.json()["code"]) == (426, "sync.upgrade_needed")


def test_last_seen_is_kept_to_the_minute(central: Central) -> None:
    tablet = central.device("BDG")
    seen = sa.text("SELECT last_seen_at FROM device")

    def last_seen() -> int:
        with central.database.reading() as connection:
            return int(connection.execute(seen).scalar_one())

    tablet.pull()
    first = last_seen()
    central.clock.advance(timedelta(seconds=20))
    tablet.pull()
    assert last_seen() == first
    central.clock.advance(timedelta(seconds=50))
    tablet.pull()
    assert last_seen() == first + 70_000_000

"""What a push promises a device, on SQLite and PostgreSQL: one verdict for each entry, for ever."""

from sync.protocol.ids import preference_id, rule_id
from sync.protocol.kinds import Kind
from tests.central_api.retailer import (
    ANDI,
    BANDUNG,
    BUDI,
    MAKASSAR,
    SITI,
    Central,
    Device,
    assert_digests_agree,
    customer,
    record,
    wish,
)


def preference(device: Device, customer_id: str, seen: str | None, new: str) -> dict[str, object]:
    return device.entry("preference.set", {"customer_id": customer_id, "key": "size_top", "value": [seen, new]})


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


def test_an_entry_that_follows_another_machines_means_the_device_was_copied(central: Central) -> None:
    tablet = central.device("BDG")
    first, second = tablet.note(SITI, "satu"), tablet.note(SITI, "dua")
    tablet.push(first)
    response = tablet.post("push", entries=[second], previous_uuid=second["uuid"])
    assert (response.status_code, response.json()["code"]) == (409, "sync.device_forked")
    assert tablet.post("hello").json()["last_n"] == 1
    response = tablet.post("push", entries=[first, second], previous_uuid=second["uuid"])
    assert response.status_code == 200, "a number known before says by itself whose it is"
    third = tablet.note(SITI, "tiga")
    assert tablet.post("push", entries=[third], previous_uuid=second["uuid"]).status_code == 200


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
    item_id = lost["args"]["item_id"]
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
    args = {"customer_id": SITI, "item_ids": [entry["args"]["item_id"]]}
    assert tablet.push(tablet.entry("wishlist.remove", args)) == [("applied", None)]
    assert other.push(other.entry("wishlist.remove", args)) == [("applied", None)]


def test_what_was_removed_is_not_made_again_under_its_id(central: Central) -> None:
    tablet = central.device("BDG")
    entry = wish(tablet, SITI)
    args = entry["args"]
    tablet.push(entry, tablet.entry("wishlist.remove", {"customer_id": SITI, "item_ids": [args["item_id"]]}))
    assert tablet.push(tablet.entry("wishlist.add", args)) == [("rejected", "mutation.gone")]


def test_an_author_who_does_not_work_at_the_store_is_refused(central: Central) -> None:
    tablet = central.device("BDG")
    stranger = tablet.note(SITI, "dari Makassar") | {"actor": ANDI}
    nobody = tablet.note(SITI, "anonim") | {"actor": None}
    assert tablet.push(stranger, nobody) == [("rejected", "mutation.actor_unknown")] * 2


def test_an_associate_who_has_left_writes_no_more(central: Central) -> None:
    central.take(record(Kind.ASSOCIATE, "rani", name="Rani", location_ids=[BANDUNG], active=False))
    tablet = central.device("BDG")
    assert tablet.push(tablet.note(SITI, "satu")) == [("rejected", "mutation.actor_unknown")]


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
    args = {"customer_id": SITI, "item_ids": [entry["args"]["item_id"]]}
    assert tablet.push(tablet.entry("wishlist.remove", args)) == [("applied", None)]
    tablet.pull()
    assert tablet.live(Kind.WISHLIST_ITEM) == {}


def test_a_note_under_another_notes_id_is_refused_and_the_other_stays(central: Central) -> None:
    tablet, other = central.device("BDG"), central.device("MKS")
    first = tablet.note(SITI, "satu")
    tablet.push(first)
    note_id = first["args"]["note_id"]
    taken = [other.note(BUDI, "lain", note_id=note_id), other.note(SITI, "satu", note_id=note_id)]
    assert other.push(*taken, other.note(BUDI, "sendiri")) == [("rejected", "mutation.id_taken")] * 2 + [
        ("applied", None)
    ]
    tablet.pull()
    assert [(note["text"], note["customer_id"]) for note in tablet.live(Kind.NOTE).values()] == [("satu", SITI)]


def test_a_note_that_comes_again_after_its_customer_was_merged_is_there_already(central: Central) -> None:
    tablet = central.device("BDG")
    first = tablet.note(BUDI, "satu")
    tablet.push(first)
    central.take(customer("budi", "Budi", phone="+6281111111111", home_store_id=MAKASSAR, alias_of=SITI))
    assert tablet.push(tablet.entry("note.write", first["args"])) == [("applied", None)]


def refuse_poison(central: Central) -> None:
    """Has the database refuse every record that says `racun`: the trigger stands for whatever it may refuse one for."""
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


def test_an_entry_the_database_refuses_bars_no_other(central: Central) -> None:
    refuse_poison(central)
    tablet = central.device("BDG")
    entries = [tablet.note(SITI, "satu"), tablet.note(SITI, "racun"), tablet.note(SITI, "tiga")]
    verdicts = [("applied", None), ("rejected", "mutation.failed"), ("applied", None)]
    assert tablet.push(*entries) == verdicts
    assert tablet.push(*entries) == verdicts
    tablet.pull()
    assert sorted(note["text"] for note in tablet.live(Kind.NOTE).values()) == ["satu", "tiga"]
    assert_digests_agree(tablet)

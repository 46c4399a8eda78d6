"""Who may speak for which device, and what the API keeps of it, on SQLite and PostgreSQL."""

from datetime import timedelta

import sqlalchemy as sa

from tests.central_api.retailer import (
    BANDUNG,
    SITI,
    Central,
)


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
    asked = {"verify": {}, "rows": {"names": [("note", SITI)]}}
    answers = [thief.post(call, scope="global", **more) for call, more in asked.items()]
    for response in (thief.post("hello"), thief.post("pull"), thief.post("push", entries=[]), *answers):
        assert (response.status_code, response.json()["code"]) == (403, "sync.wrong_credential")


def test_a_pull_registers_an_unknown_device_id(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    assert central.device("BDG", device_id=tablet.device_id).post("pull").status_code == 403


def test_a_schema_that_is_not_spoken_is_told_to_upgrade(central: Central) -> None:
    tablet = central.device("BDG")
    more = {"entries": [], "scope": "global", "names": [("note", SITI)]}
    for call in ("hello", "pull", "push", "verify", "rows"):
        response = tablet.post(call, schema_number=99, **more)
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
    central.clock.advance(timedelta(days=-400))
    tablet.pull()
    assert last_seen() < first, "a clock that was set back"

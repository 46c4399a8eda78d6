"""The central profile API's promises to a device, on SQLite and PostgreSQL."""

from sync.protocol.kinds import Kind
from tests.central_api.retailer import SITI, Central


def test_a_device_pulls_its_store_and_what_every_device_holds(central: Central) -> None:
    tablet = central.device("BDG")
    page = tablet.pull()
    assert page.last_page
    assert [body["name"] for body in tablet.live(Kind.CUSTOMER).values()] == ["Siti Rahayu"]
    assert len(tablet.live(Kind.LOCATION)) == 3
    assert [body["name"] for body in tablet.live(Kind.ASSOCIATE).values()] == ["Rani"]


def test_a_note_written_on_one_tablet_reaches_the_other(central: Central) -> None:
    first, second = central.device("BDG"), central.device("BDG")
    second.pull()
    assert first.push(first.note(SITI, "Suka linen")) == [("applied", None)]
    second.pull()
    assert [note["text"] for note in second.live(Kind.NOTE).values()] == ["Suka linen"]

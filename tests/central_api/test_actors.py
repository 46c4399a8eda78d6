"""In whose name a device writes: who has a key there, who had one, who never had, and devices without keys."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from sync.central_api.actors import Actors
from sync.central_api.app import create_app
from sync.central_api.erasure import erase_customer
from sync.central_api.quarantine import list_quarantine
from sync.central_api.settings import CentralSettings
from sync.protocol.ids import rule_id
from sync.protocol.mutations import MUTATIONS
from sync.protocol.roles import _NEEDS, Permission, Role
from tests.central_api.enrolled import Enrolled, enrolled
from tests.central_api.retailer import ANDI, BANDUNG, NOW, RANI, SITI, Central, InProcess
from tests.central_api.team import AGUS, DEWI, hire, hire_leaders, signed_in

whatever_the_database = pytest.mark.parametrize("central", ["sqlite"], indirect=True)


@pytest.fixture
def tablet(central: Central) -> Enrolled:
    hire_leaders(central)
    return enrolled(central, "BDG")


def note(n: int, actor: str | None, *, device: str = "") -> dict[str, Any]:
    """The entry with that number: a note about Siti."""
    args = {
        "note_id": rule_id("note", device, str(n)), "customer_id": SITI, "text": f"catatan {n}", "store_id": BANDUNG,
        "written_at": NOW,
    }  # fmt: skip
    uuid = rule_id("entry", device, str(n))
    return {"n": n, "uuid": uuid, "name": "note.write", "version": 1, "args": args, "actor": actor, "at": NOW}


def push(tablet: Enrolled, *entries: dict[str, Any]) -> list[tuple[str, str | None]]:
    answer = tablet.call("push", entries=list(entries))
    assert answer.status_code == 200, answer.text
    return [(verdict["status"], verdict["code"]) for verdict in answer.json()["verdicts"]]


APPLIED = ("applied", None)
UNKNOWN = ("rejected", "mutation.actor_unknown")
ENDED = ("rejected", "mutation.actor_ended")


def test_only_who_has_a_key_on_the_device_writes_from_it(central: Central, tablet: Enrolled) -> None:
    signed_in(central, tablet, RANI)
    verdicts = push(tablet, note(1, RANI), note(2, DEWI), note(3, ANDI), note(4, None), note(5, "x"))
    assert verdicts == [APPLIED, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]
    other = enrolled(central, "BDG", number=2)
    signed_in(central, other, DEWI, number=101)
    assert push(other, note(1, RANI, device="2"), note(2, DEWI, device="2")) == [UNKNOWN, APPLIED]
    assert list_quarantine(central.database) == []


def test_an_administrator_of_every_store_writes_where_they_have_a_key(central: Central, tablet: Enrolled) -> None:
    signed_in(central, tablet, AGUS)
    assert push(tablet, note(1, AGUS)) == [APPLIED]


def test_what_somebody_wrote_who_has_left_is_kept_in_the_quarantine_and_not_applied(
    central: Central, tablet: Enrolled
) -> None:
    signed_in(central, tablet, RANI)
    signed_in(central, tablet, DEWI, number=101)
    hire(central, "rani", stores=(BANDUNG,), active=False)
    assert push(tablet, note(1, RANI), note(2, DEWI)) == [ENDED, APPLIED]
    assert push(tablet, note(1, RANI), note(2, DEWI)) == [ENDED, APPLIED], "sent again"
    (kept,) = list_quarantine(central.database)
    assert (kept.entry.args["text"], kept.entry.actor) == ("catatan 1", RANI)
    assert (kept.registration_id, kept.device_id, kept.entry.n) == (tablet.keyid, tablet.device_id, 1)
    changes = tablet.call("pull").json()["changes"]
    assert {one["body"]["text"] for one in changes if one["kind"] == "note" and one["body"]} == {"catatan 2"}


def test_what_is_in_the_quarantine_goes_with_an_erased_customer(central: Central, tablet: Enrolled) -> None:
    signed_in(central, tablet, RANI)
    hire(central, "rani", stores=(BANDUNG,), active=False)
    assert push(tablet, note(1, RANI)) == [ENDED]
    erase_customer(central.database, SITI, now=central.clock())
    assert list_quarantine(central.database) == []


def test_who_came_back_with_a_new_key_writes_again(central: Central, tablet: Enrolled) -> None:
    signed_in(central, tablet, RANI)
    hire(central, "rani", stores=(BANDUNG,), active=False)
    assert push(tablet, note(1, RANI)) == [ENDED]
    hire(central, "rani", stores=(BANDUNG,))
    assert push(tablet, note(2, RANI)) == [ENDED], "not by the old key"
    signed_in(central, tablet, RANI, number=101)
    assert push(tablet, note(3, RANI)) == [APPLIED]


def test_a_device_without_keys_writes_for_whoever_works_at_its_store(central: Central, tablet: Enrolled) -> None:
    assert push(tablet, note(1, RANI), note(2, DEWI), note(3, ANDI), note(4, None)) == [
        APPLIED, APPLIED, UNKNOWN, UNKNOWN,
    ]  # fmt: skip
    hire(central, "rani", stores=(BANDUNG,), active=False)
    assert push(tablet, note(5, RANI)) == [UNKNOWN]


@pytest.fixture
def strict(central: Central, sqlite_retailer_url: str) -> Iterator[httpx.Client]:
    """Another process over the same database, which requires sign-in."""
    settings = CentralSettings(sqlite_retailer_url, migrates=False, require_sign_in=True)
    application = create_app(settings, now=central.clock)
    with httpx.Client(transport=InProcess(application), base_url="http://central") as http:
        yield http
    application.state.database.close()


@whatever_the_database
def test_where_sign_in_is_required_a_device_without_keys_writes_for_nobody(
    central: Central, tablet: Enrolled, strict: httpx.Client
) -> None:
    tablet.http = strict
    assert push(tablet, note(1, RANI)) == [UNKNOWN]
    signed_in(central, tablet, RANI)
    assert push(tablet, note(2, RANI)) == [APPLIED]
    old = central.device("BDG")
    old.http = strict
    assert old.push(old.note(SITI, "lama")) == [APPLIED], "a device with a token for good"


def test_what_a_visitor_left_has_no_actor(central: Central, tablet: Enrolled) -> None:
    signed_in(central, tablet, RANI)
    tally = {"n": 1, "uuid": rule_id("entry", "1"), "name": "scans.tally", "version": 1, "actor": None, "at": NOW}
    (verdict,) = push(tablet, {**tally, "args": {}})
    assert verdict == ("rejected", "mutation.invalid_args"), "not for its actor"


@whatever_the_database
def test_a_batch_asks_once_who_may_write(central: Central, tablet: Enrolled) -> None:
    for number, one in enumerate((RANI, DEWI, AGUS), 100):
        signed_in(central, tablet, one, number=number)
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    engines = (central.database._writer, central.database._reader)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", listen)
    verdicts = push(tablet, *(note(n, (RANI, DEWI, AGUS)[n % 3]) for n in range(1, 201)))
    for engine in engines:
        event.remove(engine, "before_cursor_execute", listen)
    assert verdicts == [APPLIED] * 200
    assert sum("associate" in statement for statement in asked) == 1


def test_every_mutation_says_what_it_needs() -> None:
    assert _NEEDS.keys() == {name for name, _ in MUTATIONS}


def test_who_may_not_do_what_a_mutation_needs_is_refused() -> None:
    actors = Actors({RANI: Role.ASSOCIATE, DEWI: Role.MANAGER})
    assert actors.refusal(RANI, Permission.MANAGE_TEAM) == "mutation.not_allowed"
    assert actors.refusal(DEWI, Permission.MANAGE_TEAM) is None
    assert actors.refusal(RANI, Permission.SERVE) is None

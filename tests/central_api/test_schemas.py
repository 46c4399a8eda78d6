"""The server speaks its schema and the two before it: what devices of each schema send is kept here and sent again.

A new schema adds its file under `vectors/wire`; the older files are never changed, or devices in shops are cut off.
"""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync.central_api.app import SCHEMA_MIN
from sync.protocol.kinds import Kind, store_scope
from sync.protocol.wire import SCHEMA
from tests.central_api.retailer import BANDUNG, RANI, SITI, Central, customer

VECTORS = Path(__file__).parent.parent / "vectors" / "wire"


def recorded(schema: int) -> list[dict[str, Any]]:
    """What a device of this schema sends, with the ids that the small retailer has."""
    text = (VECTORS / f"schema-{schema}.json").read_text("utf-8")
    for name, found in {"SITI": SITI, "RANI": RANI, "BANDUNG": BANDUNG}.items():
        text = text.replace(f'"{name}"', f'"{found}"').replace(f":{name}", f":{found}")
    told: list[dict[str, Any]] = json.loads(text)
    return told


def play(central: Central, schema: int, **added: object) -> dict[str, httpx.Response]:
    """The last answer to each call."""
    token = central.device("BDG").token
    headers = {"authorization": f"Bearer {token}"}
    answers = {}
    for step in recorded(schema):
        answer = central.http.post(f"/v1/sync/{step['call']}", json=step["body"] | added, headers=headers)
        assert answer.status_code == 200, answer.text
        assert set(step["answer"]) <= set(answer.json()), "what a device of that schema reads is in the answer"
        answers[step["call"]] = answer
    return answers


@pytest.mark.parametrize("schema", range(SCHEMA_MIN, SCHEMA + 1))
def test_what_devices_of_an_older_schema_send_is_still_understood(central: Central, schema: int) -> None:
    central.take(customer("siti", "Siti Rahayu", home_store_id=BANDUNG, favourite_tea="melati"))
    answers = play(central, schema)
    hello = answers["hello"].json()
    assert (hello["schema_min"], hello["schema_max"]) == (max(1, SCHEMA - 2), SCHEMA)
    verdicts = answers["push"].json()["verdicts"]
    assert [verdict["status"] for verdict in verdicts] == ["applied", "applied", "void"]
    page = answers["pull"].json()
    assert (page["last_page"], page["ack"]["n"]) == (True, 3)
    (siti,) = [change for change in page["changes"] if change["id"] == SITI]
    assert siti["body"]["city"] == "Solo"
    assert siti["body"]["favourite_tea"] == "melati", "a field that the device does not know outlives its edit"
    assert siti["scope"] == store_scope(BANDUNG)
    assert "note" in {change["kind"] for change in page["changes"]}


def test_a_field_that_the_server_does_not_know_is_no_reason_to_refuse(central: Central) -> None:
    assert "verdicts" in play(central, SCHEMA, field_of_a_later_schema=[1])["push"].json()


def test_a_mutation_in_a_version_the_server_does_not_know_is_refused_and_bars_nothing(central: Central) -> None:
    tablet = central.device("BDG")
    entries = [tablet.note(SITI, "satu") | {"version": 9}, tablet.note(SITI, "dua")]
    assert tablet.push(*entries) == [("rejected", "mutation.unknown"), ("applied", None)]
    tablet.pull()
    assert [note["text"] for note in tablet.live(Kind.NOTE).values()] == ["dua"]

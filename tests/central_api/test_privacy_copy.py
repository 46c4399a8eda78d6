"""The copy has everything that is known of the customer and nothing of anybody else, and is the same each time."""

import orjson
import pytest

from sync.central_api.audit import accesses_of
from sync.central_api.errors import StepNotAllowed
from sync.central_api.privacy_copy import make_copy
from sync.central_api.privacy_requests import check_identity, get_request, open_request
from sync.protocol.audit import AuditKind
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind
from sync.protocol.privacy import Proof, RequestKind, RequestState
from tests.central_api.retailer import BANDUNG, BUDI, NOW, RANI, SHIRT, SITI, Central, customer, order, wish

AT = "2026-11-01T03:00:00Z"


@pytest.fixture
def known(central: Central) -> Central:
    """Siti with an order, a note, a wish, a consent and a possible duplicate."""
    central.take(order("INV/7", SITI, BANDUNG, AT), customer("twin", "S. Rahayu", phone="+6281234567890"))
    tablet = central.device()
    said = {"event_id": rule_id("yes"), "customer_id": SITI, "purpose": "marketing", "channel": "email", "at": NOW}
    note = tablet.note(SITI, "hates crowds", author_name="Rani")
    assert (
        tablet.push(note, wish(tablet, SITI), tablet.entry("consent.record", {**said, "granted": True}))
        == [("applied", None)] * 3
    )
    return central


def request_for(central: Central, kind: RequestKind = RequestKind.COPY) -> str:
    request = open_request(central.database, kind, SITI, now=central.clock())
    check_identity(central.database, request.id, Proof.ACCOUNT, now=central.clock())
    return request.id


def test_a_copy_has_every_record_the_sources_the_stores_and_who_looked(known: Central) -> None:
    request_id = request_for(known)
    told = make_copy(known.database, request_id, by=RANI, now=known.clock())
    assert set(told["records"]) == {
        Kind.CUSTOMER, Kind.ORDER, Kind.NOTE, Kind.WISHLIST_ITEM, Kind.CONSENT, Kind.POSSIBLE_DUPLICATE,
    }  # fmt: skip
    assert told["records"]["customer"][0]["phone"] == "+6281234567890"
    assert [one["text"] for one in told["records"]["note"]] == ["hates crowds"]
    assert told["records"]["consent"][0]["events"][0]["granted"] is True
    assert [one["source"] for one in told["sources"]] == ["shopify"]
    assert [one["store_id"] for one in told["stores"]] == [BANDUNG]
    assert told["names"][SHIRT] == "Kemeja Linen"
    assert {one["what"] for one in told["accesses"]} == {AuditKind.REQUEST_MOVED}
    assert get_request(known.database, request_id).state is RequestState.DONE


def test_of_others_it_says_ids_and_roles_and_no_names(known: Central) -> None:
    told = make_copy(known.database, request_for(known), by=RANI, now=known.clock())
    text = orjson.dumps(told["records"]).decode()
    assert "Rani" not in text
    assert RANI in text
    assert not [one for one in ("S. Rahayu", BUDI, "customer_ids") if one in text]
    told = make_copy(known.database, request_for(known), by=RANI, now=known.clock())
    assert {(one["associate_id"], one["role"]) for one in told["accesses"]} == {(None, ""), (RANI, "associate")}


def test_the_same_state_makes_the_same_document_and_each_making_is_logged(known: Central) -> None:
    request_id = request_for(known, RequestKind.ACCESS)
    first, second = (make_copy(known.database, request_id, now=known.clock()) for _ in range(2))
    assert [one["what"] for one in second["accesses"]].count(AuditKind.EXPORTED) == 1
    assert {**first, "accesses": []} == {**second, "accesses": []}
    assert orjson.dumps(first["records"]) == orjson.dumps(second["records"])
    exported = [one for one in accesses_of(known.database, SITI) if one.entry.kind == AuditKind.EXPORTED]
    assert [one.entry.details for one in exported] == [{"request": request_id}] * 2


def test_no_copy_is_made_before_the_identity_is_checked(known: Central) -> None:
    request = open_request(known.database, RequestKind.COPY, SITI, now=known.clock())
    with pytest.raises(StepNotAllowed):
        make_copy(known.database, request.id, now=known.clock())
    assert not [one for one in accesses_of(known.database, SITI) if one.entry.kind == AuditKind.EXPORTED]

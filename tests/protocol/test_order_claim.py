"""order.claim: an order that is nobody's becomes a customer's, once."""

from typing import Any

import pytest

from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations import Entry, apply, creates, touches
from sync.protocol.mutations.orders import CLAIM, order_number_key, still_claimed
from sync.protocol.wire import VerdictStatus

SITI, BUDI, ORDER, STORE, RINA = (f"018f0000-0000-7000-8000-{digit:012x}" for digit in (0xC1, 0xC2, 0xA1, 0xD1, 0xF1))
AT = "2026-11-22T03:42:00Z"
NUMBER = "INV/20261003/MPL/41"


def claim(customer_id: str = SITI, **args: Any) -> Entry:
    whole = {
        "customer_id": customer_id,
        "number": NUMBER,
        "order_id": ORDER,
        "agreed_at": AT,
        "store_id": STORE,
        **args,
    }
    return Entry("018f0000-0000-7000-8000-0000000000b1", 1, f"{ORDER[:-2]}e1", "order.claim", 1, whole, RINA, AT)


def world(*, owner: str | None = None, number: str = NUMBER) -> dict[RecordKey, Body]:
    people = {RecordKey(Kind.CUSTOMER, one): {"id": one, "name": one} for one in (SITI, BUDI)}
    return {**people, RecordKey(Kind.ORDER, ORDER): {"id": ORDER, "number": number, "customer_id": owner, "lines": []}}


def outcome(records: dict[RecordKey, Body], entry: Entry) -> tuple[VerdictStatus, str | None]:
    """The verdict; the changes are in `records` from then on."""
    found = apply({key: records[key] for key in touches(entry) if key in records}, entry)
    records.update({key: body for key, body in found.changes.items() if body is not None})
    return found.status, found.code


def test_an_unlinked_order_becomes_the_customers_with_who_claimed_it_and_when() -> None:
    records = world()
    assert outcome(records, claim(author_name="Rina")) == (VerdictStatus.APPLIED, None)
    body = records[RecordKey(Kind.ORDER, ORDER)]
    assert body["customer_id"] == SITI
    assert body[CLAIM] == {
        "entry_uuid": claim().uuid, "by": RINA, "author_name": "Rina", "store_id": STORE, "agreed_at": AT,
    }  # fmt: skip


def test_a_claim_that_is_in_the_order_already_changes_nothing() -> None:
    records = world()
    outcome(records, claim())
    before = dict(records)
    assert outcome(records, claim()) == (VerdictStatus.APPLIED, None)
    assert records == before


def test_of_two_claims_the_first_stands_and_the_second_is_refused() -> None:
    records = world()
    assert outcome(records, claim(SITI))[0] is VerdictStatus.APPLIED
    assert outcome(records, claim(BUDI)) == (VerdictStatus.REJECTED, "mutation.order_taken")
    assert records[RecordKey(Kind.ORDER, ORDER)]["customer_id"] == SITI


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (claim(order_id=None), "mutation.order_unknown"),
        (claim(order_id=STORE), "mutation.order_unknown"),
        (claim(number="INV/another"), "mutation.order_unknown"),
        (claim(STORE), "mutation.missing"),
        (claim(number=""), "mutation.invalid_args"),
        (claim(number="x" * 101), "mutation.invalid_args"),
        (claim(order_id="7"), "mutation.invalid_args"),
        (claim(agreed_at="yesterday"), "mutation.invalid_args"),
    ],
)
def test_a_claim_that_names_no_order_or_nobody_is_refused(entry: Entry, code: str) -> None:
    assert outcome(world(), entry) == (VerdictStatus.REJECTED, code)


def test_blanks_capitals_and_the_hash_before_a_number_do_not_matter() -> None:
    assert order_number_key(" #10 01a ") == order_number_key("1001A")
    assert outcome(world(number="#1001"), claim(number="1001"))[0] is VerdictStatus.APPLIED


def test_a_claim_touches_the_customer_and_the_order_it_knows_and_creates_nothing() -> None:
    customer = RecordKey(Kind.CUSTOMER, SITI)
    assert touches(claim()) == (customer, RecordKey(Kind.ORDER, ORDER))
    assert touches(claim(order_id=None)) == (customer,)
    assert creates(claim()) is None


def test_a_claim_outlasts_the_platforms_silence_and_yields_to_its_word() -> None:
    standing = {"id": ORDER, "customer_id": SITI, CLAIM: {"by": RINA}, "note": ""}
    said = {"id": ORDER, "customer_id": None, "note": "dikirim"}
    assert still_claimed(said, standing) == {**said, "customer_id": SITI, CLAIM: {"by": RINA}}
    assert still_claimed({**said, "customer_id": BUDI}, standing) == {**said, "customer_id": BUDI}
    assert still_claimed(said, None) == said
    assert still_claimed(said, {"id": ORDER, "customer_id": SITI}) == said

"""A list saved at the shelf is handed over once, with the customer's agreement, and nothing of it is lost."""

from typing import Any

import pytest

from sync.protocol.bodies import BODY_MODELS
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations import Entry
from sync.protocol.wire import VerdictStatus
from tests.protocol.worlds import (
    AT,
    BUDI,
    CUSTOMER,
    OTHER_CUSTOMER,
    PRODUCT,
    STORE,
    World,
    code_of,
    entry,
    numbered,
    play,
    world,
)

HANDOVER, FIRST, SECOND = numbered(0x400), numbered(0x401), numbered(0x402)
WISH, OTHER_WISH = numbered(0x410), numbered(0x411)
KEY = RecordKey(Kind.HANDOVER, HANDOVER)


def made(**args: Any) -> Entry:
    whole = {
        "handover_id": HANDOVER, "code": "ABC234", "store_id": STORE, "items": [{"product_id": PRODUCT}],
        "made_at": AT, "expires_at": "2026-11-22T17:00:00Z", **args,
    }  # fmt: skip
    return entry("handover.make", whole, n=1)


def attached(n: int = 2, *, interaction: str = FIRST, customer: str = CUSTOMER, wish: str = WISH, **args: Any) -> Entry:
    whole = {
        "handover_id": HANDOVER, "interaction_id": interaction, "customer_id": customer, "store_id": STORE,
        "items": [{"item_id": wish, "product_id": PRODUCT, "variant_id": None}],
        "agreed_text": "handover.agreement id", "place_name": "Toko Bandung", "author_name": "Rina", "at": AT, **args,
    }  # fmt: skip
    return entry("handover.attach", whole, n=n, actor=BUDI)


def two_customers() -> World:
    return {**world(), RecordKey(Kind.CUSTOMER, OTHER_CUSTOMER): {"id": OTHER_CUSTOMER, "name": "Ani"}}


def test_what_was_saved_comes_to_the_wishlist_with_the_agreement_and_uses_the_code_up() -> None:
    records = world()
    assert play(records, made(), attached()) == [VerdictStatus.APPLIED, VerdictStatus.APPLIED]
    wish = records[RecordKey(Kind.WISHLIST_ITEM, WISH)]
    assert (wish["customer_id"], wish["product_id"], wish["channel"], wish["added_by"]) == (
        CUSTOMER, PRODUCT, "Toko Bandung", BUDI,
    )  # fmt: skip
    served = records[RecordKey(Kind.INTERACTION, FIRST)]
    assert (served["handover_id"], served["agreed_text"], served["associate_name"]) == (
        HANDOVER, "handover.agreement id", "Rina",
    )  # fmt: skip
    assert (records[KEY]["attached_by"], records[KEY]["attached_at"]) == (FIRST, AT)
    assert "customer_id" not in records[KEY]
    for key, body in records.items():
        if key.kind in (Kind.HANDOVER, Kind.INTERACTION, Kind.WISHLIST_ITEM):
            BODY_MODELS[key.kind].model_validate(body)


def test_an_entry_that_comes_again_changes_nothing() -> None:
    records = world()
    play(records, made(), attached())
    before = dict(records)
    assert play(records, made(), attached()) == [VerdictStatus.APPLIED, VerdictStatus.APPLIED]
    assert records == before


def test_a_code_is_used_once() -> None:
    records = two_customers()
    play(records, made(), attached())
    before = dict(records)
    later = attached(3, interaction=SECOND, customer=OTHER_CUSTOMER, wish=OTHER_WISH)
    assert code_of(records, later) == "mutation.handover_used"
    assert play(records, later) == [VerdictStatus.REJECTED]
    assert records == before


def test_a_list_that_is_gone_meanwhile_keeps_nobody_from_what_they_agreed_to() -> None:
    records = world()
    assert play(records, attached()) == [VerdictStatus.APPLIED]
    assert RecordKey(Kind.WISHLIST_ITEM, WISH) in records
    assert KEY not in records


@pytest.mark.parametrize(
    "args",
    [
        {"agreed_text": ""},
        {"items": [{"item_id": numbered(0x500 + number), "product_id": PRODUCT} for number in range(31)]},
        {"items": [{"item_id": "x", "product_id": PRODUCT}]},
    ],
)
def test_without_agreement_or_with_too_much_nothing_is_kept(args: dict[str, Any]) -> None:
    records = world()
    play(records, made())
    assert code_of(records, attached(**args)) == "mutation.invalid_args"


@pytest.mark.parametrize(
    "args",
    [{"code": "ABC23"}, {"code": "ABC230"}, {"code": "abc234"}, {"items": []}, {"store_id": "Bandung"}],
)
def test_a_list_that_is_none_is_not_made(args: dict[str, Any]) -> None:
    assert code_of(world(), made(**args)) == "mutation.invalid_args"


def test_another_list_under_the_same_id_is_refused() -> None:
    records = world()
    play(records, made())
    assert code_of(records, made(code="ABC235")) == "mutation.id_taken"


def test_a_wish_of_another_customer_under_the_same_id_refuses_the_whole() -> None:
    records = two_customers()
    play(records, made(), attached())
    before = dict(records)
    other = attached(3, interaction=SECOND, customer=OTHER_CUSTOMER, handover_id=numbered(0x420))
    assert code_of(records, other) == "mutation.id_taken"
    assert play(records, other) == [VerdictStatus.REJECTED]
    assert records == before

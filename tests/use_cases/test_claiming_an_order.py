"""A masked order becomes a customer's who shows its number and agrees."""

import pytest

from clienteling.domain.errors import NotFound, ValidationFailed
from clienteling.use_cases.claim_order import claim_order
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations.orders import CLAIM
from tests.store.model_server import STORE_ID
from tests.use_cases.conftest import RINA, SITI, Counter, make_id

NUMBER = "INV/20261003/MPL/4100000001"
ORDER = {
    "number": NUMBER, "channel": "Tokopedia", "placed_at": "2026-10-03T07:05:10Z", "currency": "IDR",
    "subtotal_minor": 100, "total_minor": 100, "lines": [],
}  # fmt: skip


def claim(counter: Counter, number: str = NUMBER, *, customer_id: str = SITI, agreed: bool = True,
          author_id: str = RINA, order_id: str | None = None) -> None:  # fmt: skip
    now = counter.device.clock
    claim_order(
        counter.device.store, customer_id, number, agreed=agreed, author_id=author_id, now=now, order_id=order_id
    )


def test_a_claim_waits_for_the_server_and_shows_no_order_until_then(counter: Counter) -> None:
    claim(counter, f"  {NUMBER} ")
    assert counter.device.store.waiting() == 1
    found = counter.services.customer(SITI)
    assert found is not None
    assert found.orders == ()


def test_a_claim_is_shown_with_its_customer_until_the_server_has_decided(counter: Counter) -> None:
    counter.put(Kind.ORDER, "masked", **ORDER)
    counter.sync()
    other_id = counter.customer("Budi")
    counter.services.claim_order(SITI, NUMBER, agreed=True, author_id=RINA)
    (waiting,) = counter.services.waiting_claims(SITI)
    assert (waiting.number, waiting.written_at) == (NUMBER, counter.device.clock())
    assert counter.services.waiting_claims(other_id) == ()
    counter.sync()
    assert counter.services.waiting_claims(SITI) == ()


def test_an_order_that_is_theirs_already_or_is_claimed_and_waits_is_said_so_and_not_written(counter: Counter) -> None:
    counter.put(Kind.ORDER, "bought", **{**ORDER, "number": "#1001A"}, customer_id=SITI)
    counter.sync()
    claim(counter)
    for number, code in (("1001 a", "order.is_theirs"), (NUMBER.lower(), "order.claim_waits")):
        with pytest.raises(ValidationFailed) as told:
            claim(counter, number)
        assert (told.value.field, told.value.code) == ("number", code)
    assert counter.device.store.waiting() == 1


def test_number_and_agreement_are_told_together(counter: Counter) -> None:
    with pytest.raises(ValidationFailed) as told:
        claim(counter, " ", agreed=False)
    codes = [one.code for one in (told.value, *told.value.also)]
    assert codes == ["order.number_empty", "order.agreement_missing"]


def test_an_order_to_be_collected_here_is_the_customers_at_once(counter: Counter) -> None:
    pickup = {"location_id": STORE_ID, "status": "ready", "since_at": "2026-10-04T00:00:00Z"}
    order_id = counter.put(Kind.ORDER, "masked", **ORDER, pickup=pickup)
    counter.sync()
    claim(counter, order_id=order_id)
    found = counter.services.customer(SITI)
    assert found is not None
    assert [one.number for one in found.orders] == [NUMBER]
    counter.sync()
    _, body = counter.server.projection()[RecordKey(Kind.ORDER, order_id)]
    assert (body["customer_id"], body[CLAIM]["by"]) == (SITI, RINA)


def test_a_refused_claim_shows_the_number_that_was_typed(counter: Counter) -> None:
    claim(counter, "TIDAK-ADA")
    counter.sync()
    (item,) = counter.services.attention()
    assert (item.action, item.code, item.typed, item.customer_id) == (
        "order.claim", "mutation.order_unknown", "TIDAK-ADA", SITI,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"number": "  "}, "order.number_empty"),
        ({"number": "9" * 101}, "text.too_long"),
        ({"number": "a\x00b"}, "text.bad_character"),
        ({"agreed": False}, "order.agreement_missing"),
        ({"author_id": ""}, "author.missing"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_written(counter: Counter, wrong: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationFailed) as told:
        claim(counter, **wrong)  # type: ignore[arg-type]  # one wrong value of each kind
    assert told.value.code == code
    assert counter.device.store.waiting() == 0


def test_a_customer_who_is_not_on_this_device_is_not_claimed_for(counter: Counter) -> None:
    with pytest.raises(NotFound):
        claim(counter, customer_id=make_id("nobody"))

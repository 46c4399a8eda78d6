"""A piece is asked for at the counter; the device promises nothing, and shows what the server answered."""

from typing import Any

import pytest

from clienteling.domain.errors import NotFound, ValidationFailed
from clienteling.domain.views import HoldStatus, HoldView
from sync.protocol.kinds import Kind, RecordKey
from tests.store.model_server import STORE_ID
from tests.use_cases.conftest import RINA, SHIRT, SHIRT_M, SITI, Counter, make_id

ASKED_AT = "2026-11-22T03:00:00Z"


def ask(counter: Counter, **wrong: Any) -> str:
    args: dict[str, Any] = {"customer_id": SITI, "product_id": SHIRT, "variant_id": SHIRT_M, "author_id": RINA, **wrong}
    return counter.services.request_hold(args.pop("customer_id"), args.pop("product_id"), **args)


def holds(counter: Counter) -> tuple[HoldView, ...]:
    found = counter.services.customer(SITI)
    assert found is not None
    return found.holds


def answered(counter: Counter, ref: str = "answered", **fields: Any) -> str:
    """A hold as the server has decided it."""
    named = {"customer_id": SITI, "product_id": SHIRT, "variant_id": SHIRT_M, "store_id": STORE_ID, "quantity": 1}
    hold_id = counter.put(Kind.HOLD, ref, **{**named, "requested_at": ASKED_AT, **fields})
    counter.sync()
    return hold_id


def confirmed(counter: Counter, **fields: Any) -> str:
    return answered(counter, status="confirmed", until="2026-11-23T03:00:00Z", **fields)


def status_at_server(counter: Counter, hold_id: str) -> str:
    _, body = counter.server.projection()[RecordKey(Kind.HOLD, hold_id)]
    return str(body["status"])


def test_a_request_is_shown_as_requested_and_never_as_held_before_the_server_says_so(counter: Counter) -> None:
    hold_id = ask(counter, quantity=2)
    (shown,) = holds(counter)
    assert (shown.id, shown.status, shown.quantity, shown.until) == (hold_id, HoldStatus.REQUESTED, 2, None)
    assert (shown.name, shown.options, shown.store, shown.author) == ("Kemeja Linen", ("M",), "Toko Bandung", "Rina")
    assert shown.pending
    assert counter.device.store.waiting() == 1


def test_what_the_customer_waits_for_already_is_not_asked_for_twice(counter: Counter) -> None:
    hold_id = ask(counter)
    with pytest.raises(ValidationFailed) as told:
        ask(counter)
    assert told.value.code == "hold.already"
    counter.services.cancel_hold(hold_id, author_id=RINA)
    assert ask(counter) != hold_id, "once it is cancelled it may be asked for again"


def test_a_cancelled_hold_is_shown_so_at_once_and_cancelling_again_writes_nothing(counter: Counter) -> None:
    hold_id = confirmed(counter)
    counter.services.cancel_hold(hold_id, author_id=RINA)
    counter.services.cancel_hold(hold_id, author_id=RINA)
    assert [(one.status, one.pending) for one in holds(counter)] == [(HoldStatus.CANCELLED, True)]
    assert counter.device.store.waiting() == 1
    counter.sync()
    assert status_at_server(counter, hold_id) == "cancelled"


def test_a_confirmed_hold_is_handed_over_once(counter: Counter) -> None:
    hold_id = confirmed(counter)
    counter.services.collect_hold(hold_id, author_id=RINA)
    counter.services.collect_hold(hold_id, author_id=RINA)
    counter.sync()
    assert status_at_server(counter, hold_id) == "collected"
    with pytest.raises(ValidationFailed) as told:
        counter.services.cancel_hold(hold_id, author_id=RINA)
    assert told.value.code == "hold.collected"


def test_a_hold_past_its_end_by_this_devices_clock_is_left_to_the_servers_clock(counter: Counter) -> None:
    hold_id = answered(counter, status="confirmed", until=ASKED_AT)
    (shown,) = holds(counter)
    assert shown.status is HoldStatus.EXPIRED
    counter.services.collect_hold(hold_id, author_id=RINA)
    assert counter.device.store.waiting() == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "requested"}, "hold.not_confirmed"),
        ({"status": "refused", "reason": "out_of_stock"}, "hold.gone"),
        ({"status": "cancelled"}, "hold.gone"),
        ({"status": "expired"}, "hold.gone"),
        ({"status": "confirmed", "until": "2026-11-23T03:00:00Z", "store_id": make_id("Makassar")}, "hold.elsewhere"),
    ],
)
def test_what_cannot_be_handed_over_is_said_and_nothing_is_written(
    counter: Counter, fields: dict[str, Any], code: str
) -> None:
    hold_id = answered(counter, **fields)
    with pytest.raises(ValidationFailed) as told:
        counter.services.collect_hold(hold_id, author_id=RINA)
    assert told.value.code == code
    assert counter.device.store.waiting() == 0


@pytest.mark.parametrize(
    ("wrong", "error", "code"),
    [
        ({"quantity": 0}, ValidationFailed, "hold.quantity"),
        ({"quantity": 10}, ValidationFailed, "hold.quantity"),
        ({"author_id": ""}, ValidationFailed, "author.missing"),
        ({"customer_id": make_id("nobody")}, NotFound, "customer.not_here"),
        ({"product_id": make_id("nothing")}, NotFound, "product.not_here"),
        ({"variant_id": make_id("nothing")}, NotFound, "product.not_here"),
    ],
)
def test_what_is_missing_in_a_request_is_said_and_nothing_is_written(
    counter: Counter, wrong: dict[str, Any], error: type[Exception], code: str
) -> None:
    with pytest.raises(error) as told:
        ask(counter, **wrong)
    assert getattr(told.value, "code", None) == code
    assert counter.device.store.waiting() == 0


def test_a_hold_that_is_not_here_is_neither_cancelled_nor_handed_over(counter: Counter) -> None:
    for end in (counter.services.cancel_hold, counter.services.collect_hold):
        with pytest.raises(NotFound):
            end(make_id("no hold"), author_id=RINA)

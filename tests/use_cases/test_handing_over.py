"""A visitor's list reaches an associate by its code, and a wishlist by its customer's agreement; codes last a day."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from clienteling.domain.codes import ScanKind
from clienteling.domain.errors import NotFound, ValidationFailed
from clienteling.domain.views import HandoverView
from clienteling.use_cases.hand_over import make_handover
from clienteling.use_cases.show_at_shelf import HubDesk
from sync.protocol.bodies.handovers import MOST_WAITING
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.spoken_codes import HANDOVER_CHARS, SPOKEN_ALPHABET
from sync.protocol.times import to_wire
from tests.store.model_server import STORE_ID
from tests.use_cases.conftest import RINA, SHIRT, SHIRT_M, SITI, Counter, make_id

M = (SHIRT, SHIRT_M)


def saved(counter: Counter, *items: tuple[str, str | None], seed: int = 1) -> HandoverView:
    """A list made on this device, as a hub makes it."""
    device = counter.device
    return make_handover(device.store, items or (M,), now=device.clock, new_id=device.new_id, random=Random(seed))


def attach(counter: Counter, handover_id: str, customer_id: str = SITI, **more: Any) -> int:
    args: dict[str, Any] = {"goods": (M,), "agreed": True, "language": "id", "author_id": RINA, **more}
    return counter.services.attach_handover(handover_id, customer_id, **args)


def wishes(counter: Counter) -> list[tuple[str, str | None]]:
    found = counter.services.customer(SITI)
    assert found is not None
    return [(line.product_id, line.variant_id) for line in found.wishlist]


def code_of(counter: Counter, handover_id: str, **more: Any) -> str:
    with pytest.raises(ValidationFailed) as refused:
        attach(counter, handover_id, **more)
    return refused.value.code


def test_a_hub_makes_no_more_lists_than_its_store_can_look_at(counter: Counter) -> None:
    for number in range(MOST_WAITING):
        expires_at = to_wire(counter.device.clock() + timedelta(hours=1))
        made_at = to_wire(counter.device.clock())
        code = "".join(SPOKEN_ALPHABET[number // 31**place % 31] for place in range(HANDOVER_CHARS))
        items = [{"product_id": SHIRT, "variant_id": SHIRT_M}]
        fields = {"code": code, "items": items, "made_at": made_at, "expires_at": expires_at}
        counter.put(Kind.HANDOVER, f"list {number}", store_id=STORE_ID, **fields)
    counter.sync()
    with pytest.raises(ValidationFailed) as refused:
        saved(counter)
    assert refused.value.code == "handover.too_many"
    counter.device.clock.advance(timedelta(hours=2))
    assert saved(counter).code


def test_a_list_is_found_by_its_code_typed_or_scanned_with_the_goods_and_where_they_are(counter: Counter) -> None:
    stock = {STORE_ID: {"on_hand": 2, "reserved": 0, "as_of": to_wire(counter.device.clock())}}
    counter.put(Kind.STOCK, "M", store_id=STORE_ID, variant_id=SHIRT_M, product_id=SHIRT, levels=stock)
    counter.sync()
    made = saved(counter)
    assert len(made.code) == HANDOVER_CHARS
    assert set(made.code) <= set(SPOKEN_ALPHABET)
    for text in (made.code, made.code.lower(), f"SERAH-{made.code}", f" serah-{made.code.lower()}\n"):
        answer = counter.services.resolve_scan(text)
        assert (answer.code.kind, answer.handover_id) == (ScanKind.HANDOVER, made.id), text
    view = counter.services.handover(made.id)
    assert view is not None
    (good,) = view.goods
    assert good.variant is not None
    assert (good.name, good.variant.options, good.variant.stock[0].available) == ("Kemeja Linen", (("Ukuran", "M"),), 2)


def test_a_code_of_no_list_here_says_only_that_it_is_one(counter: Counter) -> None:
    answer = counter.services.resolve_scan("SERAH-ABC234")
    assert (answer.code.kind, answer.handover_id) == (ScanKind.HANDOVER, None)


def test_what_the_customer_wants_comes_to_the_wishlist_once_and_the_code_is_used_up(counter: Counter) -> None:
    made = saved(counter)
    assert attach(counter, made.id) == 1
    assert wishes(counter) == [M]
    view = counter.services.handover(made.id)
    assert view is not None
    assert (view.attached_by, view.attached_at) == ("Rina", counter.device.clock())
    assert code_of(counter, made.id) == "handover.used"
    (interaction,) = _interactions(counter)
    assert (interaction["handover_id"], interaction["agreed_text"], interaction["associate_id"]) == (
        made.id, "handover.agreement id", RINA,
    )  # fmt: skip
    counter.sync()
    assert wishes(counter) == [M]


def _interactions(counter: Counter) -> list[dict[str, Any]]:
    counter.sync()
    return [body for key, (_, body) in counter.server.state.records.items() if key.kind == Kind.INTERACTION]


def test_what_is_on_the_wishlist_already_is_not_added_again_and_the_agreement_is_kept_all_the_same(
    counter: Counter,
) -> None:
    counter.services.add_to_wishlist(SITI, SHIRT, variant_id=SHIRT_M, author_id=RINA)
    made = saved(counter)
    assert attach(counter, made.id, goods=(M, M)) == 0
    assert wishes(counter) == [M]
    assert len(_interactions(counter)) == 1


def test_who_comes_second_is_told_which_goods_were_not_added(counter: Counter) -> None:
    """Two tablets without a network take over one list; the server knew of the other one first."""
    made = saved(counter)
    counter.sync()
    first = {"attached_by": make_id("another talk"), "attached_at": to_wire(counter.device.clock())}
    (body,) = (body for key, (_, body) in counter.server.state.records.items() if key.kind == Kind.HANDOVER)
    counter.server.put(RecordKey(Kind.HANDOVER, made.id), {**body, **first})
    attach(counter, made.id)
    assert wishes(counter) == [M]
    counter.sync()
    assert wishes(counter) == []
    (item,) = counter.services.attention()
    assert (item.action, item.code, item.typed) == ("handover.attach", "mutation.handover_used", "Kemeja Linen")


def test_without_agreement_or_a_choice_nothing_is_kept(counter: Counter) -> None:
    made = saved(counter)
    assert code_of(counter, made.id, agreed=False) == "handover.not_agreed"
    assert code_of(counter, made.id, goods=()) == "handover.nothing_chosen"
    assert code_of(counter, made.id, author_id="") == "author.missing"
    with pytest.raises(NotFound, match="customer"):
        attach(counter, made.id, make_id("nobody"))
    with pytest.raises(NotFound, match="handover"):
        attach(counter, make_id("no list"))
    with pytest.raises(ValidationFailed, match="empty"):
        make_handover(
            counter.device.store, (), now=counter.device.clock, new_id=counter.device.new_id, random=Random(1)
        )
    assert wishes(counter) == []
    view = counter.services.handover(made.id)
    assert view is not None
    assert view.attached_at is None


def test_a_code_is_for_the_day_in_the_store_it_was_made_on(counter: Counter) -> None:
    made = saved(counter)
    assert to_wire(made.expires_at) == "2026-11-22T17:00:00Z"  # midnight in Jakarta
    counter.device.clock.advance(made.expires_at - counter.device.clock() - timedelta(seconds=1))
    assert made.is_open(counter.device.clock())
    counter.device.clock.advance(timedelta(seconds=1))
    assert code_of(counter, made.id) == "handover.expired"


def test_two_lists_never_share_a_code(counter: Counter) -> None:
    assert saved(counter, seed=3).code != saved(counter, seed=3).code


def test_goods_that_the_catalogue_has_no_more_are_counted_and_lead_nowhere(counter: Counter) -> None:
    made = saved(counter, M, (make_id("gone"), None))
    assert [good.name for good in made.goods] == ["Kemeja Linen", ""]


def test_the_visitors_phone_hears_that_a_code_was_used(counter: Counter) -> None:
    device = counter.device
    desk = HubDesk(device.store, new_id=device.new_id, random=Random(3))
    made = saved(counter)
    assert not desk.is_taken(made.code)
    assert not desk.is_taken("AAAAAA")
    attach(counter, made.id)
    assert desk.is_taken(made.code)

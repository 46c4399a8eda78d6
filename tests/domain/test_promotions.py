"""What a price is while a promotion holds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clienteling.domain.money import Money
from clienteling.domain.promotions import HoldsIn, Promotion, Reduction, reduced, shelf_price

START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


def promotion(value: int = 10, reduction: Reduction = Reduction.PERCENT, **fields: object) -> Promotion:
    known = {"id": "p", "name": "", "name_en": "", "currency": "IDR", "starts_at": START, "ends_at": END}
    known |= {"holds_in": HoldsIn.EVERYWHERE, **fields}
    return Promotion(reduction=reduction, value=value, **known)  # type: ignore[arg-type]  # fields by name, in a test


def rupiah(amount: int) -> Money:
    return Money(amount * 100, "IDR")


def test_it_runs_from_its_first_moment_and_not_at_its_end() -> None:
    assert [promotion().runs(at) for at in (START - INSTANT, START, END - INSTANT, END)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("holds_in", "location_ids", "here"),
    [
        (HoldsIn.EVERYWHERE, set(), True),
        (HoldsIn.STORE, set(), True),
        (HoldsIn.ONLINE, set(), False),
        (HoldsIn.STORE, {"here", "there"}, True),
        (HoldsIn.STORE, {"there"}, False),
        (HoldsIn.EVERYWHERE, {"there"}, False),
        (HoldsIn.ONLINE, {"here"}, False),
    ],
)
def test_it_holds_at_a_store_only_where_it_says(holds_in: HoldsIn, location_ids: set[str], here: bool) -> None:
    assert promotion(holds_in=holds_in, location_ids=frozenset(location_ids)).holds_at("here", START) is here


@pytest.mark.parametrize(
    ("price", "percent", "after"),
    [
        (rupiah(349_000), 10, rupiah(314_100)),
        (rupiah(99_999), 15, rupiah(84_999)),
        (rupiah(1), 50, rupiah(1)),
        (rupiah(3), 50, rupiah(2)),
        (rupiah(100), 100, rupiah(0)),
        (Money(1_001, "USD"), 50, Money(501, "USD")),
    ],
)
def test_a_percentage_is_rounded_to_what_can_be_paid(price: Money, percent: int, after: Money) -> None:
    assert (reduced(price, promotion(percent)) or price) == after


def test_an_amount_takes_the_price_to_nothing_at_most_and_never_over_currencies() -> None:
    off = promotion(50_000_00, Reduction.AMOUNT)
    assert reduced(rupiah(80_000), off) == rupiah(30_000)
    assert reduced(rupiah(30_000), off) == rupiah(0)
    assert reduced(Money(80_000_00, "USD"), off) is None


@given(
    amount=st.integers(0, 10**12),
    value=st.integers(-50, 10**12),
    reduction=st.sampled_from(Reduction),
    currency=st.sampled_from(["IDR", "USD"]),
)
def test_a_reduced_price_is_lower_and_never_below_nothing(
    amount: int, value: int, reduction: Reduction, currency: str
) -> None:
    price = Money(amount, currency)
    after = reduced(price, promotion(value, reduction, currency=currency))
    assert after is None or (0 <= after.amount_minor < amount and after.currency == currency)


@given(rupiahs=st.integers(1, 10**9), percent=st.integers(1, 100))
def test_rupiah_stay_whole_and_within_half_a_rupiah_of_exact(rupiahs: int, percent: int) -> None:
    after = reduced(rupiah(rupiahs), promotion(percent)) or rupiah(rupiahs)
    assert after.amount_minor % 100 == 0
    assert abs(after.amount_minor * 100 - rupiahs * 100 * (100 - percent)) <= 50 * 100


def test_the_lowest_price_counts_and_reductions_do_not_add_up() -> None:
    ten, fifty_thousand = promotion(10, id="a"), promotion(50_000_00, Reduction.AMOUNT, id="b")
    price = shelf_price(rupiah(400_000), None, (ten, fifty_thousand))
    assert (price.price, price.before, price.promotion) == (rupiah(350_000), rupiah(400_000), fifty_thousand)


def test_without_a_promotion_the_list_price_is_crossed_out_only_where_higher() -> None:
    assert shelf_price(rupiah(299_000), rupiah(349_000), ()).before == rupiah(349_000)
    assert shelf_price(rupiah(299_000), rupiah(299_000), ()).before is None

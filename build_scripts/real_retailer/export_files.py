"""The purchases as a folder of exports: Shopify's own four files and three of ours beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from build_scripts.demo_retailer.export_files import (
    CUSTOMER_COLUMNS,
    ORDER_COLUMNS,
    PRODUCT_COLUMNS,
    STOCK_COLUMNS,
    Row,
    columns,
    write_table,
)
from build_scripts.real_retailer.goods import Goods, stock
from build_scripts.real_retailer.people import Names, Person, invent
from build_scripts.real_retailer.places import TIME_ZONE, Place, busiest, settle, store_name
from build_scripts.real_retailer.purchases import Basket
from build_scripts.real_retailer.trade import Trade

CURRENCY = "USD"
OFFSET = "+0700"
"""Of `places.TIME_ZONE`: the source's clock is the stores'."""

FIRST_CUSTOMER_ID = 7_300_000_000_000
"""Shopify's customer ids have thirteen digits; a household's is this plus its number."""

_LOCATIONS = columns("name,code,kind,city,time_zone,phone,latitude,longitude")
_ASSOCIATES = columns("name,code,location,role,active")
_EXTRA = columns(
    "customer_id,email,phone,salutation,loyalty_number,tier,points,points_as_of,birthday,home_store,customer_since,"
    "language,consent_marketing_email,consent_at,consent_text_version"
)
_ASSOCIATES_EACH = 2
_TIERS = ((400_000, "Gold"), (150_000, "Silver"), (0, "Member"))
"""From this many cents a year."""

_NO_OPTIONS = {"Option1 Name": "Title", "Option1 Value": "Default Title"}


def money(cents: int) -> str:
    """The amount as Shopify writes it."""
    return f"{cents // 100}.{cents % 100:02d}"


def order_name(basket_id: int) -> str:
    """What an order is called."""
    return f"#{basket_id}"


@dataclass(frozen=True, slots=True)
class Exports:
    """One folder being written. `moved_by`: whole days that all times of the source are moved by."""

    folder: Path
    names: Mapping[str, Names]
    goods: Mapping[int, Goods]
    seed: int
    moved_by: timedelta
    last_day: date

    def write(self, trade: Trade, baskets: Iterator[Basket]) -> Sequence[int]:
        """The stores that stock is written for. Writes every file; `baskets` is read once and fills `trade`."""
        people: dict[int, Person] = {}
        write_table(self.folder / "orders_export.csv", ORDER_COLUMNS, self._orders(trade.watch(baskets), people))
        stocked = busiest(trade.customers_of_store)
        places = list(settle(trade.customers_of_store, stocked, seed=self.seed))
        write_table(self.folder / "locations.csv", _LOCATIONS, map(_location, places))
        write_table(self.folder / "associates.csv", _ASSOCIATES, self._associates(stocked))
        write_table(self.folder / "products_export.csv", PRODUCT_COLUMNS, self._products(trade))
        write_table(self.folder / "customers_export.csv", CUSTOMER_COLUMNS, self._customers(trade, people))
        write_table(self.folder / "customers_extra.csv", _EXTRA, self._extras(trade, people))
        write_table(self.folder / "inventory_export.csv", STOCK_COLUMNS, self._stock(trade, stocked))
        return stocked

    def _time(self, moment: datetime) -> str:
        return f"{moment + self.moved_by:%Y-%m-%d %H:%M:%S} {OFFSET}"

    def _person(self, household_id: int, people: dict[int, Person]) -> Person:
        if household_id not in people:
            people[household_id] = invent(household_id, self.names, seed=self.seed)
        return people[household_id]

    def _orders(self, baskets: Iterator[Basket], people: dict[int, Person]) -> Iterator[Row]:
        for basket in baskets:
            who, at = self._person(basket.household_id, people), self._time(basket.bought_at)
            first = _order_columns(basket, who, at)
            for line in basket.lines:
                yield {
                    "Name": order_name(basket.basket_id),
                    "Email": who.email,
                    **first,
                    "Created at": at,
                    "Lineitem quantity": line.quantity,
                    "Lineitem name": self.goods[line.product_id].title,
                    "Lineitem price": money(line.price_cents),
                    "Lineitem sku": line.product_id,
                    "Lineitem requires shipping": "false",
                    "Lineitem taxable": "true",
                    "Lineitem fulfillment status": "fulfilled",
                    "Vendor": self.goods[line.product_id].vendor,
                    "Lineitem discount": money(line.discount_cents),
                }
                first = {}

    def _associates(self, stocked: Sequence[int]) -> Iterator[Row]:
        for store_id in stocked:
            for place in range(_ASSOCIATES_EACH):
                # Numbers below zero are no household's.
                who = invent(-(_ASSOCIATES_EACH * store_id + place + 1), self.names, seed=self.seed)
                role = "manager" if place == 0 else "associate"
                code = f"A{store_id}{place + 1}"
                yield {"name": who.name, "code": code, "location": store_name(store_id), "role": role, "active": "yes"}

    def _products(self, trade: Trade) -> Iterator[Row]:
        for product_id in trade.prices.sold:
            one = self.goods[product_id]
            yield {
                "Handle": one.handle,
                "Title": one.title,
                "Vendor": one.vendor,
                "Type": one.category,
                "Tags": one.department,
                "Published": "true",
                **_NO_OPTIONS,
                "Variant SKU": one.sku,
                "Variant Inventory Tracker": "shopify",
                "Variant Inventory Policy": "deny",
                "Variant Fulfillment Service": "manual",
                "Variant Price": money(trade.prices.of(product_id)),
                "Variant Requires Shipping": "true",
                "Variant Taxable": "true",
                "Gift Card": "false",
                "Status": "active",
            }

    def _customers(self, trade: Trade, people: Mapping[int, Person]) -> Iterator[Row]:
        for household_id, who in sorted(people.items()):
            household = trade.households[household_id]
            yield {
                "Customer ID": FIRST_CUSTOMER_ID + household_id,
                "First Name": who.first_name,
                "Last Name": who.last_name,
                "Email": who.email,
                "Accepts Email Marketing": who.consent_email or "no",
                "Default Address City": who.city,
                "Phone": who.phone,
                "Accepts SMS Marketing": "no",
                "Total Spent": money(household.spend_cents),
                "Total Orders": household.baskets,
                "Tax Exempt": "no",
            }

    def _extras(self, trade: Trade, people: Mapping[int, Person]) -> Iterator[Row]:
        for household_id, who in sorted(people.items()):
            household = trade.households[household_id]
            yield {
                "customer_id": FIRST_CUSTOMER_ID + household_id,
                "salutation": who.salutation,
                "loyalty_number": f"R{household_id:07d}",
                "tier": next(tier for least_cents, tier in _TIERS if household.spend_cents >= least_cents),
                "points": household.spend_cents // 100,
                "points_as_of": f"{self.last_day} 00:00:00 {OFFSET}",
                "birthday": who.birthday.isoformat(),
                "home_store": store_name(household.home_store_id),
                "customer_since": self._time(household.since_at),
                "language": who.language,
                "consent_marketing_email": who.consent_email,
                "consent_at": self._time(household.since_at) if who.consent_email else "",
            }

    def _stock(self, trade: Trade, stocked: Sequence[int]) -> Iterator[Row]:
        sold_at = {store_id: trade.sold_at[store_id] for store_id in stocked}
        for level in stock(sold_at, trade.prices.sold, seed=self.seed):
            one = self.goods[level.product_id]
            yield {
                "Handle": one.handle,
                "Title": one.title,
                **_NO_OPTIONS,
                "SKU": one.sku,
                "Location": store_name(level.store_id),
                "Incoming (not editable)": 0,
                "Unavailable (not editable)": 0,
                "Committed (not editable)": level.committed,
                "Available (not editable)": level.on_hand - level.committed,
                "On hand (current)": level.on_hand,
            }


def _order_columns(basket: Basket, who: Person, at: str) -> dict[str, str | int]:
    """What stands on an order's first row alone."""
    return {
        "Financial Status": "paid",
        "Paid at": at,
        "Fulfillment Status": "fulfilled",
        "Fulfilled at": at,
        "Accepts Marketing": "no",
        "Currency": CURRENCY,
        "Subtotal": money(basket.spend_cents),
        "Shipping": "0.00",
        "Taxes": "0.00",
        "Total": money(basket.spend_cents),
        "Discount Amount": money(basket.discount_cents),
        "Billing Name": who.name,
        "Billing City": who.city,
        "Billing Phone": who.phone,
        "Notes": basket.note,
        "Location": store_name(basket.store_id),
        "Id": basket.basket_id,
        "Source": "pos",
        "Phone": who.phone,
    }


def _location(place: Place) -> Row:
    return {
        "name": place.name,
        "code": place.code,
        "kind": "store",
        "city": place.city,
        "time_zone": TIME_ZONE,
        "latitude": str(place.latitude),
        "longitude": str(place.longitude),
    }

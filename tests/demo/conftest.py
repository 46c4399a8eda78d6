"""The demo retailer's files as the tests read them: from the repository, once for all tests."""

import csv
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo"
Row = dict[str, str]


@dataclass(slots=True)
class DemoFiles:
    """The export folder; each file is read when it is first asked for."""

    folder: Path
    _read: dict[str, list[Row]] = field(default_factory=dict)
    _on_hand: dict[tuple[str, str], int] = field(default_factory=dict)
    _handles: dict[str, str] = field(default_factory=dict)

    def rows(self, name: str) -> list[Row]:
        """The rows of a file, by its name without `.csv`."""
        if name not in self._read:
            with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                self._read[name] = list(csv.DictReader(file))
        return self._read[name]

    def orders(self) -> list[list[Row]]:
        """The orders, each as its rows: the first holds the order's own columns."""
        found: dict[str, list[Row]] = {}
        for row in self.rows("orders_export"):
            found.setdefault(row["Name"], []).append(row)
        return list(found.values())

    def on_hand(self, sku: str, location: str) -> int:
        """Units on hand; 0 where the place does not carry the thing."""
        if not self._on_hand:
            for row in self.rows("inventory_export"):
                units = row["On hand (current)"]
                self._on_hand[(row["SKU"], row["Location"])] = int(units) if units.isdigit() else 0
        return self._on_hand[(sku, location)]

    def toml(self) -> dict[str, Any]:
        """What demo.toml says."""
        return _toml(self.folder / "demo.toml")

    def served(self) -> dict[str, list[dict[str, Any]]]:
        """What served.toml says: follow_ups, appointments and holds."""
        return _toml(self.folder / "served.toml")

    def today(self) -> date:
        """The day the demo is made for."""
        day = self.toml()["generated_for"]
        assert isinstance(day, date)
        return day

    def promotions_of(self, sku: str) -> list[Row]:
        """The promotions that run on the demo's day and cover the thing."""
        handle = self.handle_of(sku)
        covering = [row for row in self.rows("promotions") if not row["handles"] or handle in row["handles"].split(";")]
        today = self.today()
        return [row for row in covering if when(row["starts_at"]).date() <= today <= when(row["ends_at"]).date()]

    def handle_of(self, sku: str) -> str:
        """The product a SKU belongs to."""
        if not self._handles:
            self._handles = {row["Variant SKU"]: row["Handle"] for row in self.rows("products_export")}
        return self._handles[sku]

    def stores_of(self) -> dict[str, set[str]]:
        """By customer id: the home store, and every store they bought or collected from."""
        by_email = {row["Email"]: row["Customer ID"] for row in self.rows("customers_export") if row["Email"]}
        by_phone = {row["phone"]: row["customer_id"] for row in self.rows("customers_extra") if row["phone"]}
        stores: dict[str, set[str]] = {}
        for row in self.rows("customers_extra"):
            stores[row["customer_id"]] = {row["home_store"]} - {""}
        picked = {row["order"]: row["location"] for row in self.rows("pickups")}
        for first, *_ in self.orders():
            customer = by_email.get(first["Email"]) or by_phone.get(first["Phone"], "")
            if customer:
                stores[customer] |= {first["Location"], picked.get(first["Name"], "")} - {""}
        return stores


@lru_cache(maxsize=2)
def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def when(text: str) -> datetime:
    """A time in either of the two forms the files use."""
    at = datetime.fromisoformat(text.replace(" +", "+"))
    assert at.tzinfo is not None
    return at


@pytest.fixture(scope="session")
def demo() -> DemoFiles:
    return DemoFiles(DEMO)

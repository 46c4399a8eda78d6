"""What a central database holds of the purchases, beside the source itself.

The two sides share nothing but the ids: the source is summed by pandas, the database's lines are read from its records.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from build_scripts.environment import CannotContinue
from build_scripts.real_retailer.export_files import FIRST_CUSTOMER_ID
from build_scripts.real_retailer.source import Frame, needed

SUMS = ("orders", "lines", "pieces", "spend_cents")


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of both sides. `differing`: how many households, or products, it is not the same for."""

    what: str
    source: int
    imported: int
    differing: int = 0

    @property
    def is_same(self) -> bool:
        """Whether the sides agree in all and in each."""
        return self.source == self.imported and not self.differing


def compare(transactions: Frame, database: Path) -> list[Compared]:
    """Every figure of the source beside the database's: in all, and how many households differ."""
    source, imported = _sums_of_source(transactions), _sums_of_database(database)
    both = source.join(imported, how="outer", lsuffix="_source", rsuffix="_imported").fillna(-1)
    compared = [Compared("customers", len(source), _count(database, "customer"))]
    for name in SUMS:
        differing = int((both[f"{name}_source"] != both[f"{name}_imported"]).sum())
        compared.append(Compared(name, int(source[name].sum()), int(imported[name].sum()), differing))
    compared.append(Compared("products", int(transactions.product_id.nunique()), _count(database, "product")))
    return compared


def _sums_of_source(transactions: Frame) -> Frame:
    """Each household's sums; a line without quantity counts as one piece, as the export says it."""
    lines = transactions.assign(
        spend_cents=(transactions.sales_value * 100).round().astype("int64"), pieces=transactions.quantity.clip(lower=1)
    )
    grouped = lines.groupby("household_id")
    return grouped.agg(
        orders=("basket_id", "nunique"),
        lines=("product_id", "size"),
        pieces=("pieces", "sum"),
        spend_cents=("spend_cents", "sum"),
    )


def _sums_of_database(database: Path) -> Frame:
    pandas = needed("pandas")
    frame = pandas.DataFrame(_orders(database), columns=("household_id", *SUMS))
    return frame.groupby("household_id").sum()


def _open(database: Path) -> sqlite3.Connection:
    if not database.is_file():
        raise CannotContinue(f"There is no database at {database}: import the folder first.")
    return sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)


def _count(database: Path, kind: str) -> int:
    with closing(_open(database)) as connection:
        query = "SELECT count(*) FROM record WHERE kind = ? AND state = 'live'"
        return int(connection.execute(query, (kind,)).fetchone()[0])


def _orders(database: Path) -> Iterator[tuple[int, int, int, int, int]]:
    """Each order as household, 1, lines, pieces, and cents paid by its lines. The household is 0 for nobody's."""
    with closing(_open(database)) as connection:
        people = connection.execute("SELECT id, body FROM record WHERE kind = 'customer' AND state = 'live'")
        households = {record_id: _household(json.loads(body)["external_ref"]) for record_id, body in people}
        for (text,) in connection.execute("SELECT body FROM record WHERE kind = 'order' AND state = 'live'"):
            body = json.loads(text)
            lines = body["lines"]
            paid = sum(line["price_minor"] * line["quantity"] - line["discount_minor"] for line in lines)
            if paid != body["total_minor"]:
                raise CannotContinue(f"The lines of order {body['number']} are not its total.")
            pieces = sum(line["quantity"] for line in lines)
            yield households.get(body["customer_id"], 0), 1, len(lines), pieces, paid


def _household(external_ref: str) -> int:
    return int(external_ref) - FIRST_CUSTOMER_ID if external_ref.isdecimal() else 0

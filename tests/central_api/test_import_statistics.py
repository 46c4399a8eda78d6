"""An import that fills empty tables of PostgreSQL tells the planner how large they have become."""

import pytest
import sqlalchemy as sa

from sync.central_api.bulk import PORTION
from sync.central_api.database import CentralDatabase
from sync.central_api.import_records import import_records
from tests.support.shops import customer, location

_COUNTED = sa.text("SELECT reltuples FROM pg_class WHERE relname = 'customer_key'")


@pytest.mark.postgresql
def test_a_first_import_has_the_planner_count_the_rows(postgresql_url: str) -> None:
    people = (customer(f"c{n}", "BDG", email=f"c{n}@example.id") for n in range(PORTION))
    with CentralDatabase(postgresql_url) as database:
        import_records(database, [location("BDG"), *people], source="test")
        with database.reading() as connection:
            assert connection.execute(_COUNTED).scalar_one() >= PORTION - 1

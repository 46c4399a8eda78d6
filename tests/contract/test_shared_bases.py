"""Both sides make their tables from the same bases: built side by side, the shared columns must be the same.

SQLModel moves or loses a `sa_column` silently when two tables share a base; this is where it would show.
"""

import pytest
from sqlalchemy import Table
from sqlmodel import SQLModel

from clienteling.store import asking_tables
from clienteling.store.tables import ASKING_REGISTRY, STORE_REGISTRY
from sync.central_api.tables import METADATA
from sync.protocol.records import CustomerChildBase, CustomerKeyBase, RecordBase, ScopeRowBase

assert asking_tables, "importing it fills the registry below"
DEVICE_TABLES = {**STORE_REGISTRY.metadata.tables, **ASKING_REGISTRY.metadata.tables}

SHARED: list[tuple[type[SQLModel], str, str]] = [
    (RecordBase, "record", "record"),
    (ScopeRowBase, "scope_row", "row_scope"),
    (CustomerKeyBase, "customer_key", "customer_key"),
    (CustomerChildBase, "customer_child", "customer_child"),
]


def shape(table: Table, base: type[SQLModel]) -> dict[str, tuple[str, bool]]:
    """Name -> (value kind, may be null) of the base's columns in a table."""
    return {
        name: (table.columns[name].type.python_type.__name__, bool(table.columns[name].nullable))
        for name in base.model_fields
        if name in table.columns
    }


@pytest.mark.parametrize(("base", "central", "device"), SHARED, ids=lambda value: getattr(value, "__name__", value))
def test_both_sides_have_every_column_of_a_base_alike(base: type[SQLModel], central: str, device: str) -> None:
    server_table, device_table = METADATA.tables[central], DEVICE_TABLES[device]
    assert set(base.model_fields) <= set(server_table.columns.keys())
    assert set(base.model_fields) <= set(device_table.columns.keys())
    assert shape(server_table, base) == shape(device_table, base)


def test_no_column_object_belongs_to_both_sides() -> None:
    ours = {id(column) for table in DEVICE_TABLES.values() for column in table.columns}
    theirs = {id(column) for table in METADATA.tables.values() for column in table.columns}
    assert not ours & theirs

"""A record that says it was checked is not put through its model again: so it must be what the model would make."""

from pathlib import Path

import pytest

from clienteling.settings import assets_dir
from sync.connectors.shopify_csv import DEFAULT_SOURCE, read_folder
from sync.protocol.bodies import BODY_MODELS
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from tests.connectors.folders import AS_OF, make_folder


def checked_records(folder: Path) -> list[ImportedRecord]:
    stream = read_folder(folder, as_of=AS_OF, default_time_zone="Asia/Jakarta")
    return [item for item in stream if isinstance(item, ImportedRecord) and item.checked]


def assert_whole(record: ImportedRecord) -> None:
    assert BODY_MODELS[record.kind].model_validate(record.body).to_body() == record.body
    assert record.body["id"] == record.record_id(DEFAULT_SOURCE)
    assert (record.body["source"], record.body["external_ref"]) == (DEFAULT_SOURCE, record.external_ref)


def test_every_checked_record_of_the_demo_is_what_its_model_makes() -> None:
    records = checked_records(assets_dir() / "demo")
    assert {record.kind for record in records} == {Kind.ORDER, Kind.STOCK}
    for record in records:
        assert_whole(record)


@pytest.mark.parametrize("name", ["x" * 501, "half \ud800", "=1+1"])
def test_an_order_with_a_hostile_cell_is_refused_or_whole(tmp_path: Path, name: str) -> None:
    rows = [{"Name": "#1", "Email": "siti@surel.example", "Currency": "IDR", "Subtotal": "1.00", "Total": "1.00",
             "Created at": "2026-05-01 10:11:12 +0700", "Lineitem quantity": "1", "Lineitem name": name,
             "Lineitem price": "1.00", "Lineitem sku": "VAS", "Employee": name}]  # fmt: skip
    text = ",".join(rows[0]) + "\n" + ",".join(rows[0].values()) + "\n"
    folder = make_folder(tmp_path, orders_export=text.encode("utf-8", "surrogatepass"))
    for record in checked_records(folder):
        assert_whole(record)

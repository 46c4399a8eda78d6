"""Stock in a chain of hundreds of stores of which the export names a few."""

from pathlib import Path

from sync.protocol.kinds import Kind
from tests.connectors.folders import make_folder, read

CHAIN = [
    {"name": f"Toko {number}", "kind": "store", "latitude": str(-6 - number / 100), "longitude": "107"}
    for number in range(60)
]


def test_only_stores_that_see_a_stocked_store_get_its_stock(tmp_path: Path) -> None:
    rows = [{"SKU": "VAS", "Location": "Toko 0", "On hand (current)": "3"}]
    result = read(make_folder(tmp_path, locations=CHAIN, orders_export=None, inventory_export=rows))
    names = {body["id"]: body["name"] for body in result.of(Kind.LOCATION).values()}
    seeing = sorted(int(names[body["store_id"]].split()[1]) for body in result.of(Kind.STOCK).values())
    # Toko 10 has ten stores on either side; for Toko 11 the first and the twenty-second are equally far.
    assert seeing in ([*range(11)], [*range(12)])
    assert all([names[place] for place in body["levels"]] == ["Toko 0"] for body in result.of(Kind.STOCK).values())


def test_a_store_named_late_in_the_file_has_its_level(tmp_path: Path) -> None:
    rows = [
        {"SKU": "VAS", "Location": "Toko 7", "On hand (current)": "3"},
        {"SKU": "KM-M", "Location": "Toko 8", "On hand (current)": "5"},
        {"SKU": "KM-L", "Location": "Toko 7", "On hand (current)": "2"},
        {"SKU": "VAS", "Location": "Toko 8", "On hand (current)": "1"},
        {"SKU": "VAS", "Location": "Toko 7", "On hand (current)": "9"},
    ]
    result = read(make_folder(tmp_path, locations=CHAIN[7:9], orders_export=None, inventory_export=rows))
    names = {body["id"]: body["name"] for body in result.of(Kind.LOCATION).values()}
    skus = {variant["id"]: variant["sku"] for body in result.of(Kind.PRODUCT).values() for variant in body["variants"]}
    seen = {
        (names[body["store_id"]], skus[body["variant_id"]]): sorted(
            (names[place], level["on_hand"]) for place, level in body["levels"].items()
        )
        for body in result.of(Kind.STOCK).values()
    }
    vase, medium, large = [("Toko 7", 3), ("Toko 8", 1)], [("Toko 8", 5)], [("Toko 7", 2)]
    assert seen == {
        (store, sku): levels
        for store in ("Toko 7", "Toko 8")
        for sku, levels in (("VAS", vase), ("KM-M", medium), ("KM-L", large))
    }
    assert result.reasons == [("inventory_export.csv", 6, "duplicate_id")]

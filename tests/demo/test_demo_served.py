"""What the demo's people had promised, booked and laid aside is true in its files, and shows what it is there for."""

from collections import Counter
from typing import Any

from tests.demo.conftest import DemoFiles

HOME, OTHER = "BDG", "SBY"


def everything(demo: DemoFiles) -> list[dict[str, Any]]:
    """Every row, whatever it is."""
    return [row for rows in demo.served().values() for row in rows]


def place_of(demo: DemoFiles, code: str) -> str:
    """A store's name."""
    (name,) = (row["name"] for row in demo.rows("locations") if row["code"] == code)
    return name


def free(demo: DemoFiles, sku: str, place: str) -> int:
    """Pieces that the platform would still promise."""
    found = [row for row in demo.rows("inventory_export") if (row["SKU"], row["Location"]) == (sku, place)]
    return sum(int(row["Available (not editable)"]) for row in found)


def test_everybody_and_everything_named_in_what_was_served_exists(demo: DemoFiles) -> None:
    rows = everything(demo)
    assert len({row["ref"] for row in rows}) == len(rows)
    assert {row["customer"] for row in rows} <= {row["Customer ID"] for row in demo.rows("customers_export")}
    staff = {(row["name"], row["location"]) for row in demo.rows("associates") if row["active"] == "yes"}
    for row in rows:
        people = {row.get(part) for part in ("author", "assignee", "associate")} - {None}
        assert {(name, place_of(demo, row["store"])) for name in people} <= staff
    skus = {row["Variant SKU"] for row in demo.rows("products_export")}
    assert {row["sku"] for row in demo.served()["holds"]} <= skus


def test_bandung_owes_one_promise_since_yesterday_one_today_and_has_kept_one(demo: DemoFiles) -> None:
    here = [row for row in demo.served()["follow_ups"] if row["store"] == HOME]
    assert sorted(row["due"] for row in here if "done" not in row) == [-1, 0]
    assert [bool(row["outcome"]) for row in here if "done" in row] == [True]
    assert all(row["made"] < min(row["due"], row.get("done", 0)) for row in here)


def test_bandung_expects_one_customer_today_and_one_tomorrow(demo: DemoFiles) -> None:
    assert sorted(row["on"] for row in demo.served()["appointments"] if row["store"] == HOME) == [0, 1]
    assert all(row["made"] < 0 for row in demo.served()["appointments"])


def test_the_second_store_has_promises_and_appointments_of_its_own(demo: DemoFiles) -> None:
    for kind in ("follow_ups", "appointments"):
        assert [row["ref"] for row in demo.served()[kind] if row["store"] == OTHER]


def test_holds_say_what_the_server_would_have_answered(demo: DemoFiles) -> None:
    taken: Counter[tuple[str, str]] = Counter()
    for row in demo.served()["holds"]:
        place = place_of(demo, row["store"])
        left = free(demo, row["sku"], place) - taken[row["sku"], place]
        if row["status"] == "confirmed":
            assert left >= 1, row["ref"]
            taken[row["sku"], place] += 1
        else:
            assert (row["status"], row["reason"], left) == ("refused", "out_of_stock", 0)
        assert 0 < row["hours_ago"] < 24
    assert len(taken) == 3


def test_the_scanned_shirt_is_held_here_and_at_the_second_store_and_one_is_left(demo: DemoFiles) -> None:
    sku = demo.toml()["first_minute"]["scan_sku"]
    assert sorted(row["store"] for row in demo.served()["holds"] if row["sku"] == sku) == [HOME, OTHER]
    assert free(demo, sku, place_of(demo, HOME)) == 2


def test_nobody_is_promised_a_call_they_asked_not_to_get(demo: DemoFiles) -> None:
    no_calls = {row["customer_id"] for row in demo.rows("customers_extra") if row["consent_marketing_phone"] == "no"}
    for row in demo.served()["follow_ups"]:
        assert "telepon" not in row["subject"].lower() or row["customer"] not in no_calls

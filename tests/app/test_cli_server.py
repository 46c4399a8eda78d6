"""Import and the server's commands: counts for scripts, sentences for people, refusals in a report."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from clienteling import command_line_text
from clienteling.central_host import central_database
from clienteling.cli.upkeep import say_files
from sync.central_api.database import CentralDatabase
from sync.central_api.lists import list_bodies
from sync.central_api.table_files import STATISTICS, TABLES, WHYS, FilesWritten
from sync.protocol.ids import uuid7
from sync.protocol.kinds import Kind
from sync.protocol.times import utc_now
from tests.app.shop import exports
from tests.connectors.folders import PRODUCTS, csv_text, make_folder, order_row
from tests.support.command_line import Ran, run

COUNTS = ["created", "changed", "unchanged", "older", "ended", "refused", "kept", "report", "not_read"]


def take(folder: Path, server: Path, *words: str) -> Ran:
    return run("import", "shopify-csv", folder, "--data-dir", server, *words)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return exports(tmp_path / "exports")


def test_an_import_tells_scripts_its_counts_and_the_second_changes_nothing(files: Path, tmp_path: Path) -> None:
    first, second = (take(files, tmp_path / "server", "--json").json for _ in range(2))
    assert (list(first), list(second)) == (COUNTS, COUNTS)
    assert (first["created"] > 10, first["changed"], first["refused"], first["report"]) == (True, 0, 0, None)
    assert (second["created"], second["changed"], second["ended"]) == (0, 0, 0)
    assert second["unchanged"] == first["created"]


def test_an_import_says_to_people_what_it_did_and_that_nothing_changed(files: Path, tmp_path: Path) -> None:
    first, second = (take(files, tmp_path / "server") for _ in range(2))
    assert first.output.startswith("Done: ")
    assert (second.output.startswith("Nothing has changed ("), len(second.lines)) == (True, 1)
    assert (first.errors, second.errors) == ("", "")


def test_what_was_refused_and_what_was_kept_are_told_apart_and_listed(tmp_path: Path) -> None:
    products = [PRODUCTS[0] | {"Variant Barcode": "123"}, *PRODUCTS[1:]]
    orders = [order_row(), order_row(Name="#2", Total="?")]
    rina = [{"name": "Rina", "location": "BDG"}]
    folder = make_folder(tmp_path / "x", products_export=products, orders_export=orders, associates=rina)
    told = take(folder, tmp_path / "server")
    assert told.lines[1:] == [
        "1 row refused.",
        "1 row kept without one of its cells.",
        f"The rows are listed in {tmp_path / 'server' / 'import-report.csv'}",
    ]
    again = take(folder, tmp_path / "server", "--json").json
    assert (again["refused"], again["kept"], again["unchanged"] > 0) == (1, 1, True)
    rows = list(csv.DictReader(Path(again["report"]).read_text("utf-8-sig").splitlines()))
    assert [(row["file"], row["line"], row["reason"], row["outcome"]) for row in rows] == [
        ("products_export.csv", "2", "import.bad_gtin", "kept"),
        ("orders_export.csv", "3", "import.bad_money", "refused"),
    ]


def test_a_picture_that_no_page_can_show_is_in_the_report(tmp_path: Path) -> None:
    names = ("too-large.png", "no-picture.png", "with space.png", "good.png")
    named = [PRODUCTS[0] | {"Handle": f"h{number}", "Image Src": name} for number, name in enumerate(names)]
    folder = make_folder(tmp_path / "x", products_export=named)
    begins = b"\x89PNG\r\n\x1a\n"
    (folder / "too-large.png").write_bytes(begins + bytes(8 * 1024 * 1024))
    (folder / "no-picture.png").write_bytes(b"<html>")
    (folder / "with space.png").write_bytes(begins)
    (folder / "good.png").write_bytes(begins)
    told = take(folder, tmp_path / "server", "--json").json
    rows = list(csv.DictReader(Path(told["report"]).read_text("utf-8-sig").splitlines()))
    refused = [(row["line"], row["column"], row["outcome"]) for row in rows if row["reason"] == "import.bad_picture"]
    assert refused == [("2", "Image Src", "kept"), ("3", "Image Src", "kept"), ("4", "Image Src", "kept")]
    assert told["kept"] == len(rows)


def test_stock_of_an_older_file_is_left_alone_and_people_are_told(files: Path, tmp_path: Path) -> None:
    server, inventory = tmp_path / "server", files / "inventory_export.csv"
    inventory.write_text("SKU,Bandung\nKM-M,2\n")
    take(files, server)
    inventory.write_text("SKU,Bandung\nKM-M,9\n")
    os.utime(inventory, (0, 0))
    told = take(files, server)
    assert told.lines[1:] == ["2 stock records left as they were: later counts are known."], (
        "of both stores that see it"
    )
    with central_database(server, None) as database:
        levels = [level for stock in list_bodies(database, Kind.STOCK) for level in stock["levels"].values()]
    assert [level["on_hand"] for level in levels] == [2, 2]


def test_files_that_no_export_is_called_are_named_after_the_import(files: Path, tmp_path: Path) -> None:
    for name in ("orders_export (1).csv", "customer_export.csv", "Wishlist.csv", "budget.CSV", ".hidden.csv", "a.txt"):
        (files / name).write_text("a,b\n")
    said, told = take(files, tmp_path / "server"), take(files, tmp_path / "server", "--json").json
    assert said.lines[1:] == [
        "Not read, because no export is called so: Wishlist.csv (wishlists.csv?), budget.CSV, "
        "customer_export.csv (customers_export.csv?), orders_export (1).csv (orders_export.csv?)"
    ]
    assert told["not_read"] == {
        "Wishlist.csv": "wishlists.csv",
        "budget.CSV": "",
        "customer_export.csv": "customers_export.csv",
        "orders_export (1).csv": "orders_export.csv",
    }
    assert (told["created"], told["refused"], told["report"]) == (0, 0, None)


def test_a_file_of_known_name_in_other_capitals_is_named_only_where_the_disk_tells_them_apart(
    files: Path, tmp_path: Path
) -> None:
    (files / "Reviews.CSV").write_text("a,b\n")
    (files / "reviews.csv").hardlink_to(files / "Reviews.CSV")  # as a disk answers that takes both names for one
    assert take(files, tmp_path / "server", "--json").json["not_read"] == {}


def test_a_report_goes_when_the_next_import_refuses_nothing(tmp_path: Path) -> None:
    bad = make_folder(tmp_path / "x", orders_export=[order_row(Total="?")])
    report = Path(take(bad, tmp_path / "server", "--json").json["report"])
    assert report.exists()
    assert take(make_folder(tmp_path / "x", orders_export=[order_row()]), tmp_path / "server").status == 0
    assert not report.exists()


def test_orders_alone_after_a_whole_import_find_what_it_brought(files: Path, tmp_path: Path) -> None:
    take(files, tmp_path / "server")
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "orders_export.csv").write_text(csv_text([order_row(Name="#9")]))
    told = take(tmp_path / "orders", tmp_path / "server", "--json").json
    assert (told["created"], told["refused"], told["kept"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("none", "There is no such folder, or it holds no export that is known."),
        ("empty", "There is no such folder, or it holds no export that is known."),
        ("file.csv", "There is no such folder, or it holds no export that is known."),
        ("misnamed", "No file in this folder is called as an export is: orders_export (1).csv (orders_export.csv?)"),
    ],
)
def test_a_folder_without_exports_is_a_sentence_and_makes_no_database(name: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.csv").write_text("a,b\n")
    (tmp_path / "misnamed").mkdir()
    (tmp_path / "misnamed" / "orders_export (1).csv").write_text(csv_text([order_row(Name="#9")]))
    ran = take(tmp_path / name, tmp_path / "server", "--json")
    assert (ran.status, ran.output) == (1, "")
    assert ran.errors == f"{sentence}\n"
    assert not (tmp_path / "server").exists()


def test_a_data_directory_that_is_a_file_is_a_sentence(files: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    for ran in (take(files, tmp_path / "note.txt"), run("central", "--data-dir", tmp_path / "note.txt")):
        assert (ran.status, ran.output) == (1, "")
        assert ran.errors == f"A folder is needed here, and this is a file: {tmp_path / 'note.txt'}\n"


@pytest.mark.parametrize("wrong", [("--time-zone", "Mars/Olympus"), ("--time-zone", "../x"), ("--currency", "rupiah")])
def test_a_wrong_option_is_the_command_lines_own_error(wrong: tuple[str, ...], files: Path, tmp_path: Path) -> None:
    ran = take(files, tmp_path / "server", *wrong)
    assert (ran.status, ran.output, "Traceback" in ran.errors) == (2, "", False)
    assert not (tmp_path / "server").exists()


def test_a_real_process_keeps_its_output_to_the_document(files: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "clienteling", "import", "shopify-csv", str(files), "--json"]
    words += ["--data-dir", str(tmp_path / "server")]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
    assert (done.stdout[0], done.stderr) == ("{", "")


# The central database


def add(server: Path, store: str, *words: str) -> Ran:
    return run("central", "add-device", store, "--name", "Tablet", "--data-dir", server, *words)


def test_add_device_prints_a_token_once_by_code_or_name(files: Path, tmp_path: Path) -> None:
    take(files, tmp_path / "server")
    tokens = {add(tmp_path / "server", store).output for store in ("BDG", "bdg", "Bandung")}
    assert [len(token) for token in tokens] == [65, 65, 65]


@pytest.mark.parametrize("store", ["XXX", "Gudang", "Toko Online", ""])
def test_add_device_to_no_store_is_a_sentence(store: str, files: Path, tmp_path: Path) -> None:
    take(files, tmp_path / "server")
    ran = add(tmp_path / "server", store)
    known = "The server does not know that store. Its stores: BDG (Bandung), DPS (Denpasar)\n"
    assert (ran.status, ran.output, ran.errors) == (1, "", known)


def test_add_device_to_a_server_without_stores_says_what_comes_first(tmp_path: Path) -> None:
    with central_database(tmp_path / "server", None):
        pass
    ran = add(tmp_path / "server", "BDG")
    assert (ran.status, ran.errors.startswith("The server has no stores yet. ")) == (1, True)


def test_a_device_must_have_a_name(files: Path, tmp_path: Path) -> None:
    take(files, tmp_path / "server")
    assert run("central", "add-device", "BDG", "--name", " ", "--data-dir", tmp_path / "server").status == 2


@pytest.mark.parametrize(
    "words",
    [
        ("add-device", "BDG", "--name", "Tablet"),
        ("add-associate", "BDG", "--name", "Rina"),
        ("end-associate", "--name", "Rina"),
        ("compact",),
        ("erase-customer", "0192a000-0000-7000-8000-000000000000"),
        ("daily",),
        ("rewrite-files",),
        ("new-epoch",),
    ],
)
def test_what_a_server_is_needed_for_says_that_there_is_none_and_makes_none(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    ran = run("central", *words, "--data-dir", tmp_path / "elsewhere")
    assert (ran.status, ran.output) == (1, "")
    assert ran.errors.startswith("There is no server database here yet. Check --data-dir")
    assert not (tmp_path / "elsewhere").exists()


def test_a_shop_without_a_list_of_associates_is_told_and_names_them_itself(files: Path, tmp_path: Path) -> None:
    server = tmp_path / "server"
    (files / "associates.csv").unlink()
    assert "central add-associate STORE --name NAME" in take(files, server).output
    ran = run("central", "add-associate", "BDG", "--name", "Rina  Wijaya", "--data-dir", server)
    assert (ran.status, ran.output) == (0, "Rina Wijaya can be chosen in the app after the next sync.\n")
    assert "add-associate" not in take(files, server).output
    assert associates(server) == [("Rina Wijaya", "associate", 1, True)]
    run("central", "add-associate", "DPS", "--name", "rina wijaya", "--manager", "--data-dir", server)
    assert associates(server) == [("rina wijaya", "manager", 2, True)]
    run("central", "end-associate", "--name", "Rina Wijaya", "--data-dir", server)
    assert associates(server) == [("Rina Wijaya", "manager", 2, False)]


def test_without_a_list_of_places_one_that_joins_others_is_named_since_it_may_be_misspelt(tmp_path: Path) -> None:
    def sold_at(*places: str) -> Path:
        orders = [order_row(Name=f"#{number}", Location=place) for number, place in enumerate(places)]
        folder = make_folder(tmp_path / f"{len(places)}", products_export=PRODUCTS, orders_export=orders)
        (folder / "locations.csv").unlink()
        return folder

    first, second, third = (
        take(sold_at(*places), tmp_path / "server")
        for places in (("Bandung",), ("Bandung", "Bandnug"), ("Bandung", "Bandnug"))
    )
    assert [("New places" in told.output) for told in (first, second, third)] == [False, True, False]
    assert "New places beside those that were there: Bandnug. If a name is misspelt" in second.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("add-associate", "XXX", "--name", "Rina"),
            "The server does not know that store. Its stores: BDG (Bandung), DPS (Denpasar)\n",
        ),
        (("add-associate", "BDG", "--name", " - "), "That is not a name.\n"),
        (("add-associate", "BDG", "--name", "Rina" * 200), "That is not a name.\n"),
        (("end-associate", "--name", "Sari"), "No associate was added under that name. "
         "Those of associates.csv end there, with \"no\" under active.\n"),
    ],
)  # fmt: skip
def test_an_associate_who_is_none_is_a_sentence(
    words: tuple[str, ...], sentence: str, files: Path, tmp_path: Path
) -> None:
    take(files, tmp_path / "server")
    ran = run("central", *words, "--data-dir", tmp_path / "server")
    assert (ran.status, ran.output, ran.errors) == (1, "", sentence)


def associates(server: Path) -> list[tuple[str, str, int, bool]]:
    with CentralDatabase(f"sqlite:///{server / 'central.db'}") as database:
        bodies = list_bodies(database, Kind.ASSOCIATE)
    return [(one["name"], one["role"], len(one["location_ids"]), one["active"]) for one in bodies]


def test_a_devices_folder_is_not_taken_for_the_servers(files: Path, tmp_path: Path) -> None:
    device = tmp_path / "device"
    device.mkdir()
    (device / "outbox.db").touch()
    for ran in (take(files, device), run("central", "run", "--data-dir", device, "--port", "8559")):
        assert (ran.status, ran.output) == (1, "")
        assert ran.errors.startswith(f"{device} is a device's folder, not the server's.")
    assert [file.name for file in device.iterdir()] == ["outbox.db"]


def test_a_database_of_a_newer_program_is_refused_and_stays(files: Path, tmp_path: Path) -> None:
    take(files, tmp_path / "server")
    engine = create_engine(f"sqlite:///{tmp_path / 'server' / 'central.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    serving = run("central", "run", "--data-dir", tmp_path / "server", "--port", "8559")
    for ran in (take(files, tmp_path / "server"), add(tmp_path / "server", "BDG"), serving):
        assert (ran.status, ran.output) == (1, "")
        assert ran.errors == "This database was made by a newer program. Update the program.\n"


def test_a_file_that_is_no_database_is_refused_and_stays(files: Path, tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "central.db").write_bytes(b"no database" * 500)
    ran = take(files, tmp_path / "server", "--json")
    assert (ran.status, ran.output) == (1, "")
    assert ran.errors == "The server's database cannot be opened or reached. Nothing was changed.\n"
    assert (tmp_path / "server" / "central.db").read_bytes() == b"no database" * 500


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:9/none", "nonsense", "mysql://x/y"])
def test_a_database_that_cannot_be_reached_is_a_sentence(url: str, files: Path, tmp_path: Path) -> None:
    ran = take(files, tmp_path / "server", "--database-url", url)
    assert (ran.status, ran.output) == (1, "")
    assert ran.errors == "The server's database cannot be opened or reached. Nothing was changed.\n"


def test_compacting_a_young_database_drops_nothing(files: Path, tmp_path: Path) -> None:
    take(files, tmp_path / "server")
    told, said = (run("central", "compact", "--data-dir", tmp_path / "server", *more) for more in (["--json"], []))
    assert told.json == {"tombstones": 0, "verdicts": 0}
    assert said.output == "Compacted: 0 tombstones and 0 verdicts older than 90 days dropped.\n"


def test_the_days_work_tells_what_it_did(files: Path, tmp_path: Path) -> None:
    take(files, tmp_path / "server")
    told, said = (run("central", "daily", "--data-dir", tmp_path / "server", *more) for more in (["--json"], []))
    assert told.json == dict.fromkeys(("customers", "look_ups", "holds", "handovers", "tombstones", "verdicts"), 0)
    assert len(said.lines) == 5


def test_after_an_erasure_on_postgresql_the_tables_files_are_written_anew(
    files: Path, tmp_path: Path, postgresql_url: str
) -> None:
    where = "--data-dir", tmp_path / "server", "--database-url", postgresql_url
    assert take(files, tmp_path / "server", "--database-url", postgresql_url).status == 0
    with CentralDatabase(postgresql_url) as database:
        customer_id = next(one["customer_id"] for one in list_bodies(database, Kind.ORDER) if one["customer_id"])
        erased = run("central", "erase-customer", customer_id, *where)
        assert "'clienteling central rewrite-files' does it at once" in " ".join(erased.lines)
    told, said = (run("central", "rewrite-files", *where, *more) for more in (["--json"], []))
    assert told.json == {"tables": [*TABLES, STATISTICS], "left": {}, "checkpointed": True, "clean": True}
    assert said.output == "The tables' files have nothing of anybody who was erased.\n"


def test_what_was_not_written_anew_is_named_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    say_files(FilesWritten(("record",), {"imported": "locked", "customer_key": "locked", STATISTICS: "read"}), False)
    said = " ".join(capsys.readouterr().out.split())
    for sentence in ("Not yet: imported, customer_key. Somebody held them.", f"Not yet: {STATISTICS}. A transaction,"):
        assert sentence in said
    assert "pg_checkpoint" in said
    assert "have nothing of anybody" not in said
    for why in WHYS:
        assert f"central.files_left_{why}" in command_line_text.translator()


def test_a_customer_is_erased_by_their_id_and_imports_that_name_them_are_refused(files: Path, tmp_path: Path) -> None:
    server = tmp_path / "server"
    take(files, server)
    with central_database(server, None) as database:
        customer_id = next(one["customer_id"] for one in list_bodies(database, Kind.ORDER) if one["customer_id"])
        (store_id, *_) = (one["id"] for one in list_bodies(database, Kind.LOCATION) if one["name"] == "Bandung")
    snapshot = server / "snapshots" / f"store-{store_id}.{uuid7(utc_now())}.sealed"
    snapshot.parent.mkdir()
    snapshot.write_bytes(b"sealed")
    told, said = (
        run("central", "erase-customer", customer_id.upper(), "--data-dir", server, *more) for more in (["--json"], [])
    )
    assert told.json["customers"] == 1
    assert not snapshot.exists()
    assert told.json["records"] > 0
    assert said.output.startswith(
        "Erased: the customer and 0 records about them; orders kept without a name: 0. Every device (0) lets go of them"
    )
    again = take(files, server, "--json").json
    assert again["refused"] > 0
    assert "import.erased" in Path(again["report"]).read_text("utf-8-sig")
    assert run("central", "rewrite-files", "--data-dir", server, "--json").json["clean"]
    assert run("central", "rewrite-files", "--data-dir", server).output.startswith("Nothing to do: in a SQLite file")
    nobody = run("central", "erase-customer", "Siti", "--data-dir", server)
    assert (nobody.status, nobody.errors) == (1, "The server never had a customer with this id.\n")

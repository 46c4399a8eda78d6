"""Commands that keep a central database in order: what is old goes, who asks for it is erased, and a restored one says
that it was restored."""

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from clienteling.cli.options import AsJson, DatabaseUrl, DataDir
from clienteling.cli.printing import print_json, say
from clienteling.settings import server_dir
from sync.protocol.ids import uuid7
from sync.protocol.times import utc_now

if TYPE_CHECKING:
    from sync.central_api.table_files import FilesWritten


def compact(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Drop what no device needs: tombstones and verdicts older than 90 days. Safe while the server runs."""
    from clienteling.central_host import existing_database, translating
    from sync.central_api.compaction import compact as compact_database

    with existing_database(server_dir(data_dir), database_url) as database, translating():
        done = compact_database(database, utc_now())
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    say("central.compacted", tombstones=done.tombstones, verdicts=done.verdicts)


def erase_customer(
    customer_id: Annotated[str, typer.Argument(help="The customer's id, as `find --json` and `customer` tell it")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Erase a customer and every record about them, here and on every device, for good. Safe while the server runs.

    For a customer's own request use `central requests`, which keeps its time and who has confirmed. After restoring a
    backup from before, `central new-epoch` erases again whom the list of erasures names.
    """
    from clienteling.central_host import SNAPSHOTS_FOLDER, existing_database, translating
    from sync.central_api.erasure import erase_customer as erase
    from sync.central_api.erasure_list import ERASURE_LIST, add_to_list

    folder, wanted = server_dir(data_dir), customer_id.strip().lower()
    with existing_database(folder, database_url) as database, translating():
        done = erase(database, wanted, now=utc_now(), snapshots_folder=folder / SNAPSHOTS_FOLDER)
        add_to_list(folder / ERASURE_LIST, [wanted], now=utc_now())
        files_follow = not database.is_sqlite
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    say("central.erased", count=done.records, devices=done.devices, orders=done.orders)
    if not done.log_cleared:
        say("central.erased_in_log")
    if files_follow:
        say("central.files_follow")


def rewrite_files(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Write the tables' files of a PostgreSQL anew, so that they have nothing of who was erased.

    Each table is shut while it is written, so devices wait. A running server does it by itself on the day after an
    erasure.
    """
    from clienteling.central_host import existing_database, translating
    from sync.central_api.table_files import read_erasures, write_files

    with existing_database(server_dir(data_dir), database_url) as database, translating():
        done = write_files(database, utc_now())
        is_clean = read_erasures(database).waiting_since is None
        is_sqlite = database.is_sqlite
    if as_json:
        print_json({**dataclasses.asdict(done), "clean": is_sqlite or is_clean})
        return
    if is_sqlite:
        say("central.files_sqlite")
        return
    say_files(done, is_clean)


def say_files(done: "FilesWritten", is_clean: bool) -> None:
    """Print what was written anew, and what was not and why."""
    if done.tables:
        say("central.files_written", tables=", ".join(done.tables))
    for why in sorted(set(done.left.values())):
        tables = ", ".join(table for table, one in done.left.items() if one == why)
        say(f"central.files_left_{why}", tables=tables)
    if done.tables and not done.checkpointed:
        say("central.files_not_checkpointed")
    if is_clean:
        say("central.files_clean")


def new_epoch(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Run once after restoring the database from a backup, before it serves: devices send again and fetch anew.

    Whoever was erased since that backup is erased again, from the list of erasures in the server's folder.
    """
    from clienteling.central_host import SNAPSHOTS_FOLDER, existing_database, translating
    from sync.central_api.erasure_list import ERASURE_LIST, erase_listed
    from sync.central_api.restoring import new_epoch as change_epoch

    epoch, folder = uuid7(utc_now()), server_dir(data_dir)
    with existing_database(folder, database_url) as database, translating():
        scopes = change_epoch(database, epoch)
        erased = erase_listed(
            database, folder / ERASURE_LIST, snapshots_folder=folder / SNAPSHOTS_FOLDER, now=utc_now()
        )
    if as_json:
        print_json({"epoch": epoch, "scopes": scopes, "erased_again": erased})
        return
    say("central.new_epoch")
    if erased:
        say("central.erased_again", count=erased)


def daily(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """End memberships of 24 months ago, and look-ups, holds and saved lists of yesterday; drop what is old.

    A running server does it by itself.
    """
    from clienteling.central_host import existing_database, translating
    from sync.central_api.daily import do_days_work

    with existing_database(server_dir(data_dir), database_url) as database, translating():
        done = do_days_work(database, utc_now())
    if as_json:
        ended = {name: count for name, count in dataclasses.asdict(done).items() if name != "compacted"}
        print_json({**ended, **dataclasses.asdict(done.compacted)})
        return
    say("central.memberships_ended", count=done.customers)
    say("central.look_ups_ended", count=done.look_ups)
    say("central.holds_expired", count=done.holds)
    say("central.handovers_ended", count=done.handovers)
    say("central.compacted", tombstones=done.compacted.tombstones, verdicts=done.compacted.verdicts)

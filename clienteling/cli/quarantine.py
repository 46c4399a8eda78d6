"""Commands about what revoked devices had not sent: the list, and each entry taken over or discarded."""

import dataclasses
from typing import Annotated

import typer

from clienteling import command_line_text
from clienteling.cli.options import AsJson, DatabaseUrl, DataDir
from clienteling.cli.printing import out, print_json, say
from clienteling.cli.serving import database_of_stores
from sync.protocol.times import utc_now

quarantine = typer.Typer(no_args_is_help=True, help="What revoked devices had not sent, for somebody to decide.")

DeviceId = Annotated[str, typer.Argument(help="The device's id, as `central quarantine list` tells it.")]
EntryId = Annotated[str, typer.Argument(help="The entry's id, as `central quarantine list` tells it.")]


@quarantine.command("list")
def list_entries(
    store: Annotated[str | None, typer.Option("--store", help="Only of this store: its code, name or id.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List what waits for a decision, by device and in the order in which it was written. What it says: with --json."""
    from sync.central_api.devices import find_store
    from sync.central_api.quarantine import list_quarantine

    with database_of_stores(data_dir, database_url) as database:
        rows = list_quarantine(database, find_store(database, store).id if store is not None else None)
    if as_json:
        print_json([{**dataclasses.asdict(row), "entry": row.entry.model_dump()} for row in rows])
        return
    if not rows:
        say("central.quarantine_empty")
    words = command_line_text.translator()
    for row in rows:
        refused = [words.text_or(row.refused, "mutation.other")] if row.refused else []
        what = words.text_or(f"action.{row.entry.name}", "action.other")
        parts = [what, row.entry.at, row.device_name or "-", row.registration_id, row.entry.uuid, *refused]
        out.print(" · ".join(parts), markup=False)


@quarantine.command("take")
def take(device_id: DeviceId, entry_id: EntryId, data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Take an entry over, as if the device had sent it; exit status 1 where the server's rules refuse it."""
    from sync.central_api.settling import OPERATOR, settle_quarantined
    from sync.protocol.wire import VerdictStatus

    device, uuid = device_id.strip().lower(), entry_id.strip().lower()
    with database_of_stores(data_dir, database_url) as database:
        verdict = settle_quarantined(database, device, uuid, keep=True, by=OPERATOR, now=utc_now())
    assert verdict is not None
    if verdict.status != VerdictStatus.REJECTED:
        say("central.quarantine_taken")
        return
    reason = command_line_text.translator().text_or(verdict.code or "", "mutation.other")
    say("central.quarantine_refused", reason=reason)
    raise typer.Exit(1)


@quarantine.command("discard")
def discard(device_id: DeviceId, entry_id: EntryId, data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Delete an entry for good."""
    from sync.central_api.settling import OPERATOR, settle_quarantined

    device, uuid = device_id.strip().lower(), entry_id.strip().lower()
    with database_of_stores(data_dir, database_url) as database:
        settle_quarantined(database, device, uuid, keep=False, by=OPERATOR, now=utc_now())
    say("central.quarantine_discarded")

"""Commands about who looked: whether a log is as it was written, and everything that was done about one customer."""

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import typer

from clienteling.cli.opening import opened_device
from clienteling.cli.options import AsJson, DatabaseUrl, DataDir
from clienteling.cli.printing import out, print_json, say
from clienteling.cli.serving import server_database
from clienteling.settings import read_settings
from sync.protocol.audit import AuditEntry, BrokenLink

audit = typer.Typer(help="Who looked at whom.", no_args_is_help=True)

OnServer = Annotated[
    bool, typer.Option("--server", help="The central database's logs, of all devices, in place of this device's own.")
]
CustomerId = Annotated[str, typer.Option("--customer", help="The customer's id, as `find --json` tells it.")]


@audit.command()
def verify(
    data_dir: DataDir = None, database_url: DatabaseUrl = None, server: OnServer = False, as_json: AsJson = False
) -> None:
    """Follow each link of the audit log, and name the first that does not hold; exit status 1 then."""
    logs = _logs_of_server(data_dir, database_url) if server or database_url else [_log_of_device(data_dir)]
    if as_json:
        print_json(logs)
    else:
        for one in logs:
            _say_of(one)
    if any(one["broken"] or one["contradicted"] for one in logs):
        raise typer.Exit(1)


def _log_of_device(data_dir: Path | None) -> dict[str, Any]:

    with opened_device(read_settings(data_dir)) as device:
        standing = device.store.audit.standing()
        broken = device.store.audit.first_broken()
    sent = {"sent": standing.sent_n, "entries": standing.tip.n}
    return {"log": standing.log_id, "device": None, **sent, "broken": _told(broken), "contradicted": None}


def _logs_of_server(data_dir: Path | None, database_url: str | None) -> list[dict[str, Any]]:
    from sync.central_api.audit import verify_logs

    with server_database(data_dir, database_url) as database:
        found = verify_logs(database)
    return [
        {
            "log": one.log_id, "device": one.registration_id, "entries": one.entries, "broken": _told(one.broken),
            "contradicted": _told(one.contradicted),
        }
        for one in found
    ]  # fmt: skip


def _told(link: BrokenLink | None) -> dict[str, Any] | None:
    return None if link is None else dataclasses.asdict(link)


def _say_of(one: dict[str, Any]) -> None:
    if one["broken"]:
        say(f"audit.{one['broken']['fault']}", log=one["log"], n=one["broken"]["n"])
    if one["contradicted"]:
        say("audit.contradicted", log=one["log"], n=one["contradicted"]["n"])
    if not (one["broken"] or one["contradicted"]):
        say("audit.whole", log=one["log"], count=one["entries"])


@audit.command("list")
def list_accesses(
    customer_id: CustomerId,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    server: OnServer = False,
    as_json: AsJson = False,
) -> None:
    """Who looked at a customer, and what else was done: ids, never names. A device knows of itself alone."""
    wanted = customer_id.strip().lower()
    if server or database_url:
        rows = _accesses_at_server(data_dir, database_url, wanted)
    else:
        rows = _accesses_on_device(data_dir, wanted)
    if as_json:
        print_json(rows)
        return
    if not rows:
        say("audit.nobody_looked")
    for row in rows:
        details = " ".join(f"{name}={value}" for name, value in row["details"].items())
        line = f"{row['at']}  {row['kind']:<18}  {row['actor'] or '-'}  {row['device'] or '-'}  {details}"
        out.print(line.rstrip(), markup=False)


def _accesses_on_device(data_dir: Path | None, customer_id: str) -> list[dict[str, Any]]:

    with opened_device(read_settings(data_dir)) as device:
        log = device.store.audit
        return [_row(entry, log.standing().log_id, None) for entry in log.about(customer_id)]


def _accesses_at_server(data_dir: Path | None, database_url: str | None, customer_id: str) -> list[dict[str, Any]]:
    from sync.central_api.audit import accesses_of

    with server_database(data_dir, database_url) as database:
        found = accesses_of(database, customer_id)
    return [_row(one.entry, one.log_id, one.registration_id) for one in found]


def _row(entry: AuditEntry, log_id: str, device_id: str | None) -> dict[str, Any]:
    return {
        "at": entry.at, "kind": str(entry.kind), "actor": entry.actor, "device": device_id, "log": log_id,
        "n": entry.n, "details": entry.details,
    }  # fmt: skip

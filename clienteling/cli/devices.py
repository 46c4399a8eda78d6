"""Commands about devices: a one-time code at the server, enrolling by it on the device, and the list of all."""

import dataclasses
import io
import sys
from collections.abc import Iterator
from random import SystemRandom
from typing import TYPE_CHECKING, Annotated

import typer

from clienteling import command_line_text
from clienteling.cli.options import AsJson, DatabaseUrl, DataDir, KeyFilePath
from clienteling.cli.printing import out, print_json, say
from clienteling.cli.serving import database_of_stores
from clienteling.settings import read_settings
from sync.protocol.spoken_codes import enrolment_symbol, show_one_time_code
from sync.protocol.times import utc_now

if TYPE_CHECKING:
    from sync.central_api.devices import DeviceRow

DeviceId = Annotated[str, typer.Argument(help="The device's id, as `central devices` tells it.")]


def enrol(
    code: Annotated[str, typer.Argument(help="The code that `central enrolment-code` printed at the server.")],
    server: Annotated[str, typer.Option("--server", help="URL of the central profile API.")],
    name: Annotated[str, typer.Option("--name", help="What people call this device, if the code names none.")] = "",
    data_dir: DataDir = None,
    key_file: KeyFilePath = None,
    as_json: AsJson = False,
) -> None:
    """Enrol this device at a store by a one-time code. Run it again where the network broke."""
    from clienteling.bootstrap.enrolment import enrol as take_code

    settings = read_settings(data_dir, central_url=server, key_file=key_file)
    reply = take_code(settings, code, name=name, now=utc_now)
    if as_json:
        print_json(reply.model_dump(include={"registration_id", "store_id", "store_name", "name"}))
        return
    say("cli.enrolled", store=reply.store_name, name=reply.name or "-")


def enrolment_code(
    store: Annotated[str, typer.Argument(help="The store's code, name or id.")],
    name: Annotated[str, typer.Option("--name", help="What people will call the device.")] = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Print a code by which one device may enrol at a store within ten minutes, once."""
    from sync.central_api.enrolment import make_enrolment_code

    with database_of_stores(data_dir, database_url) as database:
        made = make_enrolment_code(database, store, name=name, made_by="operator", now=utc_now(), random=SystemRandom())
    if as_json:
        print_json({"code": made.code, "store_id": made.store.id, "ends_at": made.ends_at})
        return
    if sys.stdout.isatty():
        sys.stdout.write(_qr(enrolment_symbol(made.code)))
    shown, until = show_one_time_code(made.code), command_line_text.local_time(made.ends_at)
    say("central.enrolment_code", code=shown, store=made.store.name, time=until)


def _qr(text: str) -> str:
    """The QR symbol in characters of a terminal, light on dark."""
    import qrcode

    symbol = qrcode.QRCode(border=2)
    symbol.add_data(text)
    drawn = io.StringIO()
    symbol.print_ascii(out=drawn, invert=True)
    return drawn.getvalue()


def devices(
    store: Annotated[str | None, typer.Option("--store", help="Only those of this store: code, name or id.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List the devices with when they were last here, what waits on them, and their program."""
    from sync.central_api.devices import find_store, list_devices, list_stores

    with database_of_stores(data_dir, database_url) as database:
        rows = list_devices(database, find_store(database, store).id if store is not None else None)
        stores = {one.id: one.name for one in list_stores(database)}
    if as_json:
        print_json([dataclasses.asdict(row) for row in rows])
        return
    if not rows:
        say("central.no_devices")
    for line in _lines(rows, stores):
        out.print(line, markup=False)


def _lines(rows: "list[DeviceRow]", stores: dict[str, str]) -> Iterator[str]:
    words = command_line_text.translator()
    for row in rows:
        key = "central.device" if row.revoked_at is None else "central.device_gone"
        yield words.text(
            key,
            name=row.name or "-",
            store=stores.get(row.store_id, "-"),
            seen=command_line_text.local_time(row.last_seen_at) if row.last_seen_at else words.text("cli.never_synced"),
            waiting="?" if row.waiting is None else row.waiting,
            program=f"{row.app_version} {row.platform}".strip() or "-",
            id=row.id,
        )


def rename_device(
    device_id: DeviceId,
    name: Annotated[str, typer.Argument(help="What people call the device.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Give a device another name."""
    from sync.central_api.devices import rename_device as rename
    from sync.central_api.errors import DeviceUnknown

    if not name.strip():
        raise typer.BadParameter("NAME")
    with database_of_stores(data_dir, database_url) as database:
        if not rename(database, device_id.strip().lower(), name):
            raise DeviceUnknown
    say("central.device_renamed", name=" ".join(name.split()))


def revoke_device(device_id: DeviceId, data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Take a device's access away, for good: it hands over what it had not sent, and empties itself."""
    from sync.central_api.devices import revoke_device as revoke
    from sync.central_api.errors import DeviceUnknown

    with database_of_stores(data_dir, database_url) as database:
        if not revoke(database, device_id.strip().lower(), now=utc_now):
            raise DeviceUnknown
    say("central.device_revoked_now")

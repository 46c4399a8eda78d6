"""Commands about associates at the server: a one-time code for a device, and an end to all they have on devices."""

from random import SystemRandom
from typing import TYPE_CHECKING, Annotated

import typer

from clienteling import command_line_text
from clienteling.cli.options import AsJson, DatabaseUrl, DataDir
from clienteling.cli.printing import print_json, say
from clienteling.cli.serving import database_of_stores
from sync.protocol.spoken_codes import show_one_time_code
from sync.protocol.times import utc_now

if TYPE_CHECKING:
    from sync.central_api.associate_keys import Associate
    from sync.central_api.database import CentralDatabase

Named = Annotated[str, typer.Argument(help="The associate's name, one word of it, code or id.")]
AtStore = Annotated[str | None, typer.Option("--store", help="Of several: the one of this store, by code, name or id.")]


def sign_in_code(
    name: Named,
    store: AtStore = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Print a code by which an associate may sign in on one device within ten minutes, once."""
    from sync.central_api.sign_in_codes import make_sign_in_code

    with database_of_stores(data_dir, database_url) as database:
        associate = _associate(database, name, store)
        made = make_sign_in_code(database, associate.id, made_by="operator", now=utc_now(), random=SystemRandom())
    if as_json:
        print_json({"code": made.code, "associate_id": associate.id, "ends_at": made.ends_at})
        return
    until = command_line_text.local_time(made.ends_at)
    say("central.sign_in_code", code=show_one_time_code(made.code), name=associate.name, time=until)


def end_sign_ins(
    name: Named, store: AtStore = None, data_dir: DataDir = None, database_url: DatabaseUrl = None
) -> None:
    """End an associate's sign-in on every device: each needs a new code. They stay in the list."""
    from sync.central_api.associate_keys import end_associate_sessions

    with database_of_stores(data_dir, database_url) as database:
        associate = _associate(database, name, store)
        count = end_associate_sessions(database, associate.id, now=utc_now())
    say("central.sign_ins_ended", name=associate.name, count=count)


def _associate(database: "CentralDatabase", named: str, store: str | None) -> "Associate":
    from sync.central_api.associate_keys import associate_named
    from sync.central_api.devices import find_store

    return associate_named(database, named, find_store(database, store).id if store is not None else None)

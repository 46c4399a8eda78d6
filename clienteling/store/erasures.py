"""Erasures that this device has not confirmed: it does so once nothing of the customer is in any of its files.

The outbox keeps which they are, so that a cut in between costs no confirmation: each last page tries again. What is
confirmed goes to the server as an entry of the audit log, with the version and epoch of the server's word, so that a
confirmation of one erasure is never taken for one of the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from clienteling.store.ask import ask_column, json_list
from clienteling.store.database import Database
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.tables import ERASURE_OPEN
from sync.protocol.kinds import Kind, RecordKey

_KEEP = insert(ERASURE_OPEN)
_KEEP = _KEEP.on_conflict_do_update(
    index_elements=["customer_id"], set_={"version": _KEEP.excluded.version, "epoch": _KEEP.excluded.epoch}
)
_SETTLE = ERASURE_OPEN.delete().where(
    ERASURE_OPEN.c.customer_id == bindparam("confirmed"), ERASURE_OPEN.c.version == bindparam("at_version")
)
_COUNT = select(func.count()).select_from(ERASURE_OPEN)
_STILL_HERE = """
SELECT id FROM record WHERE kind = 'customer' AND id IN (SELECT value FROM json_each(?))
UNION SELECT id FROM base WHERE kind = 'customer' AND id IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class OpenErasure:
    """A customer whose erasure is to be confirmed, and the server's word that asked for it."""

    customer_id: str
    version: int
    epoch: str

    @property
    def details(self) -> dict[str, str | int]:
        """What the audit log says of it."""
        return {"version": self.version, "epoch": self.epoch}


def keep_open(outbox: Connection, purged: Mapping[RecordKey, int], epoch: str) -> None:
    """Have these erasures, each with its version, be confirmed; records that are no customers go with theirs."""
    rows = [
        {"customer_id": key.id, "version": version, "epoch": epoch}
        for key, version in purged.items()
        if key.kind == Kind.CUSTOMER
    ]
    if rows:
        outbox.execute(_KEEP, rows)


def confirmable(outbox: Database, store: Database, folder: DeviceFolder) -> list[OpenErasure]:
    """The open erasures of whom nothing is left: not in the rows, in another file of the folder, or in a write-ahead
    log. Empties both logs and removes files set aside; none where a reader prevents it, until the next time."""
    with outbox.reading() as connection:
        if not connection.execute(_COUNT).scalar_one():
            return []
        found = [OpenErasure(*row) for row in connection.execute(ERASURE_OPEN.select())]
    folder.forget_set_aside()
    if folder.generations() != [folder.current_generation()]:
        return []
    wanted = json_list(one.customer_id for one in found)
    with store.reading() as connection:
        here = set(ask_column(connection, _STILL_HERE, (wanted, wanted)))
    if not (store.clear_log() and outbox.clear_log()):
        return []
    return [one for one in found if one.customer_id not in here]


def settle(outbox: Database, confirmed: OpenErasure) -> None:
    """The audit log has it; an erasure asked for anew meanwhile stays open."""
    with outbox.writing() as connection:
        connection.execute(_SETTLE, {"confirmed": confirmed.customer_id, "at_version": confirmed.version})

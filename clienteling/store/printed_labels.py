"""What hangs at the shelves as far as this device knows: the revision of the label it handed out last, by variant."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from clienteling.store.database import Database
from clienteling.store.tables import PRINTED_LABEL

_KEEP = insert(PRINTED_LABEL)
_KEEP = _KEEP.on_conflict_do_update(
    index_elements=["store_id", "variant_id"],
    set_={"revision": _KEEP.excluded.revision, "printed_at": _KEEP.excluded.printed_at},
)


def printed_revisions(database: Database, store_id: str) -> dict[str, str]:
    """The revision printed last, by variant id."""
    statement = select(PRINTED_LABEL.c.variant_id, PRINTED_LABEL.c.revision).where(PRINTED_LABEL.c.store_id == store_id)
    with database.reading() as connection:
        return {row.variant_id: row.revision for row in connection.execute(statement)}


def printed_at(database: Database, store_id: str) -> dict[str, datetime]:
    """When each of them was printed, by variant id."""
    statement = select(PRINTED_LABEL.c.variant_id, PRINTED_LABEL.c.printed_at)
    with database.reading() as connection:
        found = connection.execute(statement.where(PRINTED_LABEL.c.store_id == store_id))
        return {row.variant_id: row.printed_at for row in found}


def keep_printed(database: Database, store_id: str, revisions: Mapping[str, str], *, at: datetime) -> None:
    """Have `printed_revisions` tell these from now on, all of them or, where the disk is full, none."""
    rows = [
        {"store_id": store_id, "variant_id": variant_id, "revision": revision, "printed_at": at}
        for variant_id, revision in revisions.items()
    ]
    if rows:
        with database.writing() as connection:
            connection.execute(_KEEP, rows)

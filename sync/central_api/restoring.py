"""After a restore from a backup: a new epoch, so that every device notices (design: Writing, The feed).

A restored database stands where it stood before; devices stand further on and their cursors may look right again once
others have written. With another epoch every cursor ends: devices send again what the backup does not have, which is
deduplicated by uuid, and fetch anew.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.database import CentralDatabase
from sync.central_api.tables import SCOPE, SETTING
from sync.central_api.transactions import write_transaction


def new_epoch(database: CentralDatabase, epoch: str) -> int:
    """How many scopes now have this epoch; the database has it too. Raises DatabaseBusy, and changes nothing."""

    def change(connection: Connection) -> int:
        connection.execute(sa.update(SETTING).where(SETTING.c.name == "epoch").values(value=epoch))
        # In the order in which writers lock them.
        scopes = connection.execute(sa.select(SCOPE.c.scope).order_by(SCOPE.c.scope).with_for_update()).all()
        connection.execute(sa.update(SCOPE).values(epoch=epoch))
        return len(scopes)

    return write_transaction(database, change)

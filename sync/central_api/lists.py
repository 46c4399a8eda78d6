"""Whole kinds of records, for an operator's commands: a retailer has few stores and associates."""

import orjson
import sqlalchemy as sa

from sync.central_api.database import CentralDatabase
from sync.central_api.tables import RECORD
from sync.protocol.kinds import Body, Kind
from sync.protocol.wire import RowState


def list_bodies(database: CentralDatabase, kind: Kind) -> list[Body]:
    """The bodies of every live record of a kind. Not for kinds that grow with the shop."""
    with database.reading() as connection:
        query = sa.select(RECORD.c.body).where(RECORD.c.kind == kind, RECORD.c.state == RowState.LIVE.value)
        return [orjson.loads(body) for body in connection.execute(query).scalars()]

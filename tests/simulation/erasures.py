"""Whom the history erased, and I4: nothing of what was written about them is left at the server or on a device."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa

from sync.central_api.database import CentralDatabase
from sync.central_api.tables import METADATA
from sync.protocol.mutations import Entry
from sync.protocol.search_keys import phone_key
from tests.simulation.people import PHONES
from tests.simulation.tablet import Tablet
from tests.store.invariants import require

_FORGOTTEN = "I4 nothing is left of whom was erased"


@dataclass(slots=True)
class Erasures:
    """`ids`: of the customers and of every record about them that ever was. `words`: what only they were told of by."""

    who: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)

    def add(self, who: str, ids: Collection[str], written: Iterable[Entry]) -> None:
        """`written`: all entries so far; whatever is written later is written about nobody."""
        self.who.add(who)
        self.ids |= set(ids)
        self.words.add(phone_key(PHONES[who]))
        self.words |= {entry.args["text"] for entry in written if self.speak_of(entry) and "text" in entry.args}

    def speak_of(self, entry: Entry) -> bool:
        """Whether the entry is about somebody who was erased."""
        told = orjson.dumps(dict(entry.args)).decode()
        return any(one in told for one in self.ids)

    def require_forgotten_by_server(self, database: CentralDatabase) -> None:
        """I4 of every row of every table."""
        if self.words:
            with database.reading() as connection:
                for table in METADATA.sorted_tables:
                    self._require_none(table.name, connection.execute(sa.select(table)).all())

    def require_forgotten_by(self, tablet: Tablet) -> None:
        """I4 of every row of every table of a device that has converged."""
        if self.words:
            with tablet.store.reading() as store, tablet.store._shared.outbox.reading() as outbox:
                for connection in (store, outbox):
                    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars()
                    for name in names.all():
                        rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()
                        self._require_none(f"{tablet.name}, {name}", rows)

    def _require_none(self, where: str, rows: Iterable[Any]) -> None:
        for row in rows:
            told = repr(tuple(row))
            require(not [word for word in self.words if word in told], _FORGOTTEN, f"{where}: {told}")

"""A device whose rows are not what its cursor says, as after a bug of an older program: what verify and repair are for.

Customers looked up online stay whole: their scope has no digest, so nothing tells, and they are gone within a day.

The kept digest follows the damage, as it would have followed the bug; only the comparison with the server's tells.
"""

from random import Random

import orjson

from clienteling.store.apply_remote import Refetch
from clienteling.store.tables import RECORD, ROW_SCOPE, SCOPE_DIGEST
from sync.protocol.digest import Digest
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, RecordKey
from tests.simulation.tablet import Tablet

_ADD = ROW_SCOPE.insert()


def damage_a_row(tablet: Tablet, random: Random) -> str | None:
    """What was done to a row that no pending entry touches and no refetch is about; None where there is none."""
    with tablet.store._current().writing() as store:
        digests = {row.scope: row for row in store.execute(SCOPE_DIGEST.select())}
        if not digests or any(row.refetch != Refetch.NONE for row in digests.values()):
            return None
        kept = {scope: Digest(int(row.total), row.live_count) for scope, row in digests.items()}
        free = (
            "SELECT kind, id FROM row_scope WHERE stale = 0 AND kind <> 'location' "
            "AND (kind, id) NOT IN (SELECT kind, id FROM base) "
            "AND (kind, id) NOT IN (SELECT kind, id FROM row_scope WHERE scope LIKE 'lookup:%') ORDER BY kind, id"
        )
        keys = sorted({RecordKey(*row) for row in store.exec_driver_sql(free)})
        if random.random() < 0.3:
            key = RecordKey(Kind.PRODUCT, tablet.new_id())
            body = orjson.dumps({"id": key.id, "name": "of another retailer"}).decode()
            store.execute(RECORD.insert(), {**key._asdict(), "version": 1, "body": body})
            store.execute(_ADD, {**key._asdict(), "scope": GLOBAL_SCOPE, "version": 1, "stale": False})
            kept[GLOBAL_SCOPE] = kept.get(GLOBAL_SCOPE, Digest()).plus(*key, 1)
            done = f"has a row that nobody else has, {key.kind} {key.id}"
        elif not keys:
            return None
        else:
            key = random.choice(keys)
            of_key = ROW_SCOPE.c.kind == key.kind, ROW_SCOPE.c.id == key.id
            record = RECORD.c.kind == key.kind, RECORD.c.id == key.id
            rows = store.execute(ROW_SCOPE.select().where(*of_key)).all()
            older = min(row.version for row in rows) - 1
            for row in rows:
                kept[row.scope] = kept[row.scope].minus(*key, row.version)
            if older and random.random() < 0.5:
                for row in rows:
                    kept[row.scope] = kept[row.scope].plus(*key, older)
                store.execute(ROW_SCOPE.update().where(*of_key).values(version=older))
                store.execute(RECORD.update().where(*record).values(version=older, body='{"name":"before"}'))
                done = f"missed a change of {key.kind} {key.id}"
            else:
                store.execute(ROW_SCOPE.delete().where(*of_key))
                store.execute(RECORD.delete().where(*record))
                done = f"lost {key.kind} {key.id}"
        for scope, digest in kept.items():
            values = {"total": str(digest.total), "live_count": digest.count}
            if scope in digests:
                store.execute(SCOPE_DIGEST.update().where(SCOPE_DIGEST.c.scope == scope).values(**values))
            else:
                store.execute(SCOPE_DIGEST.insert(), {"scope": scope, **values})
    tablet.damaged = True
    return done

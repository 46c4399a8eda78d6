"""Who opened very many customers within the hour, over all devices: counted, and marked once."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
import sqlalchemy as sa

from sync.central_api.audit import OWN_LOG
from sync.central_api.reading_counts import MOST_IN_AN_HOUR, WITHIN, ReadingCount, reading_counts
from sync.central_api.tables import AUDIT_ENTRY
from sync.protocol.audit import AuditEntry, AuditKind, AuditTip, first_hash, hash_after
from sync.protocol.ids import rule_id
from sync.protocol.times import to_wire
from sync.protocol.wire import SCHEMA
from tests.central_api.enrolled import enrolled
from tests.central_api.retailer import ANDI, BANDUNG, MAKASSAR, RANI, Central, Device
from tests.central_api.team import DEWI, hire_leaders, signed_in

_logs = count(1)
HALF = MOST_IN_AN_HOUR // 2


@dataclass(slots=True)
class Told:
    """A device that tells what was done on it, at once."""

    central: Central
    device: Device
    log_id: str = field(default_factory=lambda: rule_id("log", str(next(_logs))))
    tip: AuditTip | None = None

    def tell(self, actor: str | None, customers: range, *, kind: AuditKind = AuditKind.CUSTOMER_OPENED) -> None:
        tip = self.tip or AuditTip(n=0, hash=first_hash(self.log_id))
        entries = []
        for number in customers:
            who = rule_id("customer", str(number)) if kind is AuditKind.CUSTOMER_OPENED else None
            entry = AuditEntry(
                n=tip.n + 1, at=to_wire(self.central.clock()), kind=kind, actor=actor, customer_id=who, hash="0" * 64
            )
            entry = entry.model_copy(update={"hash": hash_after(tip.hash, entry)})
            tip = AuditTip(n=entry.n, hash=entry.hash)
            entries.append(entry.model_dump())
        body = {"schema_number": SCHEMA, "log_id": self.log_id, "tip": tip.model_dump(), "entries": entries}
        headers = {"authorization": f"Bearer {self.device.token}"}
        answer = self.central.http.post("/v1/audit", json=body, headers=headers)
        assert answer.json() == {"kept_n": tip.n, "broken": False}
        self.tip = tip


@pytest.fixture
def first(central: Central) -> Told:
    return Told(central, central.device("BDG"))


@pytest.fixture
def second(central: Central) -> Told:
    return Told(central, central.device("BDG"))


def marks(central: Central) -> list[str]:
    query = sa.select(AUDIT_ENTRY.c.details).where(AUDIT_ENTRY.c.log_id == OWN_LOG)
    with central.database.reading() as connection:
        return list(connection.execute(query.order_by(AUDIT_ENTRY.c.n)).scalars())


def test_customers_are_counted_once_over_all_devices_of_the_stores_asked_for(
    central: Central, first: Told, second: Told
) -> None:
    first.tell(RANI, range(20))
    second.tell(RANI, range(10, 30))
    second.tell(RANI, range(3), kind=AuditKind.LOOKED_UP)
    second.tell(None, range(40))
    Told(central, central.device("MKS")).tell(ANDI, range(5))
    rani, andi = ReadingCount(RANI, "Rani", 30, 3, 2), ReadingCount(ANDI, "Andi", 5, 0, 1)
    assert reading_counts(central.database, [BANDUNG], central.clock()) == (rani,)
    assert reading_counts(central.database, [MAKASSAR], central.clock()) == (andi,)
    assert reading_counts(central.database, None, central.clock()) == (rani, andi)
    assert reading_counts(central.database, [], central.clock()) == ()
    assert marks(central) == []


def test_who_goes_from_device_to_device_is_marked_once_an_hour(central: Central, first: Told, second: Told) -> None:
    first.tell(RANI, range(HALF))
    second.tell(RANI, range(HALF, 2 * HALF))
    assert marks(central) == []
    second.tell(RANI, range(2 * HALF, 2 * HALF + 1))
    (mark,) = marks(central)
    assert f'"opened":{MOST_IN_AN_HOUR + 1}' in mark.replace(" ", "")
    assert RANI in mark
    assert "Rani" not in mark
    first.tell(RANI, range(1_000, 1_100))
    assert len(marks(central)) == 1
    (rani,) = reading_counts(central.database, [BANDUNG], central.clock())
    assert rani.is_marked
    central.clock.advance(WITHIN + timedelta(seconds=1))
    assert reading_counts(central.database, [BANDUNG], central.clock()) == ()
    first.tell(RANI, range(MOST_IN_AN_HOUR))
    first.tell(RANI, range(2_000, 2_001))
    assert len(marks(central)) == 2


@pytest.mark.parametrize("central", ["sqlite"], indirect=True)
def test_a_manager_asks_who_opened_how_many(central: Central, first: Told) -> None:
    hire_leaders(central)
    dewi = signed_in(central, enrolled(central, "BDG"), DEWI)
    first.tell(RANI, range(7))
    told = dewi.ask("/v1/associates/reading", {"store_id": BANDUNG}).json()
    assert told == {
        "readings": [{"associate_id": RANI, "name": "Rani", "opened": 7, "looked_up": 0, "devices": 1, "marked": False}]
    }

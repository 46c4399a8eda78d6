"""An associate who opens very many customers is stopped, is shown to the manager, and goes on once that is lifted."""

from datetime import timedelta

import pytest

from clienteling.domain.access import Access
from clienteling.domain.errors import ReadingStopped, ValidationFailed
from clienteling.domain.reading_limit import MOST_IN_AN_HOUR, WITHIN
from clienteling.domain.views import ReadingCount
from sync.protocol.audit import AuditKind
from sync.protocol.kinds import Kind
from tests.store.model_server import STORE_ID
from tests.use_cases.conftest import Counter, make_id


@pytest.fixture
def people(counter: Counter) -> tuple[str, str, str]:
    """An associate and two managers."""
    names = {"Wati": "associate", "Dedi": "manager", "Made": "manager"}
    ids = [
        counter.put(
            Kind.ASSOCIATE, name, name=name, role=role, location_ids=[STORE_ID], source="test", external_ref=name
        )
        for name, role in names.items()
    ]
    counter.sync()
    return ids[0], ids[1], ids[2]


def open_customer(counter: Counter, author_id: str, number: int) -> None:
    counter.services.note_access(
        Access.OPENED, author_id=author_id, customer_id=make_id(f"customer {number}"), turned=0
    )


def test_who_opens_very_many_is_stopped_until_the_hour_is_over(counter: Counter, people: tuple[str, str, str]) -> None:
    wati, dedi, _ = people
    for number in range(MOST_IN_AN_HOUR):
        open_customer(counter, wati, number)
    for _ in range(2):
        with pytest.raises(ReadingStopped) as stopped:
            open_customer(counter, wati, MOST_IN_AN_HOUR)
    assert stopped.value.fields == {"most": MOST_IN_AN_HOUR}
    open_customer(counter, wati, 7)
    open_customer(counter, dedi, MOST_IN_AN_HOUR)
    kinds = [entry.kind for entry in counter.device.store.audit.unsent(1_000)]
    assert kinds.count(AuditKind.LIMIT_REACHED) == 1
    counter.device.clock.advance(WITHIN)
    open_customer(counter, wati, MOST_IN_AN_HOUR)


def test_the_manager_sees_the_counts_and_lifts_the_limit(counter: Counter, people: tuple[str, str, str]) -> None:
    wati, dedi, _ = people
    for number in range(MOST_IN_AN_HOUR):
        open_customer(counter, wati, number)
    open_customer(counter, dedi, 1)
    assert counter.services.reading_counts() == (
        ReadingCount(wati, "Wati", MOST_IN_AN_HOUR, is_stopped=True),
        ReadingCount(dedi, "Dedi", 1, is_stopped=False),
    )
    counter.device.clock.advance(timedelta(seconds=1))
    counter.services.lift_reading_limit(wati, author_id=dedi)
    open_customer(counter, wati, MOST_IN_AN_HOUR)
    (lifted,) = (one for one in counter.device.store.audit.unsent(1_000) if one.kind == AuditKind.LIMIT_LIFTED)
    assert (lifted.actor, lifted.details) == (wati, {"by": dedi})


def test_only_another_manager_lifts_a_limit(counter: Counter, people: tuple[str, str, str]) -> None:
    wati, dedi, made = people
    for author, code in ((wati, "limit.manager_only"), ("", "limit.manager_only"), (dedi, "limit.not_oneself")):
        with pytest.raises(ValidationFailed) as refused:
            counter.services.lift_reading_limit(dedi, author_id=author)
        assert refused.value.code == code
    counter.services.lift_reading_limit(dedi, author_id=made)

"""An erasure, step by step: nobody else goes with them, devices confirm or are named, and a backup is told again."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from sync.central_api.audit import accesses_of
from sync.central_api.daily import do_days_work
from sync.central_api.devices import revoke_device
from sync.central_api.erasure_list import ERASURE_LIST, add_to_list, erase_listed, read_list
from sync.central_api.errors import LookalikesUndecided, StepNotAllowed
from sync.central_api.privacy_erasing import (
    LEASE,
    Places,
    _erase,
    _hold,
    _suppress,
    carry_out,
    certificate,
    finish_if_confirmed,
    finish_waiting,
    read_standings,
)
from sync.central_api.privacy_requests import (
    PrivacyRequest,
    check_identity,
    get_request,
    in_step,
    lookalikes,
    open_request,
    read_request,
    refuse,
    say_who,
)
from sync.central_api.restoring import new_epoch
from sync.central_api.tables import METADATA, RECORD
from sync.protocol.audit import AuditKind, first_hash, next_hash
from sync.protocol.ids import rule_id, uuid7
from sync.protocol.kinds import Kind
from sync.protocol.privacy import Proof, Refusal, RequestKind, RequestState
from sync.protocol.times import to_wire
from sync.protocol.wire import SCHEMA
from tests.central_api.retailer import BANDUNG, BUDI, SITI, Central, Device, customer, order, the_id
from tests.support.fakes import FakeClock

AT = "2026-11-01T03:00:00Z"
TWIN = the_id(Kind.CUSTOMER, "twin")


def checked(central: Central, customer_id: str = SITI) -> PrivacyRequest:
    request = open_request(central.database, RequestKind.ERASURE, customer_id, now=central.clock())
    return check_identity(central.database, request.id, Proof.DOCUMENT, now=central.clock())


NOWHERE, NOW = Places(), FakeClock()()


def carried_out(central: Central, request: PrivacyRequest, places: Places = NOWHERE) -> PrivacyRequest:
    return carry_out(central.database, request.id, places=places, now=central.clock())


def confirm(central: Central, device: Device, outcome: dict[str, object], **told: object) -> None:
    """What a device's audit log says once none of its files has the customer."""
    log_id = rule_id("log", device.device_id, repr(told))
    details: dict[str, str | int] = {"version": outcome["versions"][SITI], "epoch": outcome["epoch"], **told}  # type: ignore[index, dict-item]
    at = to_wire(central.clock())
    link = next_hash(first_hash(log_id), 1, at, AuditKind.CUSTOMER_ERASED, None, SITI, details)
    entry = {"n": 1, "at": at, "kind": AuditKind.CUSTOMER_ERASED, "customer_id": SITI, "details": details, "hash": link}
    asked = {"schema_number": SCHEMA, "log_id": log_id, "tip": {"n": 1, "hash": link}, "entries": [entry]}
    answer = device.http.post("/v1/audit", json=asked, headers={"authorization": f"Bearer {device.token}"})
    assert answer.json() == {"kept_n": 1, "broken": False}


def states(central: Central, request: PrivacyRequest) -> dict[str, str]:
    standing = read_standings(central.database, get_request(central.database, request.id))
    return {one.name: one.state for one in standing}


def test_an_erasure_waits_for_every_device_that_was_ever_here_and_ends_with_the_last(central: Central) -> None:
    central.take(order("INV/7", SITI, BANDUNG, AT))
    first, second, _never = central.device(), central.device("MKS"), central.device()
    for tablet in (first, second):
        tablet.pull()
    request = carried_out(central, checked(central))
    assert request.state is RequestState.WAITING
    assert states(central, request) == {"tablet 1": "awaited", "tablet 2": "awaited", "tablet 3": "never_here"}
    confirm(central, first, dict(request.outcome))
    assert finish_if_confirmed(central.database, request.id, now=central.clock()).state is RequestState.WAITING
    confirm(central, second, dict(request.outcome))
    assert finish_waiting(central.database, central.clock()) == 1
    done = get_request(central.database, request.id)
    assert (done.state, done.ended_at) == (RequestState.DONE, central.clock())
    taken = [one.entry.details.get("state") for one in accesses_of(central.database, SITI)]
    assert [one for one in taken if one] == [
        "received", "identity_checked", "held", "suppressed", "erased", "waiting", "done",
    ]  # fmt: skip


@pytest.mark.parametrize("told", [{"version": 1}, {"epoch": rule_id("another")}])
def test_word_of_another_erasure_confirms_nothing(central: Central, told: dict[str, object]) -> None:
    tablet = central.device()
    tablet.pull()
    request = carried_out(central, checked(central))
    confirm(central, tablet, dict(request.outcome), **told)
    assert states(central, request) == {"tablet 1": "awaited"}


def test_a_lost_device_is_named_with_the_end_of_its_lease_and_once_revoked_not_waited_for(central: Central) -> None:
    tablet = central.device()
    tablet.pull()
    seen_at = central.clock()
    central.clock.advance(timedelta(hours=1))
    request = carried_out(central, checked(central))
    (standing,) = read_standings(central.database, request)
    assert (standing.state, standing.lease_ends_at) == ("awaited", seen_at + LEASE)
    revoke_device(central.database, standing.registration_id, now=central.clock)
    assert finish_if_confirmed(central.database, request.id, now=central.clock()).state is RequestState.DONE
    told = certificate(central.database, request.id)
    assert [(one["name"], one["state"]) for one in told["devices"]] == [("tablet 1", "revoked")]
    assert told["devices_not_confirmed"] == 1


def test_a_device_that_enrols_later_never_had_them(central: Central) -> None:
    request = carried_out(central, checked(central))
    assert request.state is RequestState.DONE
    central.clock.advance(timedelta(minutes=1))
    central.device().pull()
    assert states(central, request) == {}


def test_the_certificate_names_what_was_done_and_nobody(central: Central) -> None:
    central.take(order("INV/7", SITI, BANDUNG, AT))
    tablet = central.device()
    tablet.push(tablet.note(SITI, "hates crowds"))
    tablet.pull()
    request = checked(central)
    with pytest.raises(StepNotAllowed):
        certificate(central.database, request.id)
    request = carried_out(central, request)
    confirm(central, tablet, dict(request.outcome))
    finish_if_confirmed(central.database, request.id, now=central.clock())
    told = certificate(central.database, request.id)
    assert (told["state"], told["customer_ids"], told["records_erased"]) == ("done", [SITI], 1)
    assert (told["orders_kept_without_name"], told["keys_suppressed"], told["devices_not_confirmed"]) == (1, 2, 0)
    assert told["files_clean_at"] == (told["erased_at"] if central.database.is_sqlite else None)
    assert told == certificate(central.database, request.id)
    assert not [one for one in ("Siti", "siti@", "628123", "crowds", "INV/7") if one in repr(told)]


def test_who_exists_twice_and_asks_once_is_asked_about_and_nobody_is_erased_silently(central: Central) -> None:
    central.take(customer("twin", "S. Rahayu", email="SITI@example.id"))
    request = checked(central)
    with pytest.raises(LookalikesUndecided) as undecided:
        carried_out(central, request)
    assert undecided.value.fields == {"ids": TWIN}
    assert get_request(central.database, request.id).state is RequestState.IDENTITY_CHECKED
    assert live(central) >= {SITI, TWIN}


def live(central: Central) -> set[str]:
    found = sa.select(RECORD.c.id).where(RECORD.c.kind == Kind.CUSTOMER, RECORD.c.state == "live")
    with central.database.reading() as connection:
        return set(connection.execute(found).scalars())


@pytest.mark.parametrize("is_same", [True, False])
def test_the_other_record_is_erased_with_them_or_stays_as_people_said(central: Central, is_same: bool) -> None:
    central.take(customer("twin", "S. Rahayu", email="siti@example.id"))
    request = checked(central)
    says = {"also": [TWIN]} if is_same else {"others": [TWIN]}
    assert say_who(central.database, request.id, **says).people == ((SITI, TWIN) if is_same else (SITI,))
    done = carried_out(central, request)
    assert done.state is RequestState.DONE
    assert (TWIN in live(central), SITI in live(central)) == (not is_same, False)
    assert sorted(done.outcome["versions"]) == sorted([SITI, TWIN] if is_same else [SITI])
    with pytest.raises(StepNotAllowed):
        say_who(central.database, request.id, also=[BUDI])


def test_lookalikes_are_those_with_the_same_phone_mail_or_card_and_why(central: Central) -> None:
    central.take(
        customer("mail", "S", email="siti@example.id"),
        customer("phone", "T", phone="+6281234567890"),
        customer("merged", "U", phone="+6281234567890", alias_of=SITI),
    )
    request = checked(central)
    with central.database.writing() as connection:
        found = lookalikes(connection, read_request(connection, request.id))
    assert {one.customer_id for one in found} == {the_id(Kind.CUSTOMER, "mail"), the_id(Kind.CUSTOMER, "phone")}
    assert {one.reason for one in found} <= {"same_email", "same_phone"}


def test_nothing_is_erased_before_the_identity_is_checked_nor_after_a_refusal(central: Central) -> None:
    request = open_request(central.database, RequestKind.ERASURE, SITI, now=central.clock())
    for _ in range(2):
        with pytest.raises(StepNotAllowed):
            carried_out(central, request)
        assert SITI in live(central)
        if get_request(central.database, request.id).state is RequestState.RECEIVED:
            refuse(central.database, request.id, Refusal.EXCESSIVE, now=central.clock())


@pytest.mark.parametrize("cut_at", ["held", "suppressed", "erased"])
def test_an_erasure_that_was_cut_off_is_carried_on_from_where_it_stands(central: Central, cut_at: str) -> None:
    request = checked(central)
    for step in (_hold, _suppress, _erase):
        in_step(central.database, request.id, lambda connection, one, step=step: step(connection, one, "", NOW))  # type: ignore[misc]
        if get_request(central.database, request.id).state.value == cut_at:
            break
    done = carried_out(central, request)
    assert (done.state, SITI in live(central)) == (RequestState.DONE, False)
    assert carried_out(central, request).ended_at == done.ended_at


def test_no_row_goes_that_the_list_does_not_have(central: Central, tmp_path: Path) -> None:
    (tmp_path / "server").write_bytes(b"no folder")
    request = checked(central)
    with pytest.raises(OSError):
        carried_out(central, request, Places(erasure_list=tmp_path / "server" / ERASURE_LIST))
    assert get_request(central.database, request.id).state is RequestState.SUPPRESSED
    assert SITI in live(central)
    carried_out(central, request, Places(erasure_list=tmp_path / ERASURE_LIST))
    assert read_list(tmp_path / ERASURE_LIST) == [SITI]


def test_a_backup_from_before_is_told_from_the_list_whom_to_erase_again(central: Central, tmp_path: Path) -> None:
    listed = tmp_path / "server" / ERASURE_LIST
    with central.database.reading() as connection:
        before = {table: connection.execute(sa.select(table)).all() for table in METADATA.sorted_tables}
    carried_out(central, checked(central), Places(erasure_list=listed))
    assert SITI not in live(central)
    with central.database.writing() as connection:  # as from a backup
        for table in METADATA.sorted_tables:
            connection.execute(sa.delete(table))
            if before[table]:
                connection.execute(sa.insert(table), [row._asdict() for row in before[table]])
    new_epoch(central.database, uuid7(central.clock()))
    assert SITI in live(central)
    listed.write_bytes(listed.read_bytes() + b'{"at": "2026-11-22T03:42:00Z", "customer_i')
    assert read_list(listed) == [SITI]
    counts = [erase_listed(central.database, listed, snapshots_folder=None, now=central.clock()) for _ in range(2)]
    assert counts == [1, 0]
    assert SITI not in live(central)
    assert central.take(customer("new id", "Siti", phone="+6281234567890")).refused == 1


def test_the_list_holds_ids_alone_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    listed = tmp_path / "server" / ERASURE_LIST
    for one in (SITI, BUDI):
        add_to_list(listed, [one], now=FakeClock()())
    assert read_list(listed) == sorted([SITI, BUDI])
    assert listed.stat().st_mode & 0o077 == 0
    assert read_list(tmp_path / "none") == []


def test_the_days_work_ends_erasures_that_every_device_has_confirmed(central: Central) -> None:
    tablet = central.device()
    tablet.pull()
    request = carried_out(central, checked(central))
    confirm(central, tablet, dict(request.outcome))
    do_days_work(central.database, central.clock())
    assert get_request(central.database, request.id).state is RequestState.DONE

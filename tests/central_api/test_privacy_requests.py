"""Customers' requests: opened, identity checked, done or refused, each step in the log, no name anywhere."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from sync.central_api.audit import OWN_LOG, accesses_of, verify_logs
from sync.central_api.errors import CustomerUnknown, RequestUnknown, StepNotAllowed
from sync.central_api.privacy_fulfilling import correct, restrict, withdraw
from sync.central_api.privacy_requests import (
    PrivacyRequest,
    check_identity,
    choose_regime,
    doubt_identity,
    extend,
    get_request,
    list_requests,
    open_request,
    reconsider,
    refuse,
)
from sync.central_api.tables import AUDIT_ENTRY, PRIVACY_REQUEST
from sync.protocol.audit import AuditKind
from sync.protocol.errors import ValidationFailed
from sync.protocol.ids import consent_id, rule_id
from sync.protocol.kinds import Body, Kind
from sync.protocol.mutations.consent import effective_consent
from sync.protocol.privacy import Delay, Proof, Refusal, Regime, RequestKind, RequestState
from tests.central_api.retailer import BANDUNG, NOW, RANI, SITI, Central, customer, the_id


def asked(central: Central, kind: RequestKind, customer_id: str = SITI) -> PrivacyRequest:
    return open_request(central.database, kind, customer_id, now=central.clock())


def checked(central: Central, kind: RequestKind, customer_id: str = SITI) -> PrivacyRequest:
    request = asked(central, kind, customer_id)
    return check_identity(central.database, request.id, Proof.DOCUMENT, now=central.clock())


def body_of(central: Central, kind: Kind, record_id: str) -> Body:
    tablet = central.device()
    tablet.pull()
    return tablet.live(kind)[record_id]


def test_a_request_is_due_72_hours_after_it_was_received_and_the_first_due_comes_first(central: Central) -> None:
    now = central.clock()
    later = asked(central, RequestKind.COPY)
    yesterday = open_request(
        central.database, RequestKind.ERASURE, SITI, received_at=now - timedelta(days=1), now=central.clock()
    )
    assert yesterday.due_at == now + timedelta(hours=48)
    assert later.due_at - later.received_at == timedelta(hours=72)
    assert [one.id for one in list_requests(central.database)] == [yesterday.id, later.id]


def test_a_letter_is_not_received_before_it_is_written(central: Central) -> None:
    now = central.clock()
    request = open_request(central.database, RequestKind.COPY, SITI, received_at=now + timedelta(days=9), now=now)
    assert request.received_at == now


def test_by_gdpr_a_request_has_a_month_and_two_more_once(central: Central) -> None:
    choose_regime(central.database, Regime.GDPR)
    request = asked(central, RequestKind.COPY)
    assert request.due_at - request.received_at == timedelta(days=30)  # 22 November to 22 December
    extended = extend(central.database, request.id, Delay.MANY, now=central.clock())
    assert (extended.due_at.month, extended.extended_reason, extended.state) == (2, "many", request.state)
    (entry,) = [one.entry for one in accesses_of(central.database, SITI) if "delay" in one.entry.details]
    assert (entry.kind, entry.details["delay"]) == (AuditKind.REQUEST_MOVED, "many")
    with pytest.raises(StepNotAllowed, match=r"privacy\.not_extended"):
        extend(central.database, request.id, Delay.MANY, now=central.clock())


def test_a_request_whose_time_is_over_gets_no_more(central: Central) -> None:
    choose_regime(central.database, Regime.GDPR)
    request = asked(central, RequestKind.COPY)
    with pytest.raises(StepNotAllowed, match=r"privacy\.too_late_to_extend"):
        extend(central.database, request.id, Delay.COMPLEX, now=request.due_at + timedelta(seconds=1))
    assert extend(central.database, request.id, Delay.COMPLEX, now=request.due_at).extended_at == request.due_at


def test_by_indonesias_law_no_request_is_extended(central: Central) -> None:
    with pytest.raises(StepNotAllowed) as refused:
        extend(central.database, asked(central, RequestKind.COPY).id, Delay.COMPLEX, now=central.clock())
    assert refused.value.code == "privacy.not_extended"


@pytest.mark.parametrize("customer_id", [rule_id("nobody"), "Siti", ""])
def test_nothing_is_asked_about_whom_nothing_is_known_of(central: Central, customer_id: str) -> None:
    with pytest.raises(CustomerUnknown):
        asked(central, RequestKind.COPY, customer_id)
    with pytest.raises(RequestUnknown):
        get_request(central.database, customer_id)


def test_no_step_is_skipped_and_doubt_begins_anew(central: Central) -> None:
    request = asked(central, RequestKind.RESTRICTION)
    with pytest.raises(StepNotAllowed):
        restrict(central.database, request.id, now=central.clock())
    check_identity(central.database, request.id, Proof.CODE, by=RANI, now=central.clock())
    doubted = doubt_identity(central.database, request.id, now=central.clock())
    assert (doubted.state, doubted.identity_how, doubted.identity_at) == (RequestState.RECEIVED, "", None)
    with pytest.raises(StepNotAllowed):
        restrict(central.database, request.id, now=central.clock())


def test_a_refusal_has_a_reason_and_may_be_reconsidered_in_the_time_there_was(central: Central) -> None:
    request = asked(central, RequestKind.ERASURE)
    refused = refuse(central.database, request.id, Refusal.IDENTITY_NOT_SHOWN, now=central.clock())
    assert (refused.state, refused.refused_reason, refused.ended_at is None) == (
        RequestState.REFUSED, "identity_not_shown", False,
    )  # fmt: skip
    central.clock.advance(timedelta(days=2))
    again = reconsider(central.database, request.id, now=central.clock())
    assert (again.state, again.due_at, again.refused_reason, again.ended_at) == (
        RequestState.RECEIVED, request.due_at, "", None,
    )  # fmt: skip


def test_every_step_is_in_the_audit_log_with_who_took_it_and_no_name(central: Central) -> None:
    request = checked(central, RequestKind.RECTIFICATION)
    correct(central.database, request.id, {"email": "new@example.id"}, by=RANI, now=central.clock())
    steps = [one.entry for one in accesses_of(central.database, SITI) if one.entry.kind == AuditKind.REQUEST_MOVED]
    assert [one.details["state"] for one in steps] == ["received", "identity_checked", "done"]
    assert [one.actor for one in steps] == [None, None, RANI]
    assert next(one for one in verify_logs(central.database) if one.log_id == OWN_LOG).broken is None
    with central.database.reading() as connection:
        told = repr([connection.execute(sa.select(table)).all() for table in (AUDIT_ENTRY, PRIVACY_REQUEST)])
    assert not [one for one in ("Siti", "siti@", "new@", "628123") if one in told]


def test_a_correction_reaches_every_device_and_a_stale_edit_does_not_undo_it_unseen(central: Central) -> None:
    request = checked(central, RequestKind.RECTIFICATION)
    wanted = {"phone": "0815-5555-5555", "city": "Ubud"}
    done = correct(central.database, request.id, wanted, now=central.clock())
    assert (done.state, done.outcome) == (RequestState.DONE, {"fields": "city,phone"})
    body = body_of(central, Kind.CUSTOMER, SITI)
    assert (body["phone"], body["phone_typed"], body["city"]) == ("+6281555555555", "0815-5555-5555", "Ubud")
    stale = central.device()
    edit = {"customer_id": SITI, "fields": {"phone": ["+6281234567890", "+628166666666"]}}
    assert stale.push(stale.entry("contact.edit", edit)) == [("merged", "mutation.merged")]


def test_of_two_corrections_the_later_one_holds(central: Central) -> None:
    for city in ("Ubud", "Solo"):
        correct(central.database, checked(central, RequestKind.RECTIFICATION).id, {"city": city}, now=central.clock())
        central.clock.advance(timedelta(seconds=1))
    assert body_of(central, Kind.CUSTOMER, SITI)["city"] == "Solo"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"phone": "none"}, "contact.phone_invalid"),
        ({"points": "9"}, "mutation.unknown_field"),
        ({"restricted": ""}, "mutation.unknown_field"),
        ({"name": "  "}, "mutation.name_empty"),
    ],
)
def test_a_wrong_correction_changes_nothing(central: Central, fields: dict[str, str], code: str) -> None:
    request = checked(central, RequestKind.RECTIFICATION)
    with pytest.raises(ValidationFailed) as refused:
        correct(central.database, request.id, fields, now=central.clock())
    assert refused.value.code == code
    assert get_request(central.database, request.id).state is RequestState.IDENTITY_CHECKED


def test_a_restriction_reaches_devices_and_outlives_imports_and_edits(central: Central) -> None:
    restrict(central.database, checked(central, RequestKind.RESTRICTION).id, now=central.clock())
    assert body_of(central, Kind.CUSTOMER, SITI)["restricted"] is True
    central.take(customer("siti", "Siti R", phone="+6281234567890"), customer("siti", "Siti", city="X"))
    tablet = central.device()
    tablet.push(tablet.entry("contact.edit", {"customer_id": SITI, "fields": {"city": ["", "Ubud"]}}))
    tablet.push(tablet.entry("contact.edit", {"customer_id": SITI, "fields": {"restricted": ["", ""]}}))
    assert body_of(central, Kind.CUSTOMER, SITI)["restricted"] is True
    restrict(central.database, checked(central, RequestKind.RESTRICTION).id, lifted=True, now=central.clock())
    assert "restricted" not in body_of(central, Kind.CUSTOMER, SITI)


def test_a_withdrawal_is_a_no_to_everything_that_rests_on_consent_and_to_nothing_else(central: Central) -> None:
    tablet = central.device()
    for purpose, channel in (("marketing", "email"), ("marketing", "post"), ("service", "whatsapp")):
        args = {"event_id": rule_id(purpose, channel), "customer_id": SITI, "purpose": purpose, "channel": channel}
        tablet.push(tablet.entry("consent.record", {**args, "granted": True, "at": NOW}))
    done = withdraw(central.database, checked(central, RequestKind.WITHDRAWAL).id, by=RANI, now=central.clock())
    assert done.outcome == {"withdrawn": 5}
    tablet.pull()
    ledgers = tablet.live(Kind.CONSENT)
    holds = {(one["purpose"], one["channel"]): effective_consent(one["events"]) for one in ledgers.values()}
    noes = {key for key, event in holds.items() if event is not None and not event["granted"]}
    assert noes == {
        ("marketing", "any"), ("marketing", "email"), ("marketing", "post"), ("profiling", "any"), ("survey", "any"),
    }  # fmt: skip
    assert len(ledgers[consent_id(SITI, "marketing", "email")]["events"]) == 2, "what was said stays said"
    assert holds["marketing", "any"]["actor"] == RANI  # type: ignore[index]
    unseen = {"event_id": rule_id("x"), "customer_id": SITI, "purpose": "marketing", "channel": "email"}
    again = tablet.entry("consent.record", {**unseen, "granted": True, "at": NOW})
    assert tablet.push(again) == [("rejected", "mutation.consent_withdrawn")]


def test_whoever_was_merged_is_meant_too(central: Central) -> None:
    central.take(customer("old", "Siti R", alias_of=SITI, home_store_id=BANDUNG))
    restrict(central.database, checked(central, RequestKind.RESTRICTION).id, now=central.clock())
    assert body_of(central, Kind.CUSTOMER, the_id(Kind.CUSTOMER, "old"))["restricted"] is True


def test_a_request_is_answered_by_what_it_asks_for(central: Central) -> None:
    request = checked(central, RequestKind.COPY)
    for carry_out in (restrict, withdraw):
        with pytest.raises(StepNotAllowed) as refused:
            carry_out(central.database, request.id, now=central.clock())
        assert refused.value.code == "privacy.wrong_kind"

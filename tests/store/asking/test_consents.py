"""What customers agreed to, read from the records: also of whoever was merged, and of many customers at once."""

from typing import Any

import pytest
from sqlalchemy import text

from clienteling.domain.consent_rules import Permission, may_contact
from clienteling.domain.views import ConsentView
from clienteling.store.queries_consents import _LEDGERS, consent_events, consents_of
from clienteling.store.queries_customer import customer_view
from sync.protocol.consent_texts import consent_text
from sync.protocol.ids import consent_id
from sync.protocol.kinds import Kind
from tests.store.asking.shop import BANDUNG, NOW, Shop, ago, make_id


def answer(name: str, granted: bool, days: float = 0, **fields: Any) -> dict[str, Any]:
    return {"event_id": make_id(name), "granted": granted, "at": ago(days), **fields}


def ledger(shop: Shop, customer_id: str, *events: dict[str, Any], channel: str = "sms") -> None:
    shop.put(
        Kind.CONSENT,
        "",
        id=consent_id(customer_id, "marketing", channel),
        customer_id=customer_id,
        purpose="marketing",
        channel=channel,
        events=list(events),
    )


def line(shop: Shop, customer_id: str, channel: str = "sms") -> ConsentView:
    found = customer_view(shop.connection, customer_id, now=NOW)
    assert found is not None
    return next(one for one in found.consents if (one.purpose, one.channel) == ("marketing", channel))


@pytest.mark.parametrize("name", ["Sity", "Citi", "S. Rahmawati", "Ibu Siti"])  # their ids come before hers and after
def test_a_no_of_who_was_merged_holds_until_somebody_who_saw_it_notes_a_yes(shop: Shop, name: str) -> None:
    siti = shop.customer("Siti")
    merged = shop.customer(name, alias_of=siti)
    ledger(shop, siti, answer(siti, True))
    ledger(shop, merged, answer(merged, False))
    shown = line(shop, siti)
    assert shown.granted is False
    assert set(shown.to_name) == {make_id(siti), make_id(merged)}
    assert shown.event_id == make_id(siti), "a change goes to the ledger of who stands"
    ledger(shop, siti, answer(siti, True), answer("again", True, seen_others=list(shown.to_name)))
    assert line(shop, siti).granted is True
    ledger(shop, merged, answer(merged, False), answer("no again", False))
    assert line(shop, siti).granted is False


def test_of_many_customers_each_has_their_own_answers(shop: Shop) -> None:
    ani, budi, citra = (shop.customer(name) for name in ("Ani", "Budi", "Citra"))
    ledger(shop, ani, answer("a", True))
    ledger(shop, budi, answer("b1", True), answer("b2", False))
    found = consents_of(shop.connection, (ani, budi, citra))
    allowed = {one: may_contact(consents, "marketing", "sms") for one, consents in found.items()}
    assert allowed == {ani: Permission.AGREED, budi: Permission.REFUSED, citra: Permission.NEVER_ASKED}


def test_the_ledger_tells_every_answer_with_its_proof_newest_first(shop: Shop) -> None:
    siti = shop.customer("Siti")
    proof = {"method": "signed", "author_name": "Rina Marlina", "drawing": "M1 2 30 40"}
    asked = {"text_version": "2", "language": "en", "store_id": BANDUNG, "actor": make_id("Rina")}
    ledger(shop, siti, answer("first", True, 9, source="shopify", text_version="2025-01"), answer("no", False, 2))
    ledger(shop, siti, answer("mail", True, 5, proof=proof, **asked), channel="email")
    events = consent_events(shop.connection, siti, pending={make_id("no")})
    assert [(one.channel, one.granted, one.pending) for one in events] == [
        ("sms", False, True),
        ("email", True, False),
        ("sms", True, False),
    ]
    signed, imported = events[1], events[2]
    assert (signed.by, signed.store, signed.method, signed.language) == ("Rina Marlina", "Toko Bandung", "signed", "en")
    assert signed.words == consent_text("2", "en", "marketing", "email") != ""
    assert signed.drawing == "M1 2 30 40"
    assert (imported.source, imported.text_version, imported.words) == ("shopify", "2025-01", "")


def test_answers_of_one_ledger_stand_in_their_order_of_arrival_whatever_their_clocks_said(shop: Shop) -> None:
    siti = shop.customer("Siti")
    ledger(shop, siti, answer("yes", True, 0), answer("no", False, 300))
    assert [one.granted for one in consent_events(shop.connection, siti)] == [False, True]


def test_who_took_an_older_answer_down_is_named_as_they_are_called_now(shop: Shop) -> None:
    siti = shop.customer("Siti")
    ledger(shop, siti, answer("yes", True, actor=make_id("Rina")))
    assert [one.by for one in consent_events(shop.connection, siti)] == ["Rina"]


def test_consents_of_a_few_are_found_by_index_however_many_customers_there_are(shop: Shop) -> None:
    for number in range(200):
        ledger(shop, shop.customer(f"P{number}"), answer(f"a{number}", True))
    shop.connection.execute(text("ANALYZE"))
    plan = shop.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {_LEDGERS}", (f'["{make_id("P1")}"]',))
    steps = [str(row[3]) for row in plan if "json_each" not in str(row[3]) and "SCAN people" not in str(row[3])]
    assert not [one for one in steps if "SCAN" in one or "AUTOMATIC" in one]
    assert any("customer_id=?" in one for one in steps)

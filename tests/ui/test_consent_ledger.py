"""The ledger tells every answer: what, when, where, to whom, how, in which words; and what does not count, and why."""

from dataclasses import replace

import flet as ft
import flet.canvas as cv
import pytest

from clienteling.domain.views import ConsentEventView
from tests.support.fake_customers import SITI, CustomerShop, ago
from tests.ui.conftest import OpenApp, run

AT = f"/customers/{SITI.id}?tab=consents"
SIGNED = ConsentEventView(
    "signed",
    "marketing",
    "email",
    True,
    ago(days=2),
    "Rina Marlina",
    "Toko Surabaya",
    "signed",
    "en",
    "May we tell you about offers?",
    "2",
    drawing="M10 10 60 60M80 20 90 70",
)
IMPORTED = ConsentEventView(
    "imported", "profiling", "any", True, ago(days=400), text_version="2025-01", source="shopify"
)


@pytest.fixture
def shop() -> CustomerShop:
    return CustomerShop(ledgers={SITI.id: (SIGNED, IMPORTED)})


def test_an_answer_is_told_with_its_proof_and_its_signature(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            words = screen.words_of("ledger-signed")
            assert "Setuju: Tawaran lewat surel" in words
            for part in ("Toko Surabaya", "Rina Marlina", "Ditandatangani di layar", "10.42"):
                assert part in words
            assert 'Ditanya (English): "May we tell you about offers?"' in words
            drawn = screen.inside("ledger-signed", cv.Canvas)
            assert len(drawn.shapes) == 2
            assert any(one.label == "Tanda tangan" for one in screen.of_type(ft.Semantics))
            imported = screen.words_of("ledger-imported")
            assert "diimpor dari shopify" in imported
            assert "versi 2025-01, yang disimpan oleh sumbernya" in imported

    run(journey())


def test_an_answer_that_the_server_refused_says_that_it_does_not_count_and_why(
    shop: CustomerShop, open_app: OpenApp
) -> None:
    refused = replace(SIGNED, event_id="late", refused="mutation.consent_withdrawn")
    shop.ledgers[SITI.id] = (refused, replace(SIGNED, granted=False, event_id="no", pending=True))

    async def journey() -> None:
        async with open_app(shop, AT, language="en") as screen:
            assert "Does not count. The customer took it back before" in screen.words_of("ledger-late")
            assert "Declined: Offers by e-mail" in screen.words_of("ledger-no")
            assert "Not sent yet" in screen.words_of("ledger-no")
            assert "Does not count" not in screen.words_of("ledger-no")

    run(journey())


def test_a_signature_for_several_answers_is_drawn_once(shop: CustomerShop, open_app: OpenApp) -> None:
    shop.ledgers[SITI.id] = (SIGNED, replace(SIGNED, event_id="second", channel="sms"), IMPORTED)

    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert len(screen.of_type(cv.Canvas)) == 1
            assert "Ditandatangani bersama jawaban di atas" in screen.words_of("ledger-second")
            assert "Ditandatangani bersama" not in screen.words_of("ledger-imported")

    run(journey())


def test_needs_attention_tells_why_a_yes_does_not_count_and_leads_to_the_answers(
    shop: CustomerShop, open_app: OpenApp
) -> None:
    refused = replace(shop.attention[0], action="consent.record", code="mutation.consent_withdrawn")
    shop.attention = (replace(refused, id="late", customer_id=SITI.id, about="consent.marketing_email"),)

    async def journey() -> None:
        async with open_app(shop, "/attention") as screen:
            assert "Pelanggan mencabutnya sebelum jawaban ini sampai" in screen.words()
            await screen.press("ask-again-late")
            assert screen.route == AT
            assert screen.has("consent-ledger")

    run(journey())


def test_a_long_ledger_is_shown_in_part_until_asked_for(shop: CustomerShop, open_app: OpenApp) -> None:
    shop.ledgers[SITI.id] = tuple(replace(SIGNED, event_id=f"{index}") for index in range(14))

    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert not screen.has("ledger-12")
            assert "4 jawaban lagi" in screen.words_of("ledger-more")
            await screen.press("ledger-more")
            assert screen.has("ledger-12")

    run(journey())


def test_what_is_answered_on_the_screen_stands_in_the_ledger_at_once(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("ask-customer")
            await screen.press("ask-no-marketing-email")
            await screen.press("consents-next")
            await screen.press("consents-confirm")
            await screen.press("turn-back")
            newest = screen.words_of("ledger-event-2")
            assert "Tidak setuju: Tawaran lewat surel" in newest
            assert "Dikonfirmasi di layar" in newest
            assert "surel" in screen.words_of("do-not")

    run(journey())


def test_of_somebody_never_asked_there_is_no_ledger(shop: CustomerShop, open_app: OpenApp) -> None:
    shop.ledgers.clear()

    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert not screen.has("consent-ledger")

    run(journey())

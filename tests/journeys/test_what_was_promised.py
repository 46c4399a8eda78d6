"""Promising, booking and holding in a real browser while the server is down, and what becomes of it once it is back.

Real processes: the server is stopped and started again.
"""

import pytest

from tests.support.browser import FletPage
from tests.support.demo_shop import DemoShop
from tests.support.tabs import OpenFlet

pytestmark = pytest.mark.browser

PROMISE = "Kirim foto tunik lewat WhatsApp"
VISIT = "Coba kebaya untuk wisuda"
REQUESTED = "Diminta, belum pasti disimpan"


def row_of(flet: FletPage, words: str) -> str:
    """What the row on Today that says these words is called; the demo has others."""
    row = flet.button(words).wait()
    called = flet.run(row.locator.get_attribute("flt-semantics-identifier"))
    assert called is not None
    return called


def test_what_is_promised_without_a_network_is_done_on_today_and_a_hold_waits_for_the_server(
    demo_shop: DemoShop, open_flet: OpenFlet
) -> None:
    shop = demo_shop
    flet = open_flet(f"{shop.url}/customers/{shop.customer_id}", locale="id-ID")
    flet.identifier("customer-name").wait()
    shop.stop_server()
    try:
        flet.wait_text("Tanpa jaringan sejak", timeout_s=40)
        flet.identifier("add-follow-up").click()
        flet.by_label("Apa yang dijanjikan").fill(PROMISE)
        flet.identifier("follow-up-today").click()
        flet.identifier("follow-up-save").click()
        flet.wait_text(PROMISE)
        flet.identifier("add-appointment").click()
        flet.by_label("Untuk apa").fill(VISIT)
        flet.identifier("appointment-today").click()
        flet.by_label("Jam, misalnya 15.30").fill("23.30")
        flet.press("Enter")
        flet.wait_text(VISIT)

        flet.go(shop.url)
        promise, visit = row_of(flet, PROMISE), row_of(flet, VISIT)
        flet.identifier(promise.replace("follow-up-", "follow-up-done-")).click()
        flet.button("Tandai selesai").wait().click()
        flet.identifier(promise).wait_gone()
        kept = flet.identifier(visit.replace("appointment-", "appointment-kept-"))
        kept.click()
        kept.wait_gone()

        flet.go(f"{shop.url}/scan?code={shop.layout.facts.shelf_code}")
        flet.identifier("hold-one").wait().click()
        flet.by_label("Cari nama, telepon, surel, kartu").fill("rahmawati")
        flet.identifier(f"customer-{shop.customer_id}").click()
        flet.wait_text(REQUESTED)
    finally:
        shop.start_server()
    flet.wait_text("Disimpan sampai", timeout_s=40)
    flet.identifier("hold-one-open").click()
    flet.identifier("customer-name").wait()
    flet.button("Batalkan", exact=True).wait().click()
    flet.button("Ya, batalkan").wait().click()
    flet.wait_text_gone("Disimpan sampai")

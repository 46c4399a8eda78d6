"""Promises, appointments and holds in a real browser: made without a network, seen at once, done with."""

from datetime import timedelta

import pytest

from clienteling.domain.views import HoldStatus
from tests.browser.conftest import Hub
from tests.support.browser import TABLET
from tests.support.fake_customers import SITI
from tests.support.fake_products import product_shop
from tests.support.fake_serving import ServingShop
from tests.support.fakes import START_AT
from tests.support.tabs import OpenFlet

AT = f"/customers/{SITI.id}"
TARGET = 48


@pytest.fixture
def shop() -> ServingShop:
    return ServingShop()


@pytest.fixture
def address(hub_of_ours: Hub, shop: ServingShop) -> str:
    """The app over this test's shop, which has no network."""
    url = hub_of_ours.show(shop.services())
    shop.pretend_offline(True)
    return url


def test_a_promise_made_without_a_network_is_ticked_done_on_today(
    visit: OpenFlet, address: str, shop: ServingShop
) -> None:
    flet = visit(f"{address}{AT}", size=TABLET)
    flet.identifier("add-follow-up").wait().click()
    flet.by_label("Apa yang dijanjikan").fill("Kirim foto gamis")
    flet.identifier("follow-up-today").click()
    flet.identifier("follow-up-save").click()
    flet.identifier("follow-up-follow-up-0").wait()
    flet.wait_text("Belum terkirim")
    flet.go_on("/")
    flet.identifier("follow-up-done-follow-up-0").wait().click()
    flet.by_label("Hasilnya (boleh kosong)").fill("Sudah dibalas")
    flet.identifier("follow-up-done-yes-follow-up-0").click()
    flet.identifier("follow-ups-today").wait_gone()
    assert [name for name, _ in shop.written] == ["create_follow_up", "finish_follow_up"]
    assert shop.written[1][1] == ("follow-up-0", "done", "Sudah dibalas", "associate-rina")


def test_an_appointment_is_booked_by_the_keyboard_and_kept_on_today(
    visit: OpenFlet, address: str, shop: ServingShop
) -> None:
    flet = visit(f"{address}{AT}", size=TABLET)
    flet.identifier("add-appointment").wait().click()
    flet.by_label("Untuk apa").fill("Coba kebaya")
    flet.identifier("appointment-today").click()
    flet.identifier("appointment-by-associate-dedi").click()
    flet.by_label("Jam, misalnya 15.30").fill("16.15")
    flet.press("Enter")
    flet.identifier("appointment-appointment-0").wait()
    flet.go_on("/")
    flet.identifier("appointment-kept-appointment-0").wait().click()
    flet.identifier("appointment-kept-appointment-0").wait_gone()
    flet.identifier("appointments-today").wait()
    booked = (SITI.id, "2026-11-22", "16:15", "30", "Coba kebaya", "associate-rina", "associate-dedi")
    assert shop.written[0] == ("book_appointment", booked)
    assert shop.written[1] == ("close_appointment", ("appointment-0", "kept", "booked", "associate-rina"))


def test_a_hold_asked_for_without_a_network_says_that_it_is_requested(
    visit: OpenFlet, address: str, shop: ServingShop
) -> None:
    shop.products.update(product_shop().products)
    flet = visit(f"{address}/products/kemeja?variant=variant-putih-m", size=TABLET)
    flet.identifier("hold-one").wait().click()
    flet.wait_text("Tanpa jaringan ini tetap permintaan")
    flet.by_label("Cari nama, telepon, surel, kartu").fill("rahmawati")
    flet.identifier("customer-customer-0").click()
    flet.wait_text("Diminta, belum pasti disimpan")
    assert flet.text("Disimpan sampai").count() == 0
    flet.identifier("hold-one-open").click()
    flet.identifier("hold-hold-0").wait()
    flet.wait_text("Diminta, belum pasti disimpan")
    shop.answer_hold("hold-0", HoldStatus.CONFIRMED, until=START_AT + timedelta(hours=4))
    flet.wait_text("Disimpan sampai 14.42")


def test_what_can_be_done_about_a_promise_is_large_enough_and_inside_the_window(
    visit: OpenFlet, hub_of_ours: Hub, shop: ServingShop
) -> None:
    url = hub_of_ours.show(shop.owing().services())
    flet = visit(f"{url}{AT}", size=TABLET)
    for one in ("follow-up-done-late", "follow-up-change-late", "appointment-kept-visit", "appointment-missed-visit"):
        left, _, width, height = flet.identifier(one).wait().box()
        assert min(width, height) >= TARGET, one
        assert left >= 0
        assert left + width <= TABLET[0], one

"""The main job in a real browser: find a customer, see what they bought and wish, scan a shelf code, with and without
a network; what was written without one is on the second store's screen once it is back.

Real processes: the server is stopped and started again.
"""

import pytest

from tests.support.browser import FletPage
from tests.support.demo_shop import DemoShop
from tests.support.tabs import OpenFlet

pytestmark = pytest.mark.browser

NOTE = "Suka linen warna krem, tanya lagi awal Desember"


def find_and_open_siti(flet: FletPage, shop: DemoShop) -> None:
    flet.by_label("Cari nama, telepon, surel, kartu").fill("sit")
    for name in ("Siti Rahmawati", "Siti Aminah", "Siti Nurhayati", "Sitti Khadijah", "Siti Rahma"):
        flet.wait_text(name)
    flet.identifier(f"customer-{shop.customer_id}").click()
    flet.identifier("customer-name").wait()


def test_an_associate_serves_a_customer_with_and_without_a_network(demo_shop: DemoShop, open_flet: OpenFlet) -> None:
    shop = demo_shop
    flet = open_flet(shop.url, locale="id-ID")
    flet.wait_text("Sampaikan hari ini")
    flet.wait_text("Semua tersimpan")

    find_and_open_siti(flet, shop)
    flet.wait_text("Siap diambil")
    flet.wait_text("2.340")
    flet.wait_text("Surabaya")

    shop.stop_server()
    try:
        flet.identifier("status").wait()
        flet.wait_text("Tanpa jaringan sejak", timeout_s=40)

        flet.identifier("write-note").click()
        flet.by_label("Catatan").fill(NOTE)
        flet.identifier("note-save").click()
        flet.wait_text(NOTE)
        flet.wait_text("belum terkirim")

        flet.go(f"{shop.url}/scan?code={shop.layout.facts.shelf_code}")
        flet.wait_text("Kemeja Linen Lengan Panjang")
        flet.wait_text("di toko ini")
        flet.wait_text("ulasan")
        flet.wait_text("Surabaya")

        flet.go(shop.url)
        find_and_open_siti(flet, shop)
    finally:
        shop.start_server()

    flet.wait_text("Semua tersimpan", timeout_s=40)
    other = open_flet(f"{shop.other_url}/customers/{shop.customer_id}", locale="id-ID")
    other.identifier("customer-name").wait()
    other.identifier("tab-notes").click()
    other.wait_text(NOTE, timeout_s=40)

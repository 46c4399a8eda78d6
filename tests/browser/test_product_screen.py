"""Product in a real browser: what is on the first screenful, choosing, reviews, and targets a finger can hit."""

import pytest

from tests.browser.conftest import Hub
from tests.support.browser import DESKTOP, TABLET
from tests.support.fake_products import product_shop
from tests.support.fake_services import FakeShop
from tests.support.tabs import OpenFlet

AT_M = "/products/kemeja?variant=variant-putih-m"
AT_L = "/products/kemeja?variant=variant-putih-l"
BAR_HEIGHT = 72


@pytest.fixture(scope="module")
def shop() -> FakeShop:
    return product_shop()


@pytest.fixture
def address(hub_of_ours: Hub, shop: FakeShop) -> str:
    """The app over a fake shop."""
    return hub_of_ours.show(shop.services())


def test_price_stock_and_rating_stand_on_the_first_screenful(visit: OpenFlet, address: str) -> None:
    flet = visit(address + AT_M)
    for part in ("product-name", "price", "promotions", "variants", "stock", "rating", "add-wish"):
        _, top, _, height = flet.identifier(part).wait().box()
        assert top + height <= TABLET[1] - BAR_HEIGHT, part


def test_a_size_chosen_changes_the_stock_and_survives_a_reload(visit: OpenFlet, address: str) -> None:
    flet = visit(address + AT_M)
    flet.wait_text("2 di toko ini, 40 menit lalu")
    flet.identifier("variant-Ukuran-S").click()
    flet.wait_text("Habis di toko ini, 40 menit lalu")
    flet.reload()
    flet.wait_text("Habis di toko ini, 40 menit lalu")


def test_critical_reviews_come_first_at_a_press(visit: OpenFlet, address: str) -> None:
    flet = visit(address + AT_M, size=DESKTOP)
    flet.wait_text("Ulasan nomor 9.")
    flet.identifier("reviews-critical").click()
    flet.wait_text("Ulasan nomor 8.")
    flet.wait_text_gone("Ulasan nomor 9.")


def test_a_wish_is_saved_and_leads_to_the_customer(visit: OpenFlet, address: str, shop: FakeShop) -> None:
    flet = visit(address + AT_L)
    flet.identifier("add-wish").click()
    flet.by_label("Cari nama, telepon, surel, kartu").fill("rahmawati")
    flet.identifier("customer-customer-0").click()
    flet.wait_text("tersimpan di daftar keinginan Bu Siti Rahmawati")
    assert ("add_to_wishlist", ("customer-0", "kemeja", "variant-putih-l", "associate-rina")) in shop.written
    flet.identifier("add-wish-open").click()
    flet.wait_url(r"/customers/customer-0$")


@pytest.mark.parametrize("size", [TABLET, DESKTOP], ids=["tablet", "desktop"])
def test_everything_to_press_is_large_enough_and_inside_the_window(
    visit: OpenFlet, address: str, size: tuple[int, int]
) -> None:
    flet = visit(address + AT_M, size=size)
    flet.identifier("variants").wait()
    flet.identifier("stock").wait()
    boxes = flet.run(
        flet.page.evaluate(
            "[...document.querySelectorAll('flt-semantics[role=button], flt-semantics[role=switch]')]"
            ".map(e => { const b = e.getBoundingClientRect();"
            " return [e.getAttribute('aria-label') ?? e.textContent, b.left, b.right, b.width, b.height, b.bottom]; })"
        )
    )
    shown = [box for box in boxes if box[5] < size[1] - BAR_HEIGHT]
    assert len(shown) > 8
    too_small = [box for box in shown if box[3] < 47.5 or box[4] < 47.5]
    outside = [box for box in shown if box[1] < 0 or box[2] > size[0] + 0.5]
    assert (too_small, outside) == ([], [])


def test_an_unknown_product_has_a_way_back(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}/products/nix", locale="en-GB")
    flet.wait_text("This product is not on this device.")
    flet.identifier("back").click()
    flet.identifier("card-0").wait()

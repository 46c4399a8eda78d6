"""Customer in a real browser: what the first screenful holds, writing, turning the screen, and a wide window."""

import pytest
from playwright.async_api import expect

from clienteling.domain.access import Access
from tests.browser.conftest import Hub
from tests.support.browser import DESKTOP, TABLET
from tests.support.fake_customers import SITI, SUHARTI, CustomerShop
from tests.support.tabs import OpenFlet

AT = f"/customers/{SITI.id}"
BAR_TOP = 1024 - 72
TARGET = 48


@pytest.fixture
def shop() -> CustomerShop:
    return CustomerShop()


@pytest.fixture
def address(hub_of_ours: Hub, shop: CustomerShop) -> str:
    """The app over this test's shop."""
    return hub_of_ours.show(shop.services())


def test_the_first_screenful_of_a_tablet_ends_below_the_tabs(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}{AT}", size=TABLET)
    flet.identifier("customer-name").wait()
    bottoms = {}
    facts = ("customer-name", "phone", "email", "say-first", "do-not", "facts")
    for part in (*facts, "write-note", "add-wish", "edit-contact"):
        left, top, width, height = flet.identifier(part).wait().box()
        assert left >= 0
        assert left + width <= TABLET[0]
        bottoms[part] = top + height
    _, top, _, height = flet.identifier("tab-consents").box()
    assert top >= max(bottoms.values())
    assert top + height < BAR_TOP - 2 * TARGET, "less than two rows of the history are to be seen"


def test_what_is_pressed_is_large_enough_for_a_finger(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}{AT}", size=TABLET)
    pressed = ["back", "phone", "email", "turn-to-customer", "write-note", "add-wish", "edit-contact", "tab-notes"]
    pressed += ["claim-open", "add-follow-up", "add-appointment", "add-talk"]
    for one in pressed:
        _, _, width, height = flet.identifier(one).wait().box()
        assert min(width, height) >= TARGET, one


def test_a_masked_order_is_claimed_with_targets_for_a_finger_and_waits_in_the_history(
    visit: OpenFlet, address: str, shop: CustomerShop
) -> None:
    flet = visit(f"{address}/customers/{SUHARTI.id}", size=TABLET)  # little is known: the form is in sight
    flet.identifier("claim-open").wait().click()
    flet.by_label("Nomor pesanan").fill("INV/20261003/MPL/41")
    for one in ("claim-agreed", "claim-save", "claim-cancel"):
        _, _, width, height = flet.identifier(one).wait().box()
        assert min(width, height) >= TARGET, one
    flet.identifier("claim-agreed").click()
    flet.identifier("claim-save").click()
    flet.wait_text("Pesanan INV/20261003/MPL/41")
    assert shop.written == [("claim_order", (SUHARTI.id, "INV/20261003/MPL/41", True, "associate-rina"))]


def test_a_note_is_written_seen_and_still_there_after_a_reload(
    visit: OpenFlet, address: str, shop: CustomerShop
) -> None:
    flet = visit(f"{address}{AT}", size=TABLET)
    flet.identifier("write-note").wait().click()
    flet.by_label("Catatan baru").fill("Ingin kemeja biru ukuran L.")
    flet.identifier("note-save").click()
    flet.wait_text("Belum terkirim")
    flet.identifier("note-note-0").wait()
    assert shop.written == [("write_note", (SITI.id, "Ingin kemeja biru ukuran L.", "associate-rina", False))]
    flet.run(expect(flet.by_label("Catatan baru").locator).to_have_value(""))
    flet.reload()
    flet.identifier("tab-notes").wait().click()
    flet.wait_text("Ingin kemeja biru ukuran L.")


def test_a_wish_is_removed_after_one_more_press(visit: OpenFlet, address: str, shop: CustomerShop) -> None:
    flet = visit(f"{address}{AT}", size=TABLET)
    flet.identifier("tab-wishlist").wait().click()
    flet.identifier("wish-remove-item-1").wait().click()
    flet.identifier("wish-remove-yes-item-1").wait().click()
    flet.identifier("wish-item-1").wait_gone()
    assert [name for name, _ in shop.written] == ["remove_from_wishlist"]
    flet.identifier("wish-item-2").wait()


def test_the_screen_turns_to_the_customer_and_back(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}{AT}", size=TABLET)
    flet.identifier("turn-to-customer").wait().click()
    flet.wait_url(r"/turned$")
    flet.identifier("turn-back").wait()
    flet.wait_text_gone("Rina")
    assert flet.text("Rp447.000").count() == 0
    _, _, width, height = flet.identifier("turn-back").box()
    assert width > TABLET[0] / 2
    assert height >= TARGET
    flet.reload()
    flet.identifier("turn-back").wait().click()
    flet.identifier("turn-to-customer").wait()


def test_phone_and_email_are_whole_at_a_tap_and_masked_when_the_customer_is_opened_again(
    visit: OpenFlet, address: str, shop: CustomerShop
) -> None:
    flet = visit(f"{address}{AT}", size=TABLET)
    flet.identifier("phone").wait().click()
    flet.wait_text("+62 812-3456-4471")
    flet.identifier("email").click()
    flet.wait_text("siti.rahmawati@surel.example")
    assert [details["field"] for access, *_, details in shop.looked if access == Access.REVEALED] == ["phone", "email"]
    flet.reload()
    flet.identifier("phone").wait()
    flet.wait_text_gone("+62")
    flet.wait_text_gone("siti.rahmawati@")


def test_a_wide_window_puts_the_facts_beside_the_history(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}{AT}", size=DESKTOP, locale="en-GB")
    flet.wait_text("Emas · 2,340 points")
    facts = flet.identifier("facts").wait().box()
    tabs = [flet.identifier(f"tab-{tab}").box() for tab in ("history", "wishlist", "cart", "notes", "consents")]
    assert facts[0] + facts[2] < tabs[0][0]
    assert len({top for _, top, _, _ in tabs}) == 1, "the tabs do not stand in one row"
    flet.identifier("edit-contact").click()
    form = flet.identifier("contact-form").wait().box()
    assert form[2] > 2 * facts[2]

"""The manager's devices in a real browser: a code for a new one, a name, an access that ends, and what was not sent."""

import pytest

from clienteling.domain.views import AssociateView
from tests.browser.conftest import Hub
from tests.support.browser import DESKTOP
from tests.support.fake_manage import FakeManage
from tests.support.fake_services import FakeShop
from tests.support.tabs import OpenFlet

pytestmark = pytest.mark.browser

MANAGER = AssociateView("associate-rina", "Rina", "manager")


def test_a_manager_adds_renames_and_revokes_a_device_and_settles_what_it_had_not_sent(
    hub_of_ours: Hub, open_flet: OpenFlet
) -> None:
    manage = FakeManage()
    shop = FakeShop(associates=(MANAGER,), manage=manage)
    flet = open_flet(hub_of_ours.show(shop.services()), size=DESKTOP, locale="en-GB")
    flet.identifier("nav-devices").wait().click()
    flet.wait_text("3 changes not sent yet")
    flet.identifier("add-device").click()
    flet.by_label("What the device will be called").fill("Till 2")
    flet.identifier("device-code").click()
    flet.wait_text("K7M2-PXQ2")
    flet.identifier("new-device-close").click()
    flet.identifier("rename-device-1").wait().click()
    flet.by_label("Name of the device").fill("Front till")
    flet.identifier("save-name-device-1").click()
    flet.wait_text("Front till")
    flet.identifier("revoke-device-2").click()
    flet.wait_text("Revoke the access of Tablet lantai 1?")
    flet.identifier("revoke-yes-device-2").click()
    flet.identifier("gone-device-2").wait()
    flet.identifier("take-entry-1").click()
    flet.identifier("entry-entry-1").wait_gone()
    assert [one[0] for one in manage.asked] == ["add", "rename", "revoke", "take"]

"""Customers' requests in a real browser: what is pressed is large enough, and a tablet and a desktop show it whole."""

import pytest

from tests.browser.conftest import Hub
from tests.support.browser import DESKTOP, TABLET
from tests.support.fake_customers import CustomerShop
from tests.support.fake_requests import ACCESS, ERASURE, FakeRequests
from tests.support.tabs import OpenFlet

TARGET = 48


@pytest.fixture
def requests() -> FakeRequests:
    return FakeRequests()


@pytest.fixture
def address(hub_of_ours: Hub, requests: FakeRequests) -> str:
    """The app over a shop whose privacy officer is signed in."""
    shop = CustomerShop()
    shop.requests = requests.services()
    return hub_of_ours.show(shop.services())


def test_on_a_tablet_the_next_step_is_large_enough_for_a_finger_and_is_taken(
    visit: OpenFlet, address: str, requests: FakeRequests
) -> None:
    flet = visit(f"{address}/requests?request={ACCESS.id}", size=TABLET)
    for one in ("proof-document", "proof-known", "refuse"):
        left, _, width, height = flet.identifier(one).wait().box()
        assert min(width, height) >= TARGET, one
        assert left + width <= TABLET[0]
    flet.identifier("proof-document").click()
    flet.identifier("save-page").wait()
    assert requests.asked == [("identity", ACCESS.id, {"how": "document"})]


def test_on_a_desktop_list_and_request_stand_side_by_side(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}/requests?request={ERASURE.id}", size=DESKTOP)
    flet.identifier("step-erase").wait()
    left, _, width, _ = flet.identifier(f"request-{ERASURE.id}").wait().box()
    beside, *_ = flet.identifier("request").box()
    assert beside >= left + width

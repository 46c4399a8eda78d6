"""A customer answers on the turned tablet, signs with a finger and finds it in the ledger: a real store, no network."""

from tests.browser.conftest import Hub
from tests.support.browser import TABLET, FletPage
from tests.support.tabs import OpenFlet
from tests.use_cases.conftest import SITI, Counter, counter, synced

__all__ = ["counter", "synced"]
"""Fixtures: a device that synced once and has met no server since."""
TARGET = 48
AT = f"/customers/{SITI}?tab=consents"


def finger(flet: FletPage, *points: tuple[float, float]) -> None:
    """Nothing; one stroke over the ground as a finger makes it, which a list that scrolls would like to have too."""
    left, top, _, _ = flet.identifier("signature").box()

    async def draw() -> None:
        client = await flet.context.new_cdp_session(flet.page)
        for index, (x, y) in enumerate(points):
            kind = "touchStart" if index == 0 else "touchMove"
            touch = {"type": kind, "touchPoints": [{"x": left + x, "y": top + y}]}
            await client.send("Input.dispatchTouchEvent", touch)
        await client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await client.detach()

    flet.run(draw())


def test_two_answers_are_signed_with_a_finger_and_stand_in_the_ledger_without_a_network(
    visit: OpenFlet, hub_of_ours: Hub, counter: Counter
) -> None:
    flet = visit(f"{hub_of_ours.show(counter.services)}{AT}", size=TABLET)
    flet.identifier("ask-customer").wait().click()
    flet.identifier("ask-yes-service-whatsapp").wait().click()
    flet.identifier("ask-no-marketing-email").click()
    flet.identifier("consents-next").click()
    for one in ("ask-yes-service-phone", "ask-no-service-phone", "consents-sign", "consents-confirm"):
        _, _, width, height = flet.identifier(one).wait().box()
        assert min(width, height) >= TARGET, one
    finger(flet, (60, 140), (62, 110), (64, 70), (66, 20), (100, 60), (140, 120))
    finger(flet, (200, 80), (240, 82), (300, 90), (380, 60))
    flet.identifier("signature-clear").wait()
    flet.identifier("consents-sign").click()
    flet.wait_text("2 jawaban tersimpan")
    flet.identifier("turn-back").click()
    flet.wait_text("Tidak setuju: Tawaran lewat surel")
    flet.wait_text("Setuju: Kabar pesanan lewat WhatsApp")
    flet.wait_text("Ditandatangani di layar")
    assert "surel" in flet.identifier("do-not").wait().text()
    ledger = counter.services.consent_ledger(SITI)
    assert [one.pending for one in ledger] == [True, True]
    (drawing,) = {one.drawing for one in ledger}
    assert drawing.startswith("M60 140 ")
    assert drawing.count("M") == 2
    assert len(drawing) < 120
    flet.reload()
    flet.wait_text("Tidak setuju: Tawaran lewat surel")

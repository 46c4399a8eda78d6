"""What counts as a scan of a label is counted by store and hour, told now and then, and says nothing of who it was."""

from collections.abc import Callable

import pytest

from clienteling.domain.shelf_counting import ShelfCounter
from clienteling.shelf.app import ShelfApp
from clienteling.shelf.scans import PageScans
from clienteling.shelf.source import ShelfUnavailable
from tests.support.shelf_hub import SITE, Phone, ShelfHub
from tests.support.shelf_shop import SHIRT_M, TROUSERS

AT = f"/SBDG/01/{SHIRT_M}"
Counts = dict[str, dict[str, int]]


class Counted:
    """The pages of a hub in Bandung, and what they counted."""

    def __init__(self, hub: ShelfHub) -> None:
        self.counter = ShelfCounter(hub.clock)
        self.told: list[Counts] = []
        self.monotonic_s = 0.0
        self.is_away = False
        scans = PageScans(self.counter, self._tell, every_s=10, monotonic=lambda: self.monotonic_s)
        app = ShelfApp(SITE, hub.source, now=hub.clock, scans=scans, monotonic=lambda: self.monotonic_s)
        self.phone: Phone = hub.phone(app)

    def _tell(self) -> None:
        if self.is_away:
            raise ShelfUnavailable
        self.told.append(self.counts)

    @property
    def counts(self) -> Counts:
        return {gtin: actions for hour in self.counter.untold() for gtin, actions in hour.counts.items()}


@pytest.fixture
def counted(open_hub: ShelfHub) -> Counted:
    return Counted(open_hub)


def test_each_arrival_at_a_label_counts_once_also_where_the_phone_has_the_page_already(counted: Counted) -> None:
    page = counted.phone.get(AT)
    counted.phone.get(AT, if_none_match=page.headers["etag"])
    counted.phone.get(AT.lower())
    assert counted.counts == {SHIRT_M: {"scanned": 3}}
    (hour,) = counted.counter.untold()
    assert (hour.source, hour.hour.minute) == ("phone", 0)


@pytest.mark.parametrize(
    "ask",
    [
        lambda phone: phone.ask("HEAD", AT),
        lambda phone: phone.get(f"{AT}?lang=en"),
        lambda phone: phone.get(f"{AT}?stars=1"),
        lambda phone: phone.get(AT, sec_fetch_site="same-origin"),
        lambda phone: phone.get(AT, sec_purpose="prefetch;prerender"),
        lambda phone: phone.get(AT, purpose="prefetch"),
        lambda phone: phone.get(AT, user_agent="Googlebot/2.1"),
        lambda phone: phone.get(AT, user_agent="WhatsApp link preview"),
        lambda phone: phone.get(f"/SBDG/01/{SHIRT_M}?linkType=linkset"),
        lambda phone: phone.get("/SBDG/01/09506000134376"),
    ],
)
def test_what_is_no_arrival_or_no_label_of_ours_counts_for_nothing(
    counted: Counted, ask: Callable[[Phone], object]
) -> None:
    ask(counted.phone)
    assert counted.counts == {}


def test_what_is_saved_counts_once_for_each_label(counted: Counted) -> None:
    for gtin in (SHIRT_M, SHIRT_M, TROUSERS):
        counted.phone.post("/shelf/save", {"gtin": gtin, "store": "SBDG"})
    assert counted.counts == {SHIRT_M: {"saved": 1}, TROUSERS: {"saved": 1}}


def test_counts_are_told_now_and_then_and_once_more_where_nobody_could_take_them(counted: Counted) -> None:
    counted.phone.get(AT)
    assert counted.told == []
    counted.is_away = True
    counted.monotonic_s = 10
    assert counted.phone.get(AT).status_code == 200
    counted.is_away = False
    counted.monotonic_s = 15
    counted.phone.get(AT)
    assert counted.told == []
    counted.monotonic_s = 20
    counted.phone.get(AT)
    assert counted.told == [{SHIRT_M: {"scanned": 4}}]


def test_nothing_that_could_tell_visitors_apart_is_kept(counted: Counted) -> None:
    counted.phone.get(AT, user_agent="Mozilla/5.0 (Siti's phone)", cookie="saved=; who=siti")
    assert "siti" not in repr(vars(counted.counter)).lower()
    assert "192.0.2.7" not in repr(vars(counted.counter))

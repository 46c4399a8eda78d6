"""What the shelf tells a manager, from the records on this device: figures with names, and labels to look at."""

from datetime import date, timedelta

import pytest

from clienteling.domain.store_day import local_day
from clienteling.domain.views import LabelsToSee, ShelfFigures, Standing
from clienteling.use_cases.label_orders import LabelServices
from clienteling.use_cases.print_labels import label_services
from clienteling.use_cases.rights import Rights
from clienteling.use_cases.shelf_report import figures_file, shelf_figures
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.times import to_wire
from tests.store.model_server import STORE_ID
from tests.use_cases.conftest import GTIN, SHIRT, SHIRT_M, Counter, make_id
from tests.use_cases.test_printing_labels import ALL, setup

ELSEWHERE = make_id("Surabaya")
NAME = "Kemeja Linen"


class Told:
    """The device, and what its server told it of the shelf."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.labels: LabelServices = label_services(counter.device.store, setup(), now=counter.device.clock)
        self.price(29_900_000)

    @property
    def today(self) -> date:
        return local_day(self.counter.device.clock(), "Asia/Jakarta")

    def price(self, amount: int) -> None:
        variants = {SHIRT_M: {"price_minor": amount}}
        self.counter.put(Kind.PRICE, "price of the shirt", id=SHIRT, currency="IDR", variants=variants)
        self.counter.sync()

    def day(self, age: int, scanned: int, *, store_id: str = STORE_ID, gtin: str = GTIN, **fields: object) -> None:
        """A day's record, as the server puts it together."""
        day = (self.today - timedelta(days=age)).isoformat()
        labels = {gtin: {"phone": {"scanned": scanned}}}
        known = {"store_id": store_id, "day": day, "labels": labels, "as_of": to_wire(self.counter.device.clock())}
        self.counter.put(Kind.SHELF_DAY, f"{store_id} {day}", **{**known, **fields})
        self.counter.sync()

    def print(self) -> None:
        self.labels.handed_out(self.labels.make(ALL))

    def figures(self, days: int = 7) -> ShelfFigures:
        device = self.counter.device
        found = shelf_figures(device.store, setup(), Rights(device.store), days, author_id=None, now=device.clock)
        assert found is not None
        return found

    def to_see(self) -> LabelsToSee:
        labels = self.figures().labels
        assert labels is not None
        return labels


@pytest.fixture
def told(counter: Counter) -> Told:
    return Told(counter)


def test_scans_are_told_by_the_products_name_and_of_this_store_alone(told: Told) -> None:
    told.day(0, 30, sold={GTIN: 4}, hours={"10": {"phone": 30}})
    told.day(1, 500, store_id=ELSEWHERE)
    told.day(12, 25)
    report = told.figures().report
    assert [(row.name, row.scans, row.sold) for row in report.rows] == [(NAME, 30, 4)]
    assert report.rows[0].labels[0].options == ("M",)
    assert [(bar.hours, bar.scans) for one in report.hours for bar in one.bars] == [((10,), 30)]
    assert told.figures(28).report.scans == 55
    assert report.as_of == told.counter.device.clock()


def test_a_day_is_the_stores_and_not_the_devices(told: Told) -> None:
    told.counter.device.clock.advance(timedelta(hours=14))  # past midnight in Jakarta, not yet in Greenwich
    assert told.today != told.counter.device.clock().date()
    told.day(6, 12)
    told.day(7, 500)
    assert told.figures().report.scans == 12


def test_what_only_a_newer_server_counts_is_left_out(told: Told) -> None:
    labels = {GTIN: {"phone": {"scanned": 20, "compared": 40}, "kiosk": {"scanned": 70}}}
    day = told.today.isoformat()
    as_of = to_wire(told.counter.device.clock())
    body: Body = {"id": make_id("new"), "store_id": STORE_ID, "day": day, "labels": labels, "hours": {}, "as_of": as_of}
    told.counter.server.put(RecordKey(Kind.SHELF_DAY, body["id"]), body)
    told.counter.sync()
    assert told.figures().report.scans == 20


def test_before_anything_is_counted_it_says_so_and_a_file_says_the_same(told: Told) -> None:
    figures = told.figures()
    assert (figures.report.standing, figures.report.as_of) == (Standing.NOTHING_COUNTED, None)
    assert figures.labels is None
    name, content = figures_file(told.counter.device.store, Rights(told.counter.device.store), figures, author_id=None)
    assert name.endswith(f"-{told.today:%Y%m%d}-7.csv")
    assert b"nothing_counted" in content


# --- labels to look at


def test_a_label_that_nobody_scanned_for_14_days_is_named(told: Told) -> None:
    told.day(20, 30)
    told.print()
    assert told.to_see().unscanned is None, "it has not hung for 14 days"
    told.counter.device.clock.advance(timedelta(days=14))
    (label,) = told.to_see().unscanned or ()
    assert (label.product, label.options, label.gtin) == (NAME, ("M",), GTIN)
    told.day(13, 1)
    assert told.to_see().unscanned == ()


def test_of_labels_older_than_the_counting_nothing_is_said(told: Told) -> None:
    told.print()
    told.counter.device.clock.advance(timedelta(days=30))
    assert told.to_see().unscanned is None
    told.day(13, 30, gtin="04006381333931")
    assert told.to_see().unscanned is None
    told.day(14, 30, gtin="04006381333931")
    assert len(told.to_see().unscanned or ()) == 1


def test_a_label_is_out_of_date_once_its_price_is_another_and_no_more_once_it_is_printed_anew(told: Told) -> None:
    told.print()
    assert told.to_see() == LabelsToSee(1)
    told.price(31_900_000)
    assert [one.product for one in told.to_see().outdated] == [NAME]
    told.print()
    assert told.to_see().outdated == ()


def test_a_label_in_the_shops_other_language_is_not_out_of_date(told: Told) -> None:
    told.labels.handed_out(told.labels.make(type(ALL)(language="en")))
    assert told.to_see().outdated == ()


def test_a_label_of_what_is_no_longer_sold_is_to_be_taken_down(told: Told) -> None:
    told.print()
    variant = {"id": SHIRT_M, "sku": "KEM-LIN-M", "gtin": GTIN, "options": {"Ukuran": "M"}}
    told.counter.put(Kind.PRODUCT, NAME, name=NAME, variants=[variant], status="archived")
    told.counter.sync()
    seen = told.to_see()
    assert ([one.product for one in seen.ended], seen.outdated) == ([NAME], ())


@pytest.mark.parametrize("host", ["", "https://toko.example"])
def test_where_labels_cannot_be_printed_there_is_no_word_of_them(told: Told, host: str) -> None:
    told.print()
    device = told.counter.device
    figures = shelf_figures(device.store, setup(host), Rights(device.store), 7, author_id=None, now=device.clock)
    assert figures is not None
    assert figures.labels is None

"""Labels of the store's shelves: which, what they say, what is left out and why, and what counts as printed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from clienteling.domain.errors import ValidationFailed
from clienteling.domain.money import Money
from clienteling.labels.errors import LabelsRefused
from clienteling.store.errors import DiskFull
from clienteling.store.unpack import ASKING
from clienteling.use_cases.label_orders import (
    LabelChoice,
    LabelFormat,
    LabelOrder,
    LabelPlan,
    LabelServices,
    LabelSetup,
    MadeLabels,
    Reason,
    SheetName,
)
from clienteling.use_cases.print_labels import label_services
from sync.protocol.kinds import Kind
from tests.labels.sheets_to_print import FONTS, Words, gtin_of
from tests.store.devices import Device
from tests.store.full_disk import leave_pages
from tests.store.model_server import STORE_ID
from tests.use_cases.conftest import GTIN, SHIRT, SHIRT_M, Counter, make_id

BAG = make_id("Tas")
BAGS = [make_id(f"Tas {number}") for number in range(4)]
CHANGED = LabelOrder(LabelChoice(changed_only=True))
ALL = LabelOrder()


def setup(host: str = "toko.example") -> LabelSetup:
    words = Words()
    return LabelSetup(
        host, FONTS, {"id": words, "en": words}, "id", "Label", lambda language, sheet: (sheet, ("1 mm",))
    )


@dataclass(frozen=True, slots=True)
class Shelf:
    counter: Counter
    labels: LabelServices

    def price(self, amount: int, **fields: object) -> None:
        variants = {SHIRT_M: {"price_minor": amount, **fields}}
        self.counter.put(Kind.PRICE, "price of the shirt", id=SHIRT, currency="IDR", variants=variants)
        self.counter.sync()

    def promotion(self, ends_at: datetime, percent: int = 20, **fields: object) -> None:
        self.counter.put(
            Kind.PROMOTION,
            "Linen",
            code="LINEN",
            name="Linen Lebih Ringan",
            reduction="percent",
            value=percent,
            currency="IDR",
            starts_at=(ends_at - timedelta(days=30)).isoformat().replace("+00:00", "Z"),
            ends_at=ends_at.isoformat().replace("+00:00", "Z"),
            holds_in="everywhere",
            **fields,
        )
        self.counter.sync()

    def store(self, **fields: object) -> None:
        usual = {"id": STORE_ID, "name": "Toko Bandung", "time_zone": "Asia/Jakarta"}
        self.counter.put(Kind.LOCATION, "Bandung", **{**usual, **fields})
        self.counter.sync()

    def bags(self) -> None:
        """Four bags: of one no GTIN has come, of one a wrong one, of one no price."""
        wrong = gtin_of(3)[:-1] + str((int(gtin_of(3)[-1]) + 1) % 10)
        gtins = [gtin_of(1), "", wrong, gtin_of(4)]
        variants = [
            {"id": one, "sku": f"TAS-{number}", "gtin": gtin, "options": {"Warna": "Hitam"}, "position": number}
            for number, (one, gtin) in enumerate(zip(BAGS, gtins, strict=True))
        ]
        fields = {"brand": "Kayu", "category": "Tas", "option_names": ["Warna"], "variants": variants}
        self.counter.put(Kind.PRODUCT, "Tas", name="Tas Kulit", **fields)
        priced = {one: {"price_minor": 45_000_000} for one in BAGS[:3]}
        self.counter.put(Kind.PRICE, "price of bags", id=BAG, currency="IDR", variants=priced)
        self.counter.sync()


@pytest.fixture
def shelf(counter: Counter) -> Shelf:
    device = counter.device
    shelf = Shelf(counter, label_services(device.store, setup(), now=device.clock))
    shelf.store(code="BDG")
    shelf.price(29_900_000)
    return shelf


def printed(shelf: Shelf, order: LabelOrder = ALL) -> MadeLabels:
    made = shelf.labels.make(order)
    shelf.labels.handed_out(made)
    return made


# --- what a label says


def test_a_label_names_product_store_and_price(shelf: Shelf) -> None:
    (label,) = shelf.labels.plan(ALL).labels
    assert label.link == f"HTTPS://TOKO.EXAMPLE/SBDG/01/{GTIN}"
    assert (label.name, label.options, label.host) == ("Kemeja Linen", ("M",), "toko.example")
    assert (label.price, label.price_before, label.until) == (Money(29_900_000, "IDR"), None, None)


def test_a_promotion_shows_the_price_before_and_its_last_day(shelf: Shelf) -> None:
    midnight_in_jakarta = datetime(2026, 11, 29, 17, tzinfo=UTC)
    shelf.promotion(midnight_in_jakarta)
    (label,) = shelf.labels.plan(ALL).labels
    assert (label.price, label.price_before) == (Money(23_920_000, "IDR"), Money(29_900_000, "IDR"))
    assert label.until == date(2026, 11, 29)


def test_a_promotion_that_ended_before_the_day_of_printing_is_not_on_the_label(shelf: Shelf) -> None:
    shelf.promotion(shelf.counter.device.clock() - timedelta(minutes=1))
    (label,) = shelf.labels.plan(ALL).labels
    assert (label.price, label.price_before, label.until) == (Money(29_900_000, "IDR"), None, None)


def test_a_list_price_is_the_price_before_without_an_end(shelf: Shelf) -> None:
    shelf.price(29_900_000, compare_at_minor=34_900_000)
    (label,) = shelf.labels.plan(ALL).labels
    assert (label.price_before, label.until) == (Money(34_900_000, "IDR"), None)


# --- which


def test_labels_are_chosen_by_category_brand_words_and_codes(shelf: Shelf) -> None:
    shelf.bags()

    def names(**choice: object) -> list[str]:
        return [one.name for one in shelf.labels.plan(LabelOrder(LabelChoice(**choice))).labels]  # type: ignore[arg-type]

    assert names() == ["Kemeja Linen", "Tas Kulit"]
    assert names(category="Tas") == names(brand="Kayu") == names(words="kulit") == ["Tas Kulit"]
    assert names(words="tas kem") == names(category="Tas", brand="Lain") == names(words="!!") == []
    assert names(codes=(gtin_of(1)[1:], "kem lin m")) == ["Tas Kulit", "Kemeja Linen"]
    assert names(codes=("KEM-LIN-M", GTIN, "KEM-LIN-M")) == ["Kemeja Linen"]
    assert shelf.labels.shelves().categories == ("Tas",)
    assert shelf.labels.shelves().brands == ("Kayu",)


def test_a_code_that_no_variant_has_is_told(shelf: Shelf) -> None:
    plan = shelf.labels.plan(LabelOrder(LabelChoice(codes=("NIHIL", GTIN, "9780000000000"))))
    assert plan.not_found == ("NIHIL", "9780000000000")
    assert len(plan.labels) == 1


def test_only_what_the_store_has_can_be_chosen(shelf: Shelf) -> None:
    in_stock = LabelOrder(LabelChoice(in_stock_only=True))
    assert shelf.labels.plan(in_stock).labels == ()
    level = {"on_hand": 2, "as_of": "2026-11-20T00:00:00Z"}
    fields = {"store_id": STORE_ID, "variant_id": SHIRT_M, "product_id": SHIRT, "levels": {STORE_ID: level}}
    shelf.counter.put(Kind.STOCK, "stock of the shirt", **fields)
    shelf.counter.sync()
    assert len(shelf.labels.plan(in_stock).labels) == 1


def test_a_product_that_is_no_longer_sold_gets_no_label(shelf: Shelf) -> None:
    variant = {"id": SHIRT_M, "sku": "KEM-LIN-M", "gtin": GTIN}
    shelf.counter.put(Kind.PRODUCT, "Kemeja Linen", name="Kemeja Linen", variants=[variant], status="archived")
    shelf.counter.sync()
    assert shelf.labels.plan(ALL).labels == ()


def test_what_gets_no_label_is_told_with_the_reason(shelf: Shelf) -> None:
    shelf.bags()
    plan = shelf.labels.plan(ALL)
    assert [(one.sku, one.reason) for one in plan.left_out] == [
        ("TAS-1", Reason.NO_GTIN),
        ("TAS-2", Reason.WRONG_CHECK_DIGIT),
        ("TAS-3", Reason.NO_PRICE),
    ]
    assert plan.left_out[0].name == "Tas Kulit · Hitam"
    assert len(plan.labels) == plan.of_all == 2


# --- only what changed


@pytest.mark.parametrize(
    "change",
    [
        lambda shelf: shelf.price(31_900_000),
        lambda shelf: shelf.promotion(datetime(2026, 12, 10, tzinfo=UTC)),
        lambda shelf: shelf.store(code="BD2"),
    ],
)
def test_only_labels_that_changed_since_they_were_handed_out_are_printed_again(
    shelf: Shelf, change: Callable[[Shelf], None]
) -> None:
    assert len(shelf.labels.plan(CHANGED).labels) == 1
    printed(shelf)
    plan = shelf.labels.plan(CHANGED)
    assert (plan.labels, plan.of_all) == ((), 1)
    change(shelf)
    assert len(shelf.labels.plan(CHANGED).labels) == 1
    printed(shelf, CHANGED)
    assert shelf.labels.plan(CHANGED).labels == ()


def test_the_end_of_a_promotion_asks_for_a_new_label(shelf: Shelf) -> None:
    clock = shelf.counter.device.clock
    shelf.promotion(clock() + timedelta(days=2))
    printed(shelf)
    assert shelf.labels.plan(CHANGED).labels == ()
    clock.advance(timedelta(days=3))
    assert [one.price_before for one in shelf.labels.plan(CHANGED).labels] == [None]


def test_labels_that_were_made_but_not_handed_out_do_not_count_as_printed(shelf: Shelf) -> None:
    shelf.labels.make(ALL)
    assert len(shelf.labels.plan(CHANGED).labels) == 1


def test_what_was_printed_outlives_the_store_file(shelf: Shelf) -> None:
    printed(shelf)
    device = shelf.counter.device
    device.store.close()
    for file in device.folder.glob("store-*.db*"):
        file.unlink()
    device.restart()
    labels = label_services(device.store, setup(), now=device.clock)
    shelf.counter.sync()
    assert len(labels.plan(ALL).labels) == 1
    assert labels.plan(CHANGED).labels == ()


def test_a_disk_without_room_keeps_nothing_of_what_was_printed(shelf: Shelf) -> None:
    made = shelf.labels.make(ALL)
    many = {f"variant-{number}": "XXXXXX" for number in range(5000)}
    database = shelf.counter.device.store._outbox_database
    leave_pages(database, 0)
    with pytest.raises(DiskFull):
        shelf.labels.handed_out(replace(made, revisions=many))
    leave_pages(database, None)
    assert len(shelf.labels.plan(CHANGED).labels) == 1
    shelf.labels.handed_out(made)
    assert shelf.labels.plan(CHANGED).labels == ()


# --- files


def test_the_file_is_named_by_store_day_and_sheet(shelf: Shelf) -> None:
    shelf.bags()
    made = shelf.labels.make(ALL)
    assert [name for name, _ in made.files] == ["label-SBDG-20261122-L7160.pdf"]
    assert (made.labels, made.pages) == (2, 1)
    assert made.one_file()[1].startswith(b"%PDF")


def test_pictures_of_several_pages_are_packed_into_one_file(shelf: Shelf) -> None:
    shelf.bags()
    made = shelf.labels.make(LabelOrder(sheet=SheetName.ROLL_99012, format=LabelFormat.PNG, dpi=203))
    assert [name for name, _ in made.files] == [f"label-SBDG-20261122-99012-00{number}.png" for number in (1, 2)]
    name, content = made.one_file()
    assert name == "label-SBDG-20261122-99012.zip"
    assert content.startswith(b"PK")


def test_the_first_label_can_be_looked_at(shelf: Shelf) -> None:
    picture = shelf.labels.preview(ALL)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    assert shelf.labels.preview(LabelOrder(LabelChoice(category="Nihil"))) is None


@pytest.mark.parametrize("format", [LabelFormat.PDF, LabelFormat.PNG])
def test_a_calibration_page_counts_nothing_as_printed(shelf: Shelf, format: LabelFormat) -> None:
    made = shelf.labels.calibrate(LabelOrder(format=format))
    shelf.labels.handed_out(made)
    assert made.files[0][0] == f"label-L7160-0.{format.value}"
    assert len(shelf.labels.plan(CHANGED).labels) == 1


# --- what cannot be printed


@pytest.mark.parametrize(
    ("order", "field", "code"),
    [
        (LabelOrder(start=25), "start", "labels.bad_start"),
        (LabelOrder(offset_x=30.0), "offset", "labels.off_paper"),
        (LabelOrder(dpi=100), "dpi", "labels.bad_dpi"),
        (LabelOrder(format=LabelFormat.ZPL), "sheet", "labels.zpl_needs_roll"),
        (LabelOrder(LabelChoice(category="Nihil")), "choice", "labels.nothing_to_print"),
    ],
)
def test_what_cannot_be_printed_as_asked_is_refused(shelf: Shelf, order: LabelOrder, field: str, code: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        shelf.labels.make(order)
    assert (refused.value.field, refused.value.code) == (field, code)


def test_a_retailer_without_a_host_is_told_before_anything_is_made(counter: Counter) -> None:
    labels = label_services(counter.device.store, setup(host=""), now=counter.device.clock)
    with pytest.raises(LabelsRefused) as refused:
        labels.plan(ALL)
    assert refused.value.code == "labels.no_host"


def notes(plan: LabelPlan) -> list[str]:
    return [note.code for note in plan.notes]


def test_a_host_that_is_too_long_for_a_small_symbol_is_told_and_still_printed(shelf: Shelf) -> None:
    device = shelf.counter.device
    host = "toko.nama-merek-yang-panjang-sekali.example.co.id"
    labels = label_services(device.store, setup(host), now=device.clock)
    plan = labels.plan(ALL)
    assert notes(plan) == ["labels.host_is_long"]
    assert plan.notes[0].values["version"] == 5
    assert labels.make(ALL).labels == 1


@pytest.mark.parametrize(("code", "note"), [("", "labels.store_without_code"), ("TOKO 1/2", "labels.store_code_unfit")])
def test_a_store_whose_code_cannot_stand_in_an_address_is_told_and_printed(shelf: Shelf, code: str, note: str) -> None:
    shelf.store(code=code)
    plan = shelf.labels.plan(ALL)
    assert notes(plan) == [note]
    assert plan.labels[0].link.startswith("HTTPS://TOKO.EXAMPLE/S-")
    assert shelf.labels.make(ALL).labels == 1


@pytest.mark.parametrize(("name", "colour"), [("リネンシャツ", "Biru"), ("Kemeja", "白")])
def test_labels_with_letters_that_cannot_be_printed_are_counted(shelf: Shelf, name: str, colour: str) -> None:
    variant = {"id": SHIRT_M, "sku": "KEM-LIN-M", "gtin": GTIN, "options": {"Warna": colour}}
    shelf.counter.put(Kind.PRODUCT, "Kemeja Linen", name=name, option_names=["Warna"], variants=[variant])
    shelf.counter.sync()
    plan = shelf.labels.plan(ALL)
    assert (notes(plan), plan.notes[0].values) == (["labels.letters_missing"], {"count": 1})
    assert shelf.labels.make(ALL).labels == 1


def test_a_device_that_knows_no_store_yet_says_so(tmp_path: Path) -> None:
    device = Device(tmp_path / "fresh", asking=ASKING)
    with pytest.raises(ValidationFailed) as refused:
        label_services(device.store, setup(), now=device.clock).plan(ALL)
    assert refused.value.code == "device.no_store"
    device.store.close()

"""Labels on screen: which, where they begin, what is told, and a file that counts as printed once it is handed out."""

from typing import Any

import flet as ft
import pytest

from clienteling.domain.errors import ValidationFailed
from clienteling.labels.errors import ProofFailed
from clienteling.ui.components.label_choosing import offset_mm
from clienteling.use_cases.label_orders import LabelFormat, LabelNote, LeftOut, Reason, SheetName
from tests.support.fake_labels import FakeLabels
from tests.support.fake_services import FakeShop
from tests.ui.conftest import OpenApp, run

DESKTOP = (1440, 900)


@pytest.fixture
def labels(shop: FakeShop) -> FakeLabels:
    assert shop.labels is not None
    return shop.labels


class Client:
    """What the client is asked to save, and what it answers: a path, or nothing."""

    def __init__(self) -> None:
        self.path: str | None = None
        self.fails = False
        self.saved: list[tuple[str, bytes]] = []

    def save(self, asked: Any) -> str | None:
        if self.fails:
            raise RuntimeError("no such call")
        self.saved.append((asked["file_name"], asked["src_bytes"]))
        return self.path


@pytest.fixture
def client() -> Client:
    return Client()


def test_the_rail_of_a_desktop_leads_to_labels_and_a_tablet_has_them_in_settings(
    shop: FakeShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, size=DESKTOP) as screen:
            await screen.press("nav-labels")
            assert screen.route == "/labels"
        async with open_app(shop, "/settings") as screen:
            assert not screen.has("nav-labels")
            await screen.press("settings-labels")
            assert screen.route == "/labels"
        async with open_app(shop, "/help") as screen:
            await screen.press("help-labels")
            assert screen.route == "/labels"

    run(journey())


def test_a_shop_without_labels_has_no_way_to_them(shop: FakeShop, open_app: OpenApp) -> None:
    shop.labels = None

    async def journey() -> None:
        async with open_app(shop, size=DESKTOP) as screen:
            assert not screen.has("nav-labels")
            await screen.go("/labels")
            assert "own_hosts" in screen.words()

    run(journey())


def test_it_says_how_many_labels_and_what_gets_none_and_why(
    shop: FakeShop, labels: FakeLabels, open_app: OpenApp
) -> None:
    labels.notes = (LabelNote("labels.letters_missing", {"count": 3}),)
    labels.not_found = ("NIHIL",)

    async def journey() -> None:
        async with open_app(shop, "/labels") as screen:
            assert "40 label, halaman: 2" in screen.words_of("labels-count")
            told = screen.words_of("labels-left-out")
            assert "2 varian tidak mendapat label" in told
            assert "Tas Kulit · Hitam · TAS-1 · belum punya GTIN" in told
            assert "Tas Kulit · Cokelat · TAS-2 · digit periksa GTIN-nya salah" in told
            assert "3 label: nama, ukuran" in screen.words_of("labels-note-0")
            assert "NIHIL" in screen.words_of("labels-not-found")
            assert screen.has("label-preview")

    run(journey())


def test_a_long_list_of_what_gets_no_label_is_cut_and_counted(
    shop: FakeShop, labels: FakeLabels, open_app: OpenApp
) -> None:
    labels.left_out = tuple(LeftOut(f"Tas {number}", f"TAS-{number}", "", Reason.NO_PRICE) for number in range(50))

    async def journey() -> None:
        async with open_app(shop, "/labels") as screen:
            told = screen.words_of("labels-left-out")
            assert "TAS-19" in told
            assert "TAS-20" not in told
            assert "dan 30 lagi" in told

    run(journey())


def test_a_choice_is_planned_at_once(shop: FakeShop, labels: FakeLabels, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/labels") as screen:
            assert labels.orders[-1].choice.changed_only
            await screen.press("labels-due-all")
            await screen.press("labels-stock-stock")
            await screen.type("label-words", "linen")
            await screen.type("label-codes", " KM-M \n\n8990000000013 ")
            dropdown = screen.inside("label-category", ft.Dropdown)
            screen.session.apply_patch(dropdown._i, {"value": "Tas"})
            await screen.fire(dropdown, "select", "Tas")
            choice = labels.orders[-1].choice
            assert (choice.changed_only, choice.in_stock_only, choice.words) == (False, True, "linen")
            assert choice.codes == ("KM-M", "8990000000013")
            assert choice.category == "Tas"

    run(journey())


def test_a_press_on_the_sheet_says_where_to_begin(shop: FakeShop, labels: FakeLabels, open_app: OpenApp) -> None:
    labels.count = 3

    async def journey() -> None:
        async with open_app(shop, "/labels") as screen:
            await screen.press("label-cell-4")
            assert labels.orders[-1].start == 4
            for number, words in ((3, "sudah terpakai"), (4, "akan dicetak"), (6, "akan dicetak"), (7, "tetap kosong")):
                assert words in screen.words_of(f"label-cell-{number}")
            await screen.press("label-sheet-name-5160")
            assert (labels.orders[-1].sheet, labels.orders[-1].start) == (SheetName.AVERY_5160, 1)
            assert screen.has("label-cell-30")

    run(journey())


def test_only_a_roll_can_be_sent_to_a_zebra_printer(shop: FakeShop, labels: FakeLabels, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/labels") as screen:
            assert not screen.has("label-format-zpl")
            await screen.press("label-sheet-name-99012")
            assert not screen.has("label-sheet")
            await screen.press("label-format-zpl")
            await screen.press("label-dpi-203")
            await screen.press("label-language-en")
            order = labels.orders[-1]
            assert (order.format, order.dpi, order.language) == (LabelFormat.ZPL, 203, "en")
            await screen.press("label-sheet-name-L7160")
            assert labels.orders[-1].format is LabelFormat.PDF

    run(journey())


def test_offsets_take_a_comma_and_what_is_no_number_is_said(
    shop: FakeShop, labels: FakeLabels, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/labels") as screen:
            await screen.type("label-offset-x", "-1,5")
            await screen.type("label-offset-y", "dua")
            assert (labels.orders[-1].offset_x, labels.orders[-1].offset_y) == (-1.5, 0.0)
            assert screen.problem("label-offset-y") == "Bukan milimeter"

    run(journey())


@pytest.mark.parametrize(
    ("typed", "millimetres"), [("", 0.0), (" 1.25 ", 1.25), ("-0,5", -0.5), ("x", None), ("999", None), ("nan", None)]
)
def test_millimetres_as_people_type_them(typed: str, millimetres: float | None) -> None:
    assert offset_mm(typed) == millimetres


def test_what_cannot_be_planned_is_said_instead_of_a_count(
    shop: FakeShop, labels: FakeLabels, open_app: OpenApp
) -> None:
    labels.refused = ValidationFailed("host", "labels.bad_host", host="toko")

    async def journey() -> None:
        async with open_app(shop, "/labels") as screen:
            assert '"toko" tidak bisa dicetak di label' in screen.words_of("labels-refused")
            assert not screen.has("labels-make")

    run(journey())


def test_nothing_that_changed_is_an_answer_and_leaves_nothing_to_press(
    shop: FakeShop, labels: FakeLabels, open_app: OpenApp
) -> None:
    labels.count = 0

    async def journey() -> None:
        async with open_app(shop, "/labels", language="en") as screen:
            assert "none of the 40 labels has changed" in screen.words_of("labels-count")
            assert not screen.has("labels-make")
            assert screen.has("labels-calibrate")

    run(journey())


@pytest.mark.parametrize("path", [None, "/home/lilis/label.pdf"])
def test_labels_count_as_printed_once_the_browser_has_the_file(
    shop: FakeShop, labels: FakeLabels, open_app: OpenApp, client: Client, path: str | None
) -> None:
    client.path = path

    async def journey() -> None:
        async with open_app(shop, "/labels") as screen:
            screen.connection.answers["save_file"] = client.save
            await screen.press("labels-make")
            await screen.until(lambda: bool(labels.handed_out))
            await screen.settle()
            assert client.saved == [("label-SBDG-20261122-L7160.pdf", b"%PDF-1.4")]
            assert "40 label, halaman: 2. Setiap kode sudah terbaca kembali." in screen.words_of("labels-result")
            assert "dihitung tercetak" in screen.words_of("labels-result")
            await screen.press("labels-save")
            await screen.until(lambda: len(client.saved) == 2)

    run(journey())


def test_a_person_who_thinks_better_of_saving_has_printed_nothing(
    shop: FakeShop, labels: FakeLabels, open_app: OpenApp, client: Client
) -> None:
    client.path = None

    async def journey() -> None:
        async with open_app(shop, "/labels") as screen:
            screen.page.web = False  # the program's own window, which asks where the file should lie
            screen.connection.answers["save_file"] = client.save
            await screen.press("labels-make")
            await screen.until(lambda: bool(client.saved))
            await screen.settle()
            assert labels.handed_out == []
            assert "Belum disimpan" in screen.words_of("labels-result")

    run(journey())


def test_a_file_that_cannot_be_saved_is_told_and_counts_as_nothing(
    shop: FakeShop, labels: FakeLabels, open_app: OpenApp, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.fails = True

    async def journey() -> None:
        async with open_app(shop, "/labels") as screen:
            screen.connection.answers["save_file"] = client.save
            await screen.press("labels-make")
            await screen.until(lambda: "tidak bisa disimpan" in screen.words())
            assert labels.handed_out == []

    run(journey())
    assert "a file was not saved" in caplog.text


def test_a_code_that_does_not_read_back_hands_nothing_out(
    shop: FakeShop, labels: FakeLabels, open_app: OpenApp, client: Client
) -> None:
    labels.fails = ProofFailed(page=2, gtin="08990000000013")

    async def journey() -> None:
        async with open_app(shop, "/labels") as screen:
            screen.connection.answers["save_file"] = client.save
            await screen.press("labels-make")
            await screen.until(lambda: screen.has("labels-problem"))
            assert "08990000000013 di halaman 2 tidak terbaca" in screen.words_of("labels-problem")
            assert (client.saved, labels.handed_out) == ([], [])

    run(journey())


def test_a_calibration_page_is_a_file_and_counts_nothing(
    shop: FakeShop, labels: FakeLabels, open_app: OpenApp, client: Client
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/labels") as screen:
            screen.connection.answers["save_file"] = client.save
            await screen.press("labels-calibrate")
            await screen.until(lambda: bool(client.saved))
            await screen.settle()
            assert client.saved[0][0] == "label-L7160-0.pdf"
            assert "kertas biasa" in screen.words_of("labels-result")

    run(journey())

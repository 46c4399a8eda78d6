"""Sheets as they come out: every symbol reads, nothing overlaps it, nothing leaves the paper."""

import io
import itertools
import re
from dataclasses import replace
from typing import Any

import cv2
import numpy
import pypdfium2
import pypdfium2.raw
import pytest
from PIL import Image

from clienteling.domain.money import Money
from clienteling.labels.content import LabelContent, LabelFormat
from clienteling.labels.errors import LabelsRefused, ProofFailed
from clienteling.labels.layout import LEAST_MODULE_MM, MOST_MODULE_MM, LabelLayout
from clienteling.labels.making import Printing, calibration_page, lay_out_all, make_labels
from clienteling.labels.page import RESOLUTIONS
from clienteling.labels.proof import opened, prove_page, prove_pdf, read_back, rendered
from clienteling.labels.sheets import MM_PER_INCH, SHEETS, Box, SheetName
from clienteling.labels.symbol import QUIET_MODULES
from clienteling.labels.zpl import prove_zpl
from tests.labels.sheets_to_print import Words, content, contents, fonts, printing

DPI = 200
ROLLS = [name for name, sheet in SHEETS.items() if sheet.is_roll]
LONG_HOST = "TOKO.NAMA-MEREK-PANJANG.EXAMPLE.CO.ID"


def crops(page: Image.Image, cells: list[Box]) -> list[Image.Image]:
    per_mm = DPI / MM_PER_INCH
    return [
        page.crop(
            (round(one.left * per_mm), round(one.top * per_mm), round(one.right * per_mm), round(one.bottom * per_mm))
        )
        for one in cells
    ]


def read_by_opencv(image: Image.Image) -> str:
    """What the second decoder reads; it wants letters three dots large and white around them."""
    grey = numpy.asarray(image.convert("L"))
    framed = cv2.copyMakeBorder(grey, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=(255,))
    text, *_ = cv2.QRCodeDetector().detectAndDecode(cv2.resize(framed, None, fx=2, fy=2))
    return text


@pytest.mark.parametrize("name", SheetName)
def test_two_decoders_read_every_symbol_of_a_rendered_sheet(name: SheetName) -> None:
    asked = printing(name)
    labels = contents(min(SHEETS[name].per_page + 2, 24))
    (pdf,) = make_labels(labels, LabelFormat.PDF, asked)
    read: list[tuple[list[str], str]] = []
    with opened(pdf) as document:
        for number, page in enumerate(asked.placing.paged(labels)):
            image = rendered(document, number, dpi=DPI)
            read += [(read_back(crop), read_by_opencv(crop)) for crop in crops(image, [cell for cell, _ in page])]
    assert read == [([one.link], one.link) for one in labels]


@pytest.mark.parametrize(("name", "dpi"), list(itertools.product(SheetName, RESOLUTIONS)))
def test_a_module_is_whole_dots_of_a_size_that_scanners_take(name: SheetName, dpi: int) -> None:
    (label,) = lay_out_all([content()], printing(name, dpi=dpi))
    assert LEAST_MODULE_MM <= label.module_dots * MM_PER_INCH / dpi <= MOST_MODULE_MM


@pytest.mark.parametrize(("name", "dpi"), list(itertools.product(SheetName, (203, 300))))
def test_a_picture_has_each_module_in_whole_dots_and_a_white_quiet_zone(name: SheetName, dpi: int) -> None:
    asked = printing(name, dpi=dpi, offset_x=0.3, offset_y=0.2)
    (picture,) = make_labels([content()], LabelFormat.PNG, asked)
    (label,) = lay_out_all([content()], asked)
    with Image.open(io.BytesIO(picture)) as image:
        assert image.mode == "1"
        assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.5)
        per_mm, cell = dpi / MM_PER_INCH, asked.placing.cell(0)
        placed = asked.placing.on_dots(label.code.moved(cell.left, cell.top))
        left, top = round(placed.left * per_mm), round(placed.top * per_mm)
        for row in range(-QUIET_MODULES, label.symbol.modules + QUIET_MODULES):
            for column in range(-QUIET_MODULES, label.symbol.modules + QUIET_MODULES):
                inside = 0 <= row < label.symbol.modules and 0 <= column < label.symbol.modules
                dark = inside and label.symbol.is_dark(row, column)
                x, y = (
                    left + (column + QUIET_MODULES) * label.module_dots,
                    top + (row + QUIET_MODULES) * label.module_dots,
                )
                dots = set(image.crop((x, y, x + label.module_dots, y + label.module_dots)).convert("L").tobytes())
                assert dots == ({0} if dark else {255})


@pytest.mark.parametrize("name", SheetName)
def test_in_a_pdf_every_edge_of_a_symbol_falls_between_two_dots_of_the_printer(name: SheetName) -> None:
    asked = printing(name, offset_x=0.35, offset_y=0.2)
    (pdf,) = make_labels(contents(1), LabelFormat.PDF, asked)
    (label,) = lay_out_all(contents(1), asked)
    per_mm, cell = asked.placing.dpi / MM_PER_INCH, asked.placing.cell(0)
    code = asked.placing.on_dots(label.code.moved(cell.left, cell.top))
    with opened(pdf) as document:
        page = rendered(document, 0, dpi=asked.placing.dpi)
    left, top, side = round(code.left * per_mm), round(code.top * per_mm), round(code.width * per_mm)
    levels = set(page.crop((left, top, left + side, top + side)).tobytes())
    assert all(level < 4 or level > 251 for level in levels), sorted(levels)


def test_only_what_is_to_be_bold_is_drawn_with_an_outline() -> None:
    (pdf,) = make_labels([content()], LabelFormat.PDF, printing())
    (label,) = lay_out_all([content()], printing())
    with opened(pdf) as document:
        page = document[0]
        modes = [
            pypdfium2.raw.FPDFTextObj_GetTextRenderMode(one.raw)
            for one in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
        ]
        page.close()
    assert modes == [2 if text.bold else 0 for text in label.texts]


AWKWARD = [
    content(1, name="Gaun Batik Tulis Motif Mega Mendung Panjang Sampai Mata Kaki Edisi Terbatas Lebaran"),
    content(2, name="Superpanjangsekalinamabarangtanpaspasisamasekali" * 3),
    content(3, name="قميص كتان طويل الأكمام مع جيب أمامي وأزرار من الصدف", options=("أبيض", "M")),
    content(4, name="חולצת פשתן Kemeja 42"),
    content(5, name="เสื้อเชิ้ตลินินแขนยาวสีขาวกระดุมเปลือกหอยรุ่นพิเศษ"),
    content(6, name="リネンシャツ"),
    content(
        7,
        name="Kemeja \u202eterbalik\u202c \x00 dan \u0007 bel",
        options=("Merah Marun Tua Sekali Sangat Panjang Warnanya", "XXXXL"),
    ),
    content(8, price=Money(123_456_789_012_300, "IDR"), price_before=Money(999_999_999_999_900, "IDR")),
    content(9, name="", options=()),
    content(10, price_before=None, until=None),
]


@pytest.mark.parametrize(("name", "host"), list(itertools.product(SheetName, ("TOKO.EXAMPLE", LONG_HOST))))
def test_words_of_any_length_and_script_keep_off_the_symbol_and_inside_the_label(name: SheetName, host: str) -> None:
    asked = printing(name)
    awkward = [replace(one, link=one.link.replace("TOKO.EXAMPLE", host), host=host.lower()) for one in AWKWARD]
    wordy = replace(asked, words=Words("Pindai untuk ulasan dan stok", "Dicetak tanggal {day} · revisi {revision}"))
    for label in (*lay_out_all(awkward, asked), *lay_out_all(awkward, wordy)):
        ink = [_ink(label, index) for index in range(len(label.texts))]
        for box in ink:
            assert not _overlap(box, label.code), label.content.name
            assert box.left >= 0 and box.top >= -0.3 and box.right <= asked.placing.sheet.label_width  # noqa: PT018
            assert box.bottom <= asked.placing.sheet.label_height + 0.3
        for one, other in itertools.combinations(ink, 2):
            assert not _overlap(one, other), label.content.name
    make_labels(awkward, LabelFormat.PDF, asked)


def _ink(label: LabelLayout, index: int) -> Box:
    """About where the letters of a line are: 0.72 of their size above the baseline."""
    text = label.texts[index]
    height = text.size_pt * 0.72 * MM_PER_INCH / 72
    return Box(text.left, text.baseline - height, fonts().width_mm(text.text, text.size_pt), height)


def _overlap(one: Box, other: Box) -> bool:
    along = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return along > 0.05 and down > 0.05


def words_of(label: LabelContent, name: SheetName = SheetName.L7160) -> list[str]:
    (laid_out,) = lay_out_all([label], printing(name))
    return [text.text for text in laid_out.texts]


@pytest.mark.parametrize("name", SheetName)
def test_a_label_says_all_it_should(name: SheetName) -> None:
    words = words_of(content(), name)
    told = " ".join(words)
    for expected in (
        "Putih · M",
        "Rp299.000",
        "Rp349.000",
        "s.d. 29 Nov",
        "8990000000013",
        "toko.example",
        "Pindai: ulasan, stok, ukuran",
        "23 Nov 2026 · rev XDMKFX",
    ):
        assert expected in words
    assert "Kemeja Linen Lengan Panjang" in told


def test_the_price_before_is_crossed_out_and_the_price_is_the_largest_word() -> None:
    (label,) = lay_out_all([content()], printing())
    assert [text.text for text in label.texts if text.struck] == ["Rp349.000"]
    assert max(label.texts, key=lambda text: text.size_pt).text == "Rp299.000"


@pytest.mark.parametrize("name", SheetName)
@pytest.mark.parametrize("price", [0, 100, 5_000_000, 29_900_000, 999_999_999_999_900])
def test_the_last_day_of_a_promotion_is_never_shortened(name: SheetName, price: int) -> None:
    for title, before in itertools.product(("Topi", "Satu varian", AWKWARD[0].name), (1_000_000, 12_345_678_901_200)):
        one = content(name=title, options=(), price=Money(price, "IDR"), price_before=Money(before, "IDR"))
        (label,) = lay_out_all([one], printing(name))
        (until,) = (text for text in label.texts if text.text == "s.d. 29 Nov")
        right = until.left + fonts().width_mm(until.text, until.size_pt)
        assert right <= label.code.left
        assert until.size_pt >= 4


def test_a_name_that_is_too_long_ends_in_an_ellipsis() -> None:
    words = words_of(AWKWARD[0])
    assert words[0] == "Gaun Batik Tulis Motif"
    assert words[1].endswith("…")


def test_a_name_without_any_printable_letter_gives_way_to_the_gtin() -> None:
    assert words_of(AWKWARD[5])[0] == "8990000000068"


def test_letters_that_no_font_has_are_left_out_and_told() -> None:
    assert fonts().printable("リネン Kemeja") == ("Kemeja", True)
    assert fonts().printable("Kemeja \u202eLinen\u202c") == ("Kemeja Linen", False)


def test_a_line_in_arabic_is_drawn_from_the_right_and_hides_nothing() -> None:
    assert fonts().reads_from_the_right("42 قميص")
    assert not fonts().reads_from_the_right("Kemeja قميص")
    both, latin = (fonts().picture(text, 9, bold=False).image for text in ("قميص 42", "42"))
    assert both.crop((0, 0, latin.width, latin.height)).tobytes() == latin.tobytes()
    (pdf,) = make_labels([AWKWARD[2]], LabelFormat.PDF, printing())
    assert b"/Mask" in pdf


# --- where labels stand


def test_the_first_sheet_begins_at_the_label_that_is_free() -> None:
    placing = printing(start=20).placing
    pages = list(placing.paged(contents(5)))
    assert [len(page) for page in pages] == [2, 3]
    assert pages[0][0][0] == placing.cell(19)
    assert pages[1][0][0] == placing.cell(0)
    assert placing.pages(5) == 2
    assert placing.pages(0) == 0


@pytest.mark.parametrize("start", [0, 22, 25])
def test_a_start_that_is_not_on_the_sheet_is_refused(start: int) -> None:
    with pytest.raises(LabelsRefused) as refused:
        printing(start=start).placing.check()
    assert (refused.value.field, refused.value.code, refused.value.fields["count"]) == ("start", "labels.bad_start", 21)


@pytest.mark.parametrize(
    "moved",
    [{"offset_x": -9.0}, {"offset_x": 9.0}, {"offset_y": -17.0}, {"offset_y": 17.0}, {"offset_x": float("nan")}],
)
def test_an_offset_that_pushes_labels_off_the_paper_is_refused(moved: dict[str, Any]) -> None:
    with pytest.raises(LabelsRefused) as refused:
        make_labels([content()], LabelFormat.PDF, printing(**moved))
    assert (refused.value.field, refused.value.code) == ("offset", "labels.off_paper")


def test_an_offset_moves_every_label() -> None:
    plain, moved = printing().placing, printing(offset_x=1.5, offset_y=-2.0).placing
    moved.check()
    assert moved.cell(4) == plain.cell(4).moved(1.5, -2.0)
    make_labels(contents(21), LabelFormat.PDF, printing(offset_x=1.5, offset_y=-2.0))


def test_a_resolution_that_no_printer_has_is_refused() -> None:
    with pytest.raises(LabelsRefused) as refused:
        printing(dpi=72).placing.check()
    assert refused.value.code == "labels.bad_dpi"


def test_a_symbol_that_is_too_large_for_the_label_is_refused() -> None:
    host = "A" * 90 + ".EXAMPLE"
    with pytest.raises(LabelsRefused) as refused:
        make_labels([content(host=host)], LabelFormat.PDF, printing(SheetName.ROLL_30334, dpi=203))
    assert (refused.value.field, refused.value.code) == ("sheet", "labels.code_does_not_fit")


@pytest.mark.parametrize("name", SheetName)
def test_labels_of_a_sheet_lie_beside_each_other_and_on_the_paper(name: SheetName) -> None:
    sheet = SHEETS[name]
    cells = [sheet.cell(index) for index in range(sheet.per_page)]
    for cell in cells:
        assert 0 <= cell.left < cell.right <= sheet.paper_width
        assert 0 <= cell.top < cell.bottom <= sheet.paper_height + 1e-9
    assert not any(_overlap(one, other) for one, other in itertools.combinations(cells, 2))
    last = cells[-1]
    assert sheet.paper_width - last.right == pytest.approx(sheet.left, abs=0.15)
    assert sheet.paper_height - last.bottom == pytest.approx(sheet.top, abs=0.15)


def test_a_calibration_page_has_no_symbol_and_the_outline_of_each_label() -> None:
    page = calibration_page(LabelFormat.PDF, printing(offset_x=1.0), "Kalibrasi", ["Cetak 100 %."])
    with opened(page) as document:
        image = rendered(document, 0, dpi=DPI)
    assert read_back(image) == []
    for crop in crops(image, [printing(offset_x=1.0).placing.cell(index) for index in range(21)]):
        assert min(crop.tobytes()) < 128
    assert calibration_page(LabelFormat.PNG, printing(), "Kalibrasi", ["Cetak 100 %."]).startswith(b"\x89PNG")


# --- the proof


def _covered(pdf: bytes, asked: Printing, index: int) -> Image.Image:
    """The page with a white patch over half of one symbol, as a bad sheet would have."""
    with opened(pdf) as document:
        page = rendered(document, 0, dpi=DPI)
    (label,) = lay_out_all([content()], asked)
    cell, per_mm = asked.placing.cell(index), DPI / MM_PER_INCH
    code = label.code.moved(cell.left, cell.top)
    left, top = round(code.left * per_mm), round(code.top * per_mm)
    page.paste(255, (left, top, round(code.right * per_mm), round((code.top + code.height / 2) * per_mm)))
    return page


def test_a_page_with_one_unreadable_symbol_fails_its_proof() -> None:
    asked, labels = printing(), contents(6)
    (pdf,) = make_labels(labels, LabelFormat.PDF, asked)
    expected = [(cell, label.link) for cell, label in next(asked.placing.paged(labels))]
    with pytest.raises(ProofFailed) as failed:
        prove_page(_covered(pdf, asked, 4), expected, dpi=DPI, number=0)
    assert failed.value.fields == {"page": 1, "gtin": labels[4].gtin}


def test_a_label_with_another_labels_symbol_fails_its_proof() -> None:
    asked, labels = printing(), contents(3)
    (pdf,) = make_labels(labels, LabelFormat.PDF, asked)
    swapped = [labels[0], labels[2], labels[1]]
    with pytest.raises(ProofFailed):
        prove_pdf(pdf, [[(cell, one.link) for cell, one in page] for page in asked.placing.paged(swapped)])
    with pytest.raises(ProofFailed):
        prove_pdf(pdf, [])


def test_progress_counts_labels_that_were_read_back() -> None:
    heard: list[tuple[int, int]] = []
    asked = replace(printing(), on_progress=lambda done, total: heard.append((done, total)))
    make_labels(contents(25), LabelFormat.PDF, asked)
    assert heard == [(21, 25), (25, 25)]


# --- ZPL


@pytest.mark.parametrize(("name", "dpi"), list(itertools.product(ROLLS, RESOLUTIONS)))
def test_a_printer_is_told_each_address_at_level_q_in_a_size_that_fits(name: SheetName, dpi: int) -> None:
    asked, labels = printing(name, dpi=dpi), [*contents(2), *AWKWARD]
    (told,) = make_labels(labels, LabelFormat.ZPL, asked)
    text = told.decode()
    assert re.findall(r"\^FDQA,(.*?)\^FS", text) == [one.link for one in labels]
    assert text.count("^XA") == text.count("^XZ") == len(labels)


def test_signs_that_begin_commands_are_escaped_and_other_scripts_are_sent_as_pictures() -> None:
    awkward = content(name="A^XZ~B_C", options=("Putih", "é"))
    (told,) = make_labels([awkward, AWKWARD[2]], LabelFormat.ZPL, printing(SheetName.ROLL_99012, dpi=203))
    first, second = told.decode().split("^XZ\n")[:2]
    assert "^FDA_5EXZ_7EB_5FC^FS" in first
    assert "^FDPutih · é^FS" in first
    assert "^GFA," in second


def test_zpl_for_a_sheet_of_many_labels_is_refused() -> None:
    with pytest.raises(LabelsRefused) as refused:
        make_labels([content()], LabelFormat.ZPL, printing(SheetName.L7160))
    assert refused.value.code == "labels.zpl_needs_roll"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("QA,HTTPS://TOKO", "QA,HTTPS://T0KO"),
        ("^BQN,2,6", "^BQN,2,2"),
        ("^BQN,2,6", "^BQN,2,10"),
        ("^BQN", "^BXN"),
        ("^XZ", "^XY"),
    ],
)
def test_a_printer_told_something_else_fails_the_proof(wrong: str, right: str) -> None:
    asked = printing(SheetName.ROLL_99012, dpi=203)
    (told,) = make_labels([content()], LabelFormat.ZPL, asked)
    assert wrong in told.decode()
    with pytest.raises(ProofFailed):
        prove_zpl(told.decode().replace(wrong, right).encode(), [content().link], asked.placing)


def test_fonts_are_embedded_and_a_thousand_labels_stay_small() -> None:
    (pdf,) = make_labels(contents(42), LabelFormat.PDF, printing())
    assert b"/FontFile2" in pdf
    assert len(pdf) * 1000 / 42 < 2_000_000


def test_the_same_labels_make_the_same_file() -> None:
    made = [make_labels(contents(3), LabelFormat.PDF, printing()) for _ in range(2)]
    assert made[0] == made[1]

"""From what labels say to files that were read back: PDF, PNG or ZPL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from clienteling.labels.content import LabelContent, LabelFormat, LabelWords
from clienteling.labels.fonts import LabelFonts
from clienteling.labels.layout import LabelLayout, lay_out
from clienteling.labels.page import Placing
from clienteling.labels.pdf import SheetPdf, sheet_pdf
from clienteling.labels.png import page_picture, png_bytes
from clienteling.labels.proof import Expected, opened, prove_page, prove_pdf, rendered
from clienteling.labels.sheets import MM_PER_INCH, Box
from clienteling.labels.symbol import symbol_of
from clienteling.labels.zpl import calibration_zpl, prove_zpl, zpl


@dataclass(frozen=True, slots=True)
class Printing:
    """How labels are made. `on_progress` hears (labels done, all labels); each counts when it was read back."""

    placing: Placing
    words: LabelWords
    fonts: LabelFonts
    printed_on: date
    title: str
    on_progress: Callable[[int, int], None] = lambda done, total: None


Pages = list[list[tuple[Box, LabelLayout]]]


def lay_out_all(contents: Sequence[LabelContent], printing: Printing) -> list[LabelLayout]:
    """Every label, with its symbol. Raises LabelsRefused."""
    placing = printing.placing
    placing.check()
    return [
        lay_out(
            content,
            symbol_of(content.link),
            placing.sheet,
            dpi=placing.dpi,
            words=printing.words,
            fonts=printing.fonts,
            printed_on=printing.printed_on,
        )
        for content in contents
    ]


def make_labels(contents: Sequence[LabelContent], format: LabelFormat, printing: Printing) -> tuple[bytes, ...]:
    """The file, or for PNG a file for each page; every symbol was read back.

    Raises LabelsRefused where it cannot be printed as asked, ProofFailed where a symbol did not read.
    """
    labels = lay_out_all(contents, printing)
    pages = list(printing.placing.paged(labels))
    match format:
        case LabelFormat.PDF:
            pdf = sheet_pdf(pages, printing.placing, printing.fonts, printing.title)
            prove_pdf(pdf, [_expected(page) for page in pages], on_proved=printing.on_progress)
            return (pdf,)
        case LabelFormat.PNG:
            return tuple(_pictures(pages, len(labels), printing))
        case LabelFormat.ZPL:
            content = zpl(labels, printing.placing, printing.fonts)
            done = prove_zpl(content, [label.symbol.link for label in labels], printing.placing)
            printing.on_progress(done, len(labels))
            return (content,)
        case _:
            assert_never(format)


def one_label(content: LabelContent, printing: Printing, *, height_px: int) -> bytes:
    """One label alone, as a PNG in shades of grey to look at. Raises LabelsRefused."""
    placing = printing.placing
    sheet = placing.sheet
    alone = replace(
        sheet, paper_width=sheet.label_width, paper_height=sheet.label_height, columns=1, rows=1, left=0, top=0
    )
    looked_at = replace(printing, placing=Placing(alone, dpi=placing.dpi))
    labels = lay_out_all([content], looked_at)
    pdf = sheet_pdf(looked_at.placing.paged(labels), looked_at.placing, printing.fonts, printing.title)
    dpi = round(height_px * MM_PER_INCH / sheet.label_height)
    with opened(pdf) as document:
        return png_bytes(rendered(document, 0, dpi=dpi), dpi=dpi)


def calibration_page(format: LabelFormat, printing: Printing, title: str, lines: Sequence[str]) -> bytes:
    """A page with the outlines of all labels, to hold against the sheet. Raises LabelsRefused."""
    placing = printing.placing
    placing.check()
    if format is LabelFormat.ZPL:
        return calibration_zpl(placing)
    pdf = SheetPdf(placing, printing.fonts, title=title)
    pdf.add_calibration_page(title, lines)
    content = pdf.finish()
    if format is LabelFormat.PNG:
        return png_bytes(page_picture(content, (), placing), dpi=placing.dpi)
    return content


def _pictures(pages: Pages, total: int, printing: Printing) -> list[bytes]:
    placing, made, done = printing.placing, [], 0
    for number, page in enumerate(pages):
        pdf = sheet_pdf([page], placing, printing.fonts, printing.title)
        picture = page_picture(pdf, page, placing)
        done += prove_page(picture.convert("L"), _expected(page), dpi=placing.dpi, number=number)
        printing.on_progress(done, total)
        made.append(png_bytes(picture, dpi=placing.dpi))
    return made


def _expected(page: Sequence[tuple[Box, LabelLayout]]) -> Expected:
    return [(cell, label.symbol.link) for cell, label in page]

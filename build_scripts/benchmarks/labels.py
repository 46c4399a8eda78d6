"""1,000 labels to a PDF that was read back: processor time by stage, size, memory, and how many symbols were read."""

import argparse
import gc
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_Q

from build_scripts.benchmarks.goods import barcode, product_name
from build_scripts.benchmarks.report import Report, Row, Samples, machine_load, timed
from build_scripts.environment import ROOT
from clienteling.bootstrap.labels import LabelTexts
from clienteling.domain.money import Money
from clienteling.i18n import load_translator
from clienteling.labels.content import LabelContent, LabelFormat
from clienteling.labels.fonts import LabelFonts
from clienteling.labels.making import Printing, lay_out_all, make_labels
from clienteling.labels.page import Placing
from clienteling.labels.pdf import sheet_pdf
from clienteling.labels.proof import prove_pdf
from clienteling.labels.sheets import SHEETS, SheetName
from clienteling.labels.symbol import label_link
from clienteling.settings import assets_dir

HELP = "Shelf labels to a PDF, with and without reading every code back."
LABELS: Final = 1_000
_HOST: Final = "TOKO.NAMAMEREK.CO.ID"
_PRINTED_ON: Final = date(2026, 11, 23)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many labels, and how often."""
    parser.add_argument("--labels", type=int, default=LABELS)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sheet", type=SheetName, default=SheetName.L7160)


def contents(count: int) -> list[LabelContent]:
    """Labels of different products, half of them with a promotion, at a host of 20 characters."""
    return [_content(number) for number in range(count)]


def _content(number: int) -> LabelContent:
    gtin = f"0{barcode(number // 6, number % 6)}"
    reduced = number % 2 == 0
    return LabelContent(
        variant_id=str(number),
        gtin=gtin,
        link=label_link(_HOST, "SBDG", gtin),
        host=_HOST.lower(),
        name=product_name(number),
        options=("Putih", "M"),
        price=Money(29_900_000 + number * 10_000, "IDR"),
        price_before=Money(34_900_000 + number * 10_000, "IDR") if reduced else None,
        until=date(2026, 11, 29) if reduced else None,
        language="id",
    )


def run(options: argparse.Namespace) -> Report:
    """Processor seconds of one core, run after run."""
    before = machine_load()
    printing = _printing(options.sheet)
    fonts = printing.fonts
    wanted = contents(options.labels)
    whole, unread, laid, drawn, read, floor = (Samples() for _ in range(6))
    size, proved = 0, 0
    for _ in range(options.runs):
        gc.collect()
        labels, took_layout = timed(lambda: lay_out_all(wanted, printing))
        pages = list(printing.placing.paged(labels))
        expected = [[(cell, label.symbol.link) for cell, label in page] for page in pages]
        pdf, took_drawing = timed(lambda: sheet_pdf(pages, printing.placing, fonts, printing.title))  # noqa: B023
        proved, took_reading = timed(lambda: prove_pdf(pdf, expected))  # noqa: B023
        size = len(pdf)
        laid.add(took_layout.cpu_s)
        drawn.add(took_drawing.cpu_s)
        read.add(took_reading.cpu_s)
        unread.add(took_layout.cpu_s + took_drawing.cpu_s)
        whole.add(took_layout.cpu_s + took_drawing.cpu_s + took_reading.cpu_s)
    for _ in range(options.runs):
        floor.add(timed(lambda: _bare_symbols(wanted))[1].cpu_s)
    memory = _peak_of_its_own(options)
    return Report(
        title=f"{len(wanted)} labels on {options.sheet.value}, {printing.placing.pages(len(wanted))} pages",
        unit="seconds of one core",
        rows=[
            Row("PDF, every code read back", whole, floor, goal="<= 10"),
            Row("PDF without reading it", unread, floor),
            Row("  symbols and layout", laid),
            Row("  drawing", drawn),
            Row("  rendering and reading", read),
        ],
        floor_is="the same symbols made by qrcode, with nothing around them and on no page",
        lines=[
            f"Read back: {proved} of {len(wanted)} (goal: all). Size: {size / 1e6:.2f} MB (goal: 2).",
            f"Largest memory of a process that makes them once: {memory} (goal: 150 MB).",
        ],
        load=(before, machine_load()),
    )


def pdf_of(count: int, sheet: SheetName) -> bytes:
    """So many labels as a person gets them, every code read back."""
    (pdf,) = make_labels(contents(count), LabelFormat.PDF, _printing(sheet))
    return pdf


def _printing(sheet: SheetName) -> Printing:
    words = LabelTexts(load_translator(assets_dir() / "i18n", "id"))
    return Printing(Placing(SHEETS[sheet]), words, LabelFonts(assets_dir() / "fonts"), _PRINTED_ON, "Label")


def _bare_symbols(wanted: Sequence[LabelContent]) -> None:
    for one in wanted:
        code = QRCode(error_correction=ERROR_CORRECT_Q, border=0)
        code.add_data(one.link)
        code.make(fit=True)


def _peak_of_its_own(options: argparse.Namespace) -> str:
    """The largest memory of a process that makes these labels and does nothing else."""
    command = [sys.executable, "-m", "build_scripts.benchmarks.labels", str(options.labels), options.sheet.value]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip()


def main(arguments: Sequence[str]) -> int:
    """0, once the labels are made and this process has told its largest memory."""
    count, sheet = arguments
    pdf_of(int(count), SheetName(sheet))
    print(_own_peak())
    return 0


def _own_peak() -> str:
    """As Linux tells it of what was loaded; getrusage counts the process that started this one too."""
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        return "not told by this system"
    return next(f"{int(line.split()[1]) / 1024:.0f} MB" for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""From a printed label before the associate's camera to its product on the screen, in the two parts it is made of.

Goals (design.md): the product stands on the screen <= 300 ms (p95) after the code was decoded, with the central profile
API stopped; a picture of 1280x720 is decoded in <= 60 ms, so that the camera keeps up. The second part is the scan of
`bench.py screens`: a scanner types into Chromium with no field focused, over a store of its own that has no server.
"""

import argparse
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from random import Random
from typing import Final

import zxingcpp
from PIL import Image

from build_scripts.benchmarks.camera_frames import PIXELS_PER_MM, SHEET, as_jpeg, frames, printed_sheet
from build_scripts.benchmarks.crowd import SEED
from build_scripts.benchmarks.kept_store import kept_store
from build_scripts.benchmarks.labels import pdf_of
from build_scripts.benchmarks.report import MS, Row, Samples, timed
from build_scripts.benchmarks.screens import scans_of_labels
from clienteling.labels.sheets import SHEETS
from clienteling.scanning.image_decode import decode_picture

CUSTOMERS: Final = 200
"""Cached beside the products; `bench.py screens` has 100,000."""
_QR: Final = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])


@dataclass(slots=True)
class Decoded:
    """Milliseconds by the clock on the wall for each picture, and how many labels were read.

    label     read as a picture of the camera is, JPEG and all
    bare      zxing-cpp alone on the same picture, unpacked, looking for QR
    no_label  one without a code, searched for everything, as one in five of a camera's pictures is
    """

    label: Samples = field(default_factory=Samples)
    bare: Samples = field(default_factory=Samples)
    no_label: Samples = field(default_factory=Samples)
    read: int = 0


def decoded(pictures: int) -> Decoded:
    """What so many pictures of a label that was printed took, held in another way in each."""
    sheet, taken = printed_sheet(pdf_of(1, SHEET)), Decoded()
    for picture in islice(frames(sheet, Random(SEED)), pictures):
        jpeg = as_jpeg(picture)
        found, took = timed(partial(decode_picture, jpeg, thorough=False))
        taken.label.add(took.wall_s * MS)
        taken.read += len(found) == 1
        taken.bare.add(timed(partial(zxingcpp.read_barcodes, picture, formats=_QR))[1].wall_s * MS)
    for picture in islice(frames(_without_symbol(sheet), Random(SEED)), pictures):
        jpeg = as_jpeg(picture)
        taken.no_label.add(timed(partial(decode_picture, jpeg))[1].wall_s * MS)
    return taken


def _without_symbol(sheet: Image.Image) -> Image.Image:
    """The sheet whose first label has its words and no code: that is in the label's right half."""
    cell, words_alone = SHEETS[SHEET].cell(0), sheet.copy()
    sides = (cell.left + cell.width / 2, cell.top, cell.right, cell.bottom)
    left, top, right, bottom = (round(side * PIXELS_PER_MM) for side in sides)
    words_alone.paste(255, (left, top, right, bottom))
    return words_alone


def rows_and_lines(options: argparse.Namespace) -> tuple[list[Row], list[str]]:
    """What the report has of scans; `options.scans` of each."""
    taken = decoded(options.scans)
    answers, unanswered = scans_of_labels(kept_store(options.keep, CUSTOMERS), options.scans)
    rows = [
        Row("label before the camera: decode", taken.label, taken.bare, "<= 60"),
        Row("no label before it: thorough look", taken.no_label),
        Row("decoded code to the product, no server", answers, goal="p95 <= 300"),
    ]
    lines = [
        f"Camera: {taken.read} of {options.scans} pictures of 1280x720 read; floor is zxing-cpp on them unpacked. "
        f"{unanswered} scans without their product."
    ]
    return rows, lines

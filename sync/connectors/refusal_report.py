"""The report of refused rows: a CSV that a person opens in a spreadsheet beside the file it is about."""

import csv
from collections.abc import Iterable
from pathlib import Path

from sync.protocol.importing import Refusal
from sync.protocol.private_files import private

HEADINGS = ("file", "line", "column", "reason", "outcome")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_refusals(path: Path, refusals: Iterable[Refusal]) -> int:
    """Writes one row for each refusal, UTF-8 with BOM so that spreadsheets read it; returns how many.

    `reason` is a message key. `outcome` is `refused`, or `kept` where the row was taken over without that cell. Column
    names come from somebody's file: one that a spreadsheet would work out is defused by an apostrophe.
    """
    count = 0
    with open(path, "w", encoding="utf-8-sig", newline="", opener=private) as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        for refusal in refusals:
            outcome = "kept" if refusal.kept else "refused"
            writer.writerow((_defused(refusal.file), refusal.line, _defused(refusal.column), refusal.reason, outcome))
            count += 1
    return count


def _defused(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text

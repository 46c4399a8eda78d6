"""The report of refused rows: a CSV that a person opens in a spreadsheet beside the file it is about."""

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from sync.protocol.importing import Refusal
from sync.protocol.private_files import private

HEADINGS = ("file", "line", "column", "reason", "outcome", "in words")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class RefusalReport:
    """The report written row by row while an import runs, however many rows are refused; UTF-8 with BOM, so that
    spreadsheets read it.

    `reason` is a message key, which `in_words` makes the sentence of the last column. `outcome` is `refused`, or
    `kept` where the row was taken over without that cell. Column names come from somebody's file: one that a
    spreadsheet would work out is defused by an apostrophe.

    Nothing is written before the first row; the report of the run before stands until this one has ended well, and
    goes where this one refuses nothing. `counts` tells the refused rows of each file.
    """

    def __init__(self, path: Path, *, in_words: Callable[[str], str] = str) -> None:
        self.path = path
        self._in_words = in_words
        self.counts: Counter[str] = Counter()
        self._part = path.with_name(f"{path.name}.part")
        self._stream: TextIO | None = None
        self._rows = 0

    def add(self, refusal: Refusal) -> None:
        """Writes one row."""
        if self._stream is None:
            self._stream = _begun(self._part)
        _write(self._stream, refusal, self._in_words(refusal.reason))
        self._rows += 1
        self.counts[refusal.file] += not refusal.kept

    def __enter__(self) -> "RefusalReport":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._stream is not None:
            self._stream.close()
        if kind is not None:
            self._part.unlink(missing_ok=True)
        elif self._rows:
            self._part.replace(self.path)
        else:
            self.path.unlink(missing_ok=True)

    @property
    def written(self) -> Path | None:
        """The report, None where nothing was refused."""
        return self.path if self._rows else None


def _begun(path: Path) -> TextIO:
    """The file, for this user alone, with its headings."""
    stream = open(path, "w", encoding="utf-8-sig", newline="", opener=private)  # noqa: SIM115  # closed by the caller
    csv.writer(stream).writerow(HEADINGS)
    return stream


def _write(stream: TextIO, refusal: Refusal, words: str) -> None:
    outcome = "kept" if refusal.kept else "refused"
    row = (_defused(refusal.file), refusal.line, _defused(refusal.column), refusal.reason, outcome, words)
    csv.writer(stream).writerow(row)


def _defused(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text

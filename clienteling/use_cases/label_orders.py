"""The words of printing labels, for screens and commands: what is to be printed, how, and what became of it."""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from clienteling.labels.content import LabelContent, LabelFormat, LabelWords
from clienteling.labels.page import RESOLUTIONS
from clienteling.labels.sheets import SHEETS, Box, Sheet, SheetName

__all__ = [
    "NO_LABELS",
    "RESOLUTIONS",
    "SHEETS",
    "Box",
    "LabelChoice",
    "LabelFormat",
    "LabelNote",
    "LabelOrder",
    "LabelPlan",
    "LabelServices",
    "LabelSetup",
    "LeftOut",
    "MadeLabels",
    "Reason",
    "Sheet",
    "SheetName",
    "Shelves",
]


@dataclass(frozen=True, slots=True)
class LabelSetup:
    """What bootstrap knows. `words`: by language; `language`: the store's; `fonts`: the folder they lie in."""

    host: str
    fonts: Path
    words: Mapping[str, LabelWords]
    language: str
    title: str
    calibration: Callable[[str, str], tuple[str, tuple[str, ...]]]
    """Title and lines of the calibration page in a language, for a sheet's name."""


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """Which labels: all that fit everything said here.

    codes         GTINs or SKUs; labels come in their order, as along a shelf
    changed_only  only those that say something else than when they were printed last, or never were printed
    """

    changed_only: bool = False
    in_stock_only: bool = False
    category: str = ""
    brand: str = ""
    words: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelOrder:
    """How the chosen labels are made. `start`: the first free label of the first sheet; offsets in millimetres.

    language  of the words on the labels, "" for the store's
    """

    choice: LabelChoice = LabelChoice()
    sheet: SheetName = SheetName.L7160
    start: int = 1
    offset_x: float = 0.0
    offset_y: float = 0.0
    dpi: int = 300
    format: LabelFormat = LabelFormat.PDF
    language: str = ""


class Reason(StrEnum):
    """Why there is no label; each is a message key."""

    NO_GTIN = "labels.no_gtin"
    WRONG_CHECK_DIGIT = "labels.wrong_check_digit"
    NO_PRICE = "labels.no_price"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A variant that gets no label. `name` with its options."""

    name: str
    sku: str
    gtin: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class LabelNote:
    """What a person should know although labels are made; `code` is a message key."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelPlan:
    """What would be printed. `pages`: sheets that takes. `of_all`: labels there would be without `changed_only`.

    not_found  codes that no variant here has
    """

    labels: tuple[LabelContent, ...]
    pages: int
    of_all: int
    left_out: tuple[LeftOut, ...]
    not_found: tuple[str, ...]
    notes: tuple[LabelNote, ...]


@dataclass(frozen=True, slots=True)
class MadeLabels:
    """Files that were read back, and what they hold. `revisions`: by variant id, what counts as printed once handed
    out."""

    files: tuple[tuple[str, bytes], ...]
    labels: int
    pages: int
    store_id: str
    revisions: Mapping[str, str]

    def one_file(self) -> tuple[str, bytes]:
        """Name and content of the only file; several are packed together."""
        if len(self.files) == 1:
            return self.files[0]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            for name, content in self.files:
                archive.writestr(zipfile.ZipInfo(name), content)
        stem = self.files[0][0].rsplit("-", 1)[0]
        return f"{stem}.zip", packed.getvalue()


@dataclass(frozen=True, slots=True)
class Shelves:
    """What labels can be chosen by."""

    categories: tuple[str, ...]
    brands: tuple[str, ...]


class MakeLabels(Protocol):
    def __call__(
        self, order: LabelOrder, *, on_progress: Callable[[int, int], None] = lambda done, total: None
    ) -> MadeLabels: ...


@dataclass(frozen=True, slots=True)
class LabelServices:
    """Everything about labels that a screen or a command may do; all of it on this device, without a network.

    Each may raise ValidationFailed; `make` raises ProofFailed where a symbol could not be read back, and nothing is
    handed out then.
    preview     the first label of the plan as a PNG, None where the plan is empty
    handed_out  tells that a person has the files: from then on they count as printed
    """

    language: str
    shelves: Callable[[], Shelves]
    plan: Callable[[LabelOrder], LabelPlan]
    preview: Callable[[LabelOrder], bytes | None]
    make: MakeLabels
    calibrate: Callable[[LabelOrder], MadeLabels]
    handed_out: Callable[[MadeLabels], None]


NO_LABELS: Final = LabelPlan((), 0, 0, (), (), ())

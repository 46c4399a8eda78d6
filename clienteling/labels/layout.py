"""What stands where on a label, in millimetres from its upper left corner: words at the left, the symbol at the right.

The symbol is as large as label and text allow, in whole dots of the printer, so that no module is a dot wider than its
neighbour; its quiet zone is kept free by the layout, and words never reach into it. What is too long is drawn smaller,
then shortened with an ellipsis; a price, a promotion's last day and a GTIN are never shortened.
Source of the module's size: GS1 General Specifications, symbol specification table 1 (0.396 to 0.990 mm).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from clienteling.domain.gtin import printed_gtin
from clienteling.labels.content import LabelContent, LabelWords, content_revision
from clienteling.labels.errors import LabelsRefused
from clienteling.labels.fonts import POINTS_PER_MM, LabelFonts
from clienteling.labels.sheets import EDGE_MM, MM_PER_INCH, Box, Sheet
from clienteling.labels.symbol import QUIET_MODULES, Symbol

LEAST_MODULE_MM: Final = 0.396
MOST_MODULE_MM: Final = 0.990
SIDE_MM: Final = 2.0
SYMBOL_SHARE: Final = 0.42
"""Of the label's width; the words need the rest."""
TALL_MM: Final = 30.0
"""From this height on there is room for words below the symbol."""

_NAME_PT, _OPTIONS_PT, _PRICE_PT, _BEFORE_PT, _GTIN_PT, _PRINTED_PT = 9.0, 7.5, 18.0, 7.5, 6.8, 5.6
_CALL_PT, _HOST_PT = 6.0, 7.0
_LEAST_PT: Final = 4.8
_SCALES: Final = (1.5, 1.4, 1.3, 1.2, 1.1, 1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65)
_LINE: Final = 1.25
_LINE_OF_OTHERS: Final = 1.5
_ELLIPSIS: Final = "…"
_BETWEEN_MM: Final = 1.5
"""From the price before to the day behind it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A line; `baseline` from the label's upper edge. `struck`: crossed out."""

    left: float
    baseline: float
    text: str
    size_pt: float
    bold: bool = False
    struck: bool = False


@dataclass(frozen=True, slots=True)
class LabelLayout:
    """`code`: the symbol with its quiet zone. `module_dots`: dots along a module's side."""

    content: LabelContent
    symbol: Symbol
    code: Box
    module_dots: int
    texts: tuple[Text, ...]


def module_dots(sheet: Sheet, modules: int, *, dpi: int) -> int:
    """Dots along a module's side on this sheet. Raises LabelsRefused(labels.code_does_not_fit)."""
    below = _below_mm() if sheet.label_height >= TALL_MM else 0.0
    side = min(sheet.label_height - 2 * EDGE_MM - below, sheet.label_width * SYMBOL_SHARE)
    most = min(side / (modules + 2 * QUIET_MODULES), MOST_MODULE_MM)
    dots = int(most * dpi / MM_PER_INCH + 1e-9)
    if dots * MM_PER_INCH / dpi < LEAST_MODULE_MM:
        raise LabelsRefused("sheet", "labels.code_does_not_fit", sheet=sheet.name.value, dpi=dpi)
    return dots


def lay_out(
    content: LabelContent,
    symbol: Symbol,
    sheet: Sheet,
    *,
    dpi: int,
    words: LabelWords,
    fonts: LabelFonts,
    printed_on: date,
) -> LabelLayout:
    """The label. Raises LabelsRefused where the symbol does not fit the sheet."""
    dots = module_dots(sheet, symbol.modules, dpi=dpi)
    side = (symbol.modules + 2 * QUIET_MODULES) * dots * MM_PER_INCH / dpi
    column = Box(SIDE_MM, 0, sheet.label_width - side - EDGE_MM - SIDE_MM, sheet.label_height)
    left = sheet.label_width - side - EDGE_MM
    writer = _Writer(content, words, fonts, printed_on)
    if sheet.label_height < TALL_MM:
        code = Box(left, (sheet.label_height - side) / 2, side, side)
        return LabelLayout(
            content, symbol, code, dots, tuple(writer.column(column, under_width=column.width, with_call=True))
        )
    code = Box(left, (sheet.label_height - side - _below_mm()) / 2, side, side)
    below = writer.below(code, at_least=sheet.label_width / 2 - SIDE_MM)
    beside = sheet.label_width / 2 - SIDE_MM - EDGE_MM if below else column.width
    above = writer.column(column, under_width=min(beside, column.width), with_call=not below)
    return LabelLayout(content, symbol, code, dots, (*above, *below))


def _below_mm() -> float:
    return (_CALL_PT + _HOST_PT) * _LINE / POINTS_PER_MM


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the column before its place is known. `whole`: never shortened. `after`: stands behind it."""

    text: str
    size_pt: float
    bold: bool = False
    struck: bool = False
    whole: bool = False
    line: float = _LINE
    after: "_Row | None" = None

    @property
    def height_pt(self) -> float:
        return self.size_pt * self.line

    def scaled(self, scale: float) -> "_Row":
        after = self.after.scaled(scale) if self.after is not None else None
        return replace(self, size_pt=max(self.size_pt * scale, _LEAST_PT), after=after)


class _Writer:
    """The words of one label."""

    def __init__(self, content: LabelContent, words: LabelWords, fonts: LabelFonts, printed_on: date) -> None:
        self._content = content
        self._words = words
        self._fonts = fonts
        self._printed_on = printed_on
        self._name = fonts.printable(content.name)[0] or printed_gtin(content.gtin)
        self._options = fonts.printable(" · ".join(content.options))[0]

    def below(self, code: Box, *, at_least: float) -> tuple[Text, ...]:
        """The call to action and the host below the symbol; () where they are too long to be read there.

        Centred where they are no wider than the symbol, else they end where the margin begins; `at_least` so much
        width is theirs.
        """
        width = max(code.width, at_least)
        host = self._fitted(_Row(self._content.host, _HOST_PT, bold=True, whole=True), width)
        call = self._fitted(_Row(self._words.call_to_action, _CALL_PT, whole=True), width)
        if min(host.size_pt, call.size_pt) < _LEAST_PT:
            return ()
        texts, baseline = [], code.bottom
        for row, full_pt in ((call, _CALL_PT), (host, _HOST_PT)):
            baseline += full_pt * _LINE / POINTS_PER_MM
            wide = self._fonts.width_mm(row.text, row.size_pt)
            left = min(code.left + (code.width - wide) / 2, code.right + EDGE_MM - SIDE_MM - wide)
            texts.append(Text(left, baseline - 0.3 * full_pt / POINTS_PER_MM, row.text, row.size_pt, row.bold))
        return tuple(texts)

    def column(self, box: Box, *, under_width: float, with_call: bool) -> Iterator[Text]:
        """Name, options and price from above, the rest from below, where less width may be free."""
        widths = (box.width, under_width)
        room = (box.height - 2 * EDGE_MM) * POINTS_PER_MM
        above, under = self._rows(widths, 1.0, 1, with_call)
        for name_lines in (2, 1):
            for scale in _SCALES:
                above, under = self._rows(widths, scale, name_lines, with_call)
                is_spacious = scale <= 1 or self._is_as_wished(above, scale)
                if is_spacious and sum(row.height_pt for row in (*above, *under)) <= room:
                    return self._placed(box, above, under)
        return self._placed(box, above, under)

    def _rows(
        self, widths: tuple[float, float], scale: float, name_lines: int, with_call: bool
    ) -> tuple[list[_Row], list[_Row]]:
        width, under_width = widths
        content, words = self._content, self._words
        names = self._wrapped(width, _NAME_PT * scale, name_lines)
        above = [_Row(line, _NAME_PT, bold=True, line=self._line_of(line)) for line in names]
        if self._options:
            above.append(_Row(self._options, _OPTIONS_PT, line=self._line_of(self._options)))
        above.append(_Row(words.money(content.price), _PRICE_PT, bold=True, whole=True))
        if content.price_before is not None:
            until = _Row(words.until(content.until), _BEFORE_PT) if content.until is not None else None
            above.append(_Row(words.money(content.price_before), _BEFORE_PT, struck=True, whole=True, after=until))
        under = [
            _Row(printed_gtin(content.gtin), _GTIN_PT, whole=True),
            _Row(words.printed(self._printed_on, content_revision(content)), _PRINTED_PT, whole=True),
        ]
        if with_call:
            call = _Row(words.call_to_action, _CALL_PT, whole=True)
            under = [call, _Row(content.host, _CALL_PT, bold=True, whole=True), *under]
        return (
            [self._fitted(row.scaled(scale), width) for row in above],
            [self._fitted(row.scaled(scale), under_width) for row in under],
        )

    def _line_of(self, text: str) -> float:
        """Scripts with marks above and below their letters need higher lines."""
        return _LINE if self._fonts.is_plain(text) else _LINE_OF_OTHERS

    def _is_as_wished(self, rows: Sequence[_Row], scale: float) -> bool:
        """Whether none of the upper lines had to be made smaller: only then may all be larger than usual."""
        wished = (_NAME_PT, _OPTIONS_PT, _PRICE_PT, _BEFORE_PT)
        return all(any(row.size_pt == size * scale for size in wished) for row in rows)

    def _placed(self, box: Box, above: Sequence[_Row], under: Sequence[_Row]) -> Iterator[Text]:
        for top, rows in (
            (box.top + EDGE_MM, above),
            (box.bottom - EDGE_MM - sum(row.height_pt for row in under) / POINTS_PER_MM, under),
        ):
            bottom = top
            for row in rows:
                bottom += row.height_pt / POINTS_PER_MM
                yield from self._line(row, box.left, bottom)

    def _line(self, row: _Row, left: float, bottom: float) -> Iterator[Text]:
        baseline = bottom - (row.line - 0.95) * row.size_pt / POINTS_PER_MM
        yield Text(left, baseline, row.text, row.size_pt, row.bold, row.struck)
        if row.after is not None:
            beside = left + self._fonts.width_mm(row.text, row.size_pt) + _BETWEEN_MM
            yield Text(beside, baseline, row.after.text, row.after.size_pt)

    def _wrapped(self, width: float, size_pt: float, most: int) -> list[str]:
        """The name in at most so many lines, the last of them shortened where the rest does not fit."""
        words = self._name.split(" ")
        lines: list[str] = []
        while words and len(lines) < most - 1:
            count = next(
                (n for n in range(len(words), 1, -1) if self._fonts.width_mm(" ".join(words[:n]), size_pt) <= width), 1
            )
            lines.append(" ".join(words[:count]))
            words = words[count:]
        return [*lines, " ".join(words)] if words else lines

    def _fitted(self, row: _Row, width: float) -> _Row:
        """The line no wider than `width` with what stands behind it: smaller, then shortened."""
        if row.after is not None:
            return self._closer(row, width)
        wide = self._fonts.width_mm(row.text, row.size_pt) + (row.size_pt * 0.03 if row.bold else 0)
        if wide <= width:
            return row
        smaller = row.size_pt * width / wide * 0.99
        if row.whole or smaller >= max(_LEAST_PT, row.size_pt * 0.85):
            return replace(row, size_pt=smaller)
        return self._shortened(replace(row, size_pt=max(_LEAST_PT, row.size_pt * 0.85)), width)

    def _closer(self, row: _Row, width: float) -> _Row:
        """Both parts of a line, whole, in letters small enough to stand side by side."""
        assert row.after is not None
        fonts = self._fonts
        wide = fonts.width_mm(row.text, row.size_pt) + fonts.width_mm(row.after.text, row.after.size_pt)
        room = width - _BETWEEN_MM
        if wide <= room:
            return row
        size = row.size_pt * room / wide * 0.98
        return replace(row, size_pt=size, after=replace(row.after, size_pt=size))

    def _shortened(self, row: _Row, width: float) -> _Row:
        text = row.text
        while text and self._fonts.width_mm(text + _ELLIPSIS, row.size_pt) > width:
            text = text[:-1].rstrip()
        return replace(row, text=text + _ELLIPSIS)

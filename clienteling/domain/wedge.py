"""A barcode scanner that types: telling its keys from a person's, and one scan from its echo.

A page sees every key, also while a field has the focus, so that one scan can arrive twice: as keys here and as the
field's text. `Wedge` makes codes of keys; `DuplicateGate` lets each code through once, whatever way it came.
Pure: the clock comes with each key or is given; nothing waits. It stands here and not in `clienteling.scanning` because
screens hear the keys.
"""

from collections.abc import Callable

from clienteling.domain.codes import MAX_CODE_CHARS

MIN_CODE_CHARS = 6
SCANNER_FROM_CHARS = 3
MAX_GAP_MS = 600
MAX_MEAN_GAP_MS = 50
"""Scanners type a key in 1 to 30 ms, and a busy hub or network may hold one up; a person types a key in 100 ms."""

SAME_SCAN_MS = 1_000

_ENDS = ("Enter", "Numpad Enter", "F24")
"""The page has F24 for the Enter of a scanner outside a field, so that it presses no button (assets/client/hub.js)."""
_MODIFIERS = ("Shift", "Control", "Alt", "Meta", "Caps Lock", "Num Lock", "Fn")
_GS, _GS_WITH_CONTROL = "\x1d", "]"
_SHIFTED = dict(zip("`1234567890-=[]\\;',./", '~!@#$%^&*()_+{}|:"<>?', strict=True))
"""Of the US layout, which scanners type unless told otherwise. Keys that arrive shifted already pass through."""


class Wedge:
    """Keys in, whole codes out.

    A code is at least six characters, each within 600 ms of the one before, 50 ms on average, ended by Enter likewise.
    Anything else, an arrow, a pause, a person's typing, starts over. `now` is a monotonic clock in milliseconds, asked
    where a key comes without its time.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._typed: list[str] = []
        self._first_ms = 0.0
        self._last_ms = 0.0

    def feed(self, key: str, shift: bool, at_ms: float | None = None, *, control: bool = False) -> str | None:
        """The code that this key completes, or None. `key` is Flet's name for it: `A`, `1`, `Numpad 1`, `Enter`.

        With `control` held, `]` is GS, as scanners type the separator of a GS1 barcode; no other key types anything.
        """
        if key.startswith(_MODIFIERS) or (control and key != _GS_WITH_CONTROL):
            return None
        at_ms = self._now() if at_ms is None else at_ms
        if self._typed and not 0 <= at_ms - self._last_ms <= MAX_GAP_MS:
            self._start_over()
        if key in _ENDS:
            return self._ended(at_ms)
        character = _GS if control else _character(key, shift)
        if character is None or len(self._typed) == MAX_CODE_CHARS:
            self._start_over()
            return None
        if not self._typed:
            self._first_ms = at_ms
        self._typed.append(character)
        self._last_ms = at_ms
        return None

    def hears_scanner(self, at_ms: float) -> bool:
        """Whether keys are coming in that only a scanner types: what they mean elsewhere must wait."""
        many = len(self._typed) >= SCANNER_FROM_CHARS
        return many and 0 <= at_ms - self._last_ms <= MAX_GAP_MS and self._mean_gap_ms(self._last_ms) <= MAX_MEAN_GAP_MS

    def _ended(self, at_ms: float) -> str | None:
        code = "".join(self._typed)
        mean_gap_ms = self._mean_gap_ms(at_ms)
        self._start_over()
        return code if len(code) >= MIN_CODE_CHARS and mean_gap_ms <= MAX_MEAN_GAP_MS else None

    def _mean_gap_ms(self, at_ms: float) -> float:
        return (at_ms - self._first_ms) / max(1, len(self._typed))

    def _start_over(self) -> None:
        self._typed.clear()


class DuplicateGate:
    """Lets a code through once, and again only when it was not seen for a while.

    For the echo of a focused field, the scanner that reads twice, and the camera that goes on seeing the same label.
    """

    REMEMBERED = 8

    def __init__(self, same_scan_ms: float = SAME_SCAN_MS) -> None:
        self._same_scan_ms = same_scan_ms
        self._seen_ms: dict[str, float] = {}

    def admits(self, code: str, at_ms: float) -> bool:
        """Whether this is a new scan. Each sight of a code starts its time anew; letter case does not count."""
        name = code.strip(" \t\r\n").casefold()
        last_ms = self._seen_ms.pop(name, None)
        self._seen_ms[name] = at_ms
        if len(self._seen_ms) > self.REMEMBERED:
            del self._seen_ms[next(iter(self._seen_ms))]
        return last_ms is None or not 0 <= at_ms - last_ms <= self._same_scan_ms


def _character(key: str, shift: bool) -> str | None:
    """What the key types, None for a key that types nothing."""
    if key.startswith("Numpad "):
        key = key.removeprefix("Numpad ")
        return key if len(key) == 1 and key.isascii() else None
    if key in ("Space", "Spacebar"):
        return " "
    if len(key) != 1:
        return None
    if key.isalpha():
        return key.upper() if shift else key.lower()
    return _SHIFTED.get(key, key) if shift else key

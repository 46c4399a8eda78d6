"""The look-up: a field, and the people it finds while one types.

There is no debounce: every key asks the local store at once, in a thread, and of several answers the latest counts. At
most SHOWN rows are drawn, since a render holds up every tablet that this process serves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import flet as ft

from clienteling.domain.access import Access
from clienteling.domain.views import LookupRow
from clienteling.ui.components.look_up_everywhere import LookUpEverywhere
from clienteling.ui.components.people import PersonRow
from clienteling.ui.components.wedge import use_scan
from clienteling.ui.field_text import FieldText, use_field_text
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Query,
    Ready,
    SetState,
    use_action,
    use_attached,
    use_formats,
    use_now,
    use_preferences,
    use_query,
    use_session,
    use_signal,
    use_state,
    use_text,
)
from clienteling.ui.kit import (
    Field,
    detail_text,
    empty_state,
    icon_button,
    identified,
    keyed,
    problem_panel,
    quiet_button,
    safe,
    skeleton,
    unchanged_skips,
)
from clienteling.ui.places import ScanPlace
from clienteling.ui.session import SearchField
from clienteling.ui.theme import UNIT
from clienteling.use_cases.answers import LookupAnswer
from clienteling.use_cases.look_up_everywhere import is_whole_key

OpenRow = Callable[[LookupRow], None]

SHOWN: Final = 20
_CODE_CHARS: Final = 8
_NOBODY: Final = LookupAnswer((), more=False)


_SEARCH_BEGINS: Final = 3
"""Letters, from which on what is typed narrows one search."""


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, and the text it answers: rows on screen may be older than what stands in the field."""

    text: str
    answer: LookupAnswer


@dataclass(frozen=True, slots=True)
class LookUp:
    """What a screen holds of its look-up. `chosen`: the row the arrow keys are on, -1 for none."""

    typed: FieldText
    found: Query[Found]
    chosen: int
    set_chosen: SetState[int]

    @property
    def text(self) -> str:
        return self.typed.text

    @property
    def rows(self) -> tuple[LookupRow, ...]:
        return self.found.value.answer.rows if isinstance(self.found, Ready) else ()


def use_look_up(initial: str = "") -> LookUp:
    """The look-up's state; asks the local store whenever the text changes.

    Each search is kept once for whoever asks who looked: how many it found, and nothing of what was typed.
    """
    session = use_session()
    associate_id = use_preferences().associate_id
    begun: ft.MutableRef[str] = ft.use_ref("")
    typed = use_field_text(initial)
    chosen, set_chosen = use_state(-1)
    asked = typed.text.strip()

    def ask() -> Found:
        answer = session.services.look_up(asked, SHOWN) if asked else _NOBODY
        if len(asked) < _SEARCH_BEGINS:
            begun.current = ""
        elif not begun.current or not asked.startswith(begun.current):
            session.services.note_access(
                Access.LOOKED_UP, author_id=associate_id, found=len(answer.rows), more=int(answer.more), online=0
            )
            begun.current = asked[:_SEARCH_BEGINS]
        return Found(asked, answer)

    return LookUp(typed, use_query(ask, asked), chosen, set_chosen)


@dataclass(frozen=True, slots=True)
class _Entered:
    """What Enter asked for. `scanned`: a scanner typed it."""

    text: str
    scanned: bool
    answer: LookupAnswer


@safe
def LookUpField(
    look_up: LookUp, open_row: OpenRow, *, autofocus: bool = False, takes_focus: bool = False
) -> ft.Control:
    """The field, focused as `Field` says. Arrows choose a row, Enter opens it; a code of nobody goes where codes go."""
    session = use_session()
    text = use_text().text
    # The control on screen changes with each render; key presses come later and must see the latest.
    latest: ft.MutableRef[LookUp] = ft.use_ref()
    latest.current = look_up
    own: ft.MutableRef[SearchField] = ft.use_ref()

    scan = use_scan()

    def decide(entered: _Entered) -> None:
        rows = entered.answer.rows
        is_code = entered.scanned or looks_like_code(entered.text)
        if len(rows) > 1:
            look_up.set_chosen(0)
            return
        if not rows and is_code:
            scan.run(entered.text)
        elif rows and (not is_code or session.scanner.admits(entered.text, session.now())):
            open_row(rows[0])
        if entered.scanned:  # else the next scan is typed behind this one
            look_up.typed.show("")

    def enter(typed: str, scanned: bool) -> _Entered:
        return _Entered(typed, scanned, session.services.look_up(typed, SHOWN))

    # A scanner presses Enter before the rows for its last digit are there: the answer to decide by is asked anew.
    answer = use_action(enter, done=decide)

    def submit(typed: str) -> None:
        if 0 <= look_up.chosen < len(look_up.rows):
            open_row(look_up.rows[look_up.chosen])
        elif typed.strip():
            answer.run(typed.strip(), session.scanner.has_typed(session.now()))

    def move(step: int) -> None:
        current = latest.current
        if current is not None and current.rows:
            current.set_chosen(lambda row: min(max(row + step, 0), len(current.rows) - 1))

    def clear_text() -> bool:
        if not look_up.text:
            return False
        look_up.set_chosen(-1)
        look_up.typed.show("")
        return True

    def empty() -> None:
        clear_text()

    def attach() -> None:
        own.current = session.search_field = SearchField(look_up.typed.focus, move, clear_text)

    def detach() -> None:
        if session.search_field is own.current:  # the next screen's field may have come before this one went
            session.search_field = SearchField()

    use_attached(attach, detach)
    clear = icon_button(ft.Icons.CLOSE, text("find.clear"), empty) if look_up.text else None
    box = Field(
        text("find.field"),
        look_up.typed,
        on_change=lambda _: look_up.set_chosen(-1),
        on_submit=submit,
        autofocus=autofocus,
        takes_focus=takes_focus,
        icon=ft.Icons.SEARCH,
        suffix=clear,
    )
    return identified("look-up", box)


def looks_like_code(text: str) -> bool:
    """Whether what was typed is a barcode, a card or a label's address rather than a name."""
    typed = text.strip()
    if typed.lower().startswith(("http:", "https:")):
        return True
    return len(typed) >= _CODE_CHARS and " " not in typed and sum(map(str.isdigit, typed)) * 2 > len(typed)


@safe
def LookUpRows(look_up: LookUp, open_row: OpenRow, *, compact: bool = False) -> ft.Control:
    """The people found, or what can be tried where there are none; below them the way to all stores for a whole key.

    The rows are not drawn again for a key that changes nothing.
    """
    session = use_session()
    latest: ft.MutableRef[OpenRow] = ft.use_ref()
    latest.current = open_row

    def open_latest(row: LookupRow) -> None:
        if latest.current is not None:
            latest.current(row)

    steady = ft.use_callback(open_latest, [])
    asked = look_up.text.strip()
    below: ft.Control = ft.Container()
    if session.services.look_up_everywhere is not None and is_whole_key(asked):
        # Beside the rows and not within: those it brings take the place of "nobody" while it is still to open one.
        below = keyed(f"everywhere:{asked}", LookUpEverywhere, asked, steady)
    return ft.Column(
        controls=[_Rows(look_up.found, look_up.chosen, steady, compact), below],
        spacing=0,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@safe
def _FoundRows(found: Query[Found], chosen: int, open_row: OpenRow, compact: bool) -> ft.Control:
    translator = use_text()
    formats = use_formats()
    now = use_now().replace(second=0, microsecond=0)
    match found:
        case Loading(slow):
            return skeleton(5, label=translator.text("app.loading")) if slow else ft.Container()
        case Failed(code):
            return problem_panel(
                translator.text_or(code, "error.unexpected"), what_to_do=translator.text("find.failed")
            )
        case Ready(ready):
            pass
    if not ready.answer.rows:
        return _Nobody(ready.text) if ready.text else ft.Container()
    # Without keys: the next key's rows then change the words of these, and nothing is taken away and added.
    rows = [
        PersonRow(row, formats, now, compact, position == chosen, open_row)
        for position, row in enumerate(ready.answer.rows[:SHOWN])
    ]
    if ready.answer.more or len(ready.answer.rows) > SHOWN:
        rows.append(ft.Container(detail_text(translator.text("find.more")), padding=2 * UNIT))
    return identified("found", ft.Column(controls=rows, spacing=2, horizontal_alignment=ft.CrossAxisAlignment.STRETCH))


_Rows = unchanged_skips(_FoundRows)


@safe
def _Nobody(text: str) -> ft.Control:
    session = use_session()
    translate = use_text().text
    synced = use_signal(session.services.status).last_synced_at is not None

    def clear() -> None:
        if session.search_field.clear is not None:
            session.search_field.clear()

    actions = [quiet_button(translate("find.clear"), clear, identifier="clear-look-up")]
    if looks_like_code(text):
        actions.insert(0, quiet_button(translate("find.as_code"), lambda: session.go(ScanPlace(text))))
    more = translate("find.nobody_more" if synced else "find.nobody_coming")
    return empty_state(translate("find.nobody"), more=more, actions=actions, identifier="nobody")

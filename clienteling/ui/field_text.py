"""What stands in a text field, and who put it there last: the person or the program.

The client reports the whole text after each key. At a scanner's pace, several reports have come before the screen is
drawn for the first; drawn with the text of that first one, the field would lose the keys after it. So a field is drawn
with what the client said last, and only a text of the program's own, such as an emptied field, replaces that.
"""

from collections.abc import Callable

import flet as ft

from clienteling.ui.hooks import use_session, use_state
from clienteling.ui.session import UiSession


class FieldText:
    """One field's text, as its owner reads and replaces it and `kit.Field` draws it.

    text     the latest. Handlers read it here: a press right after the last key meets those of the drawing before
    touched  whether a person has typed since the program last said what stands there
    """

    def __init__(self, session: UiSession, first: str, draw_again: Callable[[], None]) -> None:
        self.text = first
        self.touched = False
        self.control: ft.Ref[ft.TextField] = ft.Ref()
        self._session = session
        self._draw_again = draw_again
        self._to_replace = False

    def heard(self, typed: str) -> None:
        """Keep what the client reports."""
        self.text, self.touched = typed, True
        self._draw_again()

    def show(self, text: str) -> None:
        """Replace what stands in the field."""
        self._replace(text)
        self._draw_again()

    def follow(self, text: str) -> None:
        """While drawing: stand for a value that may change elsewhere, as long as nobody has typed."""
        if not self.touched and text != self.text:
            self._replace(text)

    def to_draw(self) -> str:
        """The text to draw the field with, once for each drawing."""
        on_screen = self.control.current
        replacing, self._to_replace = self._to_replace, False
        return self.text if replacing or on_screen is None else on_screen.value

    def focus(self) -> None:
        """Give the field the focus, if it is on screen."""
        if self.control.current is not None:
            self._session.page.run_task(self.control.current.focus)

    def focus_changed(self, has_focus: bool) -> None:
        """The client says that the field has the focus, or has lost it: then its keys mean nothing elsewhere."""
        if has_focus:
            self._session.typing_in = self
        elif self._session.typing_in is self:  # the next field may have said so before this one
            self._session.typing_in = None

    def _replace(self, text: str) -> None:
        self.text, self.touched, self._to_replace = text, False, True


def use_field_text(first: str = "") -> FieldText:
    """The text of a field, the same object as long as the component is there, which each change draws again."""
    session = use_session()
    _, set_changes = use_state(0)

    def draw_again() -> None:
        set_changes(lambda changes: changes + 1)

    kept, _ = use_state(FieldText(session, first, draw_again))
    return kept


def use_kept_text(key: str, first: str = "") -> tuple[FieldText, Callable[[str], None]]:
    """The text of a field that outlives the screen (`UiSession.kept`), and what keeps a text, "" for none.

    `key` "": nothing is kept.
    """
    session = use_session()
    text = use_field_text(session.kept.get(key, first))

    def keep(words: str) -> None:
        if key and words:
            session.kept[key] = words
        else:
            session.kept.pop(key, None)

    return text, keep

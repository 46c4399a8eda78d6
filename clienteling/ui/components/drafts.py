"""What is typed into the fields of a form and not saved yet, each field with what it had shown before.

It outlives the screen (`UiSession.kept`) until it is on disk or given up. What a field had shown is kept with it: that
is what the change is compared with at the server, even where somebody else changed the record meanwhile.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clienteling.ui.field_text import FieldText, use_field_text
from clienteling.ui.hooks import use_session, use_state
from clienteling.ui.kit import Press
from clienteling.ui.session import UiSession

Edits = dict[str, tuple[str, str]]
"""Field to what it had shown and what stands in it."""


def draft_key(of: str, about_id: str, associate_id: str | None) -> str:
    """Where the session keeps what this associate has typed and not saved yet; `about_id`: a customer's or record's."""
    return f"{of}:{about_id}:{associate_id}"


@dataclass(frozen=True, slots=True)
class Opened:
    """What is open below a row or button, "" for nothing. `was_asked_for`: a person opened it; it takes the focus."""

    part: str
    was_asked_for: bool
    toggle: Callable[[str], None]
    close: Press


def use_opened(at_first: str) -> Opened:
    """What is open: `at_first`, such as a form with a draft, until a press opens another or closes it."""
    part, set_part = use_state(at_first)
    was_asked_for, set_asked_for = use_state(False)

    def toggle(pressed: str) -> None:
        set_asked_for(True)
        set_part(lambda before: "" if before == pressed else pressed)

    return Opened(part, was_asked_for, toggle, lambda: set_part(""))


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of one form by name, and what they showed at first (`seen`)."""

    session: UiSession
    key: str
    seen: Mapping[str, str]
    fields: Mapping[str, FieldText]

    def edits(self) -> Edits:
        """Every field, those that nobody touched among them."""
        return {name: (self.seen[name], text.text) for name, text in self.fields.items()}

    def keep(self) -> None:
        """Have the session keep what differs from what was shown."""
        differing = {name: pair for name, pair in self.edits().items() if pair[0] != pair[1]}
        if differing:
            self.session.kept[self.key] = json.dumps(differing)
        else:
            self.forget()

    def fill(self, name: str, words: str) -> None:
        """Put this into a field, as if it had been typed."""
        self.fields[name].show(words)
        self.keep()

    def forget(self) -> None:
        """Keep nothing of it: it is saved or given up."""
        self.session.kept.pop(self.key, None)


def use_draft(key: str, shown: Mapping[str, str]) -> Draft:
    """The draft kept under `key`; its other fields begin with `shown`. The names are the same at every drawing."""
    session = use_session()
    kept, _ = use_state(_kept_in(session.kept.get(key, ""), shown))
    seen, _ = use_state({**shown, **{name: pair[0] for name, pair in kept.items()}})
    begin = {**seen, **{name: pair[1] for name, pair in kept.items()}}
    return Draft(session, key, seen, {name: use_field_text(begin[name]) for name in begin})


def _kept_in(text: str, names: Mapping[str, str]) -> Edits:
    """The fields of a kept draft that the form has; none where it cannot be read: it comes back from a browser."""
    try:
        return {name: (str(seen), str(typed)) for name, (seen, typed) in json.loads(text).items() if name in names}
    except (ValueError, TypeError, AttributeError):
        return {}

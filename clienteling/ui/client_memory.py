"""What a browser (or Flet's window) remembers for its next session: language, theme, associate; drafts in memory only.

Choices lie in the client's own preferences, which outlive tab, session and hub: nothing about a customer is among them.
Drafts (`UiSession.kept`) and the text of the field being typed in are handed to the client as well, so that they
survive the hub's restart. Our own page (`assets/client/hub.js`) keeps those from the disk; no other page gets them.
That page also hears, the same way, when a sound is wanted: Flet has none without a further package.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

import flet as ft

from clienteling.ui.session import ThemeChoice, UiSession
from clienteling.ui.text_size import TEXT_PERCENTS

CHOICES: Final = "clienteling.choices"
DRAFTS: Final = "clienteling.kept"
SOUND: Final = "clienteling.sound"
TYPED: Final = "typed"
"""Among the drafts: the last text typed, as `[place and label of the field, text]`."""
MAX_DRAFT_CHARS: Final = 100_000
RECALL_TIMEOUT_S: Final = 2.5
RECALL_TRIES: Final = 4
"""Long together: a hub that has just started is busy, and a draft that is not waited for is lost."""
_KEPT_AS: Final = "clienteling.memory"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose in this browser; None where nothing was chosen."""

    language: str | None = None
    theme: ThemeChoice | None = None
    associate_id: str | None = None
    text_percent: int | None = None

    def to_json(self) -> str:
        """As the client keeps it; `hub.js` reads language and theme from it."""
        return json.dumps({name: str(value) for name, value in asdict(self).items() if value is not None})

    @staticmethod
    def from_json(text: object) -> "Choices":
        """What was kept; nothing chosen where it cannot be read. Anyone at the browser may have changed it."""
        kept = _texts_in(text)
        theme, text_percent = kept.get("theme"), kept.get("text_percent")
        return Choices(
            kept.get("language"),
            ThemeChoice(theme) if theme in set(ThemeChoice) else None,
            kept.get("associate_id"),
            next((one for one in TEXT_PERCENTS if str(one) == text_percent), None),
        )


def _texts_in(text: object) -> dict[str, str]:
    """Names and texts of a JSON object; empty where it is none."""
    try:
        kept = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        kept = None
    if not isinstance(kept, dict):
        return {}
    return {name: value for name, value in kept.items() if isinstance(value, str)}


def _field_and_text(text: str) -> tuple[str, str] | None:
    try:
        field, typed = json.loads(text)
    except (ValueError, TypeError):
        return None
    return (str(field), str(typed))


class Sound(StrEnum):
    """What the page is told of sounds. READY: one may come soon, so that the person's next touch allows it."""

    READY = "ready"
    READ = "read"


class ClientMemory:
    """One session's access to what its client remembers."""

    def __init__(self, page: ft.Page, *, keeps_drafts: bool, recall_timeout_s: float = RECALL_TIMEOUT_S) -> None:
        self._page = page
        self._recall_timeout_s = recall_timeout_s
        self._preferences = ft.SharedPreferences()
        self._keeps_drafts = keeps_drafts
        self._waiting: dict[str, str] = {}
        self._sending = False
        self.choices = Choices()
        self.drafts: dict[str, str] = {}
        self._kept: dict[str, str] = {}
        self._typed: tuple[str, str] | None = None
        self._typed_before: tuple[str, str] | None = None

    async def recall(self) -> None:
        """Fill `choices` and `drafts`; leaves them empty where the client does not answer.

        It is asked again, since the answer of a page that is loaded again meanwhile never comes.
        """
        error: Exception | None = None
        for _ in range(RECALL_TRIES):
            try:
                async with asyncio.timeout(self._recall_timeout_s):
                    await self._recall()
                return
            except (RuntimeError, TimeoutError) as failed:  # a client that refuses, and one that is silent
                error = failed
        # Not the error itself: its words may hold a draft.
        _log.warning("the client remembers nothing", extra={"code": f"memory.{type(error).__name__}"})

    async def _recall(self) -> None:
        self.choices = Choices.from_json(await self._preferences.get(CHOICES))
        if self._keeps_drafts:
            self.drafts = _texts_in(await self._preferences.get(DRAFTS))
            self._typed_before = _field_and_text(self.drafts.pop(TYPED, ""))
            self._kept = dict(self.drafts)

    def choose(self, **changed: Any) -> None:
        """Remember these of `Choices`; returns at once."""
        self.choices = replace(self.choices, **changed)
        self._hand_over(CHOICES, self.choices.to_json())

    def keep_drafts(self, drafts: dict[str, str]) -> None:
        """Let the page hold what is being typed; returns at once."""
        self._kept = {name: value for name, value in drafts.items() if value}
        self._hand_over_drafts()

    def typing(self, field: str, text: str) -> None:
        """A person typed in a field, known by its place and label: let the page hold the text."""
        self._typed = (field, text)
        self._hand_over_drafts()

    def typed_no_more(self, field: str) -> None:
        """What was typed there is saved, given up or gone with its screen."""
        if self._typed is not None and self._typed[0] == field:
            self._typed = None
            self._hand_over_drafts()

    def take_typed(self, field: str) -> str:
        """What was being typed in this field when the hub went, told once; "" for nothing."""
        if self._typed_before is None or self._typed_before[0] != field:
            return ""
        text, self._typed_before = self._typed_before[1], None
        return text

    def want_sound(self, sound: Sound) -> None:
        """Let our own page sound it; silent in any other. Returns at once."""
        if self._keeps_drafts:
            self._hand_over(SOUND, sound.value)

    def _hand_over_drafts(self) -> None:
        drafts = self._kept if self._typed is None else {**self._kept, TYPED: json.dumps(self._typed)}
        text = json.dumps(drafts)
        if self._keeps_drafts and len(text) <= MAX_DRAFT_CHARS:
            self._hand_over(DRAFTS, text)

    def _hand_over(self, key: str, text: str) -> None:
        """Of several texts under one key the latest is sent; one at a time, in order."""
        self._waiting[key] = text
        if not self._sending:
            self._sending = True
            self._page.run_task(self._send)

    async def _send(self) -> None:
        try:
            while self._waiting:
                key = next(iter(self._waiting))
                await self._preferences.set(key, self._waiting.pop(key))
        except Exception as error:  # noqa: BLE001 - the task's end: a tab that is closed; its words may hold a draft
            _log.warning("the client keeps nothing", extra={"code": f"memory.{type(error).__name__}"})
        finally:
            self._sending = False


class Kept(dict[str, str]):
    """A session's `kept`, which tells of every change."""

    def __init__(self, changed: Callable[[dict[str, str]], None]) -> None:
        super().__init__()
        self._changed = changed

    def __setitem__(self, name: str, value: str) -> None:
        super().__setitem__(name, value)
        self._changed(self)

    def pop(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]  # all that is asked of it
        """What was kept, which is kept no more."""
        found = super().pop(name, None)
        if found is not None:
            self._changed(self)
        return default if found is None else found


def keep_memory(page: ft.Page, memory: ClientMemory) -> None:
    """Make it the memory of its page's session."""
    page.session.store.set(_KEPT_AS, memory)


def prefer(session: UiSession, **chosen: Any) -> None:
    """Nothing; the screen follows at once, and this browser remembers. `chosen` are of `Choices`."""
    for name, value in chosen.items():
        setattr(session.preferences, name, value)
    memory_of(session.page).choose(**chosen)


def memory_of(page: ft.Page) -> ClientMemory:
    """The memory of a page's session; one that keeps no drafts where `build_main` has not made it."""
    memory = page.session.store.get(_KEPT_AS)
    if not isinstance(memory, ClientMemory):
        memory = ClientMemory(page, keeps_drafts=False)
        keep_memory(page, memory)
    return memory

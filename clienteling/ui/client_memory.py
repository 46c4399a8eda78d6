"""What a browser (or Flet's window) remembers for its next session: language, theme, associate; drafts in memory only.

Choices lie in the client's own preferences, which outlive tab, session and hub: nothing about a customer is among them.
Drafts (`UiSession.kept`) are handed to the client as well, so that a note being typed survives the hub's restart. Our
own page (`assets/client/hub.js`) keeps those from the disk; to any other page they are not given.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, cast

import flet as ft

from clienteling.ui.session import ThemeChoice

CHOICES: Final = "clienteling.choices"
DRAFTS: Final = "clienteling.kept"
MAX_DRAFT_CHARS: Final = 100_000
RECALL_TIMEOUT_S: Final = 3.0
_KEPT_AS: Final = "clienteling.memory"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose in this browser; None where nothing was chosen."""

    language: str | None = None
    theme: ThemeChoice | None = None
    associate_id: str | None = None

    def to_json(self) -> str:
        """As the client keeps it; `hub.js` reads language and theme from it."""
        return json.dumps({name: value for name, value in asdict(self).items() if value is not None})

    @staticmethod
    def from_json(text: object) -> "Choices":
        """What was kept; nothing chosen where it cannot be read. Anyone at the browser may have changed it."""
        kept = _texts_in(text)
        theme = kept.get("theme")
        return Choices(
            kept.get("language"),
            ThemeChoice(theme) if theme in set(ThemeChoice) else None,
            kept.get("associate_id"),
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


class ClientMemory:
    """One session's access to what its client remembers."""

    def __init__(self, page: ft.Page, *, keeps_drafts: bool) -> None:
        self._page = page
        self._preferences = ft.SharedPreferences()
        self._keeps_drafts = keeps_drafts
        self._waiting: dict[str, str] = {}
        self._sending = False
        self.choices = Choices()
        self.drafts: dict[str, str] = {}

    async def recall(self) -> None:
        """Fill `choices` and `drafts`; leaves them empty where the client does not answer."""
        try:
            async with asyncio.timeout(RECALL_TIMEOUT_S):
                self.choices = Choices.from_json(await self._preferences.get(CHOICES))
                if self._keeps_drafts:
                    self.drafts = _texts_in(await self._preferences.get(DRAFTS))
        except Exception as error:  # noqa: BLE001 - whatever a client answers, the app starts
            _log.warning("the client remembers nothing", extra={"code": f"memory.{type(error).__name__}"})

    def choose(self, **changed: Any) -> None:
        """Remember these of `Choices`; returns at once."""
        self.choices = replace(self.choices, **changed)
        self._hand_over(CHOICES, self.choices.to_json())

    def keep_drafts(self, drafts: dict[str, str]) -> None:
        """Let the page hold what is being typed; returns at once."""
        text = json.dumps({name: value for name, value in drafts.items() if value})
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
        except Exception as error:  # noqa: BLE001 - a tab that is closed, a browser that keeps nothing
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


def keep_memory(page: ft.Page, memory: ClientMemory) -> None:
    """Make it the memory of its page's session."""
    page.session.store.set(_KEPT_AS, memory)


def memory_of(page: ft.Page) -> ClientMemory:
    """The memory of a page's session, which `build_main` made."""
    return cast(ClientMemory, page.session.store.get(_KEPT_AS))

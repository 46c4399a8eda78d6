"""What people were asked, word for word, by version: for the question, and for the proof years later.

A published version is never edited, not even a comma (`tests/protocol/test_consent_texts.py` holds a hash of each):
whoever changes words adds a version and makes it CURRENT. An imported consent names a version of its source, whose
words are not here.

Source of the duty: UU 27/2022 (UU PDP), articles 21 and 22 (plain, told apart from other matters) and 24 (proof).
"""

from collections.abc import Mapping
from typing import Final

from sync.protocol.consent_texts import version_1, version_2

ABOUT: Final = "about"
"""The key of what is told before the questions."""
CURRENT: Final = "2"
PUBLISHED: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {"1": version_1.TEXTS, "2": version_2.TEXTS}
"""Version to language to what is asked: `<purpose>_<channel>`, and ABOUT."""


def consent_text(version: str, language: str, purpose: str, channel: str) -> str:
    """The question in the words of that version; "" where that version did not ask it in that language."""
    return PUBLISHED.get(version, {}).get(language, {}).get(f"{purpose}_{channel}", "")


def text_before(version: str, language: str) -> str:
    """What was told before the questions; "" where nothing was."""
    return PUBLISHED.get(version, {}).get(language, {}).get(ABOUT, "")

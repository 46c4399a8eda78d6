"""Characters that turn the reading direction around them, taken out where text is shown.

A name or a note may hold them by accident or by intent, and one left open reorders what stands beside it: prices, other
names. Records keep them; a text field, which nothing stands beside, shows them as they are.
Source: Unicode Standard Annex #9, explicit directional embeddings, overrides and isolates.
"""

import re
from typing import Final

_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def as_shown(text: str) -> str:
    """The text without embeddings (U+202A to U+202E) and isolates (U+2066 to U+2069)."""
    return text if text.isascii() else _TURNING.sub("", text)

"""Texts by message key, for the screens, the command line and the errors that carry keys.

`assets/i18n/<locale>.json` is flat: `"area.what"` to a text, or to CLDR plural forms chosen by the value `count`:

    "status.waiting": {"one": "{count} waiting", "other": "{count} waiting", "note": "shown in the top line"}

`note` speaks to translators. A text that needs one but no plural forms is `{"text": "...", "note": "..."}`.
Plural rules: CLDR, by Babel.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import orjson
from babel import Locale
from babel.numbers import format_decimal

LOCALES: Final = ("id", "en")
"""What the app speaks; the first is the one where nothing says otherwise."""

_PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_log = logging.getLogger(__name__)

Forms = Mapping[str, str]
"""A text by CLDR plural category; a text without plural forms has `other` only."""


@dataclass(frozen=True)
class Translator:
    """Texts in one language. `locale` is a CLDR locale; `name` differs from it for a pseudo-locale."""

    locale: str
    messages: Mapping[str, Forms]
    name: str = ""

    def text(self, key: str, /, **values: object) -> str:
        """The text for `key` with `values` filled in; whole numbers are grouped as the language does.

        `count` also chooses the plural form. A key without a text gives the key, and a line in the log.
        """
        forms = self.messages.get(key)
        if forms is None:
            _log.error("message key without a text: %s", key)
            return key
        count = values.get("count")
        category = self._cldr.plural_form(count) if isinstance(count, int) else "other"
        template = forms.get(category) or forms["other"]
        return _PLACEHOLDER.sub(lambda found: self._shown(values.get(found[1], "")), template)

    def text_or(self, key: str, fallback_key: str, /, **values: object) -> str:
        """As `text`, for keys that came from elsewhere (a server's code) and may have no text here."""
        return self.text(key if key in self.messages else fallback_key, **values)

    def __contains__(self, key: str) -> bool:
        return key in self.messages

    @cached_property
    def _cldr(self) -> Locale:
        return Locale.parse(self.locale)

    def _shown(self, value: object) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            return grouped(value, self.locale)
        return str(value)


@lru_cache(maxsize=4_096)
def grouped(value: int, locale: str) -> str:
    """`2.340` in Indonesian. The same few numbers are on every page, and Babel takes 0.1 ms for each."""
    return format_decimal(value, locale=locale)


def placeholders(forms: Forms) -> frozenset[str]:
    """The names in braces of all plural forms together."""
    return frozenset(name for template in forms.values() for name in _PLACEHOLDER.findall(template))


def load_translator(folder: Path, locale: str) -> Translator:
    """The texts of `folder/<locale>.json`. Raises OSError, or ValueError where it is not what the module describes."""
    entries = orjson.loads((folder / f"{locale}.json").read_bytes())
    return Translator(locale, {key: _forms(key, entry) for key, entry in entries.items()}, locale)


def load_translators(folder: Path) -> dict[str, Translator]:
    """A translator for each of LOCALES."""
    return {locale: load_translator(folder, locale) for locale in LOCALES}


def _forms(key: str, entry: object) -> Forms:
    match entry:
        case str():
            return {"other": entry}
        case {"text": str(text)}:
            return {"other": text}
        case dict() if isinstance(entry.get("other"), str):
            return {category: text for category, text in entry.items() if category != "note"}
        case _:
            raise ValueError(f"message {key} is neither a text nor plural forms with `other`")

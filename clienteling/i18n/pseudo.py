"""A made-up language that shows what a translation would break: texts a third longer, accented, in brackets.

Reached by `?lang=qps`; what stays plain on such a screen does not come from the catalogue.
"""

import re
from typing import Final

from clienteling.i18n.translator import Forms, Translator

PSEUDO_NAME: Final = "qps"

_ACCENTED: Final = str.maketrans("aceinosuyACEINOSUY", "áçéíñöšúýÁÇÉÍÑÖŠÚÝ")
_PARTS: Final = re.compile(r"(\{[a-z][a-z0-9_]*\})")


def pseudo_translator(source: Translator) -> Translator:
    """The same keys and placeholders as `source`, made longer; plurals and numbers as in its language."""
    messages = {key: _stretched(forms) for key, forms in source.messages.items()}
    return Translator(source.locale, messages, PSEUDO_NAME)


def _stretched(forms: Forms) -> Forms:
    return {category: f"[{_accented(text)}{'~' * (len(text) // 3)}]" for category, text in forms.items()}


def _accented(text: str) -> str:
    return "".join(part if part.startswith("{") else part.translate(_ACCENTED) for part in _PARTS.split(text))

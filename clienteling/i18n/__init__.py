"""Words, plurals, money and dates: message keys and values become text here and nowhere else."""

from clienteling.i18n.direction import as_shown
from clienteling.i18n.formats import Amount, Formats
from clienteling.i18n.languages import choose_locale
from clienteling.i18n.pseudo import PSEUDO_NAME, pseudo_translator
from clienteling.i18n.translator import LOCALES, Translator, load_translator, load_translators

__all__ = [
    "LOCALES",
    "PSEUDO_NAME",
    "Amount",
    "Formats",
    "Translator",
    "as_shown",
    "choose_locale",
    "load_translator",
    "load_translators",
    "pseudo_translator",
]

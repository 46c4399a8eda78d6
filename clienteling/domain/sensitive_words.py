"""Words about health or belief in what an associate writes: data the law protects more, and a shop seldom needs.

Sources: GDPR, article 9 (1); UU PDP 27/2022, article 4 (2), which names health data. A word found is a reason to remind
and none to refuse: it may be just what the customer asked to have remembered.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Sensitive(StrEnum):
    """What a word is about."""

    HEALTH = "health"
    BELIEF = "belief"


@dataclass(frozen=True, slots=True)
class SensitiveWord:
    """`word` as it was written."""

    word: str
    about: Sensitive


_ABOUT_HEALTH: Final = """
    sakit penyakit hamil kehamilan keguguran kanker tumor diabetes diabetik jantung stroke asma alergi hiv depresi cemas
    kejiwaan autis disabilitas difabel tunanetra tunarungu lumpuh operasi obat terapi dokter klinik vaksin

    sick sickness illness disease pregnant pregnancy miscarriage cancer tumour diabetic asthma allergy allergic
    allergies depression depressed anxiety autism autistic disabled disability disabilities deaf wheelchair surgery
    medication medicine therapy doctor vaccine vaccinated
"""
_ABOUT_BELIEF: Final = """
    agama beragama islam muslim muslimah kristen nasrani katolik protestan hindu buddha budha konghucu yahudi ateis
    mualaf gereja masjid pengajian pendeta ustaz ustadz

    religion religious christian catholic protestant buddhist jewish jew atheist church mosque synagogue priest imam
"""
"""Without what a shop sells or says of its goods: feasts, veils, `mengandung wol`, `partai besar`."""
_WORDS: Final = {
    Sensitive.HEALTH: frozenset(_ABOUT_HEALTH.split()),
    Sensitive.BELIEF: frozenset(_ABOUT_BELIEF.split()),
}
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def sensitive_word(text: str) -> SensitiveWord | None:
    """The first such word, None where there is none."""
    for found in _WORD.finditer(text):
        word = found.group()
        folded = word.casefold()
        parts = {folded, *folded.split("-")}
        for about, words in _WORDS.items():
            if parts & words:
                return SensitiveWord(word, about)
    return None

"""Spellings of one name made one: the old Indonesian spelling, Arabic names as clerks wrote them, doubled letters.

Sources: the spelling reforms of 1947 (oe to u) and 1972 (tj to c, dj to j, sj to sy, nj to ny, ch to kh); the rest is
what shop assistants take for the same name. A family form is for comparing only and is never shown.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_DIGRAPHS = {
    "rdj": "ry",
    "rj": "ry",
    "hj": "hy",
    "oe": "u",
    "dj": "j",
    "tj": "c",
    "sj": "sy",
    "sh": "sy",
    "nj": "ny",
    "kh": "h",
    "ch": "h",
    "ph": "f",
    "th": "t",
    "dh": "d",
    "bh": "b",
    "dz": "z",
}
_SINGLES = {"v": "f", "q": "k", "x": "ks"}
_LETTERS = _DIGRAPHS | _SINGLES
_SPELLING = re.compile("|".join(_LETTERS))
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_UNFINISHED = {"o": "u", "d": "j", "t": "c", "k": "h", "c": "h", "p": "f"}
"""The last letter typed, where it may be the first of two that stand for another."""

_FAMILIES: dict[str, str] = {
    "muhamad": (
        "muhammad muhamad muhammed muhamed mohammad mohamad mohammed mohamed mochammad mochamad muchammad muchamad "
        "mukhammad mokhammad mohammat muhammat"
    ),
    "ahmad": "ahmad ahmed achmad akhmad achmed akhmed",
    "yusuf": "yusuf yusup yusuph jusuf jusup joesoef yoesoef yosef",
    "abdul": "abdul abdoel abdool abdel",
}
_SHORT: dict[str, str] = {
    **dict.fromkeys(("m", "mh", "mhd", "muh", "moh", "muhd", "mohd", "moch", "much"), "muhamad"),
    **dict.fromkeys(("ach", "akh", "ahm"), "ahmad"),
    **dict.fromkeys(("abd", "abdl"), "abdul"),
    "st": "siti",
}
_MIN_FAMILY_LETTERS = 3


def _spelled(word: str) -> str:
    """Digraphs and doubled letters reduced. Left to right, so that more letters only lengthen the answer."""
    if word.startswith("ch"):
        word = "c" + word[2:]
    # A function, because a template with `\1` is looked up anew at every call: thrice the time of the search itself.
    return _DOUBLED.sub(lambda match: match[1], _SPELLING.sub(lambda match: _LETTERS[match[0]], word))


def _ended(word: str) -> str:
    """The word without what is written or left out at its end: h, and y for i."""
    if len(word) > 2 and word.endswith("h"):
        word = word[:-1]
    return f"{word[:-1]}i" if len(word) > 2 and word.endswith("y") else word


_MEMBERS = {member: canonical for canonical, members in _FAMILIES.items() for member in members.split()}


def _beginnings_of_members() -> dict[str, str]:
    """What is typed of a member, and how far its family's name is known by then."""
    known: dict[str, str] = {}
    for member, canonical in _MEMBERS.items():
        for length in range(_MIN_FAMILY_LETTERS, len(member) + 1):
            rest = len(_spelled(member[length:]))
            known[member[:length]] = canonical[: max(_MIN_FAMILY_LETTERS, len(canonical) - rest)]
    return known


_MEMBER_BEGINNINGS = _beginnings_of_members()


@lru_cache(maxsize=20_000)  # names repeat: this is most of what indexing a customer costs
def family_of(word: str) -> str:
    """The one form of all spellings of a whole, plainly folded word."""
    return _SHORT.get(word) or _MEMBERS.get(word) or _ended(_spelled(word))


@dataclass(frozen=True, slots=True)
class FamilyForms:
    """How a typed word may meet family forms: as a beginning, whole, or as a beginning while a letter is missing."""

    beginnings: tuple[str, ...]
    whole: tuple[str, ...]
    unfinished: tuple[str, ...]


def family_forms(word: str) -> FamilyForms:
    """The forms of a word that is still being typed."""
    spelled = _spelled(word)
    beginnings = [spelled]
    if word in _MEMBER_BEGINNINGS:
        beginnings.append(_MEMBER_BEGINNINGS[word])
    unfinished: tuple[str, ...] = ()
    if len(word) > 1 and word[-1] in _UNFINISHED:
        unfinished = (_spelled(word[:-1]) + _UNFINISHED[word[-1]],)
    return FamilyForms(tuple(dict.fromkeys(beginnings)), (family_of(word),), unfinished)

"""One folding for both sides: what is indexed and what is typed pass through the same functions.

Exact keys: e-mail, phone, loyalty number, and the phone's digits from the end. Names: each word in two forms, `plain`
(case and diacritics gone) and `family` (spellings of one name made one, see `name_families`). Plain folding works
letter by letter, so whatever is typed of a word folds to the beginning of what the word folds to.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from sync.protocol.name_families import family_forms, family_of
from sync.protocol.phones import DEFAULT_REGION, e164

MAX_TYPED_CHARACTERS = 100
MAX_TYPED_WORDS = 6
MIN_FORGIVEN_LETTERS = 5
"""A shorter word is not searched with a typo: too many names would fit."""

MAX_FORGIVEN_LETTERS = 20
MIN_DIGITS = 3
MIN_CARD_CHARACTERS = 6
"""What is shorter is more likely the end of a phone than a whole loyalty number."""
_JOINED_LETTERS = 4
"""A word this short may be written together with the next one (Nur Haliza, Nurhaliza)."""

_INSIDE_WORDS = frozenset("'’‘ʼ`´ʻ")
_ASCII_FOLDED = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)} | {
    ord(mark): None for mark in _INSIDE_WORDS if mark.isascii()
}
_NO_DIGITS = re.compile("[^0-9]+")
_NOT_DECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)

_TITLES_TYPED = (
    "h hj haji hajah hajjah drs dra dr drg ir prof kh ust ustad ustadz ustadzah se sh mm msi spd skom st si "
    "bu ibu pak bapak bp bpk kak kakak mbak mba mas bang abang tn tuan ny nyonya nona sdr sdri adik dik "
    "bli mbok uda uni koh ci cici teh kang aa mr mrs ms miss"
)
TITLES = frozenset(_TITLES_TYPED.split())
"""Titles and forms of address that are typed with a name and are not part of it."""


def email_key(typed: str) -> str:
    """The e-mail as an exact key: NFC, trimmed, lower case; "" where it has no `@`."""
    folded = (typed if typed.isascii() else unicodedata.normalize("NFC", typed)).strip().casefold()
    return folded if "@" in folded else ""


def phone_key(typed: str, *, region: str = DEFAULT_REGION) -> str:
    """The phone as an exact key: E.164 or ""."""
    return e164(typed, region=region)


def phone_tail_key(typed: str) -> str:
    """The digits from the last to the first, so that what is known of a number's end is the beginning of a key."""
    return _NO_DIGITS.sub("", typed)[::-1]


def loyalty_key(typed: str) -> str:
    """The loyalty number as an exact key: letters and digits only, upper case."""
    return "".join(character for character in typed.upper() if character.isalnum())


def plain_words(text: str) -> tuple[str, ...]:
    """The words, each reduced to letters and digits without marks or case, apostrophes closed up."""
    return tuple(_folded(text).split())


def _folded(text: str) -> str:
    """Letters and digits, one blank for each other character. Character by character, so prefixes stay prefixes."""
    if text.isascii():
        return text.translate(_ASCII_FOLDED)
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_NOT_DECOMPOSED)
    kept = []
    for character in unicodedata.normalize("NFKD", folded):
        if character.isalnum():
            kept.append(character)
        elif not unicodedata.combining(character) and character not in _INSIDE_WORDS:
            kept.append(" ")
    return "".join(kept)


def name_tokens(name: str) -> tuple[str, ...]:
    """Everything a name is indexed under, each once: its words in both forms, parts around an apostrophe, short pairs.

    `Nur'aini` is also found by `aini`, `Nur Haliza` by `nurhaliza`.
    """
    words = plain_words(name)
    tokens: dict[str, None] = {}
    for word in (*words, *_parts(name), *_pairs(words)):
        tokens[word] = None
        tokens[family_of(word)] = None
    return tuple(tokens)


def _parts(name: str) -> tuple[str, ...]:
    if _INSIDE_WORDS.isdisjoint(name):
        return ()
    return plain_words("".join(" " if character in _INSIDE_WORDS else character for character in name))


def _pairs(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(words) < 2:
        return ()
    return tuple(
        first + second for first, second in pairwise(words) if 1 < len(first) <= _JOINED_LETTERS and first not in TITLES
    )


@dataclass(frozen=True, slots=True)
class TypedWord:
    """One word of what was typed. A token fits if it begins with one of `beginnings` or equals one of `whole`."""

    plain: str
    beginnings: tuple[str, ...]
    whole: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    """More beginnings, for the moment between the two letters of an old spelling (`rac` on the way to `rachmat`)."""

    def fits(self, token: str) -> bool:
        return token.startswith(self.beginnings) or token in self.whole


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a look-up, read in every way it can be meant.

    readings        word lists to be tried one after the other: as typed, without titles, two words as one,
                    without what stands after a comma (`Ahmad Dahlan, M.Si.`).
    email           what was typed as the beginning of an e-mail or "".
    looks_like_key  no name is written like this: a card number, a phone, an e-mail.
    phone           E.164 if it is one, phone_beginnings: E.164 beginnings it may stand for.
    from_front      it was typed from the trunk or country code on.
    tail            its digits from the end (at least MIN_DIGITS), if it is nothing but digits and their separators.
    loyalty         the text as a loyalty number.
    tail_with_name  digits typed beside a name (`siti 4471`), from the end; `readings` are then without them.
    """

    readings: tuple[tuple[TypedWord, ...], ...] = ()
    email: str = ""
    looks_like_key: bool = False
    phone: str = ""
    phone_beginnings: tuple[str, ...] = ()
    from_front: bool = False
    tail: str = ""
    loyalty: str = ""
    tail_with_name: str = ""


ExactKey = tuple[str, str]
"""Kind (phone, email or loyalty) and key, as in `customer_key`."""


def exact_keys(typed: Typed) -> tuple[ExactKey, ...]:
    """The exact keys that what was typed may be, the likeliest first."""
    email = typed.email if "@" in typed.email else ""
    keys = ("phone", typed.phone), ("email", email), ("loyalty", typed.loyalty)
    return tuple((kind, key) for kind, key in keys if key)


def whole_keys(text: str) -> tuple[ExactKey, ...]:
    """The exact keys of a text that is a whole phone, e-mail or loyalty number; () for a name or a part of a key.

    These alone are looked up online: whoever asks must have been told the key.
    """
    if len(text.strip()) > MAX_TYPED_CHARACTERS:
        return ()
    typed = read_typed(text)
    # `62 812 ...` and `0062 812 ...`: here a whole number, though typed as nobody dials it in this country.
    phones = [("phone", one) for one in typed.phone_beginnings if phone_key(one) == one]
    keys = (key for key in exact_keys(typed) if _is_whole(*key, typed))
    return tuple(dict.fromkeys((*keys, *phones)))


def _is_whole(kind: str, key: str, typed: Typed) -> bool:
    match kind:
        case "email":
            name, _, host = key.partition("@")
            return bool(name) and "." in host.strip(".")
        case "loyalty":
            digits = sum(character.isdecimal() for character in key)
            return len(key) >= MIN_CARD_CHARACTERS and (typed.looks_like_key or digits >= MIN_CARD_CHARACTERS)
        case _:
            return True


_PHONE_SEPARATORS = frozenset(" +-().\u00a0/")


def read_typed(text: str, *, region: str = DEFAULT_REGION, calling_code: str = "62") -> Typed:
    """The readings of what was typed; empty where there is nothing to search for. Bounded whatever the text."""
    cut = text[:MAX_TYPED_CHARACTERS].strip()
    if not cut:
        return Typed()
    digits = phone_tail_key(cut)[::-1]
    if digits and all((c.isdecimal() and c.isascii()) or c in _PHONE_SEPARATORS for c in cut):
        return _read_digits(cut, digits, region=region, calling_code=calling_code)
    email = unicodedata.normalize("NFC", cut).casefold() if not any(c.isspace() for c in cut) else ""
    loyalty = loyalty_key(cut) if any(c.isdecimal() for c in cut) else ""
    if "@" in cut:
        return Typed(email=email, looks_like_key=True)
    words = plain_words(cut)[:MAX_TYPED_WORDS]
    numbers = [word for word in words if word.isdecimal() and len(word) >= MIN_DIGITS]
    names = tuple(word for word in words if word not in numbers)
    if len(numbers) == 1 and names and len(cut.split()) > 1:
        return Typed(readings=_readings(names), tail_with_name=phone_tail_key(numbers[0]), loyalty=loyalty)
    before_comma = plain_words(cut.split(",")[0])[:MAX_TYPED_WORDS]
    return Typed(
        readings=tuple(dict.fromkeys((*_readings(words), *_readings(before_comma)))),
        email=email,
        loyalty=loyalty,
        looks_like_key=any(c.isdecimal() or c in "._" for c in cut),
    )


def _read_digits(text: str, digits: str, *, region: str, calling_code: str) -> Typed:
    beginnings = []
    if len(digits) >= MIN_DIGITS:
        if text.lstrip(" (").startswith("+"):
            beginnings = [f"+{digits}"]
        elif digits.startswith("00"):
            beginnings = [f"+{digits[2:]}"]
        elif digits.startswith("0"):
            beginnings = [f"+{calling_code}{digits[1:]}"]
        elif digits.startswith(calling_code):
            beginnings = [f"+{digits}", f"+{calling_code}{digits}"]
        else:
            beginnings = [f"+{calling_code}{digits}"]
    return Typed(
        looks_like_key=True,
        phone=phone_key(text, region=region) if len(digits) >= 7 else "",
        phone_beginnings=tuple(beginnings),
        from_front=text.lstrip(" (").startswith(("+", "0", calling_code)),
        tail=digits[::-1] if len(digits) >= MIN_DIGITS else "",
        loyalty=digits if len(digits) >= MIN_DIGITS else "",
    )


def _typed_word(word: str) -> TypedWord:
    forms = family_forms(word)
    return TypedWord(word, tuple(dict.fromkeys((word, *forms.beginnings))), forms.whole, forms.unfinished)


def _readings(words: tuple[str, ...]) -> tuple[tuple[TypedWord, ...], ...]:
    """The ways to take the words, likeliest first. A title before a name is no name; after one it may be."""
    first = 0
    while first < len(words) - 1 and words[first] in TITLES:
        first += 1
    named = words[first:]
    without_titles = tuple(word for word in named if word not in TITLES)
    readings = {named: None, without_titles or named: None}
    for index, (left, right) in enumerate(pairwise(named)):
        if 1 < len(left) <= _JOINED_LETTERS:
            readings[(*named[:index], left + right, *named[index + 2 :])] = None
    return tuple(tuple(_typed_word(word) for word in reading) for reading in readings if reading)


def near_misses(word: str) -> tuple[str, ...]:
    """Every text one typing mistake away: a letter missing, doubled in, wrong, or two neighbours changed places.

    () for words too short or too long to forgive. Letters put in are a to z and those of the word.
    Source: P. Norvig, "How to Write a Spelling Corrector"; the measure is the restricted Damerau-Levenshtein distance.
    """
    if not MIN_FORGIVEN_LETTERS <= len(word) <= MAX_FORGIVEN_LETTERS or not word.isalpha():
        return ()
    letters = tuple({*"abcdefghijklmnopqrstuvwxyz", *word})
    made: set[str] = set()
    for index in range(len(word) + 1):
        head, tail = word[:index], word[index:]
        made.update([head + letter + tail for letter in letters])
        if tail:
            rest = tail[1:]
            made.add(head + rest)
            made.update([head + letter + rest for letter in letters])
            made.add(head + rest[:1] + tail[0] + rest[1:])
    made.discard(word)
    return tuple(made)

"""A person for each household of the source: name, e-mail, phone and birthday, invented.

Everything about a person comes from the seed and the household's own number, so that more households, or fewer, change
nobody. Nobody can be reached: the mail domains are reserved (RFC 2606), the American numbers are the 555-01xx that
are kept for fiction; the Indonesian ones are no operator's series.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Protocol

INDONESIAN, AMERICAN = "id_ID", "en_US"
LOCALES = (INDONESIAN, AMERICAN)
INDONESIANS = 0.7
"""The share of people with Indonesian names."""

_MAIL_HOSTS = ("surel.example", "kotak.example", "mail.example")
_PREFIXES = ("0812", "0813", "0852", "0857", "0878", "0896")
# fmt: off
_AREA_CODES = (201, 202, 212, 213, 214, 215, 216, 301, 303, 305, 310, 312, 313, 314, 317, 401, 404, 408, 412, 415, 501,
               503, 504, 512, 513, 602, 612, 614, 617, 702)
# fmt: on
_OLDEST, _YOUNGEST = date(1945, 1, 1), date(2004, 12, 31)
_SALUTATIONS = {(INDONESIAN, True): "Bu", (INDONESIAN, False): "Pak", (AMERICAN, True): "Ms", (AMERICAN, False): "Mr"}


class Names(Protocol):
    """The part of Faker that is used, of one locale."""

    def seed_instance(self, seed: int) -> None: ...
    def first_name_female(self) -> str: ...
    def first_name_male(self) -> str: ...
    def last_name(self) -> str: ...
    def city(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Person:
    """Who a household is. `phone` as a person types it; `consent_email` is yes, no, or "" for never asked."""

    household_id: int
    first_name: str
    last_name: str
    salutation: str
    email: str
    phone: str
    city: str
    birthday: date
    language: str
    consent_email: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


def invent(household_id: int, names: Mapping[str, Names], *, seed: int) -> Person:
    """The person of that household: the same for the same seed, whoever else there is."""
    random = Random(f"{seed}/{household_id}")
    locale = INDONESIAN if random.random() < INDONESIANS else AMERICAN
    of_locale = names[locale]
    of_locale.seed_instance(random.getrandbits(32))
    is_woman = random.random() < 0.6
    first = of_locale.first_name_female() if is_woman else of_locale.first_name_male()
    last = of_locale.last_name()
    born = _OLDEST.toordinal() + random.randrange(_YOUNGEST.toordinal() - _OLDEST.toordinal())
    return Person(
        household_id=household_id,
        first_name=first,
        last_name=last,
        salutation=_SALUTATIONS[locale, is_woman],
        email=f"{_letters(first)}.{_letters(last)}.{household_id}@{random.choice(_MAIL_HOSTS)}",
        phone=_phone(household_id, locale, random),
        city=of_locale.city(),
        birthday=date.fromordinal(born),
        language="id" if locale == INDONESIAN else "en",
        consent_email=random.choices(("yes", "no", ""), (4, 1, 5))[0],
    )


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isascii() and letter.isalpha()) or "x"


def _phone(household_id: int, locale: str, random: Random) -> str:
    """A number that no other household has."""
    if locale == AMERICAN:
        area = _AREA_CODES[household_id // 100 % len(_AREA_CODES)]
        return f"+1 {area} 555 01{household_id % 100:02d}"
    digits = f"{household_id % 1_000_000:06d}"
    return f"{random.choice(_PREFIXES)}-00{digits[:2]}-{digits[2:]}"

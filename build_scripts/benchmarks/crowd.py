"""Invented customers in any number, and what is typed to find them. Seeded: the same number gives the same people.

Names are syllables of Indonesian names, common ones many times over and rare ones once, as in real client books: one
distinct word for eight customers. What is typed follows design.md's mix: 40 % three letters, 30 % longer, 10 % with a
typing mistake, 20 % phone, e-mail or card.
"""

import itertools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from sync.protocol.ids import imported_id
from sync.protocol.kinds import Body, Kind
from sync.protocol.times import to_wire

NOW: Final = datetime(2026, 11, 22, 3, 42, tzinfo=UTC)
SEED: Final = 20261122
STORE_ID: Final = imported_id("bench", Kind.LOCATION, "here")
OTHER_STORE_ID: Final = imported_id("bench", Kind.LOCATION, "elsewhere")
ASSOCIATE_ID: Final = imported_id("bench", Kind.ASSOCIATE, "rina")

_CUSTOMERS_OF_A_WORD: Final = 8
_SYLLABLES_LISTED: Final = (
    "si ti ra rah ma wa ha yu su har to bud di nur jo ko dwi pra set ya an in de wi put ri ag us bam bang le sta "
    "mul yo no ka rim lia fa jar gun wan tri kus sum man"
)
_SYLLABLES: Final = tuple(_SYLLABLES_LISTED.split())
_COMMON_LISTED: Final = (
    "Siti Muhammad Rahmawati Nur Ahmad Budi Agus Dewi Sri Putri Ayu Joko Suharto Hartono Wahyuni Lestari Setiawan "
    "Pratama"
)
_COMMON: Final = tuple(_COMMON_LISTED.split())
_CITIES: Final = ("Bandung", "Jakarta", "Surabaya", "Denpasar")


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as far as someone who looks for them knows it."""

    name: str
    phone: str
    email: str
    card: str


def name_words(count: int, random: Random) -> list[str]:
    """That many different words."""
    words: dict[str, None] = dict.fromkeys(_COMMON)
    while len(words) < count:
        words["".join(random.choices(_SYLLABLES, k=random.randint(2, 5))).capitalize()] = None
    return list(words)[:count]


def people(count: int) -> Iterator[Person]:
    """That many people; every word occurs, the first ones far more often than the last."""
    random = Random(SEED)
    words = name_words(max(len(_COMMON), count // _CUSTOMERS_OF_A_WORD), random)
    weights = list(itertools.accumulate(1 / (place + 5) ** 0.9 for place in range(len(words))))
    for number in range(count):
        chosen = random.choices(words, cum_weights=weights, k=random.choice((1, 2, 2, 2, 3)))
        chosen += [words[number]] if number < len(words) else []
        digits = f"8{random.randrange(10**9, 10**10):d}"
        yield Person(
            name=" ".join(chosen),
            phone=f"+62{digits}",
            email=f"{chosen[0].lower()}.{number}@example.com",
            card=f"LY{random.randrange(10**8):08d}" if number % 2 else "",
        )


def records(count: int) -> Iterator[tuple[Kind, Body]]:
    """Places, and for each person a customer, for half of them a card, and for a third a purchase."""
    yield Kind.LOCATION, {"id": STORE_ID, "name": "Toko Bandung", "code": "BDG", "city": "Bandung", "place": "store"}
    yield Kind.LOCATION, {"id": OTHER_STORE_ID, "name": "Toko Jakarta", "code": "JKT", "city": "Jakarta"}
    yield Kind.ASSOCIATE, {"id": ASSOCIATE_ID, "name": "Rina", "location_ids": [STORE_ID], "active": True}
    random = Random(SEED + 1)
    for number, person in enumerate(people(count)):
        customer_id = imported_id("bench", Kind.CUSTOMER, str(number))
        yield Kind.CUSTOMER, _customer(customer_id, number, person)
        if person.card:
            card_id = imported_id("bench", Kind.LOYALTY_ACCOUNT, str(number))
            yield (
                Kind.LOYALTY_ACCOUNT,
                {"id": card_id, "customer_id": customer_id, "number": person.card, "tier": "Emas", "points": number},
            )
        if number % 3 == 0:
            yield Kind.ORDER, order(customer_id, str(number), NOW - timedelta(days=random.random() * 730))


def _customer(customer_id: str, number: int, person: Person) -> Body:
    return {
        "id": customer_id,
        "source": "bench",
        "external_ref": str(number),
        "name": person.name,
        "salutation": "Bu" if number % 2 else "Pak",
        "phone": person.phone,
        "email": person.email,
        "city": _CITIES[number % len(_CITIES)],
        "home_store_id": STORE_ID if number % 3 else OTHER_STORE_ID,
        "language": "id",
    }


def order(customer_id: str, number: str, placed_at: datetime) -> Body:
    """A purchase of one line in a store or online."""
    place = (STORE_ID, STORE_ID, OTHER_STORE_ID, None)[len(number) % 4 if number else 0]
    line = {"sku": "KEM-LIN-M", "name": "Kemeja Linen Lengan Panjang - M", "quantity": 1, "price_minor": 299_000_00}
    return {
        "id": imported_id("bench", Kind.ORDER, number),
        "number": number,
        "customer_id": customer_id,
        "channel": "store" if place else "online",
        "location_id": place,
        "placed_at": to_wire(placed_at),
        "currency": "IDR",
        "subtotal_minor": 299_000_00,
        "total_minor": 299_000_00,
        "lines": [line],
    }


class Typing(StrEnum):
    """How people look for someone."""

    THREE_LETTERS = "three letters"
    LONGER = "longer"
    TYPO = "with a typo"
    KEY = "phone, e-mail, card"


@dataclass(frozen=True, slots=True)
class Query:
    """What is typed; `meant` is the same without its mistake, for the floor."""

    typing: Typing
    text: str
    meant: str


def queries(known: Sequence[Person], count: int, *, seed: int = SEED) -> list[Query]:
    """That many look-ups of these people, in design.md's mix."""
    random = Random(seed)
    return [_query(random.choice(known), random) for _ in range(count)]


def _query(person: Person, random: Random) -> Query:
    words = person.name.lower().split()
    chance = random.random()
    if chance < 0.4:
        word = random.choice(words)[:3]
        return Query(Typing.THREE_LETTERS, word, word)
    if chance < 0.7:
        if len(words) > 1 and random.random() < 0.6:
            first, second = random.sample(words, 2)
            text = f"{first[: random.randint(3, 8)]} {second}"
        else:
            text = random.choice(words)[: random.randint(4, 9)]
        return Query(Typing.LONGER, text, text)
    if chance < 0.8:
        word = max(words, key=len)
        return Query(Typing.TYPO, mistyped(word, random), word)
    text = _key(person, random)
    return Query(Typing.KEY, text, text)


def _key(person: Person, random: Random) -> str:
    match random.randrange(5 if person.card else 4):
        case 0 | 1:
            return "0" + person.phone.removeprefix("+62")
        case 2:
            return person.phone[-4:]
        case 3:
            return person.email.split("@", maxsplit=1)[0]
        case _:
            return person.card


def mistyped(word: str, random: Random) -> str:
    """The word with one letter missing, wrong, put in, or changed places with its neighbour."""
    place = random.randrange(1, len(word)) if len(word) > 1 else 0
    letter = random.choice("abcdefghijklmnopqrstuvwxyz")
    made = (
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[: place - 1] + word[place : place + 1] + word[place - 1 : place] + word[place + 1 :],
    )
    return random.choice(made) if place else letter + word


def make_id() -> str:
    """An id for a device; it plays no part in what is measured."""
    return str(uuid.uuid4())

"""What a label says, and the revision that tells whether it says the same as the one on the shelf.

The revision is made from values and not from their wording, so that a newer version of the program, which may write a
price a little differently, does not ask for a whole shop to be printed again. The day of printing is no part of it.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Protocol

from clienteling.domain.money import Money
from sync.protocol.spoken_codes import SPOKEN_ALPHABET

REVISION_CHARS: Final = 6


class LabelFormat(StrEnum):
    PDF = "pdf"
    PNG = "png"
    ZPL = "zpl"


@dataclass(frozen=True, slots=True)
class LabelContent:
    """One label.

    link     what the symbol carries
    host     of the link, as people write it
    options  size, colour and what else tells the variant from its siblings
    price_before, until   the price without the promotion, and the last day on which the promotion holds
    language of the words around these values
    """

    variant_id: str
    gtin: str
    link: str
    host: str
    name: str
    options: tuple[str, ...]
    price: Money
    price_before: Money | None
    until: date | None
    language: str


class LabelWords(Protocol):
    """The words of one language; bootstrap gives them, because labels know no language."""

    @property
    def call_to_action(self) -> str: ...

    def money(self, amount: Money) -> str: ...

    def until(self, day: date) -> str: ...

    def printed(self, day: date, revision: str) -> str: ...


def content_revision(content: LabelContent) -> str:
    """Six characters that change with anything the label says; easily told apart by eye."""
    told = [
        content.link,
        content.name,
        content.options,
        _amount(content.price),
        _amount(content.price_before),
        content.until.isoformat() if content.until is not None else None,
        content.language,
    ]
    number = int.from_bytes(hashlib.sha256(json.dumps(told).encode()).digest())
    characters = []
    for _ in range(REVISION_CHARS):
        number, place = divmod(number, len(SPOKEN_ALPHABET))
        characters.append(SPOKEN_ALPHABET[place])
    return "".join(characters)


def _amount(money: Money | None) -> tuple[int, str] | None:
    return (money.amount_minor, money.currency) if money is not None else None

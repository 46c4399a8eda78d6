"""Labels of a small shop to print in tests, with words of no language in particular."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from clienteling.domain.money import Money
from clienteling.labels.content import LabelContent
from clienteling.labels.fonts import LabelFonts
from clienteling.labels.making import Printing
from clienteling.labels.page import Placing
from clienteling.labels.sheets import SHEETS, SheetName
from clienteling.labels.symbol import label_link

FONTS = Path(__file__).parents[2] / "assets" / "fonts"
TODAY = date(2026, 11, 23)
HOST = "TOKO.EXAMPLE"


@dataclass(frozen=True, slots=True)
class Words:
    """As Indonesian prices are written."""

    call_to_action: str = "Pindai: ulasan, stok, ukuran"
    print_line: str = "{day} · rev {revision}"

    def money(self, amount: Money) -> str:
        return f"Rp{amount.amount_minor // 100:,}".replace(",", ".")

    def until(self, day: date) -> str:
        return f"s.d. {day:%d %b}"

    def printed(self, day: date, revision: str) -> str:
        return self.print_line.format(day=f"{day:%d %b %Y}", revision=revision)


def gtin_of(number: int) -> str:
    """A GTIN of 14 digits with its check digit."""
    body = f"0899{number:09d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body))
    return f"{body}{(10 - total % 10) % 10}"


def content(number: int = 1, *, host: str = HOST, stem: str = "SBDG", **changed: object) -> LabelContent:
    """One label; `changed` fields differ from the usual ones."""
    gtin = gtin_of(number)
    usual = LabelContent(
        variant_id=f"variant-{number}",
        gtin=gtin,
        link=label_link(host, stem, gtin),
        host=host.lower(),
        name="Kemeja Linen Lengan Panjang",
        options=("Putih", "M"),
        price=Money(29_900_000, "IDR"),
        price_before=Money(34_900_000, "IDR"),
        until=date(2026, 11, 29),
        language="id",
    )
    return replace(usual, **changed)  # type: ignore[arg-type]  # as the caller says


def contents(count: int) -> list[LabelContent]:
    return [content(number) for number in range(1, count + 1)]


@cache
def fonts() -> LabelFonts:
    return LabelFonts(FONTS)


def printing(name: SheetName = SheetName.L7160, **placed: object) -> Printing:
    """How they are printed; `placed` are fields of `Placing`."""
    placing = replace(Placing(SHEETS[name]), **placed)  # type: ignore[arg-type]  # as the caller says
    return Printing(placing, Words(), fonts(), TODAY, "Label")

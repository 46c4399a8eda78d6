"""Amounts of money: integer minor units with their currency; never a float, never a sum over currencies."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """`amount_minor` in the currency's smallest ISO 4217 unit (IDR has exponent 2: Rp1 is 100)."""

    amount_minor: int
    currency: str

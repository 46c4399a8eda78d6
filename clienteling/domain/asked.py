"""How a question to the server stands, as screens are told it: nobody waits for the network but who looks at it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class AskedStage(StrEnum):
    """`no_network`: nobody could be asked. `failed`: the server said no, or cannot."""

    NOT_ASKED = "not_asked"
    ASKING = "asking"
    ANSWERED = "answered"
    NO_NETWORK = "no_network"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """`value` where `answered`; `code`, a message key, where it was not to be had."""

    stage: AskedStage
    value: T | None = None
    code: str = ""

    @property
    def is_over(self) -> bool:
        return self.stage not in (AskedStage.NOT_ASKED, AskedStage.ASKING)

"""How a look-up among the customers of all stores stands, as screens are told it."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil


class OnlineStage(StrEnum):
    """`found`: they are in the local store now. `no_network`: nobody could be asked."""

    NOT_ASKED = "not_asked"
    ASKING = "asking"
    FOUND = "found"
    NOBODY = "nobody"
    NO_NETWORK = "no_network"
    LIMITED = "limited"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OnlineLookUp:
    """`customer_ids` where `found`; `wait_minutes` where `limited`; `code`, a message key, where `failed`."""

    stage: OnlineStage
    customer_ids: tuple[str, ...] = ()
    wait_minutes: int = 0
    code: str = ""


def wait_minutes(retry_after_s: object) -> int:
    """The minutes to wait that a server asked for, at least 1."""
    return max(1, ceil(retry_after_s / 60)) if isinstance(retry_after_s, int | float) else 1

"""What of a code belongs to this retailer. Apart from the readers, which take most of a second to load."""

from dataclasses import dataclass

from sync.protocol.spoken_codes import ENROLMENT_PREFIX, HANDOVER_PREFIX


@dataclass(frozen=True, slots=True)
class CodeRules:
    """What belongs to this retailer.

    own_hosts         hosts our labels are printed with, without port; compared whole and without regard to case.
    loyalty_prefixes  how the numbers on loyalty cards begin, at least two characters; part of the number.
    handover_prefix   what stands before a hand-over code's hyphen in its QR; typed, the six characters are enough.
    """

    own_hosts: frozenset[str] = frozenset()
    loyalty_prefixes: tuple[str, ...] = ()
    handover_prefix: str = HANDOVER_PREFIX
    enrolment_prefix: str = ENROLMENT_PREFIX

    def __post_init__(self) -> None:
        if any(len(prefix) < 2 for prefix in (*self.loyalty_prefixes, self.handover_prefix, self.enrolment_prefix)):
            raise ValueError("a prefix needs at least two characters")
        object.__setattr__(self, "own_hosts", frozenset(host.lower().removesuffix(".") for host in self.own_hosts))
        object.__setattr__(self, "loyalty_prefixes", tuple(prefix.upper() for prefix in self.loyalty_prefixes))

"""Identifiers: UUIDv7 for what people make, UUIDv5 for what rules make.

UUIDv7 layout: RFC 9562 section 5.7. A record that a rule creates (an imported record, a conflict, a preference of one
customer and key) has an id computed from what it is about, so that doing it twice makes one record.
"""

import random as random_module
import re
import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha1

NAMESPACE = uuid.UUID("6f0c2d0e-8f0b-5b0e-9c8e-2a1d7a4c1e55")
_NAMESPACE_BYTES = NAMESPACE.bytes
_FREE_BITS = ~(0xF << 76 | 0x3 << 62)
_VERSION_5 = 5 << 76 | 2 << 62

CANONICAL = r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
"""The pattern of an id. Wire models name it, so that pydantic checks it without calling Python."""
_CANONICAL = re.compile(CANONICAL)

RandomBits = Callable[[int], int]


def uuid7(now: datetime, *, random_bits: RandomBits = secrets.randbits) -> str:
    """A new id, lower-case text, that sorts by its millisecond."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | random_bits(12) << 64 | 2 << 62 | random_bits(62)
    return str(uuid.UUID(int=value))


def rule_id(*parts: str) -> str:
    """The id of a record that a rule creates from `parts`; the same parts give the same id for ever.

    A UUIDv5 (RFC 9562 section 5.5) of NAMESPACE, put together here: `uuid.uuid5` takes three times as long, and an
    import makes one or two for each record.
    """
    name = _NAMESPACE_BYTES + "\x1f".join(parts).encode()
    value = int.from_bytes(sha1(name, usedforsecurity=False).digest()[:16], "big")
    text = f"{value & _FREE_BITS | _VERSION_5:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def imported_id(source: str, kind: str, external_ref: str) -> str:
    """The id of a commerce platform's record, so that a second import needs no table to find the first."""
    return rule_id("import", source, kind, external_ref)


def is_uuid(text: str) -> bool:
    """True for the canonical lower-case form only."""
    return isinstance(text, str) and _CANONICAL.fullmatch(text) is not None


class IdMaker:
    """Makes UUIDv7 ids from an injected clock and random source."""

    def __init__(self, now: Callable[[], datetime], random: random_module.Random | None = None) -> None:
        self._now = now
        self._bits: RandomBits = random.getrandbits if random is not None else secrets.randbits

    def __call__(self) -> str:
        return uuid7(self._now().astimezone(UTC), random_bits=self._bits)


def preference_id(customer_id: str, key: str) -> str:
    """The id of what one customer told us about one thing."""
    return rule_id("preference", customer_id, key)


def consent_id(customer_id: str, purpose: str, channel: str) -> str:
    """The id of one customer's consent ledger for a purpose and channel."""
    return rule_id("consent", customer_id, purpose, channel)


def stock_id(store_id: str, variant_id: str) -> str:
    """The id of a variant's stock as one store sees it."""
    return rule_id("stock", store_id, variant_id)


def conflict_id(entry_uuid: str, field: str) -> str:
    """The id of the conflict record that an entry makes for a field."""
    return rule_id("conflict", entry_uuid, field)


def duplicate_id(customer_ids: tuple[str, str]) -> str:
    """The id of a possible duplicate of two customers, in whatever order they are given."""
    return rule_id("duplicate", *sorted(customer_ids))

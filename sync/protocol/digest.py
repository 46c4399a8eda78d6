"""Digest of a scope: the sum modulo 2^64 of a hash of every live (kind, id, version), and their count.

A sum and not XOR, so that a row counted twice shows. Kept incrementally by both sides, compared on the last page. Where
they differ, both sides compute the digests of 256 buckets, so that only the rows of those that differ are compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from zlib import crc32

BUCKETS = 256

_MODULUS = 1 << 64


def row_hash(kind: str, record_id: str, version: int) -> int:
    """The share of one live record, 0 to 2^64 - 1."""
    return int.from_bytes(blake2b(f"{kind}|{record_id}|{version}".encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True, slots=True)
class Digest:
    """Sum and count of a scope. On the wire and in tables the sum is decimal text (it passes 2^63)."""

    total: int = 0
    count: int = 0

    def plus(self, kind: str, record_id: str, version: int) -> "Digest":
        return Digest((self.total + row_hash(kind, record_id, version)) % _MODULUS, self.count + 1)

    def minus(self, kind: str, record_id: str, version: int) -> "Digest":
        return Digest((self.total - row_hash(kind, record_id, version)) % _MODULUS, self.count - 1)

    def joined(self, other: "Digest") -> "Digest":
        """The digest of the rows of both, which have none in common."""
        return Digest((self.total + other.total) % _MODULUS, self.count + other.count)


def digest_of(rows: Iterable[tuple[str, str, int]]) -> Digest:
    """The digest of (kind, id, version) rows, computed whole."""
    total = count = 0
    for kind, record_id, version in rows:
        total += row_hash(kind, record_id, version)
        count += 1
    return Digest(total % _MODULUS, count)


def bucket_of(record_id: str) -> int:
    """The bucket that every record with this id is in, 0 to BUCKETS - 1."""
    return crc32(record_id.encode()) % BUCKETS


def bucket_digests(rows: Iterable[tuple[str, str, int]]) -> list[Digest]:
    """The digests of (kind, id, version) rows by bucket, BUCKETS of them."""
    totals, counts = [0] * BUCKETS, [0] * BUCKETS
    for kind, record_id, version in rows:
        bucket = bucket_of(record_id)
        totals[bucket] += row_hash(kind, record_id, version)
        counts[bucket] += 1
    return [Digest(total % _MODULUS, count) for total, count in zip(totals, counts, strict=True)]

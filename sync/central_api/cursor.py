"""The pull cursor: where a device is in each scope, opaque and signed.

Form: base64url of JSON `{scope: [epoch, seq]}`, or `[epoch, 0, begun, kind, id]` on the way through a scope, a dot,
base64url of the first 16 bytes of its HMAC-SHA-256. A cursor that this server did not make is no cursor: the device has
to start again.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import NamedTuple

import orjson

_TAG_BYTES = 16


class Position(NamedTuple):
    """A place in one scope: everything up to `seq` of this epoch was sent.

    A device that starts from nothing walks through the scope's live rows by kind and id, which is the order in which it
    keeps them: a tree that grows at its end is encrypted once. `begun`: the scope's head when it started; what changed
    since follows by number. `kind`, `id`: the last row sent on the walk. Both are over once `seq` is not 0.
    (Programs before this one sent rows by number from the start, with `begun` beside a `seq` below it.)
    """

    epoch: str
    seq: int
    begun: int = 0
    kind: str = ""
    id: str = ""

    @property
    def told_seq(self) -> int:
        """The number up to which the device holds nothing that is gone."""
        return max(self.seq, self.begun)


def _tag(payload: bytes, key: bytes) -> bytes:
    return hmac.new(key, payload, hashlib.sha256).digest()[:_TAG_BYTES]


def _plain(position: Position) -> list[str | int]:
    if position.begun <= position.seq:
        return list(position[:2])
    return list(position if position.kind else position[:3])


def write_cursor(positions: Mapping[str, Position], key: bytes) -> str:
    """The cursor as text."""
    plain = {scope: _plain(position) for scope, position in positions.items()}
    payload = orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
    parts = (base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (payload, _tag(payload, key)))
    return ".".join(parts)


def _bytes_of(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def read_cursor(cursor: str, key: bytes) -> dict[str, Position] | None:
    """The positions, or None where the cursor was not made with this key."""
    try:
        payload, tag = (_bytes_of(part) for part in cursor.encode("ascii").decode().split("."))
    except (ValueError, binascii.Error):
        return None
    if not hmac.compare_digest(tag, _tag(payload, key)):
        return None
    return {scope: Position(*parts) for scope, parts in orjson.loads(payload).items()}

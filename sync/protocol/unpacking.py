"""A body as it comes over the wire, plain or gzip, unpacked piece by piece and never past a limit; and a zstd frame.

Both sides read with this: the server what devices send, the device what a server, or something in its place, answers.
A gzip bomb is unpacked as far as the limit and no further.
"""

import sys
import zlib
from typing import Final

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_PACKED_PIECE_BYTES = 64 * 1024
"""What is given to zlib at once: it copies what it has not yet unpacked."""


class BodyRefused(Exception):
    """The body is not taken. `code` is a message key: sync.too_large, sync.invalid_encoding, sync.unknown_encoding."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Unpacker:
    """Unpacks a body of that content coding (`gzip`, `identity`, ""), at most `limit_bytes` of it.

    Every method raises BodyRefused.
    """

    def __init__(self, encoding: str, limit_bytes: int) -> None:
        if encoding not in {"", "identity", "gzip"}:
            raise BodyRefused("sync.unknown_encoding")
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding == "gzip" else None
        self._limit_bytes = limit_bytes
        self._taken = False
        self.body = bytearray()

    def take(self, piece: bytes) -> None:
        """The next bytes as they came."""
        for start in range(0, len(piece), MAX_PACKED_PIECE_BYTES):
            self._take(piece[start : start + MAX_PACKED_PIECE_BYTES])

    def _take(self, piece: bytes) -> None:
        self._taken = True
        left = self._limit_bytes - len(self.body) + 1
        if self._inflate is not None:
            if self._inflate.eof:
                raise BodyRefused("sync.invalid_encoding")
            try:
                piece = self._inflate.decompress(piece, left)
            except zlib.error:
                raise BodyRefused("sync.invalid_encoding") from None
        self.body += piece[:left]
        if len(self.body) > self._limit_bytes:
            raise BodyRefused("sync.too_large")

    def whole(self) -> bytes:
        """All of the body, once the last piece was taken."""
        if self._inflate is not None and self._taken and (not self._inflate.eof or self._inflate.unused_data):
            raise BodyRefused("sync.invalid_encoding")
        return bytes(self.body)


_MAX_WINDOW_LOG: Final = 23
"""8 MiB, the least that every decoder should take (RFC 8878 section 3.1.1.1.2)."""


def pack_zstd(plain: bytes) -> bytes:
    """One zstd frame."""
    return zstd.compress(plain)


def unpack_zstd(packed: bytes, limit_bytes: int) -> bytes:
    """What one whole zstd frame holds. Raises BodyRefused where it is none, or holds more than `limit_bytes`."""
    unpacker = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _MAX_WINDOW_LOG})
    try:
        plain = unpacker.decompress(packed, limit_bytes + 1)
    except zstd.ZstdError:
        raise BodyRefused("sync.invalid_encoding") from None
    if len(plain) > limit_bytes:
        raise BodyRefused("sync.too_large")
    if not unpacker.eof or unpacker.unused_data:
        raise BodyRefused("sync.invalid_encoding")
    return plain

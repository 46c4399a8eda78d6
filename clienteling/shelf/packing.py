"""An answer's bytes as the phone can unpack them, packed once and kept with the page."""

import gzip
import sys
from typing import Final

from clienteling.shelf.asked import taken

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZSTD, GZIP, IDENTITY = "zstd", "gzip", "identity"
_ZSTD_LEVEL: Final = 9
"""12 takes twice the time for a three-hundredth less."""
_GZIP_LEVEL: Final = 6


def choose_encoding(accept_encoding: str) -> str:
    """The best content coding of those the client takes (RFC 9110, 12.5.3)."""
    codings = taken(accept_encoding)
    return next((one for one in (ZSTD, GZIP) if one in codings), IDENTITY)


def pack(content: bytes, encoding: str) -> bytes:
    if encoding == ZSTD:
        return zstd.compress(content, _ZSTD_LEVEL)
    return gzip.compress(content, _GZIP_LEVEL, mtime=0) if encoding == GZIP else content


def coding(encoding: str) -> dict[str, str]:
    """The header that names it."""
    return {} if encoding == IDENTITY else {"content-encoding": encoding}


def unpack(packed: bytes, encoding: str) -> bytes:
    """What `pack` made this of."""
    if encoding == ZSTD:
        return zstd.decompress(packed)
    return gzip.decompress(packed) if encoding == GZIP else packed

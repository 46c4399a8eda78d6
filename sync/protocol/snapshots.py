"""A snapshot: a scope's live records as prepared pages, packed and sealed in chunks (design: The feed, Snapshot).

The file is what a server keeps, what it sends, and what a device opens chunk by chunk as it comes:

    chunk    4 bytes, the length of what follows, big-endian; then the sealed pages
    sealed   ChaCha20-Poly1305 of one zstd frame, under a key of this snapshot alone
    frame    lines, each ended by a newline: kind, id, version and body (JSON text), with a tab between them

JSON text holds neither newline nor tab, so that a body is cut out and kept as it was sent. The nonce is the chunk's
number and whether it is the last one: no chunk can be changed, left out, moved or taken from another snapshot.
Source: the STREAM construction as the payload of age has it (https://c2sp.org/age#payload); Hoang, Reyhanitabar,
Rogaway, Vizar, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance".
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sync.protocol.errors import SnapshotRefused
from sync.protocol.ids import is_uuid
from sync.protocol.unpacking import BodyRefused, pack_zstd, unpack_zstd
from sync.protocol.wire import MAX_ANSWER_BYTES, MAX_NUMBER, SnapshotManifest

MEDIA_TYPE: Final = "application/octet-stream"
CHUNK_BYTES: Final = 1024 * 1024
"""Of lines, about: a device takes a chunk in one transaction, and has the disk confirm each."""
_LENGTH_BYTES: Final = 4
_NUMBER_BYTES: Final = 11
_KEPT_VERSION_DIGITS: Final = len(str(MAX_NUMBER))


class SnapshotRow(NamedTuple):
    """A live record; `body` is its JSON text."""

    kind: str
    id: str
    version: int
    body: str


def write_chunks(rows: Iterable[SnapshotRow], key: bytes, *, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """The file, a chunk at a time. Holds about `chunk_bytes` of the rows."""
    cipher = ChaCha20Poly1305(key)
    number = 0
    lines: list[bytes] = []
    size = 0
    for row in rows:
        if size >= chunk_bytes:
            yield _sealed(cipher, number, b"".join(lines), is_last=False)
            number, lines, size = number + 1, [], 0
        line = f"{row.kind}\t{row.id}\t{row.version}\t{row.body}\n".encode()
        lines.append(line)
        size += len(line)
    yield _sealed(cipher, number, b"".join(lines), is_last=True)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_NUMBER_BYTES, "big") + bytes([is_last])


def _sealed(cipher: ChaCha20Poly1305, number: int, lines: bytes, *, is_last: bool) -> bytes:
    sealed = cipher.encrypt(_nonce(number, is_last=is_last), pack_zstd(lines), None)
    return len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed


class SnapshotReader:
    """Opens a snapshot as it comes, and holds no more than a chunk of it.

    `offset`: how many bytes of the file its whole chunks make up; from there a cut transfer goes on (`go_back`).
    """

    def __init__(self, manifest: SnapshotManifest) -> None:
        self.manifest = manifest
        self.offset = 0
        self._cipher = ChaCha20Poly1305(bytes.fromhex(manifest.key))
        self._hash = hashlib.sha256()
        self._number = 0
        self._rest = bytearray()

    def go_back(self) -> None:
        """To the end of the last whole chunk: what comes next is the file from `offset` on."""
        self._rest.clear()

    def take(self, piece: bytes) -> Iterator[bytes]:
        """The chunks that end in the next bytes, still sealed. Raises SnapshotRefused for one longer than any is."""
        self._rest += piece
        while len(self._rest) >= _LENGTH_BYTES:
            end = _LENGTH_BYTES + int.from_bytes(self._rest[:_LENGTH_BYTES], "big")
            if end > MAX_ANSWER_BYTES or self.offset + end > self.manifest.size_bytes:
                raise SnapshotRefused(kind="too_long")
            if len(self._rest) < end:
                return
            chunk = bytes(self._rest[:end])
            del self._rest[:end]
            yield chunk

    def open(self, chunk: bytes) -> list[SnapshotRow]:
        """The rows of the next chunk; `offset` is past it then. Raises SnapshotRefused where a byte of it is wrong."""
        end = self.offset + len(chunk)
        nonce = _nonce(self._number, is_last=end == self.manifest.size_bytes)
        try:
            lines = unpack_zstd(self._cipher.decrypt(nonce, chunk[_LENGTH_BYTES:], None), MAX_ANSWER_BYTES)
        except (InvalidTag, BodyRefused):
            raise SnapshotRefused(kind="damaged") from None
        rows = _rows(lines)
        self._hash.update(chunk)
        self.offset = end
        self._number += 1
        return rows

    def finish(self) -> None:
        """Raises SnapshotRefused where the file is not whole or not the one offered."""
        if self.offset != self.manifest.size_bytes or self._hash.hexdigest() != self.manifest.sha256:
            raise SnapshotRefused(kind="not_whole")


def _rows(lines: bytes) -> list[SnapshotRow]:
    try:
        found = [line.split("\t") for line in lines.decode().split("\n")]
        if found.pop() != [""]:
            raise ValueError
        return [SnapshotRow(kind, _id(record_id), _version(version), body) for kind, record_id, version, body in found]
    except ValueError:
        raise SnapshotRefused(kind="no_rows") from None


def _id(text: str) -> str:
    if not is_uuid(text):
        raise ValueError
    return text


def _version(digits: str) -> int:
    if len(digits) > _KEPT_VERSION_DIGITS:
        raise ValueError
    return int(digits)

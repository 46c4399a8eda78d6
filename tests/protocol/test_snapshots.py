"""A snapshot's form: what goes in comes out, and a byte that is wrong is noticed before its chunk is used."""

import hashlib
import tracemalloc
from collections.abc import Iterator
from random import Random

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sync.protocol.errors import SnapshotRefused
from sync.protocol.ids import rule_id
from sync.protocol.snapshots import SnapshotReader, SnapshotRow, write_chunks
from sync.protocol.unpacking import BodyRefused, pack_zstd, unpack_zstd
from sync.protocol.wire import MAX_ANSWER_BYTES, ScopeDigest, SnapshotManifest

KEY = bytes(range(32))
MIB = 1024 * 1024


def row(number: int, text: str) -> SnapshotRow:
    return SnapshotRow("note", rule_id(str(number)), number, f'{{"text":"{text}"}}')


ROWS = [row(number, f"Bu Siti\\t\\n\u2028\u00e9 {number}") for number in range(9)]


def manifest_of(file: bytes) -> SnapshotManifest:
    return SnapshotManifest(
        scope="global",
        id=rule_id("snapshot"),
        epoch=rule_id("epoch"),
        seq=9,
        size_bytes=len(file),
        sha256=hashlib.sha256(file).hexdigest(),
        digest=ScopeDigest(total="0", count=0),
        key=KEY.hex(),
    )


def read(manifest: SnapshotManifest, file: bytes, *, piece_bytes: int = 1 << 20) -> list[SnapshotRow]:
    reader = SnapshotReader(manifest)
    found = []
    for start in range(0, len(file), piece_bytes):
        for chunk in reader.take(file[start : start + piece_bytes]):
            found += reader.open(chunk)
    reader.finish()
    return found


@pytest.mark.parametrize("chunk_bytes", [1, 200, 1 << 20])
@pytest.mark.parametrize("piece_bytes", [1, 7, 1 << 20])
def test_rows_come_out_as_they_went_in_however_the_file_is_cut(chunk_bytes: int, piece_bytes: int) -> None:
    file = b"".join(write_chunks(ROWS, KEY, chunk_bytes=chunk_bytes))
    assert read(manifest_of(file), file, piece_bytes=piece_bytes) == ROWS


def test_a_scope_without_records_is_a_whole_file_too() -> None:
    file = b"".join(write_chunks([], KEY))
    assert read(manifest_of(file), file) == []


def test_a_wrong_byte_anywhere_is_refused() -> None:
    file = b"".join(write_chunks(ROWS, KEY, chunk_bytes=200))
    manifest = manifest_of(file)
    for place in range(len(file)):
        wrong = bytearray(file)
        wrong[place] ^= 1
        with pytest.raises(SnapshotRefused):
            read(manifest, bytes(wrong))


def test_chunks_left_out_moved_or_of_another_snapshot_are_refused() -> None:
    chunks = list(write_chunks(ROWS, KEY, chunk_bytes=200))
    others = list(write_chunks(ROWS, bytes(32), chunk_bytes=200))
    assert len(chunks) > 2
    for wrong in (chunks[1:], chunks[:-1], [chunks[1], chunks[0], *chunks[2:]], [others[0], *chunks[1:]]):
        file = b"".join(wrong)
        with pytest.raises(SnapshotRefused):
            read(manifest_of(file), file)


def test_the_hash_is_of_the_whole_file() -> None:
    file = b"".join(write_chunks(ROWS, KEY))
    with pytest.raises(SnapshotRefused):
        read(manifest_of(file).model_copy(update={"sha256": "0" * 64}), file)


@pytest.mark.parametrize(
    "lines", [b"note\tx\t1\t{}\n", b"note\n", f"note\t{rule_id('a')}\tone\t{{}}\n".encode(), b"\xff\n", b"no end"]
)
def test_lines_that_are_no_rows_are_refused(lines: bytes) -> None:
    nonce = bytes(11) + b"\x01"
    sealed = ChaCha20Poly1305(KEY).encrypt(nonce, pack_zstd(lines), None)
    file = len(sealed).to_bytes(4, "big") + sealed
    with pytest.raises(SnapshotRefused):
        read(manifest_of(file), file)


def test_neither_side_holds_more_than_a_few_chunks() -> None:
    random = Random(1)

    def rows() -> Iterator[SnapshotRow]:
        return (row(number, random.randbytes(10_000).hex()) for number in range(900))

    file = b"".join(write_chunks(rows(), KEY))
    manifest = manifest_of(file)
    tracemalloc.start()
    try:
        size = sum(map(len, write_chunks(rows(), KEY)))
        written = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        reader = SnapshotReader(manifest)
        found = sum(
            len(reader.open(chunk))
            for start in range(0, len(file), 65_536)
            for chunk in reader.take(file[start : start + 65_536])
        )
        opened = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (found, size > 8 * MIB) == (900, True)
    assert max(written, opened) < 16 * MIB


def test_a_frame_is_unpacked_no_further_than_its_limit() -> None:
    bomb = pack_zstd(bytes(4 * MAX_ANSWER_BYTES))
    tracemalloc.start()
    try:
        with pytest.raises(BodyRefused) as refused:
            unpack_zstd(bomb, MIB)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (refused.value.code, peak < 3 * MIB) == ("sync.too_large", True)


def test_a_frame_that_is_cut_or_followed_by_more_is_refused() -> None:
    frame = pack_zstd(b"Bu Siti" * 100)
    assert unpack_zstd(frame, 700) == b"Bu Siti" * 100
    for wrong in (frame[:-1], frame + b"x", b"", b"<html>"):
        with pytest.raises(BodyRefused):
            unpack_zstd(wrong, 700)

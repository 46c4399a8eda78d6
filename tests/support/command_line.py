"""The command line in this process: what `clienteling` with these words prints, and how it ends."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from clienteling import cli


@dataclass(frozen=True, slots=True)
class Ran:
    """One command's end. `errors` is what stood on standard error."""

    status: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.output)

    @property
    def lines(self) -> list[str]:
        return self.output.splitlines()


@contextmanager
def _process_of(words: tuple[str, ...], stdin: bytes) -> Iterator[None]:
    before = sys.argv, sys.stdin
    sys.argv, sys.stdin = ["clienteling", *words], io.TextIOWrapper(io.BytesIO(stdin))
    try:
        yield
    finally:
        sys.argv, sys.stdin = before


def run(*words: object, stdin: bytes = b"", encoding: str = "utf-8") -> Ran:
    """Runs the command as the process entry does, before a terminal that writes `encoding` and nothing else."""
    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    status = 0
    with _process_of(tuple(map(str, words)), stdin), redirect_stdout(output), redirect_stderr(errors):
        try:
            cli.main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return Ran(status, _written(output), _written(errors))


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()

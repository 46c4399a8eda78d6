"""What commands write: every file whole, or nothing at all."""

import errno
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from clienteling.domain.errors import ClientelingError


def write_files(
    files: Sequence[tuple[str, bytes]],
    output: Path | None,
    *,
    full: str,
    write: Callable[[Path, bytes], object] = Path.write_bytes,
) -> list[Path]:
    """Where the files, by name and content, are now, all of them whole.

    output  a folder, or the name of a file; several are numbered then. None: here, by their own names
    full    the message key of what is said where there is no room

    Raises OSError, and ClientelingError(full). Nothing is left behind then, and what was there before is as it was.
    """
    paths = [_place(name, len(files), number, output) for number, (name, _) in enumerate(files, start=1)]
    drafts = [path.with_name(f".{path.name}.{os.getpid()}.part") for path in paths]
    try:
        for draft, (_, content) in zip(drafts, files, strict=True):
            write(draft, content)
        for draft, path in zip(drafts, paths, strict=True):
            os.replace(draft, path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise ClientelingError(full, file=str(paths[0].parent)) from error
        error.filename = str(paths[0])  # the draft's name would tell nobody anything
        raise
    finally:
        for draft in drafts:
            with suppress(OSError):
                draft.unlink()
    return paths


def _place(name: str, count: int, number: int, output: Path | None) -> Path:
    if output is None or output.is_dir():
        return (output or Path()) / name
    return output.with_name(f"{output.stem}-{number:03d}{output.suffix}") if count > 1 else output

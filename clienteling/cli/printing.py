"""What commands print: sentences in the person's language on standard output, or one JSON document."""

import dataclasses
import json
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console

from clienteling import command_line_text
from sync.protocol.times import to_wire

if TYPE_CHECKING:
    from sync.connectors.reading import OnProgress

out: Final = Console(soft_wrap=True, highlight=False)
errors: Final = Console(stderr=True, soft_wrap=True, highlight=False)


def say(key: str, **values: object) -> None:
    """Print a text."""
    out.print(command_line_text.translator().text(key, **values), markup=False)


def say_wrong(text: str) -> None:
    """Print what is wrong on standard error."""
    errors.print(text, style="red", markup=False)


def print_json(value: Any) -> None:
    """One JSON document on standard output, escaped where that cannot write its characters."""
    text = json.dumps(value, default=plain, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, default=plain, indent=2)
    sys.stdout.write(text + "\n")


def print_json_line(value: Any) -> None:
    """One JSON document on a line, which is there before the next is made.

    All escaped: what splits lines does not agree on U+0085 and U+2028, which a code may hold.
    """
    sys.stdout.write(json.dumps(value, default=plain) + "\n")
    sys.stdout.flush()


def plain(value: Any) -> Any:
    """The JSON value for what is none. Raises TypeError."""
    if isinstance(value, datetime):
        return to_wire(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(type(value).__name__)


def progress(folder: Path, *, shown: bool) -> AbstractContextManager["OnProgress | None"]:
    """A bar for the rows of a folder's files; nothing where JSON is printed."""
    return command_line_text.progress(folder) if shown else nullcontext()

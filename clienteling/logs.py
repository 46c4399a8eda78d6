"""Logs: one JSON object a line, rotated, with ids and codes only.

A traceback is kept as the exception's type and where it came from; its message is left out, because messages of
libraries can quote what a person typed. For the same reason a library's message is kept without what it fills in; of
the web server's, which fills in addresses of clients and paths with their queries, the numbers are kept.
"""

import json
import logging
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 1_000_000
BACKUPS = 3
LEFT_OUT = "…"
QUIET_LOGGERS = frozenset({"httpx", "httpcore", "flet", "flet_web", "uvicorn.access", "watchfiles", "alembic"})
"""Of libraries that tell of each request or step; warnings of theirs are kept."""
OWN_FIELDS = ("code", "device_id", "request_id", "status", "path", "count", "seconds")


class JsonLines(logging.Formatter):
    """A record as one JSON line: time, level, logger, message, our own fields, and where an error came from."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        line.update({name: getattr(record, name) for name in OWN_FIELDS if hasattr(record, name)})
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])
            line["error"] = record.exc_info[0].__name__
            line["where"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
        return json.dumps(line, default=str, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    """What a record says, without what it may not."""
    if record.name.startswith(("clienteling", "sync")):
        return record.getMessage()
    template = str(record.msg)
    if not record.name.startswith("uvicorn") or not isinstance(record.args, tuple):
        return template
    numbers_only = tuple(one if isinstance(one, int) else LEFT_OUT for one in record.args)
    try:
        return template % numbers_only
    except (TypeError, ValueError):
        return template


def log_to(folder: Path, name: str) -> Path:
    """Send this process's log to `folder`/`name`.log; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.log"
    handler = RotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8")
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    for before in root.handlers:
        if isinstance(before, RotatingFileHandler):  # of the same process, whose device is closed by now
            before.close()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for quiet in QUIET_LOGGERS:
        logging.getLogger(quiet).setLevel(logging.WARNING)
    return path

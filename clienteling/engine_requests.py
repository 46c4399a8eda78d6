"""How another process asks a running engine to sync: a request file in the data directory, answered by a result file.

Files, because they need no port and no credential beyond the directory's own.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from sync.engine.loop import Phase, SyncState
from sync.protocol.private_files import write_durably
from sync.protocol.times import to_wire

REQUEST_ENDS = ".sync-request"
RESULT_ENDS = ".sync-result"
REQUEST_POLL_S = 0.3

log = logging.getLogger(__name__)


async def answer_requests(data_dir: Path, sync_now: Callable[[], Awaitable[SyncState]]) -> NoReturn:
    """Answers until cancelled; a directory that cannot be written costs the answer, never the engine."""
    _remove_left_over(data_dir)
    while True:
        await asyncio.sleep(REQUEST_POLL_S)
        try:
            asked = _take_all(data_dir)
            if asked:
                text = json.dumps(result_of(await sync_now())).encode()
                for request in asked:
                    write_durably(request.with_suffix(RESULT_ENDS), text)
        except OSError as error:
            log.warning("a request was not answered", extra={"code": type(error).__name__})


def result_of(state: SyncState) -> dict[str, object]:
    """A finished run as JSON values: `ok`, `code` where it failed, and what was sent and changed."""
    ok = state.phase is Phase.IDLE
    synced = to_wire(state.last_synced_at) if state.last_synced_at else None
    code = None if ok else state.problem or "sync.unreachable"
    return {"ok": ok, "code": code, "last_synced_at": synced, **(asdict(state.result) if state.result else {})}


def ask_running_engine(data_dir: Path, *, wait: Callable[[], bool]) -> dict[str, object] | None:
    """The running engine's result of a sync begun after this call, or None where `wait` gives up first.

    `wait` pauses a moment and says whether to go on.
    """
    request = data_dir / f"{secrets.token_hex(8)}{REQUEST_ENDS}"
    answer = request.with_suffix(RESULT_ENDS)
    request.touch(mode=0o600)
    try:
        while wait():
            with suppress(OSError, ValueError):
                return dict(json.loads(answer.read_text("utf-8")))
        return None
    finally:
        request.unlink(missing_ok=True)
        answer.unlink(missing_ok=True)


def _remove_left_over(data_dir: Path) -> None:
    """Answers of an earlier engine, which nobody reads."""
    for left_over in data_dir.glob(f"*{RESULT_ENDS}"):
        left_over.unlink(missing_ok=True)


def _take_all(data_dir: Path) -> list[Path]:
    """The requests that have come, each taken once."""
    return [request for request in data_dir.glob(f"*{REQUEST_ENDS}") if _taken(request)]


def _taken(request: Path) -> bool:
    """Whether the request could be taken: whoever asked may have given up meanwhile, or still be writing it."""
    try:
        request.unlink()
    except OSError:
        return False
    return True

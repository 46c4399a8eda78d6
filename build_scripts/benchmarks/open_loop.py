"""Asks a server at a fixed rate, whatever it does meanwhile, and counts each answer from when its request was due.

A client that waits for an answer before it asks again asks a slow server less often, and so reports it faster than
people find it ("coordinated omission"). Here a request that is due is sent at once, on a new connection where
all others are busy. Source: Gil Tene, "How NOT to Measure Latency".
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from build_scripts.benchmarks.report import MS, Samples

_TIMEOUT_S: Final = 10.0
_BODILESS: Final = (204, 304)


@dataclass(frozen=True, slots=True)
class Answer:
    """`head`: status line and headers as they came; `content`: the body, packed as it came."""

    status: int
    head: bytes
    content: bytes

    def header(self, name: str) -> str:
        """The header's value, "" where there is none."""
        wanted = name.lower().encode() + b":"
        lines = (line for line in self.head.split(b"\r\n") if line.lower().startswith(wanted))
        return next(lines, wanted)[len(wanted) :].strip().decode("latin-1")


@dataclass(slots=True)
class Outcome:
    """What came of a schedule. `latencies`: ms from due to the last byte; `broken`: without an answer."""

    latencies: Samples = field(default_factory=Samples)
    statuses: dict[int, int] = field(default_factory=dict)
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: built when it is sent, since it may name what an earlier answer told."""

    build: Callable[[], bytes]
    answered: Callable[[Answer], None] = lambda answer: None


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Client:
    """Keeps connections to one server and opens another where all are waiting."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._idle: list[Line] = []

    async def ask(self, request: bytes) -> Answer:
        """The answer. Raises OSError, asyncio.IncompleteReadError or TimeoutError."""
        line = self._waiting() or await asyncio.open_connection(self._host, self._port)
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                answer = await _exchange(line, request)
        except BaseException:
            line[1].close()
            raise
        self._idle.append(line)
        return answer

    def _waiting(self) -> Line | None:
        """A connection that waits, and that the server has not ended meanwhile."""
        while self._idle:
            line = self._idle.pop()
            if not line[0].at_eof():
                return line
            line[1].close()
        return None

    async def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()


async def _exchange(line: Line, request: bytes) -> Answer:
    reader, writer = line
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    answer = Answer(status, head, b"")
    length = int(answer.header("content-length") or 0)
    if not length or status in _BODILESS:
        return answer
    return Answer(status, head, await reader.readexactly(length))


async def at_rate(client: Client, asks: Sequence[Ask], per_s: float) -> Outcome:
    """What came of all `asks`, one every 1 / `per_s` seconds."""
    outcome = Outcome()
    begin_s = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, ask in enumerate(asks):
            due_s = begin_s + number / per_s
            wait_s = due_s - time.perf_counter()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            group.create_task(_one(client, ask, due_s, outcome))
    return outcome


async def _one(client: Client, ask: Ask, due_s: float, outcome: Outcome) -> None:
    try:
        answer = await client.ask(ask.build())
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        outcome.broken += 1
        return
    outcome.latencies.add((time.perf_counter() - due_s) * MS)
    outcome.statuses[answer.status] = outcome.statuses.get(answer.status, 0) + 1
    ask.answered(answer)

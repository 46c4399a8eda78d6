"""Requests no proper client would send, and the whole database to be compared before and after them."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI
from sqlalchemy import Table
from starlette.types import Message

from sync.central_api.database import CentralDatabase
from sync.central_api.tables import METADATA
from sync.protocol.wire import ProblemDocument

BareHeaders = list[tuple[bytes, bytes]]
JSON: BareHeaders = [(b"content-type", b"application/json")]


@dataclass(slots=True)
class BareAnswer:
    """What came back. `pieces_read`: how much of the body the application asked for."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    pieces_read: int = 0


def bare_call(
    application: FastAPI, method: str, path: str, *, headers: BareHeaders, pieces: Iterable[bytes] = (b"",)
) -> BareAnswer:
    """The answer to a request put together byte by byte; the body ends with the last of `pieces`."""
    answer = BareAnswer()
    waiting = iter(pieces)
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "method": method,
        "path": path, "raw_path": path.encode("utf-8", "surrogateescape"), "query_string": b"", "root_path": "",
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("central", 80),
    }  # fmt: skip

    async def receive() -> Message:
        piece = next(waiting, None)
        if piece is None:
            return {"type": "http.request", "body": b"", "more_body": False}
        answer.pieces_read += 1
        return {"type": "http.request", "body": piece, "more_body": True}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
        else:
            answer.content += message.get("body", b"")

    asyncio.run(application(scope, receive, send))
    return answer


def read_problem(answer: httpx.Response | BareAnswer) -> ProblemDocument:
    """The problem document; fails where the answer is none, or disagrees with its own status."""
    status = answer.status_code if isinstance(answer, httpx.Response) else answer.status
    assert answer.headers["content-type"] == "application/problem+json", answer.content[:200]
    problem = ProblemDocument.model_validate_json(answer.content)
    assert problem.status == status
    return problem


def assert_problem(answer: httpx.Response | BareAnswer, status: int, code: str) -> None:
    problem = read_problem(answer)
    assert (problem.status, problem.code) == (status, code)


def rows_of(database: CentralDatabase, tables: Iterable[Table]) -> dict[str, list[str]]:
    """Every row of the tables, in an order that does not depend on the database."""
    with database.reading() as connection:
        return {table.name: sorted(map(repr, connection.execute(table.select()))) for table in tables}


@contextmanager
def unchanged(database: CentralDatabase) -> Iterator[None]:
    """Fails where the block changed any row of any table."""
    tables = METADATA.sorted_tables
    before = rows_of(database, tables)
    yield
    assert rows_of(database, tables) == before

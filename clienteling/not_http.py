"""What is no HTTP at all is refused as everything else: by a problem document (RFC 9457).

uvicorn never shows such bytes to the application; it says so in plain text. Which of its two parsers is at hand depends
on the platform, and both say it by `send_400_response` on their transport.
"""

import asyncio
from http import HTTPStatus
from typing import Final

from uvicorn.server import ServerState

from sync.central_api.problems import problem_response

_PROBLEM: Final = problem_response(HTTPStatus.BAD_REQUEST, "sync.not_http")


class _AnswersByProblem:
    transport: asyncio.Transport
    server_state: ServerState

    def send_400_response(self, msg: str) -> None:
        """Answers and hangs up: nobody can tell where another request would begin. `msg` is uvicorn's sentence, which
        is in its log."""
        headers = [*self.server_state.default_headers, *_PROBLEM.raw_headers, (b"connection", b"close")]
        lines = [b"HTTP/1.1 400 Bad Request", *(b": ".join(header) for header in headers)]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(_PROBLEM.body)]))
        self.transport.close()


def answering_by_problem(protocol: type[asyncio.Protocol]) -> type[asyncio.Protocol]:
    """One of uvicorn's protocols, but that it refuses what is no HTTP by a problem document."""
    return type(protocol.__name__, (_AnswersByProblem, protocol), {})

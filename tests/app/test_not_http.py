"""Bytes that are no HTTP get a problem document, by the real uvicorn and each of its parsers."""

import asyncio
import socket
from http.client import HTTPResponse

import httpx
import pytest
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from clienteling.central_host import central_config
from clienteling.not_http import answering_by_problem
from sync.protocol.wire import ProblemDocument
from tests.support.serving import serve

CALL = b"POST / HTTP/1.1\r\nhost: x\r\n"
JUNK = {
    "no HTTP": b"halo\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32),
    "no version": b"GET / HTTP/9\r\n\r\n",
    "a length that is no number": CALL + b"content-length: x\r\n\r\n{}",
    "two lengths": CALL + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}",
}
TOO_LONG = {
    "as it is served": b"GET /" + b"a" * 2**16 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
    "in Python": b"GET /" + b"a" * (2**14 - 4),
}
"""One byte more than is read of it, and no more: what is left unread would reset the connection."""


def protocol_named(name: str) -> type[asyncio.Protocol]:
    if name == "in Python":
        return answering_by_problem(H11Protocol)
    served = central_config(Response("ok"), port=0).http
    assert isinstance(served, type)
    return served


def answer_to(address: str, sent: bytes) -> tuple[int, str | None, bytes]:
    """Status, content type and body of the answer, after which the connection has ended."""
    port = int(address.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(sent)
        answer = HTTPResponse(connection)
        answer.begin()
        content = answer.read()
        assert connection.recv(1) == b""
    assert answer.getheader("date")
    return answer.status, answer.getheader("content-type"), content


@pytest.mark.parametrize("protocol", TOO_LONG)
def test_what_is_no_http_is_refused_by_a_problem_document_and_the_server_goes_on(protocol: str) -> None:
    with serve(Response("ok"), http=protocol_named(protocol)) as address:
        for name, sent in {**JUNK, "too long": TOO_LONG[protocol]}.items():
            status, media_type, content = answer_to(address, sent)
            assert (status, media_type) == (400, "application/problem+json"), name
            problem = ProblemDocument.model_validate_json(content)
            assert (problem.status, problem.title, problem.code) == (400, "Bad Request", "sync.not_http"), name
        assert httpx.get(address, trust_env=False).text == "ok"

"""Answers of a mock transport, as they come from the network: not read yet."""

import httpx


def unread(answer: httpx.Response) -> httpx.Response:
    """The same answer, whose body has not been read."""
    return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))

"""Waits for what another process or thread does, where nothing announces it. Never for time to pass."""

import threading
import time
from collections.abc import Callable

import httpx


def wait_until(condition: Callable[[], bool], *, timeout_s: float = 30.0, what: str = "it") -> None:
    """Nothing, as soon as the condition holds. Fails the test after `timeout_s`."""
    ends_s = time.monotonic() + timeout_s
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < ends_s, f"{what} did not happen in {timeout_s:g} s"
        pause.wait(0.02)


def is_up(url: str) -> bool:
    """Whether a server answers there. Without reading a list of authorities, which costs more than the server's start
    where one asks every 20 ms."""
    try:
        return httpx.get(f"{url}/healthz", trust_env=False, verify=False).is_success
    except httpx.TransportError:
        return False

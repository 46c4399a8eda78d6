"""This machine's own address, where everything that is served here answers, which of its ports are free, and what
leaves it unencrypted."""

import os
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from ipaddress import ip_address
from urllib.parse import urlsplit

from clienteling.domain.errors import ClientelingError

LOOPBACK = "127.0.0.1"


class PortUnusable(ClientelingError):
    """Codes: port.taken (field `port`), port.none_free."""

    code = "port.taken"


def address(port: int) -> str:
    """Where programs and browsers of this machine find what is served on a port."""
    return f"http://{LOOPBACK}:{port}"


def leaves_unencrypted(url: str) -> bool:
    """Whether what is sent to this address crosses a network for anybody there to read. Asks no DNS."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and not _is_this_machine(parts.hostname or "")
    except ValueError:
        return False


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _held(port: int, held: ExitStack) -> int | None:
    """The port, kept until `held` ends (0: one the system gives), or None where somebody has it."""
    probe = held.enter_context(socket.socket())
    if os.name != "nt":
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((LOOPBACK, port))
        probe.listen()  # on Linux two that only bind may share a port
    except OSError:
        return None
    return int(probe.getsockname()[1])


def free_ports(preferred: Sequence[int]) -> list[int]:
    """A port for each that is preferred: that one where nobody has it, else one the system gives; no two the same.

    Raises PortUnusable.
    """
    with ExitStack() as held:
        found = [port for wanted in preferred if (port := _held(wanted, held) or _held(0, held)) is not None]
    if len(found) < len(preferred):
        raise PortUnusable("port.none_free")
    return found


def refuse_taken(port: int) -> None:
    """Raises PortUnusable where another program answers on the port."""
    with ExitStack() as held:
        if _held(port, held) is None:
            raise PortUnusable(port=str(port))

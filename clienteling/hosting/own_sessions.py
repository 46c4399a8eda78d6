"""A session of the app goes on in the browser that began it, and in no other.

Flet hands a session to whoever names it: the first message of a socket, `[1, {"session_id": ...}]` in MessagePack after
a zero byte, may ask for one that has no socket now, and the id is all it takes. Source: flet_web 1.0.5, `FletApp`. Here
every such message is read before Flet reads it, and asks for nothing unless this browser was given that id.

In memory, as sessions are: after a new start of the program there are none to go on with.
"""

import logging
from collections import OrderedDict
from typing import Any, Final

import msgpack
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BROWSER: Final = "clienteling.browser"
"""Where a guard tells in an ASGI scope which browser asks; those of this machine, who meet no guard, are one."""
MOST_REMEMBERED: Final = 10_000
"""The oldest are forgotten first: whoever comes back with one of those begins anew."""
_PACKET: Final = 0
_PAIR: Final = 0x92
_REGISTER: Final = 1
_MOST_FIXED: Final = 0x7F

log = logging.getLogger(__name__)


class OwnSessions:
    """An ASGI wrapper around Flet's app; `scope[BROWSER]` tells who asks."""

    def __init__(self, app: ASGIApp, *, most_remembered: int = MOST_REMEMBERED) -> None:
        self._app, self._most = app, most_remembered
        self._begun_by: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        browser = str(scope.get(BROWSER, ""))

        async def received() -> Message:
            while True:
                message = await receive()
                packet = message.get("bytes")
                if message["type"] != "websocket.receive" or not packet or packet[0] != _PACKET:
                    return message
                passed_on = self._asking_for_its_own(packet, browser)
                if passed_on is not None:
                    return {**message, "bytes": passed_on}
                log.warning("a message of no known form was dropped", extra={"code": "hub.odd_message"})

        async def sent(message: Message) -> None:
            packet = message.get("bytes")
            if packet and packet[0] == _PACKET and _is_plain(packet) and _registers(packet):
                self._remember(_session_told(packet), browser)
            await send(message)

        await self._app(scope, received, sent)

    def _asking_for_its_own(self, packet: bytes, browser: str) -> bytes | None:
        """The packet without the id of a session that this browser did not begin; None for what is no packet of Flet's.

        A registration is packed anew, so that Flet reads what was read here.
        """
        if not _is_plain(packet):
            return None
        if not _registers(packet):
            return packet
        try:
            action, body = msgpack.unpackb(packet[1:])
            asked = body.get("session_id")
        except (ValueError, AttributeError):
            return None
        owner = self._begun_by.get(asked) if isinstance(asked, str) else None
        if owner != browser:
            asked = None
            if owner is not None:
                log.warning("a session of another browser was asked for", extra={"code": "hub.session_of_another"})
        return bytes((_PACKET,)) + bytes(msgpack.packb([action, {**body, "session_id": asked}]))

    def _remember(self, session_id: str | None, browser: str) -> None:
        if session_id is None:
            return
        self._begun_by.setdefault(session_id, browser)
        self._begun_by.move_to_end(session_id)
        while len(self._begun_by) > self._most:
            self._begun_by.popitem(last=False)


def _is_plain(packet: bytes) -> bool:
    """Whether its head is as Flet's client writes it: a list of two, then a small number.

    Python's 1 is also 1.0 and True, and each has several spellings: no other head is passed on.
    """
    return len(packet) > 2 and packet[1] == _PAIR and packet[2] <= _MOST_FIXED


def _registers(packet: bytes) -> bool:
    return packet[2] == _REGISTER


def _session_told(packet: bytes) -> str | None:
    """The session's id in Flet's answer, which may hold a whole screen after it."""
    reader: Any = msgpack.Unpacker(strict_map_key=False, max_buffer_size=0)
    reader.feed(memoryview(packet)[1:])
    reader.read_array_header()
    reader.skip()
    for _ in range(reader.read_map_header()):
        name = reader.unpack()
        if name == "session_id":
            told = reader.unpack()
            return told if isinstance(told, str) else None
        reader.skip()
    return None

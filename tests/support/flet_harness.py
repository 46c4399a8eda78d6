"""Flet's session without Flutter: renders components, fires events, and reads what a person would see. Milliseconds.

The only file that touches Flet's private names (pinned to 1.0.5): `tests/ui/test_flet_facts.py` holds one test for each
thing relied on here and in `clienteling.ui`, so that an upgrade tells what changed.

    async with flet_session(main) as screen:
        await screen.type("look-up", "sit")
        assert "Bu Siti Rahmawati" in screen.words()
"""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cache
from types import NoneType
from typing import Any, Final, cast

import flet as ft
import msgpack
from flet.components.component import Component
from flet.controls.base_control import BaseControl
from flet.controls.context import _context_page
from flet.messaging.connection import Connection
from flet.messaging.protocol import (
    Message,
    MessageAction,
    RegisterClientResponseBody,
    configure_encode_object_for_msgpack,
)
from flet.messaging.session import Session
from flet.pubsub.pubsub_hub import PubSubHub

PAGE_ID: Final = 1
_SETTLE_TIMEOUT_S: Final = 30.0
"""Long, since all workers share two cores; a screen that comes to rest does not wait it out."""
_encode = cast(Any, configure_encode_object_for_msgpack)(BaseControl)


class MemoryConnection(Connection):
    """A client that keeps what it is sent; a pushed route comes back as the browser's route change."""

    def __init__(self, executor: ThreadPoolExecutor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Flet left it untyped
        self.sent: list[Message] = []
        self.page_url = "http://test"
        self.loop = asyncio.get_running_loop()
        self.executor = executor
        self.pubsubhub = PubSubHub(loop=self.loop, executor=executor)
        self.session: Session | None = None
        self.lost = False
        """Whether sending fails, as it does until Flet has noticed that the browser is gone."""
        self.answers: dict[str, Callable[[Any], object]] = {}
        """What the client answers to a method, by its name; a RuntimeError is its error. None for all others."""
        self._tasks: set[asyncio.Task[None]] = set()

    def send_message(self, message: Message) -> None:
        """Keeps the message. Packing it is what renders new components. Raises AttributeError while `lost`."""
        if self.lost:
            raise AttributeError("'NoneType' object has no attribute 'put_nowait'")
        self.sent.append(message)
        msgpack.packb([message.action, message.body], default=_encode)
        if message.action == MessageAction.INVOKE_METHOD:
            task = self.loop.create_task(self._answer(message.body))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, call: Any) -> None:
        session = self.session
        if session is None:
            return
        if call.name == "push_route":
            route = call.args["route"]
            session.apply_page_patch({"route": route})
            await session.dispatch_event(PAGE_ID, "route_change", {"route": route})
        result, error = None, None
        try:
            result = self.answers.get(call.name, _no_answer)(call.args)
        except RuntimeError as failed:
            error = str(failed)
        session.handle_invoke_method_results(call.control_id, call.call_id, result, error)


def _no_answer(_: object) -> None:
    """What most methods answer."""


class Screen:
    """What is on the screen of one session, and what a person can do with it."""

    def __init__(self, session: Session, connection: MemoryConnection) -> None:
        self.session = session
        self.connection = connection
        self.errors: list[str] = []
        """What Flet said of handlers and effects that raised, since the app took over."""

    def listen_for_errors(self) -> None:
        """Nothing; from now on errors are kept, and passed on to whom the app has them told."""
        session: Any = self.session
        told = session.error

        def error(message: str) -> None:
            self.errors.append(message)
            told(message)

        session.error = error

    @property
    def page(self) -> ft.Page:
        return cast(ft.Page, self.session.page)

    @property
    def route(self) -> str:
        return self.page.route or ""

    # --- looking

    def controls(self) -> Iterator[BaseControl]:
        """Every visible control, outermost first; inside components, what they drew last; then what lies over them."""
        yield from _walk([self.page.views, [one for one in self.page._dialogs.controls if one.open]], set())

    def of_type(self, kind: type[Any]) -> list[Any]:
        """All controls of a class."""
        return [control for control in self.controls() if isinstance(control, kind)]

    def words(self) -> str:
        """All texts and labels, one a line."""
        return "\n".join(_words(self.controls()))

    def identified(self, identifier: str) -> BaseControl:
        """What carries this semantics identifier."""
        for control in self.controls():
            if isinstance(control, ft.Semantics) and control.identifier == identifier:
                return control
        raise AssertionError(f"nothing is called {identifier}; on the screen:\n{self.words()}")

    def has(self, identifier: str) -> bool:
        """Whether something carries this semantics identifier."""
        return any(isinstance(one, ft.Semantics) and one.identifier == identifier for one in self.controls())

    def words_of(self, identifier: str) -> str:
        """Texts and labels inside one part."""
        return "\n".join(_words(_walk(self.identified(identifier), set())))

    def inside(self, identifier: str, kind: type[Any]) -> Any:
        """The first control of a class inside one part."""
        for control in _walk(self.identified(identifier), set()):
            if isinstance(control, kind):
                return control
        raise AssertionError(f"no {kind.__name__} in {identifier}")

    def typed(self, identifier: str) -> str:
        """What stands in a field."""
        return str(self.inside(identifier, ft.TextField).value)

    def problem(self, identifier: str) -> str:
        """What a field says is wrong, or ""."""
        return str(self.inside(identifier, ft.TextField).error or "")

    def asked_of(self, control: BaseControl) -> list[str]:
        """What the client was asked to do with a control, such as `focus`, in order."""
        calls = [one.body for one in self.connection.sent if one.action == MessageAction.INVOKE_METHOD]
        return [cast(Any, call).name for call in calls if cast(Any, call).control_id == control._i]

    # --- acting

    async def fire(self, control: BaseControl, name: str, value: object = None) -> None:
        """Nothing, once the event has been handled and the screen has settled."""
        await self.session.dispatch_event(control._i, name, value)
        await self.settle()

    async def press(self, identifier: str) -> None:
        """Presses what is called so: a card, a row, or the button inside."""
        control = self.identified(identifier)
        assert isinstance(control, ft.Semantics)
        for inner in _walk(control, set()):
            if getattr(inner, "on_click", None) is not None:
                await self.fire(inner, "click")
                return
        raise AssertionError(f"{identifier} cannot be pressed")

    async def type(self, identifier: str, text: str, *, settle: bool = True) -> None:
        """One key press that leaves `text` in the field, as the client reports it."""
        box = self.inside(identifier, ft.TextField)
        self.session.apply_patch(box._i, {"value": text})
        await self.session.dispatch_event(box._i, "change", text)
        if settle:
            await self.settle()

    async def submit(self, identifier: str) -> None:
        """Enter, with the focus in the field."""
        box = self.inside(identifier, ft.TextField)
        await self.fire(box, "submit", box.value)

    async def switch(self, identifier: str, value: bool) -> None:
        """Moves a switch."""
        control = self.inside(identifier, ft.Switch)
        self.session.apply_patch(control._i, {"value": value})
        await self.fire(control, "change", value)

    async def go(self, route: str) -> None:
        """The browser goes to an address, or back."""
        self.session.apply_page_patch({"route": route})
        await self.session.dispatch_event(PAGE_ID, "route_change", {"route": route})
        await self.settle()

    async def key(self, key: str) -> None:
        """A key press that no field takes."""
        pressed = {"key": key, "shift": False, "ctrl": False, "alt": False, "meta": False}
        await self.session.dispatch_event(PAGE_ID, "keyboard_event", pressed)
        await self.settle()

    async def resize(self, width: float, height: float) -> None:
        """The window gets another size."""
        self.session.apply_page_patch({"width": width, "height": height})
        await self.session.dispatch_event(PAGE_ID, "resize", {"width": width, "height": height})
        await self.settle()

    def draw_in_order(self, order: Callable[[list[Any]], None]) -> None:
        """Nothing; `order` arranges the components that are drawn together, which Flet takes as a set gives them."""
        session: Any = self.session
        session._Session__pending_updates = _Ordered(order)

    async def settle(self) -> None:
        """Nothing, once no read is under way and nothing more is sent."""
        deadline = asyncio.get_running_loop().time() + _SETTLE_TIMEOUT_S
        quiet = 0
        while quiet < 10:
            before = len(self.connection.sent)
            await asyncio.sleep(0)
            busy = _reads_under_way() or len(self.connection.sent) != before
            quiet = 0 if busy else quiet + 1
            if busy:
                await asyncio.sleep(0.001)
            assert asyncio.get_running_loop().time() < deadline, "the screen does not come to rest"

    async def until(self, condition: Callable[[], bool]) -> None:
        """Nothing, once the condition holds; for what happens while a read is held up."""
        deadline = asyncio.get_running_loop().time() + _SETTLE_TIMEOUT_S
        while not condition():
            await asyncio.sleep(0.001)
            assert asyncio.get_running_loop().time() < deadline, f"still waiting; on the screen:\n{self.words()}"

    # --- judging

    def crashed(self) -> list[str]:
        """What was said of handlers and effects that raised."""
        told = [str(one.body) for one in self.connection.sent if one.action == MessageAction.SESSION_CRASHED]
        return [*told, *self.errors]

    def unmounted(self) -> list[str]:
        """Components that stand on the screen and that Flet has not mounted: they read nothing and hear of nothing."""
        drawn = _walk(self.page.views, set(), components=True)
        return [one.fn.__name__ for one in drawn if isinstance(one, Component) and not one._state.mounted]

    def frozen(self) -> bool:
        """Whether a raise in a component has ended the session's update scheduler."""
        task: asyncio.Task[None] | None = getattr(self.session, "_Session__updates_task", None)
        return task is None or task.done()


class _Ordered(set[Any]):
    """A set that is gone through in an order of the test's choice."""

    def __init__(self, order: Callable[[list[Any]], None]) -> None:
        super().__init__()
        self._order = order

    def __iter__(self) -> Iterator[Any]:
        ordered = list(super().__iter__())
        self._order(ordered)
        return iter(ordered)


def _reads_under_way() -> bool:
    """Whether any task waits for a thread: `use_query` and `use_action` read and write in threads."""
    for task in asyncio.all_tasks():
        frame: Any = task.get_coro()
        while frame is not None:
            if getattr(frame, "__qualname__", "") == "to_thread":
                return True
            frame = getattr(frame, "cr_await", None)
    return False


def _walk(node: object, seen: set[int], *, components: bool = False) -> Iterator[BaseControl]:
    """Every visible control below `node`, outermost first; components themselves only where asked for."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        kind = type(one)
        if kind in _LEAVES:
            continue
        if isinstance(one, (list, tuple)):
            waiting.extend(reversed(one))
        elif isinstance(one, dict):
            waiting.extend(reversed(list(one.values())))
        elif dataclasses.is_dataclass(one) and id(one) not in seen and getattr(one, "visible", True):
            seen.add(id(one))
            if isinstance(one, Component):
                if components:
                    yield one
                waiting.append(one._b)
                continue
            if isinstance(one, BaseControl):
                yield one
            # Flet keeps what is not the default in `_values`: most of a control's sixty fields are not asked at all.
            set_here: dict[str, object] = getattr(one, "_values", {})
            tracked, others = _fields_within(cast(Any, kind))
            waiting.extend(getattr(one, name, None) for name in others)
            waiting.extend(set_here[name] for name in tracked if name in set_here)


_LEAVES: Final = frozenset({NoneType, bool, int, float, str, bytes})


@cache
def _fields_within(kind: type[Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields of a class of controls that are sent to the client, the last first: those that Flet keeps in `_values`
    where they are set, and the others."""
    fields = [one.name for one in reversed(dataclasses.fields(kind)) if not one.metadata.get("skip")]
    sent = [name for name in fields if name != "_parent"]
    structural = getattr(kind, "_structural_fields", frozenset(sent))
    return tuple(name for name in sent if name not in structural), tuple(name for name in sent if name in structural)


def _words(controls: Iterator[BaseControl]) -> Iterator[str]:
    for control in controls:
        for name in ("value", "label", "content", "tooltip", "error"):
            words = getattr(control, name, None)
            if isinstance(words, str) and words:
                yield words


@asynccontextmanager
async def flet_session(
    main: Callable[[ft.Page], None],
    *,
    route: str = "/",
    size: tuple[int, int] = (768, 1024),
    may_freeze: bool = False,
    settle: bool = True,
    **page: object,
) -> AsyncIterator[Screen]:
    """One session of the app. At its end, a frozen screen, a dead part of one or a raise in a handler fails the test.

    `settle` False: begins while reads are under way.
    """
    with ThreadPoolExecutor(2) as executor:
        before = asyncio.all_tasks()
        connection = MemoryConnection(executor)
        session = Session(connection)
        connection.session = session
        _context_page.set(session.page)
        width, height = size
        about = {"route": route, "web": True, "platform": "linux", "width": width, "height": height, **page}
        session.apply_page_patch(about)
        patch = cast(Any, session).get_page_patch()
        answer = RegisterClientResponseBody(session_id=session.id, page_patch=patch, error="")
        connection.send_message(Message(MessageAction.REGISTER_CLIENT, answer))
        main(session.page)
        screen = Screen(session, connection)
        screen.listen_for_errors()
        if settle:
            await screen.settle()
        try:
            yield screen
            if not may_freeze:
                assert not screen.frozen(), "a component raised: the screen is frozen"
                assert not screen.crashed(), screen.crashed()
                assert not screen.unmounted(), screen.unmounted()
        finally:
            await _end(session, before)


async def _end(session: Session, before: set[asyncio.Task[Any]]) -> None:
    cast(Any, session).close()
    await asyncio.sleep(0)
    left = asyncio.all_tasks() - before
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    cast(Any, session)._Session__index.clear()

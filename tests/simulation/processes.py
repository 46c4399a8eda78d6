"""A real device and a real server, each in a process of its own that can end itself by SIGKILL at a named step.

A process is forked from one that has imported everything and started nothing (multiprocessing's fork server), so that
starting one costs milliseconds. What it must not forget it writes to plain files before it goes on.
"""

import asyncio
import json
import os
import signal
import socket
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import uvicorn
from sqlalchemy import Connection, Engine, event

from clienteling.secrets import TOKEN, KeyFile, store_keys
from clienteling.store.device_folder import OUTBOX_FILE
from clienteling.store.generation import Step
from clienteling.store.outbox import read_entries
from clienteling.store.replica import LocalStore
from clienteling.store.unpack import ASKING
from sync.central_api.app import create_app
from sync.central_api.database import CentralDatabase
from sync.central_api.settings import CentralSettings
from sync.client.httpx_api import HttpxCentralApi
from sync.engine.run_once import run_once
from sync.protocol.errors import SyncError
from sync.protocol.ids import IdMaker
from sync.protocol.times import Clock
from tests.simulation.steps import STARTING, AtDevice, AtServer, File, call_of, step_of
from tests.simulation.watched import Watched

DONE: Final = 0
BROKEN: Final = 1
Line = str | tuple[Mapping[str, Any], str]
"""Of a device's script: "sync", or a note's args and who writes it."""
UNREACHED: Final = 3
"""A sync ended with one of the protocol's errors: the next run tries again."""


@dataclass(frozen=True, slots=True)
class Kill:
    """The `nth` time a process comes to `step`, counted from 1."""

    step: str
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Notes:
    """What a process leaves for whoever looks after it, in `folder`. Kept entries and words of a traceback."""

    folder: Path

    @property
    def kept(self) -> Path:
        """An entry a line, each written once its outbox has it."""
        return self.folder / "kept.jsonl"

    @property
    def steps(self) -> Path:
        """How often each step came, of a process that ended by itself."""
        return self.folder / "steps.json"

    @property
    def last_words(self) -> Path:
        return self.folder / "last-words.txt"


class Steps:
    """Counts the steps of this process, and ends it at one of them."""

    def __init__(self, kill: Kill | None, notes: Notes) -> None:
        self.came: Counter[str] = Counter()
        self._kill = kill
        self._notes = notes

    def __call__(self, step: str) -> None:
        self.came[step] += 1
        if self._kill is not None and step == self._kill.step and self.came[step] == self._kill.nth:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Keeps the counts of a process that ends by itself, and the traceback of one that breaks."""
        try:
            yield
        except Exception:  # noqa: BLE001  # whatever it is, whoever looks after this process is told
            self._notes.last_words.write_text(traceback.format_exc(), encoding="utf-8")
            raise SystemExit(BROKEN) from None
        finally:
            self._notes.steps.write_text(json.dumps(self.came), encoding="utf-8")


def _stands(now: datetime) -> datetime:
    """A clock that does not move while a process lives."""
    return now


# The device.


@dataclass(frozen=True, slots=True)
class DeviceLife:
    """What a device's process does, line by line. `sound`: no row of it was ever damaged."""

    folder: Path
    key_file: Path
    url: str
    script: tuple[Line, ...]
    now: datetime
    notes: Notes
    kill: Kill | None
    sound: bool


def live(life: DeviceLife) -> None:
    """Opens the store, does what the script says, closes it. Exits with UNREACHED where a sync did not end."""
    steps = Steps(life.kill, life.notes)
    with steps.told():
        event.listen(Engine, "commit", lambda connection: _to_commit(connection, steps))
        asyncio.run(_live(life, steps))


def _to_commit(connection: Connection, steps: Steps) -> None:
    """A transaction of one of the device's files is about to be committed; those that only read end in a rollback."""
    path = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
    steps(File.OUTBOX if Path(path).name == OUTBOX_FILE else File.STORE)


async def _live(life: DeviceLife, steps: Steps) -> None:
    now: Clock = partial(_stands, life.now)
    secrets = KeyFile(life.key_file)
    opened: list[LocalStore] = []

    def after_step(step: Step) -> None:
        if step is Step.ENTRY_KEPT:
            _note_newest(opened[0], life.notes)
        steps(step)

    key = store_keys(secrets, may_create=False).key
    store = LocalStore(life.folder, key, now=now, new_id=IdMaker(now), asking=ASKING, after_step=after_step)
    opened.append(store)
    try:
        for line in life.script:
            if isinstance(line, str):
                async with HttpxCentralApi(life.url, secrets.read(TOKEN) or "", transport=_Watched(steps)) as api:
                    await run_once(Watched(store, sound=life.sound), api)
            else:
                args, actor = line
                store.write("note.write", 1, args, actor=actor, at=life.now)
    except SyncError:
        raise SystemExit(UNREACHED) from None
    finally:
        store.close()


def _note_newest(store: LocalStore, notes: Notes) -> None:
    with store._shared.outbox.reading() as outbox:
        (entry,) = read_entries(outbox, after_n=store._shared.outbox.identity().next_n - 2, limit=1)
    with notes.kept.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(entry)) + "\n")


class _Watched(httpx.AsyncHTTPTransport):
    """The network, which says how far a call has come (httpcore's trace events)."""

    def __init__(self, steps: Steps) -> None:
        super().__init__(verify=False)  # nothing is encrypted here, and to read certificates takes longer than a sync
        self._steps = steps

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = call_of(request.url.path)

        async def trace(name: str, _about: MutableMapping[str, Any]) -> None:
            if name == "http11.send_request_body.complete":
                self._steps(step_of(call, AtDevice.SENT))
            elif name == "http11.receive_response_body.complete":
                self._steps(step_of(call, AtDevice.ANSWERED))

        request.extensions = {**request.extensions, "trace": trace}
        return await super().handle_async_request(request)


# The server.

_call: ContextVar[str] = ContextVar("call", default=STARTING)
_COMMITTED: Final = "committed by a call"


@dataclass(frozen=True, slots=True)
class ServerLife:
    """A central API over a database, answering on a socket that listens already."""

    database_url: str
    snapshots_folder: Path
    listening: socket.socket
    now: datetime
    notes: Notes
    kill: Kill | None


def serve(life: ServerLife) -> None:
    """Serves until told to stop, or until the step to end at."""
    signal.signal(signal.SIGTERM, _end)  # uvicorn hands on the signal that ended it
    steps = Steps(life.kill, life.notes)
    with steps.told():
        settings = CentralSettings(life.database_url, snapshots_folder=life.snapshots_folder, snapshot_min_records=1)
        app = create_app(settings, now=partial(_stands, life.now))
        _watch_database(app.state.database, steps)
        config = uvicorn.Config(
            _watched(app, steps), log_config=None, access_log=False, timeout_graceful_shutdown=1, ws="none"
        )
        uvicorn.Server(config).run(sockets=[life.listening])


def _end(_signal: int, _frame: object) -> None:
    raise SystemExit(DONE)


def _watch_database(database: CentralDatabase, steps: Steps) -> None:
    """Has each transaction of the server tell its end: one that reads, and one that writes before and after it."""

    def ending(connection: Connection) -> None:
        if connection.engine is database._reader and (database.is_sqlite or _is_reading(connection)):
            steps(step_of(_call.get(), AtServer.READ))
            return
        connection.info[_COMMITTED] = True
        steps(step_of(_call.get(), AtServer.DECIDED))

    def checked_in(_connection: object, record: Any) -> None:
        if record.info.pop(_COMMITTED, False):
            steps(step_of(_call.get(), AtServer.COMMITTED))

    for engine in {database._writer, database._reader}:
        event.listen(engine, "commit", ending)
    event.listen(database._writer, "checkin", checked_in)


def _is_reading(connection: Connection) -> bool:
    """On PostgreSQL, where who reads and who writes has connections of the same engine."""
    return bool(connection.get_execution_options().get("postgresql_readonly"))


def _watched(app: Callable[..., Any], steps: Steps) -> Callable[..., Any]:
    """The application, which says when a call arrived and when all of its answer is on the line."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        call = call_of(scope["path"])
        _call.set(call)
        steps(step_of(call, AtServer.ARRIVED))

        async def tell(message: Any) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                steps(step_of(call, AtServer.ANSWERED))

        await app(scope, receive, tell)

    return answer

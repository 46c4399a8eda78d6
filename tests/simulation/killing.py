"""A device or two and a server as processes of their own over real files, to be killed and started again. On PostgreSQL
a second server may stand by over the same database.

Looking is done from outside: entries as the device noted them, the server's database read beside it, the device's rows
in a copy of its files.
"""

import json
import multiprocessing
import shutil
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Any, Final

from clienteling.secrets import STORE_KEY, TOKEN, KeyFile
from clienteling.store.replica import LocalStore
from sync.protocol.ids import rule_id
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, store_scope
from sync.protocol.mutations import Entry
from tests.simulation.authority import Authority
from tests.simulation.ledger import Ledger
from tests.simulation.people import AT
from tests.simulation.processes import (
    BROKEN,
    DONE,
    UNREACHED,
    DeviceLife,
    Kill,
    Line,
    Notes,
    ServerLife,
    live,
    serve,
)
from tests.simulation.stage import Stage
from tests.simulation.tablet import Line as NetworkLine
from tests.simulation.tablet import Tablet
from tests.store.devices import KEY
from tests.store.invariants import Broken, require
from tests.support.shops import ref_id

KILLED: Final = -9
MOST_RUNS: Final = 5
TIMEOUT_S: Final = 120.0
_IMPORTED_LATE: Final = (
    "httpcore",
    "psycopg",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
)
"""What a life would import in its midst."""


def processes() -> BaseContext:
    """Where processes come from: one that has imported what they need forks them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *_IMPORTED_LATE])
    return context


class World:
    """A server and its devices, all of them stopped. Close it, or use it as a context."""

    def __init__(self, stage: Stage, context: BaseContext) -> None:
        self.stage = stage
        self.folder = stage.begin()
        self.ledger = Ledger()
        self.authority = Authority(stage.shops.database, self.ledger.written)
        self.kills: Counter[str] = Counter()
        self._context: Any = context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening_too = socket.create_server(("127.0.0.1", 0))
        self._server: BaseProcess | None = None
        self._second: BaseProcess | None = None
        self._server_kill: Kill | None = None
        self._texts = 0
        self._devices: list[str] = []
        self._damaged: set[str] = set()
        self._collected: Counter[str] = Counter()

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        self.stop_server()
        self._listening.close()
        self._listening_too.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # The server.

    def start_server(self, kill: Kill | None = None) -> None:
        """Nothing; it answers from now on, or ends itself at `kill`."""
        self._server_kill = kill
        if self._listening.fileno() < 0:
            self._listening = socket.create_server(("127.0.0.1", 0))
        self._server = self._serve("server", self._listening, kill)

    def see_killed_server(self) -> None:
        """Nothing, once the server has come to its end; it stays away. Raises Broken where it was no kill."""
        server, self._server = self._server, None
        assert server is not None
        status = self._ended(server)
        self._require_not_broken(status, self.folder / "server")
        require(status == KILLED and self._server_kill is not None, "I8 a server dies only where asked", status)
        if self._server_kill is not None:
            self.kills[f"server: {self._server_kill.step}"] += 1

    def start_second_server(self) -> None:
        """A second process over the same database: it answers whoever the first one left without an answer."""
        self._second = self._serve("second server", self._listening_too, None)

    def stop_server(self) -> Counter[str]:
        """How often the server came to each step. It is told to stop, and does, and the second one too."""
        second, self._second = self._second, None
        if second is not None:
            second.terminate()
            self._steps(self._ended(second), self.folder / "second server", allowed={DONE, -15})
        server, self._server = self._server, None
        if server is None:
            return Counter()
        server.terminate()
        return self._steps(self._ended(server), self.folder / "server", allowed={DONE, -15, KILLED})

    def _serve(self, name: str, listening: socket.socket, kill: Kill | None) -> BaseProcess:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        snapshots = self.stage.folder / "snapshots"
        life = ServerLife(self.stage.server_url, snapshots, listening, self.stage.clock(), Notes(folder), kill)
        return self._start(serve, life)

    # Devices.

    def add_device(self, name: str, *, fresh: bool = False, copy_of: str | None = None) -> None:
        """A device as it is delivered: one that has synced once, one without any file, or a copy of another's files."""
        enrolled = next(one for one in self.stage.enrolled if one.name == name.rstrip("'"))
        self._folder(name).parent.mkdir()
        if not fresh:
            shutil.copytree(self._folder(copy_of) if copy_of else enrolled.folder, self._folder(name))
        secrets = KeyFile(self._folder(name).parent / "keys.json")
        secrets.keep(STORE_KEY, KEY.hex())
        secrets.keep(TOKEN, enrolled.token)
        self._devices.append(name)

    def note(self, *, about: str = "siti", by: str | None = None) -> Line:
        """A note of its own text, for a device's script."""
        self._texts += 1
        args = {
            "note_id": rule_id("note", str(self._texts)),
            "customer_id": ref_id(Kind.CUSTOMER, about),
            "text": f"note {self._texts}",
            "store_id": ref_id(Kind.LOCATION, "BDG"),
            "written_at": AT,
        }
        return args, ref_id(Kind.ASSOCIATE, by or "rina")

    def run(self, name: str, *script: Line, kill: Kill | None = None) -> int:
        """How a device's process ended that did what `script` says; a server that kills itself is started again, or
        stays away where there is a second one."""
        folder = self._folder(name).parent
        if self._server is None and self._second is None:
            self.start_server()
        listening = self._listening if self._server is not None else self._listening_too
        life = DeviceLife(
            self._folder(name),
            folder / "keys.json",
            f"http://127.0.0.1:{listening.getsockname()[1]}",
            script,
            self.stage.clock(),
            Notes(folder),
            kill,
            sound=name not in self._damaged,
        )
        device = self._start(live, life)
        while device.is_alive():
            servers = [server for server in (self._server, self._second) if server is not None]
            ended = wait([device.sentinel, *(server.sentinel for server in servers)], TIMEOUT_S)
            require(self._second is None or self._second.is_alive(), "I8 a server dies only where asked", "second")
            require(ended, "I8 a sync ends", name)
            self._restart_killed_server()
        self._restart_killed_server()
        status = self._ended(device)
        self._require_not_broken(status, folder)
        require(kill is not None or status != KILLED, "I8 nobody dies unasked", name)
        if status == KILLED and kill is not None:
            self.kills[kill.step] += 1
        self._collect(name)
        return status

    def steps(self, name: str) -> Counter[str]:
        """How often the device's last process came to each step; it ended by itself."""
        return self._steps(DONE, self._folder(name).parent, allowed={DONE})

    def heal(self) -> None:
        """Nobody is killed from now on: every device syncs until a sync ends."""
        for name in self._devices:
            for _ in range(MOST_RUNS):
                if self.run(name, "sync") == DONE:
                    break
            else:
                raise Broken("I8 a few syncs are enough", name)

    # What must hold.

    def require_all(self) -> None:
        """I1 to I9, of the files as they are after `heal`."""
        tablets = [self.tablet(name) for name in self._devices]
        try:
            self.authority.require_records_replayed()
            self.authority.require_scopes()
            for tablet in tablets:
                tablet.require_converged(self.authority, {GLOBAL_SCOPE, store_scope(tablet.store_id)})
            self.ledger.require_nothing_lost(tablets, self.authority)
            self.ledger.require_everything_decided(tablets, self.authority)
        finally:
            for tablet in tablets:
                tablet.shut()
                shutil.rmtree(tablet.folder)

    def tablet(self, name: str) -> Tablet:
        """The device's files as they are now, copied and opened here. Shut it."""
        line = NetworkLine(self.stage.shops.app)
        return Tablet(
            name,
            next(one for one in self.stage.enrolled if one.name == name.rstrip("'")),
            self._folder(name),
            self.folder / f"seen-{name}",
            random=Random(self._texts),
            line=line,
            on_step=lambda tablet, step: None,
            open_store=LocalStore,
        )

    def replace_files(self, tablet: Tablet) -> None:
        """The files of `tablet`, shut now, in its device's place."""
        if tablet.damaged:
            self._damaged.add(tablet.name)
        tablet.shut()
        shutil.rmtree(self._folder(tablet.name))
        tablet.folder.rename(self._folder(tablet.name))

    def _folder(self, name: str) -> Path:
        return self.folder / name / "files"

    def _collect(self, name: str) -> None:
        """Every entry that the device's outbox has had is in the ledger."""
        path = Notes(self._folder(name).parent).kept
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for line in lines[self._collected[name] :]:
            entry = Entry(**json.loads(line))
            self.ledger.written[entry.uuid] = entry
        self._collected[name] = len(lines)

    # Processes.

    def _start(self, work: Callable[[Any], None], life: object) -> BaseProcess:
        process: BaseProcess = self._context.Process(target=work, args=(life,))
        process.start()
        return process

    def _restart_killed_server(self) -> None:
        if self._server is not None and not self._server.is_alive():
            self.see_killed_server()
            if self._second is None:
                self.start_server()
            else:
                self._listening.close()  # whoever asks there again is told at once that nobody is there

    @staticmethod
    def _ended(process: BaseProcess) -> int:
        process.join(TIMEOUT_S)
        status = process.exitcode
        if status is None:
            process.kill()
            raise Broken("I8 a process ends", str(process))
        process.close()
        return status

    @staticmethod
    def _require_not_broken(status: int, folder: Path) -> None:
        if status not in {DONE, UNREACHED, KILLED}:
            words = Notes(folder).last_words
            raise Broken("a process broke", words.read_text("utf-8") if words.exists() else f"status {status}")

    def _steps(self, status: int, folder: Path, *, allowed: set[int]) -> Counter[str]:
        if status == BROKEN or status not in allowed:
            self._require_not_broken(BROKEN, folder)
        path = Notes(folder).steps
        counted: Mapping[str, int] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return Counter(counted)

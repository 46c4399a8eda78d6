"""`clienteling hub`: the app for the browsers of a store's own machine, as a service that starts by itself.

`hub run` is `app --web` that opens no browser and ends as a service manager wants it:

    0   told to stop (SIGTERM, Ctrl-C)
    1   something nobody expected; its traceback is in the log
    2   the command line is wrong, or asks for an address that is not served yet
    75  not now (directory or port in use, keyring locked, disk full): start it again (EX_TEMPFAIL of sysexits.h)
    78  a person has to mend something: `clienteling doctor` says what (EX_CONFIG)
"""

import getpass
import os
import re
import sys
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from clienteling import command_line_text
from clienteling.cli.options import CentralUrl, DataDir, KeyFilePath, Port, TokenFilePath
from clienteling.cli.printing import say, say_wrong
from clienteling.domain.errors import ClientelingError
from clienteling.loopback import LOOPBACK
from clienteling.service_files import (
    FIRST_OPEN_PORT,
    NEEDS_A_PERSON,
    OPEN_WEB_PORTS,
    Hub,
    Scope,
    ServiceFile,
    System,
    is_of,
    service_file,
)
from clienteling.settings import certificate_file, checked_address, default_data_dir, read_settings

hub = typer.Typer(no_args_is_help=True, help="Serve the app to this machine's browsers, also as a service.")

_SERVICE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def _service_name(given: str) -> str:
    if given and not _SERVICE_NAME.fullmatch(given):
        raise typer.BadParameter(given)
    return given


ServiceName = Annotated[
    str,
    typer.Option(
        "--name",
        callback=_service_name,
        help="Of the service, where several hubs run on this machine: letters a to z, digits, hyphens.",
    ),
]
ForSystem = Annotated[bool, typer.Option("--system/--user", help="Start with the machine, or when this user signs in.")]


def _address(given: str | None) -> str | None:
    if given is None:
        return None
    try:
        return checked_address(given)
    except ValueError as error:
        raise typer.BadParameter(given) from error


ShelfBind = Annotated[
    str | None, typer.Option("--shelf-bind", callback=_address, help="Where guests' phones are answered [0.0.0.0].")
]
ShelfPort = Annotated[
    int | None, typer.Option("--shelf-port", min=1, max=65535, help="The port there, with TLS [443].")
]
ShelfHttpPort = Annotated[
    int | None, typer.Option("--shelf-http-port", min=0, max=65535, help="Leads on to it; 0 for none [80].")
]

_THIS_MACHINE = frozenset({LOOPBACK, "localhost"})
_NOT_NOW = frozenset(
    {"error.store_in_use", "error.store_busy", "error.disk_full", "port.taken", "secrets.keyring_locked"}
)


class ExitStatus(IntEnum):
    """How `hub run` ends besides 0 and 1."""

    ADDRESS_REFUSED = 2
    NOT_NOW = 75
    NEEDS_A_PERSON = NEEDS_A_PERSON


class NotForRoot(ClientelingError):
    """The data directory belongs to root, and a service must not run as root."""

    code = "hub.not_as_root"


class NeedsAdministrator(ClientelingError):
    """Only an administrator may write or remove the file."""

    code = "hub.administrator"


class ServiceOfAnother(ClientelingError):
    """The service of that name starts a hub over another data directory."""

    code = "hub.service_of_another"


@hub.command("run")
def run(
    data_dir: DataDir = None,
    central_url: CentralUrl = None,
    token_file: TokenFilePath = None,
    key_file: KeyFilePath = None,
    port: Port = 8550,
    bind: Annotated[str, typer.Option("--bind", help="127.0.0.1 only: tablets come by TLS (`hub init`).")] = LOOPBACK,
    shelf_bind: ShelfBind = None,
    shelf_port: ShelfPort = None,
    shelf_http_port: ShelfHttpPort = None,
) -> None:
    """Serve the app to browsers of this machine until told to stop; logs go to DATA_DIR/logs as JSON lines.

    Where `hub init` was run, the store's tablets are answered too, with TLS. Where a certificate is installed (`hub
    shelf-certificate`), guests' phones get the customer's page, and no more.
    """
    words = command_line_text.translator()
    if bind not in _THIS_MACHINE:
        say_wrong(words.text("hub.only_this_machine", address=bind))
        raise typer.Exit(ExitStatus.ADDRESS_REFUSED)
    from clienteling.bootstrap.app import ToldOfGuests, run_app

    flags: dict[str, Any] = {"central_url": central_url, "key_file": key_file, "shelf_bind": shelf_bind}
    try:
        run_app(
            read_settings(data_dir, **flags, shelf_port=shelf_port, shelf_http_port=shelf_http_port),
            token_file=token_file,
            web=True,
            port=port,
            open_browser=False,
            demo_file=None,
            unattended=True,
            when_serving=lambda url: say("hub.serving", url=url),
            tell_of_guests=ToldOfGuests(
                answered=lambda url: say("hub.shelf_serving", url=url),
                tablets=lambda url: say("hub.tablets_serving", url=url),
                unanswered=lambda error: say_wrong(command_line_text.sentence(words, error)),
            ),
        )
    except ClientelingError as error:
        say_wrong(command_line_text.sentence(words, error))
        raise typer.Exit(status_of(error)) from error


def status_of(error: ClientelingError) -> ExitStatus:
    """Whether it helps to start the hub again."""
    return ExitStatus.NOT_NOW if error.code in _NOT_NOW else ExitStatus.NEEDS_A_PERSON


@hub.command("install")
def install(
    data_dir: DataDir = None,
    system: ForSystem = False,
    port: Port = 8550,
    name: ServiceName = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the file and write nothing.")] = False,
) -> None:
    """Write the file that has this machine start the hub by itself, and say what to type next."""
    folder = (data_dir or default_data_dir()).absolute()
    file = _file_here(folder, system=system, port=port, name=name)
    if dry_run:
        sys.stdout.write(file.content.decode("utf-16" if sys.platform == "win32" else "utf-8"))
        return
    (folder / "logs").mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(Path(file.path), file.content)
    say("hub.written", file=str(file.path))
    if not read_settings(folder).central_url:
        say("hub.enrol_first", command=f'clienteling enrol CODE --server URL --data-dir "{folder}"')
    if system:
        say("hub.no_keyring_there")
    elif sys.platform == "linux" and _takes_web_ports(folder):
        say("hub.shelf_user_ports")
        sys.stdout.write(f"  {OPEN_WEB_PORTS}\n")
    _say_commands(file.to_start)


@hub.command("uninstall")
def uninstall(data_dir: DataDir = None, system: ForSystem = False, name: ServiceName = "") -> None:
    """Take the service file away, and say what to type next. The device's files stay."""
    file = _file_here((data_dir or default_data_dir()).absolute(), system=system, port=8550, name=name)
    if not Path(file.path).exists():
        say("hub.not_installed", file=str(file.path))
        return
    for path in (*file.links, file.path):
        _remove(Path(path))
    say("hub.removed", file=str(file.path))
    _say_commands(file.to_stop)


def _file_here(data_dir: Path, *, system: bool, port: int, name: str) -> ServiceFile:
    """The service file for this machine. Raises NotForRoot, PathUnusable, ServiceOfAnother."""
    scope = Scope.SYSTEM if system else Scope.USER
    user_name = _owner(data_dir) if system else _this_user()
    if system and user_name == "root":
        raise NotForRoot
    takes_web_ports = _takes_web_ports(data_dir)
    hub_here = Hub(Path(sys.executable), data_dir, port, user_name, takes_web_ports=takes_web_ports, name=name)
    file = service_file(_system_here(), scope, hub_here, home=Path.home())
    there = Path(file.path)
    if there.exists() and not is_of(hub_here, _system_here(), there.read_bytes()):
        raise ServiceOfAnother(file=str(there))
    return file


def _takes_web_ports(data_dir: Path) -> bool:
    """Whether a hub here answers guests' phones at ports that Linux keeps for the system."""
    if not certificate_file(data_dir).exists():
        return False
    settings = read_settings(data_dir)
    return any(0 < port < FIRST_OPEN_PORT for port in (settings.shelf_port, settings.shelf_http_port))


def _system_here() -> System:
    return {"darwin": System.LAUNCHD, "win32": System.WINDOWS}.get(sys.platform, System.SYSTEMD)


def _this_user() -> str:
    domain = os.environ.get("USERDOMAIN") if sys.platform == "win32" else None
    return f"{domain}\\{getpass.getuser()}" if domain else getpass.getuser()


def _owner(data_dir: Path) -> str:
    """Whose the data directory is, or the nearest one above it that exists."""
    if sys.platform == "win32":
        return _this_user()
    return next(one for one in (data_dir, *data_dir.parents) if one.exists()).owner()


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except PermissionError as error:
        raise NeedsAdministrator(file=str(path)) from error


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except PermissionError as error:
        raise NeedsAdministrator(file=str(path)) from error


def _say_commands(commands: tuple[str, ...]) -> None:
    say("hub.type_next")
    for command in commands:
        sys.stdout.write(f"  {command}\n")

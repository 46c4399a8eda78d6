"""The file that has this machine start the hub by itself: a systemd unit, a launchd property list, a Windows task.

Pure: what the file holds and where it belongs; `cli.hub` writes it. No secret is in any of them: the hub takes its keys
from the keyring, and its other settings from the data directory.

Run on Linux only (systemd 252). The other two are written to their formats' descriptions and checked by parsing:
systemd.exec(5), systemd.service(5); launchd.plist(5); Task Scheduler Schema
https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema
"""

import plistlib
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath, PurePosixPath
from typing import Final, assert_never
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from clienteling.domain.errors import ClientelingError

NAME: Final = "clienteling-hub"
LAUNCHD_LABEL: Final = "clienteling.hub"
RESTART_S: Final = 10
STOP_S: Final = 30
"""More than the web server's grace and the engine's together."""
NEEDS_A_PERSON: Final = 78
"""The hub's exit status where starting it again helps nothing (EX_CONFIG of sysexits.h)."""
FIRST_OPEN_PORT: Final = 1024
TASK_NAMESPACE: Final = "http://schemas.microsoft.com/windows/2004/02/mit/task"


class PathUnusable(ClientelingError):
    """A service file cannot name this path."""

    code = "hub.path_unusable"


class System(StrEnum):
    """What starts services on a machine."""

    SYSTEMD = "systemd"
    LAUNCHD = "launchd"
    WINDOWS = "windows"


class Scope(StrEnum):
    """Whom the hub runs for: `user` starts at their sign-in and has their keyring, `system` starts with the machine."""

    USER = "user"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Hub:
    """What is to be started.

    user_name        whose data directory it is; a service of the system runs as them
    takes_web_ports  whether it answers guests' phones at ports that Linux keeps for the system, below FIRST_OPEN_PORT
    name             of its service, where several hubs run on one machine: "" for the only one
    """

    python: PurePath
    data_dir: PurePath
    port: int
    user_name: str
    takes_web_ports: bool = False
    name: str = ""

    @property
    def service_name(self) -> str:
        return f"{NAME}-{self.name}" if self.name else NAME

    @property
    def label(self) -> str:
        """What launchd calls it."""
        return f"{LAUNCHD_LABEL}.{self.name}" if self.name else LAUNCHD_LABEL

    @property
    def command(self) -> tuple[str, ...]:
        """`-P` keeps Python from taking modules out of whatever folder the service is started in."""
        run = ("-m", "clienteling", "hub", "run", "--data-dir", str(self.data_dir), "--port", str(self.port))
        return (str(self.python), "-P", *run)


@dataclass(frozen=True, slots=True)
class ServiceFile:
    """`to_start`, `to_stop`: what a person types once the file is there, and once it is gone.

    `links`: what the system makes beside the file when it is switched on, and what has to go with it.
    """

    path: PurePath
    content: bytes
    to_start: tuple[str, ...]
    to_stop: tuple[str, ...]
    links: tuple[PurePath, ...] = ()


def service_file(system: System, scope: Scope, hub: Hub, *, home: PurePath) -> ServiceFile:
    """The service file of this kind of machine. Raises PathUnusable for a path with a line break or NUL in it."""
    for path in (hub.python, hub.data_dir):
        if not str(path).isprintable():
            raise PathUnusable
    match system:
        case System.SYSTEMD:
            return _systemd(scope, hub, home)
        case System.LAUNCHD:
            return _launchd(scope, hub, home)
        case System.WINDOWS:
            return _windows(scope, hub)
        case _:
            assert_never(system)


def is_of(hub: Hub, system: System, content: bytes) -> bool:
    """Whether a service file that is there starts a hub over the same data directory."""
    match system:
        case System.SYSTEMD:
            return f"ReadWritePaths={_systemd_path(hub.data_dir)}" in content.decode("utf-8", "replace").splitlines()
        case System.LAUNCHD:
            try:
                return str(hub.data_dir) in plistlib.loads(content).get("ProgramArguments", ())
            except (ValueError, AttributeError, ExpatError):
                return False
        case System.WINDOWS:
            return True  # it lies in that directory
        case _:
            assert_never(system)


# systemd

_HARDENED: Final = (
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "PrivateTmp=yes",
    "LockPersonality=yes",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
    "UMask=0077",
)
_HARDENED_FOR_SYSTEM: Final = (
    "PrivateDevices=yes",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectProc=invisible",
)
"""A user's own service manager may not drop capabilities; there these would keep the service from starting."""
_WEB_PORTS: Final = "CAP_NET_BIND_SERVICE"
OPEN_WEB_PORTS: Final = (
    "echo net.ipv4.ip_unprivileged_port_start=80 | sudo tee /etc/sysctl.d/60-clienteling.conf && sudo sysctl --system"
)
"""What a person types once so that a service of their own may take them, on Linux."""
_HARDENED_FOR_USER: Final = ("PrivateUsers=yes",)
"""A user's service manager can make the file system read-only in a user namespace alone."""


def _systemd(scope: Scope, hub: Hub, home: PurePath) -> ServiceFile:
    is_user = scope is Scope.USER
    folder = home / ".config" / "systemd" / "user" if is_user else PurePosixPath("/etc/systemd/system")
    target = "default.target" if is_user else "multi-user.target"
    name = f"{hub.service_name}.service"
    lines = (
        "# Written by `clienteling hub install`; written anew by the next one.",
        "[Unit]",
        "Description=Clienteling hub: the store's customers and products for this machine's browsers",
        *(() if is_user else ("After=network.target",)),
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        "Type=exec",
        f"ExecStart={' '.join(map(_systemd_word, hub.command))}",
        "Restart=on-failure",
        f"RestartSec={RESTART_S}",
        f"RestartPreventExitStatus=2 {NEEDS_A_PERSON}",
        f"TimeoutStopSec={STOP_S}",
        *(() if is_user else (f"User={hub.user_name}",)),
        f"ReadWritePaths={_systemd_path(hub.data_dir)}",
        *_HARDENED,
        *(_HARDENED_FOR_USER if is_user else (*_capabilities(hub), *_HARDENED_FOR_SYSTEM)),
        "",
        "[Install]",
        f"WantedBy={target}",
        "",
    )
    control = "systemctl --user" if is_user else "systemctl"
    return ServiceFile(
        folder / name,
        "\n".join(lines).encode(),
        (f"{control} daemon-reload", f"{control} enable --now {name}"),
        (f"{control} stop {name}", f"{control} daemon-reload"),
        (folder / f"{target}.wants" / name,),
    )


def _capabilities(hub: Hub) -> tuple[str, ...]:
    """None at all, or that for the web's ports alone. A user's service manager has none to give."""
    if not hub.takes_web_ports:
        return ("CapabilityBoundingSet=",)
    return (f"CapabilityBoundingSet={_WEB_PORTS}", f"AmbientCapabilities={_WEB_PORTS}")


def _systemd_word(word: str) -> str:
    """A word of ExecStart=: `%` begins a specifier and `$` a variable, also inside quotes."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if escaped != word or any(one in word for one in " '\t;") else word


def _systemd_path(path: PurePath) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


# launchd


def _launchd(scope: Scope, hub: Hub, home: PurePath) -> ServiceFile:
    is_user = scope is Scope.USER
    folder = home / "Library" / "LaunchAgents" if is_user else PurePosixPath("/Library/LaunchDaemons")
    path = folder / f"{hub.label}.plist"
    output = str(hub.data_dir / "logs" / "hub.out")
    described: dict[str, object] = {
        "Label": hub.label,
        "ProgramArguments": list(hub.command),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": RESTART_S,
        "ExitTimeOut": STOP_S,
        "Umask": 0o077,
        "StandardOutPath": output,
        "StandardErrorPath": output,
    }
    if not is_user:
        described["UserName"] = hub.user_name
    domain = "gui/$(id -u)" if is_user else "system"
    sudo = "" if is_user else "sudo "
    return ServiceFile(
        path,
        plistlib.dumps(described, sort_keys=False),
        (f"{sudo}launchctl bootstrap {domain} {_shell_word(path)}",),
        (f"{sudo}launchctl bootout {domain}/{hub.label}",),
    )


def _shell_word(path: PurePath) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"


# Windows


def _windows(scope: Scope, hub: Hub) -> ServiceFile:
    """A task of the Task Scheduler: a Windows service would need a program of its own to answer the service manager."""
    is_user = scope is Scope.USER
    task = ElementTree.Element("Task", {"version": "1.2", "xmlns": TASK_NAMESPACE})
    _add(task, "RegistrationInfo", [("Description", "Clienteling hub")])
    trigger = ElementTree.SubElement(ElementTree.SubElement(task, "Triggers"), _trigger(is_user=is_user))
    ElementTree.SubElement(trigger, "Enabled").text = "true"
    if is_user:
        ElementTree.SubElement(trigger, "UserId").text = hub.user_name
    principal = ElementTree.SubElement(ElementTree.SubElement(task, "Principals"), "Principal", {"id": "Author"})
    for name, text in (
        ("UserId", hub.user_name),
        ("LogonType", "InteractiveToken" if is_user else "S4U"),
        ("RunLevel", "LeastPrivilege"),
    ):
        ElementTree.SubElement(principal, name).text = text
    settings = _add(
        task,
        "Settings",
        [
            ("MultipleInstancesPolicy", "IgnoreNew"),
            ("DisallowStartIfOnBatteries", "false"),
            ("StopIfGoingOnBatteries", "false"),
            ("ExecutionTimeLimit", "PT0S"),
        ],
    )
    restart = ElementTree.SubElement(settings, "RestartOnFailure")
    ElementTree.SubElement(restart, "Interval").text = "PT1M"  # the shortest that the scheduler takes
    ElementTree.SubElement(restart, "Count").text = "255"
    actions = ElementTree.SubElement(task, "Actions", {"Context": "Author"})
    program, *arguments = hub.command
    _add(actions, "Exec", [("Command", program), ("Arguments", subprocess.list2cmdline(arguments))])
    ElementTree.indent(task)
    name = hub.service_name
    path = hub.data_dir / f"{name}.xml"
    return ServiceFile(
        path,
        ElementTree.tostring(task, encoding="utf-16", xml_declaration=True),
        (f'schtasks /Create /TN "{name}" /XML "{path}"', f'schtasks /Run /TN "{name}"'),
        (f'schtasks /End /TN "{name}"', f'schtasks /Delete /TN "{name}" /F'),
    )


def _trigger(*, is_user: bool) -> str:
    return "LogonTrigger" if is_user else "BootTrigger"


def _add(parent: ElementTree.Element, name: str, children: Sequence[tuple[str, str]]) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name)
    for child, text in children:
        ElementTree.SubElement(element, child).text = text
    return element

"""`clienteling hub`: a service that stops when asked, starts again after a crash, and whose files hold no secret."""

import json
import os
import plistlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from xml.etree import ElementTree

import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from clienteling.cli.hub import status_of
from clienteling.domain.errors import DeviceNotSetUp, StoreDamaged, StoreInUse
from clienteling.hosting.guests import listen
from clienteling.loopback import PortUnusable, free_ports
from clienteling.secrets import KeyFile, KeyringUnusable
from clienteling.service_files import Hub, PathUnusable, Scope, System, is_of, service_file
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.errors import DiskFull
from tests.app.shop import Counter
from tests.support.certificates import authority, issue
from tests.support.command_line import Ran, run
from tests.support.guests import phone
from tests.support.waiting import is_up, wait_until

# hub run


@dataclass(slots=True)
class RunningHub:
    """A hub in a process of its own."""

    process: subprocess.Popen[bytes]
    url: str
    said: Path

    def answers(self) -> bool:
        return is_up(self.url)


@contextmanager
def running_hub(device: Path, tmp_path: Path, *flags: object) -> Iterator[RunningHub]:
    """A hub that answers; whatever is left of it is ended after the block."""
    (port,) = free_ports([0])
    said = tmp_path / "said"
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\ntouch {tmp_path / 'opened'}\n")
    browser.chmod(0o755)
    words = [sys.executable, "-m", "clienteling", "hub", "run", "--data-dir", str(device), "--port", str(port)]
    words += map(str, flags)
    with said.open("wb") as output:
        environment = {**os.environ, "BROWSER": f"{browser} %s"}
        process = subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT, env=environment)
    hub = RunningHub(process, f"http://127.0.0.1:{port}", said)
    try:
        wait_until(lambda: hub.answers() or process.poll() is not None, timeout_s=90, what="the hub")
        assert process.poll() is None, said.read_text()
        yield hub
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_hub_asked_to_stop_with_a_browser_open_closes_its_files_and_ends_with_zero(
    device: Path, tmp_path: Path
) -> None:
    with running_hub(device, tmp_path) as hub:
        address = hub.url.replace("http", "ws") + "/ws"
        gone = connect(address, origin=Origin(hub.url))
        gone.socket.close()  # as a browser that is killed
        with connect(address, origin=Origin(hub.url)):
            assert hub.answers()
            hub.process.send_signal(signal.SIGINT)
            hub.process.send_signal(signal.SIGINT)
            assert hub.process.wait(60) == 0
        assert hub.said.read_text() == f"The hub answers browsers of this machine at {hub.url}.\n"
    assert not (tmp_path / "opened").exists(), "the hub opened a browser"
    assert [path.name for path in device.iterdir() if path.name.endswith(("-wal", "-shm"))] == []
    with DeviceFolder(device).engine_lock():
        pass
    lines = (device / "logs" / "app.log").read_text("utf-8").splitlines()
    assert lines
    assert all({"at", "level", "logger", "message"} <= set(json.loads(line)) for line in lines)
    assert [line for line in lines if "error" in json.loads(line)] == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_after_a_crash_the_next_start_finds_nothing_in_its_way_and_ends_when_told(device: Path, tmp_path: Path) -> None:
    with running_hub(device, tmp_path) as hub:
        hub.process.kill()
        hub.process.wait()
    (device / "0123456789abcdef.sync-result").write_text("{}")
    with running_hub(device, tmp_path) as hub:
        assert hub.answers()
        assert run("find", "siti", "--data-dir", device, "--json").json
        assert run("sync", "--data-dir", device, "--json").json["ok"] is True
        hub.process.terminate()
        hub.process.terminate()
        assert hub.process.wait(60) == 0
    assert [path.name for path in device.iterdir() if "sync-re" in path.name] == []


# hub run, for guests

ROOT = authority("Root")


def with_certificate(device: Path) -> Path:
    """The device, whose hub is to answer phones."""
    chain, key = issue(issuer=ROOT).files(device.parent)
    words = ("--data-dir", device, "--certificate", chain, "--key", key)
    assert run("hub", "shelf-certificate", *words).status == 0
    return device


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_hub_with_a_certificate_answers_phones_too_and_ends_when_told(device: Path, tmp_path: Path) -> None:
    port, http_port, elsewhere = free_ports([0, 0, 0])
    settings = with_certificate(device) / "settings.toml"
    settings.write_text(
        f'shelf_bind = "127.0.0.1"\nshelf_port = {port}\nshelf_http_port = {elsewhere}\n{settings.read_text()}'
    )
    with (
        running_hub(device, tmp_path, "--shelf-http-port", http_port) as hub,
        phone(port, ROOT.trusting(), http_port=http_port) as client,
    ):
        page = client.get("/SBDG/01/08990000010203")
        assert (page.status_code, "strict-transport-security" in page.headers) == (404, True)
        assert "Barang ini tidak kami kenal" in page.text
        led = client.get("http://toko.example/SBDG/01/08990000010203")
        assert led.headers["location"] == f"https://toko.example:{port}/SBDG/01/08990000010203"
        assert hub.answers()
        hub.process.terminate()
        assert hub.process.wait(60) == 0
        assert hub.said.read_text().splitlines() == [
            f"The hub answers browsers of this machine at {hub.url}.",
            f"Phones on the guest Wi-Fi are answered at https://toko.example:{port}, where its DNS leads them here.",
        ]
    log = (device / "logs" / "app.log").read_text("utf-8")
    assert "error" not in [key for line in log.splitlines() for key in json.loads(line)]
    assert "PRIVATE KEY" not in log


def test_a_hub_that_cannot_have_its_port_for_phones_says_so_and_runs_on(device: Path, tmp_path: Path) -> None:
    (port,) = free_ports([0])
    with (
        listen("127.0.0.1", port),
        running_hub(with_certificate(device), tmp_path, "--shelf-bind", "127.0.0.1", "--shelf-port", port) as hub,
    ):
        wait_until(lambda: len(hub.said.read_text().splitlines()) == 2, what="the sentence")
        assert hub.said.read_text().splitlines()[1] == (
            f"Another program already uses port {port}: phones on the guest Wi-Fi are not answered there, everything "
            "else works."
        )
        assert hub.answers()


@pytest.mark.parametrize("flag", [("--shelf-bind", "toko.example"), ("--shelf-port", "0"), ("--shelf-http-port", "-1")])
def test_a_place_that_is_none_is_refused(flag: tuple[str, str], tmp_path: Path) -> None:
    assert run("hub", "run", "--data-dir", tmp_path / "none", *flag).status == 2
    assert not (tmp_path / "none").exists()


def assert_ends(ran: Ran, status: int, sentence: str) -> None:
    assert (ran.status, ran.output, ran.errors) == (status, "", f"{sentence}\n")


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.5", "::", "hub.local"])
def test_another_address_is_refused_until_there_is_sign_in(address: str, tmp_path: Path) -> None:
    ran = run("hub", "run", "--data-dir", tmp_path / "none", "--bind", address)
    assert_ends(
        ran,
        2,
        "The hub answers browsers of its own machine only (127.0.0.1) until there are sign-in and TLS; "
        f"{address} is not served.",
    )
    assert not (tmp_path / "none").exists()


def test_a_second_hub_waits_for_the_first(device: Path) -> None:
    with DeviceFolder(device).engine_lock():
        ran = run("hub", "run", "--data-dir", device)
    assert_ends(ran, 75, "The program is already running on this device.")


def test_a_taken_port_is_tried_again(counter: Counter, device: Path) -> None:
    port = counter.url.rpartition(":")[2]
    ran = run("hub", "run", "--data-dir", device, "--port", port)
    assert_ends(ran, 75, f"Another program already uses port {port}. Choose another with --port.")


def test_what_a_person_must_mend_is_not_tried_again(device: Path, tmp_path: Path) -> None:
    ran = run("hub", "run", "--data-dir", tmp_path / "new", "--key-file", tmp_path / "keys.json")
    assert (ran.status, ran.output, ran.errors[:32]) == (78, "", "This device is not enrolled yet.")
    KeyFile(device.with_name("device-keys.json")).keep("store-key", "ab" * 32)
    ran = run("hub", "run", "--data-dir", device, "--port", free_ports([0])[0])
    assert_ends(ran, 78, "The key does not fit the data on this device. The file is kept.")


def test_every_way_of_failing_says_whether_to_start_again() -> None:
    not_now = (StoreInUse(), PortUnusable(), DiskFull(), KeyringUnusable("secrets.keyring_locked"))
    for_a_person = (DeviceNotSetUp(), StoreDamaged(), KeyringUnusable(), KeyringUnusable("secrets.key_missing"))
    assert [status_of(error) for error in not_now] == [75] * 4
    assert [status_of(error) for error in for_a_person] == [78] * 4


# Service files

ODD = PurePosixPath('/srv/my shop/50% "$x"\\')
HUB = Hub(PurePosixPath("/opt/clienteling/bin/python"), ODD, 8600, "kasir")
HOME = PurePosixPath("/home/kasir")


def unit_lines(scope: Scope, hub: Hub = HUB) -> list[str]:
    return service_file(System.SYSTEMD, scope, hub, home=HOME).content.decode().splitlines()


@pytest.mark.parametrize("scope", list(Scope))
def test_a_unit_is_hardened_writes_its_own_folder_only_and_restarts(scope: Scope) -> None:
    lines = unit_lines(scope)
    for expected in (
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        'ReadWritePaths="/srv/my shop/50%% \\"$x\\"\\\\"',
        "Restart=on-failure",
        "RestartPreventExitStatus=2 78",
        "UMask=0077",
    ):
        assert expected in lines
    (start,) = (line for line in lines if line.startswith("ExecStart="))
    assert start == (
        "ExecStart=/opt/clienteling/bin/python -P -m clienteling hub run "
        '--data-dir "/srv/my shop/50%% \\"$$x\\"\\\\" --port 8600'
    )


@pytest.mark.parametrize("takes_web_ports", [True, False])
def test_a_service_of_the_machine_may_take_the_webs_ports_where_it_answers_guests_and_nothing_more(
    takes_web_ports: bool,
) -> None:
    hub = replace(HUB, takes_web_ports=takes_web_ports)
    system, user = (unit_lines(scope, hub) for scope in (Scope.SYSTEM, Scope.USER))
    expected = ["CapabilityBoundingSet="]
    if takes_web_ports:
        expected = ["CapabilityBoundingSet=CAP_NET_BIND_SERVICE", "AmbientCapabilities=CAP_NET_BIND_SERVICE"]
    assert [line for line in system if "Capabilit" in line] == expected
    assert user == unit_lines(Scope.USER), "a user's own service manager cannot give it"


def test_a_units_place_and_user_go_with_whom_it_is_for() -> None:
    user, system = (service_file(System.SYSTEMD, scope, HUB, home=HOME) for scope in (Scope.USER, Scope.SYSTEM))
    assert str(user.path) == "/home/kasir/.config/systemd/user/clienteling-hub.service"
    assert str(system.path) == "/etc/systemd/system/clienteling-hub.service"
    assert ("User=kasir" in unit_lines(Scope.USER), "User=kasir" in unit_lines(Scope.SYSTEM)) == (False, True)
    assert user.to_start == (
        "systemctl --user daemon-reload", "systemctl --user enable --now clienteling-hub.service",
    )  # fmt: skip
    assert system.to_stop == ("systemctl stop clienteling-hub.service", "systemctl daemon-reload")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("takes_web_ports", [True, False])
@pytest.mark.parametrize("scope", list(Scope))
def test_systemd_finds_nothing_wrong_with_a_unit(scope: Scope, takes_web_ports: bool, tmp_path: Path) -> None:
    hub = Hub(PurePath(sys.executable), ODD, 8600, "daemon", takes_web_ports)
    unit = tmp_path / "clienteling-hub.service"
    unit.write_bytes(service_file(System.SYSTEMD, scope, hub, home=HOME).content)
    words = ["systemd-analyze", "verify", f"--{scope.value}", str(unit)]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    assert "clienteling-hub.service:" not in done.stderr


def test_a_property_list_starts_the_same_command_again_after_a_failure() -> None:
    file = service_file(System.LAUNCHD, Scope.SYSTEM, HUB, home=HOME)
    told = plistlib.loads(file.content)
    assert str(file.path) == "/Library/LaunchDaemons/clienteling.hub.plist"
    assert told["ProgramArguments"] == list(HUB.command)
    assert (told["RunAtLoad"], told["KeepAlive"], told["UserName"]) == (True, {"SuccessfulExit": False}, "kasir")
    assert told["StandardErrorPath"].startswith(str(ODD))
    agent = service_file(System.LAUNCHD, Scope.USER, HUB, home=PurePosixPath("/Users/kasir"))
    assert str(agent.path) == "/Users/kasir/Library/LaunchAgents/clienteling.hub.plist"
    assert "UserName" not in plistlib.loads(agent.content)


@pytest.mark.parametrize(
    ("scope", "trigger", "logon"),
    [(Scope.USER, "LogonTrigger", "InteractiveToken"), (Scope.SYSTEM, "BootTrigger", "S4U")],
)
def test_a_windows_task_starts_the_same_command_again_after_a_failure(scope: Scope, trigger: str, logon: str) -> None:
    hub = Hub(PureWindowsPath(r"C:\Program Files\py\python.exe"), PureWindowsPath(r"D:\Toko & Co"), 8600, r"TOKO\Rina")
    file = service_file(System.WINDOWS, scope, hub, home=PureWindowsPath(r"C:\Users\Rina"))
    assert file.content.startswith(b"\xff\xfe")
    task = ElementTree.fromstring(file.content)
    names = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}

    def text(path: str) -> str | None:
        return task.findtext("/".join(f"t:{part}" for part in path.split("/")), namespaces=names)

    assert task.find(f"t:Triggers/t:{trigger}", names) is not None
    assert (text("Principals/Principal/LogonType"), text("Principals/Principal/UserId")) == (logon, r"TOKO\Rina")
    assert text("Actions/Exec/Command") == r"C:\Program Files\py\python.exe"
    assert text("Actions/Exec/Arguments") == r'-P -m clienteling hub run --data-dir "D:\Toko & Co" --port 8600'
    assert (text("Settings/RestartOnFailure/Interval"), text("Settings/ExecutionTimeLimit")) == ("PT1M", "PT0S")
    assert str(file.path) == r"D:\Toko & Co\clienteling-hub.xml"


@pytest.mark.parametrize("system", list(System))
def test_a_path_that_would_begin_a_line_of_its_own_is_refused(system: System) -> None:
    hub = Hub(PurePosixPath("/python"), PurePosixPath("/srv/a\nExecStartPre=/bin/evil"), 8600, "kasir")
    with pytest.raises(PathUnusable):
        service_file(system, Scope.USER, hub, home=HOME)


# hub install and uninstall, on Linux


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This user's own folder, with nothing in it."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="systemd")


@linux_only
def test_a_dry_run_prints_the_unit_and_writes_nothing(home: Path, tmp_path: Path) -> None:
    ran = run("hub", "install", "--data-dir", tmp_path / "none", "--dry-run")
    assert (ran.status, ran.errors) == (0, "")
    assert f"--data-dir {tmp_path / 'none'} --port 8550" in ran.output
    assert (list(home.iterdir()), (tmp_path / "none").exists()) == ([], False)


@linux_only
def test_installing_says_what_to_type_and_uninstalling_leaves_nothing_but_the_data(home: Path, device: Path) -> None:
    ran = run("hub", "install", "--data-dir", device, "--port", 8600)
    unit = home / ".config" / "systemd" / "user" / "clienteling-hub.service"
    assert ran.lines == [
        f"The service file is written: {unit}",
        "Type next:",
        "  systemctl --user daemon-reload",
        "  systemctl --user enable --now clienteling-hub.service",
    ]
    assert "--port 8600" in unit.read_text()
    for secret in json.loads(device.with_name("device-keys.json").read_text()).values():
        assert secret not in unit.read_text()
    link = unit.parent / "default.target.wants" / unit.name
    link.parent.mkdir()
    link.symlink_to(unit)
    ran = run("hub", "uninstall", "--data-dir", device)
    assert ran.lines == [
        f"The service file is gone: {unit}. The data on this device stays.",
        "Type next:",
        "  systemctl --user stop clienteling-hub.service",
        "  systemctl --user daemon-reload",
    ]
    assert (unit.exists(), link.is_symlink(), (device / "outbox.db").exists()) == (False, False, True)
    assert run("hub", "uninstall", "--data-dir", device).output == f"There is no service file {unit}.\n"


@linux_only
def test_two_hubs_of_one_machine_have_services_of_their_own(home: Path, device: Path, tmp_path: Path) -> None:
    other = ("--data-dir", tmp_path / "other")
    assert run("hub", "install", "--data-dir", device).status == 0
    units = home / ".config" / "systemd" / "user"
    first = (units / "clienteling-hub.service").read_text()
    for words in (("install", *other), ("uninstall", *other), ("install", *other, "--dry-run")):
        refused = run("hub", *words)
        assert (refused.status, "Give this one a name of its own" in refused.errors) == (1, True)
    named = run("hub", "install", *other, "--name", "dago", "--port", 8551)
    assert named.lines[-1] == "  systemctl --user enable --now clienteling-hub-dago.service"
    assert "--port 8551" in (units / "clienteling-hub-dago.service").read_text()
    assert run("hub", "install", "--data-dir", device, "--port", 8600).status == 0, "its own is written anew"
    assert (units / "clienteling-hub.service").read_text() == first.replace("--port 8550", "--port 8600")
    assert run("hub", "uninstall", *other, "--name", "dago").status == 0
    assert [path.name for path in units.glob("*.service")] == ["clienteling-hub.service"]


@pytest.mark.parametrize("name", ["Dago", "a b", "../x", "-x", "a" * 41])
def test_a_name_that_no_service_may_have_is_refused(name: str, tmp_path: Path) -> None:
    assert run("hub", "install", "--data-dir", tmp_path / "none", "--name", name, "--dry-run").status == 2


@pytest.mark.parametrize("system", list(System))
def test_a_named_hub_is_named_everywhere(system: System) -> None:
    only, named = (service_file(system, Scope.USER, replace(HUB, name=name), home=HOME) for name in ("", "dago"))
    hub = replace(HUB, name="dago")
    assert "dago" in named.path.name
    assert all("dago" in " ".join(words) for words in (named.to_start, named.to_stop))
    assert "dago" not in " ".join((only.path.name, *only.to_start, *only.to_stop))
    assert is_of(hub, system, named.content)
    assert is_of(replace(hub, data_dir=PurePosixPath("/srv")), system, named.content) is (system is System.WINDOWS)
    assert is_of(hub, system, b"") is (system is System.WINDOWS)


@linux_only
def test_installing_where_guests_are_answered_says_what_their_ports_need(home: Path, device: Path) -> None:
    words = ("hub", "install", "--data-dir", with_certificate(device))
    ran = run(*words)
    assert ran.lines[1:3] == [
        "A service of your own may take the ports for phones where the machine allows it. Type once:",
        "  echo net.ipv4.ip_unprivileged_port_start=80 | sudo tee /etc/sysctl.d/60-clienteling.conf && "
        "sudo sysctl --system",
    ]
    if os.geteuid() == 0:
        os.chown(device, 1, 1)
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in run(*words, "--system", "--dry-run").lines
    settings = device / "settings.toml"
    settings.write_text(f"shelf_port = 8443\nshelf_http_port = 0\n{settings.read_text()}")
    assert "AmbientCapabilities" not in run(*words, "--system", "--dry-run").output
    assert "ip_unprivileged_port_start" not in run(*words).output


@linux_only
def test_a_device_that_is_not_enrolled_is_told_how_before_its_service_starts(home: Path, tmp_path: Path) -> None:
    ran = run("hub", "install", "--data-dir", tmp_path / "new")
    assert ran.lines[1].startswith("This device is not enrolled yet. Before the service can run, type once: ")
    assert (tmp_path / "new").is_dir(), "systemd cannot make a folder writable that is not there"


@linux_only
@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="only root owns what root must not run")
def test_no_service_runs_as_root(home: Path, tmp_path: Path) -> None:
    ran = run("hub", "install", "--system", "--data-dir", tmp_path / "new", "--dry-run")
    assert (ran.status, ran.output) == (1, "")
    assert ran.errors.startswith("The data folder belongs to root, and the hub must not run as root.")


@linux_only
def test_a_service_of_the_machine_runs_as_the_folders_owner(home: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, 1, 1)
    ran = run("hub", "install", "--system", "--data-dir", tmp_path, "--dry-run")
    assert f"User={tmp_path.owner()}" in ran.lines

"""Finding the programs that tests need, where each system keeps them."""

from pathlib import Path

import pytest

from build_scripts.chromium import NamedChromiumMissing, find_chromium, find_or_fetch_chromium
from build_scripts.postgresql_server import find_binaries


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    path.chmod(0o755)
    return path


def test_the_chromium_that_a_person_names_is_the_one(tmp_path: Path) -> None:
    named = program(tmp_path / "mine")
    program(tmp_path / "bin" / "chromium")
    assert find_chromium({"CLIENTELING_CHROMIUM": str(named), "PATH": str(tmp_path / "bin")}) == named


def test_a_named_chromium_that_is_not_there_is_an_error_and_not_ignored(tmp_path: Path) -> None:
    with pytest.raises(NamedChromiumMissing, match="nowhere"):
        find_chromium({"CLIENTELING_CHROMIUM": str(tmp_path / "nowhere")})


def test_the_systems_chromium_comes_before_playwrights(tmp_path: Path) -> None:
    fetched = program(tmp_path / "home" / ".cache" / "ms-playwright" / "chromium-1255" / "chrome-linux64" / "chrome")
    environment = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path / "home")}
    assert find_chromium(environment, platform="linux") == fetched
    system = program(tmp_path / "bin" / "google-chrome")
    assert find_chromium(environment, platform="linux") == system


def test_a_snap_is_passed_over_since_it_cannot_read_a_tests_profile(tmp_path: Path) -> None:
    program(tmp_path / "snap" / "bin" / "chromium")
    environment = {"PATH": str(tmp_path / "snap" / "bin"), "HOME": str(tmp_path)}
    assert find_chromium(environment, platform="linux") is None


def test_windows_has_edge_where_it_has_no_chrome(tmp_path: Path) -> None:
    edge = program(tmp_path / "x86" / "Microsoft" / "Edge" / "Application" / "msedge.exe")
    environment = {"PATH": "", "PROGRAMFILES": str(tmp_path / "64"), "PROGRAMFILES(X86)": str(tmp_path / "x86")}
    assert find_chromium({**environment, "LOCALAPPDATA": str(tmp_path)}, platform="win32") == edge


def test_a_mac_has_the_one_that_playwright_fetched(tmp_path: Path) -> None:
    inside = Path("Library", "Caches", "ms-playwright", "chromium-1255", "chrome-mac-arm64")
    fetched = program(tmp_path / inside / "Chrome for Testing.app" / "Contents" / "MacOS" / "Chrome for Testing")
    found = find_chromium({"PATH": "", "HOME": str(tmp_path)}, platform="darwin")
    assert found is not None
    assert found == fetched or found.is_relative_to("/Applications")


class Machine:
    """A machine that has no Chromium until the command that brings one there has run."""

    def __init__(self, brought_by: str | None) -> None:
        self.ran: list[str] = []
        self._brought_by = brought_by

    def run(self, command: list[str]) -> bool:
        self.ran.append(" ".join(command))
        return True

    def find(self) -> Path | None:
        there = self._brought_by is not None and any(self._brought_by in command for command in self.ran)
        return Path("chromium") if there else None


def fetch(machine: Machine, *, root: bool) -> Path | None:
    said: list[str] = []
    return find_or_fetch_chromium(
        Path("python"), say=said.append, find=machine.find, run=machine.run, may_install=lambda: root
    )


def test_a_chromium_that_is_there_is_not_fetched() -> None:
    machine = Machine(brought_by="")
    machine.run(["earlier"])
    assert fetch(machine, root=True) == Path("chromium")
    assert machine.ran == ["earlier"]


def test_a_missing_chromium_is_playwrights_first() -> None:
    machine = Machine(brought_by="playwright install")
    assert fetch(machine, root=True) == Path("chromium")
    assert machine.ran == ["python -m playwright install chromium"]


def test_where_playwrights_cannot_be_had_root_installs_the_distributions() -> None:
    machine = Machine(brought_by="apt-get install")
    assert fetch(machine, root=True) == Path("chromium")
    assert [command.split()[1] for command in machine.ran[1:]] == ["update", "install"]


def test_a_person_who_is_not_root_gets_no_package_installed() -> None:
    machine = Machine(brought_by="apt-get install")
    assert fetch(machine, root=False) is None
    assert not [command for command in machine.ran if "apt-get" in command]


def server(folder: Path) -> Path:
    for name in ("initdb", "pg_ctl", "postgres"):
        program(folder / name)
        program(folder / f"{name}.exe")
    return folder


def test_the_servers_binaries_in_path_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path = server(tmp_path / "pg" / "bin")
    monkeypatch.setenv("PATH", str(on_path))
    assert find_binaries() == on_path


def test_a_client_without_its_server_is_not_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "client" / "pg_ctl")
    monkeypatch.setenv("PATH", str(tmp_path / "client"))
    assert find_binaries() != tmp_path / "client"

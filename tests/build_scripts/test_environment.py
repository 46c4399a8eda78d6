"""The environment behind the two commands: instant when it is there, a sentence when it cannot be."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from build_scripts import environment, pip_settings
from build_scripts.environment import (
    INSTALLER_LOCK,
    ROOT,
    CannotContinue,
    Lock,
    PipOutcome,
    child_environment,
    ensure_environment,
    explain_pip_failure,
    explain_venv_failure,
    fingerprint,
    interpreter_starts,
    locked_versions,
    run_to_exit,
    run_uv,
    venv_command,
    venv_python,
    write_stamp,
)

LOCKS = (*Lock, INSTALLER_LOCK)
SCRIPTS = ("demo.py", "test.py", "check.py", "torture.py")


def lock_text(lock: str) -> str:
    return (ROOT / "build_scripts" / lock).read_text(encoding="utf-8")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the real pyproject and locks, and a `.venv` that has an interpreter but no stamp."""
    (tmp_path / "build_scripts").mkdir()
    for name in ("pyproject.toml", *(f"build_scripts/{lock}" for lock in LOCKS)):
        shutil.copyfile(ROOT / name, tmp_path / name)
    python = venv_python(tmp_path / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()
    return tmp_path


# --- the locks


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_and_hashes_every_package(lock: str) -> None:
    text = lock_text(lock)
    assert not re.search(r"://|--index|--extra-index|--find-links|--trusted-host", text)
    for requirement in re.split(r"\n(?=[A-Za-z])", text.replace("\\\n", " ")):
        assert "--hash=sha256:" in requirement, requirement


def test_the_development_lock_serves_the_demo_too() -> None:
    app, development = locked_versions(lock_text(Lock.APP)), locked_versions(lock_text(Lock.DEVELOPMENT))
    assert len(app) > 40
    assert {name: development.get(name) for name in app} == app


def test_the_demo_installs_nothing_that_only_developers_need() -> None:
    assert not {"pytest", "mypy", "ruff", "playwright", "hypothesis"} & set(locked_versions(lock_text(Lock.APP)))


# --- when an install is needed


def test_a_second_start_installs_nothing_and_says_nothing(checkout: Path) -> None:
    write_stamp(checkout / ".venv", fingerprint(Lock.APP, root=checkout))
    said: list[str] = []
    assert ensure_environment(Lock.APP, root=checkout, say=said.append) == venv_python(checkout / ".venv")
    assert said == []


def test_the_demo_starts_in_the_environment_that_the_tests_made(checkout: Path) -> None:
    write_stamp(checkout / ".venv", fingerprint(Lock.DEVELOPMENT, root=checkout))
    said: list[str] = []
    ensure_environment(Lock.APP, root=checkout, say=said.append)
    assert said == []


def test_a_changed_lock_or_dependency_asks_for_an_install_and_a_changed_lint_rule_does_not(checkout: Path) -> None:
    before = fingerprint(Lock.APP, root=checkout)
    project = checkout / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace("line-length = 120", "line-length = 100"), encoding="utf-8")
    assert fingerprint(Lock.APP, root=checkout) == before
    project.write_text(text.replace('"httpx>=0.28"', '"httpx>=0.29"'), encoding="utf-8")
    assert fingerprint(Lock.APP, root=checkout) != before
    project.write_text(text, encoding="utf-8")
    with (checkout / "build_scripts" / Lock.APP).open("a", encoding="utf-8") as lock:
        lock.write("one-more==1.0 --hash=sha256:00\n")
    assert fingerprint(Lock.APP, root=checkout) != before


def test_a_moved_checkout_asks_for_an_install(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    moved = tmp_path_factory.mktemp("moved") / "checkout"
    shutil.copytree(checkout, moved)
    assert fingerprint(Lock.APP, root=moved) != fingerprint(Lock.APP, root=checkout)


class Installers:
    """pip and uv that install nothing, remember what they were asked for, and end as told."""

    def __init__(self, *outcomes: PipOutcome, uv_can: bool = True) -> None:
        self.asked: list[Sequence[str]] = []
        self.uv_asked: list[Path] = []
        self._outcomes = list(outcomes)
        self._uv_can = uv_can

    def pip(self, python: Path, arguments: Sequence[str], total: int) -> PipOutcome:
        self.asked.append(arguments)
        return self._outcomes.pop(0) if self._outcomes else PipOutcome(status=0, tail=())

    def uv(self, python: Path, lock_path: Path) -> bool:
        self.uv_asked.append(lock_path)
        return self._uv_can

    def install(self, checkout: Path) -> None:
        ensure_environment(Lock.APP, root=checkout, pip=self.pip, uv=self.uv, works=lambda _: True, say=lambda _: None)


def failed(*tail: str) -> PipOutcome:
    return PipOutcome(status=1, tail=tail)


def wheels_of(lock_path: Path) -> list[str]:
    return ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(lock_path)]


def checkout_itself(checkout: Path) -> list[str]:
    return ["--no-build-isolation", "--no-deps", "-e", str(checkout)]


def test_pip_installs_uv_by_its_hash_and_uv_the_lock_and_then_comes_the_checkout(checkout: Path) -> None:
    installers = Installers()
    installers.install(checkout)
    scripts = checkout / "build_scripts"
    assert [list(asked) for asked in installers.asked] == [
        wheels_of(scripts / INSTALLER_LOCK),
        checkout_itself(checkout),
    ]
    assert installers.uv_asked == [scripts / Lock.APP]


@pytest.mark.parametrize(
    "installers",
    [
        Installers(uv_can=False),
        Installers(failed("ERROR: No matching distribution found for uv==0.13.9")),
    ],
    ids=["uv fails", "no uv to be had"],
)
def test_where_uv_cannot_pip_installs_the_same(installers: Installers, checkout: Path) -> None:
    installers.install(checkout)
    scripts = checkout / "build_scripts"
    assert [list(asked) for asked in installers.asked[1:]] == [
        wheels_of(scripts / Lock.APP),
        checkout_itself(checkout),
    ]


def test_an_environment_without_uv_leaves_the_lock_to_pip(checkout: Path) -> None:
    assert run_uv(checkout / ".venv" / "bin" / "python", checkout / "build_scripts" / Lock.APP) is False


def test_uv_fetches_from_where_pip_was_told_to() -> None:
    listed = """
:env:.timeout='180'
download.index-url='https://nobody.example'
global.cert='/etc/ssl/store.pem'
global.extra-index-url='\\nhttps://one.example/simple\\nhttps://two.example/simple'
global.index-url='https://wrong.example'
install.find_links='/wheels /more'
install.index-url='https://mirror.example/simple'
nonsense
global.proxy=__import__('os')
"""
    settings = pip_settings.read_settings(listed.replace("\\\\", "\\"))
    assert pip_settings.uv_environment(settings, {"SSL_CERT_FILE": "mine"}) == {
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_HTTP_TIMEOUT": "180",
    }


@pytest.mark.parametrize("stamp", ["", "[]", "{}", "\x00", '{"fingerprint": 3}'])
def test_an_unreadable_stamp_counts_as_none(checkout: Path, stamp: str) -> None:
    (checkout / ".venv" / environment.STAMP_NAME).write_text(stamp, encoding="utf-8")
    first, second = Installers(), Installers()
    first.install(checkout)
    second.install(checkout)
    assert (len(first.asked), len(second.asked)) == (2, 0)


def test_an_install_that_failed_leaves_no_stamp(checkout: Path) -> None:
    installers = Installers(failed("ERROR: Network is unreachable"))
    with pytest.raises(CannotContinue, match="could not be reached"):
        installers.install(checkout)
    assert (len(installers.asked), installers.uv_asked) == (1, [])
    assert environment.read_stamp(checkout / ".venv") is None


def test_an_empty_file_is_no_interpreter_and_the_running_one_is(checkout: Path) -> None:
    assert not interpreter_starts(venv_python(checkout / ".venv"))
    assert not interpreter_starts(checkout / "nowhere")
    assert interpreter_starts(Path(sys.executable))


def test_paths_follow_the_system() -> None:
    venv = Path("x")
    assert venv_python(venv, windows=True) == Path("x/Scripts/python.exe")
    assert venv_python(venv, windows=False) == Path("x/bin/python")
    assert venv_command(venv, "ruff", windows=True) == Path("x/Scripts/ruff.exe")


# --- failures in words


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("WARNING: Retrying ... NewConnectionError('[Errno -3] Temporary failure in name resolution')", "reached"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "refused"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "certificate"),
        ("ERROR: No matching distribution found for sqlcipher3==0.6.4", "ready-made package of sqlcipher3"),
        ("ERROR: [Errno 13] Permission denied: '/x/.venv/lib'", "may not be written"),
        ("ERROR: something nobody foresaw", "something nobody foresaw"),
    ],
)
def test_a_failed_install_says_why(output: str, words: str) -> None:
    assert words in explain_pip_failure(output)


def test_an_unreachable_index_is_not_taken_for_a_missing_package() -> None:
    output = "NewConnectionError(...)\nERROR: No matching distribution found for alembic==1.20.1"
    assert "could not be reached" in explain_pip_failure(output)


def test_a_python_without_venv_says_which_package_to_install() -> None:
    assert "apt install python3." in explain_venv_failure("The virtual environment ... ensurepip is not available.")


@pytest.mark.parametrize(
    ("raised", "status", "words"),
    [
        (CannotContinue("The disk is full."), 2, "The disk is full."),
        (KeyboardInterrupt(), 130, "Stopped."),
        (OSError(28, "No space left on device"), 2, "disk is full"),
    ],
)
def test_what_ends_a_script_is_a_sentence_and_a_status(
    raised: BaseException, status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def main() -> int:
        raise raised

    with pytest.raises(SystemExit) as ended:
        run_to_exit(main)
    assert ended.value.code == status
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_old_python_is_told_what_it_needs(script: str) -> None:
    """The scripts must parse in an old Python to get as far as the sentence."""
    for source in (script, "environment.py"):
        ast.parse((ROOT / "build_scripts" / source).read_text(encoding="utf-8"), feature_version=(3, 8))
    pretend = (
        "import runpy, sys; sys.version_info = (3, 10, 2, 'final', 0); "
        f"runpy.run_path({str(ROOT / 'build_scripts' / script)!r}, run_name='__main__')"
    )
    told = subprocess.run([sys.executable, "-I", "-c", pretend], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "needs Python 3.11 or newer; this is Python 3.10" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_foreign_python_home_does_not_reach_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/elsewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    inherited = child_environment({"MORE": "1"})
    assert not {"PYTHONHOME", "PYTHONPATH"} & set(inherited)
    assert inherited["MORE"] == "1"


def test_compiled_modules_are_kept_whatever_is_usual_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in child_environment()


# --- what is installed


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """The real pyproject around one module of each package, one asset and one test."""
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    for name in ("README.md", "clienteling/__init__.py", "sync/__init__.py", "assets/i18n/id.json", "tests/test_x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def built(project: Path, kind: str) -> set[str]:
    """The names of the files in a wheel of the project, save its metadata."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", f"wheel:{kind}", "-d", "built"]
    finished = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    (wheel,) = (project / "built").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if "dist-info" not in name}


def test_a_wheel_carries_both_packages_and_the_assets(small_project: Path) -> None:
    assert built(small_project, "standard") == {
        "clienteling/__init__.py",
        "clienteling/_assets/i18n/id.json",
        "sync/__init__.py",
    }


def test_an_editable_install_is_a_path_and_no_copies(small_project: Path) -> None:
    assert built(small_project, "editable") == {"_clienteling.pth"}


# --- the scripts beside it


def test_ci_runs_exactly_the_command_that_a_person_runs() -> None:
    script = ROOT / ".ci" / "run"
    commands = [line for line in script.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert commands[-1] == "python3 build_scripts/test.py"
    assert os.access(script, os.X_OK)


def test_a_stamp_is_readable_text(checkout: Path) -> None:
    write_stamp(checkout / ".venv", "abc")
    assert json.loads((checkout / ".venv" / environment.STAMP_NAME).read_text(encoding="utf-8")) == {
        "fingerprint": "abc"
    }

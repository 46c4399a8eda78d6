"""What leaves tests out, and what never passes in silence: judged by running pytest on a small suite of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from build_scripts.environment import ROOT, child_environment

SUITE = """
import pytest

def test_plain() -> None:
    pass

def test_in_a_browser(chromium) -> None:
    pass

def test_in_postgresql(postgresql_server) -> None:
    pass

@pytest.mark.skip(reason="the scanner is not plugged in")
def test_skipped() -> None:
    pass
"""

UNUSED = re.compile(r' +"tests\.support\.(demo_shop|fakes|shelf_hub)",\n')


def run_suite(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> tuple[int, str]:
    """Exit status and output of pytest on SUITE, beside the real conftest, away from the real tests.

    Without the plugins and fixtures that the suite does not use: they take longer to load than it takes to run.
    """
    conftest, left_out = UNUSED.subn("", (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    assert left_out == 3
    (folder / "conftest.py").write_text(conftest, encoding="utf-8")
    (folder / "test_suite.py").write_text(SUITE, encoding="utf-8")
    (folder / "pytest.ini").write_text(
        f"[pytest]\npythonpath = {ROOT}\naddopts = --import-mode=importlib -p no:cacheprovider\n"
        "markers =\n    browser: x\n    postgresql: x\n",
        encoding="utf-8",
    )
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-ra", *arguments],
        cwd=folder,
        env={**child_environment(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.returncode, finished.stdout + finished.stderr


@pytest.fixture
def suite_folder(tmp_path: Path) -> Path:
    return tmp_path


def test_what_is_left_out_is_said_and_a_skipped_test_fails_the_run_where_that_was_asked(suite_folder: Path) -> None:
    status, output = run_suite(suite_folder, "--without-browser", "--without-postgresql", "--skips-fail")
    assert status == 1
    assert "1 passed, 1 skipped, 2 deselected" in output
    assert "left out as asked by --without-browser: the tests that need Chromium" in output
    assert "left out as asked by --without-postgresql: the tests that need PostgreSQL" in output
    assert "the scanner is not plugged in" in output
    assert "skipped tests fail this run" in output


def test_a_skipped_test_fails_no_run_where_that_was_not_asked(suite_folder: Path) -> None:
    status, _ = run_suite(suite_folder, "-k", "plain or skipped")
    assert status == 0


def test_a_skipped_test_fails_the_run_among_several_workers_too(suite_folder: Path) -> None:
    status, _ = run_suite(
        suite_folder, "--without-browser", "--without-postgresql", "--skips-fail", "-p", "xdist", "-n", "1"
    )
    assert status == 1


def test_a_missing_chromium_fails_the_test_that_needs_it(suite_folder: Path) -> None:
    status, output = run_suite(
        suite_folder, "-k", "browser", environment={"CLIENTELING_CHROMIUM": os.path.join("no", "chromium")}
    )
    assert status == 1
    assert "1 error" in output
    assert "CLIENTELING_CHROMIUM names" in output

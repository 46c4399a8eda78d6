"""The stages of check.py and test.py: all of them run, and one that fails fails the whole."""

import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from build_scripts.check import Outcome, Stage, check_stages, run_stages, summarise
from build_scripts.demo import demo_command
from build_scripts.environment import ROOT
from build_scripts.test import WORKERS, folder_in_memory, parse_arguments, start_postgresql
from build_scripts.test import test_stage as stage_of_tests


def python_stage(name: str, code: str, environment: dict[str, str] | None = None) -> Stage:
    return Stage(name, (sys.executable, "-c", code), environment or {})


def test_every_stage_runs_whatever_the_one_before_said(tmp_path: Path) -> None:
    stages = (
        python_stage("lint", "raise SystemExit(3)"),
        python_stage("types", "open('ran', 'w').close()"),
    )
    outcomes = run_stages(stages, root=tmp_path)
    assert [(outcome.name, outcome.status) for outcome in outcomes] == [("lint", 3), ("types", 0)]
    assert (tmp_path / "ran").exists()


def test_a_stage_beside_others_ends_while_they_run_and_is_heard_after_them(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    wait_for = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path; from tests.support.waiting import wait_until\n"
        "wait_until(Path({!r}).exists); Path({!r}).touch()\n"
    )
    types = python_stage("types", wait_for.format("begun", "judged") + "print('the types'); raise SystemExit(4)")
    tests = python_stage("tests", "open('begun', 'w').close()\n" + wait_for.format("judged", "over") + "print('them')")
    outcomes = run_stages([replace(types, beside=True), tests], root=tmp_path)
    assert [(outcome.name, outcome.status) for outcome in outcomes] == [("tests", 0), ("types", 4)]
    said = capfd.readouterr().out
    assert said.index("them") < said.index("== types") < said.index("the types")


def test_a_stage_gets_what_was_prepared_for_it(tmp_path: Path) -> None:
    code = "import os; raise SystemExit(os.environ['CLIENTELING_CHROMIUM'] != 'x')"
    (outcome,) = run_stages([python_stage("tests", code, {"CLIENTELING_CHROMIUM": "x"})], root=tmp_path)
    assert outcome.status == 0


def test_one_failed_stage_fails_the_whole_and_each_has_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert summarise([Outcome("lint", 0, 1.25), Outcome("tests", 1, 200.0)]) == 1
    printed = capsys.readouterr().out
    assert "1.2 s  ok" in printed
    assert "200.0 s  FAILED (exit status 1)" in printed
    assert summarise([Outcome("lint", 0, 1.0)]) == 0


def test_the_source_is_judged_by_lint_types_layers_and_searches_for_secrets_and_known_vulnerabilities() -> None:
    names = [stage.name for stage in check_stages()]
    assert names == ["lint", "format", "types", "layers", "secrets", "advisories"]


def test_only_who_asks_for_it_fails_where_nobody_answers_about_vulnerabilities() -> None:
    usual, required = (check_stages(advisories_required=one)[-1].command for one in (False, True))
    assert required == (*usual, "--required")


def test_what_is_left_out_and_a_persons_own_arguments_reach_pytest_last() -> None:
    chosen, for_pytest = parse_arguments(["--without-browser", "tests/contract", "-n", "0"])
    stage = stage_of_tests(Path("python"), chosen, for_pytest, environment={})
    assert list(stage.command[-4:]) == ["--without-browser", "tests/contract", "-n", "0"]
    assert "--without-postgresql" not in stage.command


def test_skips_fail_the_run_that_ci_makes() -> None:
    chosen, for_pytest = parse_arguments([])
    stage = stage_of_tests(Path("python"), chosen, for_pytest, environment={})
    assert "--skips-fail" in stage.command
    assert stage.command[stage.command.index("-n") + 1] == str(WORKERS)


def test_a_postgresql_that_a_person_names_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENTELING_TEST_POSTGRESQL", "postgresql+psycopg://me@/postgres")
    with ExitStack() as until:
        assert start_postgresql(until) == "postgresql+psycopg://me@/postgres"


def test_the_demo_gets_a_persons_arguments() -> None:
    command = demo_command(Path(".venv", "bin", "python"), ["--reset"])
    assert command == [os.path.join(".venv", "bin", "python"), "-m", "clienteling", "demo", "--reset"]


def test_files_of_tests_lie_in_memory_only_where_there_is_room(tmp_path: Path) -> None:
    with ExitStack() as until:
        folder = folder_in_memory(until, memory=tmp_path, room_bytes=1, available_bytes=lambda: 2)
        assert folder is not None
        assert folder.parent == tmp_path
        assert folder_in_memory(until, memory=tmp_path, room_bytes=1, available_bytes=lambda: 1) is None
        assert folder_in_memory(until, memory=tmp_path, room_bytes=2**60) is None
        assert folder_in_memory(until, memory=tmp_path / "nowhere") is None
    assert not folder.exists()

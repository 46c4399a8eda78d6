"""The search through what a journey logs finds what it is for, from each place that it looks at."""

import json
import logging
from pathlib import Path

import pytest

from clienteling.demo.layout import KEY_FILE
from clienteling.settings import assets_dir
from tests.support.log_canary import CANARIES, CAUGHT, Canaries, listening_to

pytest_plugins = ["pytester"]


@pytest.fixture
def canaries() -> Canaries:
    made = Canaries()
    made.add("Siti Rahmawati", "739154", "+6281200214471")
    return made


@pytest.mark.parametrize("name", ["central.log", "app.log.1", "device.out"])
def test_what_a_process_writes_is_found_once_and_what_it_wrote_before_is_not_read_again(
    canaries: Canaries, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "logs" / name
    file.parent.mkdir()
    file.write_text('{"message": "started"}\n')
    canaries.read_new(tmp_path)
    assert canaries.caught() == []
    with file.open("a") as more:
        more.write('{"message": "opened siti rahmawati"}\n')
    canaries.read_new(tmp_path)
    assert canaries.caught() == [f'{name}: {{"message": "opened siti rahmawati"}}']
    canaries.read_new(tmp_path)
    assert canaries.caught() == []


def test_a_process_that_begins_its_file_anew_is_read_from_its_first_line(canaries: Canaries, tmp_path: Path) -> None:
    file = tmp_path / "device.out"
    file.write_text("a long line about nobody at all, and another one\n")
    canaries.read_new(tmp_path)
    file.write_text("+6281200214471\n")
    canaries.read_new(tmp_path)
    assert canaries.caught() == ["device.out: +6281200214471"]


def test_what_is_logged_in_this_process_is_found_as_its_file_would_have_it(canaries: Canaries) -> None:
    with listening_to(canaries):
        logging.getLogger("sync.central_api").info("kept for %s", "Siti Rahmawati")
        logging.getLogger("a.library").warning("cannot find %s", "Siti Rahmawati")  # no argument reaches the file
        logging.getLogger("httpx.more").info("Siti Rahmawati")  # says nothing below a warning
    (line,) = canaries.caught()
    assert json.loads(line.removeprefix("log: "))["message"] == "kept for Siti Rahmawati"


def test_a_part_of_a_longer_word_or_number_is_none_of_it(canaries: Canaries) -> None:
    canaries.lines += ["id 1739154", "b1739154-90b2", "739154-90b2"]
    assert canaries.caught() == []
    canaries.lines.append("code 739154.")
    assert canaries.caught() == ["code 739154."]


def test_keys_and_tokens_of_devices_count(tmp_path: Path) -> None:
    canaries = Canaries()
    enrolment = json.dumps({"key": "cd" * 32, "registration": "an id"})
    kept = {"store-key": "ab" * 32, "enrolment": enrolment, "recovery-kept": "an id"}
    (tmp_path / KEY_FILE).write_text(json.dumps(kept))
    canaries.add_secrets_below(tmp_path)
    canaries.lines += ["ab" * 32, "cd" * 32, "ef" * 32, "an id"]
    assert canaries.caught() == ["ab" * 32, "cd" * 32]


def test_what_is_typed_counts_unless_it_is_the_beginning_of_anything() -> None:
    canaries = Canaries()
    canaries.add_typed("sit")
    canaries.add_typed("suka linen")
    canaries.lines += ["sit", "suka linen"]
    assert canaries.caught() == ["suka linen"]


def test_the_runs_own_canaries_know_the_demos_people() -> None:
    CANARIES.know_everybody()
    before, CANARIES.lines = CANARIES.lines, ["Rina Marlina", "siti.aminah@pos.example", "+6285700389026"]
    assert len(CANARIES.caught()) == 3
    CANARIES.lines = before


A_JOURNEY = """
import logging
from pathlib import Path
import pytest
from tests.support.fake_customers import SITI

log = logging.getLogger("clienteling.app")

@pytest.fixture(scope="session")
def shared():
    yield
    log.info("the run ends for %s", SITI.name)

@pytest.fixture
def logs():
    yield
    log.info("ends for %s", SITI.name)

@pytest.fixture
def prints():
    yield
    print("ends for", SITI.name)

@pytest.fixture
def writes(tmp_path):
    yield
    (tmp_path / "device.log").write_text(SITI.phone)

@pytest.fixture
def fails():
    yield
    log.info("ends for %s", SITI.name)
    raise ValueError

def test_a_fixture_ends_and_says_nothing(shared, tmp_path): ...
def test_a_fixture_logs(logs): ...
def test_a_fixture_prints(prints): ...
def test_a_fixture_writes(writes): ...
def test_a_fixture_fails(fails): ...
def test_nothing_is_said(): ...
"""
ELSEWHERE = "def test_a_screen(): print('Rina Marlina')\n"


def test_what_fixtures_say_as_they_end_is_found_and_once_and_so_is_the_end_of_the_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(assets_dir().parent))
    for folder, content in {"journeys": A_JOURNEY, "ui": ELSEWHERE}.items():
        pytester.mkdir(folder).joinpath(f"test_of_{folder}.py").write_text(content)
    plugins = "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "tests.support.log_canary"
    as_here = "-o", "tmp_path_retention_policy=failed", "--reruns", "1", "--only-rerun", "does not answer"
    ran = pytester.runpytest_subprocess(*plugins, *as_here, "-rE")
    ran.assert_outcomes(passed=7, errors=5)
    said = [line.removeprefix("ERROR ") for line in ran.outlines if line.startswith("ERROR ")]
    assert [line.split(" - ")[0].partition("::")[2] for line in said] == [
        "test_a_fixture_logs", "test_a_fixture_prints", "test_a_fixture_writes", "test_a_fixture_fails",
        "test_a_screen",
    ]  # fmt: skip
    assert ran.stdout.str().count(CAUGHT) >= len(said)

"""The search through what a journey logs finds what it is for, from each place that it looks at."""

import json
import logging
from pathlib import Path

import pytest

from clienteling.demo.layout import KEY_FILE
from tests.support.log_canary import CANARIES, Canaries, listening_to


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
    (tmp_path / KEY_FILE).write_text(json.dumps({"store-key": "ab" * 32, "enrolment": json.dumps({"key": "cd" * 32})}))
    canaries.add_secrets_below(tmp_path)
    canaries.lines += ["ab" * 32, "cd" * 32, "ef" * 32]
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

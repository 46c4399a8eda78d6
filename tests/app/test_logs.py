"""The log holds ids and codes, never what a person typed or a library quotes."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from clienteling.logs import log_to


@pytest.fixture(autouse=True)
def _own_root() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_is_json_with_our_fields(tmp_path: Path) -> None:
    path = log_to(tmp_path, "app")
    logging.getLogger("sync.engine").warning("sync refused", extra={"code": "sync.signed_out"})
    line = json.loads(path.read_text("utf-8"))
    assert (line["level"], line["message"], line["code"]) == ("warning", "sync refused", "sync.signed_out")


def test_what_an_error_quotes_stays_out_and_where_it_came_from_goes_in(tmp_path: Path) -> None:
    path = log_to(tmp_path, "app")
    try:
        raise ValueError("Siti Rahmawati +6281234567890")
    except ValueError:
        logging.getLogger("clienteling.ui").exception("component %s failed", "Today")
    text = path.read_text("utf-8")
    assert "Siti" not in text
    assert "+62" not in text
    line = json.loads(text)
    assert line["error"] == "ValueError"
    assert any("test_logs.py" in frame for frame in line["where"])


def test_what_a_library_fills_into_its_message_stays_out(tmp_path: Path) -> None:
    path = log_to(tmp_path, "app")
    logging.getLogger("somelibrary").error("cannot find %s", "Siti Rahmawati")
    assert "Siti" not in path.read_text("utf-8")

"""The log holds ids and codes, never what a person typed or a library quotes."""

import json
import logging
import os
import threading
from pathlib import Path

import httpx
from starlette.responses import Response

from clienteling.hosting import Server
from clienteling.logs import log_to


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


def test_the_web_servers_lines_are_whole_sentences_without_addresses_or_queries(tmp_path: Path) -> None:
    path = log_to(tmp_path, "app")
    server = logging.getLogger("uvicorn.error")
    server.info("Started server process [%d]", 4711, extra={"color_message": "Started \x1b[36m%d\x1b[0m"})
    server.info('%s - "WebSocket %s" [accepted]', "192.168.1.7:50123", "/ws?q=Siti")
    server.info("Uvicorn running on %s://%s:%d (Press CTRL+C to quit)", "http", "127.0.0.1", 8551)
    server.error("odd %d", "not a number")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["message"] for line in lines] == [
        "Started server process [4711]",
        '… - "WebSocket …" [accepted]',
        "Uvicorn running on …://…:8551 (Press CTRL+C to quit)",
        "odd %d",
    ]
    assert all(line["logger"] == "uvicorn.error" for line in lines)


def test_the_real_server_writes_one_object_a_line(tmp_path: Path) -> None:
    path = log_to(tmp_path, "app")
    answering = threading.Event()
    server = Server(Response("ok"), port=0, when_ready=answering.set)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert answering.wait(30)
        port = server.servers[0].sockets[0].getsockname()[1]
        httpx.get(f"http://127.0.0.1:{port}/customers?q=Siti")
    finally:
        server.should_exit = True
        thread.join()
    text = path.read_text("utf-8")
    assert "Siti" not in text
    messages = [json.loads(line)["message"] for line in text.splitlines()]
    assert f"Started server process [{os.getpid()}]" in messages

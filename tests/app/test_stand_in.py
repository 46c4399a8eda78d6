"""A stand-in for a hub that is gone: how hub and stand-in know of each other, and what becomes of unsent work."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clienteling.bootstrap.device import open_device
from clienteling.hosting import own_app, tablets_app
from clienteling.hosting.guard import ALIVE, FORM, BrowserGuard
from clienteling.hosting.known_browsers import KnownBrowsers
from clienteling.loopback import LOOPBACK, free_ports
from clienteling.settings import read_settings, remember
from sync.central_api.app import create_app
from sync.central_api.database import sqlite_url
from sync.central_api.settings import CentralSettings
from sync.protocol.times import utc_now
from tests.app.enrolling import enrol_at
from tests.app.shop import SITI, Counter, enrol, open_counter
from tests.app.test_tablets import Tablet, app, hub_running
from tests.support.command_line import run
from tests.support.pins import PIN
from tests.support.serving import serve
from tests.support.waiting import wait_until


def test_the_stand_ins_page_and_nobody_elses_may_ask_whether_the_hub_answers(tmp_path: Path) -> None:
    browsers = KnownBrowsers(tmp_path, now=utc_now)
    there = BrowserGuard(app, browsers, texts={}, monotonic=lambda: 0.0, stand_in="https://central.example:8443")
    alone = BrowserGuard(app, browsers, texts={}, monotonic=lambda: 0.0)
    for guard, allowed in ((there, "https://central.example:8443"), (alone, None)):
        with serve(guard) as url:
            answer = Tablet(url).get(ALIVE)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers.get("access-control-allow-origin") == allowed


@pytest.mark.parametrize(
    "made", [partial(tablets_app, app, host=LOOPBACK), partial(own_app, app)], ids=["tablets", "own machine"]
)
def test_a_stand_ins_page_may_ask_its_hub_and_no_other_host(made: Callable[..., ASGIApp]) -> None:
    with serve(made(stands_in_for="https://hub.toko.lan:8443")) as url:
        policy = httpx.get(url, trust_env=False).headers["content-security-policy"]
    assert "connect-src 'self' https://hub.toko.lan:8443 blob: data:;" in policy
    assert policy.count("https:") == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Central.Example:8443/", "https://central.example:8443"),
        ("https://central.example:443", "https://central.example"),
        ("https://192.168.1.20:8444", "https://192.168.1.20:8444"),
        ("https://[fd00::20]:8443", "https://[fd00::20]:8443"),
    ],
)
def test_hub_and_stand_in_are_told_of_each_other_by_a_command(tmp_path: Path, given: str, kept: str) -> None:
    hub, there = ("--data-dir", tmp_path / "hub"), ("--data-dir", tmp_path / "there")
    assert run("hub", "stand-in", *hub).output.startswith("Tablets have no stand-in here.")
    assert kept in run("hub", "stand-in", given, *hub).output
    assert kept in run("hub", "stand-in", "--for", given, *there).output
    assert read_settings(tmp_path / "hub").stand_in == read_settings(tmp_path / "there").stands_in_for == kept
    assert run("hub", "stand-in", "--remove", *hub).output.startswith("Tablets have no stand-in here.")


@pytest.mark.parametrize(
    "given", ["http://central.example", "https://", "https://a b", "https://a@b.example", "https://b.example/x", "x"]
)
def test_what_is_no_address_of_an_app_is_no_stand_in(tmp_path: Path, given: str) -> None:
    assert run("hub", "stand-in", given, "--data-dir", tmp_path).status == 2
    assert run("hub", "stand-in", "--for", given, "--data-dir", tmp_path).status == 2


def ready(counter: Counter, folder: Path, port: int) -> Path:
    """A hub's data directory, whose tablets are answered at that port."""
    enrol(folder, counter.server, counter.url)
    assert run("sync", "--data-dir", folder).status == 0
    assert run("pin", "set", "Rina", "--stdin", "--data-dir", folder, stdin=f"{PIN}\n".encode()).status == 0
    assert run("hub", "init", "--host", LOOPBACK, "--port", port, "--data-dir", folder).status == 0
    return folder


def let_in(tablet: httpx.Client, folder: Path) -> httpx.Response:
    """What a tablet gets that has shown its code there."""
    code = run("hub", "browser-code", "--data-dir", folder, "--json").json["code"]
    assert tablet.post(FORM, data={"code": code}).headers["location"] == "/"
    return tablet.get("/")


def told(page: httpx.Response) -> Any:
    found = re.search(r'<script type="application/json" id="told">(.*)</script>', page.text)
    assert found is not None
    return json.loads(found.group(1))


def test_a_hub_and_its_stand_in_run_on_one_machine_and_lead_to_each_other(counter: Counter, tmp_path: Path) -> None:
    ports = free_ports([0, 0])
    hub_url, there_url = (f"https://{LOOPBACK}:{port}" for port in ports)
    hub, there = (ready(counter, tmp_path / name, port) for name, port in zip(("hub", "there"), ports, strict=True))
    assert run("hub", "stand-in", there_url, "--data-dir", hub).status == 0
    assert run("hub", "stand-in", "--for", hub_url, "--data-dir", there).status == 0
    with hub_running(there, at=ports[1]) as standing, standing.client() as tablet_there:
        with hub_running(hub, at=ports[0]) as running, running.client() as tablet:
            page = let_in(tablet, hub)
            assert (told(page)["standIn"], told(page)["standsInFor"]) == (there_url, "")
            assert "https:" not in page.headers["content-security-policy"]
            assert tablet.get(ALIVE).headers["access-control-allow-origin"] == there_url
        with pytest.raises(httpx.TransportError), running.client() as tablet:
            tablet.get("/")
        page = let_in(tablet_there, there)
        assert (told(page)["standIn"], told(page)["standsInFor"]) == ("", hub_url)
        assert f"connect-src 'self' {hub_url} blob:" in page.headers["content-security-policy"]
        assert "access-control-allow-origin" not in tablet_there.get(ALIVE).headers


# What the hub had not sent

HUB_THAT_DIES: Final = """
import sys, threading
from pathlib import Path
from clienteling.bootstrap.running import running_device
from clienteling.settings import read_settings
from sync.protocol.times import utc_now
from tests.app.shop import SITI

with running_device(read_settings(Path(sys.argv[1])), now=utc_now) as running:
    shop = running.services
    rina = shop.associates()[0].id
    shop.write_note(SITI, "Hub: suka linen", author_id=rina)
    shop.edit_contact(SITI, {"city": ("Bandung", "Cimahi")}, author_id=rina)
    print("written", flush=True)
    threading.Event().wait()
"""


class LosesAnswers:
    """A server that takes what is pushed once it `takes` anything, and whose answers to that never arrive."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.takes, self.lost = threading.Event(), threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_push = scope.get("path") == "/v1/sync/push"
        if is_push and not self.takes.is_set():
            await Response(status_code=503)(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if not is_push:
                await send(message)
            elif message["type"] == "http.response.start":
                await send({"type": "http.response.start", "status": 502, "headers": []})
            elif not message.get("more_body"):
                await send({"type": "http.response.body"})
                self.lost.set()

        await self._app(scope, receive, sent)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Counter]:
    (tmp_path / "counter").mkdir()
    with open_counter(tmp_path / "counter") as made:
        yield made


@contextmanager
def losing_answers(shop: Counter) -> Iterator[tuple[str, LosesAnswers]]:
    """A second process of the same server, which loses answers."""
    server = create_app(
        CentralSettings(sqlite_url(shop.server / "central.db"), pictures_folder=shop.server / "pictures")
    )
    losing = LosesAnswers(server)
    try:
        with serve(losing) as url:
            yield url, losing
    finally:
        server.state.database.close()


def enrolled(shop: Counter, folder: Path) -> Path:
    """A device of the store, with its records."""
    device = enrol_at(shop, folder)
    synced = run("sync", "--data-dir", device)
    assert synced.status == 0, synced.errors
    return device


def kill_with_work(hub: Path, losing: LosesAnswers | None) -> None:
    """The hub works without the server's answers, and dies as by a power cut."""
    words = [sys.executable, "-c", HUB_THAT_DIES, str(hub)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        if losing is not None:
            losing.takes.set()
            assert losing.lost.wait(60)
        process.kill()


def told_of_siti(device: Path) -> Any:
    return run("customer", SITI, "--data-dir", device, "--json").json


def notes_of(device: Path) -> list[str]:
    """What is noted of Siti beside what was imported, in order of the alphabet."""
    return sorted(one["text"] for one in told_of_siti(device)["notes"] if one["author"])


@pytest.mark.parametrize("sent", [False, True], ids=["never sent", "sent, and the answer lost"])
def test_what_a_dead_hub_had_not_sent_arrives_once_beside_what_the_stand_in_wrote(
    shop: Counter, tmp_path: Path, sent: bool
) -> None:
    hub, there = enrolled(shop, tmp_path / "hub"), enrolled(shop, tmp_path / "there")
    with losing_answers(shop) as (url, losing):
        remember(hub, central_url=url if sent else "http://127.0.0.1:9")
        kill_with_work(hub, losing if sent else None)
    remember(hub, central_url=shop.url)

    with open_device(read_settings(there), now=utc_now) as opened:
        rina = opened.services.associates()[0].id
        opened.services.write_note(SITI, "Pengganti: ukuran M", author_id=rina)
        opened.services.edit_contact(SITI, {"city": ("Bandung", "Lembang")}, author_id=rina)
    assert run("sync", "--data-dir", there).status == 0
    was_there = ["Hub: suka linen"] if sent else []
    assert notes_of(there) == [*was_there, "Pengganti: ukuran M"]

    with hub_running(hub):
        wait_until(lambda: run("status", "--data-dir", hub, "--json").json["waiting"] == 0, what="what was not sent")
    for device in (there, hub, there):
        assert run("sync", "--data-dir", device).status == 0
    later_first = ("Lembang", "Cimahi") if sent else ("Cimahi", "Lembang")
    for device in (hub, there):
        assert notes_of(device) == ["Hub: suka linen", "Pengganti: ukuran M"]
        (conflict,) = told_of_siti(device)["conflicts"]
        assert (conflict["field"], conflict["kept"], conflict["other"]) == ("city", *later_first)

"""A hub rebuilt from nothing, by the commands that the README tells: until a tablet has the app and its customers."""

import os
import re
import shlex
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import msgpack
import pytest
from websockets.sync.client import connect

from clienteling.hosting.guard import COOKIE, FORM
from clienteling.hub_certificate import AUTHORITY_FILE
from clienteling.loopback import LOOPBACK, free_ports
from tests.app.shop import Counter
from tests.app.test_own_sessions import register
from tests.app.test_tablets import PAGE
from tests.support.command_line import run
from tests.support.pins import PIN
from tests.support.waiting import wait_until

README: Final = Path(__file__).parents[2] / "README.md"
PROMISED: Final = timedelta(minutes=15)
CODE: Final = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")


def steps() -> list[str]:
    """The commands of the README's numbered list, in order."""
    text = README.read_text("utf-8").partition("**Rebuilding a hub**")[2].partition("The old machine")[0]
    return [" ".join(found.split()) for found in re.findall(r"`(clienteling [^`]+)`", text)]


class NewHub:
    """A machine with the program and nothing else. Each command is what a person types, with what they know put in."""

    def __init__(self, counter: Counter, folder: Path) -> None:
        self.folder = folder
        self.own, self.tls = free_ports([0, 0])
        self.url = f"https://{LOOPBACK}:{self.tls}"
        self.code = ""
        self.ran: list[str] = []
        self._known: Mapping[str, str] = {
            "SERVER": str(counter.server), "HUB": str(folder), "URL": counter.url, "NAME": "Rina",
            "hub.toko.lan": LOOPBACK,
        }  # fmt: skip

    def type(self, command: str) -> None:
        words = [self._known.get(word, word) for word in shlex.split(command.replace("CODE", self.code))][1:]
        if words[:2] == ["pin", "set"]:
            words.append("--stdin")  # no terminal here to ask twice
        ran = run(*words, stdin=f"{PIN}\n".encode())
        assert ran.status == 0, (command, ran.errors)
        found = CODE.search(ran.output)
        self.code = found.group() if found else ""
        self.ran.append(command)

    @contextmanager
    def running(self, unit: Path) -> Iterator[None]:
        """Nothing; what the service file starts runs inside the block."""
        (start,) = (line for line in unit.read_text().splitlines() if line.startswith("ExecStart="))
        words = [str(self.own) if word == "8550" else word for word in shlex.split(start.removeprefix("ExecStart="))]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, env=os.environ) as process:
            try:
                wait_until(self._answers, timeout_s=90, what="the hub")
                yield
            finally:
                process.terminate()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}{FORM}", verify=self.trusting(), trust_env=False).is_success
        except httpx.TransportError:
            return False

    def trusting(self) -> ssl.SSLContext:
        """A tablet that was told to trust the hub's authority."""
        return ssl.create_default_context(cafile=str(self.folder / AUTHORITY_FILE))


def screen_of(hub: NewHub, cookie: str) -> str:
    """What the app draws for a browser with that cookie, in the words of its socket."""
    headers, drawn = {"cookie": f"{COOKIE}={cookie}"}, ""
    address = f"{hub.url.replace('https', 'wss')}/ws"
    with connect(address, ssl=hub.trusting(), additional_headers=headers, proxy=None) as opened:
        opened.send(register(None))
        while "Rina" not in drawn:
            packet: Any = opened.recv(timeout=60)
            drawn += repr(msgpack.unpackb(packet[1:], strict_map_key=False))
    return drawn


@pytest.mark.skipif(sys.platform != "linux", reason="the service file is systemd's here")
def test_the_readmes_commands_make_a_hub_out_of_nothing_within_fifteen_minutes(
    counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = NewHub(counter, tmp_path / "new")
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("CLIENTELING_HUB_PORT", str(hub.tls))
    monkeypatch.setenv("CLIENTELING_KEY_FILE", str(tmp_path / "keys.json"))  # no keyring where tests run
    began_s = time.monotonic()
    *before, for_each_tablet = steps()
    for command in before:
        hub.type(command)
    with hub.running(home / ".config/systemd/user/clienteling-hub.service"):
        hub.type(for_each_tablet)
        with httpx.Client(base_url=hub.url, verify=hub.trusting(), trust_env=False, headers=PAGE) as tablet:
            assert tablet.post(FORM, data={"code": hub.code}).headers["location"] == "/"
            assert "flutter" in tablet.get("/").text.lower()
            screen_of(hub, tablet.cookies[COOKIE])
        took = timedelta(seconds=time.monotonic() - began_s)
        assert run("find", "siti", "--data-dir", hub.folder, "--json").json
    sys.stdout.write(f"a hub was rebuilt in {took.total_seconds():.1f} s\n")
    assert hub.ran == steps()
    assert len(hub.ran) >= 8
    assert took < PROMISED

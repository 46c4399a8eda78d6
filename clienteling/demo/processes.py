"""The demo's child processes."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from clienteling.demo.layout import DemoFailed, Place

START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 8.0
LOOK_EVERY_S = 0.1


@dataclass(slots=True)
class Processes:
    """Child processes that start together and stop together."""

    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, place: Place) -> None:
        """Start `clienteling` with the place's arguments; its output goes to a log file."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{place.name}.out").open("wb") as output:
            self.running[place.name] = subprocess.Popen(
                [sys.executable, "-m", "clienteling", *place.arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=os.name != "nt",
            )

    def wait_until_answers(
        self,
        place: Place,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Return when the place answers its health check and, where it syncs, has synced.

        Raises DemoFailed where its process ends meanwhile (demo.process_ended) or START_TIMEOUT_S pass (demo.too_slow).
        """
        until = clock() + START_TIMEOUT_S
        while clock() < until:
            if self.running[place.name].poll() is not None:
                raise DemoFailed(log=str(self.logs / f"{place.name}.out"))
            try:
                with urllib.request.urlopen(f"{place.url}/healthz", timeout=2) as answer:
                    if json.load(answer).get("synced", True):
                        return
            except (urllib.error.URLError, OSError, ValueError):
                pass
            sleep(LOOK_EVERY_S)
        raise DemoFailed("demo.too_slow", log=str(self.logs / f"{place.name}.out"))

    def ended(self, *, besides: str = "") -> str | None:
        """The name of a process, `besides` aside, that ended by itself, or None."""
        gone = (name for name, process in self.running.items() if process.poll() is not None)
        return next((name for name in gone if name != besides), None)

    def stop(self) -> None:
        """Ask every process to end, wait, and end what does not."""
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + STOP_TIMEOUT_S
        for process in self.running.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

"""Finds a Chromium for the browser tests, or fetches one. Standard library only.

Order: the variable CLIENTELING_CHROMIUM, the system's Chromium or Chrome (Edge on Windows), one that Playwright
fetched before, Playwright's own download, and the distribution's package where this process may install it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

PATH_VARIABLE: Final = "CLIENTELING_CHROMIUM"
MISSING: Final = (
    "Chromium was not found, and could not be fetched.\n"
    "Install Chromium or Google Chrome (Debian: apt install chromium; macOS: brew install --cask chromium;\n"
    f"Windows: Edge will do), or name its program in {PATH_VARIABLE}, or run without those tests: --without-browser"
)
DOWNLOAD_TIMEOUT_S: Final = 300
_COMMANDS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FETCHED_PATTERNS: Final = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium-*/chrome-win*/chrome.exe",
)

Say = Callable[[str], None]


class NamedChromiumMissing(Exception):
    """The variable names a program that is not there; the message says so."""


def find_chromium(environment: Mapping[str, str] = os.environ, *, platform: str = sys.platform) -> Path | None:
    """A Chromium that is on this machine already; None where there is none.

    Raises NamedChromiumMissing where CLIENTELING_CHROMIUM names one that does not exist.
    """
    named = environment.get(PATH_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise NamedChromiumMissing(f"{PATH_VARIABLE} names {named}, which is not there.")
        return Path(named)
    candidates = (*_system_chromiums(environment, platform), *_fetched_chromiums(environment, platform))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _system_chromiums(environment: Mapping[str, str], platform: str) -> Iterator[Path]:
    for command in _COMMANDS:
        found = shutil.which(command, path=environment.get("PATH", os.defpath))
        # A snap may not read the profile folder that a test gives it.
        if found and "/snap/" not in str(Path(found).resolve()) and "/snap/" not in found:
            yield Path(found)
    if platform == "darwin":
        for name in ("Google Chrome", "Chromium"):
            yield Path(f"/Applications/{name}.app/Contents/MacOS/{name}")
    if platform == "win32":
        for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
            for program in ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe"):
                yield Path(environment.get(variable, "C:/"), program)


def _fetched_chromiums(environment: Mapping[str, str], platform: str) -> Iterator[Path]:
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or Path.home())
    match platform:
        case "darwin":
            cache = home / "Library" / "Caches"
        case "win32":
            cache = Path(environment.get("LOCALAPPDATA", home))
        case _:
            cache = home / ".cache"
    folder = Path(environment.get("PLAYWRIGHT_BROWSERS_PATH") or cache / "ms-playwright")
    for pattern in _FETCHED_PATTERNS:
        yield from sorted(folder.glob(pattern), reverse=True)


def run_quietly(command: list[str]) -> bool:
    """Whether a program ended well within DOWNLOAD_TIMEOUT_S. May use the network."""
    environment = {
        **os.environ,
        "DEBIAN_FRONTEND": "noninteractive",
        "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000",  # ms
    }
    try:
        finished = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            check=False,
            timeout=DOWNLOAD_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return finished.returncode == 0


def may_install_packages() -> bool:
    """Whether this is a Debian-like system and this process is root (nobody is asked for a password)."""
    return os.name != "nt" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def find_or_fetch_chromium(
    python: Path,
    *,
    say: Say,
    find: Callable[[], Path | None] = find_chromium,
    run: Callable[[list[str]], bool] = run_quietly,
    may_install: Callable[[], bool] = may_install_packages,
) -> Path | None:
    """A Chromium, fetched or installed where none is there; None where every way failed."""
    found = find()
    if found is None:
        say("No Chromium here yet: fetching Playwright's ...")
        run([str(python), "-m", "playwright", "install", "chromium"])
        found = find()
    if found is None and may_install():
        say("Playwright's cannot be had here: installing the distribution's Chromium ...")
        run(["apt-get", "update", "-q"])
        run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"])
        found = find()
    return found

"""Devices that enrol by a code, through the command line."""

from pathlib import Path

from clienteling.secrets import KeyFile, read_enrolment
from tests.app.shop import Counter
from tests.support.command_line import run


def keys_of(device: Path) -> Path:
    """The device's key file."""
    return device.with_name(f"{device.name}-keys.json")


def new_code(counter: Counter, store: str, *, name: str = "") -> str:
    """A code that is good now."""
    words = ("central", "enrolment-code", store, "--name", name, "--data-dir", counter.server, "--json")
    return str(run(*words).json["code"])


def enrol_at(counter: Counter, device: Path, *, name: str = "") -> Path:
    """The data directory of a device that has enrolled; nothing is synced yet."""
    code = new_code(counter, "BDG", name=name)
    ran = run("enrol", code, "--server", counter.url, "--data-dir", device, "--key-file", keys_of(device))
    assert ran.status == 0, ran.errors
    return device


def registration_of(device: Path) -> str:
    """What the server knows the device by."""
    kept = read_enrolment(KeyFile(keys_of(device)))
    assert kept is not None
    return kept.registration_id

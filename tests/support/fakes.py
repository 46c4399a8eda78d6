"""Fakes for what a test must hold in its hand: time, the operating system's keyring, chance.

Each fake passes the contract tests that the real thing passes (`tests/contract`).
"""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as FailKeyring
from keyring.errors import PasswordDeleteError

START_AT: Final = datetime(2026, 11, 22, 3, 42, tzinfo=UTC)
"""10.42 in Jakarta on the day the demo retailer was made for."""
SEED: Final = 20261122


class FakeClock:
    """A clock that moves only when told to: call it for the time, as with the real one."""

    def __init__(self, start_at: datetime = START_AT) -> None:
        if start_at.utcoffset() != timedelta(0):
            raise ValueError("a clock starts at an aware time in UTC")
        self._now = start_at.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """The new time; `by` may be negative, as when a device's clock is set back."""
        self._now += by
        return self._now


def no_keyring() -> KeyringBackend:
    """What the system has where it has none."""
    return FailKeyring()  # type: ignore[no-untyped-call]  # keyring leaves its constructor untyped


class FakeKeyring(KeyringBackend):
    """The operating system's keyring, in memory. `secrets` is for looking at from a test."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring leaves its constructor untyped
        self.secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.secrets.pop((service, username), None) is None:
            raise PasswordDeleteError("no such password")


@pytest.fixture
def clock() -> FakeClock:
    """A clock standing at START_AT."""
    return FakeClock()


@pytest.fixture
def fake_keyring() -> FakeKeyring:
    """An empty keyring of its own for each test."""
    return FakeKeyring()


@pytest.fixture
def seeded_random() -> Random:
    """Chance that falls the same way in every run."""
    return Random(SEED)

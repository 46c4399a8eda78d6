"""People as their manager sees them: who has a PIN where, and a code by which somebody chooses one."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class TeamMemberView:
    """An associate as the server knows them. `devices`: names of those on which they have a key."""

    id: str
    name: str
    role: str
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamDeviceView:
    """A device and who may write on it. `asks_for_keys`: what anybody else than `ready` writes there is refused.

    missing  those who work at its store and are not ready; nobody where no key is asked for. Both are ids
    """

    id: str
    name: str
    is_this: bool
    asks_for_keys: bool
    ready: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamView:
    """What the server tells a manager of their people, and of the devices on which these work."""

    members: tuple[TeamMemberView, ...]
    devices: tuple[TeamDeviceView, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingEverywhere:
    """How many customers an associate opened within the hour, and how often they searched, on so many devices.

    `is_marked`: so much that somebody should ask them why.
    """

    associate_id: str
    name: str
    opened: int
    looked_up: int
    devices: int
    is_marked: bool


@dataclass(frozen=True, slots=True)
class PinHere:
    """An associate's PIN on this device. `ends_on`: the last day on which it opens; None for no end."""

    associate_id: str
    tries_left: int
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class SignInCodeView:
    """A one-time code as people read it aloud."""

    code: str
    ends_at: datetime

    def __repr__(self) -> str:
        return f"SignInCodeView(ends_at={self.ends_at})"

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

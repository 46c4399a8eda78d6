"""Times on the wire: RFC 3339, UTC, `Z`, microseconds only where there are any."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_now() -> datetime:
    """The machine's clock, aware, in UTC. Injected everywhere as a `Clock`; called directly only by process entries."""
    return datetime.now(UTC)


def to_wire(moment: datetime) -> str:
    """RFC 3339 text with `Z`. Raises ValueError for a naive time."""
    if moment.tzinfo is None:
        raise ValueError("naive time")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def from_wire(text: str) -> datetime:
    """Aware UTC time. Raises ValueError for anything but RFC 3339 with an offset in the years 1 to 9999 of UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("naive time")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the years 1 to 9999 in UTC") from None


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970, the form in every table."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

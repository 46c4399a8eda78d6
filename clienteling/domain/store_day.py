"""Days as the store lives them: its IANA zone decides when yesterday was."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def zone_of(name: str) -> ZoneInfo:
    """The zone, or UTC where the name is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or a folder of the zone files
        return ZoneInfo("UTC")


def local_day(moment: datetime, time_zone: str) -> date:
    """The date on the store's wall."""
    return moment.astimezone(zone_of(time_zone)).date()


def day_bounds(day: date, time_zone: str) -> tuple[datetime, datetime]:
    """The day's first moment and the next day's first moment, in UTC. 23 or 25 hours apart when clocks change."""
    zone = zone_of(time_zone)
    midnights = (datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))
    first, last = (midnight.astimezone(UTC) for midnight in midnights)
    return first, last


def end_of_day(moment: datetime, time_zone: str) -> datetime:
    """The store's next midnight."""
    return day_bounds(local_day(moment, time_zone), time_zone)[1]

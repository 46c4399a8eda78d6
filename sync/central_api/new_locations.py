"""Which locations an import made: a misspelt name makes one."""

from collections.abc import Mapping

from sync.central_api.database import CentralDatabase
from sync.central_api.lists import list_bodies
from sync.protocol.kinds import Kind


def location_names(database: CentralDatabase) -> dict[str, str]:
    """To each location's id."""
    return {body["id"]: body["name"] for body in list_bodies(database, Kind.LOCATION)}


def new_names(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Of the locations that joined others; none where there were no others: then all are new, and meant."""
    return tuple(sorted(name for id_, name in after.items() if id_ not in before)) if before else ()

"""Associates whom an operator names: for shops whose platform exports none, so that every note has an author."""

from typing import Final

from pydantic import ValidationError

from sync.central_api.database import CentralDatabase
from sync.central_api.devices import find_store
from sync.central_api.errors import AssociateRefused
from sync.central_api.import_records import import_records
from sync.central_api.lists import list_bodies
from sync.protocol.bodies.shop import AssociateBody
from sync.protocol.ids import imported_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Body, Kind
from sync.protocol.search_keys import plain_words
from sync.protocol.times import Clock, utc_now

OPERATOR: Final = "operator"
"""The source of what an operator's commands say."""


def has_associates(database: CentralDatabase) -> bool:
    """Whether anybody can be chosen in the app."""
    return any(body.get("active", True) for body in list_bodies(database, Kind.ASSOCIATE))


def add_associate(
    database: CentralDatabase, store: str, name: str, *, role: str = "associate", now: Clock = utc_now
) -> None:
    """Nothing; the associate works at that store from now on. `store` is a store's id, code or name.

    Whoever was named so before, there or at another store, is the same person. Raises StoreUnknown, StoreAmbiguous,
    AssociateRefused.
    """
    location_id = find_store(database, store).id
    known = _named(database, name)
    places = sorted({location_id, *(known["location_ids"] if known and known["active"] else ())})
    _say(database, name, role=role, location_ids=places, active=True, now=now)


def end_associate(database: CentralDatabase, name: str, *, now: Clock = utc_now) -> None:
    """Has nobody choose that associate any longer; what they wrote keeps their name. Raises AssociateRefused."""
    known = _named(database, name)
    if known is None:
        raise AssociateRefused("central.associate_unknown")
    _say(database, name, role=known["role"], location_ids=known["location_ids"], active=False, now=now)


def _ref(name: str) -> str:
    return " ".join(plain_words(name))


def _named(database: CentralDatabase, name: str) -> Body | None:
    wanted = imported_id(OPERATOR, Kind.ASSOCIATE, _ref(name))
    return next((body for body in list_bodies(database, Kind.ASSOCIATE) if body["id"] == wanted), None)


def _say(database: CentralDatabase, name: str, *, role: str, location_ids: list[str], active: bool, now: Clock) -> None:
    ref = _ref(name)
    if not ref:
        raise AssociateRefused
    try:
        body = AssociateBody(
            id=imported_id(OPERATOR, Kind.ASSOCIATE, ref),
            source=OPERATOR,
            external_ref=ref,
            name=" ".join(name.split()),
            role=role,
            location_ids=location_ids,
            active=active,
        )
    except ValidationError as error:
        raise AssociateRefused from error
    import_records(database, [ImportedRecord(Kind.ASSOCIATE, ref, body.to_body())], source=OPERATOR, now=now)

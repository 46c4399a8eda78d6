"""What every write asks first: which store this is, who writes, and whether the customer is on this device."""

from sqlalchemy import Connection

from clienteling.domain.errors import NotFound, ValidationFailed
from clienteling.store.name_index import this_store_id
from clienteling.store.queries_records import body
from sync.protocol.kinds import Body, Kind


def here(connection: Connection) -> str:
    """The id of the store this device stands in. Raises ValidationFailed(device.no_store) before the first sync."""
    store_id = this_store_id(connection)
    if store_id is None:
        raise ValidationFailed("store", "device.no_store")
    return store_id


def author_name(connection: Connection, author_id: str) -> str:
    """The author's name, "" where the record has not come. Raises ValidationFailed(author.missing)."""
    if not author_id:
        raise ValidationFailed("author", "author.missing")
    name: str = (body(connection, Kind.ASSOCIATE, author_id) or {}).get("name", "")
    return name


def must_be_known(connection: Connection, customer_id: str) -> None:
    """Raises NotFound(customer.not_here) where the customer is not on this device."""
    if body(connection, Kind.CUSTOMER, customer_id) is None:
        raise NotFound("customer.not_here")


def record_here(connection: Connection, kind: Kind, record_id: str) -> Body:
    """The record's body. Raises NotFound(note.not_here, follow_up.not_here, appointment.not_here)."""
    found = body(connection, kind, record_id)
    if found is None or not found.get("customer_id"):
        raise NotFound(_NOT_HERE[kind])
    return found


_NOT_HERE = {
    Kind.NOTE: "note.not_here",
    Kind.FOLLOW_UP: "follow_up.not_here",
    Kind.APPOINTMENT: "appointment.not_here",
}


def named_associate(connection: Connection, field: str, associate_id: str) -> tuple[str | None, str]:
    """Id and name of an associate; (None, "") for "". Raises ValidationFailed(serving.associate_unknown)."""
    if not associate_id:
        return None, ""
    found = body(connection, Kind.ASSOCIATE, associate_id)
    if found is None:
        raise ValidationFailed(field, "serving.associate_unknown")
    return associate_id, found.get("name", "")

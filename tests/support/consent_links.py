"""Links for customers' phones, as an associate asks the central API for them, and what came of them there."""

from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.access_tables import CONSENT_LINK
from sync.central_api.database import CentralDatabase
from sync.central_api.record_store import load_records
from sync.central_api.tables import AUDIT_ENTRY
from sync.protocol.audit import AuditKind
from sync.protocol.consent_links import CONSENT_PATH
from sync.protocol.ids import consent_id
from sync.protocol.kinds import Body, Kind, RecordKey
from tests.central_api.team import Person

PATH = "/v1/consents/links"
EMAIL = ("marketing", "email")
CALLS = ("service", "phone")


def question(purpose: str, channel: str, **seen: Any) -> dict[str, Any]:
    return {"purpose": purpose, "channel": channel, **seen}


QUESTIONS = (question(*EMAIL), question(*CALLS))


def link_body(customer_id: str, *questions: dict[str, Any]) -> dict[str, Any]:
    """What an associate asks for a link with; two questions unless told otherwise."""
    return {"customer_id": customer_id, "questions": list(questions or QUESTIONS)}


def new_link(person: Person, customer_id: str, *questions: dict[str, Any]) -> tuple[str, str]:
    """The token and the id of a new link."""
    answer = person.ask(PATH, link_body(customer_id, *questions))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return told["url"].rpartition(CONSENT_PATH)[2], told["link_id"]


def events_of(database: CentralDatabase, customer_id: str, purpose: str, channel: str) -> list[Body]:
    """The ledger's events, in order of arrival."""
    key = RecordKey(Kind.CONSENT, consent_id(customer_id, purpose, channel))
    with database.reading() as connection:
        found = load_records(connection, [key])
    return list(found[key].body.get("events") or []) if key in found else []


def links_in(connection: Connection) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(CONSENT_LINK)).scalar_one()


def noted(database: CentralDatabase, kind: AuditKind) -> list[dict[str, Any]]:
    """The server's own audit entries of that kind: who, about whom, and the details."""
    with database.reading() as connection:
        query = sa.select(AUDIT_ENTRY).where(AUDIT_ENTRY.c.kind == kind).order_by(AUDIT_ENTRY.c.n)
        rows = connection.execute(query).all()
    return [{"actor": row.actor, "customer": row.customer_id, **orjson.loads(row.details)} for row in rows]

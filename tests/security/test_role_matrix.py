"""Roles, endpoints, stores and fields (ASVS 5.0 8.2.1 to 8.2.3, 8.3.1, 8.3.2, 15.3.1, 15.3.3).

A row for each endpoint that the application has: who may ask, with what, about the own store and about another. An
endpoint without a row fails here. What a person may do is asked of every role, at a device of Bandung.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from itertools import count
from typing import Any, Final

import httpx
import pytest

from sync.central_api.devices import revoke_device
from sync.central_api.tables import METADATA
from sync.protocol.associate_proofs import key_request
from sync.protocol.audit import first_hash
from sync.protocol.ids import rule_id
from sync.protocol.kinds import store_scope
from sync.protocol.roles import Permission, Role, may
from sync.protocol.wire import SCHEMA
from tests.central_api.bare_calls import assert_problem, read_problem, rows_of, unchanged
from tests.central_api.enrolled import Enrolled, Signer, enrolled, new_key, public_hex
from tests.central_api.enrolled import make_code as enrolment_code
from tests.central_api.retailer import ANDI, BANDUNG, MAKASSAR, NOW, RANI, SITI, Central
from tests.central_api.team import Person, hire, make_code, signed_in
from tests.central_api.test_quarantine import hand_over, note
from tests.support.consent_links import link_body

pytestmark = pytest.mark.parametrize("central", ["sqlite"], indirect=True)


class Who(Enum):
    """Who may ask an endpoint for which no associate is needed."""

    ANYBODY = auto()
    NEW_KEY = auto()
    """Whoever has the key that is in the body."""
    KEY_ALONE = auto()
    """A device by its key, without an access token."""
    DEVICE = auto()
    """A device by its token, and by its key where it enrolled."""
    SIGNING_DEVICE = auto()
    """A device that enrolled."""


Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a body is made: at a tablet of Bandung, about the store with that id."""

    central: Central
    tablet: Enrolled
    store_id: str

    @property
    def code(self) -> str:
        return "BDG" if self.store_id == BANDUNG else "MKS"

    @property
    def associate_id(self) -> str:
        return RANI if self.store_id == BANDUNG else ANDI


@dataclass(frozen=True, slots=True)
class Row:
    """Who may ask, and with what. `elsewhere`: the status where it is about another store, None where it is about
    none; of what a permission is for, unless the role is of every store. `found`: what whoever may is answered."""

    who: Who | Permission
    body: Callable[[Asked], Fields] = lambda _: {}
    elsewhere: int | None = None
    found: int = 200

    @property
    def holder(self) -> Role:
        """A role that may."""
        return Role.PRIVACY_OFFICER if self.who is Permission.HANDLE_REQUESTS else Role.MANAGER


def of_device(**fields: Any) -> Callable[[Asked], Fields]:
    return lambda asked: {"device_id": asked.tablet.device_id, "schema_number": SCHEMA, **fields}


def of_scope(**fields: Any) -> Callable[[Asked], Fields]:
    return lambda asked: {**of_device(**fields)(asked), "scope": store_scope(asked.store_id)}


def note_entry(asked: Asked) -> Fields:
    args = {
        "note_id": rule_id("note", asked.store_id), "customer_id": SITI, "text": "x", "store_id": asked.store_id,
        "written_at": NOW,
    }  # fmt: skip
    entry = {
        "n": 1, "uuid": rule_id("entry", asked.store_id), "name": "note.write", "version": 1, "args": args,
        "actor": asked.associate_id, "at": NOW,
    }  # fmt: skip
    return of_device(entries=[entry])(asked)


def audit_log(asked: Asked) -> Fields:
    log_id = rule_id("log", asked.tablet.keyid)
    return {"schema_number": SCHEMA, "log_id": log_id, "tip": {"n": 0, "hash": first_hash(log_id)}}


def associate_key(asked: Asked) -> Fields:
    key, one = new_key(77), asked.associate_id
    return key_request(
        make_code(asked.central, one, seed=77), registration_id=asked.tablet.keyid, associate_id=one,
        public_key=public_hex(key), signer=key.sign,
    ).model_dump()  # fmt: skip


def acting(asked: Asked) -> Fields:
    person = Person(asked.tablet, asked.associate_id, new_key(78))
    assert person.add_key(make_code(asked.central, RANI, seed=78)).status_code == 200
    return person.acting_body()


_devices = count(200)


def some_device(asked: Asked) -> Fields:
    return {"registration_id": enrolled(asked.central, asked.code, number=next(_devices)).keyid}


def quarantined(asked: Asked) -> Fields:
    lost = enrolled(asked.central, asked.code, number=next(_devices))
    revoke_device(asked.central.database, lost.keyid, now=asked.central.clock)
    assert hand_over(lost, note(lost, 1)).status_code == 200
    return {"registration_id": lost.keyid, "uuid": note(lost, 1)["uuid"], "keep": False}


ROWS: Final[dict[tuple[str, str], Row]] = {
    ("GET", "/healthz"): Row(Who.ANYBODY),
    ("GET", "/v1/pictures/{name}"): Row(Who.ANYBODY),
    ("POST", "/v1/enrol"): Row(
        Who.NEW_KEY,
        lambda asked: {"code": enrolment_code(asked.central, seed=9), "public_key": public_hex(new_key(9))},
    ),
    ("POST", "/v1/token"): Row(Who.KEY_ALONE, lambda asked: {"refresh_token": asked.tablet.refresh}),
    ("POST", "/v1/quarantine"): Row(Who.KEY_ALONE, of_device(entries=[])),
    ("POST", "/v1/sync/hello"): Row(Who.DEVICE, of_device()),
    ("POST", "/v1/sync/pull"): Row(Who.DEVICE, of_device()),
    ("POST", "/v1/sync/push"): Row(Who.DEVICE, note_entry, elsewhere=200),
    ("POST", "/v1/sync/verify"): Row(Who.DEVICE, of_scope(), elsewhere=422),
    ("POST", "/v1/sync/rows"): Row(Who.DEVICE, of_scope(names=[("customer", SITI)]), elsewhere=422),
    ("POST", "/v1/sync/snapshots"): Row(Who.DEVICE, of_device()),
    ("GET", "/v1/sync/snapshots/{scope}/{snapshot_id}"): Row(Who.DEVICE),
    ("GET", "/v1/sync/events"): Row(Who.DEVICE),
    ("POST", "/v1/lookup"): Row(Who.DEVICE, lambda _: {"schema_number": SCHEMA, "text": "siti@example.id"}),
    ("POST", "/v1/audit"): Row(Who.DEVICE, audit_log),
    ("POST", "/v1/associates/keys"): Row(Who.SIGNING_DEVICE, associate_key, elsewhere=422),
    ("POST", "/v1/devices/recovery"): Row(Who.SIGNING_DEVICE, lambda _: {"sealed": "ab" * 60}),
    ("POST", "/v1/acting"): Row(Who.SIGNING_DEVICE, acting),
    ("POST", "/v1/leases"): Row(Who.SIGNING_DEVICE, lambda _: {"schema_number": SCHEMA}),
    ("POST", "/v1/associates/reading"): Row(
        Permission.MANAGE_TEAM, lambda asked: {"store_id": asked.store_id}, elsewhere=403
    ),
    ("POST", "/v1/associates/sign-in-codes"): Row(
        Permission.MANAGE_TEAM, lambda asked: {"associate_id": asked.associate_id}, elsewhere=403
    ),
    ("GET", "/v1/manage/devices"): Row(Permission.MANAGE_DEVICES),
    ("POST", "/v1/manage/devices/codes"): Row(
        Permission.MANAGE_DEVICES, lambda asked: {"store_id": asked.store_id}, elsewhere=403
    ),
    ("POST", "/v1/manage/devices/rename"): Row(
        Permission.MANAGE_DEVICES, lambda asked: {**some_device(asked), "name": "x"}, elsewhere=404
    ),
    ("POST", "/v1/manage/devices/revoke"): Row(Permission.MANAGE_DEVICES, some_device, elsewhere=404),
    ("GET", "/v1/manage/quarantine"): Row(Permission.MANAGE_DEVICES),
    ("POST", "/v1/manage/quarantine/settle"): Row(Permission.MANAGE_DEVICES, quarantined, elsewhere=404),
    ("GET", "/v1/manage/team"): Row(Permission.MANAGE_TEAM),
    ("POST", "/v1/consents/links"): Row(Permission.SERVE, lambda _: link_body(SITI)),
    ("GET", "/v1/privacy/requests"): Row(Permission.HANDLE_REQUESTS),
    ("POST", "/v1/privacy/requests"): Row(Permission.HANDLE_REQUESTS, lambda _: {"kind": "copy", "customer_id": SITI}),
    ("GET", "/v1/privacy/requests/{request_id}"): Row(Permission.HANDLE_REQUESTS, found=404),
    ("POST", "/v1/privacy/requests/{request_id}/steps"): Row(
        Permission.HANDLE_REQUESTS, lambda _: {"step": "doubt"}, found=404
    ),
    ("POST", "/v1/privacy/requests/{request_id}/copy"): Row(Permission.HANDLE_REQUESTS, found=404),
    ("GET", "/v1/privacy/requests/{request_id}/certificate"): Row(Permission.HANDLE_REQUESTS, found=404),
    ("GET", "/v1/privacy/devices"): Row(Permission.HANDLE_REQUESTS),
    ("GET", "/v1/privacy/breach-reports/{registration_id}"): Row(Permission.HANDLE_REQUESTS, found=404),
    ("POST", "/v1/manage/team/end-sign-ins"): Row(
        Permission.MANAGE_TEAM, lambda asked: {"associate_id": asked.associate_id}, elsewhere=404
    ),
}
ABOUT_NOBODY: Final = frozenset({"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"})
"""The description, which is open on purpose (`app/test_central_site.py`)."""
OF_PEOPLE: Final = [path for path, row in ROWS.items() if isinstance(row.who, Permission)]
OF_DEVICES: Final = [
    path for path, row in ROWS.items() if row.who in (Who.DEVICE, Who.SIGNING_DEVICE) and path[0] == "POST"
]
NOT_OPEN: Final = [path for path, row in ROWS.items() if row.who is not Who.ANYBODY]
FOUND: Final = [path for path in NOT_OPEN if path[0] == "POST" and ROWS[path].found == 200]
RAISING: Final = {
    "role": "administrator", "store_id": MAKASSAR, "store_ids": [MAKASSAR], "location_ids": [MAKASSAR],
    "actor": ANDI, "made_by": ANDI, "registration_id": rule_id("another"), "signs": True, "grants": ["store:x"],
    "permissions": [one.value for one in Permission], "acting": "x", "now": "2030-01-01T00:00:00Z",
}  # fmt: skip
"""Fields that no request has."""


@pytest.fixture
def tablet(central: Central) -> Enrolled:
    return enrolled(central, "BDG")


def test_every_endpoint_has_a_row_and_every_row_an_endpoint(central: Central) -> None:
    described = {
        (method.upper(), path) for path, methods in central.application.openapi()["paths"].items() for method in methods
    }
    assert described == ROWS.keys()
    assert {getattr(route, "path", "") for route in central.application.routes} <= ABOUT_NOBODY | {""} | {
        path for _, path in ROWS
    }


def path_of(endpoint: tuple[str, str]) -> str:
    named = {"{scope}": store_scope(BANDUNG)}
    named |= {f"{{{one}_id}}": rule_id(one) for one in ("snapshot", "request", "registration")}
    path = endpoint[1]
    for name, value in named.items():
        path = path.replace(name, value)
    return path


def ask(asked: Asked, endpoint: tuple[str, str], fields: Fields) -> httpx.Response:
    """The answer to a device that shows all that the endpoint needs of one."""
    row, path = ROWS[endpoint], path_of(endpoint)
    if row.who is Who.NEW_KEY:
        return Signer(asked.central, new_key(9)).post(path, fields)
    if row.who is Who.KEY_ALONE:
        return asked.tablet.post(path, fields)
    return asked.tablet.post(path, fields, token=asked.tablet.access)


@pytest.mark.parametrize("endpoint", NOT_OPEN, ids=" ".join)
def test_who_shows_nothing_or_a_token_without_its_key_gets_nothing(
    central: Central, tablet: Enrolled, endpoint: tuple[str, str]
) -> None:
    body = ROWS[endpoint].body(Asked(central, tablet, BANDUNG))
    kind, json = {"authorization": f"Bearer {tablet.access}"}, body if endpoint[0] == "POST" else None
    with unchanged(central.database):
        for headers in ({}, kind, {**kind, "acting": "x"}, {"authorization": f"Bearer {'0' * 64}"}):
            answer = central.http.request(endpoint[0], path_of(endpoint), json=json, headers=headers)
            assert answer.status_code == 401, answer.text


@pytest.mark.parametrize("endpoint", [*OF_DEVICES, ("POST", "/v1/token")], ids=" ".join)
def test_a_revoked_device_gets_nothing(central: Central, tablet: Enrolled, endpoint: tuple[str, str]) -> None:
    asked = Asked(central, tablet, BANDUNG)
    body = ROWS[endpoint].body(asked)
    revoke_device(central.database, tablet.keyid, now=central.clock)
    with unchanged(central.database):
        assert_problem(ask(asked, endpoint, body), 401, "sync.device_revoked")


@pytest.mark.parametrize("endpoint", [one for one in OF_DEVICES if ROWS[one].elsewhere], ids=" ".join)
def test_a_device_gets_and_writes_what_is_of_its_own_store(
    central: Central, tablet: Enrolled, endpoint: tuple[str, str]
) -> None:
    row = ROWS[endpoint]
    own, other = (Asked(central, tablet, store_id) for store_id in (BANDUNG, MAKASSAR))
    body = row.body(other)
    answer = ask(other, endpoint, body)
    assert answer.status_code == row.elsewhere
    if answer.is_success:
        (verdict,) = answer.json()["verdicts"]
        assert verdict["status"] == "rejected"
        return
    assert ask(own, endpoint, row.body(own)).status_code == 200


def acted(person: Person, endpoint: tuple[str, str], fields: Fields) -> httpx.Response:
    """The answer to somebody who acts on the tablet."""
    method = endpoint[0]
    return person.ask(path_of(endpoint), fields if method == "POST" else None, method=method)


def staff(central: Central, role: Role, *, store_id: str = BANDUNG) -> str:
    """An associate of that role; who is of every store works at none of their own."""
    stores: tuple[str, ...] = () if role.is_of_every_store else (store_id,)
    if role is Role.REGIONAL_MANAGER:
        stores = (BANDUNG, MAKASSAR)
    return hire(central, f"the {role}", role=role, stores=stores)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("endpoint", OF_PEOPLE, ids=" ".join)
def test_each_role_does_what_it_may_where_it_may(
    central: Central, tablet: Enrolled, endpoint: tuple[str, str], role: Role
) -> None:
    row = ROWS[endpoint]
    assert isinstance(row.who, Permission)
    person = signed_in(central, tablet, staff(central, role))
    for store_id in (BANDUNG, MAKASSAR) if row.elsewhere is not None else (BANDUNG,):
        allowed = may(role, row.who) and (
            store_id == BANDUNG or role.is_of_every_store or role is Role.REGIONAL_MANAGER
        )
        body = row.body(Asked(central, tablet, store_id))
        if allowed:
            assert acted(person, endpoint, body).status_code == row.found, (role, store_id)
            continue
        with unchanged(central.database):
            refused = acted(person, endpoint, {**RAISING, **body})
            assert read_problem(refused).status == (row.elsewhere if may(role, row.who) else 403)
            assert refused.status_code == 404 or refused.json()["code"] == "sync.forbidden"


@pytest.mark.parametrize("endpoint", OF_PEOPLE, ids=" ".join)
def test_a_role_that_is_taken_away_is_gone_with_the_next_request(
    central: Central, tablet: Enrolled, endpoint: tuple[str, str]
) -> None:
    row = ROWS[endpoint]
    assert isinstance(row.who, Permission)
    body = row.body(Asked(central, tablet, BANDUNG))
    dewi = hire(central, "dewi", role=row.holder, stores=(BANDUNG,))
    person = signed_in(central, tablet, dewi)
    assert acted(person, endpoint, body).status_code == row.found
    hire(central, "dewi", role="associate", stores=(BANDUNG,))
    if not may(Role.ASSOCIATE, row.who):
        assert_problem(acted(person, endpoint, body), 403, "sync.forbidden")
    hire(central, "dewi", role=row.holder, stores=(MAKASSAR,))
    if not row.holder.is_of_every_store:
        assert_problem(acted(person, endpoint, body), 403, "sync.forbidden")
    hire(central, "dewi", role=row.holder, stores=(BANDUNG,), active=False)
    assert_problem(acted(person, endpoint, body), 401, "acting.ended")


@pytest.mark.parametrize("endpoint", FOUND, ids=" ".join)
def test_fields_that_a_request_does_not_have_change_nothing(
    central: Central, tablet: Enrolled, endpoint: tuple[str, str]
) -> None:
    """What is written, and what is answered, names neither the store nor the role that was said beside."""
    row = ROWS[endpoint]
    asked = Asked(central, tablet, BANDUNG)
    if isinstance(row.who, Permission):
        person = signed_in(central, tablet, staff(central, row.holder))
        answer = person.ask(path_of(endpoint), {**RAISING, **row.body(asked)})
    else:
        if endpoint[1] == "/v1/quarantine":
            revoke_device(central.database, tablet.keyid, now=central.clock)
        answer = ask(asked, endpoint, {**RAISING, **row.body(asked)})
    assert answer.status_code == 200, answer.text
    assert MAKASSAR not in answer.text or endpoint[1].startswith("/v1/sync/pull")
    told = repr(rows_of(central.database, [METADATA.tables[name] for name in WRITTEN]))
    assert MAKASSAR not in told
    assert "administrator" not in told
    assert ANDI not in told


WRITTEN: Final = (
    "device", "enrolment_code", "sign_in_code", "associate_key", "acting_token", "audit_log", "sync_identity",
    "quarantined_entry", "customer_look_up", "consent_link",
)  # fmt: skip
"""Where a request could leave who it is, and what it may."""


@pytest.mark.parametrize("endpoint", FOUND, ids=" ".join)
def test_an_answer_has_the_fields_that_are_described_and_no_others(
    central: Central, tablet: Enrolled, endpoint: tuple[str, str]
) -> None:
    row = ROWS[endpoint]
    asked = Asked(central, tablet, BANDUNG)
    if isinstance(row.who, Permission):
        answer = signed_in(central, tablet, staff(central, row.holder)).ask(path_of(endpoint), row.body(asked))
    else:
        if endpoint[1] == "/v1/quarantine":
            revoke_device(central.database, tablet.keyid, now=central.clock)
        answer = ask(asked, endpoint, row.body(asked))
    description = central.application.openapi()
    schema = description["paths"][endpoint[1]]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    named = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert answer.json().keys() <= named["properties"].keys()

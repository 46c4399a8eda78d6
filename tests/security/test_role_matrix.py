"""Roles, endpoints, stores and fields (ASVS 5.0 8.2.1 to 8.2.3, 8.3.1, 8.3.2, 15.3.1, 15.3.3).

A row for each endpoint that the application has: who may ask, with what, about the own store and about another. An
endpoint without a row fails here. What a person may do is asked of every role, at a device of Bandung.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
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
from tests.central_api.bare_calls import assert_problem, rows_of, unchanged
from tests.central_api.enrolled import Enrolled, Signer, enrolled, new_key, public_hex
from tests.central_api.enrolled import make_code as enrolment_code
from tests.central_api.retailer import ANDI, BANDUNG, MAKASSAR, NOW, RANI, SITI, Central
from tests.central_api.team import Person, hire, make_code, signed_in

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
    def associate_id(self) -> str:
        return RANI if self.store_id == BANDUNG else ANDI


@dataclass(frozen=True, slots=True)
class Row:
    """Who may ask, and with what. `elsewhere`: the status where it is about another store, None where it is about
    none; of what a permission is for, 403 unless the role is of every store."""

    who: Who | Permission
    body: Callable[[Asked], Fields] = lambda _: {}
    elsewhere: int | None = None


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
}
ABOUT_NOBODY: Final = frozenset({"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"})
"""The description, which is open on purpose (`app/test_central_site.py`)."""
OF_PEOPLE: Final = [path for path, row in ROWS.items() if isinstance(row.who, Permission)]
OF_DEVICES: Final = [
    path for path, row in ROWS.items() if row.who in (Who.DEVICE, Who.SIGNING_DEVICE) and path[0] == "POST"
]
NOT_OPEN: Final = [path for path, row in ROWS.items() if row.who is not Who.ANYBODY]
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
    return endpoint[1].replace("{scope}", store_scope(BANDUNG)).replace("{snapshot_id}", rule_id("snapshot"))


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
    for store_id in (BANDUNG, MAKASSAR):
        allowed = may(role, row.who) and (
            store_id == BANDUNG or role.is_of_every_store or role is Role.REGIONAL_MANAGER
        )
        body = row.body(Asked(central, tablet, store_id))
        if allowed:
            assert person.ask(path_of(endpoint), body).status_code == 200, (role, store_id)
            continue
        with unchanged(central.database):
            assert_problem(person.ask(path_of(endpoint), {**body, **RAISING}), 403, "sync.forbidden")


@pytest.mark.parametrize("endpoint", OF_PEOPLE, ids=" ".join)
def test_a_role_that_is_taken_away_is_gone_with_the_next_request(
    central: Central, tablet: Enrolled, endpoint: tuple[str, str]
) -> None:
    body = ROWS[endpoint].body(Asked(central, tablet, BANDUNG))
    dewi = hire(central, "dewi", role="manager", stores=(BANDUNG,))
    person = signed_in(central, tablet, dewi)
    assert person.ask(path_of(endpoint), body).status_code == 200
    hire(central, "dewi", role="associate", stores=(BANDUNG,))
    assert_problem(person.ask(path_of(endpoint), body), 403, "sync.forbidden")
    hire(central, "dewi", role="manager", stores=(BANDUNG,), active=False)
    assert_problem(person.ask(path_of(endpoint), body), 401, "acting.ended")


@pytest.mark.parametrize(
    "endpoint", [one for one, row in ROWS.items() if one[0] == "POST" and row.who is not Who.ANYBODY], ids=" ".join
)
def test_fields_that_a_request_does_not_have_change_nothing(
    central: Central, tablet: Enrolled, endpoint: tuple[str, str]
) -> None:
    """What is written, and what is answered, names neither the store nor the role that was said beside."""
    row = ROWS[endpoint]
    asked = Asked(central, tablet, BANDUNG)
    if isinstance(row.who, Permission):
        person = signed_in(central, tablet, staff(central, Role.MANAGER))
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
    "quarantined_entry", "customer_look_up",
)  # fmt: skip
"""Where a request could leave who it is, and what it may."""


@pytest.mark.parametrize(
    "endpoint", [one for one, row in ROWS.items() if one[0] == "POST" and row.who is not Who.ANYBODY], ids=" ".join
)
def test_an_answer_has_the_fields_that_are_described_and_no_others(
    central: Central, tablet: Enrolled, endpoint: tuple[str, str]
) -> None:
    row = ROWS[endpoint]
    asked = Asked(central, tablet, BANDUNG)
    if isinstance(row.who, Permission):
        answer = signed_in(central, tablet, staff(central, Role.MANAGER)).ask(path_of(endpoint), row.body(asked))
    else:
        if endpoint[1] == "/v1/quarantine":
            revoke_device(central.database, tablet.keyid, now=central.clock)
        answer = ask(asked, endpoint, row.body(asked))
    description = central.application.openapi()
    schema = description["paths"][endpoint[1]]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    named = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert answer.json().keys() <= named["properties"].keys()

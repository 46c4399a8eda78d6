"""The demo's devices as a shop that has prepared has them: enrolled by a code, with a PIN for everybody, and something
for a manager and a privacy officer to decide (`team.toml`).

The server is asked in this process, before anything of the demo answers. Each step is done once; a device that an
earlier version added with a token enrols, and keeps what was written on it.
"""

import shutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import SystemRandom
from typing import Any, Final

import httpx
import sqlalchemy as sa

from clienteling.bootstrap.device import has_store, secret_store
from clienteling.bootstrap.enrolment import take_code
from clienteling.bootstrap.new_pin import NewPins
from clienteling.bootstrap.sealed_files import slots_beside
from clienteling.demo.layout import DEMO_PIN, KEY_FILE, Layout, Place
from clienteling.secrets import read_enrolment, store_keys
from clienteling.settings import DeviceSettings, read_settings, remember
from sync.central_api.access_tables import DEVICE
from sync.central_api.app import create_app
from sync.central_api.associates import add_associate
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import find_store, revoke_device
from sync.central_api.enrolment import make_enrolment_code
from sync.central_api.lists import list_bodies
from sync.central_api.privacy_requests import check_identity, list_requests, open_request
from sync.central_api.quarantine import quarantine_entries
from sync.central_api.settings import CentralSettings
from sync.central_api.sign_in_codes import make_sign_in_code
from sync.central_api.transactions import write_transaction
from sync.connectors.shopify_csv import DEFAULT_SOURCE
from sync.protocol.ids import imported_id, rule_id
from sync.protocol.kinds import Kind
from sync.protocol.privacy import Proof, RequestKind
from sync.protocol.roles import Role
from sync.protocol.times import Clock, to_wire
from sync.protocol.wire import EntryMessage, QuarantineRequest

TEAM_FILE: Final = "team.toml"
_IDLE_LOCK_S: Final = "900"
"""Longer than a shop's: whoever tries the demo reads beside it."""
_BY: Final = "operator"
_RANDOM: Final = SystemRandom()


@dataclass(frozen=True, slots=True)
class Preparing:
    """The demo's server, asked in this process."""

    database: CentralDatabase
    layout: Layout
    today: date
    now: Clock
    transport: httpx.AsyncBaseTransport

    def enrol(self, place: Place, store_code: str, name: str) -> DeviceSettings:
        """The settings of the device, which has enrolled when this returns."""
        found = read_settings(place.folder, central_url=self.layout.central.url, key_file=place.folder / KEY_FILE)
        if read_enrolment(secret_store(found)) is None:
            made = make_enrolment_code(
                self.database, store_code, name=name, made_by=_BY, now=self.now(), random=_RANDOM
            )
            take_code(found, made.code, now=self.now, transport=self.transport)
        return found

    def give_pins(self, settings: DeviceSettings, people: Iterable[str]) -> None:
        """These have DEMO_PIN on that device, by a code.

        The device opens by itself, as a hub does: it is to answer as soon as the demo runs.
        """
        remember(settings.data_dir, unattended="true", idle_lock_s=_IDLE_LOCK_S)
        secrets = secret_store(settings)
        slots = slots_beside(settings, secrets, now=self.now, today=lambda: self.today)
        key = store_keys(secrets, may_create=not has_store(settings)).key
        pins = NewPins(settings, secrets, slots, now=self.now, store_key=key, transport=self.transport)
        for one in people:
            if one not in slots.holders():
                made = make_sign_in_code(self.database, one, made_by=_BY, now=self.now(), random=_RANDOM)
                pins.take(one, made.code, DEMO_PIN)

    def people(self, store_code: str) -> list[str]:
        """Ids of everybody who works at the store, or at every one."""
        store_id = find_store(self.database, store_code).id
        people = [one for one in list_bodies(self.database, Kind.ASSOCIATE) if one.get("active", True)]
        return [
            one["id"] for one in people if store_id in one["location_ids"] or Role.named(one["role"]).is_of_every_store
        ]


@contextmanager
def preparing(database: CentralDatabase, layout: Layout, *, today: date, now: Clock) -> Iterator[Preparing]:
    """The demo's server, answering inside the block to what is in this process."""
    url = database.url.render_as_string(hide_password=False)
    application = create_app(CentralSettings(url, migrates=False), now=now)
    try:
        yield Preparing(database, layout, today, now, httpx.ASGITransport(application))
    finally:
        application.state.database.close()


def enrol_devices(
    database: CentralDatabase, layout: Layout, *, today: date, now: Clock, names: Mapping[str, str]
) -> None:
    """Both devices have enrolled when this returns. `names`: of stores, by code."""
    with preparing(database, layout, today=today, now=now) as server:
        for place, code in _devices(layout):
            server.enrol(place, code, f"Kasir {names.get(code, code)}")


def prepare_team(database: CentralDatabase, layout: Layout, exports: Path, *, today: date, now: Clock) -> None:
    """Everybody has a PIN on the device of their store, and what `team.toml` tells of has happened."""
    path = exports / TEAM_FILE
    said: Mapping[str, Any] = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    if officer := said.get("privacy_officer"):
        add_associate(database, layout.facts.store_code, officer, role=Role.PRIVACY_OFFICER, now=now)
    with preparing(database, layout, today=today, now=now) as server:
        for place, code in _devices(layout):
            server.give_pins(read_settings(place.folder), server.people(code))
        for tablet in said.get("tablets", ()):
            _begin(server, tablet)
        for lost in said.get("lost_devices", ()):
            _lose(server, lost)
    if not list_requests(database):
        for request in said.get("requests", ()):
            _open(database, request, now)


def _devices(layout: Layout) -> tuple[tuple[Place, str], ...]:
    facts = layout.facts
    return (layout.device, facts.store_code), (layout.other_device, facts.other_store_code)


def _begin(server: Preparing, tablet: Mapping[str, Any]) -> None:
    """A device on which some of the team have a code and others have none yet; once. Nothing runs on it."""
    folder = server.layout.folder / f"store-{tablet['store'].lower()}-tablet"
    if folder.exists():
        return
    settings = server.enrol(Place("tablet", folder, 0, ()), tablet["store"], tablet["name"])
    ids = {body["name"]: body["id"] for body in list_bodies(server.database, Kind.ASSOCIATE)}
    server.give_pins(settings, [ids[one] for one in tablet["ready"]])
    _seen(server, settings, tablet["seen_hours_ago"], waiting=0)


def _seen(server: Preparing, settings: DeviceSettings, hours_ago: int, *, waiting: int) -> str:
    """The registration of the device, which the server saw then, with so much that was still to come."""
    enrolment = read_enrolment(secret_store(settings))
    assert enrolment is not None
    seen = {"last_seen_at": server.now() - timedelta(hours=hours_ago), "waiting": waiting}
    this = sa.update(DEVICE).where(DEVICE.c.id == enrolment.registration_id).values(seen)
    write_transaction(server.database, lambda connection: connection.execute(this))
    return enrolment.registration_id


def _lose(server: Preparing, lost: Mapping[str, Any]) -> None:
    """A device that was revoked, and what it had not sent; once."""
    folder = server.layout.folder / f"store-{lost['store'].lower()}-lost"
    if folder.exists():
        return
    now, database = server.now(), server.database
    settings = server.enrol(Place("lost", folder, 0, ()), lost["store"], lost["name"])
    registration_id = _seen(server, settings, lost["seen_hours_ago"], waiting=len(lost["notes"]))
    revoke_device(database, registration_id, now=server.now)
    authors = {body["name"]: body["id"] for body in list_bodies(database, Kind.ASSOCIATE)}
    store_id = find_store(database, lost["store"]).id
    entries = []
    for n, note in enumerate(lost["notes"], start=1):
        at = to_wire(now - timedelta(hours=note["hours_ago"]))
        args = {
            "note_id": rule_id("demo note", lost["name"], str(n)),
            "customer_id": imported_id(DEFAULT_SOURCE, Kind.CUSTOMER, note["customer"]),
            "store_id": store_id, "text": note["text"], "written_at": at,
        }  # fmt: skip
        entry = {
            "n": n, "uuid": rule_id("demo entry", lost["name"], str(n)), "name": "note.write", "version": 1,
            "args": args, "actor": authors[note["author"]], "at": at,
        }  # fmt: skip
        entries.append(EntryMessage.model_validate(entry))
    request = QuarantineRequest(device_id=rule_id("demo device", lost["name"]), entries=entries)
    quarantine_entries(database, registration_id, request, revoked_at=now, now=now)
    for file in folder.iterdir():  # its key is nobody's any longer; the folder says that it was there
        shutil.rmtree(file) if file.is_dir() else file.unlink()


def _open(database: CentralDatabase, said: Mapping[str, Any], now: Clock) -> None:
    customer_id = imported_id(DEFAULT_SOURCE, Kind.CUSTOMER, said["customer"])
    received_at = now() - timedelta(hours=said["hours_ago"])
    opened = open_request(database, RequestKind(said["kind"]), customer_id, received_at=received_at, now=now())
    if "identity" in said:
        check_identity(database, opened.id, Proof(said["identity"]), now=now())

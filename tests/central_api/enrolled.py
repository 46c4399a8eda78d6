"""A device that enrolled with a key of its own, and signs what it asks; also wrongly, where a test says so."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.central_api.enrolment import make_enrolment_code
from sync.protocol.ids import rule_id
from sync.protocol.signing import ENROLLING, RequestParts, Stated, body_sha256, nonce_of, sign_request
from sync.protocol.wire import SCHEMA
from tests.central_api.retailer import Central

_numbers = count(1)


def new_key(number: int) -> Ed25519PrivateKey:
    """A key that is the same in every run."""
    return Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))


def public_hex(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def make_code(central: Central, store: str = "BDG", name: str = "Kassa 1", *, seed: int = 1) -> str:
    """A code that is good now."""
    now, random = central.clock(), Random(seed)
    return make_enrolment_code(central.database, store, name=name, made_by="operator", now=now, random=random).code


@dataclass(slots=True)
class Signer:
    """Signs requests with a key, under a registration. `at`: None for the central clock's time."""

    central: Central
    key: Ed25519PrivateKey
    keyid: str = ENROLLING
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = self.central.http

    def headers(
        self,
        path: str,
        body: bytes,
        *,
        method: str = "POST",
        token: str | None = None,
        at: datetime | None = None,
        nonce: str | None = None,
    ) -> dict[str, str]:
        """The headers of a signed request."""
        said = f"Bearer {token}" if token is not None else None
        created_s = int((at or self.central.clock()).timestamp())
        stated = Stated(self.keyid, created_s, nonce or nonce_of(next(_numbers).to_bytes(16, "big")))
        parts = RequestParts(method, path, body_sha256(body), said)
        bearer = {} if said is None else {"authorization": said}
        return {"content-type": "application/json", **bearer, **sign_request(parts, stated, self.key.sign)}

    def post(self, path: str, fields: dict[str, Any], **signed: Any) -> httpx.Response:
        """The answer to a signed request."""
        body = json.dumps(fields).encode()
        return self.http.post(path, content=body, headers=self.headers(path, body, **signed))

    def enrol(self, code: str, **fields: Any) -> httpx.Response:
        asked = {"code": code, "public_key": public_hex(self.key), "app_version": "1.0", "platform": "Linux", **fields}
        return self.post("/v1/enrol", asked)


@dataclass(slots=True)
class Enrolled(Signer):
    """A device with its tokens."""

    access: str = ""
    refresh: str = ""
    device_id: str = ""

    def call(self, name: str, **fields: Any) -> httpx.Response:
        """The answer to a sync call."""
        asked = {"device_id": self.device_id, "schema_number": SCHEMA, **fields}
        return self.post(f"/v1/sync/{name}", asked, token=self.access)

    def use(self, refresh: str, **signed: Any) -> httpx.Response:
        """The answer to a refresh token; nothing is kept of it."""
        return self.post("/v1/token", {"refresh_token": refresh, "app_version": "1.1", "platform": "Linux"}, **signed)

    def renew(self) -> str:
        """The refresh token used; the device has the next pair."""
        used, answer = self.refresh, self.use(self.refresh)
        assert answer.status_code == 200, answer.text
        self.access, self.refresh = answer.json()["access_token"], answer.json()["refresh_token"]
        return used


def enrolled(central: Central, store: str = "BDG", *, number: int = 1) -> Enrolled:
    """A device of a store; devices of different numbers have different keys."""
    key = new_key(number)
    answer = Signer(central, key).enrol(make_code(central, store, f"tablet {number}", seed=number))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    device_id = rule_id("device", "enrolled", str(number))
    return Enrolled(central, key, told["registration_id"], told["access_token"], told["refresh_token"], device_id)

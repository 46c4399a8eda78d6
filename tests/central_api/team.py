"""Associates of every role at a small retailer, their keys on enrolled devices, and what they ask by them."""

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from random import Random
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.central_api.sign_in_codes import make_sign_in_code
from sync.protocol.associate_proofs import acting_request, key_request
from sync.protocol.kinds import Kind
from sync.protocol.signing import nonce_of
from tests.central_api.enrolled import Enrolled, new_key, public_hex
from tests.central_api.retailer import BANDUNG, MAKASSAR, Central, record, the_id

_numbers = count(1_000_000)

DEWI, WATI, AGUS, PUTRI = (the_id(Kind.ASSOCIATE, ref) for ref in ("dewi", "wati", "agus", "putri"))
"""A manager of Bandung, a regional manager of both stores, an administrator, and a privacy officer."""


def hire(
    central: Central, ref: str, *, role: str = "associate", stores: tuple[str, ...] = (), active: bool = True
) -> str:
    """The id of an associate who is as said from now on."""
    said = record(Kind.ASSOCIATE, ref, name=ref.title(), role=role, location_ids=list(stores), active=active)
    central.take(said)
    return the_id(Kind.ASSOCIATE, ref)


def hire_leaders(central: Central) -> None:
    hire(central, "dewi", role="manager", stores=(BANDUNG,))
    hire(central, "wati", role="regional_manager", stores=(BANDUNG, MAKASSAR))
    hire(central, "agus", role="administrator")
    hire(central, "putri", role="privacy_officer")


def make_code(central: Central, associate_id: str, *, seed: int = 1) -> str:
    """A sign-in code that is good now."""
    made = make_sign_in_code(
        central.database, associate_id, made_by="operator", now=central.clock(), random=Random(seed)
    )
    return made.code


@dataclass(slots=True)
class Person:
    """An associate with a key of their own, on a device."""

    tablet: Enrolled
    associate_id: str
    key: Ed25519PrivateKey
    token: str = ""

    def key_body(self, code: str, **fields: Any) -> dict[str, Any]:
        request = key_request(
            code, registration_id=self.tablet.keyid, associate_id=self.associate_id,
            public_key=public_hex(self.key), signer=self.key.sign,
        )  # fmt: skip
        return {**request.model_dump(), **fields}

    def add_key(self, code: str, **fields: Any) -> httpx.Response:
        return self.tablet.post("/v1/associates/keys", self.key_body(code, **fields), token=self.tablet.access)

    def acting_body(self, *, at: datetime | None = None, **fields: Any) -> dict[str, Any]:
        request = acting_request(
            registration_id=self.tablet.keyid, associate_id=self.associate_id,
            created_s=int((at or self.tablet.central.clock()).timestamp()),
            nonce=nonce_of(next(_numbers).to_bytes(16, "big")), signer=self.key.sign,
        )  # fmt: skip
        return {**request.model_dump(), **fields}

    def begin(self, **fields: Any) -> httpx.Response:
        """The answer to a request for a token to act by; one that comes is kept."""
        answer = self.tablet.post("/v1/acting", self.acting_body(**fields), token=self.tablet.access)
        if answer.is_success:
            self.token = answer.json()["token"]
        return answer

    def ask(self, path: str, fields: dict[str, Any] | None = None, *, method: str = "POST") -> httpx.Response:
        """The answer to a call that goes with the token."""
        body = json.dumps(fields).encode() if fields is not None else b""
        headers = self.tablet.headers(path, body, method=method, token=self.tablet.access)
        return self.tablet.http.request(method, path, content=body, headers={**headers, "acting": self.token})


def signed_in(central: Central, tablet: Enrolled, associate_id: str, *, number: int = 100) -> Person:
    """An associate who has added a key on the device and acts there now."""
    person = Person(tablet, associate_id, new_key(number))
    answer = person.add_key(make_code(central, associate_id, seed=number))
    assert answer.status_code == 200, answer.text
    assert person.begin().status_code == 200
    return person

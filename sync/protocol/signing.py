"""What a device signs of each request, and how the server checks it: Ed25519 over a signature base of RFC 9421.

Covered are method, path, query, the digest of the body as it is sent (Content-Digest, RFC 9530), the access token where
one goes along, the time, a nonce, and the registration that signs. The header fields and the signature base are those
of RFC 9421, in one form only: whatever else it allows is refused, so that there is nothing to parse. Host and scheme
are not covered, because proxies change them. The path is the API's own, without what a proxy puts before it.

    Content-Digest: sha-256=:...:
    Signature-Input: device=("@method" "@path" "@query" "content-digest" "authorization");created=1763783520;
                     nonce="...";keyid="<registration id>";alg="ed25519"
    Signature: device=:...:

A signature holds for SKEW_S before and after its time by the server's clock. Whether a nonce was used before is the
server's to remember (`sync.central_api.nonces`). Pure: the clock, the nonce and the private key are the caller's.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.protocol.errors import ClockSkewed, SignatureRefused
from sync.protocol.times import to_wire

CONTENT_DIGEST: Final = "content-digest"
SIGNATURE_INPUT: Final = "signature-input"
SIGNATURE: Final = "signature"

SKEW_S: Final = 60
"""How far a signature's time may be from the server's."""
NONCE_BYTES: Final = 16
KEY_BYTES: Final = 32
ENROLLING: Final = "enrolling"
"""In place of the registration's id, by a device that has none yet: its key is in the body."""

_COVERED: Final = '"@method" "@path" "@query" "content-digest"'
_STATED: Final = re.compile(
    r'\("@method" "@path" "@query" "content-digest"(?P<token> "authorization")?\)'
    r';created=(?P<created>[0-9]{1,12});nonce="(?P<nonce>[A-Za-z0-9_-]{22})"'
    r';keyid="(?P<keyid>[0-9a-f-]{36}|enrolling)";alg="ed25519"'
)
_LABEL: Final = "device="
_SIGNATURE_FORM: Final = re.compile(r"device=:(?P<value>[A-Za-z0-9+/]{86}==):")
_PLAIN: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
"""Visible ASCII: nothing that could end a line of the signature base."""

Signer = Callable[[bytes], bytes]
"""The Ed25519 signature, of 64 bytes, of a message. Whoever has it need not have the key."""


@dataclass(frozen=True, slots=True)
class RequestParts:
    """What is signed of a request. `target`: path and query as on the request line; `authorization`: None without."""

    method: str
    target: str
    content_sha256: bytes
    authorization: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """A signed request's three header fields as they came."""

    content_digest: str
    signature_input: str
    signature: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What a signature says of itself. `keyid`: whose key; `created_s`: seconds since 1970."""

    keyid: str
    created_s: int
    nonce: str


def body_sha256(content: bytes) -> bytes:
    """The digest of a body as it is sent, packed or not."""
    return hashlib.sha256(content).digest()


def nonce_of(random: bytes) -> str:
    """The nonce as it is written; `random` are NONCE_BYTES bytes that nobody can guess."""
    return base64.urlsafe_b64encode(random).rstrip(b"=").decode()


def sign_request(parts: RequestParts, stated: Stated, signer: Signer) -> dict[str, str]:
    """The header fields that go with the request. Raises ValueError for parts that no request has."""
    form = _form(stated, has_token=parts.authorization is not None)
    signature = base64.b64encode(signer(_base(parts, form))).decode()
    return {
        CONTENT_DIGEST: _digest_field(parts.content_sha256),
        SIGNATURE_INPUT: _LABEL + form,
        SIGNATURE: f"{_LABEL}:{signature}:",
    }


def read_stated(proof: Proof) -> Stated:
    """What the signature says of itself; nothing of it is checked yet. Raises SignatureRefused."""
    found = _STATED.fullmatch(proof.signature_input.removeprefix(_LABEL))
    if found is None or not proof.signature_input.startswith(_LABEL):
        raise SignatureRefused
    return Stated(found["keyid"], int(found["created"]), found["nonce"])


def check_signature(parts: RequestParts, proof: Proof, *, public_key: bytes, now: datetime) -> Stated:
    """What the signature says of itself, now that it is known to be the key's, of these parts, and of this time.

    Raises ClockSkewed where only the time is wrong (with the server's, for the device to sign by), SignatureRefused.
    """
    stated = read_stated(proof)
    form = _form(stated, has_token=parts.authorization is not None)
    found = _SIGNATURE_FORM.fullmatch(proof.signature)
    # The form differs where a token is covered that is not there, or one that is there is left out.
    as_sent = _LABEL + form, _digest_field(parts.content_sha256)
    if found is None or (proof.signature_input, proof.content_digest) != as_sent:
        raise SignatureRefused
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(base64.b64decode(found["value"]), _base(parts, form))
    except (InvalidSignature, ValueError):
        raise SignatureRefused from None
    if abs(now.timestamp() - stated.created_s) > SKEW_S:
        raise ClockSkewed(server_time=to_wire(now))
    return stated


def _digest_field(sha256: bytes) -> str:
    return f"sha-256=:{base64.b64encode(sha256).decode()}:"


def _form(stated: Stated, *, has_token: bool) -> str:
    """The covered components and parameters, as `@signature-params` and Signature-Input have them."""
    covered = f'{_COVERED} "authorization"' if has_token else _COVERED
    about = f';created={stated.created_s};nonce="{stated.nonce}";keyid="{stated.keyid}";alg="ed25519"'
    return f"({covered}){about}"


def _base(parts: RequestParts, form: str) -> bytes:
    """The signature base (RFC 9421, 2.5). Raises ValueError where a part could be taken for another."""
    path, _, query = parts.target.partition("?")
    lines = [
        f'"@method": {_plain(parts.method)}',
        f'"@path": {_plain(path)}',
        f'"@query": {_plain(f"?{query}")}',
        f'"content-digest": {_digest_field(parts.content_sha256)}',
    ]
    if parts.authorization is not None:
        lines.append(f'"authorization": {_plain(parts.authorization)}')
    lines.append(f'"@signature-params": {form}')
    return "\n".join(lines).encode("ascii")


def _plain(text: str) -> str:
    if not _PLAIN.fullmatch(text):
        raise ValueError("not visible ASCII")
    return text

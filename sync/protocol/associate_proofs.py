"""What an associate's own key signs, beside the device's: that it is theirs, and that they act now.

Each message begins with words of its own, so that no signature can stand for another: not one of these, and not a
request's (`signing`), whose base begins otherwise. Pure: the clock, the nonce and the private key are the caller's.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.protocol.people_wire import ActingRequest, AssociateKeyRequest
from sync.protocol.signing import Signer

_KEY: Final = "clienteling associate key 1"
_ACTING: Final = "clienteling acting 1"


def key_message(registration_id: str, associate_id: str, public_key: str) -> bytes:
    """What shows that whoever sends a public key, hexadecimal, has the private one, and means that device."""
    return _lines(_KEY, registration_id, associate_id, public_key)


def acting_message(registration_id: str, associate_id: str, created_s: int, nonce: str) -> bytes:
    """What shows that the associate acts on that device at that time."""
    return _lines(_ACTING, registration_id, associate_id, str(created_s), nonce)


def key_request(
    code: str, *, registration_id: str, associate_id: str, public_key: str, signer: Signer
) -> AssociateKeyRequest:
    """The request that adds an associate's key. `code` as it was typed, `public_key` hexadecimal."""
    proof = signer(key_message(registration_id, associate_id, public_key)).hex()
    return AssociateKeyRequest(code=code, associate_id=associate_id, public_key=public_key, proof=proof)


def acting_request(
    *, registration_id: str, associate_id: str, created_s: int, nonce: str, signer: Signer
) -> ActingRequest:
    """The request for a token by which the associate acts."""
    proof = signer(acting_message(registration_id, associate_id, created_s, nonce)).hex()
    return ActingRequest(associate_id=associate_id, created_s=created_s, nonce=nonce, proof=proof)


def is_signed(public_key: str, message: bytes, proof: str) -> bool:
    """Whether the key, hexadecimal, has signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(proof), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _lines(*parts: str) -> bytes:
    return "\n".join(parts).encode("ascii")

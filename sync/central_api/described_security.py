"""What the OpenAPI description says of each call: whether it must be authenticated, and with what.

FastAPI describes a bearer token for all that look at one. Here stands what the calls want: a token; a signature (RFC
9421) beside it or alone; and the token of an associate who acts.
"""

from typing import Any, Final

from sync.protocol.signing import SIGNATURE

TOKEN, SIGNED, ACTING = "token", "signature", "acting"
SCHEMES: Final[dict[str, dict[str, str]]] = {
    TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "description": "A device's token; of an enrolled device the access token, and the request is signed",
    },
    SIGNED: {
        "type": "apiKey",
        "in": "header",
        "name": SIGNATURE,
        "description": "The signature of the request by the device's key (RFC 9421), "
        "with `signature-input` and `content-digest`",
    },
    ACTING: {"type": "apiKey", "in": "header", "name": "acting", "description": "The token of `POST /v1/acting`"},
}
Security = list[dict[str, list[str]]]
BY_KEY_ALONE: Final = frozenset({"/v1/enrol", "/v1/token", "/v1/quarantine"})
BY_SIGNING_DEVICE: Final = frozenset({"/v1/associates/keys", "/v1/devices/recovery", "/v1/acting", "/v1/leases"})


def describe_security(description: dict[str, Any]) -> None:
    """Nothing; each call of the description says what it wants, and those that want nothing say that."""
    description["components"]["securitySchemes"] = SCHEMES
    for path, calls in description["paths"].items():
        for call in calls.values():
            call["security"] = _of_call(path, call)


def _of_call(path: str, call: dict[str, Any]) -> Security:
    if "security" not in call:
        return []
    if path in BY_KEY_ALONE:
        return [{SIGNED: []}]
    parameters = call.get("parameters", [])
    for_people = [one for one in parameters if (one["in"], one["name"]) == ("header", SCHEMES[ACTING]["name"])]
    for one in for_people:
        parameters.remove(one)  # the scheme is its description
    if for_people:
        return [{TOKEN: [], SIGNED: [], ACTING: []}]
    signed: Security = [{TOKEN: [], SIGNED: []}]
    return signed if path in BY_SIGNING_DEVICE else [{TOKEN: []}, *signed]

"""The description says which calls want a token, a signature or somebody who acts, and the server wants them.

schemathesis' check `ignored_auth` sends a good request again without what it showed, and with something wrong in each
place of it. It sends by itself, over the network: an application in this process is not what it would ask (its own way
into one is Starlette's TestClient), so here the real server answers.
"""

from collections.abc import Iterator
from typing import Any, Final, cast

import httpx
import pytest
import requests
import schemathesis
from requests.auth import AuthBase
from schemathesis.specs.openapi.checks import ignored_auth

from sync.central_api.described_security import ACTING, SCHEMES, SIGNED, TOKEN
from sync.central_api.devices import revoke_device
from sync.protocol.roles import Permission
from tests.central_api.enrolled import Enrolled, Signer, enrolled, new_key
from tests.central_api.retailer import BANDUNG, Central
from tests.central_api.team import Person, signed_in
from tests.security.test_role_matrix import NOT_OPEN, ROWS, Asked, Who, staff
from tests.support.serving import serve

pytestmark = pytest.mark.parametrize("central", ["sqlite"], indirect=True)

Endpoint = tuple[str, str]

WANTED: Final[dict[Who, list[set[str]]]] = {
    Who.ANYBODY: [],
    Who.NEW_KEY: [{SIGNED}],
    Who.KEY_ALONE: [{SIGNED}],
    Who.DEVICE: [{TOKEN}, {TOKEN, SIGNED}],
    Who.SIGNING_DEVICE: [{TOKEN, SIGNED}],
}
BY_PEOPLE: Final = [{TOKEN, SIGNED, ACTING}]
ANSWERED: Final = [one for one in NOT_OPEN if ROWS[one].found == 200 and "{" not in one[1] and "events" not in one[1]]
"""Calls that can be answered well here: not those about a thing with an id, nor the stream without an end."""


def test_the_description_says_what_each_call_wants(central: Central) -> None:
    described = central.application.openapi()
    assert set(described["components"]["securitySchemes"]) == {TOKEN, SIGNED, ACTING} == set(SCHEMES)
    for (method, path), row in ROWS.items():
        said = [set(one) for one in described["paths"][path][method.lower()]["security"]]
        assert said == (BY_PEOPLE if isinstance(row.who, Permission) else WANTED[row.who]), path


class Signing(AuthBase):
    """Signs a request as it goes out."""

    def __init__(self, signer: Signer, token: str | None) -> None:
        self._signer = signer
        self._token = token

    def __call__(self, asked: requests.PreparedRequest) -> requests.PreparedRequest:
        body = cast("str | bytes", asked.body or b"")
        content = body.encode() if isinstance(body, str) else body
        method, path = str(asked.method), str(asked.path_url)
        asked.headers.update(self._signer.headers(path, content, method=method, token=self._token))
        return asked


def shown(central: Central, tablet: Enrolled, endpoint: Endpoint) -> tuple[Signing, dict[str, str]]:
    """What signs the request, and the headers that must be good; those that are signed are written over."""
    who = ROWS[endpoint].who
    if isinstance(who, Permission):
        person: Person = signed_in(central, tablet, staff(central, ROWS[endpoint].holder))
        return Signing(tablet, tablet.access), {"Authorization": "x", "signature": "x", "acting": person.token}
    if who is Who.NEW_KEY:
        return Signing(Signer(central, new_key(9)), None), {"signature": "x"}
    if who is Who.KEY_ALONE:
        return Signing(tablet, None), {"signature": "x"}
    return Signing(tablet, tablet.access), {"Authorization": "x", "signature": "x"}


@pytest.fixture
def served(central: Central) -> Iterator[str]:
    with serve(central.application) as url:
        yield url


def test_no_call_is_answered_without_what_the_description_wants(central: Central, served: str) -> None:
    described: Any = schemathesis.openapi.from_dict(central.application.openapi())
    for number, endpoint in enumerate(ANSWERED, 500):
        method, path = endpoint
        tablet = enrolled(central, "BDG", number=number)
        body = ROWS[endpoint].body(Asked(central, tablet, BANDUNG))
        signing, headers = shown(central, tablet, endpoint)
        if path == "/v1/quarantine":
            revoke_device(central.database, tablet.keyid, now=central.clock)
        given = {"body": body, "media_type": "application/json"} if method == "POST" else {}
        case = described[path][method].Case(**given)
        answer = case.call_and_validate(base_url=served, headers=headers, auth=signing, checks=[ignored_auth])
        assert answer.status_code == 200, (endpoint, answer.text)


@pytest.mark.parametrize("endpoint", ANSWERED, ids=" ".join)
def test_each_of_what_a_call_wants_is_wanted(central: Central, endpoint: Endpoint) -> None:
    """Without any one of them, or with another in its place, the rest opens nothing."""
    method, path = endpoint
    tablet = enrolled(central, "BDG")
    body = ROWS[endpoint].body(Asked(central, tablet, BANDUNG))
    signing, headers = shown(central, tablet, endpoint)
    if path == "/v1/quarantine":
        revoke_device(central.database, tablet.keyid, now=central.clock)
    sent = {"json": body} if method == "POST" else {}

    def asked(without: str = "", instead: str | None = None) -> httpx.Response:
        """The answer to the request, signed anew: a nonce is taken once."""
        request = requests.Request(method, f"http://central{path}", headers=headers, auth=signing, **sent).prepare()
        shown_now = {name.lower(): str(value) for name, value in request.headers.items() if name.lower() != without}
        shown_now |= {} if instead is None else {without: instead}
        return central.http.request(method, path, content=cast("bytes | None", request.body), headers=shown_now)

    for name in map(str.lower, headers):
        wrong = ["Bearer " + "0" * 64] if name == "authorization" else ["0" * 64, f"sig1=:{'A' * 86}==:"]
        for value in (None, *wrong):
            assert (name, value, asked(name, value).status_code) == (name, value, 401)
    answer = asked()
    assert answer.status_code == 200, answer.text

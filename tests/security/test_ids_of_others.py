"""Who has the id of something that is there, and may not have the thing, gets none of it (ASVS 5.0 8.2.2).

Every path with a parameter is here: what is asked for exists and is answered to who may. Snapshots of other stores are
in `central_api/test_snapshots.py`; pictures are public, as in the web shop.
"""

from dataclasses import dataclass
from typing import Any, Final

import pytest

from sync.protocol.roles import Role
from tests.central_api.enrolled import Enrolled, enrolled
from tests.central_api.retailer import BUDI, MAKASSAR, SITI, Central
from tests.central_api.team import Person, signed_in
from tests.security.test_role_matrix import ROWS, staff

pytestmark = pytest.mark.parametrize("central", ["sqlite"], indirect=True)

REQUEST: Final = "/v1/privacy/requests/{request_id}"
ELSEWHERE: Final = {("GET", "/v1/pictures/{name}"), ("GET", "/v1/sync/snapshots/{scope}/{snapshot_id}")}
ASKED: Final[dict[tuple[str, str], dict[str, Any] | None]] = {
    ("GET", REQUEST): None,
    ("POST", f"{REQUEST}/copy"): {},
    ("GET", f"{REQUEST}/certificate"): None,
    ("GET", "/v1/privacy/breach-reports/{registration_id}"): None,
    ("POST", f"{REQUEST}/steps"): {"step": "restrict"},
}
HIDDEN: Final = ("Siti", "customer_id", SITI, "document")


@dataclass(frozen=True, slots=True)
class Chain:
    """What there is: an officer at a device of Bandung, requests of a customer, and what answers who asks."""

    officer: Person
    copy_id: str
    erasure_id: str
    restriction_id: str

    def path_of(self, endpoint: tuple[str, str]) -> str:
        """The path to what is there."""
        fitting = {"certificate": self.erasure_id, "steps": self.restriction_id}
        request_id = fitting.get(endpoint[1].rpartition("/")[2], self.copy_id)
        return endpoint[1].format(request_id=request_id, registration_id=self.officer.tablet.keyid)


def opened(officer: Person, kind: str, *steps: dict[str, str], customer_id: str = SITI) -> str:
    answer = officer.ask("/v1/privacy/requests", {"kind": kind, "customer_id": customer_id})
    assert answer.status_code == 200, answer.text
    request_id = str(answer.json()["id"])
    for step in steps:
        done = officer.ask(f"/v1/privacy/requests/{request_id}/steps", step)
        assert done.status_code == 200, done.text
    return request_id


@pytest.fixture
def chain(central: Central) -> Chain:
    officer = signed_in(central, enrolled(central, "BDG"), staff(central, Role.PRIVACY_OFFICER))
    known = {"step": "identity", "how": "code"}
    copy_id, restriction_id = opened(officer, "copy", known), opened(officer, "restriction", known)
    erasure_id = opened(officer, "erasure", known, {"step": "erase"}, customer_id=BUDI)
    return Chain(officer, copy_id, erasure_id, restriction_id)


def test_every_path_with_an_id_is_asked(central: Central) -> None:
    assert {one for one in ROWS if "{" in one[1]} == ASKED.keys() | ELSEWHERE


def test_what_is_asked_for_is_there(central: Central, chain: Chain) -> None:
    answered = {one: chain.officer.ask(chain.path_of(one), body, method=one[0]) for one, body in ASKED.items()}
    refused = {one: answer.text for one, answer in answered.items() if answer.status_code != 200}
    assert not refused


@pytest.mark.parametrize("endpoint", ASKED, ids=" ".join)
def test_who_may_not_have_it_gets_nothing_of_it_by_its_id(
    central: Central, chain: Chain, endpoint: tuple[str, str]
) -> None:
    path, body = chain.path_of(endpoint), ASKED[endpoint]
    beside: Enrolled = chain.officer.tablet
    other = enrolled(central, "MKS", number=2)
    others = [signed_in(central, beside, staff(central, Role.MANAGER), number=201)]
    for number, role in enumerate((Role.ASSOCIATE, Role.MANAGER, Role.REGIONAL_MANAGER, Role.ADMINISTRATOR), 202):
        others.append(signed_in(central, other, staff(central, role, store_id=MAKASSAR), number=number))
    # The officer's own token, on a device where they did not sign in.
    others.append(Person(other, chain.officer.associate_id, chain.officer.key, chain.officer.token))
    for person in others:
        answer = person.ask(path, body, method=endpoint[0])
        assert answer.status_code in (401, 403), answer.text
        assert not [word for word in HIDDEN if word in answer.text]

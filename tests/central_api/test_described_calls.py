"""Every call of the OpenAPI description, with what it describes and with what it does not, by schemathesis in process.

Whatever is sent, the answer is one that the description names, in the form it names, and a refusal changes nothing.
The pytest plugin of schemathesis stays out (it costs every worker a second): its cases are Hypothesis strategies.
"""

from datetime import timedelta
from typing import Any, cast

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sync.central_api.devices import revoke_device
from sync.central_api.tables import METADATA
from sync.protocol.wire import SCHEMA
from tests.central_api.bare_calls import read_problem, rows_of
from tests.central_api.enrolled import Signer, enrolled, new_key, public_hex
from tests.central_api.retailer import BANDUNG, RANI, Central, Device
from tests.central_api.team import DEWI, hire_leaders, signed_in

KEPT = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 20


def from_tablet(body: Any, tablet: Device) -> None:
    """Gives a body the tablet's identity and the numbers it would use next, so that what else it says is reached."""
    if not isinstance(body, dict):
        return
    body.update(device_id=tablet.device_id, schema_number=SCHEMA)
    entries = body.get("entries")
    for n, entry in enumerate(entries if isinstance(entries, list) else (), tablet.next_n):
        if isinstance(entry, dict):
            entry["n"] = n


@pytest.mark.parametrize("central", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_described_call_keeps_to_the_description(central: Central, mode: GenerationMode) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    central.application.state.news.close()  # or whoever listens would do so for ever
    described = schemathesis.openapi.from_dict(central.application.openapi())

    @settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=described.as_strategy(generation_mode=mode), known=st.booleans())
    def keeps_to_it(case: Case[Any], known: bool) -> None:
        if known:
            from_tablet(case.body, tablet)
        asked = requests.Request(**case.as_transport_kwargs(base_url="http://central")).prepare()
        headers = dict(asked.headers) | ({"authorization": f"Bearer {tablet.token}"} if known else {})
        before = rows_of(central.database, METADATA.sorted_tables)
        content = cast("bytes | None", asked.body)
        answer = central.http.request(
            str(asked.method), str(asked.url), content=content, headers=cast("dict[str, str]", headers)
        )
        answer.elapsed = timedelta()  # the transport in process measures none, and schemathesis asks
        case.validate_response(answer, checks=KEPT)
        if str(answer.request.url).endswith("/push") and answer.is_success:
            tablet.next_n = max(tablet.next_n, answer.json()["last_n"] + 1)
        elif not answer.is_success:
            assert 400 <= read_problem(answer).status < 500
            assert rows_of(central.database, METADATA.sorted_tables) == before

    keeps_to_it()


SIGNED = ("/v1/enrol", "/v1/token", "/v1/quarantine")


@pytest.mark.parametrize("central", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_call_that_goes_with_a_signature_alone_keeps_to_the_description(
    central: Central, mode: GenerationMode
) -> None:
    """Each is signed by the key it is for, so that what it says is looked at."""
    known, revoked = enrolled(central, number=1), enrolled(central, number=2)
    revoke_device(central.database, revoked.keyid, now=central.clock)
    description = central.application.openapi()
    described = {**description, "paths": {path: description["paths"][path] for path in SIGNED}}
    signers = {"/v1/enrol": Signer(central, new_key(3)), "/v1/token": known, "/v1/quarantine": revoked}
    statuses: set[tuple[str, int]] = set()

    @settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=schemathesis.openapi.from_dict(described).as_strategy(generation_mode=mode))
    def keeps_to_it(case: Case[Any]) -> None:
        signer = signers.get(case.path)
        if signer is None or case.method != "POST":
            return
        if isinstance(case.body, dict) and "public_key" in case.body:
            case.body["public_key"] = public_hex(signer.key)
        asked = requests.Request(**case.as_transport_kwargs(base_url="http://central")).prepare()
        body = asked.body or b""
        content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else cast("bytes", body)
        headers = {name: str(value) for name, value in asked.headers.items() if name.lower() != "authorization"}
        headers |= signer.headers(str(asked.path_url), content)
        answer = central.http.post(str(asked.url), content=content, headers=headers)
        answer.elapsed = timedelta()
        case.validate_response(answer, checks=KEPT)
        statuses.add((case.path, answer.status_code))
        assert answer.status_code != 401 or case.path == "/v1/token", "its signature is good"

    keeps_to_it()
    assert {path for path, status in statuses if status != 401} | {"/v1/token"} == set(SIGNED)


@pytest.mark.parametrize("central", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_call_in_an_associates_name_keeps_to_the_description(central: Central, mode: GenerationMode) -> None:
    """A manager asks, about devices and people that there are."""
    hire_leaders(central)
    dewi = signed_in(central, enrolled(central, number=1), DEWI)
    other = enrolled(central, number=2)
    description = central.application.openapi()
    paths = {path: calls for path, calls in description["paths"].items() if path.startswith("/v1/manage/")}
    assert len(paths) >= 8
    known = {"registration_id": other.keyid, "store_id": BANDUNG, "associate_id": RANI}
    statuses: set[tuple[str, int]] = set()

    @settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=schemathesis.openapi.from_dict({**description, "paths": paths}).as_strategy(generation_mode=mode))
    def keeps_to_it(case: Case[Any]) -> None:
        if (case.method, case.path) not in {(m.upper(), path) for path, calls in paths.items() for m in calls}:
            return
        if isinstance(case.body, dict):
            case.body.update({name: value for name, value in known.items() if name in case.body})
        asked = requests.Request(**case.as_transport_kwargs(base_url="http://central")).prepare()
        body = asked.body or b""
        content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else cast("bytes", body)
        headers = {name: str(value) for name, value in asked.headers.items() if name.lower() not in ("authorization",)}
        signed = dewi.tablet.headers(str(asked.path_url), content, method=case.method, token=dewi.tablet.access)
        answer = central.http.request(
            case.method, str(asked.url), content=content, headers={**headers, **signed, "acting": dewi.token}
        )
        answer.elapsed = timedelta()
        case.validate_response(answer, checks=KEPT)
        statuses.add((case.path, answer.status_code))
        assert answer.status_code not in (401, 403)

    keeps_to_it()
    if mode is GenerationMode.POSITIVE:
        assert {status for _, status in statuses} >= {200}

"""What the screen of requests gets over the line, from the real server: views with names of this device, and papers."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from clienteling.use_cases.customer_requests import RequestFailed, RequestServices, request_services
from sync.central_api.app import create_app
from sync.central_api.privacy_requests import choose_regime
from sync.central_api.settings import CentralSettings
from sync.protocol.errors import Unreachable, ValidationFailed
from sync.protocol.privacy import Regime
from sync.protocol.times import to_wire
from tests.central_api.enrolled import enrolled
from tests.central_api.retailer import SITI, Central, InProcess, import_small_retailer
from tests.central_api.team import PUTRI, Person, hire_leaders, signed_in
from tests.support.fakes import FakeClock


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    """A central API over a database of this test's own."""
    clock, url = FakeClock(), f"sqlite:///{tmp_path / 'central.db'}"
    application = create_app(CentralSettings(url, erasure_list=tmp_path / "erasures.jsonl"), now=clock)
    import_small_retailer(url)
    with httpx.Client(transport=InProcess(application), base_url="http://central") as http:
        yield Central(application.state.database, application, http, clock, tmp_path)
    application.state.database.close()


@pytest.fixture
def services(central: Central) -> RequestServices:
    """Those of the privacy officer, on a device that knows Siti."""
    hire_leaders(central)
    return over(signed_in(central, enrolled(central), PUTRI))


def over(person: Person) -> RequestServices:
    def ask(path: str, fields: Mapping[str, Any] | None = None) -> bytes:
        answer = person.ask(
            path, dict(fields) if fields is not None else None, method="GET" if fields is None else "POST"
        )
        if not answer.is_success:
            raise ValidationFailed(answer.json()["code"])
        return answer.content

    def names(ids: Iterable[str]) -> dict[str, str]:
        return {one: "Bu Siti" for one in ids if one == SITI}

    return request_services(ask, names=names, page=lambda document, language: f"{language} {document['document']}")


def test_a_copy_goes_from_the_request_to_the_files(services: RequestServices) -> None:
    opened = services.open("copy", SITI)
    assert (opened.state, opened.customer_name, opened.hours(opened.received_at)) == ("received", "Bu Siti", 72)
    assert services.take_step(opened.id, "identity", how="document").state == "identity_checked"
    (page_name, page), (data_name, data) = services.copy(opened.id, "id")
    assert (page_name, data_name) == (f"customer-copy-{opened.id}.html", f"customer-copy-{opened.id}.json")
    assert page == b"id customer_copy"
    assert json.loads(data)["customer_ids"] == [SITI]
    (listed,) = services.requests()
    assert (listed.id, listed.state, listed.is_over) == (opened.id, "done", True)


def test_an_erasure_tells_its_devices_and_gives_its_certificate(central: Central, services: RequestServices) -> None:
    central.device().pull()
    opened = services.open("erasure", SITI)
    services.take_step(opened.id, "identity", how="known")
    erased = services.take_step(opened.id, "erase", also=[], others=[])
    assert (erased.state, erased.devices_awaited) == ("waiting", 1)
    (awaited,) = [one for one in erased.devices if one.state == "awaited"]
    assert awaited.lease_ends_at is not None
    assert services.request(opened.id).devices == erased.devices
    assert services.certificate(opened.id, "en")[0][1] == b"en erasure_certificate"


def test_what_the_server_refuses_has_its_reason(services: RequestServices) -> None:
    opened = services.open("copy", SITI)
    with pytest.raises(RequestFailed) as refused:
        services.take_step(opened.id, "withdraw")
    assert refused.value.code == "privacy.wrong_kind"


def test_without_a_network_it_says_so() -> None:
    def ask(path: str, fields: Mapping[str, Any] | None = None) -> bytes:
        raise Unreachable

    services = request_services(ask, names=lambda ids: {}, page=lambda document, language: "")
    with pytest.raises(RequestFailed) as failed:
        services.requests()
    assert failed.value.code == "sync.unreachable"


def test_a_request_by_gdpr_is_given_more_time_and_says_by_when_to_tell_the_customer(
    central: Central, services: RequestServices
) -> None:
    assert not services.open("access", SITI).can_be_extended(central.clock()), "UU PDP knows no more time"
    choose_regime(central.database, Regime.GDPR)
    opened = services.open("copy", SITI)
    assert (opened.can_be_extended(central.clock()), opened.tell_by) == (True, None)
    extended = services.take_step(opened.id, "extend", delay="complex")
    assert (extended.tell_by, extended.extended_reason) == (opened.due_at, "complex")
    assert extended.due_at - opened.due_at > timedelta(days=50)
    assert not extended.can_be_extended(central.clock())


def test_a_lost_device_is_found_among_all_and_reported_on(central: Central, services: RequestServices) -> None:
    (device,) = services.devices()
    assert (device.store_name, device.is_revoked) == ("Bandung Dago", False)
    since = central.clock() - timedelta(days=3)
    (page_name, page), (_, data) = services.breach_report(device.id, since, "en")
    assert (page_name, page) == (f"breach-report-{device.id}.html", b"en breach_report")
    assert json.loads(data)["since"] == to_wire(since)
    assert json.loads(services.breach_report(device.id, None, "en")[1][1])["since"] != to_wire(since)

"""Customers' requests from a device: what a privacy officer asks of the server, and the answers as screens get them.

The one part of the app that is about the server and not about this device: nothing of it is kept here, and without a
network there is nothing to show. All of it waits for the network, in the thread of whoever calls.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from clienteling.domain.errors import ClientelingError
from clienteling.domain.views.customer_requests import DeviceOfErasure, Lookalike, LostDevice, RequestView
from sync.protocol.errors import SyncError
from sync.protocol.privacy import Regime, due_at
from sync.protocol.privacy_wire import PrivacyDevicesReply, PrivacyRequestMessage, PrivacyRequestsReply
from sync.protocol.times import from_wire, to_wire

PATH = "/v1/privacy/requests"
DEVICES_PATH = "/v1/privacy/devices"
BREACH_PATH = "/v1/privacy/breach-reports"

Files = tuple[tuple[str, bytes], ...]
"""Name and content of a page and of its data."""


class RequestFailed(ClientelingError):
    """What the server says no to, or that it cannot be reached: `code` says which."""

    code = "sync.unreachable"


class Ask(Protocol):
    """The answer's body to a request in the name of whoever is signed in. `fields` None: a GET. Raises SyncError."""

    def __call__(self, path: str, fields: Mapping[str, Any] | None = None) -> bytes: ...


class TakeStep(Protocol):
    """Takes the next step, by its name; `details`: how, reason, delay, fields, also, others."""

    def __call__(self, request_id: str, step: str, **details: object) -> RequestView: ...


class MakePaper(Protocol):
    """The files of a copy or a certificate, the page in that language."""

    def __call__(self, request_id: str, language: str) -> Files: ...


class ReportLoss(Protocol):
    """The files of the report on a lost device. `since`: when it was last in safe hands; None for its last sync."""

    def __call__(self, registration_id: str, since: datetime | None, language: str) -> Files: ...


@dataclass(frozen=True, slots=True)
class RequestServices:
    """What the screen of requests may do. Everything raises RequestFailed."""

    requests: Callable[[], tuple[RequestView, ...]]
    request: Callable[[str], RequestView]
    open: Callable[[str, str], RequestView]
    take_step: TakeStep
    copy: MakePaper
    certificate: MakePaper
    devices: Callable[[], tuple[LostDevice, ...]]
    breach_report: ReportLoss


def request_services(
    ask: Ask, *, names: Callable[[Iterable[str]], Mapping[str, str]], page: Callable[[Mapping[str, Any], str], str]
) -> RequestServices:
    """The services over a line to the server. `names`: of customers on this device; `page`: a document as HTML."""

    def read(path: str, fields: Mapping[str, Any] | None = None) -> bytes:
        try:
            return ask(path, fields)
        except SyncError as error:
            raise RequestFailed(error.code) from error

    def one(path: str, fields: Mapping[str, Any] | None = None) -> RequestView:
        message = PrivacyRequestMessage.model_validate_json(read(path, fields))
        return _view(message, names([message.customer_id, *(like.customer_id for like in message.lookalikes)]))

    def every() -> tuple[RequestView, ...]:
        reply = PrivacyRequestsReply.model_validate_json(read(PATH))
        known = names([message.customer_id for message in reply.requests])
        return tuple(_view(message, known) for message in reply.requests)

    def devices() -> tuple[LostDevice, ...]:
        told = PrivacyDevicesReply.model_validate_json(read(DEVICES_PATH)).devices
        return tuple(
            LostDevice(one.id, one.name, one.store_name, _moment(one.last_seen_at), one.revoked_at is not None)
            for one in told
        )

    def breach_report(registration_id: str, since: datetime | None, language: str) -> Files:
        asked = f"?since={to_wire(since)}" if since is not None else ""
        path = f"{BREACH_PATH}/{registration_id}{asked}"
        return paper(path, f"breach-report-{registration_id}", language, None)

    def paper(path: str, name: str, language: str, fields: Mapping[str, Any] | None) -> Files:
        document = json.loads(read(path, fields))["document"]
        data = json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
        return (f"{name}.html", page(document, language).encode()), (f"{name}.json", data)

    return RequestServices(
        requests=every,
        request=lambda request_id: one(f"{PATH}/{request_id}"),
        open=lambda kind, customer_id: one(PATH, {"kind": kind, "customer_id": customer_id}),
        take_step=lambda request_id, step, **details: one(f"{PATH}/{request_id}/steps", {"step": step, **details}),
        copy=lambda request_id, language: paper(
            f"{PATH}/{request_id}/copy", f"customer-copy-{request_id}", language, {}
        ),
        certificate=lambda request_id, language: paper(
            f"{PATH}/{request_id}/certificate", f"erasure-certificate-{request_id}", language, None
        ),
        devices=devices,
        breach_report=breach_report,
    )


def _view(message: PrivacyRequestMessage, names: Mapping[str, str]) -> RequestView:
    tell_by = None
    if message.extended_at is not None:
        tell_by = due_at(Regime(message.regime), from_wire(message.received_at))
    return RequestView(
        id=message.id,
        kind=message.kind,
        state=message.state,
        customer_id=message.customer_id,
        customer_name=names.get(message.customer_id, ""),
        received_at=from_wire(message.received_at),
        due_at=from_wire(message.due_at),
        ended_at=_moment(message.ended_at),
        refused_reason=message.refused_reason,
        devices_awaited=message.devices_awaited,
        lookalikes=tuple(Lookalike(one.customer_id, names.get(one.customer_id, "")) for one in message.lookalikes),
        also=tuple(message.also),
        others=tuple(message.others),
        regime=message.regime,
        tell_by=tell_by,
        extended_reason=message.extended_reason,
        devices=tuple(DeviceOfErasure(one.name, one.state, _moment(one.lease_ends_at)) for one in message.devices),
    )


def _moment(text: str | None) -> datetime | None:
    return from_wire(text) if text is not None else None

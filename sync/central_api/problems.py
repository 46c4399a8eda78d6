"""Failures on the wire: RFC 9457 problem documents whose `code` is a message key (`wire.ProblemDocument`).

The one place where an error becomes a status. Nothing of what was sent is repeated in an answer or a log.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sync.central_api.errors import (
    AssociateUnknown,
    DatabaseBusy,
    DeviceUnknown,
    EntryUnknown,
    RequestUnknown,
)
from sync.protocol.errors import (
    ConsentLinksLimited,
    DeviceForked,
    EnrolmentLimited,
    Forbidden,
    LookUpLimited,
    NumberGap,
    QuarantineClosed,
    SignedOut,
    SignInCodeLimited,
    SyncError,
    Unreachable,
    UpgradeNeeded,
    ValidationFailed,
    WrongCredential,
)
from sync.protocol.wire import ProblemDocument

PROBLEM_TYPE = "application/problem+json"

_log = logging.getLogger(__name__)

_STATUSES: tuple[tuple[type[SyncError], int], ...] = (
    (SignedOut, 401),
    (WrongCredential, 403),
    (Forbidden, 403),
    (DeviceForked, 409),
    (NumberGap, 409),
    (QuarantineClosed, 403),
    (AssociateUnknown, 404),
    (DeviceUnknown, 404),
    (RequestUnknown, 404),
    (EntryUnknown, 404),
    (ValidationFailed, 422),
    (UpgradeNeeded, 426),
    (LookUpLimited, 429),
    (EnrolmentLimited, 429),
    (SignInCodeLimited, 429),
    (ConsentLinksLimited, 429),
    (Unreachable, 503),
)

_PAUSES_S = {503: 2}
"""Where the error names no pause."""

_MEANINGS = {
    400: "The request cannot be read: `sync.invalid_json`, `sync.invalid_encoding`, `sync.not_http`",
    401: "Who asks is not accepted: `sync.signed_out`, `sync.device_revoked`; `sync.access_ended`: get another access "
    "token; `sync.enrolment_ended`; `sync.signature_refused`, `sync.replayed`, or `sync.clock_skewed` with the time in "
    "`server_time`; `acting.ended`: get another token of the associate's; `acting.refused`: no key of theirs signed it",
    403: "The device id belongs to another token: `sync.wrong_credential`. The quarantine is not open to this device: "
    "`sync.quarantine_closed`. Whoever is signed in may not do that there: `sync.forbidden`",
    404: "Nothing of that name: `sync.not_found`; or not among what whoever asks may manage: `devices.unknown`, "
    "`quarantine.gone`, `team.unknown`; `privacy.request_unknown`",
    409: "The numbers do not continue: `sync.device_forked`, or `sync.gap` with the number in `expected`",
    413: "More than 8 MiB, packed or unpacked: `sync.too_large`",
    415: "The body is packed in a way that is not taken: `sync.unknown_encoding`",
    416: "The file has no such range: `sync.invalid_range`",
    422: "A field is missing or not what it must be: `sync.invalid`, `sync.numbers_do_not_follow`, "
    "`sync.scope_not_granted`, `enrolment.bad_code`, `enrolment.unknown`, `enrolment.used`, `enrolment.expired`, "
    "`sign_in_code.bad_code`, `sign_in_code.bad_proof`, `sign_in_code.unknown`, `sign_in_code.used`, "
    "`sign_in_code.expired`, `sign_in_code.other_associate`, `sign_in_code.wrong_store`, `sign_in_code.ended`, "
    "`central.associate_gone`, `central.customer_unknown`, `central.device_unknown`, `privacy.request_unknown`, "
    "`privacy.step_not_allowed`, `privacy.wrong_kind`, `privacy.not_extended`, `privacy.lookalikes_undecided`, "
    "`contact.phone_invalid`, `mutation.unknown_field`, `mutation.name_empty`, `consent_link.no_address`, "
    "`consent_link.not_asked`",
    426: "This schema is not spoken here: `sync.upgrade_needed`",
    429: "Too many requests: wait as `Retry-After` says: `sync.look_up_limited`, `enrolment.limited`, "
    "`sign_in_code.limited`, `consent_link.limited`",
    503: "Busy: wait as `Retry-After` says, then send the same again: `sync.busy`",
}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of the problems that a route answers with."""
    problem = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    return {status: {"description": _MEANINGS[status], "content": problem} for status in statuses}


PROBLEM_RESPONSES = problem_responses(400, 401, 403, 409, 413, 415, 422, 426, 429, 503)


def problem_response(
    status: int,
    code: str,
    *,
    retry_after_s: int | None = None,
    expected: int | None = None,
    server_time: str | None = None,
) -> Response:
    """The problem document as an answer."""
    document = ProblemDocument(
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        expected=expected,
        retry_after_s=retry_after_s,
        server_time=server_time,
    )
    headers = {"cache-control": "no-store"}
    if retry_after_s is not None:
        headers["retry-after"] = str(retry_after_s)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    content = document.model_dump_json(exclude_none=True)
    return Response(content, status_code=status, media_type=PROBLEM_TYPE, headers=headers)


def _of_sync_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, SyncError)
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    return problem_response(
        status,
        error.code,
        retry_after_s=_number(error, "retry_after_s") or _PAUSES_S.get(status),
        expected=_number(error, "expected"),
        server_time=str(error.fields["server_time"]) if "server_time" in error.fields else None,
    )


def _number(error: SyncError, field: str) -> int | None:
    value = error.fields.get(field)
    return value if isinstance(value, int) else None


def _of_validation(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if any(part["type"] == "json_invalid" for part in error.errors()):
        return problem_response(400, "sync.invalid_json")
    return problem_response(422, "sync.invalid")


def _of_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes = {400: "sync.invalid_json", 404: "sync.not_found", 405: "sync.method_not_allowed"}
    answer = problem_response(error.status_code, codes.get(error.status_code, "sync.error"))
    answer.headers.update(error.headers or {})
    return answer


def _of_busy_database(_request: Request, error: Exception) -> Response:
    _log.warning("database busy or away", extra={"kind": type(error).__name__})
    return problem_response(503, DatabaseBusy.code, retry_after_s=2)


def _of_anything(_request: Request, error: Exception) -> Response:
    # The server prints the traceback; the answer says nothing of it.
    return problem_response(500, "sync.server_failed")


def add_problem_handlers(application: FastAPI) -> None:
    """Turns every error of the application into a problem document, and names them in its OpenAPI description."""
    handlers: dict[type[Exception], Callable[[Request, Exception], Response]] = {
        SyncError: _of_sync_error,
        RequestValidationError: _of_validation,
        HTTPException: _of_http,
        OperationalError: _of_busy_database,
        PoolTimeoutError: _of_busy_database,
        Exception: _of_anything,
    }
    for kind, handler in handlers.items():
        application.add_exception_handler(kind, handler)

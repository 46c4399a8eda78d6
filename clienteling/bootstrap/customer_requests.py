"""Customers' requests as a privacy officer asks the server for them, by the engine's line and in their own name."""

import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from clienteling.bootstrap.signed_in import SignedIn
from clienteling.domain.asked import Asked, AskedStage
from clienteling.engine_host import EngineHost
from clienteling.i18n import load_translators
from clienteling.i18n.privacy_words import PrivacyWords
from clienteling.reports.privacy_page import privacy_page
from clienteling.settings import assets_dir
from clienteling.use_cases.customer_requests import RequestServices, request_services
from clienteling.use_cases.services import Services
from sync.protocol.errors import SyncError, Unreachable

WAITED_S: Final = 60.0


def requests_of(signed_in: SignedIn, engine: EngineHost, services: Services, associate_id: str) -> RequestServices:
    """The services in that associate's name. `services`: of the device, which knows some customers by name."""
    return request_services(
        partial(_ask, signed_in, engine, associate_id), names=partial(_names, services.customer), page=_page
    )


def _ask(
    signed_in: SignedIn, engine: EngineHost, associate_id: str, path: str, fields: Mapping[str, Any] | None = None
) -> bytes:
    """The answer's body; waits for it. Raises SyncError."""
    answer = signed_in.ask(engine, associate_id, lambda calls: calls.raw(path, fields))
    over = threading.Event()

    def look(asked: Asked[bytes]) -> None:
        if asked.is_over:
            over.set()

    stop = answer.subscribe(look)
    look(answer.value)
    over.wait(WAITED_S)
    stop()
    asked = answer.value
    if asked.stage is AskedStage.ANSWERED and asked.value is not None:
        return asked.value
    if asked.stage is AskedStage.FAILED:
        raise SyncError(asked.code)
    raise Unreachable


def _names(customer: Callable[[str], Any], ids: Iterable[str]) -> dict[str, str]:
    found = {one: customer(one) for one in set(ids)}
    return {one: view.name for one, view in found.items() if view is not None}


def _page(document: Mapping[str, Any], language: str) -> str:
    return privacy_page(document, PrivacyWords(load_translators(assets_dir() / "i18n")[language]))

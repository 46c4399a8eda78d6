"""Customers' requests, for the privacy officer: what is asked, how long there is, and the next step of each.

All of it is the server's: without a network there is nothing here, and it says so.
"""

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import flet as ft

from clienteling.domain.views.customer_requests import RequestView, Urgency
from clienteling.ui.components.lost_device import LostDeviceCard
from clienteling.ui.components.request_steps import RequestSteps
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Ready,
    use_action,
    use_formats,
    use_now,
    use_preferences,
    use_query,
    use_session,
    use_state,
    use_text,
    use_wide,
)
from clienteling.ui.kit import (
    body_text,
    card,
    chip,
    detail_text,
    empty_state,
    identified,
    keyed,
    name_text,
    pressable,
    primary_button,
    problem_panel,
    quiet_button,
    safe,
    section_text,
    skeleton,
)
from clienteling.ui.places import RequestsPlace
from clienteling.ui.rights import handles_requests, use_rights
from clienteling.ui.text_size import beside
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.customer_requests import RequestServices

KINDS: Final = ("access", "copy", "rectification", "restriction", "withdrawal", "erasure")
SHOWN: Final = 50
_COLOURS: Final = {
    Urgency.CALM: (Role.SUNKEN, Role.QUIET),
    Urgency.SOON: (Role.REFUSED_SURFACE, Role.ON_REFUSED),
    Urgency.LATE: (Role.REFUSED_SURFACE, Role.ON_REFUSED),
    Urgency.OVER: (Role.SUNKEN, Role.QUIET),
}


@safe
def RequestsScreen(request_id: str | None, customer_id: str | None) -> ft.Control:
    """The list, the request that is open, and a new one for the customer one came from."""
    session = use_session()
    text = use_text().text
    author_id = use_preferences().associate_id
    handles = handles_requests(session.services, use_rights())
    make = session.services.requests
    if make is None or author_id is None or not handles:
        return _column(
            [name_text(text("requests.title")), empty_state(text("requests.not_here"), identifier="no-officer")]
        )
    return _WithServices(make(author_id), request_id, customer_id)


@safe
def _WithServices(services: RequestServices, request_id: str | None, customer_id: str | None) -> ft.Control:
    translator = use_text()
    session = use_session()
    wide = use_wide()
    version, set_version = use_state(0)
    found = use_query(services.requests, version)
    heading = name_text(translator.text("requests.title"), identifier="requests")

    def moved(view: RequestView) -> None:
        set_version(lambda before: before + 1)
        session.go(RequestsPlace(view.id))

    match found:
        case Loading(slow):
            inside: list[ft.Control] = [skeleton(label=translator.text("app.loading"))] if slow else []
            return _column([heading, *inside])
        case Failed(code):
            more = translator.text("requests.needs_network")
            return _column([heading, problem_panel(translator.text_or(code, "error.unexpected"), what_to_do=more)])
        case Ready(requests):
            pass
    new = [keyed(f"new:{customer_id}", NewRequest, services, customer_id, moved)] if customer_id else []
    opened = [keyed(f"request:{request_id}:{version}", OpenRequest, services, request_id, moved)] if request_id else []
    listed = RequestList(requests, request_id)
    if wide:
        right = _column([*new, *opened]) if new or opened else detail_text(translator.text("requests.choose"))
        columns: list[ft.Control] = [ft.Container(one, expand=True) for one in (listed, right)]
        row = ft.Row(controls=columns, spacing=3 * UNIT, vertical_alignment=ft.CrossAxisAlignment.START)
        return _column([heading, row, LostDeviceCard(services)])
    return _column([heading, *new, *opened, listed, LostDeviceCard(services)])


@safe
def RequestList(requests: Sequence[RequestView], chosen: str | None) -> ft.Control:
    """The open ones by their time, then the others."""
    translator = use_text()
    if not requests:
        return empty_state(translator.text("requests.none"), more=translator.text("requests.none_more"))
    rows = [keyed(one.id, RequestRow, one, one.id == chosen) for one in requests[:SHOWN]]
    if len(requests) > SHOWN:
        rows.append(detail_text(translator.text("requests.more", count=len(requests) - SHOWN)))
    return _column(rows, spacing=UNIT)


@safe
def RequestRow(view: RequestView, chosen: bool) -> ft.Control:
    """Whose, what, how far, and how long there is."""
    session = use_session()
    now = use_now()
    text = use_text().text
    words = ft.Column(
        controls=[body_text(who(view), strong=True), detail_text(about(view, text))], spacing=2, tight=True, expand=True
    )
    line = beside([words, Countdown(view, now)], spacing=GAP, vertical_alignment=ft.CrossAxisAlignment.CENTER)
    return pressable(
        line,
        functools.partial(session.go, RequestsPlace(view.id)),
        label=f"{who(view)}, {about(view, text)}",
        identifier=f"request-{view.id}",
        chosen=chosen,
    )


def who(view: RequestView) -> str:
    """The customer's name where this device knows it, else the end of their id."""
    return view.customer_name or f"···· {view.customer_id[-6:]}"


def about(view: RequestView, text: Callable[..., str]) -> str:
    """`Penghapusan data · menunggu perangkat (2)`."""
    state = text(f"requests.state_{view.state}")
    waits = f" ({view.devices_awaited})" if view.state == "waiting" else ""
    return f"{_begun(text(f'requests.kind_{view.kind}'))} · {state}{waits}"


def _begun(words: str) -> str:
    """With a capital: on a command line these words stand within a sentence."""
    return words[:1].upper() + words[1:]


@safe
def Countdown(view: RequestView, now: datetime) -> ft.Control:
    """Hours left; red under twelve, and how long it is late."""
    text = use_text().text
    urgency = view.urgency(now)
    surface, colour = _COLOURS[urgency]
    words = text(f"requests.left_{urgency.value}", count=view.hours(now))
    return identified(f"left-{view.id}", chip(words, role=surface, color=colour))


@safe
def NewRequest(services: RequestServices, customer_id: str, moved: Callable[[RequestView], None]) -> ft.Control:
    """What the customer on screen asks for."""
    session = use_session()
    translator = use_text()
    customer = use_query(lambda: session.services.customer(customer_id), customer_id)
    name = customer.value.name if isinstance(customer, Ready) and customer.value is not None else ""
    opening = use_action(services.open, done=moved)
    buttons = [
        quiet_button(
            _begun(translator.text(f"requests.kind_{kind}")),
            functools.partial(opening.run, kind, customer_id),
            disabled=opening.busy,
            identifier=f"open-{kind}",
        )
        for kind in KINDS
    ]
    parts: list[ft.Control] = [
        section_text(translator.text("requests.new_for", name=name or f"···· {customer_id[-6:]}")),
        detail_text(translator.text("requests.new_more")),
        ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT),
    ]
    if opening.problem is not None:
        parts.append(detail_text(opening.problem.in_words(translator), color=Role.REFUSED))
    return identified("new-request", card(_column(parts, spacing=UNIT)))


@safe
def OpenRequest(services: RequestServices, request_id: str, moved: Callable[[RequestView], None]) -> ft.Control:
    """The request with its next step."""
    translator = use_text()
    formats = use_formats()
    now = use_now()
    found = use_query(lambda: services.request(request_id), request_id)
    match found:
        case Loading(slow):
            return skeleton(label=translator.text("app.loading")) if slow else ft.Container()
        case Failed(code):
            return problem_panel(translator.text_or(code, "error.unexpected"))
        case Ready(view):
            pass
    text = translator.text
    facts = [
        text("requests.received", when=formats.moment(view.received_at, now=now)),
        text("requests.due_at", when=formats.moment(view.due_at, now=now)),
    ]
    if view.refused_reason:
        facts.append(text(f"requests.reason_{view.refused_reason}"))
    law: list[ft.Control] = [detail_text(text(f"requests.law_{view.regime}"))] if not view.is_over else []
    if view.extended_reason and view.tell_by is not None:
        why = text(f"requests.delay_{view.extended_reason}")
        told = text("requests.extended", why=why, when=formats.moment(view.tell_by, now=now))
        law.append(identified("extended", card(body_text(told), role=Role.WAITING_SURFACE)))
    head = beside([ft.Container(section_text(who(view)), expand=True), Countdown(view, now)], spacing=GAP)
    parts: list[ft.Control] = [head, body_text(about(view, text)), detail_text(" · ".join(facts)), *law]
    if view.devices:
        parts.append(Devices(view))
    parts.append(RequestSteps(services, view, moved))
    return identified("request", card(_column(parts, spacing=UNIT + 4)))


@safe
def Devices(view: RequestView) -> ft.Control:
    """Those that have not confirmed, by name, with until when they may open without a network; then how many have."""
    formats = use_formats()
    now = use_now()
    text = formats.translator.text
    lines: list[ft.Control] = []
    for one in view.devices:
        if one.state in ("awaited", "revoked"):
            until = (
                formats.moment(one.lease_ends_at, now=now) if one.lease_ends_at is not None else text("requests.never")
            )
            words = text(f"requests.on_{one.state}", name=one.name or "-", when=until)
            lines.append(body_text(words, color=Role.ON_WAITING))
    confirmed = sum(one.state == "confirmed" for one in view.devices)
    lines.append(detail_text(text("requests.confirmed", count=confirmed)))
    waits = any(one.state in ("awaited", "revoked") for one in view.devices)
    role = Role.WAITING_SURFACE if waits else Role.SUNKEN
    return identified("erasure-devices", card(_column(lines, spacing=4), role=role))


def _column(controls: Sequence[ft.Control], *, spacing: int = GAP) -> ft.Control:
    return ft.Column(
        controls=list(controls), spacing=spacing, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )


@safe
def ToRequests(customer_id: str) -> ft.Control:
    """The way from a customer to what they ask for; for a privacy officer alone."""
    session = use_session()
    text = use_text().text
    go = functools.partial(session.go, RequestsPlace(customer_id=customer_id))
    return quiet_button(text("requests.to"), go, icon=ft.Icons.PRIVACY_TIP_OUTLINED, identifier="to-requests")


@safe
def RequestsCard() -> ft.Control:
    """The way to the requests, for a tablet."""
    session = use_session()
    text = use_text().text
    button = primary_button(text("requests.title"), lambda: session.go(RequestsPlace()), identifier="settings-requests")
    lines: list[ft.Control] = [section_text(text("requests.title")), body_text(text("requests.settings_more"))]
    return card(_column([*lines, ft.Row(controls=[button])], spacing=UNIT + 4))

"""Devices, for the store's manager: which there are, how each stands, a code for a new one, and what a lost one had."""

from datetime import datetime, timedelta
from typing import Final

import flet as ft

from clienteling.domain.views import DevicesView, DeviceView
from clienteling.i18n import Formats
from clienteling.ui.asking import Asking, Told, use_asked, use_asking, why_not
from clienteling.ui.components.new_device import NewDevice
from clienteling.ui.components.quarantine import Quarantine
from clienteling.ui.field_text import use_field_text
from clienteling.ui.hooks import use_formats, use_now, use_preferences, use_session, use_state, use_text, use_wide
from clienteling.ui.kit import (
    Field,
    Press,
    body_text,
    card,
    chip,
    detail_text,
    empty_state,
    identified,
    keyed,
    name_text,
    primary_button,
    problem_panel,
    quiet_button,
    readable_width,
    safe,
    section_text,
    skeleton,
    waiting_chip,
)
from clienteling.ui.places import TeamPlace
from clienteling.ui.rights import manages_devices, use_rights
from clienteling.ui.text_size import beside
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.manage import ManageServices

LONG_UNSEEN: Final = timedelta(days=3)
"""After that nobody comes in on it either: it is away, or lost."""


@safe
def DevicesScreen() -> ft.Control:
    """For a manager alone; the server says so as well."""
    text = use_text().text
    services = use_session().services
    manage = services.manage
    if not manages_devices(services, use_rights()) or manage is None:
        return empty_state(text("devices.not_yours"), identifier="devices-not-yours")
    return Devices(manage)


@safe
def Devices(manage: ManageServices) -> ft.Control:
    """Title and the way to add one, then the rows, then what waits in the quarantine."""
    translator = use_text()
    text = translator.text
    author_id = use_preferences().associate_id or ""
    minute = use_now().replace(second=0, microsecond=0)
    told = use_asked(lambda: manage.devices(author_id), author_id, minute)
    waiting = use_asked(lambda: manage.quarantine(author_id), author_id, minute)
    adding, set_adding = use_state(False)
    title = ft.Container(name_text(text("devices.title"), identifier="devices"), expand=True)
    stores = told.value.stores if told.value is not None else ()
    parts: list[ft.Control] = [title]
    if stores and not adding:
        add = primary_button(text("devices.add"), lambda: set_adding(True), icon=ft.Icons.ADD, identifier="add-device")
        parts = [beside([title, add], spacing=GAP)]

    def close() -> None:
        set_adding(False)
        told.again()

    if adding:
        parts.append(NewDevice(manage, stores, close))
    parts += _rows(manage, told, why_not(told.stands, translator), text("app.loading"))
    parts.append(Quarantine(manage, waiting))
    column = ft.Column(controls=parts, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return readable_width(column, wide=use_wide())


def _rows(manage: ManageServices, told: Told[DevicesView], problem: str, loading: str) -> list[ft.Control]:
    needs_pin = told.stands.code.startswith("acting.")
    notice: list[ft.Control] = [Failing(problem, told.again, needs_pin=needs_pin)] if problem else []
    if told.value is None:
        return notice or [skeleton(4, label=loading)]
    in_use = [one for one in told.value.devices if one.revoked_at is None]
    gone = [one for one in told.value.devices if one.revoked_at is not None]
    return [*notice, InUse(manage, tuple(in_use), told.again), *([Gone(tuple(gone))] if gone else [])]


@safe
def Failing(problem: str, again: Press, *, needs_pin: bool) -> ft.Control:
    """Why the server told nothing, and the way to ask again, or to a PIN."""
    session = use_session()
    text = use_text().text
    buttons = [quiet_button(text("asked.again"), again, identifier="ask-again")]
    if needs_pin:
        buttons.append(quiet_button(text("devices.to_pin"), lambda: session.go(TeamPlace()), identifier="to-team"))
    return identified("devices-failing", problem_panel(problem, actions=buttons))


@safe
def InUse(manage: ManageServices, devices: tuple[DeviceView, ...], again: Press) -> ft.Control:
    """The devices that may come in, or that there is none."""
    text = use_text().text
    if not devices:
        return card(empty_state(text("devices.none"), more=text("devices.none_more"), identifier="devices-none"))
    rows: list[ft.Control] = [keyed(one.id, DeviceCard, manage, one, again) for one in devices]
    return ft.Column(controls=rows, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@safe
def DeviceCard(manage: ManageServices, one: DeviceView, again: Press) -> ft.Control:
    """One device; its name and its access change in place."""
    text = use_text().text
    doing, set_doing = use_state("")

    def stop() -> None:
        set_doing("")

    def done() -> None:
        set_doing("")
        again()

    facts = Facts(one)
    if doing == "rename":
        return card(ft.Column(controls=[Rename(manage, one, done, stop)], tight=True))
    if doing == "revoke":
        inside = ft.Column(controls=[facts, Revoke(manage, one, done, stop)], spacing=GAP, tight=True)
        return identified(f"device-{one.id}", card(inside))
    buttons = [
        quiet_button(text("devices.rename"), lambda: set_doing("rename"), identifier=f"rename-{one.id}"),
        quiet_button(text("devices.revoke"), lambda: set_doing("revoke"), identifier=f"revoke-{one.id}"),
    ]
    presses = ft.Row(controls=list(buttons), spacing=UNIT, run_spacing=UNIT, wrap=True, tight=True)
    row = beside([ft.Container(facts, expand=True), presses], spacing=GAP)
    return identified(f"device-{one.id}", card(row))


@safe
def Facts(one: DeviceView) -> ft.Control:
    """What the device is called, when it was last there with which program, and what it owes."""
    formats = use_formats()
    now = use_now()
    text = formats.translator.text
    name = one.name or text("devices.nameless")
    heading: list[ft.Control] = [body_text(name, strong=True)]
    if one.is_this:
        heading.append(chip(text("devices.this_one")))
    told = [one.store_name, seen_words(one, formats, now), one.program]
    lines: list[ft.Control] = [
        ft.Row(controls=heading, spacing=UNIT, wrap=True),
        detail_text(" · ".join(part for part in told if part)),
    ]
    signs = _signs(one, formats, now)
    if signs:
        lines.append(ft.Row(controls=signs, spacing=UNIT, run_spacing=4, wrap=True))
    return ft.Column(controls=lines, spacing=4, tight=True)


def seen_words(one: DeviceView, formats: Formats, now: datetime) -> str:
    """`terakhir terlihat 5 menit lalu`."""
    if one.last_seen_at is None:
        return formats.translator.text("devices.never_seen")
    return formats.translator.text("devices.seen", when=formats.age(one.last_seen_at, now=now))


def _signs(one: DeviceView, formats: Formats, now: datetime) -> list[ft.Control]:
    """What to look after: amber, because it waits."""
    text = formats.translator.text
    signs: list[ft.Control] = []
    if one.waiting:
        signs.append(waiting_chip(text("devices.waiting", count=one.waiting)))
    if one.unconfirmed_erasures:
        signs.append(waiting_chip(text("devices.unconfirmed", count=one.unconfirmed_erasures)))
    if one.revoked_at is None and one.last_seen_at is not None and now - one.last_seen_at >= LONG_UNSEEN:
        signs.append(waiting_chip(text("devices.long_unseen")))
    if not one.signs:
        signs.append(chip(text("devices.old_token")))
    return signs


@safe
def Rename(manage: ManageServices, one: DeviceView, done: Press, stop: Press) -> ft.Control:
    """The name to type."""
    translator = use_text()
    text = translator.text
    author_id = use_preferences().associate_id or ""
    name = use_field_text(one.name)
    asking: Asking[None] = use_asking(lambda _: done(), translator)

    def save() -> None:
        asking.begin(lambda: manage.rename_device(one.id, name.text, author_id=author_id))

    field = Field(
        text("devices.name"), name, on_submit=lambda _: save(), takes_focus=True, problem=asking.problem, called=one.id
    )
    buttons = [
        primary_button(text("devices.save_name"), save, disabled=asking.busy, identifier=f"save-name-{one.id}"),
        quiet_button(text("app.close"), stop, identifier=f"rename-close-{one.id}"),
    ]
    presses = ft.Row(controls=list(buttons), spacing=UNIT, run_spacing=UNIT, wrap=True)
    column = ft.Column(
        controls=[identified(f"name-{one.id}", field), presses],
        spacing=GAP,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return identified(f"renaming-{one.id}", column)


@safe
def Revoke(manage: ManageServices, one: DeviceView, done: Press, stop: Press) -> ft.Control:
    """What will happen, and the question."""
    translator = use_text()
    text = translator.text
    author_id = use_preferences().associate_id or ""
    asking: Asking[None] = use_asking(lambda _: done(), translator)

    def revoke() -> None:
        asking.begin(lambda: manage.revoke_device(one.id, author_id=author_id))

    lines: list[ft.Control] = [
        body_text(text("devices.revoke_ask", name=one.name or text("devices.nameless")), strong=True),
        body_text(text("devices.revoke_more")),
    ]
    if one.is_this:
        lines.append(body_text(text("devices.revoke_this"), color=Role.REFUSED))
    if asking.problem:
        lines.append(body_text(asking.problem, color=Role.REFUSED))
    buttons = [
        primary_button(text("devices.revoke_yes"), revoke, disabled=asking.busy, identifier=f"revoke-yes-{one.id}"),
        quiet_button(text("devices.revoke_no"), stop, identifier=f"revoke-no-{one.id}"),
    ]
    lines.append(ft.Row(controls=list(buttons), spacing=UNIT, run_spacing=UNIT, wrap=True))
    return identified(f"revoking-{one.id}", ft.Column(controls=lines, spacing=UNIT, tight=True))


@safe
def Gone(devices: tuple[DeviceView, ...]) -> ft.Control:
    """Those whose access was taken away, with since when, and what they still owe."""
    formats = use_formats()
    now = use_now()
    text = formats.translator.text
    rows: list[ft.Control] = [section_text(text("devices.gone"))]
    for one in devices:
        assert one.revoked_at is not None
        since = text("devices.revoked", when=formats.moment(one.revoked_at, now=now))
        inside = ft.Column(controls=[Facts(one), detail_text(since)], spacing=4, tight=True)
        rows.append(identified(f"gone-{one.id}", card(inside)))
    return ft.Column(controls=rows, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)

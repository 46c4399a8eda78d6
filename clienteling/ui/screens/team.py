"""The team, for the store's manager: who has a PIN on this device and where else, a code for a new one, and an end."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import flet as ft

from clienteling.domain.views import (
    AssociateView,
    PinHere,
    SignInCodeView,
    TeamDeviceView,
    TeamMemberView,
    TeamView,
)
from clienteling.ui.asking import Asking, Told, use_asked, use_asking, why_not
from clienteling.ui.components.new_device import minutes_left
from clienteling.ui.components.new_pin import NewPinPad
from clienteling.ui.components.reading_everywhere import ReadingEverywhereCard
from clienteling.ui.hooks import (
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
from clienteling.ui.locking import lock
from clienteling.ui.rights import manages_devices, use_rights
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.manage_team import TeamServices

FEW_TRIES: Final = 5
"""Left: somebody has tried to come in without knowing the PIN."""


@safe
def TeamScreen() -> ft.Control:
    """For a manager alone; the server says so as well."""
    text = use_text().text
    services = use_session().services
    team = services.team
    if not manages_devices(services, use_rights()) or team is None:
        return empty_state(text("team.not_yours"), identifier="team-not-yours")
    return People(team)


@safe
def People(team: TeamServices) -> ft.Control:
    """Everybody of this store's list; what only the server knows is added once it has told it."""
    session = use_session()
    translator = use_text()
    text = translator.text
    author_id = use_preferences().associate_id or ""
    changed, set_changed = use_state(0)
    people = use_query(session.services.associates)
    pins = use_query(team.pins_here, changed)
    told = use_asked(lambda: team.team(author_id), author_id, changed)

    def again() -> None:
        set_changed(changed + 1)

    parts: list[ft.Control] = [name_text(text("team.title"), identifier="team"), detail_text(text("team.more"))]
    problem = why_not(told.stands, translator)
    if problem:
        button = quiet_button(text("asked.again"), again, identifier="ask-again")
        parts.append(identified("team-failing", problem_panel(problem, actions=[button])))
    if isinstance(people, Ready) and isinstance(pins, Ready):
        here = {one.associate_id: one for one in pins.value}
        rows = [_row(team, one, here.get(one.id), told, again) for one in people.value]
        if told.value is not None and told.value.devices and people.value:
            parts.append(Readiness(told.value.devices, people.value))
        if told.value is not None:
            parts.append(ReadingEverywhereCard(team))
        parts += rows or [card(empty_state(text("associate.none_added"), identifier="team-none"))]
    else:
        parts.append(skeleton(4, label=text("app.loading")))
    column = ft.Column(controls=parts, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return readable_width(column, wide=use_wide())


def _row(
    team: TeamServices,
    one: AssociateView,
    pin: PinHere | None,
    told: Told[TeamView],
    again: Press,
) -> ft.Control:
    known: KnownMember | None = None
    if told.value is not None:
        devices = told.value.devices
        known = next((KnownMember(each, devices) for each in told.value.members if each.id == one.id), None)
    return keyed(one.id, Member, team, one, pin, known, again)


@dataclass(frozen=True, slots=True)
class KnownMember:
    """An associate as the server knows them, and the devices of the manager's stores."""

    member: TeamMemberView
    of_stores: tuple[TeamDeviceView, ...]

    @property
    def devices(self) -> tuple[str, ...]:
        return self.member.devices

    @property
    def locked_out_of(self) -> tuple[str, ...]:
        """Names of devices that take nothing of theirs."""
        return tuple(one.name for one in self.of_stores if self.member.id in one.missing)

    @property
    def would_be_first(self) -> bool:
        """Whether with their key this device begins to ask everybody for one."""
        return any(one.is_this and not one.asks_for_keys for one in self.of_stores)


@safe
def Member(
    team: TeamServices, one: AssociateView, pin: PinHere | None, known: KnownMember | None, again: Press
) -> ft.Control:
    """One associate. `known`: as the server knows them, where it has told it and they are the manager's to manage."""
    doing, set_doing = use_state("")

    def stop() -> None:
        set_doing("")

    def done() -> None:
        set_doing("")
        again()

    parts: list[ft.Control] = [About(one, pin, known)]
    match doing:
        case "code":
            parts.append(CodeForOne(team, one, stop))
        case "pin":
            parts.append(PinForOne(one, known is not None and known.would_be_first, done, stop))
        case "remove":
            parts.append(RemovePin(team, one, done, stop))
        case "end":
            parts.append(EndSignIns(team, one, done, stop))
        case _:
            parts.append(Presses(one, pin, known, set_doing))
    column = ft.Column(controls=parts, spacing=UNIT + 4, tight=True)
    return identified(f"member-{one.id}", card(column))


@safe
def About(one: AssociateView, pin: PinHere | None, known: KnownMember | None) -> ft.Control:
    """Who they are, and how their PIN stands here and elsewhere."""
    formats = use_formats()
    today = use_session().services.store_today()
    text = formats.translator.text
    role = formats.translator.text_or(f"role.{one.role}", "role.associate")
    heading: list[ft.Control] = [body_text(one.name, strong=True), detail_text(role)]
    signs: list[ft.Control] = [chip(text("team.no_pin"))] if pin is None else [chip(text("team.has_pin"))]
    if pin is not None and pin.tries_left <= FEW_TRIES:
        signs.append(waiting_chip(text("pin.tries_left", count=pin.tries_left)))
    if pin is not None and pin.ends_on is not None:
        words = text("team.ends_on", day=formats.day(pin.ends_on, today=today))
        signs.append(waiting_chip(words) if pin.ends_on < today else chip(words))
    for name in known.locked_out_of if known is not None else ():
        signs.append(waiting_chip(text("team.needs_code", device=name or text("devices.nameless"))))
    lines: list[ft.Control] = [
        ft.Row(controls=heading, spacing=UNIT, wrap=True, vertical_alignment=ft.CrossAxisAlignment.CENTER),
        ft.Row(controls=signs, spacing=UNIT, run_spacing=4, wrap=True),
    ]
    if known is not None and known.devices:
        named = [name or text("devices.nameless") for name in known.devices]
        lines.append(detail_text(text("team.keys_on", devices=formats.listed(named))))
    return ft.Column(controls=lines, spacing=4, tight=True)


@safe
def Presses(
    one: AssociateView, pin: PinHere | None, known: KnownMember | None, choose: Callable[[str], None]
) -> ft.Control:
    """What can be done about this one."""
    session = use_session()
    text = use_text().text
    sign_in = session.services.sign_in
    ways = [("code", "team.make_code")] if known is not None else []
    if sign_in is not None and sign_in.new_pin is not None:
        ways.append(("pin", "team.new_pin" if pin is not None else "team.set_pin"))
    if pin is not None:
        ways.append(("remove", "team.remove_pin"))
    if known is not None and known.devices:
        ways.append(("end", "team.end"))
    buttons = [
        quiet_button(text(key), functools.partial(choose, name), identifier=f"{name}-{one.id}") for name, key in ways
    ]
    return ft.Row(controls=list(buttons), spacing=UNIT, run_spacing=UNIT, wrap=True)


@safe
def CodeForOne(team: TeamServices, one: AssociateView, stop: Press) -> ft.Control:
    """A code that is read to them, how long it holds, and what they do with it."""
    translator = use_text()
    text = translator.text
    author_id = use_preferences().associate_id or ""
    now = use_now()
    none: SignInCodeView | None = None
    code, set_code = use_state(none)
    asking: Asking[SignInCodeView] = use_asking(lambda made: set_code(made), translator)

    def ask() -> None:
        asking.begin(lambda: team.sign_in_code(one.id, author_id=author_id))

    ft.use_effect(ask, [])
    parts: list[ft.Control] = []
    if code is not None:
        parts = _code_lines(code, now, translator.text)
    if asking.problem:
        parts.append(body_text(asking.problem, color=Role.REFUSED))
    buttons = [
        quiet_button(text("devices.another_code"), ask, disabled=asking.busy, identifier=f"code-again-{one.id}"),
        quiet_button(text("app.close"), stop, identifier=f"code-close-{one.id}"),
    ]
    parts.append(ft.Row(controls=list(buttons), spacing=UNIT, run_spacing=UNIT, wrap=True))
    return identified(f"code-of-{one.id}", ft.Column(controls=parts, spacing=UNIT, tight=True))


def _code_lines(code: SignInCodeView, now: datetime, text: Callable[..., str]) -> list[ft.Control]:
    left = minutes_left(code.ends_at, now)
    if not left:
        return [waiting_chip(text("devices.code_over"))]
    return [
        name_text(code.code),
        detail_text(text("team.code_holds", count=left)),
        body_text(text("team.code_steps")),
    ]


@safe
def PinForOne(one: AssociateView, first: bool, done: Press, stop: Press) -> ft.Control:
    """The code and the digits, typed by the associate at this device. Whoever chose their own comes in with it.

    `first`: from then on nobody works here without a code of their own, which is said before.
    """
    session = use_session()
    preferences = use_preferences()
    text = use_text().text
    sign_in = session.services.sign_in
    new_pin = sign_in.new_pin if sign_in is not None else None

    def take(code: str, pin: str, again: str) -> None:
        assert new_pin is not None
        new_pin(one.id, code=code, pin=pin, again=again)

    def chosen(_: str) -> None:
        done()
        session.services.sync_now()  # other screens of this device hear of it
        if one.id == preferences.associate_id:
            lock(session)

    close = quiet_button(text("app.close"), stop, identifier=f"pin-close-{one.id}")
    parts: list[ft.Control] = [NewPinPad(one.name, take, chosen), close]
    if first:
        parts.insert(0, identified("first-pin", body_text(text("team.first_here"), color=Role.ON_WAITING)))
    return ft.Column(controls=parts, spacing=GAP, tight=True)


@safe
def Readiness(devices: tuple[TeamDeviceView, ...], people: tuple[AssociateView, ...]) -> ft.Control:
    """Each device, and who of those at this store is ready to write there; amber where somebody is not."""
    text = use_text().text
    rows: list[ft.Control] = [section_text(text("team.devices")), *(ReadyOn(one, people) for one in devices)]
    column = ft.Column(controls=rows, spacing=UNIT + 4, tight=True)
    return identified("readiness", card(column))


@safe
def ReadyOn(one: TeamDeviceView, people: tuple[AssociateView, ...]) -> ft.Control:
    """One device; those of other stores are counted by nobody here, so they are not named."""
    formats = use_formats()
    text = formats.translator.text

    def names(ids: tuple[str, ...]) -> str:
        return formats.listed([each.name for each in people if each.id in ids])

    heading: list[ft.Control] = [body_text(one.name or text("devices.nameless"), strong=True)]
    if one.is_this:
        heading.append(chip(text("devices.this_one")))
    lines: list[ft.Control] = [
        ft.Row(controls=heading, spacing=UNIT, wrap=True, vertical_alignment=ft.CrossAxisAlignment.CENTER)
    ]
    ready, missing = names(one.ready), names(one.missing)
    if not one.asks_for_keys:
        lines.append(detail_text(text("team.open_to_all"), lines=3))
    if ready:
        lines.append(detail_text(text("team.ready", names=ready), lines=3))
    if missing:
        lines.append(
            identified(f"missing-{one.id}", body_text(text("team.missing", names=missing), color=Role.ON_WAITING))
        )
    return identified(f"ready-on-{one.id}", ft.Column(controls=lines, spacing=4, tight=True))


@safe
def RemovePin(team: TeamServices, one: AssociateView, done: Press, stop: Press) -> ft.Control:
    """The question before the PIN on this device goes."""
    translator = use_text()
    removing = use_action(lambda: team.remove_pin(one.id), done=lambda _: done())
    problem = removing.problem.in_words(translator) if removing.problem is not None else ""
    asked = translator.text("team.remove_ask", name=one.name)
    more = translator.text("team.remove_more")
    return Question(f"remove-{one.id}", asked, more, problem, removing.run, stop, removing.busy)


@safe
def EndSignIns(team: TeamServices, one: AssociateView, done: Press, stop: Press) -> ft.Control:
    """The question before they are out everywhere."""
    translator = use_text()
    author_id = use_preferences().associate_id or ""
    asking: Asking[int] = use_asking(lambda _: done(), translator)

    def end() -> None:
        asking.begin(lambda: team.end_sign_ins(one.id, author_id=author_id))

    asked = translator.text("team.end_ask", name=one.name)
    more = translator.text("team.end_more")
    return Question(f"end-{one.id}", asked, more, asking.problem, end, stop, asking.busy)


@safe
def Question(identifier: str, asked: str, more: str, problem: str, yes: Press, no: Press, busy: bool) -> ft.Control:
    """What is asked, what happens then, and the two answers."""
    text = use_text().text
    lines: list[ft.Control] = [body_text(asked, strong=True), body_text(more)]
    if problem:
        lines.append(body_text(problem, color=Role.REFUSED))
    buttons = [
        primary_button(text("team.yes"), yes, disabled=busy, identifier=f"{identifier}-yes"),
        quiet_button(text("team.no"), no, identifier=f"{identifier}-no"),
    ]
    lines.append(ft.Row(controls=list(buttons), spacing=UNIT, run_spacing=UNIT, wrap=True))
    return ft.Column(controls=lines, spacing=UNIT, tight=True)

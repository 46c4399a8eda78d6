"""Help: in the demo a guided try of five minutes that ticks itself off, everywhere a short guide to the program."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import flet as ft

from clienteling.ui.components.demo_panel import OtherStoreButton
from clienteling.ui.hooks import use_action, use_navigation, use_session, use_signal, use_text, use_wide
from clienteling.ui.kit import (
    Press,
    body_text,
    card,
    detail_text,
    identified,
    name_text,
    primary_button,
    quiet_button,
    readable_width,
    safe,
    section_text,
)
from clienteling.ui.places import (
    AttentionPlace,
    CustomerPlace,
    CustomerTab,
    FiguresPlace,
    FindPlace,
    LabelsPlace,
    Place,
    ScanPlace,
    SettingsPlace,
    TodayPlace,
)
from clienteling.ui.session import Tried, UiSession
from clienteling.ui.text_size import scaled
from clienteling.ui.theme import GAP, SIZE_TEXT, UNIT, Role, text_style
from clienteling.use_cases.answers import DemoHints

_SEARCH = "sit"
_MARK = 40


@dataclass(frozen=True, slots=True)
class Topic:
    """A part of the guide: what stands at a place. `name` is part of its message keys."""

    name: str
    place: Place | None


GUIDE = (
    Topic("today", TodayPlace()),
    Topic("find", FindPlace()),
    Topic("write", FindPlace()),
    Topic("scan", ScanPlace()),
    Topic("labels", LabelsPlace()),
    Topic("figures", FiguresPlace()),
    Topic("offline", None),
    Topic("attention", AttentionPlace()),
    Topic("settings", SettingsPlace()),
)


@safe
def HelpScreen() -> ft.Control:
    """The try, in the demo; then the guide."""
    session = use_session()
    text = use_text().text
    demo = session.services.demo
    parts: list[ft.Control] = [name_text(text("help.title"), identifier="help")]
    if demo is not None:
        parts.append(Tour(demo))
    parts.append(Guide())
    column = ft.Column(controls=parts, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return readable_width(column, wide=use_wide())


# --- the guided try


@safe
def Tour(hints: DemoHints) -> ft.Control:
    """Numbered steps, each with what to press and what will be seen; those done are ticked."""
    session = use_session()
    text = use_text().text
    status = use_signal(session.services.status)  # drawn again when the network is switched, from here or the header
    use_navigation()
    pretend = use_action(session.services.pretend_offline or (lambda _: None))
    offline = status.pretend_offline
    done = {*session.tried, *([Tried.OFFLINE] if offline else [])}
    find = _Step(Tried.CUSTOMER, text("help.find_do"), _to(session, FindPlace(_SEARCH)))
    cut = _Step(Tried.OFFLINE, text("help.offline_do"), lambda: pretend.run(True), hidden=offline)
    note = _Step(Tried.NOTE, text("help.note_do"), _to(session, _notes_place(session)))
    scan = _Step(Tried.SCAN, text("help.scan_do"), _to(session, ScanPlace(hints.shelf_code)))
    back = _Step(Tried.ONLINE, text("help.online_do"), lambda: pretend.run(False), hidden=not offline)
    steps = [find, cut, note, scan, back, _Step(Tried.OTHER_STORE, "", None)]
    count = sum(step.what in done for step in steps)
    following = next((step.what for step in steps if step.what not in done), None)
    rows = [
        _step_row(number, step, text, is_done=step.what in done, is_next=step.what is following, hints=hints)
        for number, step in enumerate(steps, start=1)
    ]
    head: list[ft.Control] = [
        section_text(text("help.tour_title")),
        identified("tour-count", detail_text(text("help.tour_done", done=count, all=len(steps)), strong=True)),
        body_text(text("help.tour_more"), color=Role.QUIET),
    ]
    if count == len(steps):
        head.append(identified("tour-end", body_text(text("help.tour_end"), strong=True)))
    inside = ft.Column(controls=[*head, *rows], spacing=GAP, tight=True)
    return identified("tour", card(inside, padding=3 * UNIT))


@dataclass(frozen=True, slots=True)
class _Step:
    """`words` and `press`: the button that leads there; `hidden` while it would change nothing."""

    what: Tried
    words: str
    press: Press | None
    hidden: bool = False


def _to(session: UiSession, place: Place) -> Press:
    return lambda: session.go(place)


def _notes_place(session: UiSession) -> Place:
    """The notes of the customer opened last; where none was, the customers to choose from."""
    known = session.navigation.last_customer_id
    return CustomerPlace(known, CustomerTab.NOTES) if known else FindPlace(_SEARCH)


def _step_row(
    number: int, step: _Step, text: Callable[..., str], *, is_done: bool, is_next: bool, hints: DemoHints
) -> ft.Control:
    name = step.what.value
    words: list[ft.Control] = [
        body_text(text(f"help.{name}_title"), strong=True),
        body_text(text(f"help.{name}_see", store=hints.other_store_name, product=hints.product_name)),
    ]
    if step.press is None:
        words.append(ft.Row(controls=[OtherStoreButton(hints)], wrap=True))
    elif not step.hidden:
        button = primary_button if is_next else quiet_button
        words.append(ft.Row(controls=[button(step.words, step.press, identifier=f"tour-{name}")], wrap=True))
    row = ft.Row(
        controls=[
            _mark(number, text("help.done") if is_done else text("help.to_do", number=number), is_done=is_done),
            ft.Column(controls=words, spacing=UNIT, tight=True, expand=True),
        ],
        spacing=GAP,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
    return identified(f"step-{name}-done" if is_done else f"step-{name}", row)


def _mark(number: int, words: str, *, is_done: bool) -> ft.Control:
    """The number, or a tick on the colour of what is done."""
    if is_done:
        sign: ft.Control = ft.Icon(ft.Icons.CHECK, color=Role.ON_DONE, size=scaled(24))
    else:
        sign = ft.Text(f"{number}", style=text_style(SIZE_TEXT, strong=True), color=Role.ON_CHOSEN)
    circle = ft.Container(
        sign,
        width=scaled(_MARK),
        height=scaled(_MARK),
        border_radius=scaled(_MARK) / 2,
        bgcolor=Role.DONE_SURFACE if is_done else Role.CHOSEN,
        alignment=ft.Alignment.CENTER,
    )
    return ft.Semantics(content=circle, label=words, exclude_semantics=True, container=True)


# --- the guide


@safe
def Guide() -> ft.Control:
    """What stands where, in a few sentences each, with the way there."""
    session = use_session()
    text = use_text().text

    def show_keys() -> None:
        session.overlays.keys_shown = True

    parts = [_topic(one, text, session) for one in GUIDE]
    keys = quiet_button(text("keys.title"), show_keys, identifier="help-keys")
    parts.append(_part(text("help.keys_title"), text("help.keys"), [keys]))
    inside = ft.Column(controls=[section_text(text("help.guide")), *parts], spacing=3 * UNIT, tight=True)
    return identified("guide", card(inside, padding=3 * UNIT))


def _topic(one: Topic, text: Callable[..., str], session: UiSession) -> ft.Control:
    ways: list[ft.Control] = []
    if one.place is not None:
        title = text(f"help.guide_{one.name}_go")
        ways.append(quiet_button(title, _to(session, one.place), identifier=f"help-{one.name}"))
    return _part(text(f"help.guide_{one.name}_title"), text(f"help.guide_{one.name}"), ways)


def _part(heading: str, words: str, ways: Sequence[ft.Control]) -> ft.Control:
    controls: list[ft.Control] = [body_text(heading, strong=True), body_text(words, color=Role.QUIET)]
    if ways:
        controls.append(ft.Row(controls=list(ways), wrap=True, spacing=UNIT, run_spacing=UNIT))
    return ft.Column(controls=controls, spacing=UNIT, tight=True)

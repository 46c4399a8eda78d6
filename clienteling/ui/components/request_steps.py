"""The next steps of a customer's request: each is a button, and what cannot be taken back asks once more."""

import functools
from collections.abc import Callable, Mapping
from typing import Final

import flet as ft

from clienteling.domain.views.customer_requests import RequestView
from clienteling.ui.components.pin_again import use_pin_again
from clienteling.ui.field_text import use_field_text
from clienteling.ui.file_saving import use_file_saving
from clienteling.ui.hooks import use_action, use_formats, use_now, use_preferences, use_state, use_text
from clienteling.ui.kit import (
    Field,
    body_text,
    card,
    choice_button,
    detail_text,
    identified,
    primary_button,
    quiet_button,
    safe,
)
from clienteling.ui.theme import UNIT, Role
from clienteling.use_cases.customer_requests import Files, RequestServices

PROOFS: Final = ("document", "code", "account", "known")
REASONS: Final = (
    "identity_not_shown", "endangers_somebody", "reveals_others", "national_security", "excessive", "taken_back",
)  # fmt: skip
DELAYS: Final = ("complex", "many")
CORRECTED: Final = ("name", "phone", "email", "city")
_ERASE: Final = "erase"
_CARRIES_ON: Final = ("held", "suppressed", "erased")
Moved = Callable[[RequestView], None]


@safe
def RequestSteps(services: RequestServices, view: RequestView, moved: Moved) -> ft.Control:
    """What can be done with the request now."""
    now = use_now()
    more = [ExtendStep(services, view, moved)] if view.can_be_extended(now) else []
    match view.state:
        case "received":
            return _column([IdentityStep(services, view, moved), RefuseStep(services, view, moved), *more])
        case "identity_checked":
            doubt = Step(services, view, moved, "doubt", quiet=True)
            return _column([_fulfilling(services, view, moved), doubt, RefuseStep(services, view, moved), *more])
        case "refused":
            return Step(services, view, moved, "reconsider")
        case "waiting":
            return Papers(services.certificate, view)
        case "done" if view.kind == "erasure":
            return Papers(services.certificate, view)
        case "done" if view.kind in ("access", "copy"):
            return Papers(services.copy, view)
        case state if state in _CARRIES_ON:
            return Step(services, view, moved, "erase")
        case _:
            return ft.Container()


def _fulfilling(services: RequestServices, view: RequestView, moved: Moved) -> ft.Control:
    match view.kind:
        case "access" | "copy":
            return Papers(services.copy, view, moved=lambda: moved(view))
        case "rectification":
            return CorrectStep(services, view, moved)
        case "restriction":
            lift = Step(services, view, moved, "lift", quiet=True)
            return _column([Step(services, view, moved, "restrict"), lift])
        case "withdrawal":
            return Step(services, view, moved, "withdraw")
        case _:
            return EraseStep(services, view, moved)


@safe
def Step(services: RequestServices, view: RequestView, moved: Moved, step: str, quiet: bool = False) -> ft.Control:
    """One step, asked about once more before it is taken."""
    return Confirmed(view, step, lambda: services.take_step(view.id, step), moved, quiet=quiet)


@safe
def Confirmed(
    view: RequestView,
    step: str,
    take: Callable[[], RequestView],
    moved: Moved,
    quiet: bool = False,
    disabled: bool = False,
) -> ft.Control:
    """A button; pressed, what it does and a second one that does it."""
    translator = use_text()
    text = translator.text
    asking, set_asking = use_state(False)
    action = use_action(take, done=moved)
    again, pad = use_pin_again(action.run)
    button = quiet_button if quiet else primary_button
    if not asking:
        ask = functools.partial(set_asking, True)
        return _start(button(text(f"requests.step_{step}"), ask, disabled=disabled, identifier=f"step-{step}"))
    buttons = [
        primary_button(
            text("requests.do_it"),
            again if step == _ERASE else action.run,
            disabled=action.busy,
            identifier=f"do-{step}",
        ),
        quiet_button(text("requests.do_not"), functools.partial(set_asking, False), identifier=f"leave-{step}"),
    ]
    parts: list[ft.Control] = [
        body_text(text(f"requests.sure_{step}")),
        ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT),
    ]
    if pad is not None:
        parts.append(pad)
    if action.problem is not None:
        parts.append(detail_text(action.problem.in_words(translator), color=Role.REFUSED))
    return identified(f"sure-{step}", card(_column(parts), role=Role.SUNKEN))


@safe
def IdentityStep(services: RequestServices, view: RequestView, moved: Moved) -> ft.Control:
    """How they showed who they are."""
    translator = use_text()
    action = use_action(lambda how: services.take_step(view.id, "identity", how=how), done=moved)
    buttons = [
        quiet_button(
            translator.text(f"requests.proof_{one}"),
            functools.partial(action.run, one),
            disabled=action.busy,
            identifier=f"proof-{one}",
        )
        for one in PROOFS
    ]
    parts: list[ft.Control] = [
        body_text(translator.text("requests.who_is_it")),
        ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT),
    ]
    if action.problem is not None:
        parts.append(detail_text(action.problem.in_words(translator), color=Role.REFUSED))
    return _column(parts)


@safe
def RefuseStep(services: RequestServices, view: RequestView, moved: Moved) -> ft.Control:
    """Refusing, for a reason that the law knows."""
    text = use_text().text
    reasons = {f"reason-{one}": (one, text(f"requests.reason_{one}")) for one in REASONS}
    take = functools.partial(services.take_step, view.id, "refuse")
    why = text("requests.why_refuse")
    return _ReasonStep(view, "refuse", reasons, why, lambda reason: take(reason=reason), moved)


@safe
def ExtendStep(services: RequestServices, view: RequestView, moved: Moved) -> ft.Control:
    """Two months more, once, for a reason of which the customer is told."""
    text = use_text().text
    reasons = {f"delay-{one}": (one, text(f"requests.delay_{one}")) for one in DELAYS}
    take = functools.partial(services.take_step, view.id, "extend")
    why = text("requests.why_extend", when=use_formats().moment(view.due_at, now=use_now()))
    return _ReasonStep(view, "extend", reasons, why, lambda delay: take(delay=delay), moved)


@safe
def _ReasonStep(
    view: RequestView,
    step: str,
    reasons: Mapping[str, tuple[str, str]],
    why: str,
    take: Callable[[str], RequestView],
    moved: Moved,
) -> ft.Control:
    """A step that needs a reason: a button first, then why it does, the choice, and what takes it.

    `reasons`: by identifier, what is sent and what is said.
    """
    text = use_text().text
    choosing, set_choosing = use_state(False)
    reason, set_reason = use_state("")
    if not choosing:
        choose = functools.partial(set_choosing, True)
        return _start(quiet_button(text(f"requests.step_{step}"), choose, identifier=step))
    choices = [
        choice_button(said, functools.partial(set_reason, one), chosen=one == reason, identifier=identifier)
        for identifier, (one, said) in reasons.items()
    ]
    parts: list[ft.Control] = [
        body_text(why),
        ft.Row(controls=choices, wrap=True, spacing=UNIT, run_spacing=UNIT),
        Confirmed(view, step, functools.partial(take, reason), moved, quiet=True, disabled=not reason),
    ]
    return _column(parts)


@safe
def CorrectStep(services: RequestServices, view: RequestView, moved: Moved) -> ft.Control:
    """One thing that is wrong, and what it is in truth; the rest is the customer's screen's."""
    text = use_text().text
    field, set_field = use_state(CORRECTED[1])
    typed = use_field_text("")
    choices = [
        choice_button(
            text(f"requests.field_{one}"),
            functools.partial(set_field, one),
            chosen=one == field,
            identifier=f"correct-{one}",
        )
        for one in CORRECTED
    ]

    def take() -> RequestView:
        return services.take_step(view.id, "correct", fields={field: typed.text})

    return _column(
        [
            ft.Row(controls=choices, wrap=True, spacing=UNIT, run_spacing=UNIT),
            identified("corrected", Field(text(f"requests.field_{field}"), typed, called="corrected")),
            Confirmed(view, "correct", take, moved),
        ]
    )


@safe
def EraseStep(services: RequestServices, view: RequestView, moved: Moved) -> ft.Control:
    """Erasing, once it is said of everybody who may be the same person whether they are."""
    text = use_text().text
    nothing: dict[str, str] = {}
    said, set_said = use_state(nothing)
    rows: list[ft.Control] = []
    for one in view.lookalikes:
        name = one.name or f"···· {one.customer_id[-6:]}"
        buttons = [
            choice_button(
                text(f"requests.{answer}"),
                functools.partial(set_said, {**said, one.customer_id: answer}),
                chosen=said.get(one.customer_id) == answer,
                identifier=f"{answer}-{one.customer_id}",
                said=f"{name}: {text(f'requests.{answer}')}",
            )
            for answer in ("same_person", "someone_else")
        ]
        rows.append(_column([body_text(text("requests.is_same", name=name)), ft.Row(controls=buttons, wrap=True)]))

    def take() -> RequestView:
        also = [one for one, answer in said.items() if answer == "same_person"]
        others = [one for one, answer in said.items() if answer == "someone_else"]
        return services.take_step(view.id, "erase", also=also, others=others)

    undecided = any(one.customer_id not in said for one in view.lookalikes)
    return _column([*rows, Confirmed(view, "erase", take, moved, disabled=undecided)])


@safe
def Papers(make: Callable[[str, str], Files], view: RequestView, moved: Callable[[], None] | None = None) -> ft.Control:
    """The page and its data, as files; of a copy, the request is done once it is made."""
    return SavePapers(functools.partial(make, view.id), moved)


@safe
def SavePapers(make: Callable[[str], Files], moved: Callable[[], None] | None = None) -> ft.Control:
    """The page and its data, as files in the language spoken here, for whoever gives their PIN again. `moved`: once
    they are saved."""
    translator = use_text()
    language = use_preferences().language or translator.locale
    saving = use_file_saving(moved or (lambda: None))

    def save(files: Files, which: int) -> None:
        saving.save(*files[which])

    page = use_action(functools.partial(make, language), done=lambda files: save(files, 0))
    data = use_action(functools.partial(make, language), done=lambda files: save(files, 1))
    save_page, page_pad = use_pin_again(page.run)
    save_data, data_pad = use_pin_again(data.run)
    busy = page.busy or data.busy or saving.busy
    buttons = [
        primary_button(translator.text("requests.save_page"), save_page, disabled=busy, identifier="save-page"),
        quiet_button(translator.text("requests.save_data"), save_data, disabled=busy, identifier="save-data"),
    ]
    parts: list[ft.Control] = [ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT)]
    parts += [pad for pad in (page_pad, data_pad) if pad is not None]
    if saving.failed:
        parts.append(detail_text(translator.text("requests.not_saved"), color=Role.REFUSED))
    for problem in (page.problem, data.problem):
        if problem is not None:
            parts.append(detail_text(problem.in_words(translator), color=Role.REFUSED))
    return _column(parts)


def _start(button: ft.Control) -> ft.Control:
    """As wide as its words, where the line begins."""
    return ft.Row(controls=[button])


def _column(controls: list[ft.Control]) -> ft.Control:
    return ft.Column(controls=controls, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)

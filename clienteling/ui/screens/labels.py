"""Labels: which, on what paper, how the first one looks, and the file, of which every code was read back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import flet as ft

from clienteling.domain.errors import ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.ui.components.label_choosing import HowPrinted, WhichLabels
from clienteling.ui.file_saving import FileSaving, use_file_saving
from clienteling.ui.hooks import (
    ActionProblem,
    Failed,
    Loading,
    Ready,
    use_action,
    use_query,
    use_session,
    use_signal,
    use_state,
    use_text,
    use_wide,
)
from clienteling.ui.kit import (
    Press,
    band,
    body_text,
    card,
    detail_text,
    empty_state,
    identified,
    name_text,
    primary_button,
    problem_panel,
    quiet_button,
    safe,
    section_text,
    skeleton,
)
from clienteling.ui.text_size import beside
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.label_orders import (
    NO_LABELS,
    LabelChoice,
    LabelOrder,
    LabelPlan,
    LabelServices,
    MadeLabels,
)

_FIRST_ORDER: Final = LabelOrder(LabelChoice(changed_only=True))
_MOST_LEFT_OUT: Final = 20
_PREVIEW_HEIGHT: Final = 160
_HALF: Final = 560

Progress = tuple[int, int]


@safe
def LabelsScreen() -> ft.Control:
    """The screen, or that there is nobody's shop here to print labels of."""
    session = use_session()
    text = use_text().text
    labels = session.services.labels
    title = name_text(text("labels.title"), identifier="labels")
    inside = LabelPrinting(labels) if labels is not None else empty_state(text("labels.no_host"))
    return ft.Column(
        controls=[title, inside], spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )


@dataclass(frozen=True, slots=True)
class Refused:
    """Why nothing can be planned as things stand."""

    error: ValidationFailed


def planned(labels: LabelServices, order: LabelOrder) -> LabelPlan | Refused:
    """What would be printed, or what stands against it."""
    try:
        return labels.plan(order)
    except ValidationFailed as error:
        return Refused(error)


def looked_at(labels: LabelServices, order: LabelOrder) -> bytes | None:
    """The first label; None where there is none or it cannot be printed, which the plan says."""
    try:
        return labels.preview(replace(order, start=1, offset_x=0.0, offset_y=0.0))
    except ValidationFailed:
        return None


@safe
def LabelPrinting(labels: LabelServices) -> ft.Control:
    """What comes of it and the choice at the left, paper at the right; on a tablet one below the other."""
    wide = use_wide()
    order, set_order = use_state(_FIRST_ORDER)
    outcome = use_query(lambda: planned(labels, order), order)
    found = outcome.value if isinstance(outcome, Ready) else NO_LABELS
    plan = found if isinstance(found, LabelPlan) else NO_LABELS
    refused = found.error if isinstance(found, Refused) else None
    told = PlanTold(plan, outcome if isinstance(outcome, Loading | Failed) else refused)
    first = _summary([told, Making(labels, order, plan)], FirstLabel(labels, order))
    which = WhichLabels(labels, order, set_order)
    how = HowPrinted(labels, order, len(plan.labels), set_order)
    if not wide:
        return _column([first, which, how])
    return ft.Row(
        controls=[ft.Container(_column([first, which]), expand=True), ft.Container(how, width=_HALF)],
        spacing=3 * UNIT,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def _summary(told: Sequence[ft.Control], look: ft.Control) -> ft.Control:
    """What comes of the choice, at the top: how many, how the first one looks, and the press that prints them."""
    words = ft.Container(_column(told), expand=True)
    inside = beside([words, look], spacing=3 * UNIT, vertical_alignment=ft.CrossAxisAlignment.START)
    return card(inside, padding=3 * UNIT)


@safe
def PlanTold(plan: LabelPlan, instead: Loading | Failed | ValidationFailed | None) -> ft.Control:
    """How many labels on how many sheets, what gets none and why; or why there is no plan."""
    translator = use_text()
    text = translator.text
    match instead:
        case Loading(slow):
            return skeleton(2, label=text("app.loading")) if slow else ft.Container()
        case Failed(code):
            return problem_panel(translator.text_or(code, "error.unexpected"))
        case ValidationFailed():
            words = translator.text_or(instead.code, "error.invalid", **instead.fields)
            return identified("labels-refused", problem_panel(words))
        case None:
            pass
    if plan.labels:
        count = text("labels.count", count=len(plan.labels), pages=plan.pages)
    elif plan.of_all:
        count = text("labels.none_changed", count=plan.of_all)
    else:
        count = text("labels.nothing_to_print")
    lines: list[ft.Control] = [identified("labels-count", section_text(count))]
    for number, note in enumerate(plan.notes):
        lines.append(band(text(note.code, **note.values), identifier=f"labels-note-{number}"))
    if plan.not_found:
        shown = ", ".join(plan.not_found[:_MOST_LEFT_OUT])
        words = text("labels.not_found", codes=shown, count=len(plan.not_found))
        lines.append(band(words, identifier="labels-not-found"))
    if plan.left_out:
        lines.append(LeftOutLabels(plan))
    return _column(lines, spacing=UNIT)


@safe
def LeftOutLabels(plan: LabelPlan) -> ft.Control:
    """What gets no label and why, the first few of them."""
    text = use_text().text
    rows: list[ft.Control] = [body_text(text("labels.left_out", count=len(plan.left_out)), strong=True)]
    for one in plan.left_out[:_MOST_LEFT_OUT]:
        told = " · ".join(part for part in (one.name, one.sku or one.gtin, text(one.reason.value)) if part)
        rows.append(detail_text(told))
    if len(plan.left_out) > _MOST_LEFT_OUT:
        rows.append(detail_text(text("labels.left_out_more", count=len(plan.left_out) - _MOST_LEFT_OUT)))
    inside = ft.Column(controls=rows, spacing=4, tight=True)
    return identified("labels-left-out", card(inside, role=Role.WAITING_SURFACE))


@safe
def FirstLabel(labels: LabelServices, order: LabelOrder) -> ft.Control:
    """The first label as it will be printed: paper is white in every theme."""
    text = use_text().text
    picture = use_query(lambda: looked_at(labels, order), order.choice, order.sheet, order.dpi, order.language)
    if not isinstance(picture, Ready) or picture.value is None:
        return ft.Container()
    image = ft.Image(
        src=picture.value, height=_PREVIEW_HEIGHT, fit=ft.BoxFit.CONTAIN, semantics_label=text("labels.preview")
    )
    paper = ft.Container(image, border=ft.Border.all(1, Role.LINE))
    return ft.Column(
        controls=[detail_text(text("labels.preview")), identified("label-preview", ft.Row(controls=[paper]))],
        spacing=UNIT,
        tight=True,
    )


@safe
def Making(labels: LabelServices, order: LabelOrder, plan: LabelPlan) -> ft.Control:
    """The press that makes the file, how far it is, and what became of it."""
    text = use_text().text
    progress, _ = use_state(Signal[Progress]((0, 0)))
    result, set_result = use_state(_Result())
    latest: ft.MutableRef[MadeLabels] = ft.use_ref()
    keep = use_action(labels.handed_out)

    def saved() -> None:
        if latest.current is not None:
            keep.run(latest.current)
            set_result(_Result(latest.current, is_handed_out=True))

    saving = use_file_saving(saved)

    def save(made: MadeLabels) -> None:
        latest.current = made
        saving.save(*made.one_file())

    def got(made: MadeLabels) -> None:
        set_result(_Result(made))
        save(made)

    def make_now() -> MadeLabels:
        progress.publish((0, len(plan.labels)))
        return labels.make(order, on_progress=lambda done, total: progress.publish((done, total)))

    making, calibrating = use_action(make_now, done=got), use_action(lambda: labels.calibrate(order), done=got)
    make = primary_button(
        text("labels.make", count=len(plan.labels)), making.run, disabled=making.busy, identifier="labels-make"
    )
    calibrate = quiet_button(
        text("labels.calibrate"), calibrating.run, disabled=making.busy, identifier="labels-calibrate"
    )
    parts: list[ft.Control] = [
        ft.Row(controls=[make, calibrate] if plan.labels else [calibrate], wrap=True, spacing=UNIT, run_spacing=UNIT)
    ]
    if making.busy:
        parts.append(MakingProgress(progress))
    for action in (making, calibrating, keep):
        if action.problem is not None:
            parts.append(Problem(action.problem))
    made = result.made
    if made is not None and not making.busy:
        parts.append(Result(result, saving, lambda: save(made)))
    return _column(parts)


@dataclass(frozen=True, slots=True)
class _Result:
    """What was made last, and whether a person has it."""

    made: MadeLabels | None = None
    is_handed_out: bool = False


@safe
def Problem(problem: ActionProblem) -> ft.Control:
    """Why there is no file."""
    return identified("labels-problem", problem_panel(problem.in_words(use_text())))


@safe
def MakingProgress(progress: Signal[Progress]) -> ft.Control:
    """How many labels were read back, as a bar and in words."""
    text = use_text().text
    done, total = use_signal(progress)
    words = text("labels.making", done=done, count=total)
    bar = ft.ProgressBar(value=done / total if total else 0, color=Role.ACTION, bgcolor=Role.SUNKEN, bar_height=UNIT)
    return identified("labels-progress", _column([bar, detail_text(words)], spacing=UNIT))


@safe
def Result(result: _Result, saving: FileSaving, save: Press) -> ft.Control:
    """The file: what it holds, whether it counts as printed, and the way to have it again."""
    text = use_text().text
    made = result.made
    if made is None:
        return ft.Container()
    name, content = made.one_file()
    told = text("labels.made", count=made.labels, pages=made.pages) if made.labels else text("labels.calibration_made")
    is_done = result.is_handed_out and not saving.failed
    ink, quiet = (Role.ON_DONE, Role.ON_DONE) if is_done else (Role.TEXT, Role.QUIET)
    size = text("labels.kilobytes", size=max(1, round(len(content) / 1000)))
    lines: list[ft.Control] = [body_text(told, strong=True, color=ink), detail_text(f"{name} · {size}", color=quiet)]
    if saving.failed:
        lines.append(body_text(text("labels.not_saved"), color=Role.REFUSED))
    elif made.labels:
        counts = text("labels.counts_as_printed" if is_done else "labels.not_handed_out")
        lines.append(detail_text(counts, color=quiet))
    words = text("labels.save_again" if result.is_handed_out else "labels.save")
    lines.append(
        ft.Row(controls=[quiet_button(words, save, disabled=saving.busy, identifier="labels-save")], wrap=True)
    )
    role = Role.DONE_SURFACE if is_done else Role.CARD
    return identified("labels-result", card(ft.Column(controls=lines, spacing=UNIT, tight=True), role=role))


def _column(controls: Sequence[ft.Control], *, spacing: int = GAP) -> ft.Control:
    return ft.Column(
        controls=list(controls), spacing=spacing, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )

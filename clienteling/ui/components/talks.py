"""Keeping that somebody spoke with a customer: how, who began it, and in a line what about."""

import functools
from typing import Final

import flet as ft

from clienteling.ui.components.drafts import draft_key
from clienteling.ui.components.serving_forms import field, form, save_and_cancel, stretched
from clienteling.ui.field_text import use_kept_text
from clienteling.ui.hooks import use_action, use_preferences, use_session, use_state, use_text
from clienteling.ui.kit import Press, choice_button, safe
from clienteling.ui.theme import UNIT

TALK: Final = "talk"
_CHANNELS: Final = ("store", "phone", "whatsapp", "email")
_DIRECTIONS: Final = ("in", "out")


@safe
def TalkForm(customer_id: str, close: Press, *, takes_focus: bool = True) -> ft.Control:
    """Where or over what, who contacted whom (in the store, they came), and what about."""
    session = use_session()
    preferences = use_preferences()
    translator = use_text()
    text = translator.text
    chosen, set_chosen = use_state((_CHANNELS[0], _DIRECTIONS[0]))
    # A press right after another still meets the handlers of the render before: they must see the latest.
    latest: ft.MutableRef[tuple[str, str]] = ft.use_ref((_CHANNELS[0], _DIRECTIONS[0]))
    summary, keep = use_kept_text(draft_key(TALK, customer_id, preferences.associate_id))

    def choose(channel: str, direction: str) -> None:
        latest.current = (channel, direction)
        set_chosen(latest.current)

    def save() -> None:
        channel, direction = latest.current or chosen
        session.services.log_interaction(
            customer_id,
            channel=channel,
            direction=direction,
            author_id=preferences.associate_id or "",
            summary=summary.text,
        )

    def give_up() -> None:
        keep("")
        close()

    saving = use_action(save, done=lambda _: give_up(), once=True)
    channel, direction = chosen
    channels = [
        choice_button(
            text(f"interaction.channel_{one}"),
            functools.partial(choose, one, _DIRECTIONS[0]),
            chosen=one == channel,
            identifier=f"talk-{one}",
        )
        for one in _CHANNELS
    ]
    choices = [_row(channels)]
    if channel != _CHANNELS[0]:
        directions = [
            choice_button(
                text(f"interaction.direction_{one}"),
                functools.partial(choose, channel, one),
                chosen=one == direction,
                identifier=f"talk-{one}",
            )
            for one in _DIRECTIONS
        ]
        choices.append(_row(directions))
    box = field(
        text("interaction.summary_field"),
        summary,
        keep,
        identifier="talk-summary",
        problem=saving.problem.of_in_words("summary", translator) if saving.problem is not None else "",
        takes_focus=takes_focus,
        on_submit=saving.run,
    )
    return form(
        text("interaction.title"),
        [stretched(choices, spacing=UNIT), box],
        save_and_cancel(
            text("interaction.save"),
            saving.run,
            give_up,
            busy=saving.busy,
            identifier=TALK,
            translator=translator,
        ),
        identifier="talk-form",
        problem=saving.problem,
        shown=("summary",),
        translator=translator,
    )


def _row(buttons: list[ft.Control]) -> ft.Control:
    return ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT)

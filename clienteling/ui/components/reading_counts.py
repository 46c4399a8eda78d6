"""For a manager: how many customers each associate has opened within the hour, and the way to lift a limit."""

import functools

import flet as ft

from clienteling.domain.reading_limit import MOST_IN_AN_HOUR
from clienteling.domain.views import ReadingCount
from clienteling.i18n import Translator
from clienteling.ui.hooks import (
    Action,
    Ready,
    use_action,
    use_now,
    use_preferences,
    use_query,
    use_session,
    use_state,
    use_text,
)
from clienteling.ui.kit import body_text, card, detail_text, identified, quiet_button, safe, section_text, waiting_chip
from clienteling.ui.theme import GAP, UNIT, Role


@safe
def ReadingCard() -> ft.Control:
    """The counts; for a manager alone."""
    session = use_session()
    preferences = use_preferences()
    translator = use_text()
    text = translator.text
    minute = use_now().replace(second=0, microsecond=0)
    lifted, lift_count = use_state(0)
    counts = use_query(session.services.reading_counts, minute, lifted)

    def lift(associate_id: str) -> None:
        session.services.lift_reading_limit(associate_id, author_id=preferences.associate_id or "")

    lifting = use_action(lift, done=lambda _: lift_count(lifted + 1))
    rows = counts.value if isinstance(counts, Ready) else ()
    parts: list[ft.Control] = [
        section_text(text("limit.title")),
        detail_text(text("limit.more", most=MOST_IN_AN_HOUR), lines=3),
        *(_row(one, lifting, translator) for one in rows),
    ]
    if not rows:
        parts.append(body_text(text("limit.nobody")))
    if lifting.problem is not None:
        parts.append(body_text(lifting.problem.in_words(translator), color=Role.REFUSED))
    return identified("reading-counts", card(ft.Column(controls=parts, spacing=GAP, tight=True), padding=3 * UNIT))


def _row(one: ReadingCount, lifting: Action[[str]], translator: Translator) -> ft.Control:
    words = translator.text("limit.opened", name=one.name, count=one.opened)
    controls: list[ft.Control] = [body_text(words)]
    if one.is_stopped:
        controls += [
            waiting_chip(translator.text("limit.is_stopped")),
            quiet_button(
                translator.text("limit.lift", name=one.name),
                functools.partial(lifting.run, one.associate_id),
                disabled=lifting.busy,
                identifier=f"lift-{one.associate_id}",
            ),
        ]
    return ft.Row(controls=controls, wrap=True, spacing=GAP, run_spacing=UNIT)
